"""API tokens: made, shown once, revoked."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_login import fresh_login_required
from werkzeug.wrappers import Response

from app.domains.accounts.actions import tokens_managing
from app.domains.accounts.queries import tokens_of
from app.domains.accounts.scopes import SCOPES
from app.kernel.errors import Invalid
from app.kernel.i18n import _
from app.kernel.transaction import transaction
from app.web.accounts.blueprint import pages
from app.web.accounts.forms import TokenForm
from app.web.actors import current_actor
from app.web.forms import refuse


@pages.route("/settings/tokens", methods=["GET", "POST"])
@fresh_login_required
def tokens() -> Any:
    form = TokenForm()
    if request.method == "GET":
        return _tokens_page(form)
    try:
        with transaction():
            token = tokens_managing.create_token(current_actor(), form.name.data or "", form.scopes.data or [])
    except Invalid as error:
        refuse(form, error)
        return _tokens_page(form), 422
    return _tokens_page(TokenForm(formdata=None), made=token)


def _tokens_page(form: TokenForm, made: str | None = None) -> str:
    rows = tokens_of(current_actor().id or 0)
    return render_template("accounts/settings_tokens.html", form=form, tokens=rows, made=made, scope_names=SCOPES)


@pages.post("/settings/tokens/<int:token_id>/revoke")
@fresh_login_required
def revoke_token(token_id: int) -> Response:
    with transaction():
        tokens_managing.revoke_token(current_actor(), token_id)
    flash(_("The token is revoked. Programs that hold it are out at once."), "success")
    return redirect(url_for("accounts.tokens"), 303)
