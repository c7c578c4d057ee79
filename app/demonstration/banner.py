"""The five steps of the tour: what to do next, as whom, and what is done already. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.demonstration.tour import Facts
from app.kernel.i18n import _l


@dataclass(frozen=True)
class Cast:
    """Who plays what in one language."""

    asker: str
    agent: str
    manager: str


CASTS = {"en": Cast("ann", "stan", "pat"), "zh": Cast("林小满", "沈悦", "顾宁")}


@dataclass(frozen=True)
class Step:
    """One click: become `who` (empty = stay who you are) and go to `path`."""

    key: str
    label: Any
    who: str
    path: str
    done: bool
    current: bool = False


@dataclass(frozen=True)
class Paths:
    """Addresses that the tour leads to; those of pages about the question are empty before it is asked."""

    ask: str
    questions: str
    question: str
    desk: str
    digest: str


LABELS = {
    "ask": _l("Ask in “Try it here”"),
    "asked": _l("See who was asked"),
    "wait": _l("Watch the countdown"),
    "answer": _l("Answer as staff"),
    "read": _l("Read it in the digest"),
}


def tour_steps(facts: Facts, read: bool, language: str, paths: Paths) -> Sequence[Step]:
    """In order; the first that is not done is the current one. `read`: this browser has opened the digest."""
    cast = CASTS.get(language, CASTS["en"])
    about = paths.question or paths.questions
    steps = (
        ("ask", cast.asker, paths.ask, facts.question_id is not None),
        ("asked", cast.asker, f"{about}#asked", facts.invited or facts.escalated),
        ("wait", cast.asker, about, facts.escalated),
        ("answer", cast.agent, paths.desk, facts.answered),
        ("read", cast.manager, paths.digest, facts.answered and read),
    )
    current = next((key for key, _who, _path, done in steps if not done), None)
    return tuple(Step(key, LABELS[key], who, path, done, key == current) for key, who, path, done in steps)

