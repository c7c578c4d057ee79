"""The one place below the edges that renders a template: mails and digests."""

from collections.abc import Mapping
from typing import Any

from flask import current_app, render_template, url_for

from app.kernel.i18n import in_language
from app.kernel.languages import spoken
from app.kernel.mail import Mail
from app.kernel.settings import SITE_NAME


def mail_from_template(
    template: str,
    *,
    key: str,
    recipient: str,
    language: str | None,
    headers: Mapping[str, str] | None = None,
    **context: Any,
) -> Mail:
    """A message from `email/<template>.txt` and `.html`; the text's first line, "Subject: …", is its subject."""
    with in_language(language):
        shared = {"site_name": SITE_NAME.value(), "html_lang": spoken(language).html_lang, **context}
        first, _, text = render_template(f"email/{template}.txt", **shared).strip().partition("\n")
        if not first.startswith("Subject: "):
            raise ValueError(f"email/{template}.txt must begin with its subject")
        subject = first.removeprefix("Subject: ")
        html = render_template(f"email/{template}.html", subject=subject, **shared)
    return Mail(key, recipient, subject, text.strip() + "\n", html, dict(headers or {}))


def absolute_url(endpoint: str, **values: Any) -> str:
    """A link that works in a mail: always from the forum's own address, never from a request's Host header."""
    address: str = current_app.extensions["config"].address
    return address + url_for(endpoint, _external=False, **values)
