"""The words of rendered HTML: for the index, for mails, for one line of a list, with those that were searched for."""

import re
from collections.abc import Iterable
from functools import lru_cache
from html import unescape
from html.parser import HTMLParser

from markupsafe import Markup, escape

from app.kernel.han_typography import HAN

_LAST_WORD = re.compile(rf"(?:(?![{HAN}])\w)+$")
_BLOCKS = frozenset(
    {
        "blockquote", "br", "dd", "div", "dl", "dt", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p",
        "pre", "table", "tr", "ul",
    }
)
_INSIDE = r"""(?:[^>"']|"[^"]*"|'[^']*')*"""
_BLOCK_TAG = re.compile(rf"</?(?:{'|'.join(sorted(_BLOCKS | {'td', 'th'}))})\b{_INSIDE}>", re.IGNORECASE)
_ANY_TAG = re.compile(rf"<[a-z/]{_INSIDE}>", re.IGNORECASE)
_CUT_TAG = re.compile(r"<[^>]*\Z")
_IMAGE = re.compile(rf"<img\b{_INSIDE}>", re.IGNORECASE)
# The text of a file stands there to be unfolded; the post's own words are around it.
_FOLDED = re.compile(r"<details><summary>(.*?)</summary>.*?</details>", re.DOTALL)
_ALTERNATIVE = re.compile(r"""\salt=["']([^"']*)""", re.IGNORECASE)


@lru_cache(maxsize=512)  # each search shows the same posts with other words marked
def plain_text(html: str) -> str:
    """The words of rendered HTML, a line for each block; empty lines are left out, code keeps its indentation."""
    reader = _TextReader()
    reader.feed(_unfolded(html))
    reader.close()
    return "\n".join(line.rstrip() for line in reader.lines if line.strip())


def running_text(html: str) -> str:
    """As `plain_text`, in one line and in a sixth of its time, for a page that reads fifty posts and shows a line of
    each. Reads what `cleaning` has written; a tag that was cut off at the end is left out."""
    html = _unfolded(html)
    if "<img" in html:
        html = _IMAGE.sub(_alternative, html)
    html = _ANY_TAG.sub("", _BLOCK_TAG.sub(" ", html))
    return " ".join(unescape(_CUT_TAG.sub("", html)).split())


def _unfolded(html: str) -> str:
    return _FOLDED.sub(r"<p>\1</p>", html) if "<details>" in html else html


def _alternative(image: re.Match[str]) -> str:
    told = _ALTERNATIVE.search(image[0])
    return told[1] if told else ""


def excerpt(html: str, characters: int = 160) -> str:
    """The beginning of the plain text on one line, at most so many characters, cut after a word or a Han character."""
    text = " ".join(plain_text(html).split())
    if len(text) <= characters:
        return text
    head = text[: characters - 1]
    if _LAST_WORD.match(text[characters - 1]):
        head = _LAST_WORD.sub("", head) or head
    return head.rstrip(" ,.;:-，。；：、（(") + "…"


def with_marks(pieces: Iterable[tuple[str, bool]]) -> Markup:
    """A text as HTML out of its pieces, with <mark> around those that stand out."""
    html = "".join([f"<mark>{escape(text)}</mark>" if stands_out else escape(text) for text, stands_out in pieces])
    return Markup(html)  # nosec B704  # every piece is escaped; Markup's own join and format take ten times as long


class _TextReader(HTMLParser):
    """Collects what a reader sees: text, alternative text of images, a line for each block."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = [""]
        self.code_depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.code_depth += tag == "pre"
        if tag in _BLOCKS:
            self.lines.append("")
        elif tag in ("td", "th") and not self.lines[-1].endswith(" "):
            self.lines[-1] += " " if self.lines[-1] else ""
        elif tag == "img":
            self.lines[-1] += dict(attrs).get("alt") or ""

    def handle_endtag(self, tag: str) -> None:
        self.code_depth -= tag == "pre" and self.code_depth > 0
        if tag in _BLOCKS:
            self.lines.append("")

    def handle_data(self, data: str) -> None:
        if self.cdata_elem:  # inside script or style
            return
        if self.code_depth:
            first, *more = data.split("\n")
            self.lines[-1] += first
            self.lines += more
        else:
            spaced = re.sub(r"\s+", " ", data)
            self.lines[-1] += spaced if self.lines[-1].strip() else spaced.lstrip()
