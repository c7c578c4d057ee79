"""`flask experts backtest`: the site's ranking over a plain log of events, with what was known at each question."""

import csv
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import attrgetter
from pathlib import Path
from typing import Any, TypeVar

import click

from app.cli.saying import fail
from app.domains.reputation.credits import Kind
from app.domains.reputation.replay import Answered, Asked, Happened, Judged, Replay

EVENT_COLUMNS = ("ts", "type", "question_id", "answer_id", "user_id", "weight", "tags", "title")
QUERY_COLUMNS = {
    "experts": ("query_id", "ts", "question_id", "tags", "title", "user_id"),
    "route": ("query_id", "ts", "question_id", "asker_id", "tags", "title"),
    "board": ("ts",),
}
OUT_COLUMNS = {"experts": ("query_id", "user_id", "score"), "route": ("query_id", "user_id", "score")}
BOARD_COLUMNS = ("user_id", "score")
BEST = 50
JUDGEMENTS = {"upvote": Kind.UPVOTE, "downvote": Kind.DOWNVOTE, "accept": Kind.ACCEPT}
NOBODY = -1

Row = dict[str, str]
Line = tuple[Any, ...]
Parsed = TypeVar("Parsed")


@dataclass(frozen=True)
class Query:
    """`user_id`: whose score is asked. `asked`: for whom experts are looked for."""

    query_id: str
    at: datetime
    user_id: int = NOBODY
    asked: Asked | None = None


def backtest(events: Path, task: str, queries: Path, out: Path) -> int:
    """Writes the answers of all queries, in their order; gives how many lines."""
    asked = _read(queries, QUERY_COLUMNS[task], _QUERIES[task])
    if task == "board" and len(asked) != 1:
        fail(f"{queries}: a board is of one moment, so one row is expected, not {len(asked)}.")
    log = [each for each in _read(events, EVENT_COLUMNS, _happened) if each is not None]
    log.sort(key=attrgetter("at"))
    answered = dict(_answered(log, asked, _ANSWERS[task]))
    lines = [line for place in range(len(asked)) for line in answered[place]]
    _write(out, OUT_COLUMNS.get(task, BOARD_COLUMNS), lines)
    return len(lines)


def _answered(
    log: Sequence[Happened], queries: Sequence[Query], answer: Callable[[Replay, Query], Iterator[Line]]
) -> Iterator[tuple[int, list[Line]]]:
    """(place of a query, its lines), in the order of time: each knows what happened before it."""
    replay, taken = Replay(), 0
    in_time = sorted(enumerate(queries), key=lambda pair: pair[1].at)
    with click.progressbar(in_time, file=sys.stderr) as bar:
        for place, query in bar:
            while taken < len(log) and log[taken].at < query.at:
                replay.take(log[taken])
                taken += 1
            yield place, list(answer(replay, query))


def _experts(replay: Replay, query: Query) -> Iterator[Line]:
    yield query.query_id, query.user_id, replay.expert_score(query.user_id, query.at)


def _route(replay: Replay, query: Query) -> Iterator[Line]:
    assert query.asked is not None  # _QUERIES
    for user_id, score in replay.route(query.asked)[:BEST]:
        yield query.query_id, user_id, score


def _board(replay: Replay, query: Query) -> Iterator[Line]:
    yield from replay.board(query.at)


_ANSWERS: dict[str, Callable[[Replay, Query], Iterator[Line]]] = {
    "experts": _experts,
    "route": _route,
    "board": _board,
}
_QUERIES: dict[str, Callable[[Row], Query]] = {
    "experts": lambda row: Query(row["query_id"], _at(row), user_id=_number(row, "user_id")),
    "route": lambda row: Query(row["query_id"], _at(row), asked=_asked(row, "asker_id")),
    "board": lambda row: Query("", _at(row)),
}


def _happened(row: Row) -> Happened | None:
    """None for a vote on a question: only answers are ranked."""
    if row["type"] == "question":
        return _asked(row, "user_id")
    if row["type"] != "answer" and row["type"] not in JUDGEMENTS:
        raise ValueError(f"type “{row['type']}” is none of question, answer, {', '.join(JUDGEMENTS)}")
    if row["type"] != "answer" and not row["answer_id"]:
        return None
    at, who, answer_id = _at(row), _person(row, "user_id"), _number(row, "answer_id")
    if row["type"] == "answer":
        return Answered(answer_id=answer_id, question_id=_number(row, "question_id"), author_id=who, at=at)
    return Judged(kind=JUDGEMENTS[row["type"]], answer_id=answer_id, giver_id=who, weight=_weight(row), at=at)


def _asked(row: Row, asker: str) -> Asked:
    tags = tuple(dict.fromkeys(tag for tag in row["tags"].split(";") if tag))
    number = _number(row, "question_id")
    return Asked(question_id=number, asker_id=_person(row, asker), at=_at(row), tags=tags, title=row["title"])


def _at(row: Row) -> datetime:
    try:
        return datetime.fromtimestamp(float(row["ts"]), UTC)
    except (ValueError, OverflowError):
        raise ValueError(f"ts “{row['ts']}” is no time in seconds") from None


def _number(row: Row, name: str) -> int:
    try:
        return int(row[name])
    except ValueError:
        raise ValueError(f"{name} “{row[name]}” is no number") from None


def _person(row: Row, name: str) -> int | None:
    return None if row[name] in ("", str(NOBODY)) else _number(row, name)


def _weight(row: Row) -> float:
    try:
        return float(row["weight"] or 0)
    except ValueError:
        raise ValueError(f"weight “{row['weight']}” is no number") from None


def _read(path: Path, columns: Sequence[str], parse: Callable[[Row], Parsed]) -> list[Parsed]:
    """Every row; where one is wrong its line is named."""
    with path.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file)
        missing = [name for name in columns if name not in (reader.fieldnames or ())]
        if missing:
            fail(f"{path}: the column {', '.join(missing)} is missing; expected are {', '.join(columns)}.")
        try:
            return [parse({name: row[name] or "" for name in columns}) for row in reader]
        except (csv.Error, ValueError) as error:
            fail(f"{path}, line {reader.line_num}: {error}.")


def _write(path: Path, columns: Sequence[str], lines: Sequence[Line]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([*line[:-1], f"{line[-1]:.9g}"] for line in lines)
