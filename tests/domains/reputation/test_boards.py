from array import array
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.domains.reputation.boards import Ranking, WindowName, board_is_open, trust_to_be_eligible, window_at
from app.domains.reputation.credits import Credit, Reason

SHANGHAI = ZoneInfo("Asia/Shanghai")
THURSDAY = datetime(2026, 3, 5, 12, 0, tzinfo=UTC)


def a_credit(counts_from, amount=8.0):
    return Credit(
        user_id=1, event_id=1, reason=Reason.UPVOTE, answer_id=1, occurred_at=counts_from, amount=amount, raw=amount,
        x=1.0, giver_id=2, counts_from=counts_from, source_event_id=1,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "days_ago", "worth"),
    [
        ("now", 30, 4),
        ("now", 0, 8),
        ("week", 3, 8),
        ("week", 5, 0),
        ("month", 30, 8),
        ("month", 31, 0),
        ("all", 999, 8),
    ],
)
def test_a_window_says_what_a_credit_is_worth_in_it(name, days_ago, worth):
    window = window_at(WindowName(name), THURSDAY, SHANGHAI)

    assert window.worth(a_credit(THURSDAY - timedelta(days=days_ago)), THURSDAY) == pytest.approx(worth)


@pytest.mark.parametrize(
    ("now", "zone", "monday"),
    [
        (THURSDAY, "Asia/Shanghai", datetime(2026, 3, 1, 16, 0, tzinfo=UTC)),
        (datetime(2026, 3, 1, 16, 0, tzinfo=UTC), "Asia/Shanghai", datetime(2026, 3, 1, 16, 0, tzinfo=UTC)),
        (datetime(2026, 3, 1, 15, 59, tzinfo=UTC), "Asia/Shanghai", datetime(2026, 2, 22, 16, 0, tzinfo=UTC)),
        # Berlin changes to summer time on Sunday 29 March; its Monday began at 23:00 UTC of Sunday the 22nd.
        (datetime(2026, 3, 29, 12, 0, tzinfo=UTC), "Europe/Berlin", datetime(2026, 3, 22, 23, 0, tzinfo=UTC)),
    ],
)
def test_a_week_begins_on_monday_at_midnight_of_the_site(now, zone, monday):
    assert window_at(WindowName.WEEK, now, ZoneInfo(zone)).starts_at == monday


@pytest.mark.parametrize(
    ("weights", "starting_up", "eligible"),
    [
        ([1] * 5, False, True),
        ([1] * 4 + [0.5], False, False),
        ([0.5] * 10, False, True),
        ([0] * 50, False, False),
        ([0.5] * 4, True, True),
        ([0.5] * 3, True, False),
        ([], True, False),
    ],
)
def test_supporters_trust_of_five_makes_eligible_and_of_two_while_starting_up(weights, starting_up, eligible):
    assert (sum(weights) >= trust_to_be_eligible(starting_up)) is eligible


@pytest.mark.parametrize(
    ("eligible", "starting_up", "is_open"), [(9, False, False), (10, False, True), (2, True, False), (3, True, True)]
)
def test_a_board_opens_with_ten_people_and_with_three_while_starting_up(eligible, starting_up, is_open):
    assert board_is_open(eligible, starting_up) is is_open


@pytest.mark.parametrize(
    ("user_id", "ids"), [(12, list(range(9, 16))), (1, [1, 2, 3, 4]), (20, [17, 18, 19, 20]), (99, [])]
)
def test_the_neighbourhood_is_three_on_either_side(user_id, ids):
    board = Ranking(array("q", range(1, 21)), array("d", range(99, 79, -1)))
    rank = board.rank_of(user_id)

    assert [row.user_id for row in (board.around(rank) if rank else ())] == ids
