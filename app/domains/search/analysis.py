"""Words of English and Chinese text, the same for every engine.

Latin words are one token each, stemmed; compounds like `node.js` or `foo_bar` are kept whole and split. A run of Han
characters gives every single character, so that any substring is a phrase of characters, and the dictionary words
(search-mode segments) at the position of their first character, for the precision of the ranking. Stop words stay.
"""

import re
import threading
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from hashlib import blake2b
from operator import itemgetter
from typing import NamedTuple

import rjieba
import snowballstemmer  # type: ignore[import-untyped]

# Stored in every index; raise it with any change of what the functions below return, then indexes are rebuilt.
ANALYSIS_VERSION = 1

MAX_TOKEN_CHARACTERS = 64  # longer runs are hashes and base64: their beginning identifies them well enough

HAN = r"\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
HAN_RUN = re.compile(rf"[{HAN}]+")
_WORD = rf"[^\W_{HAN}]+(?:'[^\W_{HAN}]+)?"
_PIECES = re.compile(
    rf"(?P<han>[{HAN}]+)"
    rf"|(?P<symbol>[^\W_{HAN}]+(?:\+\+|\#)(?!\w)|(?<!\w)\.net(?![\w]))"
    rf"|(?P<compound>{_WORD}(?:[._-]+{_WORD})+)"
    rf"|(?P<word>{_WORD})",
    re.IGNORECASE,
)
_CUTS = re.compile(rf"(?P<run>[{HAN}]+)|[^\W{HAN}]+(?:['’][^\W{HAN}]+)*|\s+|.", re.DOTALL)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_SPLIT = re.compile(r"[._-]+")
_STEMMABLE = re.compile(r"[a-z']+")

# Words that every text has. They are indexed and searched, but a document is not found by them alone while the
# query has a better word.
_ENGLISH = """a an and are as at be been but by can could did do does for from had has have how i if in is it its me my
not of on or so than that the their then there these they this to was we were what when where which who why will with
would you your"""
_CHINESE = "的 了 吗 呢 吧 是 在 有 和 与 及 就 也 都 把 被 我 你 他 她 它 这 那 到 要 会 能 可以 怎么 如何 什么 为什么"
_FUNCTION_WORDS = frozenset((_ENGLISH + " " + _CHINESE).split())



class Token(NamedTuple):
    text: str
    position: int


class Unit(NamedTuple):
    """One thing a query asks for: the term itself, or else its parts in a row. `phrase` may be empty.

    A `weak` unit is a function word: it ranks, but finds nothing where stronger units are present.
    """

    term: str
    phrase: tuple[str, ...]
    weak: bool


def search_tokens(text: str) -> list[str]:
    """All tokens of the text, in order of position, for a field without positions."""
    tokens: list[str] = []
    for match in _pieces(text):
        piece = match.group()
        if match.lastgroup == "han":
            tokens += _han_texts(piece)
        else:
            for extra_and_parts in _latin(piece, match.lastgroup):
                tokens += extra_and_parts
    return tokens


def positioned_tokens(text: str, start: int = 0) -> list[Token]:
    """The tokens with their positions from `start`; several may share one position, positions never fall."""
    tokens: list[Token] = []
    position = start
    for match in _pieces(text):
        piece = match.group()
        if match.lastgroup == "han":
            tokens.extend(_han_tokens(piece, position))
            position += len(piece)
        else:
            wholes, parts = _latin(piece, match.lastgroup)
            tokens.extend([Token(whole, position) for whole in wholes])
            tokens.extend([Token(part, position + place) for place, part in enumerate(parts)])
            position += len(parts)
    return tokens


def phrase_tokens(text: str) -> list[str]:
    """One token per position: what must stand in a row for the text to occur as typed."""
    return [token for _is_han, tokens in phrase_pieces(text) for token in tokens]


def phrase_pieces(text: str) -> Iterator[tuple[bool, Sequence[str]]]:
    """The phrase tokens by the pieces they come from, each with whether it is a run of Han characters."""
    for match in _pieces(text):
        is_han, piece = match.lastgroup == "han", match.group()
        yield is_han, piece if is_han else _latin(piece, match.lastgroup)[1]


def similar_tokens(title: str) -> list[str]:
    """The tokens of the similar-questions field: Han characters and stemmed words (measured best for short texts)."""
    return phrase_tokens(title)


def query_units(text: str) -> list[Unit]:
    """The distinct things a text asks for, in order; see Unit."""
    units: dict[str, Unit] = {}
    for match in _pieces(text):
        for unit in _units_of(match.group(), match.lastgroup):
            units.setdefault(unit.term, unit)
    return list(units.values())


def title_key(text: str) -> str:
    """Equal for the same title but for case, blanks, width and the sign at its end; empty for no title.

    Other signs count: `printer -"laser jam"` is not the title "Printer laser jam".
    """
    title = " ".join(normalised(text).lower().split())
    title = title.rstrip("?!.…。 ") or title
    return blake2b(title.encode("utf-8", "replace"), digest_size=16).hexdigest() if title else ""


def detect_language(text: str) -> str:
    """"zh" where Han characters outweigh Latin words, product names and code allowed for; else "en"."""
    kinds = [(match.lastgroup, len(match.group())) for match in _pieces(text)]
    han = sum(length for kind, length in kinds if kind == "han")
    words = sum(kind != "han" for kind, _ in kinds)
    # A character carries about half a word; Chinese titles full of product names still pass, quoted characters do not.
    return "zh" if han > 0.4 * (han + words) else "en"


def normalised(text: str) -> str:
    """NFKC with one kind of apostrophe; case is kept, because camelCase is cut by it."""
    return unicodedata.normalize("NFKC", text).replace("’", "'")


def latin_matches(text: str, low: int, high: int) -> Iterator[re.Match[str]]:
    """The words of a stretch of the text as it stands, not normalised, with their places: for marking them."""
    return (match for match in _PIECES.finditer(text, low, high) if match.lastgroup != "han")


def _pieces(text: str) -> Iterator[re.Match[str]]:
    return _PIECES.finditer(normalised(text))


def _han_tokens(run: str, position: int) -> list[Token]:
    characters = [Token(character, position + place) for place, character in enumerate(run)]
    words = [Token(word, position + place) for word, place in han_words(run) if len(word) > 1]
    return sorted(characters + words, key=lambda token: token.position)


def _han_texts(run: str) -> list[str]:
    """As `_han_tokens`, without the positions."""
    tokens = list(run)
    for word, place in reversed(sorted(han_words(run), key=itemgetter(1))):
        if len(word) > 1:
            tokens.insert(place + 1, word)
    return tokens


def han_words(run: str) -> list[tuple[str, int]]:
    """Search-mode segments with the place of their first character. A long run is cut, to bound the segmenter."""
    found: list[tuple[str, int]] = []
    for start in range(0, len(run), 1000):
        found.extend((word, start + low) for word, low, _ in rjieba.tokenize(run[start : start + 1000], "search"))
    return found


def segments(text: str) -> list[str]:
    """The text cut into words of English, words of Chinese, blanks and single signs; joined they are the text."""
    found: list[str] = []
    for match in _CUTS.finditer(text):
        piece = match.group()
        if match.lastgroup == "run":
            for start in range(0, len(piece), 1000):
                found += rjieba.cut(piece[start : start + 1000])
        else:
            found.append(piece)
    return found


@lru_cache(maxsize=20_000)  # half of all words of a text are among its hundred most frequent
def _latin(piece: str, kind: str | None) -> tuple[list[str], list[str]]:
    """Extra tokens at the first position, and the tokens one position each. Shared: do not change the lists."""
    return _wholes(piece, kind), _parts(piece, kind)


def _parts(piece: str, kind: str | None) -> list[str]:
    if kind == "compound":
        return [_stem(part.lower()) for part in _SPLIT.split(piece)]
    return [piece.lower()[:MAX_TOKEN_CHARACTERS] if kind == "symbol" else _stem(piece.lower())]


def _wholes(piece: str, kind: str | None) -> list[str]:
    """Extra tokens at the first position: the whole compound, the halves of camelCase, `net` for `.net`."""
    if kind == "compound":
        return [piece.lower()[:MAX_TOKEN_CHARACTERS]]
    if kind == "symbol":
        return [piece[1:].lower()] if piece.startswith(".") else []
    halves = _CAMEL.split(piece)
    return [_stem(half.lower()) for half in halves] if len(halves) > 1 else []


def _units_of(piece: str, kind: str | None) -> list[Unit]:
    if kind == "han":
        words = dict.fromkeys(word for word, _ in han_words(piece))
        return [Unit(word, tuple(word) if len(word) > 1 else (), word in _FUNCTION_WORDS) for word in words]
    parts = _latin(piece, kind)[1]
    if kind == "compound":
        return [Unit(piece.lower()[:MAX_TOKEN_CHARACTERS], tuple(parts), False)]
    return [Unit(parts[0], (), piece.lower() in _FUNCTION_WORDS)]


_stemmer = snowballstemmer.stemmer("english")
_stemmer_lock = threading.Lock()  # the stemmer keeps the word it works on in itself


def _stem(word: str) -> str:
    word = word[:MAX_TOKEN_CHARACTERS]
    if not _STEMMABLE.fullmatch(word):
        return word
    with _stemmer_lock:
        return _stemmer.stemWord(word) or word
