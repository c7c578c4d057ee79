"""The table of states as data: where a case stands, what is true, what must happen next."""

from datetime import UTC, datetime, timedelta

import pytest

from app.domains.escalation.agreement import Reply, Standing, Step, Truth, last_reply_before, next_step
from app.domains.escalation.models import LIVE, CaseState

T0 = datetime(2026, 3, 3, 2, 0, tzinfo=UTC)
ANN_HAS_ASKED, PEER, STAFF = 1, 2, 3


def at(minutes: int) -> datetime:
    return T0 + timedelta(minutes=minutes)


def peer(number: int, minutes: int) -> Reply:
    return Reply(number, at(minutes), PEER, official=False)


def staff(number: int, minutes: int) -> Reply:
    return Reply(number, at(minutes), STAFF, official=True)


def truth(*replies: Reply, accepted: int | None = None, posts: tuple[int, ...] = (), eligible: bool = True) -> Truth:
    accepted_at = at(accepted) if accepted is not None else None
    return Truth(eligible, 1, accepted_at, replies, tuple(at(minutes) for minutes in posts))


def case(state: CaseState, *, answered: int | None = None, peer_at: int | None = None, after: int = 0) -> Standing:
    answered_at = at(answered) if answered is not None else None
    return Standing(state, 1, after, answered_at, at(peer_at) if peer_at is not None else None)


S = CaseState
WAITING = case(S.WAITING_ASKER, answered=5, after=1)
ANSWERED = case(S.ANSWERED, answered=5)
TABLE = [
    ("new, published", None, truth(), Step.ARM),
    ("new, but not public", None, truth(eligible=False), None),
    ("armed, nobody answered", case(S.ARMED), truth(), None),
    ("armed, a peer answered", case(S.ARMED), truth(peer(1, 5)), Step.DISARM),
    ("armed, an agent answered on their own accord", case(S.ARMED), truth(staff(1, 5)), Step.DISARM),
    ("armed, the asker accepted their own answer", case(S.ARMED), truth(accepted=7), Step.DISARM),
    ("armed, closed", case(S.ARMED), truth(eligible=False), Step.CANCEL),
    ("disarmed, answer stands", case(S.DISARMED, answered=5), truth(peer(1, 5)), None),
    ("disarmed, the only answer is gone", case(S.DISARMED, answered=5), truth(), Step.REARM),
    ("disarmed, another answer is left", case(S.DISARMED, answered=5), truth(peer(2, 9)), None),
    ("disarmed, accepted", case(S.DISARMED, answered=5), truth(peer(1, 5), accepted=9), Step.RESOLVE),
    ("disarmed, closed", case(S.DISARMED, answered=5), truth(eligible=False), None),
    ("queued, nobody answered", case(S.QUEUED), truth(), None),
    ("queued, an agent answered", case(S.QUEUED), truth(staff(1, 5)), Step.ANSWER),
    ("queued, an agent answered after a peer", case(S.QUEUED), truth(peer(1, 4), staff(2, 5)), Step.ANSWER),
    ("queued, a peer answered", case(S.QUEUED), truth(peer(1, 5)), Step.NOTICE_PEER),
    ("queued, the peer is noticed already", case(S.QUEUED, peer_at=5), truth(peer(1, 5)), None),
    ("queued, the noticed peer answer is gone", case(S.QUEUED, peer_at=5), truth(), Step.FORGET_PEER),
    ("queued, the peer answer is accepted", case(S.QUEUED), truth(peer(1, 5), accepted=9), Step.ANSWER_BY_PEER),
    ("queued again, only old answers", case(S.QUEUED, after=2), truth(peer(1, 4), staff(2, 5)), None),
    ("queued again, a new answer of staff", case(S.QUEUED, after=2), truth(staff(2, 5), staff(3, 20)), Step.ANSWER),
    ("queued, hidden", case(S.QUEUED), truth(eligible=False), Step.CANCEL),
    ("assigned, an agent answered", case(S.ASSIGNED), truth(staff(1, 5)), Step.ANSWER),
    ("assigned, a peer answered", case(S.ASSIGNED), truth(peer(1, 5)), Step.NOTICE_PEER),
    ("assigned, the peer answer is accepted", case(S.ASSIGNED), truth(peer(1, 5), accepted=9), Step.ANSWER_BY_PEER),
    ("assigned, deleted", case(S.ASSIGNED), truth(eligible=False), Step.CANCEL),
    ("waiting for the asker, silence", WAITING, truth(staff(1, 5)), None),
    ("waiting, the asker wrote", WAITING, truth(staff(1, 5), posts=(8,)), Step.RETURN),
    ("waiting, staff answered after all", WAITING, truth(staff(1, 5), staff(2, 7)), Step.ANSWER),
    ("waiting, accepted", WAITING, truth(staff(1, 5), accepted=9), Step.ANSWER_BY_PEER),
    ("waiting, closed", case(S.WAITING_ASKER, answered=5), truth(eligible=False), Step.CANCEL),
    ("waiting for the product, answered", case(S.WAITING_PRODUCT), truth(staff(1, 5)), Step.ANSWER),
    ("answered, silence", ANSWERED, truth(staff(1, 5)), None),
    ("answered, accepted", ANSWERED, truth(staff(1, 5), accepted=9), Step.RESOLVE),
    ("answered, thanked and accepted", ANSWERED, truth(staff(1, 5), accepted=9, posts=(8,)), Step.RESOLVE),
    ("answered, the asker wrote again", ANSWERED, truth(staff(1, 5), posts=(2, 8)), Step.RETURN),
    ("answered, the asker wrote before only", ANSWERED, truth(staff(1, 5), posts=(2,)), None),
    ("answered, the reply is gone", ANSWERED, truth(), Step.REQUEUE),
    ("answered, closed", ANSWERED, truth(eligible=False), Step.CANCEL),
    ("resolved, answer stands", case(S.RESOLVED, answered=5), truth(staff(1, 5)), None),
    ("resolved, no help is left", case(S.RESOLVED, answered=5), truth(), Step.REARM),
    ("resolved, closed", case(S.RESOLVED, answered=5), truth(eligible=False), None),
    ("cancelled, still closed", case(S.CANCELLED), truth(eligible=False), None),
    ("cancelled, open again without an answer", case(S.CANCELLED), truth(), Step.REARM),
    ("cancelled, open again with an answer", case(S.CANCELLED), truth(peer(1, 5)), None),
]


@pytest.mark.parametrize(("standing", "facts", "step"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_the_table_of_states(standing: Standing | None, facts: Truth, step: Step | None) -> None:
    assert next_step(standing, facts) is step


@pytest.mark.parametrize("state", [state for state in CaseState if state != CaseState.CANCELLED])
def test_a_moved_question_first_takes_the_new_products_terms(state: CaseState) -> None:
    moved = Truth(eligible=True, product_id=2, replies=(staff(1, 5),))
    assert next_step(case(state, answered=5), moved) is Step.MOVE


@pytest.mark.parametrize("state", sorted(LIVE))
def test_every_live_case_ends_when_its_question_does(state: CaseState) -> None:
    assert next_step(case(state), truth(eligible=False)) is Step.CANCEL


def test_answers_that_came_before_the_asker_wrote_again_do_not_answer_it() -> None:
    facts = truth(staff(4, 5), peer(6, 7), staff(9, 20), posts=(8,))
    assert last_reply_before(facts, at(8)) == 6
