"""Markdown as Chinese is written: no space where a line ends, and emphasis beside full-width punctuation."""

import re

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.state_inline import Delimiter

# Han characters with the punctuation and full-width forms they are set with, for a regular expression's brackets.
HAN = (
    "\u2e80-\u2fdf\u3001-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff01-\uff60\uffe0-\uffe6"
    "\u201c\u201d\u2018\u2019\u2026\u2014\U00020000-\U000323af"
)
# Quotation marks, dashes and dots belong to both scripts, so a line that ends with one is left as it is.
_HAN_ONLY = HAN.replace("\u201c\u201d\u2018\u2019\u2026\u2014", "")
_IS_HAN = re.compile(f"[{HAN}]")
_STARTS_HAN, _ENDS_HAN = re.compile(f"[{_HAN_ONLY}]"), re.compile(f"[{_HAN_ONLY}]$")


def han_typography_plugin(markdown: MarkdownIt) -> None:
    markdown.inline.ruler.at("emphasis", _emphasis)
    markdown.core.ruler.push("join_han_lines", _join_han_lines)


def _emphasis(state: StateInline, silent: bool) -> bool:
    """The library's rule, except that a marker beside a Han character needs no space or word edge.

    By CommonMark the stars of "**注意：**请先备份" do not close, because a colon stands before and a letter after.
    """
    marker = state.src[state.pos]
    if silent or marker not in "*_":
        return False
    scanned = state.scanDelims(state.pos, marker == "*")
    before, after = state.src[max(state.pos - 1, 0) : state.pos], state.src[state.pos + scanned.length :][:1]
    beside_han = marker == "*" and bool(_IS_HAN.match(before) or _IS_HAN.match(after))
    can_open = scanned.can_open or (beside_han and bool(after.strip()))
    can_close = scanned.can_close or (beside_han and bool(before.strip()))
    for _ in range(scanned.length):
        state.push("text", "", 0).content = marker
        at = len(state.tokens) - 1
        state.delimiters.append(Delimiter(ord(marker), scanned.length, at, -1, can_open, can_close))
    state.pos += scanned.length
    return True


def _join_han_lines(state: StateCore) -> None:
    for block in state.tokens:
        written = [token for token in block.children or [] if token.content or token.type.endswith("break")]
        for before, token, after in zip(written, written[1:], written[2:], strict=False):
            if token.type == "softbreak" and _ENDS_HAN.search(before.content) and _STARTS_HAN.match(after.content):
                token.type = "text"
