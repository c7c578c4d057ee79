"""What people write becomes safe HTML: markdown-it-py (html off) -> link rule -> bleach -> nh3, the last word.

The front door of cleaning.py (the table and the two walls), foreign_html.py (the way back to Markdown),
excerpts.py (the words alone), highlighting.py (the colours of code) and han_typography.py.
"""

import re
import threading
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

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
    "Folded",
    "clean_foreign_html",
    "excerpt",
    "highlight_stylesheet",
    "plain_text",
    "render",
    "to_markdown",
]

RENDERER_VERSION: int = 3  # stored beside rendered HTML; raise it when the same source gives other HTML
MAX_SOURCE_CHARACTERS = 30_000  # deeply nested HTML makes bleach quadratic, so the length is the brake in front

# A table of a few thousand rows is all tags: bleach is slow with many neighbours, so it is shown as it was written.
MAX_TAGS = 15_000  # a list or a table of so many took 1.4 seconds of a processor

_LANGUAGE = re.compile(r"[\w+#.-]{1,40}")
_HIGHEST_HEADING = 3  # the page has h1, the question's title h2

_SIZE_IN_NAME = re.compile(r"-([1-9][0-9]{0,3})x([1-9][0-9]{0,3})\.[a-z]{2,4}")
_OWN_PAGE = re.compile(r"/(?![/\\])")
_own = threading.local()


class Folded(NamedTuple):
    """A text file under a post: its beginning, and a note about it that every language writes alike ("12 KB")."""

    text: str
    note: str


NO_TEXTS: Mapping[str, Folded] = {}


def render(source: str, *, links: bool = True, texts: Mapping[str, Folded] = NO_TEXTS) -> str:
    """Safe HTML of Markdown. Without `links` (new members) addresses are shown as text and nothing leads away.

    A paragraph that is nothing but a link to a file of `texts` (by the last part of its address) folds it out there.
    Raises ValueError beyond MAX_SOURCE_CHARACTERS: forms and the API check the length before, with a sentence.
    """
    if len(source) > MAX_SOURCE_CHARACTERS:
        raise ValueError(f"more than {MAX_SOURCE_CHARACTERS} characters")
    return _rendered(source, links, tuple(texts.items()))


@lru_cache(maxsize=16)  # a text is looked at in its preview, weighed as it will be shown, and then stored
def _rendered(source: str, links: bool, texts: tuple[tuple[str, Folded], ...]) -> str:
    source = without_control_characters(source)
    html = _markdown().render(source, {"links": links, "highlighter": Highlighter(), "texts": dict(texts)})
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
    markdown.core.ruler.push("fold_texts", _fold_texts)
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
    """Images from elsewhere become links; where links are not allowed each becomes its label and (address), unless it
    leads to a file of ours; a name with an @ stays a name."""
    settled, around, label_from = list[Token](), None, 0
    for token in children:
        if token.type == "link_open":
            around, label_from = str(token.attrs["href"]), len(settled)
        clickable = state.env["links"] or (around is not None and is_own_upload(around))
        if token.type == "image":
            settled += _image_settled(token, around, state)
        elif token.type == "link_close" and not clickable:
            settled += _address_unless_shown(around or "", settled[label_from:])
        elif clickable or token.type != "link_open":
            settled.append(token)
        if token.type == "link_close":
            around = None
    return settled


def _image_settled(image: Token, around: str | None, state: StateCore) -> list[Token]:
    """One of ours leads to itself in full size, where its words give that link a name."""
    address = str(image.attrs["src"])
    if not is_own_upload(address):
        return _image_as_link(image, around, state)
    _say_size(image, address)
    if around is not None or not image.content.strip():
        return [image]
    return [Token("link_open", "a", 1, attrs={"href": address}), image, Token("link_close", "a", -1)]


def _say_size(image: Token, address: str) -> None:
    """So that the text below does not jump when the picture comes; our files' names end with it."""
    image.attrs["loading"] = "lazy"
    if size := _SIZE_IN_NAME.search(address):
        image.attrs["width"], image.attrs["height"] = size.groups()


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
    if shown.startswith("@") and _OWN_PAGE.match(address):
        return []
    return [] if shown in (address, address.removeprefix("mailto:")) else [_text(f" ({address})")]


def _text(content: str) -> Token:
    return Token("text", "", 0, content=content)


def _fold_texts(state: StateCore) -> None:
    if not state.env["texts"]:
        return
    tokens = state.tokens
    for index, block in enumerate(tokens):
        if block.type == "inline" and tokens[index - 1].type == "paragraph_open" and block.children:
            first, last = block.children[0], block.children[-1]
            name = str(first.attrs.get("href", "")).rpartition("/uploads/")[2]
            alone = first.type == "link_open" and last.type == "link_close" and not _opens(block.children[1:])
            if alone and name in state.env["texts"]:
                _fold(tokens[index - 1 : index + 2], name, state)


def _opens(tokens: Sequence[Token]) -> bool:
    return any(token.type == "link_open" for token in tokens)


def _fold(paragraph: Sequence[Token], name: str, state: StateCore) -> None:
    """The paragraph becomes a box that unfolds, with the way to the whole file at its end."""
    opening, inside, closing = paragraph
    label = escapeHtml(state.md.renderer.renderInlineAsText(inside.children or [], state.md.options, state.env) or name)  # type: ignore[attr-defined]
    file = state.env["texts"][name]
    box = (
        f"<details><summary>{label} · {escapeHtml(file.note)}</summary>\n"
        f'<pre tabindex="0"><code>{escapeHtml(file.text)}\n</code></pre>\n'
        f'<p><a href="/uploads/{escapeHtml(name)}">{label}</a></p></details>\n'
    )
    opening.hidden = closing.hidden = True
    inside.children = [Token("html_inline", "", 0, content=box)]
