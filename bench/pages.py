"""T1 to T5: what a page costs, beside the reference that it is promised against."""

from collections.abc import Callable
from itertools import chain, cycle, repeat

from bench.comparing import Compared, Line, Side, compare
from bench.measuring import Ask
from bench.stage import CACHE_OFF, Stage, favourite_tag, long_thread, some_questions, two_words

MOST_BYTES = 50_000
READER = 3
"""The member who reads signed in."""


def cached_question(stage: Stage) -> list[Line]:
    """T1: the same page again, for visitors who bring nothing."""
    page = stage.page("cached question", repeat(Ask(long_thread(stage.large))), stage.scale.requests * 3)
    return [_line(stage, "T1", "question page, visitor, cached", page, "A", 2.5)]


def question(stage: Stage) -> list[Line]:
    """T2: with the thirty answers that B has; beside it, as a remark, what a usual question takes."""
    asks = repeat(Ask(long_thread(stage.large), CACHE_OFF))
    usual = cycle([Ask(each, CACHE_OFF) for each in some_questions(stage.large, 200)])
    return [
        _line(stage, "T2", "question page with 30 answers, visitor, cache off", stage.page("question", asks), "B", 1.3),
        _line(stage, "T2", "usual question page, visitor, cache off", stage.page("usual", usual), "B", None),
    ]


def signed_in(stage: Stage) -> list[Line]:
    """T3: a member who is neither asker nor answerer; 0.75 B is the promise with kept post fragments."""
    headers = (("Cookie", stage.large.cookie(READER)),)
    page = stage.page("signed in", repeat(Ask(long_thread(stage.large), headers)))
    first = _line(stage, "T3", "question page with 30 answers, signed in", page, "B", 1.35)
    usual = cycle([Ask(each, headers) for each in some_questions(stage.large, 200)])
    return [first, _line(stage, "T3", "usual question page, signed in", stage.page("usual", usual), "B", None)]


def lists(stage: Stage) -> list[Line]:
    """T4: the three ways in."""
    found = []
    for name, path, most in (
        ("latest questions", "/questions", 0.7),
        ("a tag", favourite_tag(stage.large), 0.7),
        ("home", "/", 0.95),
    ):
        page = stage.page(name, repeat(Ask(path, CACHE_OFF)))
        found.append(_line(stage, "T4", f"{name}, visitor, cache off", page, "B", most, _size_complaint))
    return found


def _size_complaint(found: Compared) -> str:
    return "" if found.page.bytes <= MOST_BYTES else f"more than {MOST_BYTES // 1000} KB"


def search(stage: Stage) -> list[Line]:
    """T5: the whole page for two words."""
    asks = chain.from_iterable(repeat([Ask(f"/search?q={words}", CACHE_OFF) for words in two_words()]))
    found = compare(stage.page("search", asks), stage.searching(), stage.scale.rounds)
    questions = f"two-word search of {stage.large.questions} questions"
    costs = _line_of("T5", f"{questions}, whole page", found, "S", 1.5, "")
    waits = Line(
        "T5", f"{questions}, p95", f"{found.page.p95_ms:.0f} ms", f"{found.reference.p95_ms:.0f} ms", found.p95_ratio,
        1.5, "S's p95", "both are wall times at the same load",
    )  # fmt: skip
    return [costs, waits]


def _line(
    stage: Stage, target: str, what: str, page: Side, reference: str, most: float | None,
    complaint: Callable[[Compared], str] = lambda _found: "",
) -> Line:
    found = compare(page, stage.side(reference), stage.scale.rounds)
    return _line_of(target, what, found, reference, most, complaint(found))


def _line_of(target: str, what: str, found: Compared, of: str, most: float | None, complaint: str) -> Line:
    told = f"{found.page.bytes / 1000:.1f} KB; p95 {found.page.p95_ms:.0f} ms; rounds within {found.spread:.2f}"
    figure, reference = f"{found.page.cpu_ms:.2f} ms", f"{found.reference.cpu_ms:.2f} ms"
    return Line(target, what, figure, reference, found.ratio, most, of, "; ".join(filter(None, (complaint, told))))
