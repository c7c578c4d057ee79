"""Post, edit, delete, restore, verify an answer. Staff have no second path: their reply is the public answer."""

from contextlib import nullcontext
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.exc import IntegrityError

from app.domains.accounts.actor import Actor
from app.domains.attachments.actions import hold_named
from app.domains.attachments.models import Holder
from app.domains.questions.actions.asking import question_to_change
from app.domains.questions.actions.posting import (
    add_revision,
    recount_answers,
    refuse_stale,
    spend_edit,
    spend_post,
    touch,
)
from app.domains.questions.events import (
    AnswerDeleted,
    AnswerDidNotHelp,
    AnswerEdited,
    AnswerPosted,
    AnswerRestored,
    AnswerVerified,
)
from app.domains.questions.models import Answer, PostKind, Question
from app.domains.questions.policies import may_accept, may_answer, may_delete, may_edit, may_restore, may_see_answer
from app.domains.questions.policies import may_verify as may_verify_answer
from app.domains.questions.queries.versions import together
from app.domains.questions.versions import accept_along, check_version, lose_acceptance
from app.domains.questions.writing import body_complaints, clean_text, language_of, render
from app.extensions import db
from app.kernel.clock import now
from app.kernel.errors import Conflict, Invalid, NotFound
from app.kernel.events import publish
from app.kernel.i18n import _
from app.kernel.policy import require
from app.kernel.rows import read_rows

ANSWER_WEIGHT = 10
_SAME = (
    select(Answer.id)
    .where(Answer.question_id == bindparam("question_id"), Answer.author_id == bindparam("author_id"))
    .where(Answer.body == bindparam("body"), Answer.deleted_at.is_(None))
    .limit(1)
)


def post_answer(
    author: Actor, question: Question, body: str, *, submission: str | None = None, base_version: int | None = None,
    version_of: Answer | None = None,
) -> Answer:
    """The new answer; the one that exists where this very form was submitted before. `version_of`: the answer that it
    says in another language.

    With `base_version` (staff), Conflict where a public post arrived that the sender has not seen.
    """
    require(may_answer(author, question))
    before = _submitted(author, submission)
    if before is not None:
        return before
    if base_version is not None and base_version != question.version:
        sentence = _("A new post arrived while you were writing. Please read it, then send, edit or discard yours.")
        raise Conflict(sentence, newer={"version": question.version})
    clean = _checked(body)
    same = _said_already(author, question, clean)
    if same is not None:
        return same
    if version_of is not None:
        require(may_see_answer(author, version_of))
        check_version(question, version_of, language_of(clean))
    spend_post(author, on_own_thread=author.id == question.asker_id)
    try:
        with db.session.begin_nested() if submission else nullcontext():
            answer = _insert(author, question, clean, submission, version_of)
    except IntegrityError:
        twin = _submitted(author, submission)
        if twin is None:
            raise
        return twin
    add_revision(author, PostKind.ANSWER, answer.id, clean, is_first=True)
    hold_named(author, Holder.ANSWER, answer.id, clean)
    recount_answers(question)
    touch(question, author)
    publish(AnswerPosted(official=answer.official, **_named(answer), actor_id=author.id))
    if version_of is not None:
        accept_along(question, version_of, answer)
    return answer


def _submitted(author: Actor, submission: str | None) -> Answer | None:
    if not submission:
        return None
    return db.session.scalar(select(Answer).where(Answer.submission == submission, Answer.author_id == author.id))


def _said_already(author: Actor, question: Question, body: str) -> Answer | None:
    """The same words of the same author under this question: the back button's form has a key of its own."""
    found = read_rows(_SAME, {"question_id": question.id, "author_id": author.id, "body": body}).scalar()
    return db.session.get(Answer, found) if found is not None else None


def _insert(
    author: Actor, question: Question, body: str, submission: str | None, version_of: Answer | None
) -> Answer:
    assert author.id is not None
    rendered = render(author, body)
    answer = Answer(
        question_id=question.id,
        author_id=author.id,
        body=rendered.source,
        body_html=rendered.html,
        language=rendered.language,
        renderer_version=rendered.version,
        created_at=now(),
        official=author.serves(question.product_id),
        submission=submission,
        version_of_id=version_of.id if version_of else None,
    )
    db.session.add(answer)
    db.session.flush()
    return answer


def _checked(body: str) -> str:
    clean = clean_text(body)
    complaints = body_complaints(clean, least=ANSWER_WEIGHT)
    if complaints:
        raise Invalid(fields={"body": complaints})
    return clean


def _named(answer: Answer) -> dict[str, Any]:
    return {"answer_id": answer.id, "question_id": answer.question_id, "author_id": answer.author_id}


def edit_answer(
    editor: Actor, answer: Answer, body: str, *, base_version: int | None = None, comment: str = ""
) -> None:
    require(may_see_answer(editor, answer))
    require(may_edit(editor, answer))
    refuse_stale(answer, base_version)
    clean = _checked(body)
    if clean == answer.body:
        return
    spend_edit(editor)
    rendered = render(editor, clean, (Holder.ANSWER, answer.id))
    hold_named(editor, Holder.ANSWER, answer.id, clean)
    answer.body, answer.body_html = rendered.source, rendered.html
    answer.language, answer.renderer_version = rendered.language, rendered.version
    answer.edited_at = now()
    answer.version += 1
    add_revision(editor, PostKind.ANSWER, answer.id, clean, comment=comment)
    publish(AnswerEdited(answer_id=answer.id, question_id=answer.question_id, actor_id=editor.id))


def delete_answer(actor: Actor, question: Question, answer: Answer) -> None:
    require(may_see_answer(actor, answer))
    require(may_delete(actor, answer))
    if answer.deleted_at is not None:
        return
    answer.deleted_at, answer.deleted_by_id = now(), actor.id
    answer.version += 1
    lose_acceptance(question, answer)
    recount_answers(question)
    publish(AnswerDeleted(**_named(answer), actor_id=actor.id))


def restore_answer(actor: Actor, question: Question, answer: Answer) -> None:
    if answer.deleted_at is None:
        return
    require(may_restore(actor, answer))
    answer.deleted_at = answer.deleted_by_id = None
    answer.version += 1
    recount_answers(question)
    publish(AnswerRestored(**_named(answer), actor_id=actor.id))


def verify_answer(actor: Actor, question: Question, answer: Answer) -> None:
    """Staff say that a peer's answer is right; once."""
    require(may_verify_answer(actor, question, answer))
    if answer.verified_at is not None:
        return
    answer.verified_at, answer.verified_by_id = now(), actor.id
    publish(AnswerVerified(**_named(answer), actor_id=actor.id))


def say_it_did_not_help(actor: Actor, question: Question, answer: Answer) -> None:
    """The asker says so; the answer no longer stops the clock."""
    require(may_accept(actor, question, answer))
    if answer.did_not_help:
        return
    for each in together(answer):
        each.did_not_help, each.accepted_at = True, None
        publish(AnswerDidNotHelp(**_named(each), actor_id=actor.id))
        if question.accepted_answer_id == each.id:
            question.accepted_answer_id = None
    recount_answers(question)


def answer_with_question(answer_id: int, actor: Actor) -> tuple[Answer, Question]:
    """Both rows, freshly read, for an action; NotFound where the actor may not see them."""
    question_id = db.session.scalar(select(Answer.question_id).where(Answer.id == answer_id))
    if question_id is None:
        raise NotFound()
    question = question_to_change(question_id, actor)
    answer = db.session.get_one(Answer, answer_id, populate_existing=True)
    require(may_see_answer(actor, answer))
    return answer, question
