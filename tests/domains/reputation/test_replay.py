"""The ranking over a log of what happened."""

from datetime import UTC, datetime, timedelta
from math import log2

import pytest

from app.domains.reputation.candidates import candidates_for
from app.domains.reputation.credits import Kind
from app.domains.reputation.expertise import expert_score, win_rate
from app.domains.reputation.replay import Answered, Asked, Judged, Replay
from app.kernel.clock import now
from tests.factories import a_person, a_question, an_answer

START = datetime(2025, 1, 1, tzinfo=UTC)
ANN, BOB, EVE, DAN = 1, 2, 3, 4


def day(number):
    return START + timedelta(days=number)


def asked(question_id, at, tags=("wifi",), title="The router drops the connection", asker_id=ANN):
    return Asked(question_id=question_id, asker_id=asker_id, at=day(at), tags=tags, title=title)


def answered(answer_id, question_id, author_id, at):
    return Answered(answer_id=answer_id, question_id=question_id, author_id=author_id, at=day(at))


def voted(answer_id, at, giver_id=None, weight=1.0, kind=Kind.UPVOTE):
    return Judged(kind=kind, answer_id=answer_id, giver_id=giver_id, weight=weight, at=day(at))


def replayed(*happened):
    replay = Replay()
    for each in happened:
        replay.take(each)
    return replay


NEUTRAL = expert_score(win_rate(0, 0), 0)


def test_the_better_answer_wins_when_fourteen_days_have_passed_and_not_before():
    replay = replayed(asked(1, 0), answered(10, 1, BOB, 1), answered(11, 1, EVE, 1), voted(11, 2), voted(11, 3))

    assert replay.expert_score(BOB, day(14)) == NEUTRAL
    assert replay.expert_score(BOB, day(15)) < NEUTRAL < replay.expert_score(EVE, day(15))


def test_what_comes_after_the_fourteen_days_changes_no_comparison():
    story = [asked(1, 0), answered(10, 1, BOB, 1), answered(11, 1, EVE, 1), voted(11, 2), asked(2, 20)]
    late = replayed(*story, *(voted(10, 21) for _ in range(5)))

    credit = log2(1 + 5) * 0.5 ** (9 / 365)
    assert late.expert_score(BOB, day(30)) == pytest.approx(expert_score(win_rate(0, 1), credit))


def test_nobody_is_on_the_board_without_five_supporters():
    votes = [voted(10, 2 + each / 10) for each in range(4)]
    replay = replayed(asked(1, 0), answered(10, 1, BOB, 1), *votes)
    assert replay.board(day(3)) == []

    replay.take(voted(10, 3))
    [(user_id, credits)] = replay.board(day(3.5))
    assert user_id == BOB and credits == pytest.approx(2.5, rel=0.05)  # log2(1 + 5), hardly faded


def test_one_person_is_one_supporter_however_often_they_vote():
    votes = [voted(answer, answer, giver_id=DAN) for answer in range(10, 20)]
    posts = [each for n in range(10, 20) for each in (asked(n, 0), answered(n, n, BOB, 1))]
    posts.sort(key=lambda each: each.at)
    assert replayed(*posts, *votes).board(day(21)) == []


def test_the_asker_gets_no_credit_for_their_own_answer_and_is_not_routed_to():
    replay = replayed(asked(1, 0), answered(10, 1, ANN, 1), *(voted(10, 2) for _ in range(9)))

    assert replay.board(day(3)) == []
    assert replay.route(asked(2, 3)) == []


def test_who_answered_in_the_tag_lately_is_routed_to_before_who_did_long_ago():
    replay = replayed(
        asked(1, 0), answered(10, 1, BOB, 1), asked(2, 90, title="Wifi is slow"), answered(11, 2, EVE, 91)
    )  # fmt: skip

    assert [user_id for user_id, _score in replay.route(asked(3, 92, title="Lamp"))] == [EVE, BOB]


def test_votes_on_what_nobody_knows_are_left_out():
    replay = replayed(voted(99, 1), answered(10, 77, BOB, 1), asked(1, 2), answered(10, 1, None, 3))
    assert replay.board(day(4)) == [] and replay.route(asked(2, 4)) == []


def test_the_site_routes_as_the_replay_of_its_own_log_does(app, ann, bob, eve, clock):
    story = Replay()
    for title, tags, helpers in (
        ("Export of invoices fails", ("files",), (bob, eve)),
        ("Invoices are printed twice", ("print",), (bob,)),
        ("The lamp is too dark", ("light",), (eve,)),
    ):
        question = a_question(by=ann, title=title, tags=tags)
        known = {"question_id": question.id, "asker_id": ann.id}
        story.take(Asked(**known, at=now(), tags=tags, title=title))
        for helper in helpers:
            answer = an_answer(to=question, by=helper)
            story.take(Answered(answer_id=answer.id, question_id=question.id, author_id=helper.id, at=now()))
        clock.advance(days=1)

    new = a_question(by=a_person("dan"), title="Export of invoices to a spreadsheet", tags=("files",))
    log = Asked(question_id=new.id, asker_id=None, at=now(), tags=("files",), title=new.title)
    ours = [(each.user_id, pytest.approx(each.score)) for each in candidates_for(new.id)]
    assert story.route(log) == ours and len(ours) == 2
