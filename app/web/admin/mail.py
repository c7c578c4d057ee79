"""Mail that no server could be asked to carry, and whether one can."""

import smtplib
from typing import Any

import structlog
from flask import current_app, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.domains.accounts.actions.administering import trial_mail
from app.kernel.errors import NotFound
from app.kernel.i18n import _
from app.kernel.mail import KeptMail, kept_mail, kept_mails, send
from app.web.accounts.forms import line
from app.web.actors import current_actor
from app.web.admin.blueprint import pages
from app.web.mail_preview import mail_response

log = structlog.get_logger()


@pages.get("/mail")
def mail() -> Any:
    recipient = line(request.args.get("to"))
    mails = kept_mails(100, recipient or None)
    return render_template("admin/mail.html", mails=mails, recipient=recipient, config=current_app.extensions["config"])


@pages.get("/mail/<int:mail_id>")
def one_mail(mail_id: int) -> Any:
    return render_template("admin/one_mail.html", mail=_found(mail_id))


@pages.get("/mail/<int:mail_id>/html")
def mail_html(mail_id: int) -> Response:
    """The mail as its reader sees it, on a page that can do nothing."""
    return mail_response(_found(mail_id))


def _found(mail_id: int) -> KeptMail:
    found = kept_mail(mail_id)
    if found is None:
        raise NotFound()
    return found


@pages.post("/mail/test")
def send_test_mail() -> Response:
    """At once and not by a job, so that the page can say what the server answered."""
    message = trial_mail(current_actor())
    try:
        send(message)
    except (OSError, smtplib.SMTPException) as error:
        log.warning("mail.test_failed", error=repr(error))
        flash(_("The mail server did not take the message: %(error)s", error=str(error)[:300]), "danger")
        return redirect(url_for("admin.mail"), 303)
    if current_app.extensions["config"].smtp_url:
        flash(_("A test mail to %(address)s was handed to the mail server.", address=message.recipient), "success")
    else:
        flash(_("No mail server is set: the test mail is kept here."), "info")
    return redirect(url_for("admin.mail"), 303)
