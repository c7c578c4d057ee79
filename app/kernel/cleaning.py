"""The one table of allowed HTML, the link rule, and the two walls behind them: bleach cleans, nh3 has the last word."""

import re
import threading
from collections.abc import Callable
from functools import partial
from html import unescape
from typing import Any
from urllib.parse import unquote, urlsplit

import nh3
from bleach.linkifier import LinkifyFilter
from bleach.sanitizer import Cleaner
from pygments.token import STANDARD_TYPES

# Tags, attributes and protocols that may reach a reader. bleach and nh3 are given this same table.
ALLOWED_TAGS = frozenset(
    {
        "a", "blockquote", "br", "code", "del", "details", "em", "h3", "h4", "h5", "h6", "hr", "img", "input", "label",
        "li", "ol", "p", "pre", "s", "span", "strong", "summary", "table", "tbody", "td", "th", "thead", "tr", "ul",
    }
)
ALLOWED_ATTRIBUTES: dict[str, frozenset[str]] = {
    "a": frozenset({"href", "title"}),
    "code": frozenset({"class"}),
    "img": frozenset({"src", "alt", "title", "loading", "width", "height"}),
    "input": frozenset({"class", "type", "checked", "disabled"}),
    "li": frozenset({"class"}),
    "ol": frozenset({"class", "start"}),
    "pre": frozenset({"class", "tabindex"}),
    "span": frozenset({"class"}),
    "td": frozenset({"class"}),
    "th": frozenset({"class"}),
    "ul": frozenset({"class"}),
}
ALLOWED_PROTOCOLS = frozenset({"http", "https", "mailto"})
LINK_REL = "nofollow ugc noopener"

# Written by other people's editors and turned into something of the table when it becomes Markdown.
# A checkbox in a pasted page is a form field, not a task, so it goes; what was folded there is read here at once.
FOREIGN_TAGS = (ALLOWED_TAGS - {"details", "input", "label", "summary"}) | frozenset(
    {
        "b", "caption", "dd", "div", "dl", "dt", "figcaption", "h1", "h2", "i", "kbd", "q", "samp", "strike", "sub",
        "sup", "tfoot",
    }
)

_CLASSES = frozenset(filter(None, STANDARD_TYPES.values())) | frozenset(
    {
        "align-center", "align-left", "align-right", "contains-task-list", "math", "task-list-item",
        "task-list-item-checkbox",
    }
)
_LANGUAGE_CLASS = re.compile(r"lang(?:uage)?-[\w+#.-]{1,40}")

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_BIDI = re.compile(r"[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_NEVER_IN_AN_ADDRESS = re.compile(r"[\x00-\x20\x7f-\x9f\\\ud800-\udfff]")
# A user name before the host does not fit, so "https://bank.example@evil.example" is no link.
_HOST_AND_PORT = re.compile(r"(?:[\w-]+(?:\.[\w-]+)*\.?|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")
_MAILBOX = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+@[\w-]+(?:\.[\w-]+)*")
# No percent sign and no two dots: a browser would walk "/uploads/%2e%2e/sign-out" up to another page.
_UPLOAD = re.compile(r"/uploads/(?!.*\.\.)[A-Za-z0-9_-][A-Za-z0-9._/-]*")
# Where no links are allowed an anchor leads to one of our own files and nowhere else, or no anchor stays at all.
_ANCHOR = re.compile(r"<a\b[^>]*>?", re.IGNORECASE)
_ANCHOR_OF_UPLOAD = re.compile(rf'<a href="({_UPLOAD.pattern})"(?: rel="[a-z ]*")?>')
_PIXELS = re.compile(r"[1-9][0-9]{0,3}")
_URL = r"A-Za-z0-9._~:/?#\[\]@!$&'*+,;=%-"  # brackets only in pairs
# ASCII only, so that in "见https://example.com/a。" neither the full stop nor the next sentence is taken along;
# with a scheme or www., so that "app.py" stays a file name.
_BARE_ADDRESS = re.compile(
    r"(?<![A-Za-z0-9@./+-])(?:https?://|www\.)"
    rf"(?:[{_URL}]|\([{_URL}]*\))*(?:[A-Za-z0-9/#=&%_~$+-]|\([{_URL}]*\))",
    re.IGNORECASE,
)
_ESCAPED_REFERENCE = re.compile(r"&amp;(?=#?[0-9A-Za-z]+;)")

_own = threading.local()


def without_control_characters(text: str) -> str:
    """The text with each control character and lone surrogate as U+FFFD; tab and line ends stay.

    First of all steps, because bleach would turn them into question marks and nh3 takes no surrogates.
    """
    return _CONTROL.sub("\ufffd", text)


def is_allowed_address(address: str) -> bool:
    """The link rule, on the parsed address: http, https, mailto, or a place on this site ("/…", "#…")."""
    if _NEVER_IN_AN_ADDRESS.search(address) or _BIDI.search(unquote(address)):
        return False
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    if parts.scheme in ("http", "https"):
        return bool(_HOST_AND_PORT.fullmatch(parts.netloc))
    if parts.scheme == "mailto":
        return not parts.netloc and bool(_MAILBOX.fullmatch(parts.path))
    return address.startswith("#") or (address.startswith("/") and not address.startswith("//"))


def is_own_upload(address: str) -> bool:
    """Whether an image at this address is one of ours; any other image would tell a stranger who is reading."""
    return bool(_UPLOAD.fullmatch(address))


def clean(html: str, *, links: bool = True) -> str:
    """Our own rendered HTML behind both walls; bare addresses become links. Without `links` no anchor is left but those
    of our own files, which show what stands there already."""
    return last_word(_bleach_for("links" if links else "no links").clean(_with_references_kept(html)), links=links)


def last_word(html: str, *, links: bool = True) -> str:
    """nh3 with the same table: what bleach lets through ends here. Running it again changes nothing."""
    anchors = links or all(map(_ANCHOR_OF_UPLOAD.fullmatch, _ANCHOR.findall(html)))
    return nh3.clean(
        html,
        tags=set(ALLOWED_TAGS if anchors else ALLOWED_TAGS - {"a"}),
        attributes={tag: set(names) for tag, names in ALLOWED_ATTRIBUTES.items() if anchors or tag != "a"},
        url_schemes=set(ALLOWED_PROTOCOLS),
        link_rel=LINK_REL,
        set_tag_attribute_values={"input": {"type": "checkbox", "disabled": ""}},
        attribute_filter=_attribute_as_shown,
    )


def clean_foreign(html: str) -> str:
    """HTML of another site or a clipboard, cleaned by bleach and nh3 to what can become Markdown.

    Addresses of remote images are kept, so this is to be converted and rendered, not to be shown as it is.
    """
    return nh3.clean(
        _bleach_for("foreign").clean(_with_references_kept(html)),
        tags=set(FOREIGN_TAGS),
        attributes={tag: set(names) for tag, names in ALLOWED_ATTRIBUTES.items() if tag in FOREIGN_TAGS},
        url_schemes=set(ALLOWED_PROTOCOLS),
        link_rel=LINK_REL,
        attribute_filter=_attribute_as_imported,
    )


def _with_references_kept(html: str) -> str:
    # bleach reads "&amp;lt;" twice and would show "<" where the writer wrote "&lt;"; it leaves numeric ones alone.
    return _ESCAPED_REFERENCE.sub("&#38;", html)


def _link_by_rule(attributes: dict[Any, str], new: bool = False) -> dict[Any, str] | None:
    """Callback of bleach's linkifier, for links it found and links that were there: by the rule, or not at all."""
    if not is_allowed_address(unescape(attributes.get((None, "href"), ""))):
        return None
    return attributes | {(None, "rel"): LINK_REL}


def _bleach_for(kind: str) -> Cleaner:
    """This thread's cleaner: bleach's parser has state, so two threads must not share one."""
    if not hasattr(_own, "cleaners"):
        _own.cleaners = {}
    if kind not in _own.cleaners:
        _own.cleaners[kind] = _MAKERS[kind]()
    return _own.cleaners[kind]


def _cleaner(tags: frozenset[str], filters: list[Any] | None = None, attributes: Any = ALLOWED_ATTRIBUTES) -> Cleaner:
    return Cleaner(tags=tags, attributes=attributes, protocols=ALLOWED_PROTOCOLS, strip=True, filters=filters)


def _of_our_own_file(_tag: str, name: str, value: str) -> bool:
    return name == "href" and is_own_upload(value)


_LINKIFIER = partial(
    LinkifyFilter, callbacks=[_link_by_rule], skip_tags={"pre", "code"}, parse_email=False, url_re=_BARE_ADDRESS
)
_MAKERS: dict[str, Callable[[], Cleaner]] = {
    "links": lambda: _cleaner(ALLOWED_TAGS, [_LINKIFIER]),
    "no links": lambda: _cleaner(ALLOWED_TAGS, attributes=ALLOWED_ATTRIBUTES | {"a": _of_our_own_file}),
    "foreign": lambda: _cleaner(FOREIGN_TAGS),
}


def _attribute_as_shown(tag: str, name: str, value: str) -> str | None:
    if name == "src":
        return value if is_own_upload(value) else None
    if name == "tabindex":
        return "0"
    if name == "loading":
        return "lazy"
    if name in ("width", "height"):
        return value if _PIXELS.fullmatch(value) else None
    return _attribute_as_imported(tag, name, value)


def _attribute_as_imported(tag: str, name: str, value: str) -> str | None:
    if name in ("href", "src"):
        address = value.strip().replace(" ", "%20")
        return address if is_allowed_address(address) else None
    if name == "class":
        known = [word for word in value.split() if word in _CLASSES or _LANGUAGE_CLASS.fullmatch(word)]
        return " ".join(known) or None
    return value
