"""What a question's facts add up to: its service state."""

from app.domains.questions.models import Question, ServiceState


def settle(question: Question) -> None:
    """Bring `service_state` into line with the row's facts."""
    question.service_state = state_of(question)


def state_of(question: Question) -> ServiceState:
    """Hidden before closed before solved before with our team before answered before open."""
    if question.hidden or question.deleted_at is not None:
        return ServiceState.HIDDEN
    if question.closed_at is not None:
        return ServiceState.CLOSED
    if question.accepted_answer_id is not None:
        return ServiceState.SOLVED
    if question.with_staff:
        return ServiceState.ESCALATED
    return ServiceState.OPEN if question.first_answer_at is None else ServiceState.ANSWERED
