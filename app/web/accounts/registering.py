"""Register, and the page that says: look into your mail."""

from typing import Any

from flask import abort, current_app, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.domains.accounts.actions import recovering
from app.domains.accounts.actions.registering import Registration
from app.domains.accounts.actions.registering import register as register_member
from app.kernel.errors import Invalid, TooSoon
from app.kernel.i18n import _
from app.kernel.mail import kept_mail, kept_mails
from app.kernel.transaction import transaction
from app.web.accounts.blueprint import pages
from app.web.accounts.entering import this_browser
from app.web.accounts.forms import AddressForm, RegisterForm, line
from app.web.actors import current_actor
from app.web.context import guest_timezone, locale
from app.web.forms import refuse
from app.web.landing import landing_url
from app.web.mail_preview import mail_response


@pages.route("/register", methods=["GET", "POST"])
def register() -> Any:
    actor = current_actor()
    if actor.is_authenticated:
        return redirect(landing_url(actor), 303)
    form = RegisterForm()
    if request.method == "GET":
        return render_template("accounts/register.html", form=form)
    try:
        with transaction():
            register_member(actor, _registration(form), from_address=this_browser().address)
    except (Invalid, TooSoon) as error:
        status, headers = refuse(form, error)
        return render_template("accounts/register.html", form=form), status, headers
    return redirect(url_for("accounts.check_mail", address=form.email.data), 303)


def _registration(form: RegisterForm) -> Registration:
    return Registration(
        name=form.name.data or "",
        email=form.email.data or "",
        password=form.password.data or "",
        language=locale(),
        timezone=guest_timezone(),
    )


@pages.get("/check-mail")
def check_mail() -> Any:
    """The same words for every address. `for` is confirm or reset."""
    return _check_mail_page(AddressForm(email=line(request.args.get("address"))))


def _check_mail_page(form: AddressForm, status: int = 200, headers: dict[str, str] | None = None) -> Any:
    purpose = "reset" if request.args.get("for") == "reset" else "confirm"
    mails = _shown_mails(form.email.data or "")
    page = render_template("accounts/check_mail.html", form=form, purpose=purpose, mails=mails)
    return page, status, headers or {}


def _shown_mails(address: str) -> Any:
    """Kept mails to this address, newest first; None where the forum does not show them to everybody."""
    return kept_mails(3, recipient=address) if shows_kept_mail() and address else None


def shows_kept_mail() -> bool:
    """In a demonstration that only this machine reaches, mails that nobody carries are open to be read."""
    settings = current_app.extensions["config"]
    return bool(settings.demo_sign_in_allowed and settings.on_loopback and settings.smtp_url is None)


@pages.get("/check-mail/kept")
def kept_for_address() -> Any:
    """The part of the page that looks again every two seconds, until the mail is there."""
    address = line(request.args.get("address"))
    return render_template("accounts/_kept_mails.html", mails=_shown_mails(address), address=address)


@pages.post("/check-mail")
def send_again() -> Any:
    """One more mail; limited, and the same answer for every address."""
    form = AddressForm()
    ask = recovering.ask_for_reset if request.args.get("for") == "reset" else recovering.ask_for_confirmation
    try:
        with transaction():
            ask(current_actor(), form.email.data or "", from_address=this_browser().address)
    except (Invalid, TooSoon) as error:
        return _check_mail_page(form, *refuse(form, error))
    flash(_("If the address is the one of an account, one more mail is on its way."), "success")
    return redirect(url_for("accounts.check_mail", address=form.email.data, **_kept_purpose()), 303)


def _kept_purpose() -> dict[str, Any]:
    return {"for": "reset"} if request.args.get("for") == "reset" else {}


@pages.get("/demo/mail/<int:mail_id>")
def demo_mail(mail_id: int) -> Response:
    """A kept mail, in the demonstration only."""
    mail = kept_mail(mail_id) if shows_kept_mail() else None
    if mail is None:
        abort(404)
    return mail_response(mail)
