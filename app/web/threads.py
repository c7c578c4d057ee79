"""Which answers of a long thread one page shows, and what stands at its side to find the others by."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from flask import Flask

from app.domains.questions.queries import AnswerView

# The answers of one page, in bytes: with the rest it stays within the 50 KB of bench/face.py for whoever is signed in,
# for whom each answer has buttons beside its text.
ANSWERS_WEIGH, BUTTONS_WEIGH, FEWEST = 25_000, 2_200, 3
LISTED_FROM = 6  # fewer answers are seen at a glance
HEADING = re.compile(r"<(h[1-6])>(.*?)</\1>", re.DOTALL)
_TAG, _NO_WORD = re.compile(r"<[^>]*>|&[#\w]+;"), re.compile(r"[^\w]+")


LANGUAGE_NAMES = {"zh": "中文", "en": "English"}  # each in its own words


def install(app: Flask) -> None:
    app.jinja_env.filters["anchored"] = anchored
    app.jinja_env.filters["language_name"] = lambda language: LANGUAGE_NAMES.get(language, language)


def in_one_language(answers: Sequence[AnswerView]) -> list[AnswerView]:
    """Without those that only say in another language what one of them says: they are shown within it."""
    ids = {each.id for each in answers}
    return [each for each in answers if each.version_of_id not in ids]


class AnswerPage(NamedTuple):
    """`earlier` and `later`: the answer with which the page before and behind begins; `number`: from 1."""

    shown: Sequence[AnswerView]
    earlier: int | None
    later: int | None
    number: int
    pages: int


def answer_page(answers: Sequence[AnswerView], at: int | None) -> AnswerPage:
    """The page on which the answer `at` stands; the first one where it stands nowhere.

    Pages are told apart by an answer and not by a number: votes change the order, and a link still leads to its answer.
    """
    of = next((each.version_of_id for each in answers if each.id == at), None)
    answers = in_one_language(answers)
    place = next((place for place, each in enumerate(answers) if at and each.id in (at, of)), 0)
    starts = _starts(answers)
    here = bisect_right(starts, place) - 1
    after = starts[here + 1] if here + 1 < len(starts) else len(answers)
    return AnswerPage(
        answers[starts[here] : after],
        answers[starts[here - 1]].id if here else None,
        answers[after].id if after < len(answers) else None,
        here + 1,
        len(starts),
    )


def _starts(answers: Sequence[AnswerView]) -> list[int]:
    """The places with which pages begin: some ten short answers are a page, or fewer long ones."""
    starts, weight = [0], 0
    for place, each in enumerate(answers):
        weighs = len(each.body_html.encode()) + BUTTONS_WEIGH
        if place - starts[-1] >= FEWEST and weight + weighs > ANSWERS_WEIGH:
            starts.append(place)
            weight = 0
        weight += weighs
    return starts


class Line(NamedTuple):
    """An answer in the list of a thread's answers."""

    id: int
    name: str
    score: int
    accepted: bool
    official: bool
    far: bool


def answers_listed(answers: Sequence[AnswerView]) -> tuple[Line, ...]:
    """For the list beside a long thread: empty where it is short. `far`: no later page than the first shows it."""
    answers = in_one_language(answers)
    if len(answers) < LISTED_FROM:
        return ()
    first = [*_starts(answers), len(answers)][1]
    return tuple(_line(each, place >= first) for place, each in enumerate(answers))


def _line(answer: AnswerView, far: bool) -> Line:
    return Line(answer.id, answer.author.name, answer.score, answer.accepted_at is not None, answer.official, far)


def anchored(html: str, post: str) -> str:
    """The post's headings with names to link to: they follow from the words, so an edit elsewhere leaves them."""
    seen: dict[str, int] = {}

    def named(found: re.Match[str]) -> str:
        words = _NO_WORD.sub("-", _TAG.sub("", found[2])).strip("-").lower()[:60] or "heading"
        seen[words] = seen.get(words, 0) + 1
        again = f"-{seen[words]}" if seen[words] > 1 else ""
        return f'<{found[1]} id="{post}-{words}{again}">{found[2]}</{found[1]}>'

    return HEADING.sub(named, html) if "<h" in html else html


def quotation(name: str, text: str) -> str:
    """A post's Markdown as the beginning of an answer to it."""
    quoted = "\n".join(f"> {line}".rstrip() for line in text.strip().splitlines())
    return f"{name}\n\n{quoted}\n\n"
