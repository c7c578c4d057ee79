"""A digest as a table for a spreadsheet. Pure."""

import csv
from collections.abc import Iterator
from io import StringIO

from app.domains.feedback.digest.content import DigestContent

HEAD = ("section", "name", "figure", "value", "url")
Row = tuple[object, ...]


def csv_of(content: DigestContent) -> str:
    """One figure a line: section, name, figure, value, url; empty where there is none."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(HEAD)
    writer.writerows([_harmless(cell) for cell in row] for row in _rows(content))
    return text.getvalue()


def _harmless(cell: object) -> object:
    """A spreadsheet would run a cell that begins like a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t") else cell


def _rows(content: DigestContent) -> Iterator[Row]:
    yield from _header(content)
    for theme in content.themes:
        for figure in ("posts", "people", "confirmed_posts", "expected", "still_open", "net_sentiment"):
            yield "themes", theme.name, figure, getattr(theme, figure), ""
    for spike in content.spikes:
        yield "spikes", spike.tag, "seen", spike.seen, spike.first_post.url
        yield "spikes", spike.tag, "expected", spike.expected, spike.first_post.url
    for item in content.most_wanted.by_score:
        for figure in ("score", "growth", "people", "state"):
            yield "most_wanted", item.title, figure, getattr(item, figure), item.url
    for theme_quotes in content.quotes:
        for quote in theme_quotes.quotes:
            yield "quotes", theme_quotes.theme or "", quote.why, quote.text, quote.url
    for post in content.unanswered:
        yield "unanswered", post.title, "score", post.score, post.url
    for search in content.searches:
        yield "searches", search.query, "n", search.n, ""
    yield from _decisions(content)


def _header(content: DigestContent) -> Iterator[Row]:
    header = content.header
    for figure in ("posts", "usual_posts", "people", "usual_people", "questions", "escalated"):
        yield "header", "", figure, getattr(header, figure), ""
    for figure in ("answered", "checked_by_a_person", "promises_kept"):
        found = getattr(header, figure)
        yield "header", figure, "met", found.met, ""
        yield "header", figure, "total", found.total, ""
    for figure in ("p50_seconds", "p90_seconds", "longest_seconds"):
        yield "header", "first_answer", figure, getattr(header.first_answer, figure), ""


def _decisions(content: DigestContent) -> Iterator[Row]:
    for kind in ("overdue", "due", "missed"):
        for line in getattr(content.decisions, kind):
            yield f"decisions.{kind}", line.title, line.clock, line.due_at.isoformat(), line.url
    for shipped in content.decisions.shipped:
        yield "decisions.shipped", shipped.title, "told", shipped.told.met, shipped.url
