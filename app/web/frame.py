"""What stands around every page: its header and its footer, kept for all who see the same (parts.py)."""

from typing import Any, NamedTuple

from flask import Blueprint, Flask, jsonify, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from app.kernel.settings import SITE_NAME
from app.web.actors import current_actor
from app.web.assets import stamp
from app.web.context import number, theme, unread_count
from app.web.parts import part

pages = Blueprint("frame", __name__)

PICTURE = "img/touch-512.png"


class Reader(NamedTuple):
    """Of a signed-in person, what the frame shows."""

    id: int
    name: str
    role: str
    avatar: str | None


def install(app: Flask) -> None:
    app.jinja_env.globals["frame"] = frame


def frame(name: str, section: str, search_text: str = "") -> Markup:
    """`name`: header or footer; `section`: the place in the navigation where the page stands."""
    actor = current_actor()
    here = request.full_path if request.query_string else request.path
    reader = Reader(actor.id, actor.name, actor.role, actor.avatar) if actor.id is not None else None
    fill: dict[str, Any] = {"here": here, "login": url_for("accounts.login", next=here), "search_text": search_text}
    fill |= {"unread": unread_count(), "unread_number": number(unread_count())}
    about = {"section": section, "theme": theme(), "site_name": SITE_NAME.value(), "user": reader}
    return part(f"_frame/{name}.html", fill, **about)


@pages.get("/manifest.webmanifest")
def manifest() -> Response:
    """What a phone shows of the forum on its home screen. The colours are --surface and --brand of tokens.css."""
    address = url_for("static", filename=PICTURE, v=stamp(PICTURE))
    picture = {"src": address, "type": "image/png", "sizes": "512x512"}
    icons = [picture | {"purpose": "any"}, picture | {"purpose": "maskable"}]
    known = {"name": SITE_NAME.value(), "short_name": SITE_NAME.value()[:12], "start_url": url_for("home.index")}
    look = {"display": "standalone", "background_color": "#ffffff", "theme_color": "#0d6662", "icons": icons}
    answer = jsonify(known | look)
    answer.mimetype = "application/manifest+json"
    return answer
