"""Foreign text becomes our Markdown and its stored HTML: the slow part of an import, on all processors. Pure."""

import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from app.domains.questions.writing import Rendered, clean_text, language_of
from app.kernel import markup
from app.kernel.foreign_html import MAX_FOREIGN_CHARACTERS

Batch = TypeVar("Batch")

# Below this many texts the start of the processes costs more than it saves.
WORTH_PROCESSES = 1500
CUT_MARK = "\n\n[…]"
# A text is cut at the end of a paragraph, unless that would lose more than this part of it.
LEAST_KEPT = 0.8


@dataclass(frozen=True, slots=True)
class Text:
    """What was written elsewhere; `is_html` or else Markdown."""

    source: str
    is_html: bool = False


@dataclass(frozen=True, slots=True)
class Imported:
    """The text as it will be stored; `shortened` where it was longer than a post may be."""

    rendered: Rendered
    shortened: bool = False


def render_text(text: Text) -> Imported:
    """Links stay links, whoever wrote them: the text was read elsewhere before it came here."""
    shortened = text.is_html and len(text.source) > MAX_FOREIGN_CHARACTERS
    source = markup.to_markdown(text.source[:MAX_FOREIGN_CHARACTERS]) if text.is_html else text.source
    source = clean_text(source)
    if len(source) > markup.MAX_SOURCE_CHARACTERS:
        source, shortened = _cut(source), True
    html = markup.render(source)
    rendered = Rendered(source, html, markup.excerpt(html, 200), language_of(source), markup.RENDERER_VERSION)
    return Imported(rendered, shortened)


def render_texts(texts: list[Text]) -> list[Imported]:
    return [render_text(text) for text in texts]


def _cut(source: str) -> str:
    kept = source[: markup.MAX_SOURCE_CHARACTERS - len(CUT_MARK)]
    paragraph = kept.rfind("\n\n")
    return (kept[:paragraph] if paragraph > len(kept) * LEAST_KEPT else kept) + CUT_MARK


def with_rendered(
    batches: Iterable[Batch], texts_of: Callable[[Batch], list[Text]], total_texts: int
) -> Iterator[tuple[Batch, list[Imported]]]:
    """Every batch, in order, with its texts rendered. At most a few batches are in memory at a time."""
    processors = os.cpu_count() or 1
    if processors < 2 or total_texts < WORTH_PROCESSES:
        yield from ((batch, render_texts(texts_of(batch))) for batch in batches)
        return
    # Forked from a fresh process: one forked from this one would share its database connections.
    fresh = multiprocessing.get_context("forkserver")
    fresh.set_forkserver_preload([__name__])
    with ProcessPoolExecutor(processors, mp_context=fresh) as pool:
        running: deque[tuple[Batch, Future[list[Imported]]]] = deque()
        for batch in batches:
            running.append((batch, pool.submit(render_texts, texts_of(batch))))
            if len(running) > processors * 2:
                first, future = running.popleft()
                yield first, future.result()
        for waiting, future in running:
            yield waiting, future.result()
