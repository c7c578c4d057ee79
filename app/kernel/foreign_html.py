"""HTML from elsewhere, an import or a clipboard, becomes Markdown: bleach cleans it, markdownify writes it."""

import re
from collections import Counter
from html import escape, unescape
from typing import Any
from urllib.parse import quote

from markdownify import ATX, BACKSLASH, MarkdownConverter

from app.kernel.cleaning import clean_foreign, without_control_characters

# HTML is longer than the Markdown it came from, up to about four times in lists and tables.
MAX_FOREIGN_CHARACTERS = 120_000
# bleach's time grows with the square of depth and of neighbours: 24,000 open <div> took it two minutes.
MAX_FOREIGN_TAGS, MAX_DEPTH = 15_000, 60

# A formula between dollars, $…$ or $$…$$, never over a backtick. A single dollar follows the rules of pandoc:
# no space inside, no letter or digit outside, so that "$5 and $10" and "$HOME" stay prose.
MATH = re.compile(
    r"\$\$(?:\\.|[^\\$`])+\$\$"
    r"|(?<![\\$A-Za-z0-9])\$(?=[^\s$])(?:\\.|[^\\$`])*(?<!\s)\$(?![$A-Za-z0-9])",
    re.DOTALL,
)
# Other sites also take "$ x_1 $"; with a backslash, ^ or _ inside it is no price.
_SPACED_MATH = re.compile(r"(?<![\\$A-Za-z0-9])\$\s+((?:\\.|[^\\$`])*?)\s+\$(?![$A-Za-z0-9])", re.DOTALL)

# bleach drops unknown tags and keeps what is between them, which for these is not text.
_NOT_TEXT = re.compile(r"<(/?)(script|style|template|noscript|head|svg)\b[^<>]*>", re.IGNORECASE)
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)")
_ANY_TAG = re.compile(r"</?[A-Za-z!][^<>]*>")
_CLOSED_BY_THEMSELVES = frozenset(
    {
        "area", "br", "col", "dd", "dt", "embed", "hr", "img", "input", "li", "link", "meta", "option", "p", "param",
        "source", "tbody", "td", "tfoot", "th", "thead", "tr", "track", "wbr",
    }
)
_LANGUAGE_CLASS = re.compile(r"lang(?:uage)?-([\w+#.-]+)")
# markdownify overlooks the second of two lines that begin so; it would make the first a heading or be a list.
_LINE_THAT_IS_A_SIGN = re.compile(r"^(?=[-+=])", re.MULTILINE)
_FREE_PIPE = re.compile(r"(?<!\\)\|")


def clean_foreign_html(html: str) -> str:
    """HTML of another site or a clipboard with only what can become Markdown: to be converted, not shown as it is.

    Nested deeper than any person writes, only its words are left. Raises ValueError beyond MAX_FOREIGN_CHARACTERS.
    """
    if len(html) > MAX_FOREIGN_CHARACTERS:
        raise ValueError(f"more than {MAX_FOREIGN_CHARACTERS} characters")
    html = _without_hidden_parts(without_control_characters(html))
    if html.count("<") > MAX_FOREIGN_TAGS or _depth(html) > MAX_DEPTH:
        words = unescape(_ANY_TAG.sub(" ", html))
        return clean_foreign(f"<p>{escape(words)}</p>")
    return clean_foreign(html)


def to_markdown(foreign_html: str) -> str:
    """Markdown that `render` shows like the foreign HTML: code, links, quotes, lists; images as links; $math$ as text.

    May be longer than `render` takes: the caller decides what then. Raises ValueError like clean_foreign_html.
    """
    return _CONVERTER.convert(f"<div>{clean_foreign_html(foreign_html)}</div>").strip()


def _depth(html: str) -> int:
    """How deep the tags are nested at most, counting each that is opened and not closed by its name."""
    opened: Counter[str] = Counter()
    now = deepest = 0
    for closing, name in _TAG.findall(html):
        if name.lower() in _CLOSED_BY_THEMSELVES:
            continue
        if not closing:
            opened[name.lower()] += 1
            now += 1
        elif opened[name.lower()]:
            opened[name.lower()] -= 1
            now -= 1
        deepest = max(deepest, now)
    return deepest


def _without_hidden_parts(html: str) -> str:
    kept, hidden_in, position = [], "", 0
    for tag in _NOT_TEXT.finditer(html):
        closing, name = tag.group(1), tag.group(2).lower()
        if not hidden_in and not closing:
            kept.append(html[position : tag.start()])
            hidden_in = name
        elif hidden_in == name and closing:
            hidden_in, position = "", tag.end()
    return "".join(kept) + ("" if hidden_in else html[position:])


class _Converter(MarkdownConverter):
    """markdownify, with the places where its Markdown would not come back as it was."""

    def escape(self, text: str, parent_tags: set[str]) -> str:
        """Formulas stay letter by letter; everything else is escaped, a lone dollar too, lest it pair with another."""
        parts, position = [], 0
        text = _SPACED_MATH.sub(_closed_up, text)
        for formula in MATH.finditer(text):
            parts.append(self._escaped_prose(text[position : formula.start()], parent_tags))
            parts.append(" ".join(formula.group().split()))
            position = formula.end()
        return "".join([*parts, self._escaped_prose(text[position:], parent_tags)])

    def _escaped_prose(self, text: str, parent_tags: set[str]) -> str:
        escaped = super().escape(text, parent_tags).replace("$", r"\$")  # type: ignore[misc]
        escaped = _LINE_THAT_IS_A_SIGN.sub(r"\\", escaped)
        return f"{escaped[:-1]}\\!" if escaped.endswith("!") else escaped  # before a link it would make an image

    def convert_a(self, el: Any, text: str, parent_tags: set[str]) -> str:
        label, address = " ".join(text.split()), el.get("href")
        if "_noformat" in parent_tags or not label or not address:
            return text
        return f"[{label}]({_as_destination(address)})"

    def convert_img(self, el: Any, text: str, parent_tags: set[str]) -> str:
        address = el.get("src")
        label = self._escaped_prose(" ".join((el.get("alt") or "").split()), parent_tags)
        if not address or "a" in parent_tags:
            return label
        return f"[{label or self._escaped_prose(address, parent_tags)}]({_as_destination(address)})"

    def convert_pre(self, el: Any, text: str, parent_tags: set[str]) -> str:
        longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
        fence = "`" * max(3, longest + 1)
        return f"\n\n{fence}{_language_of(el)}\n{text.strip(chr(10))}\n{fence}\n\n" if text.strip() else ""

    def convert_td(self, el: Any, text: str, parent_tags: set[str]) -> str:
        return super().convert_td(el, _FREE_PIPE.sub(r"\|", text), parent_tags)  # type: ignore[misc]

    convert_th = convert_td

    def convert_sup(self, el: Any, text: str, parent_tags: set[str]) -> str:
        return _raised(text, "^")

    def convert_sub(self, el: Any, text: str, parent_tags: set[str]) -> str:
        return _raised(text, r"\_")

    convert_strike = MarkdownConverter.convert_del  # type: ignore[attr-defined]
    convert_dt = convert_dd = MarkdownConverter.convert_div  # type: ignore[attr-defined]


_CONVERTER = _Converter(heading_style=ATX, bullets="-", newline_style=BACKSLASH, escape_misc=True)


def _closed_up(formula: re.Match[str]) -> str:
    inside = formula.group(1).strip()
    return f"${inside}$" if re.search(r"[\\^_]", inside) else formula.group()


def _as_destination(address: str) -> str:
    """The address as Markdown reads it back: no space and no bracket that could end it too early."""
    return quote(address, safe="!#$%&'*+,/:;=?@[]~-._") if re.search(r"[\s()<>]", address) else address


def _language_of(pre: Any) -> str:
    names = " ".join(" ".join(tag.get("class") or []) for tag in [pre, *pre.find_all("code", limit=1)])
    found = _LANGUAGE_CLASS.search(names)
    return found.group(1) if found else ""


def _raised(text: str, sign: str) -> str:
    """x² as x^2, H₂O as H\\_2O; longer texts are a matter of size, "<sup>Sources: …</sup>", and stay as they are."""
    inside = text.strip()
    if not re.fullmatch(r"[\w+-]{1,4}", inside):
        return text
    return f"{sign}{inside}" if len(inside) == 1 else f"{sign}({inside})"
