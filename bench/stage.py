"""What every measurement takes: the forums, small and large, and the references beside them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle, repeat
from pathlib import Path
from random import Random
from urllib.parse import quote, quote_plus

from sqlalchemy import select

from app.domains.questions.models import Question
from app.domains.tags.models import Tag
from app.extensions import db
from bench.community import LONG_THREAD, SEED
from bench.comparing import Side
from bench.forum import Forum, Server, prepared, serve
from bench.loading import load
from bench.measuring import Ask
from bench.references import create_texts
from bench.vocabulary import vocabulary

# The page cache is for visitors who bring nothing: a page asked for with this header is made anew.
CACHE_OFF = (("Authorization", "Bench off"),)
QUERIES = 40


@dataclass(frozen=True)
class Scale:
    """How much is asked, and how often the comparison is repeated."""

    small: int
    large: int
    rounds: int
    requests: int
    posts: int
    listeners: int
    messages: int
    last: int
    """Requests after which memory is looked at."""


QUICK = Scale(500, 2_000, 1, 40, 80, 50, 5, 400)
USUAL = Scale(2_000, 20_000, 3, 80, 1_200, 1_000, 20, 10_000)
LARGE = Scale(2_000, 100_000, 3, 80, 1_200, 1_000, 20, 10_000)


@dataclass
class Stage:
    scale: Scale
    small: Forum
    large: Forum
    references: Server
    report: Callable[[str], object]

    def side(self, reference: str, requests: int | None = None) -> Side:
        path, factor = {"A": ("/", 10), "B": ("/thread", 1)}[reference]
        asked = (requests or self.scale.requests) * factor
        return Side(reference, (self.references.pid,), self.references.port, repeat(Ask(path)), asked)

    def searching(self) -> Side:
        """S, asked for the same words in the same order as the forum."""
        asks = cycle([Ask(f"/search?q={words}") for words in two_words()])
        return Side("S", (self.references.pid,), self.references.port, asks, self.scale.requests)

    def page(self, name: str, asks: Iterator[Ask], requests: int | None = None, forum: Forum | None = None) -> Side:
        forum = forum or self.large
        assert forum.web is not None
        return Side(name, tuple(forum.pids()), forum.web.port, asks, requests or self.scale.requests)


def two_words(seed: int = SEED) -> list[str]:
    """Half of the pairs are of words that everybody says, half of rarer ones; in both languages."""
    dice, found = Random(f"{seed} queries"), []
    for number in range(QUERIES):
        words = vocabulary(("zh", "en")[number % 2]).words
        low, high = (20, 150) if number % 4 < 2 else (300, 900)
        found.append(quote_plus(" ".join(dice.sample([word for word in words[low:high] if len(word) > 1], 2))))
    return found


def long_thread(forum: Forum) -> str:
    """The address of the question with thirty answers."""
    return addresses(forum, [LONG_THREAD + 1])[0]


def addresses(forum: Forum, ids: list[int]) -> list[str]:
    with forum.app.app_context():
        rows = db.session.execute(select(Question.id, Question.slug).where(Question.id.in_(ids)))
        slugs = {row.id: row.slug for row in rows}
        db.session.remove()
    return [quote(f"/questions/{each}/{slugs[each]}") for each in ids]


def some_questions(forum: Forum, number: int, seed: int = SEED) -> list[str]:
    """Addresses from all ages of the forum."""
    dice = Random(f"{seed} readers")
    return addresses(forum, [dice.randint(1, forum.questions) for _place in range(number)])


def favourite_tag(forum: Forum) -> str:
    with forum.app.app_context():
        name = db.session.scalar(select(Tag.name).order_by(Tag.question_count.desc()).limit(1)) or ""
        db.session.remove()
    return quote(f"/tags/{name}")



@contextmanager
def staged(scale: Scale, folder: Path, report: Callable[[str], object]) -> Iterator[Stage]:
    """Both forums loaded (or found in `folder`, where an earlier run left them), references running, no forum yet."""
    small = _loaded(folder / f"questions-{scale.small}", scale.small, report)
    large = _loaded(folder / f"questions-{scale.large}", scale.large, report)
    texts = large.folder / "texts.db"
    if not texts.exists():
        create_texts(large.folder / "huzhu.db", texts)
    environment = {"BENCH_DATABASE": str(large.folder / "huzhu.db"), "BENCH_TEXTS": str(texts)}
    references = serve("bench.references:create_app()", environment, large.log)
    try:
        yield Stage(scale, small, large, references, report)
    finally:
        references.stop()


def _loaded(folder: Path, questions: int, report: Callable[[str], object]) -> Forum:
    finished = folder / "loaded"
    forum = prepared(folder)
    with forum.app.app_context():
        if not finished.exists():
            told = load(forum.app, questions, report)
            report(f"{told.rows} rows in {told.seconds:.0f} s, {told.index} index in {told.index_seconds:.0f} s")
            finished.write_text(str(told.first_person))
        db.session.remove()
        db.engine.dispose()
    forum.questions, forum.first_person = questions, int(finished.read_text())
    return forum
