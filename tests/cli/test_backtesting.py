"""`flask experts backtest`: files in, files out, and a wrong line named."""

import csv

import pytest

EVENTS = """ts,type,question_id,answer_id,user_id,weight,tags,title
100,question,1,,7,,wifi;router,The router drops the connection
200,answer,1,10,8,,,
250,answer,1,11,9,,,
300,upvote,1,11,-1,1,,
301,upvote,1,11,-1,1,,
302,upvote,1,,-1,1,,
400,accept,1,11,7,0.5,,
"""
FOURTEEN_DAYS = 14 * 86400


@pytest.fixture
def files(tmp_path):
    (tmp_path / "events.csv").write_text(EVENTS)
    return tmp_path


@pytest.fixture
def backtest(app, files):
    def run(task, queries):
        (files / "q.csv").write_text(queries)
        line = ["experts", "backtest", files / "events.csv", "--task", task]
        line += ["--queries", files / "q.csv", "--out", files / "out.csv"]
        ended = app.test_cli_runner().invoke(args=[str(each) for each in line])
        lines = list(csv.reader((files / "out.csv").open())) if ended.exit_code == 0 else []
        return ended, lines

    return run


def test_experts_are_scored_by_what_was_known_in_the_order_of_the_queries(backtest):
    later = FOURTEEN_DAYS + 500
    rows = [("b", later, 8), ("a", 150, 8), ("b", later, 9)]
    ended, lines = backtest(
        "experts",
        "query_id,ts,question_id,tags,title,user_id\n"
        + "".join(f"{name},{ts},5,wifi,Slow,{user}\n" for name, ts, user in rows),
    )

    assert ended.exit_code == 0, ended.output
    assert lines[0] == ["query_id", "user_id", "score"]
    assert [line[:2] for line in lines[1:]] == [["b", "8"], ["a", "8"], ["b", "9"]]
    lost, unknown, won = (float(line[2]) for line in lines[1:])
    assert lost < unknown < won


def test_route_names_who_answered_before_and_never_the_asker(backtest):
    ended, lines = backtest(
        "route", "query_id,ts,question_id,asker_id,tags,title\nx,500,2,9,wifi,Slow\ny,200,2,9,wifi,Slow\n"
    )

    assert ended.exit_code == 0, ended.output
    assert [line[:2] for line in lines] == [["query_id", "user_id"], ["x", "8"]]


def test_a_board_is_of_one_moment(backtest):
    ended, lines = backtest("board", "ts\n500\n")
    assert (ended.exit_code, lines) == (0, [["user_id", "score"]])

    ended, _lines = backtest("board", "ts\n500\n600\n")
    assert (ended.exit_code, "one row is expected" in ended.output) == (2, True)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [("x,question,2,,7,,,", "ts “x” is no time"), ("9,like,1,10,7,1,,", "“like” is none of question, answer, upvote"),
     ("9,answer,1,ten,7,,,", "answer_id “ten” is no number"), ("9,upvote,1,10,7,much,,", "weight “much” is no number")],
)  # fmt: skip
def test_a_wrong_line_is_named(backtest, files, wrong, said):
    (files / "events.csv").write_text(EVENTS + wrong + "\n")
    ended, _lines = backtest("board", "ts\n500\n")

    assert (ended.exit_code, "line 9: " in ended.output, said in ended.output) == (2, True, True), ended.output


def test_a_missing_column_is_named(backtest):
    ended, _lines = backtest("route", "query_id,ts\nx,500\n")
    assert (ended.exit_code, "question_id, asker_id, tags, title is missing" in ended.output) == (2, True)
