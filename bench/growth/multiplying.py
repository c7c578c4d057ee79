"""A community of a million from its first fifty thousand questions: these again and again, later and by others.

What the generator would say in the threads after them is as like them as one thread is like another, and no plan reads
a text; so they are copied within the database, where the time goes into rows and indexes and not into inventing
sentences. Numbers, times, votes and tags spread as those of the generator; each copy has people of its own out of a
crowd that has grown with the forum.
"""

import time
from collections.abc import Callable

from sqlalchemy import Column, func, select, text

from app.domains.questions.models import Answer, Question
from app.extensions import Model, db
from app.importing.ids import continue_numbering
from app.importing.tagging import recount_tags
from app.kernel.transaction import transaction
from bench.community import BEGIN, EVERY

FIRST = 50_000
TIMES = frozenset({"created_at", "active_at", "first_answer_at", "accepted_at"})
PEOPLE = frozenset({"asker_id", "active_by_id", "author_id", "user_id"})
OF_QUESTIONS = frozenset({"question_id"})
OF_ANSWERS = frozenset({"answer_id", "accepted_answer_id"})
TABLES = ("question", "answer", "comment", "vote", "revision", "follow", "question_tag")
NUMBERED_ANEW = frozenset({"comment", "vote", "revision"})


def copies_of(questions: int, first: int) -> int:
    """How many times the first threads are in a community of that size; they are all of a small one."""
    if questions <= first:
        return 1
    if questions % first:
        raise ValueError(f"more than {first} questions: only a multiple of that")
    return questions // first


def multiply(copies: int, first_person: int, report: Callable[[str], object] = print) -> int:
    """Rows written. The forum holds the first threads and all of the people."""
    questions = db.session.scalar(select(func.max(Question.id))) or 0
    answers = db.session.scalar(select(func.max(Answer.id))) or 0
    began, number = time.monotonic(), 0
    for copy in range(1, copies):
        values = {
            "questions": questions * copy, "answers": answers * copy, "later": EVERY * questions * copy,
            "first": first_person, "copy": copy, "last_question": questions, "last_answer": answers,
        }  # fmt: skip
        with transaction():
            as_loaded()
            number += sum(_copied(table, values) for table in TABLES)
        report(f"  {questions * (copy + 1)} questions, {time.monotonic() - began:.0f} s")
    with transaction():
        recount_tags()
        continue_numbering(Question, Answer)
    return number


def stretch(factor: int) -> None:
    """The same in a longer time: a small forum then is as old as a large one, and a week is as small a part of it."""
    with transaction():
        as_loaded()
        for table in TABLES:
            times = [column.name for column in Model.metadata.tables[table].columns if column.name in TIMES]
            changes = ", ".join(f"{name} = :begin + ({name} - :begin) * :factor" for name in times)
            if changes:
                db.session.execute(text(f'UPDATE "{table}" SET {changes}'), {"begin": BEGIN, "factor": factor})


def as_loaded() -> None:
    """Rows that are right by their making are not looked up one by one, in this transaction."""
    db.session.execute(text("SET LOCAL session_replication_role = replica"))


def _copied(table: str, values: dict[str, object]) -> int:
    columns = [column for column in Model.metadata.tables[table].columns if _is_copied(table, column)]
    names = ", ".join(f'"{column.name}"' for column in columns)
    made = ", ".join(_made(table, column.name) for column in columns)
    statement = f'INSERT INTO "{table}" ({names}) SELECT {made} FROM "{table}" WHERE {_first(table)}'
    used = {name: value for name, value in values.items() if f":{name}" in statement}
    return int(db.session.execute(text(statement), used).rowcount)  # type: ignore[attr-defined]


def _is_copied(table: str, column: "Column[object]") -> bool:
    return column.name != "submission" and not (column.name == "id" and table in NUMBERED_ANEW)


def _first(table: str) -> str:
    """The rows of the first threads alone, whatever has been copied since."""
    own = {"question": "id <= :last_question", "answer": "id <= :last_answer"}
    if table in ("vote", "revision"):
        return "target_id <= CASE kind WHEN 'question' THEN :last_question ELSE :last_answer END"
    if table == "follow":
        return "kind = 'question' AND target_id <= :last_question"
    return own.get(table, "question_id <= :last_question")


def _made(table: str, name: str) -> str:
    if name in TIMES:
        return f'"{name}" + :later'
    if name in PEOPLE:
        return _somebody_else(name)
    if name in OF_QUESTIONS or (name == "id" and table == "question"):
        return f'"{name}" + :questions'
    if name in OF_ANSWERS or (name == "id" and table == "answer"):
        return f'"{name}" + :answers'
    if name == "target_id":
        return "target_id + CASE kind WHEN 'question' THEN :questions ELSE :answers END"
    return f'"{name}"'


def _somebody_else(name: str) -> str:
    """Person 3 of ten is one of persons 3 n to 4 n - 1 of 10 n: who helps much still helps much."""
    place = f'("{name}" - :first)'
    return f":first + {place} * (:copy + 1) + ({place} * 7919 + :copy * 104729) % (:copy + 1)"
