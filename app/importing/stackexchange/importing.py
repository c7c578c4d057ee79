"""The import from beginning to end: read, render, store in batches, finish, report."""

import csv
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import update

from app.domains.questions.models import Answer, CloseReason, Question
from app.domains.tags.names import shortened_tag_name
from app.extensions import db
from app.importing.finishing import finish
from app.importing.ids import continue_numbering
from app.importing.progress import LeftOut, Progress
from app.importing.rendering import Text, with_rendered
from app.importing.stackexchange.known import Known, known_of
from app.importing.stackexchange.people import import_people
from app.importing.stackexchange.posts import Post, Thread, Threads, read_threads
from app.importing.stackexchange.reading import Dump, number
from app.importing.stackexchange.revisions import Histories, read_histories
from app.importing.stackexchange.rows import Frame
from app.importing.stackexchange.site import Site, site_of
from app.importing.stackexchange.storing import Store
from app.importing.stackexchange.votes import read_votes
from app.importing.tagging import Tags
from app.importing.target import product_to_fill
from app.kernel import markup
from app.kernel.clock import now
from app.kernel.errors import Invalid
from app.kernel.i18n import _
from app.kernel.transaction import transaction

THREADS_AT_ONCE = 40  # so that a running forum waits for the write lock only for moments
LONGEST_DESCRIPTION = 500
DUPLICATE = "3"


@dataclass(frozen=True)
class Imported:
    """How many rows this run added, by table; empty where everything was here already."""

    added: dict[str, int]
    left_out: list[str]


def import_stackexchange(
    directory: str | Path,
    product_slug: str,
    arm: bool = False,
    map_file: str | Path | None = None,
    report: Callable[[str], object] = print,
    site: str | None = None,
) -> Imported:
    """Bring the dump in `directory` into a product; `site` where the folder's name does not say whose dump it is.

    Opens its own transactions, a few dozen threads each: after a break the next run goes on where this one stopped,
    and after a complete one it adds nothing. Raises Invalid with one line where the input cannot be read.
    """
    product_id = product_to_fill(product_slug)
    dump, left_out = Dump(directory), LeftOut()
    threads = read_threads(dump, left_out)
    home = site_of(Path(directory), threads, site)
    store = _prepare(dump, threads, home, product_id, arm, left_out)
    _store_threads(threads, store, left_out)
    _tie_duplicates(threads, store)
    _note_unused(dump, left_out)
    if map_file is not None:
        _write_map(Path(map_file), store.known, store.frame.authors)
    finish(report)  # always: the run before may have been stopped just before it
    _tell(store.stored, home, left_out, report)
    return Imported(dict(store.stored), left_out.lines())


def _prepare(
    dump: Dump, threads: Threads, site: Site, product_id: int, arm: bool, left_out: LeftOut
) -> Store:
    post_ids = {post.id for thread in threads.by_id.values() for post in thread.posts}
    votes = read_votes(dump, post_ids, left_out)
    histories = read_histories(dump, post_ids, left_out)
    authors = import_people(dump, site, _authors(threads, histories), _beginning(threads), left_out)
    duplicates = _duplicates(dump, threads, left_out)
    frame = Frame(site, product_id, arm, authors, votes, histories.closed_because, duplicates)
    return Store(frame, known_of(site), Tags(), histories.edits, _descriptions(dump, threads))


def _authors(threads: Threads, histories: Histories) -> set[str]:
    return threads.authors() | {edit.author for edits in histories.edits.values() for edit in edits}


def _beginning(threads: Threads) -> datetime:
    return min((thread.question.created_at for thread in threads.by_id.values()), default=now())


def _duplicates(dump: Dump, threads: Threads, left_out: LeftOut) -> dict[int, int]:
    """The question that a closed one repeats, both as numbers of the dump."""
    found: dict[int, int] = {}
    for row in dump.rows("PostLinks"):
        post_id, target_id = number(row.get("PostId")), number(row.get("RelatedPostId"))
        closed = threads.by_id.get(post_id or 0)
        if row.get("LinkTypeId") != DUPLICATE:
            left_out.add("links between posts", "the texts hold them already")
        elif closed is None or closed.question.closed_at is None or target_id not in threads.by_id:
            left_out.add("duplicate marks", "the question is open, or the other one is not in the dump")
        else:
            found[closed.question.id] = target_id
    return found


def _descriptions(dump: Dump, threads: Threads) -> dict[str, str]:
    """What each tag means, by its name."""
    found: dict[str, str] = {}
    for row in dump.rows("Tags"):
        html = threads.excerpts.get(number(row.get("ExcerptPostId")) or 0, "")
        text = markup.plain_text(markup.clean_foreign_html(html)) if html else ""
        found[shortened_tag_name(row.get("TagName", ""))] = " ".join(text.split())[:LONGEST_DESCRIPTION]
    return found


def _store_threads(threads: Threads, store: Store, left_out: LeftOut) -> None:
    everything = list(threads.by_id.values())
    progress = Progress("import", len(everything))
    total = len(store.new_posts(everything))
    for batch, texts in with_rendered(_batches(everything), lambda batch: _texts(store, batch), total):
        with transaction():
            store.store(batch, texts)
        left_out.add("ends of texts", "longer than a post may be", sum(text.shortened for text in texts))
        progress.advance(len(batch))
    with transaction():
        continue_numbering(Question, Answer)


def _batches(threads: list[Thread]) -> Iterator[list[Thread]]:
    for start in range(0, len(threads), THREADS_AT_ONCE):
        yield threads[start : start + THREADS_AT_ONCE]


def _texts(store: Store, batch: list[Thread]) -> list[Text]:
    """Posts are HTML, comments a little Markdown."""
    return [
        Text(post.body, is_html=True) if isinstance(post, Post) else Text(post.text)
        for post in store.new_posts(batch)
    ]


def _tie_duplicates(threads: Threads, store: Store) -> None:
    """Once all questions have their numbers."""
    known = store.known.questions
    with transaction():
        for post_id, target_id in store.frame.duplicates.items():
            closed = update(Question).where(Question.id == known[post_id], Question.duplicate_of_id.is_(None))
            closed = closed.where(Question.close_reason == CloseReason.DUPLICATE)
            db.session.execute(
                closed.values(duplicate_of_id=known[target_id]), execution_options={"synchronize_session": False}
            )


def _note_unused(dump: Dump, left_out: LeftOut) -> None:
    left_out.add("badges", "they are earned here anew", sum(1 for _row in dump.rows("Badges")))


def _write_map(path: Path, known: Known, authors: dict[str, int]) -> None:
    rows = [("question", dump_id, own) for dump_id, own in known.questions.items()]
    rows += [("answer", dump_id, own) for dump_id, own in known.answers.items()]
    rows += [("comment", dump_id, own) for dump_id, own in known.comments.items()]
    rows += [("user", int(key), own) for key, own in authors.items() if key.lstrip("-").isdecimal()]
    try:
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([("kind", "dump_id", "id"), *sorted(rows)])
    except OSError as error:
        raise Invalid(_("%(path)s cannot be written: %(error)s", path=str(path), error=error.strerror)) from None


def _tell(stored: Counter[str], site: Site, left_out: LeftOut, report: Callable[[str], object]) -> None:
    added = ", ".join(f"{count} {what}" for what, count in stored.items() if count)
    report(f"imported from {site.address}: {added or 'nothing new'}")
    for line in left_out.lines():
        report(line)
