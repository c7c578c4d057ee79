"""One answer in two languages: written as the other's version, or joined with it afterwards."""

from app.domains.accounts.actor import Actor
from app.domains.questions.actions.posting import recount_answers
from app.domains.questions.events import AnswerEdited
from app.domains.questions.models import Answer, Question
from app.domains.questions.policies import may_join_versions, may_see_answer
from app.domains.questions.queries.versions import versions_of
from app.domains.questions.versions import accept_along, check_version
from app.kernel.errors import Invalid
from app.kernel.events import publish
from app.kernel.i18n import _
from app.kernel.policy import require


def join_version(actor: Actor, question: Question, original: Answer, answer: Answer) -> None:
    """`answer` says in its language what `original` says in another; both stand under this question."""
    require(may_see_answer(actor, original))
    require(may_join_versions(actor, question, answer))
    if answer.version_of_id == original.id:
        return
    if versions_of(answer.id):
        raise Invalid(_("This answer has versions in other languages itself: join those with the other answer."))
    check_version(question, original, answer.language, besides=answer.id)
    answer.version_of_id = original.id
    _changed(actor, question, answer)
    accept_along(question, original, answer)


def part_version(actor: Actor, question: Question, answer: Answer) -> None:
    """The answer stands for itself again; an acceptance stays with the one that was named."""
    require(may_join_versions(actor, question, answer))
    if answer.version_of_id is None:
        return
    answer.version_of_id = None
    _changed(actor, question, answer)


def _changed(actor: Actor, question: Question, answer: Answer) -> None:
    answer.version += 1
    recount_answers(question)
    publish(AnswerEdited(answer_id=answer.id, question_id=question.id, actor_id=actor.id))
