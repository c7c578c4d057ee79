from datetime import UTC, datetime, timedelta
from itertools import count
from math import log2

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domains.reputation.creditbook import CreditBook
from app.domains.reputation.credits import AnswerState, Credit, DayState, Fact, Kind, PairState, Reason, utc_date
from app.domains.reputation.ranking import credits_for, damped, log_votes
from tests.examples import examples

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ASKER, AUTHOR, FAN, OTHER = 1, 2, 3, 4


class Forum:
    """Says what happens, one second after the other, and keeps the book."""

    def __init__(self):
        self.book, self.rows, self.facts, self._ids, self.now = CreditBook(), [], [], count(1), MONDAY

    def happens(self, kind, by=FAN, on=100, weight=1.0, confirmed=True, author=AUTHOR, asker=ASKER):
        self.now += timedelta(seconds=1)
        fact = Fact(
            event_id=next(self._ids), occurred_at=self.now, kind=kind, answer_id=on, author_id=author,
            question_id=on, asker_id=asker, giver_id=by, giver_weight=weight, giver_confirmed=confirmed,
        )  # fmt: skip
        self.facts.append(fact)
        new = self.book.record(fact)
        self.rows += new
        return new

    def upvote(self, by=FAN, on=100, **more):
        return self.happens(Kind.UPVOTE, by, on, **more)

    def total(self, user=AUTHOR):
        return sum(row.amount for row in self.rows if row.user_id == user)


@pytest.fixture
def forum():
    return Forum()


def amounts(rows):
    return [(row.reason, pytest.approx(row.amount)) for row in rows]


@pytest.mark.parametrize(
    ("weight", "given_before", "received_before", "x"),
    [(1, 0, 0, 1), (1, 1, 0, 0.5), (1, 2, 0, 0.25), (0.5, 0, 0, 0.5), (1, 0, 1, 0.5), (1, 1, 3, 0.125), (0, 0, 0, 0)],
)
def test_trust_is_halved_by_each_earlier_credit_and_divided_by_those_received(weight, given_before, received_before, x):
    assert damped(weight, given_before, received_before) == x


@pytest.mark.parametrize(("trusted_sum", "credit"), [(0, 0), (1, 1), (3, 2), (7, 3), (-4, 0)])
def test_an_answer_earns_the_logarithm_of_its_trusted_votes(trusted_sum, credit):
    assert log_votes(trusted_sum) == credit


def test_up_votes_of_different_people_pay_ever_less_on_one_answer(forum):
    paid = [forum.upvote(by=giver)[0].amount for giver in (11, 12, 13)]

    assert paid == pytest.approx([1, log2(3) - 1, 2 - log2(3)])


def test_a_second_vote_of_the_same_person_counts_half_and_says_so(forum):
    first, second, third = (forum.upvote(on=answer)[0] for answer in (100, 101, 102))

    assert [first.x, second.x, third.x] == pytest.approx([1, 0.5, 0.25], rel=1e-6)
    assert [row.reduced_because for row in (first, second, third)] == [None, ("repeat",), ("repeat",)]
    assert second.raw == 1 and second.amount == pytest.approx(log2(1.5), rel=1e-6)


def test_a_pair_forgets_with_a_half_life_of_180_days(forum):
    forum.upvote(on=100)
    forum.now += timedelta(days=180)

    assert forum.upvote(on=101)[0].x == pytest.approx(0.5**0.5, rel=1e-6)


def test_mutual_votes_are_halved_again(forum):
    forum.upvote(by=AUTHOR, on=200, author=FAN)

    (row,) = forum.upvote(by=FAN, on=100)

    assert row.x == pytest.approx(0.5) and row.reduced_because == ("mutual",)


def test_the_tenth_answer_of_one_fan_adds_almost_nothing(forum):
    for answer in range(100, 110):
        forum.upvote(on=answer)

    assert sum(row.x for row in forum.rows) == pytest.approx(2, abs=0.01)
    assert forum.total() == pytest.approx(sum(log2(1 + 0.5**k) for k in range(10)), rel=1e-4)
    assert forum.total() < 2.3


def test_twenty_fresh_accounts_give_nothing_and_leave_no_trace(forum):
    for fresh in range(500, 520):
        forum.upvote(by=fresh, weight=0.0)
        forum.happens(Kind.ACCEPT, by=fresh, on=fresh, weight=0.0, confirmed=False, asker=fresh)

    assert forum.rows == []
    assert forum.upvote()[0].amount == 1


@pytest.mark.parametrize(
    "wrong", [{"by": AUTHOR}, {"asker": AUTHOR}, {"author": None}], ids=["oneself", "own question", "no author"]
)
@pytest.mark.parametrize("kind", [Kind.UPVOTE, Kind.DOWNVOTE, Kind.ACCEPT, Kind.VERIFIED])
def test_nobody_is_credited_for(forum, wrong, kind):
    assert forum.happens(kind, **wrong) == []


@pytest.mark.parametrize(
    ("votes_before", "amount"),
    [([], -0.5), ([11], -1.5), ([11, 12], 1 - log2(3) - 0.5), ([11, 12, 13], log2(3) - 2 - 0.5)],
)
def test_a_down_vote_takes_the_last_vote_and_half_its_trust(forum, votes_before, amount):
    for giver in votes_before:
        forum.upvote(by=giver)

    assert amounts(forum.happens(Kind.DOWNVOTE, by=FAN)) == [(Reason.DOWNVOTE, pytest.approx(amount))]


def test_up_votes_first_fill_the_hole_that_down_votes_dug(forum):
    forum.happens(Kind.DOWNVOTE, by=11)

    assert [forum.upvote(by=giver)[0].amount for giver in (12, 13)] == [0, 1]


def test_an_acceptance_pays_a_quarter_at_once_and_the_rest_with_somebody_elses_vote(forum):
    accepted = forum.happens(Kind.ACCEPT, by=ASKER)
    corroborated = forum.upvote(by=OTHER)

    assert amounts(accepted) == [(Reason.ACCEPTED, 0.5)]
    assert amounts(corroborated) == [(Reason.UPVOTE, 1), (Reason.ACCEPTED_CORROBORATED, 1.5)]
    assert corroborated[1].giver_id == ASKER


def test_a_vote_that_came_before_the_acceptance_corroborates_it_too(forum):
    forum.upvote(by=OTHER)

    assert amounts(forum.happens(Kind.ACCEPT, by=ASKER)) == [
        (Reason.ACCEPTED, 0.5),
        (Reason.ACCEPTED_CORROBORATED, 1.5),
    ]


@pytest.mark.parametrize(("by", "weight"), [(ASKER, 1.0), (OTHER, 0.0)], ids=["the asker", "an untrusted account"])
def test_an_acceptance_is_not_corroborated_by(forum, by, weight):
    forum.happens(Kind.ACCEPT, by=ASKER)

    rows = forum.upvote(by=by, weight=weight)

    assert Reason.ACCEPTED_CORROBORATED not in [row.reason for row in rows]


def test_an_acceptance_is_paid_out_once_however_many_vote(forum):
    forum.happens(Kind.ACCEPT, by=ASKER)
    for giver in (11, 12, 13):
        forum.upvote(by=giver)

    assert [row.reason for row in forum.rows].count(Reason.ACCEPTED_CORROBORATED) == 1
    assert forum.happens(Kind.ACCEPT, by=ASKER) == []


@pytest.mark.parametrize(
    ("weight", "confirmed", "amount"), [(0, True, 0.125), (0.5, True, 0.25), (1, True, 0.5), (1, False, 0.5)]
)
def test_the_word_of_a_confirmed_asker_weighs_a_quarter_at_least(forum, weight, confirmed, amount):
    assert amounts(forum.happens(Kind.ACCEPT, by=ASKER, weight=weight, confirmed=confirmed)) == [
        (Reason.ACCEPTED, amount)
    ]


def test_verification_by_staff_pays_three_once_an_answer(forum):
    assert amounts(forum.happens(Kind.VERIFIED, by=90)) == [(Reason.VERIFIED, 3)]
    assert forum.happens(Kind.VERIFIED, by=91) == []
    assert amounts(forum.happens(Kind.VERIFIED_WITHDRAWN, by=91)) == [(Reason.VERIFIED_REVERSED, -3)]


def test_a_day_pays_forty_at_most_and_the_excess_is_lost(forum):
    for answer in range(14):
        forum.happens(Kind.VERIFIED, by=90, on=answer)

    assert [row.amount for row in forum.rows[-2:]] == [3, 1]
    assert forum.rows[-1].reduced_because == ("capped",) and forum.rows[-1].raw == 3
    assert forum.upvote()[0].amount == 0
    forum.now += timedelta(days=1)
    assert forum.upvote(by=OTHER)[0].amount == pytest.approx(log2(3) - 1)


def test_the_days_cap_changes_at_midnight_utc_and_a_down_vote_makes_no_room(forum):
    forum.now = datetime(2026, 3, 2, 23, 59, 30, tzinfo=UTC)
    for answer in range(14):
        forum.happens(Kind.VERIFIED, by=90, on=answer)
    forum.happens(Kind.DOWNVOTE, by=11, on=300)
    before = forum.happens(Kind.VERIFIED, by=90, on=20)
    forum.now = datetime(2026, 3, 3, tzinfo=UTC)
    after = forum.happens(Kind.VERIFIED, by=90, on=21)

    assert (before[0].amount, after[0].amount) == (0, 3)


def test_a_withdrawn_vote_takes_back_what_it_gave_then_and_fades_from_then(forum):
    forum.upvote(by=11)
    (second,) = forum.upvote(by=12)
    forum.now += timedelta(days=50)

    (reversal,) = forum.happens(Kind.VOTE_WITHDRAWN, by=12)

    assert (reversal.reason, reversal.amount) == (Reason.UPVOTE_REVERSED, -second.amount)
    assert (reversal.counts_from, reversal.source_event_id) == (second.occurred_at, second.event_id)
    assert reversal.occurred_at == forum.now


def test_withdrawing_and_voting_again_gains_and_costs_nothing(forum):
    forum.upvote()
    forum.happens(Kind.VOTE_WITHDRAWN)

    (again,) = forum.upvote()

    assert again.amount == pytest.approx(1) and again.reduced_because is None
    assert forum.total() == pytest.approx(1)


def test_withdrawing_the_only_corroborating_vote_takes_the_second_part_with_it(forum):
    forum.happens(Kind.ACCEPT, by=ASKER)
    forum.upvote(by=OTHER)

    rows = forum.happens(Kind.VOTE_WITHDRAWN, by=OTHER)

    assert amounts(rows) == [(Reason.UPVOTE_REVERSED, -1), (Reason.ACCEPTED_CORROBORATED_REVERSED, -1.5)]
    assert forum.total() == 0.5


def test_the_second_part_stays_while_another_vote_carries_it(forum):
    forum.happens(Kind.ACCEPT, by=ASKER)
    forum.upvote(by=OTHER)
    forum.upvote(by=FAN)

    assert [row.reason for row in forum.happens(Kind.VOTE_WITHDRAWN, by=OTHER)] == [Reason.UPVOTE_REVERSED]


def test_a_withdrawn_acceptance_takes_back_both_parts(forum):
    forum.upvote(by=OTHER)
    forum.happens(Kind.ACCEPT, by=ASKER)

    rows = forum.happens(Kind.ACCEPT_WITHDRAWN, by=ASKER)

    assert amounts(rows) == [(Reason.ACCEPTED_REVERSED, -0.5), (Reason.ACCEPTED_CORROBORATED_REVERSED, -1.5)]


def test_a_vote_turned_round_first_takes_back_the_old_one(forum):
    forum.upvote()

    rows = forum.happens(Kind.DOWNVOTE)

    assert amounts(rows) == [(Reason.UPVOTE_REVERSED, -1), (Reason.DOWNVOTE, -0.5)]


def test_a_vote_told_twice_counts_once(forum):
    forum.upvote()

    assert forum.upvote() == []
    assert forum.happens(Kind.VOTE_WITHDRAWN, by=OTHER) == []


def test_deletion_takes_everything_back_and_restoration_gives_it_again(forum):
    forum.upvote(by=OTHER)
    forum.happens(Kind.DOWNVOTE, by=11)
    forum.happens(Kind.ACCEPT, by=ASKER)
    before = forum.total()

    forum.happens(Kind.DELETED, by=None)
    assert forum.total() == pytest.approx(0)
    assert forum.upvote(by=12) == []
    forum.happens(Kind.RESTORED, by=None)

    assert forum.total() == pytest.approx(before)
    assert forum.book.answers[100].trusted_sum == pytest.approx(0)
    assert len({row.key for row in forum.rows}) == len(forum.rows)


def test_a_vote_withdrawn_while_the_answer_is_deleted_does_not_come_back(forum):
    forum.upvote(by=OTHER)
    forum.upvote(by=FAN)
    forum.happens(Kind.DELETED, by=None)

    (note,) = forum.happens(Kind.VOTE_WITHDRAWN, by=OTHER)
    forum.happens(Kind.RESTORED, by=None)

    assert note.amount == 0
    assert forum.total() == pytest.approx(log2(3) - 1)
    assert [row.giver_id for row in forum.book.answers[100].live] == [FAN]
    assert forum.upvote(by=OTHER)[0].reduced_because is None


def test_imported_votes_are_distinct_and_undamped(forum):
    rows = [forum.upvote(by=None, on=answer)[0] for answer in (100, 101, 101)]

    assert [row.x for row in rows] == [1, 1, 1]
    assert [row.reduced_because for row in rows] == [None, None, None]


def test_an_imported_vote_corroborates(forum):
    forum.upvote(by=None)

    assert amounts(forum.happens(Kind.ACCEPT, by=ASKER))[1] == (Reason.ACCEPTED_CORROBORATED, 1.5)


def test_a_fact_out_of_order_is_refused(forum):
    forum.upvote()
    late = forum.facts[0]
    forum.upvote(on=101)

    with pytest.raises(ValueError, match="order"):
        forum.book.record(late)


def test_the_rule_needs_only_the_state_it_is_given():
    fact = Fact(
        event_id=9, occurred_at=MONDAY, kind=Kind.UPVOTE, answer_id=1, author_id=AUTHOR, question_id=1,
        asker_id=ASKER, giver_id=FAN, giver_weight=0.5,
    )  # fmt: skip
    given_before, received = PairState(1.0, MONDAY - timedelta(days=180)), PairState(1.0, MONDAY)

    (row,) = credits_for(fact, given_before, received, AnswerState(trusted_sum=1.0), DayState(MONDAY.date(), 39.9))

    x = 0.5 * 0.5**0.5 / 2
    assert row == Credit(
        user_id=AUTHOR, event_id=9, reason=Reason.UPVOTE, answer_id=1, occurred_at=MONDAY,
        amount=pytest.approx(0.1), raw=pytest.approx(log2(2.5) - 1), x=pytest.approx(x), giver_id=FAN,
        counts_from=MONDAY, source_event_id=9, reduced_because=("repeat", "mutual", "capped"),
    )  # fmt: skip


# What people do on a small forum: kind, giver, answer, pause in hours. Answer n was written by n % 3 + 1.
steps = st.lists(
    st.tuples(
        st.sampled_from([kind for kind in Kind for _ in range(4 if kind in (Kind.UPVOTE, Kind.ACCEPT) else 1)]),
        st.sampled_from([None, 1, 2, 3, 4, 5]),
        st.integers(0, 5),
        st.sampled_from([0, 0, 1, 30, 2000]),
    ),
    max_size=60,
)


def facts_from(story):
    now, facts = MONDAY, []
    for event_id, (kind, giver, answer, pause) in enumerate(story, start=1):
        now += timedelta(hours=pause)
        weight = 0.0 if giver is None and kind != Kind.UPVOTE else {1: 0.0, 2: 0.5}.get(giver, 1.0)
        facts.append(
            Fact(
                event_id=event_id, occurred_at=now, kind=kind, answer_id=answer, author_id=answer % 3 + 1,
                question_id=answer // 2, asker_id=answer % 5 + 1, giver_id=giver, giver_weight=weight,
                giver_confirmed=giver is not None,
            )
        )  # fmt: skip
    return facts


@given(steps, st.integers(0, 60))
def test_where_the_batches_are_cut_changes_no_byte(story, cut):
    facts = facts_from(story)
    whole = list(CreditBook().fold(facts))

    first = list(CreditBook().fold(facts[:cut]))
    second = list(CreditBook.of(first).fold(facts[cut:]))

    assert repr(first + second) == repr(whole)


@given(steps)
def test_stored_rows_alone_rebuild_every_state(story):
    book = CreditBook()
    rows = list(book.fold(facts_from(story)))

    for (giver, user), pair in book.pairs.items():
        assert PairState.of(row for row in rows if (row.giver_id, row.user_id) == (giver, user)) == pair
    for answer_id, answer in book.answers.items():
        assert AnswerState.of(row for row in rows if row.answer_id == answer_id) == answer
    for (user, day), state in book.days.items():
        mine = [row for row in rows if row.user_id == user and utc_date(row.counts_from) == day]
        assert DayState.of(day, mine) == state


@given(steps)
def test_what_is_in_force_is_the_sum_of_the_rows(story):
    book = CreditBook()
    rows = list(book.fold(facts_from(story)))

    for answer_id, answer in book.answers.items():
        in_force = sum(row.amount for row in answer.live)
        assert sum(row.amount for row in rows if row.answer_id == answer_id) == pytest.approx(in_force, abs=1e-9)
        assert answer.trusted_sum == pytest.approx(answer.trusted_up - answer.trusted_down, abs=1e-9)
    assert len({row.key for row in rows}) == len(rows)


@given(steps)
def test_no_day_pays_more_than_its_cap_and_no_giver_pays_himself(story):
    book = CreditBook()
    rows = list(book.fold(facts_from(story)))

    assert all(state.positive <= 40 + 1e-9 for state in book.days.values())
    assert all(row.giver_id != row.user_id for row in rows)
    assert all(row.amount >= 0 for row in rows if row.reason in (Reason.UPVOTE, Reason.ACCEPTED, Reason.VERIFIED))


@settings(max_examples=examples(50))
@given(steps)
def test_taking_everything_back_leaves_nothing(story):
    facts = facts_from(story)
    book = CreditBook()
    rows = list(book.fold(facts))
    end = facts[-1].occurred_at + timedelta(days=400) if facts else MONDAY
    for extra, answer in enumerate(range(6), start=1000):
        rows += book.record(
            Fact(
                event_id=extra, occurred_at=end, kind=Kind.DELETED, answer_id=answer, author_id=answer % 3 + 1,
                question_id=answer // 2, asker_id=answer % 5 + 1,
            )
        )  # fmt: skip

    for user in (1, 2, 3):
        assert sum(row.amount for row in rows if row.user_id == user) == pytest.approx(0, abs=1e-9)
    assert all(pair.faded(end) == pytest.approx(0, abs=1e-9) for pair in book.pairs.values())
