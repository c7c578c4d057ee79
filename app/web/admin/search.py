"""Which search engine serves, why, and how to choose."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from app.domains.search.actions import ask_for_rebuild
from app.domains.search.queries import index_status
from app.kernel.i18n import _
from app.web.actors import current_actor
from app.web.admin.blueprint import pages


@pages.get("/search")
def search() -> Any:
    return render_template("admin/search.html", status=index_status())


@pages.post("/search/rebuild")
def rebuild_search() -> Response:
    ask_for_rebuild(current_actor())
    flash(_("The index is built afresh within a minute. Until then the present one answers."), "success")
    return redirect(url_for("admin.search"), 303)
