"""Staff answer a case: the very same public answer that anybody posts."""

from datetime import datetime

from app.domains.accounts.actor import Actor
from app.domains.escalation.agreement import Reply
from app.domains.escalation.models import UNANSWERED, Case, CaseState
from app.domains.escalation.policies import may_answer_case
from app.domains.escalation.queries.cases import unseen_posts
from app.domains.escalation.queries.terms import terms_of_case
from app.domains.escalation.transitions.agreeing import agree
from app.domains.escalation.transitions.steps import wait_for_asker
from app.domains.questions.actions.answering import post_answer
from app.domains.questions.actions.asking import question_to_change
from app.domains.questions.models import Answer, Question
from app.kernel.errors import Conflict
from app.kernel.i18n import _
from app.kernel.policy import require


def answer_case(
    actor: Actor,
    case: Case,
    body: str,
    base_version: int | None = None,
    *,
    seen_at: datetime | None = None,
    asks: bool = False,
    submission: str | None = None,
) -> Answer:
    """Post the reply; the case is answered, or waits for the asker where the reply `asks` something.

    Conflict, with the new posts, where one arrived that the sender has not seen: `base_version` is the question's as
    it was shown, `seen_at` when (it also catches comments and notes). Sending again with the newer ones is
    *send anyway*.
    """
    require(may_answer_case(actor, case))
    question = question_to_change(case.question_id, actor)
    _refuse_unseen(actor, case, question, base_version, seen_at)
    answer = post_answer(actor, question, body, submission=submission)
    if asks and answer.official and case.state in UNANSWERED | {CaseState.WAITING_ASKER}:
        reply = Reply(answer.id, answer.created_at, answer.author_id, True)
        wait_for_asker(case, reply, terms_of_case(case))
    agree(question.id)
    return answer


def _refuse_unseen(
    actor: Actor, case: Case, question: Question, base_version: int | None, seen_at: datetime | None
) -> None:
    posts = unseen_posts(actor, case, seen_at) if seen_at is not None else []
    if posts or (base_version is not None and base_version != question.version):
        sentence = _("A new post arrived while you were writing. Please read it, then send, edit or discard yours.")
        raise Conflict(sentence, newer={"version": question.version, "posts": posts})
