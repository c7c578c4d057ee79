"""What people write becomes safe HTML: markdown-it-py (html off) -> link rule -> bleach -> nh3, the last word.

The front door of cleaning.py (the table and the two walls), foreign_html.py (the way back to Markdown),
excerpts.py (the words alone), highlighting.py (the colours of code) and han_typography.py.
"""

import re
import threading
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml, unescapeAll
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from mdit_py_plugins.dollarmath import dollarmath_plugin

from app.kernel.cleaning import (
    ALLOWED_ATTRIBUTES,
    ALLOWED_PROTOCOLS,
    ALLOWED_TAGS,
    clean,
    is_allowed_address,
    is_own_upload,
    without_control_characters,
)
from app.kernel.excerpts import excerpt, plain_text
from app.kernel.foreign_html import MATH, clean_foreign_html, to_markdown
from app.kernel.han_typography import han_typography_plugin
from app.kernel.highlighting import Highlighter, highlight_stylesheet

__all__ = [
    "ALLOWED_ATTRIBUTES",
    "ALLOWED_PROTOCOLS",
    "ALLOWED_TAGS",
    "MAX_SOURCE_CHARACTERS",
    "RENDERER_VERSION",
    "clean_foreign_html",
    "excerpt",
    "highlight_stylesheet",
    "plain_text",
    "render",
    "to_markdown",
]

RENDERER_VERSION: int = 1  # stored beside rendered HTML; raise it when the same source gives other HTML
MAX_SOURCE_CHARACTERS = 30_000  # deeply nested HTML makes bleach quadratic, so the length is the brake in front

# A table of a few thousand rows is all tags: bleach is slow with many neighbours, so it is shown as it was written.
MAX_TAGS = 15_000  # a list or a table of so many took 1.4 seconds of a processor

_LANGUAGE = re.compile(r"[\w+#.-]{1,40}")
_HIGHEST_HEADING = 3  # the page has h1, the question's title h2

_own = threading.local()


def render(source: str, *, links: bool = True) -> str:
    """Safe HTML of Markdown. Without `links` (new members) addresses are shown as text and nothing is clickable.

    Raises ValueError beyond MAX_SOURCE_CHARACTERS: forms and the API check the length before, with a sentence.
    """
    if len(source) > MAX_SOURCE_CHARACTERS:
        raise ValueError(f"more than {MAX_SOURCE_CHARACTERS} characters")
    return _rendered(source, links)


@lru_cache(maxsize=16)  # a text is looked at in its preview, weighed as it will be shown, and then stored
def _rendered(source: str, links: bool) -> str:
    source = without_control_characters(source)
    html = _markdown().render(source, {"links": links, "highlighter": Highlighter()})
    return clean(html if html.count("<") <= MAX_TAGS else _as_written(source), links=links)


def _markdown() -> MarkdownIt:
    """This thread's parser, built once."""
    if not hasattr(_own, "markdown"):
        _own.markdown = _new_markdown()
    return _own.markdown


def _new_markdown() -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"html": False, "tasklists": True}).enable(["table", "strikethrough"])
    markdown.use(dollarmath_plugin, allow_labels=False, allow_blank_lines=False)
    markdown.use(han_typography_plugin)
    # The plugin would take "$HOME and `$PATH`" for a formula and break the code; our rule knows backticks.
    markdown.inline.ruler.at("math_inline", _math_inline)
    markdown.validateLink = is_allowed_address  # type: ignore[assignment, method-assign]
    markdown.core.ruler.push("label_tasks", _label_tasks)
    markdown.core.ruler.push("shift_headings", _shift_headings)
    markdown.core.ruler.push("align_by_class", _align_by_class)
    markdown.core.ruler.push("settle_links", _settle_links)
    for kind, rule in (("math_inline", _math), ("math_block", _math), ("fence", _code), ("code_block", _code)):
        markdown.add_render_rule(kind, rule)
    return markdown


def _math_inline(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] != "$" or not (found := MATH.match(state.src, state.pos)):
        return False
    if not silent:
        state.push("math_inline", "span", 0).content = found.group()
    state.pos = found.end()
    return True


def _math(_renderer: Any, tokens: Sequence[Token], index: int, _options: Any, _env: Any) -> str:
    token = tokens[index]
    # An address inside a formula is not for the linkifier, which does not look behind a character reference.
    text = escapeHtml(token.content).replace("://", "&#58;//").replace("www.", "www&#46;")
    if token.type == "math_block":
        return f'<p><span class="math">$${text}$$</span></p>\n'
    return f'<span class="math">{text}</span>'


def _code(_renderer: Any, tokens: Sequence[Token], index: int, _options: Any, env: Any) -> str:
    token = tokens[index]
    language = (unescapeAll(token.info).split() or [""])[0]
    named = f' class="language-{language}"' if _LANGUAGE.fullmatch(language) else ""
    # Long lines scroll inside the box, so the keyboard must be able to reach it.
    code = env["highlighter"].html(token.content, language)
    return f'<pre tabindex="0"><code{named}>{code}</code></pre>\n'


def _as_written(source: str) -> str:
    return f'<pre tabindex="0"><code>{escapeHtml(source)}</code></pre>\n'


def _label_tasks(state: StateCore) -> None:
    """The box of a task comes with its sentence as label, which is its name for a screen reader."""
    for item, _, sentence in zip(state.tokens, state.tokens[1:], state.tokens[2:], strict=False):
        if item.type == "list_item_open" and "checked" in item.meta and sentence.children is not None:
            checked = " checked" if item.meta.pop("checked") else ""
            box = f'<label><input class="task-list-item-checkbox" type="checkbox" disabled{checked}> '
            sentence.children = [
                Token("html_inline", "", 0, content=box),
                *sentence.children,
                Token("html_inline", "", 0, content="</label>"),
            ]


def _shift_headings(state: StateCore) -> None:
    for token in state.tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(int(token.tag[1]) + _HIGHEST_HEADING - 1, 6)}"


def _align_by_class(state: StateCore) -> None:
    # Tables come with a style attribute, which the content security policy forbids.
    for token in state.tokens:
        if style := token.attrs.pop("style", None):
            token.attrs["class"] = f"align-{str(style).removeprefix('text-align:')}"


def _settle_links(state: StateCore) -> None:
    for block in state.tokens:
        if block.children:
            block.children = _with_links_settled(block.children, state)


def _with_links_settled(children: list[Token], state: StateCore) -> list[Token]:
    """Images from elsewhere become links; where links are not allowed each becomes its label and (address)."""
    clickable, settled, around, label_from = state.env["links"], list[Token](), None, 0
    for token in children:
        if token.type == "link_open":
            around, label_from = str(token.attrs["href"]), len(settled)
        if token.type == "image" and not is_own_upload(str(token.attrs["src"])):
            settled += _image_as_link(token, around, state)
        elif token.type == "image":
            settled.append(_lazy(token))
        elif token.type == "link_close" and not clickable:
            settled += _address_unless_shown(around or "", settled[label_from:])
        elif clickable or token.type != "link_open":
            settled.append(token)
        if token.type == "link_close":
            around = None
    return settled


def _image_as_link(image: Token, around: str | None, state: StateCore) -> list[Token]:
    address = str(image.attrs["src"])
    alt = _text(state.md.renderer.renderInlineAsText(image.children or [], state.md.options, state.env) or address)  # type: ignore[attr-defined]
    if around is not None:
        return [alt]
    if not state.env["links"]:
        return [alt, *_address_unless_shown(address, [alt])]
    return [Token("link_open", "a", 1, attrs={"href": address}), alt, Token("link_close", "a", -1)]


def _address_unless_shown(address: str, label: list[Token]) -> list[Token]:
    shown = "".join(token.content for token in label)
    return [] if shown in (address, address.removeprefix("mailto:")) else [_text(f" ({address})")]


def _lazy(image: Token) -> Token:
    image.attrs["loading"] = "lazy"
    return image


def _text(content: str) -> Token:
    return Token("text", "", 0, content=content)
