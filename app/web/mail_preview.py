"""A mail as its reader sees it, on a page of its own that can do nothing."""

from flask import make_response
from werkzeug.wrappers import Response

from app.kernel.mail import KeptMail

# Mails carry their style inline. Nothing else of them may work, and `sandbox` takes the forum's cookies away as well.
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'none'; sandbox allow-popups allow-popups-to-escape-sandbox"
)


def mail_response(mail: KeptMail) -> Response:
    """The HTML of a kept mail, or its text where it has none."""
    response = make_response(mail.html or mail.text)
    response.mimetype = "text/html" if mail.html else "text/plain"
    response.headers["Content-Security-Policy"] = POLICY
    return response
