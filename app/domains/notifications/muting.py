"""The address in a mail that ends what one hears of one question, without signing in."""

from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer

from app.domains.accounts.queries import actor_by_id
from app.domains.questions.queries import visible_question
from app.kernel.errors import NotFound
from app.kernel.i18n import _


def mute_token(user_id: int, question_id: int) -> str:
    """The address's last part in a mail. It does not run out: an old mail must stay a way out."""
    return str(_serializer().dumps([user_id, question_id]))


def look_at_muting(token: str) -> tuple[int, int]:
    """Whose and which question an address is about; NotFound where it was not made here."""
    try:
        user_id, question_id = _serializer().loads(token)
        return int(user_id), int(question_id)
    except (BadSignature, ValueError, TypeError):
        raise NotFound(_("This link is not complete. Please use the whole link from the mail.")) from None


def muted_title(token: str) -> str:
    """Of the question that an address is about, as the person may see it now."""
    user_id, question_id = look_at_muting(token)
    return str(visible_question(actor_by_id(user_id), question_id).title)


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="mute")
