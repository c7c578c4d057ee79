"""People's pictures: chosen under Settings, shown wherever the person is."""

import re
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_login import login_required
from werkzeug.wrappers import Response

from app.domains.accounts.actions import avatars
from app.domains.accounts.queries import AVATARS, user_by_id
from app.kernel.errors import Invalid, NotFound, TooSoon
from app.kernel.i18n import _
from app.kernel.images import LARGEST_FILE
from app.kernel.transaction import transaction
from app.web.accounts.blueprint import pages
from app.web.accounts.forms import ProfileForm
from app.web.actors import current_actor
from app.web.attachments import file_response
from app.web.forms import refuse

_OURS = re.compile(r"[0-9a-f]{36}\.webp")


@pages.get(f"/uploads/{AVATARS}/<file>")
def avatar(file: str) -> Response:
    """Everybody sees it beside what the person writes; a random name, and none that is not ours."""
    if not _OURS.fullmatch(file):
        raise NotFound()
    return file_response(f"{AVATARS}/{file}", {"mimetype": "image/webp"}, for_good=True)


@pages.post("/settings/avatar")
@login_required
def set_avatar() -> Any:
    actor = current_actor()
    try:
        sent = request.files.get("avatar")
        if sent is None or not sent.filename:
            raise Invalid(_("Please choose a file."))
        picture = avatars.portrait(actor, sent.stream.read(LARGEST_FILE + 1))
        with transaction():
            avatars.set_avatar(actor, picture)
    except (Invalid, TooSoon) as error:
        form = ProfileForm(formdata=None, obj=user_by_id(actor.id or 0))
        status, headers = refuse(form, error)
        return render_template("accounts/settings_profile.html", form=form), status, headers
    flash(_("This is your picture now."), "success")
    return _back()


@pages.post("/settings/avatar/remove")
@login_required
def remove_avatar() -> Response:
    with transaction():
        avatars.remove_avatar(current_actor())
    flash(_("Your picture is removed."), "success")
    return _back()


def _back() -> Response:
    return redirect(url_for("accounts.edit_profile"), 303)
