"""The address in a mail that ends one kind of mail, without signing in."""

from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer

from app.domains.notifications.kinds import KINDS, Kind
from app.kernel.errors import NotFound
from app.kernel.i18n import _


def unsubscribe_token(user_id: int, kind: str) -> str:
    """The address's last part in a mail. It does not run out: an old mail must stay a way out."""
    return str(_serializer().dumps([user_id, kind]))


def look_at_unsubscription(token: str) -> tuple[int, Kind]:
    """Whom and what an address is about; NotFound where it was not made here."""
    try:
        user_id, kind = _serializer().loads(token)
        return int(user_id), KINDS[kind]
    except (BadSignature, ValueError, TypeError, KeyError):
        raise NotFound(_("This link is not complete. Please use the whole link from the mail.")) from None


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="unsubscribe")
