"""Every site setting that some part of the forum declared."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_login import fresh_login_required

from app.domains.accounts.actions.administering import change_settings
from app.kernel.errors import Invalid
from app.kernel.i18n import _
from app.kernel.settings import Setting
from app.kernel.transaction import transaction
from app.web.actors import current_actor
from app.web.admin.blueprint import pages


@pages.get("/settings")
def settings() -> Any:
    return _settings_page({}, {})


def _settings_page(typed: dict[str, str], complaints: dict[str, list[Any]]) -> str:
    """Grouped by the word before the dot; what was typed stays."""
    groups: dict[str, list[Setting[Any]]] = {}
    for name in sorted(Setting.DECLARED):
        groups.setdefault(Setting.DECLARED[name].group, []).append(Setting.DECLARED[name])
    return render_template("admin/settings.html", groups=groups, typed=typed, complaints=complaints)


@pages.post("/settings")
@fresh_login_required
def change() -> Any:
    typed = {name: text for name, text in request.form.items() if name in Setting.DECLARED}
    # A box that is not ticked is not sent: the form says which boxes it showed.
    for name in request.form.getlist("switches"):
        if name in Setting.DECLARED:
            typed.setdefault(name, "0")
    try:
        with transaction():
            changed = change_settings(current_actor(), typed)
    except Invalid as error:
        return _settings_page(typed, error.fields), 422
    flash(_("Saved: %(names)s.", names=", ".join(changed)) if changed else _("Nothing was changed."), "success")
    return redirect(url_for("admin.settings"), 303)
