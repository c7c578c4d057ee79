"""Code as coloured HTML: Pygments finds the tokens, classes name them, one generated stylesheet colours them."""

import re
from collections.abc import Iterable, Iterator
from html import escape
from time import thread_time
from typing import Any

from pygments import format as format_tokens
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.token import STANDARD_TYPES, Comment, Error, Generic, Keyword, Literal, Name, Number, Operator, String
from pygments.util import ClassNotFound

LIGHT_BACKGROUND, DARK_BACKGROUND = "#f6f8fa", "#161b22"

# role -> (on light, on dark). Every colour has a contrast of at least 4.5 : 1 with its background (WCAG 2.2, 1.4.3).
COLOURS = {
    "text": ("#1f2328", "#e6edf3"),
    "comment": ("#59636e", "#9198a1"),
    "keyword": ("#b3202c", "#ff7b72"),
    "string": ("#0a3069", "#a5d6ff"),
    "number": ("#0550ae", "#79c0ff"),
    "definition": ("#6639ba", "#d2a8ff"),
    "type": ("#8a3c00", "#ffa657"),
    "tag": ("#0f5323", "#7ee787"),
    "added": ("#0f5323", "#7ee787"),
    "removed": ("#82071e", "#ffa198"),
}

# The most special token type decides: Comment also covers Comment.Single, Keyword.Type overrides Keyword.
ROLES = {
    Comment: "comment",
    Keyword: "keyword",
    Keyword.Type: "type",
    Keyword.Constant: "number",
    Operator.Word: "keyword",
    String: "string",
    Literal: "string",
    Number: "number",
    Name.Function: "definition",
    Name.Class: "definition",
    Name.Decorator: "definition",
    Name.Builtin: "type",
    Name.Exception: "type",
    Name.Constant: "number",
    Name.Attribute: "number",
    Name.Tag: "tag",
    Name.Entity: "tag",
    Generic.Deleted: "removed",
    Generic.Inserted: "added",
    Generic.Heading: "definition",
    Generic.Subheading: "definition",
    Generic.Prompt: "comment",
    Generic.Error: "removed",
    Generic.Traceback: "removed",
    Error: "text",
}

# Names of Pygments' lexers that were timed on 50 kinds of hostile text. Others are not offered: a lexer is a pile of
# regular expressions, and of its 580 some dozens stand still on a page of brackets.
LANGUAGES = frozenset(
    {
        "apacheconf", "bash", "batch", "c", "clojure", "cmake", "console", "cpp", "csharp", "css", "dart", "diff",
        "django", "docker", "elixir", "erlang", "fsharp", "go", "graphql", "groovy", "haskell", "hcl", "html", "http",
        "ini", "java", "javascript", "json", "jsx", "julia", "kotlin", "less", "lua", "make", "markdown", "matlab",
        "mysql", "nginx", "nixos", "objective-c", "ocaml", "perl", "php", "plpgsql", "postgresql", "powershell",
        "properties", "protobuf", "pwsh-session", "pycon", "pytb", "python", "ruby", "rust", "scala", "scheme",
        "scss", "solidity", "splus", "sql", "sqlite3", "swift", "terraform", "tex", "toml", "tsql", "tsx", "typescript",
        "vb.net", "vim", "vue", "xml", "yaml", "zig",
    }
)
MAX_HIGHLIGHTED_CHARACTERS = 10_000  # of one text: more coloured spans than these make bleach slow
MAX_SECONDS = 0.5  # of the processor, for one text: what takes longer is hostile, ordinary code needs a tenth
# Very long lines and rows of empty ones are where the time of single patterns grows with the square of the length.
_SLOW = re.compile(r"[^\n]{501}|(?:[^\S\n]*\n){30}")
_FORMATTER = HtmlFormatter(nowrap=True)


class _TooSlow(Exception):
    pass


class Highlighter:
    """Colours the code of one text until its characters or its time are used up; the rest is shown plain."""

    def __init__(self) -> None:
        self.characters = MAX_HIGHLIGHTED_CHARACTERS
        self.seconds = MAX_SECONDS

    def html(self, code: str, language: str) -> str:
        """Escaped HTML of the code, with spans of Pygments' short classes where the language is known."""
        self.characters -= len(code)
        lexer = _lexer(language)
        if lexer is None or self.characters < 0 or _SLOW.search(code):
            return escape(code, quote=False)
        try:
            return format_tokens(self._in_time(lexer.get_tokens(code)), _FORMATTER)
        except _TooSlow:
            return escape(code, quote=False)

    def _in_time(self, tokens: Iterable[Any]) -> Iterator[Any]:
        """The clock runs from the first token: loading a lexer for the first time costs more than a text may."""
        stop_at = thread_time() + self.seconds
        for token in tokens:
            if thread_time() > stop_at:
                self.seconds = 0.0
                raise _TooSlow
            yield token
        self.seconds = stop_at - thread_time()


def _lexer(language: str) -> Any:
    try:
        lexer = get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None
    return lexer if lexer.aliases[0] in LANGUAGES else None


def highlight_stylesheet() -> str:
    """The text of static/css/code.css: light by default, dark by the reader's choice or the system's."""
    dark = _variables(DARK_BACKGROUND, 1)
    blocks = [
        "/* Made by highlight_stylesheet() in app/kernel/highlighting.py; a test keeps the two the same. */",
        f':root, [data-theme="light"], [data-theme="contrast"] {{ {_variables(LIGHT_BACKGROUND, 0)} }}',
        f'[data-theme="dark"] {{ {dark} }}',
        f'@media (prefers-color-scheme: dark) {{\n  :root:not([data-theme]) {{ {dark} }}\n}}',
        "pre { background: var(--code-background); color: var(--code-text); }",
        *(f"pre code {_classes(role)} {{ color: var(--code-{role}); }}" for role in COLOURS if _classes(role)),
        "pre code .ge { font-style: italic; }",
        "pre code .gs { font-weight: bold; }",
    ]
    return "\n".join(blocks) + "\n"


def _variables(background: str, theme: int) -> str:
    return " ".join(
        [f"--code-background: {background};", *(f"--code-{role}: {pair[theme]};" for role, pair in COLOURS.items())]
    )


def _classes(role: str) -> str:
    names = [f".{name}" for kind, name in STANDARD_TYPES.items() if name and _role_of(kind) == role]
    return names[0] if len(names) == 1 else f":is({', '.join(names)})" if names else ""


def _role_of(kind: Any) -> str | None:
    while kind is not None:
        if kind in ROLES:
            return ROLES[kind]
        kind = kind.parent
    return None
