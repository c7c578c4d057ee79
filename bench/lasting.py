"""T8 and T9: what stays when much has been asked, and what grows with the forum."""

from collections.abc import Iterator
from itertools import cycle, repeat
from random import Random

from bench.community import SEED
from bench.comparing import Line, compare
from bench.forum import Forum
from bench.measuring import Ask, measure, memory_mb
from bench.posting import answers_of
from bench.stage import CACHE_OFF, Stage, favourite_tag, long_thread, some_questions, two_words

MOST_MB, MOST_GROWTH = 300, 1.05
KINDS = ("question page with 30 answers", "latest questions", "search", "post an answer")
GROWTH = (1.2, 1.2, 5.0, 1.3)


def readers(forum: Forum) -> Iterator[Ask]:
    """Visitors and a member: most read questions, some look through lists and tags, some search."""
    dice, cookie = Random(f"{SEED} visits"), ("Cookie", forum.cookie(3))
    questions = some_questions(forum, 1_000)
    others = ["/questions", "/", favourite_tag(forum), "/tags", *(f"/search?q={words}" for words in two_words())]
    while True:
        path = dice.choice(questions) if dice.random() < 0.7 else dice.choice(others)
        yield Ask(path, (cookie,) if dice.random() < 0.3 else ())


def memory(stage: Stage) -> list[Line]:
    """T8: memory of all that `make run` starts."""
    forum, half = stage.large, stage.scale.last // 2
    with forum.as_make_run_starts_it() as parent:
        pids, asks = [parent.pid], readers(forum)
        measure(pids, parent.port, asks, half, warm=False)
        middle = memory_mb(pids)
        load = measure(pids, parent.port, asks, half, warm=False)
        end = memory_mb(pids)
    told = f"parent, web and worker; {load.cpu_ms:.2f} CPU ms a request of the mixture; {len(load.failed)} failed"
    first = Line("T8", f"memory after {half * 2} requests, {forum.questions} questions", f"{end:.0f} MB", "", end,
                 MOST_MB, "MB", told)  # fmt: skip
    grown = Line("T8", f"memory at the end by that after {half}", f"{end - middle:+.1f} MB", f"{middle:.0f} MB",
                 end / middle, MOST_GROWTH, "")  # fmt: skip
    return [first, grown]


def growth(stage: Stage) -> list[Line]:
    """T9: cost at the large size by cost at the small one, each in units of A at its own moment."""
    costs = [_costs(stage, forum) for forum in (stage.small, stage.large)]
    sizes = f"{stage.small.questions} to {stage.large.questions} questions"
    found = []
    for place, (kind, most) in enumerate(zip(KINDS, GROWTH, strict=True)):
        small, large = costs[0][place], costs[1][place]
        found.append(Line("T9", f"{kind}, {sizes}", f"{large:.1f} A", f"{small:.1f} A", large / small, most, ""))
    return found


def _costs(stage: Stage, forum: Forum) -> list[float]:
    """Of each kind, in units of A."""
    search = cycle([Ask(f"/search?q={words}", CACHE_OFF) for words in two_words()])
    with forum.running():
        asks = repeat(Ask(long_thread(forum), CACHE_OFF)), repeat(Ask("/questions", CACHE_OFF)), search
        reading = [_ratio(stage, forum, kind, each) for kind, each in zip(KINDS, asks, strict=False)]
        return [*reading, _ratio(stage, forum, KINDS[3], answers_of(forum, 10_000))]


def _ratio(stage: Stage, forum: Forum, kind: str, asks: Iterator[Ask]) -> float:
    return compare(stage.page(kind, asks, forum=forum), stage.side("A"), stage.scale.rounds).ratio
