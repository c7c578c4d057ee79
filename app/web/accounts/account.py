"""Address, export and farewell."""

from typing import Any

from flask import flash, redirect, render_template, session, url_for
from flask_login import fresh_login_required, login_required, logout_user

from app.domains.accounts.actions.anonymising import delete_my_account
from app.domains.accounts.actions.passwords_changing import ask_for_address
from app.domains.accounts.queries import user_by_id
from app.kernel.errors import Invalid, TooSoon
from app.kernel.i18n import _
from app.kernel.transaction import transaction
from app.web.accounts.blueprint import pages
from app.web.accounts.forms import AddressForm, DeleteForm
from app.web.actors import current_actor
from app.web.forms import refuse


@pages.get("/settings/account")
@login_required
def account() -> Any:
    return _account_page(AddressForm(formdata=None), DeleteForm(formdata=None))


def _account_page(
    address: AddressForm, farewell: DeleteForm, status: int = 200, headers: dict[str, str] | None = None
) -> Any:
    user = user_by_id(current_actor().id or 0)
    page = render_template("accounts/settings_account.html", form=address, delete_form=farewell, user=user)
    return page, status, headers or {}


@pages.post("/settings/account/address")
@fresh_login_required
def change_address() -> Any:
    form = AddressForm()
    try:
        with transaction():
            address = ask_for_address(current_actor(), form.email.data or "")
    except (Invalid, TooSoon) as error:
        return _account_page(form, DeleteForm(formdata=None), *refuse(form, error))
    flash(_("We sent a link to %(address)s. Your present address counts until you use it.", address=address), "success")
    return redirect(url_for("accounts.account"), 303)


@pages.post("/settings/account/delete")
@fresh_login_required
def delete_account() -> Any:
    form = DeleteForm()
    try:
        if not form.sure.data:
            raise Invalid(fields={"sure": [_("Please tick this box if you are sure.")]})
        with transaction():
            delete_my_account(current_actor(), form.password.data or "")
    except (Invalid, TooSoon) as error:
        return _account_page(AddressForm(formdata=None), form, *refuse(form, error))
    logout_user()
    session.clear()
    flash(_("Your account is deleted. What you wrote stays, without your name. Goodbye!"), "success")
    return redirect(url_for("home.index"), 303)
