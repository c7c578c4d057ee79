"""The address in a mail that ends one kind of mail, without signing in."""

from typing import Any

from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer

from app.domains.notifications.kinds import MAILS, Kind
from app.kernel.errors import NotFound
from app.kernel.i18n import _
from app.kernel.rendering import absolute_url


def unsubscribe_token(user_id: int, kind: str) -> str:
    """The address's last part in a mail. It does not run out: an old mail must stay a way out."""
    return str(_serializer().dumps([user_id, kind]))


def ways_out(user_id: int, kind: Kind) -> dict[str, Any]:
    """For `mail_from_template`: the headers by which a mail program leaves with one click (RFC 8058), and the same for
    the mail's foot."""
    leave = absolute_url("notifications.unsubscribe", token=unsubscribe_token(user_id, kind.name))
    return {
        "headers": {"List-Unsubscribe": f"<{leave}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
        "unsubscribe_url": leave,
        "settings_url": absolute_url("notifications.settings"),
        "kind": kind,
    }


def look_at_unsubscription(token: str) -> tuple[int, Kind]:
    """Whom and what an address is about; NotFound where it was not made here."""
    try:
        user_id, kind = _serializer().loads(token)
        return int(user_id), MAILS[kind]
    except (BadSignature, ValueError, TypeError, KeyError):
        raise NotFound(_("This link is not complete. Please use the whole link from the mail.")) from None


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="unsubscribe")
