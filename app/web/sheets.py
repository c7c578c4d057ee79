"""Style sheets as they travel: several files in one answer, without what only their readers need.

The first paint waits for every sheet in the head, and each is a request of its own on a slow line. The files stay as
they are written; they are joined and squeezed at the first request for them, and kept.
"""

import re
from functools import lru_cache

from flask import Blueprint, Flask, Response, has_request_context, request, url_for
from markupsafe import Markup

from app.config import ROOT
from app.kernel.errors import NotFound

FOLDER = ROOT / "static" / "css"
# Strings are left alone: content: ", " is not ",".
_STRING = re.compile(r"""("[^"]*"|'[^']*')""")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
MOST_NAMES = 12
# Kept by browsers alone: an answer to somebody with a session never belongs into a cache that others share.
A_YEAR = "private, max-age=31536000, immutable"

pages = Blueprint("sheets", __name__)


def install(app: Flask) -> None:
    app.jinja_env.globals["sheets"] = sheets


def sheets(*names: str) -> Markup:
    """The <link> of these files of static/css, in this order."""
    return _link(names, request.root_path if has_request_context() else None)


@lru_cache(maxsize=256)
def _link(names: tuple[str, ...], _root: str | None) -> Markup:
    address = url_for("sheets.show", names="-".join(names), v=_stamp(names))
    return Markup('<link rel="stylesheet" href="{}">').format(address)


@pages.get("/sheets/<names>.css")
def show(names: str) -> Response:
    wanted = tuple(names.split("-"))
    if len(wanted) > MOST_NAMES or not set(wanted) <= _known():
        raise NotFound()
    answer = Response(joined(wanted, _stamp(wanted)), mimetype="text/css")
    answer.headers["Cache-Control"] = A_YEAR
    return answer


@lru_cache(maxsize=64)
def joined(names: tuple[str, ...], _stamp: str) -> str:
    return "".join(squeezed((FOLDER / f"{name}.css").read_text(encoding="utf-8")) for name in names)


def squeezed(css: str) -> str:
    """The same rules without comments and without the spaces that stand for the eye."""
    parts = _STRING.split(_COMMENT.sub("", css))
    return "".join(part if place % 2 else _tight(part) for place, part in enumerate(parts)).strip()


def _tight(css: str) -> str:
    css = re.sub(r"\s+", " ", css)
    css = re.sub(r" ?([{};,>]) ?", r"\1", css)
    # Behind the name of a property; " :is(" and "a: hover" are selectors and stay.
    css = re.sub(r"(?<=[{;])([\w-]+): ", r"\1:", css)
    return css.replace(";}", "}")


def _known() -> frozenset[str]:
    return frozenset(file.stem for file in FOLDER.glob("*.css"))


def _stamp(names: tuple[str, ...]) -> str:
    """Changes with the files, so that browsers may keep what they have for a year."""
    return format(max(int((FOLDER / f"{name}.css").stat().st_mtime) for name in names), "x")
