"""Which forms keep a draft, which of their fields, and how much of it."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.kernel import markup
from app.kernel.errors import Invalid, NotFound
from app.kernel.i18n import _

ASK = "ask"
_QUESTION = ("product", "kind", "title", "body", "tags")
# `base_version` is what the text was written on: a change by somebody else meanwhile is still noticed.
FIELDS: dict[str, tuple[str, ...]] = {
    ASK: _QUESTION,
    "answer": ("body", "asks"),
    "edit-question": (*_QUESTION, "comment", "base_version"),
    "edit-answer": ("body", "comment", "base_version"),
    "comment-question": ("body",),
    "comment-answer": ("body",),
    "edit-comment": ("body", "base_version"),
    "version": ("body",),
}
UNDER_AN_ANSWER = frozenset({"edit-answer", "comment-answer", "version"})
UNDER_A_COMMENT = frozenset({"edit-comment"})
GUIDED = re.compile(r"guide-[1-9]\d{0,17}")
"""What a product asks beside them; which, its administrator decides."""
TYPED = frozenset({"title", "body", "tags", "comment"})
"""Beside those of a guide; the others are chosen: alone they are nothing to keep."""
MOST_GUIDED = 60  # of all products that were chosen one after the other
LONGEST_DRAFT = 2 * markup.MAX_SOURCE_CHARACTERS  # so that a text that must be shortened is not lost before it is


@dataclass(frozen=True)
class DraftForm:
    """`ask`, or a kind of form and the id of the question or answer that it stands under: `comment-answer:7`."""

    kind: str
    target_id: int | None = None

    @property
    def name(self) -> str:
        return self.kind if self.target_id is None else f"{self.kind}:{self.target_id}"


def draft_form(name: str) -> DraftForm:
    """The form of this name; NotFound where there is none."""
    kind, colon, number = name.partition(":")
    if kind not in FIELDS or bool(colon) == (kind == ASK):
        raise NotFound()
    if kind == ASK:
        return DraftForm(kind)
    # Exactly one name for each form: 07 and ٧ are numbers, too.
    if not (number.isascii() and number.isdecimal() and len(number) < 19) or number.startswith("0"):
        raise NotFound()
    return DraftForm(kind, int(number))


def kept_fields(form: DraftForm, typed: Mapping[str, Any]) -> dict[str, str]:
    """What the form has typed or chosen, as it is stored; Invalid where it is too long to be kept."""
    fields = {name: _storable(typed[name]) for name in names_of(form, typed) if isinstance(typed.get(name), str)}
    have = sum(len(text) for text in fields.values())
    if have > LONGEST_DRAFT:
        sentence = _("The draft has %(have)s characters; at most %(most)s are kept.", have=have, most=LONGEST_DRAFT)
        raise Invalid(sentence)
    return {name: text for name, text in fields.items() if text}


def names_of(form: DraftForm, typed: Mapping[str, Any]) -> list[str]:
    """The fields of the form, with those that a product has added to it."""
    guided = [name for name in typed if GUIDED.fullmatch(name)] if form.kind == ASK else []
    return [*FIELDS[form.kind], *guided[:MOST_GUIDED]]


def is_blank(fields: Mapping[str, str]) -> bool:
    return not any(text.strip() for name, text in fields.items() if name in TYPED or GUIDED.fullmatch(name))


def _storable(text: str) -> str:
    """Line ends as browsers show them, without what a database refuses; spaces stay as typed."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(letter for letter in text if letter in "\n\t" or unicodedata.category(letter) not in ("Cc", "Cs"))
