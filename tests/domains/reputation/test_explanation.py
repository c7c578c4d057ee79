from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domains.reputation.boards import WindowName, window_at
from app.domains.reputation.creditbook import CreditBook
from app.domains.reputation.credits import Fact, Kind
from app.domains.reputation.explanation import explain
from app.domains.reputation.points import help_points

NOW = datetime(2026, 3, 5, 12, 0, tzinfo=UTC)
ASKER, AUTHOR, STAFF = 1, 2, 9


def rows_of(*happenings):
    """Ledger rows of (days ago, kind, giver, answer), told in any order."""
    book, rows = CreditBook(), []
    for event_id, (days_ago, kind, giver, answer) in enumerate(sorted(happenings, key=lambda told: -told[0]), 1):
        rows += book.record(
            Fact(
                event_id=event_id, occurred_at=NOW - timedelta(days=days_ago), kind=Kind(kind), answer_id=answer,
                author_id=AUTHOR, question_id=answer, asker_id=ASKER, giver_id=giver, giver_weight=1.0,
                giver_confirmed=True,
            )
        )  # fmt: skip
    return rows


def explained(*happenings, window="now", **more):
    return explain(rows_of(*happenings), NOW, window_at(WindowName(window), NOW, ZoneInfo("Asia/Shanghai")), **more)


def parts(explanation):
    return {part.name: (part.points, part.answers) for part in explanation.parts if part.points or part.answers}


def test_points_are_told_apart_by_what_earned_them():
    told = explained(
        (0, "upvote", 11, 100), (0, "upvote", 12, 101), (0, "accept", ASKER, 101), (0, "verified", STAFF, 102),
        (0, "downvote", 13, 103),
    )  # fmt: skip

    assert parts(told) == {"upvoted": (20, 2), "accepted": (20, 1), "verified": (30, 1), "downvoted": (-5, 1)}
    assert told.total == 65


def test_a_vote_taken_back_leaves_neither_points_nor_an_answer():
    told = explained((40, "upvote", 11, 100), (2, "vote_withdrawn", 11, 100))

    assert (told.total, parts(told)) == (0, {})


def test_repeat_votes_are_counted_with_the_people_who_cast_them():
    told = explained(*[(5, "upvote", fan, answer) for fan in (11, 12) for answer in range(100 + fan, 104 + fan)])

    assert (told.reduced_votes, told.reduced_by_people) == (6, 2)


def test_a_reduced_vote_outside_the_window_is_not_told_with_it():
    votes = [(40, "upvote", 11, 100), (39, "upvote", 11, 101), (2, "upvote", 11, 102)]

    assert explained(*votes, window="month").reduced_votes == 1
    assert explained(*votes, window="all").reduced_votes == 2


def test_acceptances_that_wait_for_a_vote_say_what_it_would_bring():
    told = explained(
        (9, "accept", 21, 100), (9, "accept", 22, 101), (9, "accept", 23, 102),
        (8, "accept", 24, 103), (7, "upvote", 11, 103), (8, "accept", 25, 104), (6, "accept_withdrawn", 25, 104),
    )  # fmt: skip

    assert (told.waiting_acceptances, told.waiting_points) == (3, 45)


def test_points_fade_since_last_week_only_on_a_board_that_fades():
    votes = [(37, "verified", STAFF, 100), (1, "verified", STAFF, 101)]

    # 30 points, 30 days old a week ago: 15 then, 12.76 now.
    assert explained(*votes).faded_since_last_week == 2
    assert explained(*votes, window="month").faded_since_last_week == 0


@pytest.mark.parametrize(
    ("points_of_next", "gap", "acceptances"), [(3.0, 1, 1), (5.6, 27, 2), (4.9, 20, 1), (None, None, None)]
)
def test_the_way_to_the_next_rank_is_told_in_points_and_acceptances(points_of_next, gap, acceptances):
    told = explained((0, "verified", STAFF, 100), points_of_next=points_of_next)

    assert (told.points_to_next_rank, told.acceptances_to_next_rank) == (gap, acceptances)


def test_credits_over_the_days_cap_are_counted():
    told = explained(*[(0, "verified", STAFF, answer) for answer in range(15)])

    assert (told.total, told.capped_credits) == (400, 2)


happenings = st.lists(
    st.tuples(
        st.integers(0, 100),
        st.sampled_from(
            ["upvote", "upvote", "downvote", "accept", "verified", "vote_withdrawn", "deleted", "restored"]
        ),
        st.integers(10, 16),
        st.integers(100, 104),
    ),
    max_size=40,
)


@given(happenings, st.sampled_from(list(WindowName)))
def test_the_parts_add_up_exactly_to_the_shown_total(story, name):
    told = explained(*story, window=name)

    assert sum(part.points for part in told.parts) == told.total


@given(happenings)
def test_the_explained_total_is_what_the_board_shows(story):
    assert explained(*story).total == pytest.approx(10 * help_points(rows_of(*story), NOW), abs=0.5 + 1e-6)
