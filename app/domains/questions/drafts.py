"""Which forms keep a draft, which of their fields, and how much of it."""

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
}
UNDER_AN_ANSWER = frozenset({"edit-answer", "comment-answer"})
TYPED = frozenset({"title", "body", "tags", "comment"})
"""The others are chosen: alone they are nothing to keep."""
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
    fields = {name: _storable(typed[name]) for name in FIELDS[form.kind] if isinstance(typed.get(name), str)}
    have = sum(len(text) for text in fields.values())
    if have > LONGEST_DRAFT:
        sentence = _("The draft has %(have)s characters; at most %(most)s are kept.", have=have, most=LONGEST_DRAFT)
        raise Invalid(sentence)
    return {name: text for name, text in fields.items() if text}


def is_blank(fields: Mapping[str, str]) -> bool:
    return not any(fields.get(name, "").strip() for name in TYPED)


def _storable(text: str) -> str:
    """Line ends as browsers show them, without what a database refuses; spaces stay as typed."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(letter for letter in text if letter in "\n\t" or unicodedata.category(letter) not in ("Cc", "Cs"))
