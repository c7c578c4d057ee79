"""What holds for an answer in two languages: one version a language, accepted together."""

from typing import Any

from app.domains.questions.events import AnswerAccepted
from app.domains.questions.models import Answer, Question
from app.domains.questions.queries.versions import together, versions_of
from app.extensions import db
from app.kernel.clock import now
from app.kernel.errors import Invalid
from app.kernel.events import publish
from app.kernel.i18n import _


def check_version(question: Question, original: Answer, language: str, *, besides: int | None = None) -> None:
    """Invalid where `original` cannot have a version in this language. One that was deleted makes room."""
    if original.question_id != question.id or original.version_of_id is not None or original.id == besides:
        raise Invalid(_("Only an answer to the same question can have a version in another language."))
    if language == original.language:
        raise Invalid(fields={"body": [_("This is in the same language as the answer itself.")]})
    for other in versions_of(original.id):
        if other.language == language and other.id != besides:
            if other.deleted_at is None:
                raise Invalid(fields={"body": [_("This answer has a version in that language already.")]})
            other.version_of_id = None
            db.session.flush()


def accept_along(question: Question, accepted: Answer, version: Answer) -> None:
    """What is said in two languages helped in both. Somebody who wrote both is credited once."""
    if accepted.accepted_at is None or version.accepted_at is not None or version.hidden or version.deleted_at:
        return
    version.accepted_at, version.did_not_help = now(), False
    if version.author_id != accepted.author_id:
        _credit(question, version)


def lose_acceptance(question: Question, gone: Answer) -> None:
    """The answer is taken away: what says the same in another language and stands is still accepted."""
    was_named = question.accepted_answer_id == gone.id
    gone.accepted_at = None
    if not was_named:
        return
    left = next((each for each in together(gone)[1:] if each.accepted_at is not None), None)
    question.accepted_answer_id = left.id if left else None
    if left is not None and left.author_id == gone.author_id:
        _credit(question, left)  # until now the other one stood for both


def _credit(question: Question, answer: Answer) -> None:
    about: dict[str, Any] = {"answer_id": answer.id, "question_id": question.id, "author_id": answer.author_id}
    publish(AnswerAccepted(**about, actor_id=question.asker_id))
