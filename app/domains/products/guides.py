"""What a product asks of whoever asks about it: in the reader's words, checked, folded into the text."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.kernel.i18n import _
from app.kernel.languages import LANGUAGES

MOST_FIELDS = 12  # of one product: a form that asks more is not filled in
LONGEST_LABEL, LONGEST_HELP, LONGEST_ANSWER = 60, 200, 500


@dataclass(frozen=True)
class Guided:
    """A field of the form in the reader's language."""

    id: int
    label: str
    help: str
    required: bool

    @property
    def name(self) -> str:
        return f"guide-{self.id}"


@dataclass(frozen=True)
class GuideRow:
    """A field as an administrator wrote it; `id` None for a new one, words by language."""

    id: int | None
    kind: str | None
    label: Mapping[str, str] = field(default_factory=dict)
    help: Mapping[str, str] = field(default_factory=dict)
    required: bool = False


def in_words(row: Any, language: str) -> Guided:
    """A row of the table as its reader sees it."""
    return Guided(row.id, _in(row.label, language), _in(row.help or {}, language), row.required)


def _in(words: Mapping[str, str], language: str) -> str:
    """In the reader's language or the one that stands in for it; else in the first that somebody wrote: better than a
    field without a name."""
    known = LANGUAGES.get(language)
    stands_in = words.get(known.fallback or "", "") if known else ""
    return words.get(language) or stands_in or next(iter(words.values()), "")


def unanswered(guide: Iterable[Guided], answers: Mapping[str, str]) -> dict[str, list[str]]:
    """A sentence for each field that must be filled in, and for each that is too full, by its name."""
    found: dict[str, list[str]] = {}
    for each in guide:
        text = answers.get(each.name, "").strip()
        if each.required and not text:
            found[each.name] = [_("Please fill this in: it is the first thing that helpers would ask.")]
        elif len(text) > LONGEST_ANSWER:
            found[each.name] = [_("At most %(n)s characters, please.", n=LONGEST_ANSWER)]
    return found


def folded(body: str, guide: Iterable[Guided], answers: Mapping[str, str]) -> str:
    """The text with what was answered below it, as a Markdown list: "- Version: 5.2"."""
    said = [(each.label, " ".join(answers.get(each.name, "").split())) for each in guide]
    points = "\n".join(f"- {label}: {text}" for label, text in said if text)
    return "\n\n".join(part for part in (body.rstrip(), points) if part)
