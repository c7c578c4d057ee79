"""The language of the search box (pure). Whatever is typed gives a query: nothing here raises.

Words, `"a phrase"`, `-word`, `-"a phrase"`, `[tag]`, `-[tag]`, and the operators of OPERATORS. What looks like an
operator and is none, a tag nobody knows, a quote that never ends: all are searched as words.
"""

import re
import unicodedata
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, get_args

from app.domains.search.analysis import phrase_tokens
from app.domains.search.engine import Flag, Hint, SearchQuery, Sort
from app.domains.search.operators import number_range, time_range
from app.kernel.languages import CONTENT_LANGUAGES

MAX_TEXT_CHARACTERS = 10_000
MAX_TERMS = 500
MAX_HINTS = 5  # a pasted page would else bury the results

KnownTags = Callable[[list[str]], Collection[str]]

_PIECES = re.compile(
    r"""(?P<minus>-)?(?:
        "(?P<phrase>[^"]*)"(?!\S)
      | \[(?P<bracket>[^\[\]]{1,100})\]
      | (?P<operator>[A-Za-z]+):(?P<value>"[^"]*"|\S+)
      )
    | (?P<word>\S+)""",
    re.VERBOSE,
)
_QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "＂": '"', "：": ":"})
_EXCLUDES = re.compile(r"-(?=[^\W\d_])")  # "-1" and "--" are no exclusions: numbers and options in pasted titles

OPERATORS = ("tag", "product", "user", "is", "answers", "score", "created", "lang", "sort")


@dataclass
class _Draft:
    """The query while it grows; lists keep the order that was typed."""

    now: datetime
    words: list[str] = field(default_factory=list)
    phrases: list[str] = field(default_factory=list)
    excluded: list[str] = field(default_factory=list)
    # (name, text as typed, excluded, place among the words): undecided until we know which tags exist.
    tags: list[tuple[str, str, bool, int]] = field(default_factory=list)
    product: list[str] = field(default_factory=list)
    users: list[str] = field(default_factory=list)
    flags: list[Flag] = field(default_factory=list)
    single: dict[str, Any] = field(default_factory=dict)
    hints: list[Hint] = field(default_factory=list)

    def hint(self, code: str, **params: Any) -> None:
        hint = Hint(code, params)
        if hint not in self.hints and len(self.hints) < MAX_HINTS:
            self.hints.append(hint)


def parse_search(text: str, now: datetime, known_tags: KnownTags | None = None) -> SearchQuery:
    """The query that `text` means. `now` is aware, in the reader's time zone: days begin at its midnight.

    `known_tags` gets the lower-case tag names and answers which of them exist; without it every tag counts as known.
    The audience is for the caller to add. `user:me` comes back as the user "me".
    """
    draft = _Draft(now)
    text = _cleaned(text, draft)
    for count, piece in enumerate(_PIECES.finditer(text.translate(_QUOTES))):
        if count == MAX_TERMS:
            draft.hint("terms_cut", limit=MAX_TERMS)
            break
        _read(piece, draft)
    tags, excluded_tags = _decided_tags(draft, known_tags)
    return SearchQuery(
        words=tuple(draft.words),
        phrases=tuple(dict.fromkeys(draft.phrases)),
        excluded=tuple(dict.fromkeys(draft.excluded)),
        tags=tags,
        excluded_tags=excluded_tags,
        product=tuple(dict.fromkeys(draft.product)),
        users=tuple(dict.fromkeys(draft.users)),
        flags=tuple(dict.fromkeys(draft.flags)),
        hints=tuple(draft.hints),
        text=text.strip(),
        **draft.single,
    )


def _cleaned(text: str, draft: _Draft) -> str:
    if len(text) > MAX_TEXT_CHARACTERS:
        draft.hint("text_cut", limit=MAX_TEXT_CHARACTERS)
    return "".join(
        " " if unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") else character
        for character in text[:MAX_TEXT_CHARACTERS]
    )


def _read(piece: re.Match[str], draft: _Draft) -> None:
    minus = piece["minus"] is not None
    if piece["phrase"] is not None:
        _read_phrase(piece["phrase"], minus, draft)
    elif piece["bracket"] is not None:
        _read_tag(piece["bracket"], piece.group(), minus, draft)
    elif piece["operator"] is not None:
        _read_operator(piece, draft)
    elif _EXCLUDES.match(piece.group()) and _searchable(piece.group()):
        draft.excluded.append(piece.group()[1:])
    else:
        _read_words(piece.group(), draft)


def _read_words(text: str, draft: _Draft) -> None:
    draft.words.extend(word for word in text.split() if _searchable(word))


def _searchable(text: str) -> bool:
    return any(character.isalnum() for character in text)


def _read_phrase(text: str, minus: bool, draft: _Draft) -> None:
    length = len(phrase_tokens(text))
    if minus:
        draft.excluded.extend([text] if length else [])
    elif length > 1:
        draft.phrases.append(" ".join(text.split()))
    else:
        _read_words(text, draft)


def _read_tag(name: str, typed: str, minus: bool, draft: _Draft) -> None:
    name = unicodedata.normalize("NFKC", name.strip().strip('"')).lower()
    if name:
        draft.tags.append((name, typed, minus, len(draft.words)))
    else:
        _read_words(typed, draft)


def _read_operator(piece: re.Match[str], draft: _Draft) -> None:
    name, value, minus = piece["operator"].lower(), piece["value"].strip('"').strip(), piece["minus"] is not None
    if name == "tag":
        _read_tag(value, piece.group(), minus, draft)
    elif name not in OPERATORS or minus:
        if value[:1] not in (":", "/", "\\", "="):  # `std::sort`, `https://` and `C:\` were never meant as operators
            draft.hint("unknown_operator", operator=("-" if minus else "") + name)
        _read_words(piece.group(), draft)
    elif not _read_value(name, value, draft):
        draft.hint("bad_value", operator=name, value=value[:50])
        _read_words(piece.group(), draft)


def _read_value(name: str, value: str, draft: _Draft) -> bool:
    """Whether the value means something to the operator; if so it is in the draft."""
    folded = unicodedata.normalize("NFKC", value).lower()
    if not folded:
        return False
    if name == "is":
        draft.flags.extend(flag for flag in get_args(Flag) if flag == folded)
        return folded in get_args(Flag)
    if name in ("product", "user"):
        (draft.product if name == "product" else draft.users).append(folded)
        return True
    meaning: Any = {
        "answers": lambda: number_range(folded),
        "score": lambda: number_range(folded),
        "created": lambda: time_range(folded, draft.now),
        "lang": lambda: folded if folded in CONTENT_LANGUAGES else None,
        "sort": lambda: folded if folded in get_args(Sort) else None,
    }[name]()
    if meaning is not None:
        draft.single[name] = meaning
    return meaning is not None


def _decided_tags(draft: _Draft, known_tags: KnownTags | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Known tags, wanted and excluded; unknown ones go back to their place among the words, with a hint."""
    names = list(dict.fromkeys(name for name, *_ in draft.tags))
    known = set(known_tags(names) if known_tags and names else names)
    # From the last to the first, so that earlier places stay true.
    for name, typed, _, place in reversed(draft.tags):
        if name not in known:
            draft.words[place:place] = [word for word in _untagged(typed).split() if _searchable(word)]
            draft.hint("unknown_tag", tag=name)
    wanted = dict.fromkeys(name for name, _, minus, _ in draft.tags if name in known and not minus)
    unwanted = dict.fromkeys(name for name, _, minus, _ in draft.tags if name in known and minus)
    return tuple(wanted), tuple(unwanted)


def _untagged(typed: str) -> str:
    return re.sub(r'^-?(?:tag:|\[)|[\]"]', " ", typed, flags=re.IGNORECASE)
