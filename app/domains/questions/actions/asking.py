"""Ask, edit, move, close, delete a question."""

from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from app.domains.accounts.actor import Actor
from app.domains.attachments.actions import hold_named
from app.domains.attachments.models import Holder
from app.domains.products.models import Product
from app.domains.questions.actions.posting import add_revision, locked_question, refuse_stale, spend_edit, spend_post
from app.domains.questions.events import (
    QuestionAsked,
    QuestionClosed,
    QuestionDeleted,
    QuestionEdited,
    QuestionMoved,
    QuestionReopened,
    QuestionRestored,
)
from app.domains.questions.models import CloseReason, Kind, NoPromise, PostKind, Question, QuestionTag
from app.domains.questions.policies import may_ask, may_close, may_delete, may_edit, may_move, may_restore, may_see
from app.domains.questions.service_state import settle
from app.domains.questions.tag_counts import count_tags, count_tags_of, is_counted
from app.domains.questions.writing import (
    Rendered,
    body_complaints,
    clean_line,
    clean_text,
    render,
    slug_of,
    tag_complaints,
    title_complaints,
)
from app.domains.tags.actions import find_or_create_tags
from app.domains.tags.models import Tag
from app.domains.tags.names import tag_name
from app.extensions import db
from app.kernel.clock import now
from app.kernel.errors import Conflict, Invalid, NotFound
from app.kernel.events import publish
from app.kernel.i18n import _
from app.kernel.policy import require


@dataclass(frozen=True)
class QuestionDraft:
    """What a person typed; `cleaned()` gives it as it will be stored or raises Invalid with every complaint at once."""

    title: str
    body: str
    product: str
    """The product's slug."""
    tags: tuple[str, ...] = ()
    kind: str = Kind.QUESTION.value
    submission: str | None = field(default=None, compare=False)

    def tidied(self) -> "QuestionDraft":
        """As it would be stored, whether it may be or not."""
        tags = tuple(dict.fromkeys(filter(None, (tag_name(name) for name in self.tags))))
        return replace(self, title=clean_line(self.title), body=clean_text(self.body), tags=tags)

    def cleaned(self) -> "QuestionDraft":
        clean = self.tidied()
        complaints = {
            "title": title_complaints(clean.title),
            "body": body_complaints(clean.body),
            "tags": tag_complaints(clean.tags),
            "kind": [] if self.kind in set(Kind) else [_("Please choose what kind of post this is.")],
            "product": [] if self._product_id() else [_("Please choose a product from the list.")],
        }
        found = {name: sentences for name, sentences in complaints.items() if sentences}
        if found:
            raise Invalid(fields=found)
        return clean

    def _product_id(self) -> int | None:
        wanted = select(Product.id).where(Product.slug == self.product, Product.archived.is_(False))
        return db.session.scalar(wanted)

    def product_id(self) -> int:
        product_id = self._product_id()
        if product_id is None:
            raise Invalid(fields={"product": [_("Please choose a product from the list.")]})
        return product_id


def ask_question(asker: Actor, draft: QuestionDraft) -> Question:
    """The new question; the one that exists where this very form was submitted before."""
    require(may_ask(asker))
    before = submitted_question(asker, draft.submission)
    if before is not None:
        return before
    clean = draft.cleaned()
    spend_post(asker)
    tags = find_or_create_tags(asker, clean.tags, leave_out=True)
    try:
        with db.session.begin_nested():
            question = _insert(asker, clean, render(asker, clean.body))
    except IntegrityError:
        twin = submitted_question(asker, draft.submission)
        if twin is None:
            raise
        return twin
    set_tags(question, tags)
    post = PostKind.QUESTION, question.id
    add_revision(asker, *post, question.body, title=question.title, tags=clean.tags, is_first=True)
    hold_named(asker, Holder.QUESTION, question.id, question.body)
    publish(
        QuestionAsked(
            question_id=question.id, product_id=question.product_id, asker_id=question.asker_id, actor_id=asker.id
        )
    )
    return question


def submitted_question(asker: Actor, submission: str | None) -> Question | None:
    if not submission:
        return None
    found = select(Question).where(Question.submission == submission, Question.asker_id == asker.id)
    return db.session.scalar(found)


def _insert(asker: Actor, draft: QuestionDraft, rendered: Rendered) -> Question:
    assert asker.id is not None
    at = now()
    question = Question(
        product_id=draft.product_id(),
        kind=Kind(draft.kind),
        title=draft.title,
        slug=slug_of(draft.title),
        asker_id=asker.id,
        created_at=at,
        active_at=at,
        active_by_id=asker.id,
        submission=draft.submission,
        **_text(rendered),
    )
    if asker.is_staff:
        question.escalates, question.no_promise = False, NoPromise.ANNOUNCEMENT
    db.session.add(question)
    db.session.flush()
    return question


def _text(rendered: Rendered) -> dict[str, Any]:
    return {
        "body": rendered.source,
        "body_html": rendered.html,
        "excerpt": rendered.excerpt,
        "language": rendered.language,
        "renderer_version": rendered.version,
    }


def edit_question(
    editor: Actor, question: Question, draft: QuestionDraft, *, base_version: int | None = None, comment: str = ""
) -> None:
    """New text, tags, kind or product; the old one stays as a revision. Where nothing is new, nothing happens."""
    require(may_see(editor, question))
    require(may_edit(editor, question))
    refuse_stale(question, base_version)
    clean = draft.cleaned()
    if _is_as_it_stands(question, clean):
        return
    spend_edit(editor)
    tags = find_or_create_tags(editor, clean.tags, leave_out=True)
    if clean.product_id() != question.product_id:
        move_question(editor, question, clean.product)
    held_by = Holder.QUESTION, question.id
    for name, value in _text(render(editor, clean.body, held_by)).items():
        setattr(question, name, value)
    hold_named(editor, *held_by, clean.body)
    question.title, question.slug, question.kind = clean.title, slug_of(clean.title), Kind(clean.kind)
    question.edited_at = now()
    question.version += 1
    set_tags(question, tags)
    names = tuple(tag.name for tag in tags)
    add_revision(editor, PostKind.QUESTION, question.id, clean.body, title=clean.title, tags=names, comment=comment)
    publish(QuestionEdited(question_id=question.id, actor_id=editor.id))


def _is_as_it_stands(question: Question, draft: QuestionDraft) -> bool:
    written = (question.title, question.body, question.kind, question.product_id)
    if written != (draft.title, draft.body, Kind(draft.kind), draft.product_id()):
        return False
    ordered = select(Tag.name).join(QuestionTag, QuestionTag.tag_id == Tag.id).order_by(QuestionTag.position)
    return tuple(db.session.scalars(ordered.where(QuestionTag.question_id == question.id))) == draft.tags


def move_question(actor: Actor, question: Question, slug: str) -> None:
    """To another product; the promise keeps its start (escalation reacts)."""
    require(may_move(actor, question))
    product = db.session.scalar(select(Product).where(Product.slug == slug, Product.archived.is_(False)))
    if product is None:
        raise Invalid(fields={"product": [_("Please choose a product from the list.")]})
    if product.id == question.product_id:
        return
    before, question.product_id = question.product_id, product.id
    if question.no_promise == NoPromise.NO_POLICY:
        question.escalates, question.no_promise = True, None
    question.version += 1
    publish(
        QuestionMoved(
            question_id=question.id, product_id=product.id, product_id_before=before, actor_id=actor.id
        )
    )


def close_question(actor: Actor, question: Question, reason: str, *, duplicate_of: int | None = None) -> None:
    """No more answers; its case is cancelled (escalation reacts)."""
    require(may_see(actor, question))
    require(may_close(actor, question))
    if reason not in set(CloseReason):
        raise Invalid(fields={"reason": [_("Please choose a reason from the list.")]})
    if question.closed_at is not None:
        raise Conflict(_("This question is closed already."))
    question.duplicate_of_id = _duplicate(actor, question, duplicate_of) if reason == CloseReason.DUPLICATE else None
    question.closed_at, question.closed_by_id = now(), actor.id
    question.close_reason = CloseReason(reason)
    question.version += 1
    settle(question)
    publish(QuestionClosed(question_id=question.id, reason=reason, actor_id=actor.id))


def _duplicate(actor: Actor, question: Question, target_id: int | None) -> int:
    target = db.session.get(Question, target_id) if target_id else None
    if target is None or target.id == question.id or not may_see(actor, target):
        raise Invalid(fields={"duplicate_of": [_("Please give the number of the question that it repeats.")]})
    return target.id


def reopen_question(actor: Actor, question: Question) -> None:
    require(may_see(actor, question))
    require(may_close(actor, question))
    if question.closed_at is None:
        return
    question.closed_at = question.closed_by_id = question.close_reason = question.duplicate_of_id = None
    question.version += 1
    settle(question)
    publish(QuestionReopened(question_id=question.id, actor_id=actor.id))


def delete_question(actor: Actor, question: Question) -> None:
    """Not shown any more, restorable."""
    require(may_see(actor, question))
    require(may_delete(actor, question))
    if question.deleted_at is not None:
        return
    question.deleted_at, question.deleted_by_id = now(), actor.id
    question.version += 1
    settle(question)
    if not question.hidden:
        count_tags_of(question, -1)
    publish(QuestionDeleted(question_id=question.id, actor_id=actor.id))


def restore_question(actor: Actor, question: Question) -> None:
    if question.deleted_at is None:
        return
    require(may_restore(actor, question))
    question.deleted_at = question.deleted_by_id = None
    question.version += 1
    settle(question)
    if not question.hidden:
        count_tags_of(question, +1)
    publish(QuestionRestored(question_id=question.id, actor_id=actor.id))


def set_tags(question: Question, tags: list[Tag]) -> None:
    """Replace the question's tags and keep every tag's count."""
    before = set(db.session.scalars(select(QuestionTag.tag_id).where(QuestionTag.question_id == question.id)))
    after = {tag.id for tag in tags}
    db.session.execute(delete(QuestionTag).where(QuestionTag.question_id == question.id))
    for position, tag in enumerate(tags):
        tie = {"question_id": question.id, "tag_id": tag.id, "active_at": question.active_at}
        db.session.add(QuestionTag(position=position, **tie))
    db.session.flush()
    if is_counted(question):
        count_tags(after - before, +1)
        count_tags(before - after, -1)


def set_with_staff(question_id: int, with_staff: bool) -> None:
    """Escalation says whether a case of this question waits for staff; asks no policy, since no person asks."""
    question = db.session.get(Question, question_id)
    if question is not None and question.with_staff != with_staff:
        question.with_staff = with_staff
        settle(question)


def set_promise(question_id: int, reason: NoPromise | None) -> None:
    """Escalation says that there is no promise, and why; or that there is one again."""
    question = db.session.get(Question, question_id)
    if question is not None:
        question.escalates, question.no_promise = reason is None, reason


def question_to_change(question_id: int, actor: Actor) -> Question:
    """The row, freshly read, for an action; NotFound where the actor may not see it."""
    question = locked_question(question_id)
    if question is None:
        raise NotFound()
    require(may_see(actor, question))
    return question
