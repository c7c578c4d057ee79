"""What people did, read into rows: in order, once, and always the same."""

import random
from threading import Barrier, Thread

import pytest
from sqlalchemy import delete, func, insert, select, update

from app.domains.accounts.actions.levels import set_level
from app.domains.accounts.models import User
from app.domains.questions.actions.asking import QuestionDraft, edit_question, move_question, question_to_change
from app.domains.questions.events import VoteCast
from app.domains.questions.models import Answer
from app.domains.reputation import ledger
from app.domains.reputation.invariants import INVARIANTS
from app.domains.reputation.ledger_events import READ_KINDS
from app.domains.reputation.models import LedgerCursor, LedgerEntry, LedgerRead, Standing, StandingScope
from app.domains.reputation.reactions import advance_ledger, move_credits
from app.domains.reputation.trust import TRUST_EVENTS
from app.domains.tags.queries import tag_by_name
from app.extensions import db
from app.kernel.events import EventRow, event_of, record
from app.kernel.transaction import transaction
from tests.conftest import statements
from tests.domains.reputation.scenes import (
    Crowd,
    accept,
    bring_back,
    hide,
    show_again,
    tables,
    take_away,
    the_start_is_over,
    verify,
)
from tests.factories import a_person, a_question, a_vote, an_answer


def advance():
    with transaction():
        return ledger.advance()


def rebuild():
    with transaction():
        return ledger.rebuild()


def rows():
    """(user, reason, points) of each ledger row, in order; one credit is ten points."""
    found = select(LedgerEntry.user_id, LedgerEntry.reason, LedgerEntry.amount).order_by(LedgerEntry.id)
    return [(row.user_id, row.reason, round(10 * row.amount, 2)) for row in db.session.execute(found)]


def trust_of(answer):
    row = db.session.execute(select(Answer.trusted_up, Answer.trusted_down).where(Answer.id == answer.id)).one()
    return tuple(row)


def standing(person, scope=StandingScope.SITE, scope_id=0):
    return db.session.scalar(
        select(Standing.credit_total).where(
            Standing.user_id == person.id, Standing.scope == scope, Standing.scope_id == scope_id
        )
    )


def events():
    found = select(EventRow).where(EventRow.kind.in_(READ_KINDS)).order_by(EventRow.occurred_at, EventRow.id)
    return [event_of(row) for row in db.session.scalars(found)]


@pytest.fixture
def eve2(app):
    return a_person("another eve", level=2)


@pytest.mark.both_databases
def test_a_vote_and_an_acceptance_become_rows_and_standings(ann, bob, eve, app):
    question = a_question(by=ann, product="mesh", tags=("wifi", "roaming"))
    answer = an_answer(to=question, by=bob)
    accept(answer, ann)
    a_vote(on=answer, by=eve)

    assert advance() > 0

    # Ann is L1 and weighs a half; eve's vote pays the second part of her acceptance.
    assert rows() == [
        (bob.id, "accepted", 2.5),
        (bob.id, "upvote", 10.0),
        (bob.id, "accepted_corroborated", 7.5),
    ]
    assert trust_of(answer) == (1.0, 0.0)
    wifi, roaming = tag_by_name("wifi").id, tag_by_name("roaming").id
    assert standing(bob) == standing(bob, StandingScope.PRODUCT, question.product_id) == 2.0
    assert standing(bob, StandingScope.TAG, wifi) == standing(bob, StandingScope.TAG, roaming) == 2.0


def test_nothing_is_paid_for_ones_own_question_or_an_official_answer(ann, eve, stan, app):
    question = a_question(by=ann)
    a_vote(on=an_answer(to=question, by=ann), by=eve)
    a_vote(on=an_answer(to=question, by=stan), by=eve)
    advance()

    assert rows() == []


def test_a_vote_from_before_l1_waits_until_its_giver_gets_there(ann, bob, newcomer, app, clock):
    the_start_is_over()
    answer = an_answer(to=a_question(by=ann), by=bob)
    a_vote(on=answer, by=newcomer)
    other = an_answer(to=a_question(by=ann), by=bob)
    a_vote(on=other, by=newcomer)
    a_vote(on=other, by=newcomer, value=0)
    advance()
    assert rows() == []

    reached = clock.advance(days=4)
    with transaction():
        set_level(newcomer.id, 1)
    advance()

    assert rows() == [(bob.id, "upvote", 5.85)]
    assert db.session.scalar(select(LedgerEntry.counts_from)) == reached


def test_a_voice_heard_once_is_not_heard_again_when_a_level_is_lost_and_won_back(ann, bob, newcomer, app):
    the_start_is_over()
    answer = an_answer(to=a_question(by=ann), by=bob)
    a_vote(on=answer, by=newcomer)
    for level in (1, 0, 1):
        with transaction():
            set_level(newcomer.id, level)
    advance()

    assert [reason for _user, reason, _points in rows()] == ["upvote"]


def test_while_the_site_starts_up_everybody_with_an_address_weighs_a_half(ann, bob, newcomer, app):
    a_vote(on=an_answer(to=a_question(by=ann), by=bob), by=newcomer)
    the_start_is_over()
    a_vote(on=an_answer(to=a_question(by=ann), by=bob), by=newcomer)
    advance()

    assert rows() == [(bob.id, "upvote", 5.85)]


def test_a_withdrawn_vote_leaves_exactly_nothing(ann, bob, eve, app, clock):
    answer = an_answer(to=a_question(by=ann), by=bob)
    a_vote(on=answer, by=eve)
    advance()
    clock.advance(days=40)
    a_vote(on=answer, by=eve, value=0)
    advance()

    assert [reason for _user, reason, _points in rows()] == ["upvote", "upvote_reversed"]
    assert standing(bob) == 0.0
    assert trust_of(answer) == (0.0, 0.0)


def test_a_deleted_answer_gives_everything_back_and_gets_votes_but_not_the_acceptance_again(ann, bob, eve, mona, app):
    answer = an_answer(to=a_question(by=ann), by=bob)
    a_vote(on=answer, by=eve)
    accept(answer, ann)
    take_away(answer, mona)
    advance()
    assert standing(bob) == 0.0
    assert trust_of(answer) == (0.0, 0.0)

    bring_back(answer, mona)
    advance()
    assert standing(bob) == 1.0
    assert trust_of(answer) == (1.0, 0.0)


def test_a_hidden_question_takes_its_answers_credit_along_and_brings_all_of_it_back(ann, bob, eve, mona, app):
    question = a_question(by=ann)
    answer = an_answer(to=question, by=bob)
    a_vote(on=answer, by=eve)
    accept(answer, ann)
    advance()
    before = standing(bob)

    hide(question, mona)
    advance()
    assert standing(bob) == 0.0
    show_again(question, mona)
    advance()
    assert standing(bob) == pytest.approx(before)


def test_what_is_said_about_a_hidden_post_counts_when_it_is_shown_again(ann, bob, stan, mona, app):
    """Staff see hidden questions and may vote under them."""
    question = a_question(by=ann)
    answer = an_answer(to=question, by=bob)
    hide(question, mona)
    a_vote(on=answer, by=stan)
    verify(answer, stan)
    advance()
    assert rows() == []

    show_again(question, mona)
    advance()
    assert rows() == [(bob.id, "upvote", 10.0), (bob.id, "verified", 30.0)]


def test_an_imported_vote_has_no_voter_and_counts_in_full_each_time(ann, bob, app):
    answer = an_answer(to=a_question(by=ann), by=bob)
    with transaction():
        for _ in range(3):
            names = {"kind": "answer", "target_id": answer.id, "question_id": answer.question_id}
            record(VoteCast(**names, author_id=bob.id, value=1, actor_id=None))
    advance()

    assert rows() == [(bob.id, "upvote", 10.0), (bob.id, "upvote", 5.85), (bob.id, "upvote", 4.15)]
    assert db.session.scalar(select(Standing.supporter_trust).where(Standing.scope == StandingScope.SITE)) == 3.0


def test_a_moved_or_retagged_question_takes_its_credits_along(ann, bob, eve, mona, app):
    question = a_question(by=ann, product="mesh", tags=("wifi",))
    a_question(by=ann, product="pay", tags=("refund",))
    a_vote(on=an_answer(to=question, by=bob), by=eve)
    advance()
    old_product = question.product_id

    with transaction():
        row = question_to_change(question.id, mona)
        move_question(mona, row, "pay")
        edit_question(mona, row, QuestionDraft(row.title, row.body, "pay", ("refund",)))
    for event in (event_of(row) for row in db.session.scalars(select(EventRow).order_by(EventRow.id))):
        if type(event).__name__ in ("QuestionMoved", "QuestionEdited"):
            with transaction():
                move_credits(event)

    assert standing(bob, StandingScope.PRODUCT, old_product) is None
    assert standing(bob, StandingScope.TAG, tag_by_name("wifi").id) is None
    assert standing(bob, StandingScope.TAG, tag_by_name("refund").id) == standing(bob) == 1.0
    moved = tables()
    rebuild()
    assert tables() == moved


@pytest.mark.both_databases
@pytest.mark.parametrize("seed", [1, 2])
def test_a_rebuild_gives_the_same_bytes_as_reading_bit_by_bit(app, clock, seed):
    crowd = Crowd(seed, clock)
    for part in range(4):
        if part == 2:
            the_start_is_over()
        crowd.act(30)
        advance()
    before = tables()
    assert len(before["ledger_entry"]) > 20
    assert [invariant.code for invariant in INVARIANTS if invariant.query()] == []

    rebuild()
    assert tables() == before
    rebuild()
    assert tables() == before


@pytest.mark.parametrize("seed", [4, pytest.param(5, marks=pytest.mark.long)])
def test_reactions_in_any_order_and_twice_give_the_same_bytes(app, clock, seed):
    crowd = Crowd(seed, clock)
    crowd.act(60)
    the_start_is_over()
    crowd.act(25)
    advance()
    expected = tables()

    woken = events()
    stored = {row.id: _columns(row) for row in db.session.scalars(select(EventRow))}
    with transaction():
        for model in (LedgerEntry, LedgerRead, Standing, LedgerCursor):
            db.session.execute(delete(model))
        # Levels stand in the row of the person from the moment on at which their event does.
        late = [event.event_id for event in woken if not isinstance(event, TRUST_EVENTS)]
        db.session.execute(delete(EventRow).where(EventRow.id.in_(late)))
    random.Random(seed).shuffle(woken)
    for event in woken:
        with transaction():  # every process commits when it likes: the event shows only now
            if event.event_id in late:
                db.session.execute(insert(EventRow), [stored[event.event_id]])
            advance_ledger(event)
            advance_ledger(event)

    assert tables() == expected


def _columns(row):
    return {column.key: getattr(row, column.key) for column in EventRow.__table__.columns}


@pytest.mark.both_databases
def test_two_workers_at_once_count_nothing_twice(app, clock):
    Crowd(6, clock).act(70)
    ids = [event.event_id for event in events()]
    expected_number = len(ids)
    start, errors = Barrier(2), []

    def work(order):
        with app.app_context():
            try:
                start.wait()
                for event_id in order:
                    with transaction():
                        advance_ledger(event_of(db.session.get_one(EventRow, event_id)))
            except Exception as error:  # shown by the assertion below
                errors.append(error)
            finally:
                db.session.remove()

    workers = [Thread(target=work, args=(order,)) for order in (ids, ids[::-1])]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    db.session.rollback()
    assert errors == []
    assert db.session.scalar(select(func.count()).select_from(LedgerRead)) == expected_number
    before = tables()
    rebuild()
    assert tables() == before


def test_an_event_recorded_behind_the_reader_is_noticed_and_a_rebuild_takes_it_in(ann, bob, eve, app, clock):
    answer = an_answer(to=a_question(by=ann), by=bob)
    posted_at = clock.now()
    clock.advance(days=2)
    a_vote(on=answer, by=eve)
    advance()

    with transaction():
        names = {"kind": "answer", "target_id": answer.id, "question_id": answer.question_id}
        record(VoteCast(**names, author_id=bob.id, value=1), at=posted_at)
    assert [invariant.code for invariant in INVARIANTS if invariant.query()] == ["R1"]

    rebuild()
    assert [invariant.code for invariant in INVARIANTS if invariant.query()] == []
    assert rows() == [(bob.id, "upvote", 10.0), (bob.id, "upvote", 5.85)]


def test_a_supporter_who_loses_all_trust_supports_nobody_any_more(ann, bob, eve2, app):
    the_start_is_over()
    a_vote(on=an_answer(to=a_question(by=ann), by=bob), by=eve2)
    advance()
    trust = select(Standing.supporter_trust).where(Standing.user_id == bob.id, Standing.scope == StandingScope.SITE)
    assert db.session.scalar(trust) == 1.0

    with transaction():
        set_level(eve2.id, 0)
    advance()
    assert db.session.scalar(trust) == 0.0
    assert db.session.get_one(User, eve2.id).level == 0


@pytest.mark.parametrize(("change", "code"), [({"credit_total": 7.0}, "R2"), ({"amount": -9.0}, "R3")])
def test_a_broken_ledger_is_found(ann, bob, eve, app, change, code):
    answer = an_answer(to=a_question(by=ann), by=bob)
    a_vote(on=answer, by=eve)
    a_vote(on=answer, by=eve, value=0)
    advance()
    with transaction():
        if "amount" in change:
            reversal = LedgerEntry.reason == "upvote_reversed"
            db.session.execute(update(LedgerEntry).where(reversal).values(change))
        else:
            db.session.execute(update(Standing).values(change))
    assert code in [invariant.code for invariant in INVARIANTS if invariant.query()]


def test_a_repeated_wake_up_costs_one_look(ann, bob, eve, app):
    a_vote(on=an_answer(to=a_question(by=ann), by=bob), by=eve)
    advance()
    vote = events()[-1]
    with transaction(), statements() as seen:
        advance_ledger(vote)
    assert len(seen) == 1
