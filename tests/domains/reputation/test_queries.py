"""Boards, the reasons behind them, and who counts as an expert."""

import pytest

from app.domains.accounts.actor import GUEST
from app.domains.accounts.models import Appointment, User
from app.domains.products.queries import product_by_slug
from app.domains.reputation import ledger
from app.domains.reputation.queries import (
    experts_in,
    experts_of_product,
    explain_rank,
    leaderboard,
    profile_points,
)
from app.domains.tags.queries import tag_by_name
from app.extensions import db
from app.kernel.clock import now
from app.kernel.transaction import transaction
from tests.conftest import statements
from tests.domains.reputation.scenes import Crowd, accept, help_given, hide, the_start_is_over
from tests.factories import a_person, a_question, a_vote, an_answer


def advance():
    with transaction():
        ledger.advance()


def names(rows):
    return [(row.rank, row.user.name, row.points) for row in rows]


@pytest.fixture
def helpers(app):
    """Three people who helped: much on wifi, some on both, little on refunds; the ledger has read it."""
    much, some, little = (a_person(name, level=1) for name in ("much", "some", "little"))
    help_given(much, 6)
    help_given(some, 3)
    help_given(some, 2, product="pay", tags=("refund",))
    help_given(little, 2, product="pay", tags=("refund",))
    advance()
    return much, some, little


@pytest.mark.both_databases
def test_the_board_orders_people_by_faded_points(helpers, clock, app):
    assert names(leaderboard().rows) == [(1, "some", 36), (2, "much", 28), (3, "little", 16)]

    clock.advance(days=30)
    assert names(leaderboard().rows) == [(1, "some", 18), (2, "much", 14), (3, "little", 8)]
    assert names(leaderboard("month").rows)[0] == (1, "some", 36)
    assert names(leaderboard("week").rows) == []
    assert names(leaderboard("all").rows)[0] == (1, "some", 36)


@pytest.mark.both_databases
def test_a_board_of_a_product_and_of_a_tag_counts_only_its_own_credit(helpers, app):
    help_given(helpers[0], 2, product="pay", tags=("refund",))
    advance()
    pay, refund = product_by_slug("pay").id, tag_by_name("refund").id
    expected = [(1, "much", 16), (2, "some", 16), (3, "little", 16)]
    for window in ("now", "week", "month", "all"):
        for wanted in ({"product_id": pay}, {"tag_id": refund}, {"product_id": pay, "tag_id": refund}):
            assert names(leaderboard(window, **wanted).rows) == expected, (window, wanted)
    mesh = product_by_slug("mesh").id
    assert leaderboard(product_id=mesh, tag_id=refund).total_eligible == 0


def test_a_young_site_opens_its_board_with_three_people_and_says_so(helpers, app):
    assert leaderboard().open
    assert leaderboard().starting_up

    the_start_is_over()
    board = leaderboard()
    assert not board.starting_up
    assert not board.open
    assert board.rows == ()
    assert board.total_eligible == 2  # only "much" and "some" have the support of five others


def test_a_person_with_few_supporters_stands_on_no_board_but_has_reasons_to_read(helpers, ann, app):
    help_given(ann, 1)
    advance()

    assert "ann" not in [row.user.name for row in leaderboard().rows]
    why = explain_rank(GUEST, ann.id)
    assert why.rank is None
    assert why.explanation.total == 10


def test_staff_and_those_who_are_suspended_stand_on_no_board(helpers, stan, clock, app):
    help_given(a_person("stan"), 3)
    advance()
    assert len(leaderboard().rows) == 3

    with transaction():
        db.session.get_one(User, helpers[0].id).suspended_until = clock.now().replace(year=2030)
    assert leaderboard().total_eligible == 2


def test_the_neighbourhood_is_three_on_either_side_beyond_the_top(app):
    people = [a_person(f"n{number}", level=1) for number in range(9)]
    for place, person in enumerate(people):
        help_given(person, 10 - place // 2)
    advance()

    board = leaderboard(limit=2, beside=people[5].id)
    assert [row.rank for row in board.rows] == [1, 2]
    assert [row.rank for row in board.neighbours] == [3, 4, 5, 6, 7, 8, 9]
    assert leaderboard(limit=8, beside=people[5].id).neighbours == ()
    assert [row.rank for row in leaderboard(limit=0, beside=people[0].id).neighbours] == [1, 2, 3, 4]
    assert leaderboard(limit=0, beside=GUEST.id).neighbours == ()
    assert [row.user.id for row in leaderboard().rows] == [each.id for each in people]  # of equals the earlier first


@pytest.mark.parametrize("seed", [11])
def test_the_reasons_add_up_to_what_the_board_shows_for_everybody(app, clock, seed):
    crowd = Crowd(seed, clock)
    crowd.act(110)
    advance()
    mesh, wifi = product_by_slug("mesh").id, tag_by_name("wifi").id
    for window in ("now", "week", "month", "all"):
        for wanted in ({}, {"product_id": mesh}, {"tag_id": wifi}):
            shown = {row.user.id: row for row in leaderboard(window, **wanted).rows}
            for person in crowd.people:
                why = explain_rank(GUEST, person.id, window, limit=3, **wanted)
                assert sum(part.points for part in why.explanation.parts) == why.explanation.total
                assert sum(line.points for line in why.lines) + why.other_points == why.explanation.total
                assert why.rank == (shown[person.id].rank if person.id in shown else None)
                if person.id in shown:
                    assert why.explanation.total == shown[person.id].points


def test_the_way_to_the_next_rank_is_counted_from_the_same_board(helpers, app):
    much = explain_rank(GUEST, helpers[0].id)

    assert much.rank == 2
    assert much.explanation.points_to_next_rank == 36 - 28 + 1
    assert explain_rank(GUEST, helpers[1].id).explanation.points_to_next_rank is None


def test_the_titles_of_hidden_questions_are_not_shown_but_their_place_is(helpers, mona, app):
    answer = help_given(helpers[0], 3)
    advance()
    assert [line.card is not None for line in explain_rank(GUEST, helpers[0].id).lines] == [True, True]

    hide(db.session.get_one(type(answer), answer.id), mona)
    from app.domains.questions.models import Question

    hide(db.session.get_one(Question, answer.question_id), mona)
    # The reader of events has not come there yet: the points still stand, the title is gone.
    assert [line.card is not None for line in explain_rank(GUEST, helpers[0].id).lines] == [True, False]


def test_a_profile_has_points_by_tag_and_a_place(helpers, app):
    points = profile_points(helpers[1].id)

    assert (points.total, points.now, points.rank, points.total_eligible) == (36, 36, 1, 3)
    assert [(each.tag, each.points) for each in points.by_tag] == [("wifi", 20), ("refund", 16)]
    assert profile_points(a_person("nobody yet").id).total == 0


def test_an_acceptance_that_waits_for_somebody_else_is_announced(ann, bob, eve, app):
    answer = an_answer(to=a_question(by=ann), by=bob)
    accept(answer, ann)
    advance()
    waiting = explain_rank(GUEST, bob.id).explanation
    assert (waiting.waiting_acceptances, waiting.waiting_points) == (1, 8)

    a_vote(on=answer, by=eve)
    advance()
    assert explain_rank(GUEST, bob.id).explanation.waiting_acceptances == 0


def test_experts_of_a_tag_were_here_lately_and_helped_most(helpers, clock, app):
    with transaction():
        for person in helpers:
            db.session.get_one(User, person.id).seen_at = now()
    wifi, refund = tag_by_name("wifi").id, tag_by_name("refund").id

    assert experts_in([wifi]) == [helpers[0].id, helpers[1].id]
    assert experts_in([refund], limit=1) == [helpers[1].id]
    assert experts_in([]) == []
    clock.advance(days=91)
    assert experts_in([wifi]) == []


def test_appointed_experts_of_a_product_come_first(helpers, ann, lena, app):
    mesh = product_by_slug("mesh")
    with transaction():
        db.session.add(Appointment(product_id=mesh.id, user_id=ann.id, appointed_by_id=lena.id, appointed_at=now()))

    found = experts_of_product(mesh.id)
    assert [(each.person.name, each.appointed) for each in found] == [("ann", True), ("much", False), ("some", False)]


def test_boards_cost_few_statements_however_many_people_stand_on_them(helpers, app):
    for number in range(8):
        help_given(a_person(f"more{number}"), 3)
    advance()
    for read, most in (
        (lambda: leaderboard(beside=helpers[2].id), 3),
        (lambda: profile_points(helpers[0].id), 7),
        (lambda: explain_rank(GUEST, helpers[0].id), 9),
        (lambda: experts_in([1, 2]), 1),
        (lambda: experts_of_product(1), 3),
    ):
        db.session.rollback()
        leaderboard()  # settings are read once in a while
        with statements() as seen:
            read()
        assert len(seen) <= most, seen
