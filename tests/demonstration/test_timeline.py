from dataclasses import replace
from datetime import UTC, datetime, timedelta

from app.demonstration.content import AnswerSaid, CommentSaid, QuestionSaid, read_community
from app.demonstration.timeline import Accepts, Answers, Asks, Comments, Votes, timeline

NOW = datetime(2026, 3, 3, 2, 0, tzinfo=UTC)
ANSWER = AnswerSaid("eve", 2.0, "Restart it.", upvoters=("bob", "cleo"), accepted_hours_after=5.0)
QUESTION = QuestionSaid(
    "q1", "mesh", "question", "Title", "Body", ("wifi",), "ann", 3.0, 10, ("bob",), (), (ANSWER,),
    (CommentSaid("bob", 1.0, "Same here."),), (),
)  # fmt: skip


def test_everything_comes_after_what_it_stands_on():
    acts = timeline([QUESTION], [], NOW)

    kinds = [type(act) for act in acts]
    assert kinds[0] is Asks
    assert kinds.index(Answers) < kinds.index(Accepts)
    answered_at = next(act.at for act in acts if isinstance(act, Answers))
    assert all(act.at > answered_at for act in acts if isinstance(act, Votes) and act.answer)


def test_what_would_happen_after_now_does_not_happen():
    fresh = replace(QUESTION, days_ago=1 / 24)

    acts = timeline([fresh], [], NOW)

    assert not [act for act in acts if isinstance(act, Answers | Accepts | Comments)]
    assert all(act.at < NOW for act in acts)


def test_threads_run_side_by_side():
    other = replace(QUESTION, key="q2", days_ago=2.95)

    keys = [act.question for act in timeline([QUESTION, other], [], NOW)]

    assert keys != sorted(keys)


def test_the_same_content_gives_the_same_order():
    said = read_community()

    assert timeline(said.questions, said.items, NOW) == timeline(said.questions, said.items, NOW)


def test_the_community_spreads_over_eight_weeks():
    said = read_community()
    acts = timeline(said.questions, said.items, NOW)

    asked = [act.at for act in acts if isinstance(act, Asks)]
    weeks = {(NOW - at) // timedelta(weeks=1) for at in asked}
    assert weeks == set(range(8))
