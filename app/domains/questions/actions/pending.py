"""A guest's question: written whole, kept, published by the link in the mail."""

from dataclasses import asdict
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from app.domains.accounts.actions.links import make_link, use_link
from app.domains.accounts.actions.registering import clean_email, create_user, mark_confirmed, require_free_name
from app.domains.accounts.actions.sessions import end_all_sessions
from app.domains.accounts.actor import Actor
from app.domains.accounts.models import LinkPurpose, User
from app.domains.accounts.names import clean_name, email_key
from app.domains.accounts.policies import may_register
from app.domains.accounts.queries import actor_by_id
from app.domains.questions.actions.asking import QuestionDraft, ask_question
from app.domains.questions.models import PendingQuestion, Question
from app.extensions import db
from app.kernel.clock import now
from app.kernel.errors import Invalid, NotFound
from app.kernel.i18n import _, _l
from app.kernel.limits import limit, spend
from app.kernel.policy import require

KEPT_FOR = timedelta(days=3)
BY_ADDRESS = limit("guest_questions", "5/30 minutes", _l("Questions of guests from one address of the network."))
BY_TARGET = limit("guest_mails", "3/hour", _l("Confirmation mails of guests' questions to one address."))


def keep_pending(guest: Actor, key: str, draft: QuestionDraft, language: str) -> PendingQuestion:
    """Store what the guest wrote under the browser's key; the later version replaces the earlier."""
    require(may_register(guest))
    clean = draft.cleaned()
    row = db.session.scalar(select(PendingQuestion).where(PendingQuestion.key == key))
    if row is None or row.question_id is not None:
        if row is not None:
            db.session.delete(row)
            db.session.flush()
        row = PendingQuestion(key=key, name="", email="", language=language, created_at=now(), expires_at=now())
        db.session.add(row)
    row.draft = asdict(clean) | {"tags": list(clean.tags)}
    row.language, row.expires_at = language, now() + KEPT_FOR
    db.session.flush()
    return row


def name_asker(guest: Actor, row: PendingQuestion, name: str, email: str, *, from_address: str) -> str:
    """Who asks; gives the token of the link that the mail carries."""
    require(may_register(guest))
    row.name, row.email = _clean_asker(name, email)  # a slip of the pen costs nothing
    spend(BY_ADDRESS, from_address)
    spend(BY_TARGET, email_key(row.email))
    owner = db.session.scalar(select(User).where(User.email_key == email_key(row.email)))
    # Whether the address has an account must not show: a taken name is refused either way, unless it is its owner's.
    require_free_name(row.name, except_user_id=owner.id if owner else None)
    return make_link(LinkPurpose.PUBLISH_QUESTION, user_id=None, valid_for=KEPT_FOR, data={"pending_id": row.id})


def _clean_asker(name: str, email: str) -> tuple[str, str]:
    """Both as they are stored; one Invalid names everything that is wrong with them."""
    cleaned: list[str] = []
    wrong: dict[str, list[Any]] = {}
    for clean, text in ((clean_name, name), (clean_email, email)):
        try:
            cleaned.append(clean(text))
        except Invalid as error:
            wrong |= error.fields
    if wrong:
        raise Invalid(fields=wrong)
    return cleaned[0], cleaned[1]


def publish_pending(guest: Actor, token: str) -> tuple[Question, int]:
    """Use the link: confirm the address, publish the question. Gives the question and its asker's id.

    The promise counts from now. An address with an account publishes as that account.
    """
    require(may_register(guest) if not guest.is_authenticated else may_register(Actor()))
    link = use_link(token, LinkPurpose.PUBLISH_QUESTION)
    row = db.session.get(PendingQuestion, link.data["pending_id"])
    if row is None or row.question_id is not None:
        raise NotFound(_("This question has been published already, or its text was kept for too long."))
    user = db.session.scalar(select(User).where(User.email_key == email_key(row.email)))
    if user is None:
        require_free_name(row.name)
        user = create_user(
            name=row.name, email=row.email, language=row.language, timezone=guest.timezone, confirmed=True
        )
    elif user.email_confirmed_at is None:
        _hand_over(user)
    draft = QuestionDraft(**{**row.draft, "tags": tuple(row.draft["tags"]), "submission": f"pending-{row.id}"})
    question = ask_question(actor_by_id(user.id), draft)
    row.question_id = question.id
    return question, user.id


def _hand_over(user: User) -> None:
    """Who holds the address is its owner; whoever registered with it before never proved that."""
    user.password_hash = None
    end_all_sessions(user.id)
    mark_confirmed(user)


def pending_of_link(pending_id: int) -> PendingQuestion:
    row = db.session.get(PendingQuestion, pending_id)
    if row is None:
        raise NotFound()
    return row


def forget_expired() -> None:
    """Guests' texts are kept for three days."""
    for row in db.session.scalars(select(PendingQuestion).where(PendingQuestion.expires_at < now()).limit(500)):
        db.session.delete(row)
