"""The authenticator app: set up, asked for, replaced by a recovery code, turned off."""

import hmac
import secrets
from dataclasses import dataclass
from typing import Any

import pyotp
import segno
from sqlalchemy import delete, update

from app.domains.accounts.actions.links import void_links
from app.domains.accounts.actions.passwords_changing import CREDENTIAL_LINKS
from app.domains.accounts.actions.sessions import end_all_sessions
from app.domains.accounts.actor import Actor
from app.domains.accounts.events import SecondFactorReset
from app.domains.accounts.mails import notify
from app.domains.accounts.models import RecoveryCode, Session, User
from app.domains.accounts.policies import may_administer, may_use_own_account
from app.domains.accounts.tokens import token_hash
from app.extensions import db
from app.kernel.clock import now
from app.kernel.errors import Invalid
from app.kernel.events import publish
from app.kernel.i18n import _, _l
from app.kernel.limits import limit, spend
from app.kernel.policy import require
from app.kernel.settings import SITE_NAME

CODES = 10
DRIFT_STEPS = 1  # half a minute before and after: telephones' clocks are not all right
CODE_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"  # without what looks alike
TRIES = limit("second_factor", "10/15 minutes", _l("Tries to give the code of an authenticator app for one account."))


@dataclass(frozen=True)
class SetUp:
    """What the set-up page shows: the key to type, and the same as a picture."""

    secret: str
    picture: str
    """A data: address of an SVG."""


def begin_set_up(actor: Actor) -> SetUp:
    """The key of this set-up; the same one until it is confirmed, so that a reloaded page does not void the picture."""
    require(may_use_own_account(actor))
    user = db.session.get_one(User, actor.id)
    if user.totp_confirmed_at is not None:
        raise Invalid(_("An authenticator app is set up already. Turn it off before you set up another."))
    if user.totp_secret is None:
        user.totp_secret = pyotp.random_base32()
    uri = pyotp.TOTP(user.totp_secret).provisioning_uri(name=user.email or user.name, issuer_name=SITE_NAME.value())
    return SetUp(user.totp_secret, segno.make(uri, error="m").svg_data_uri(scale=5, border=2, light="#fff"))


def confirm_set_up(actor: Actor, code: str) -> list[str]:
    """Turn the second factor on with a first code; gives the recovery codes, which are shown this once.

    Other browsers are signed out: they had come in without it.
    """
    require(may_use_own_account(actor))
    spend(TRIES, actor.id)
    user = db.session.get_one(User, actor.id)
    if user.totp_confirmed_at is not None or user.totp_secret is None or not _use_step(user, code):
        raise Invalid(fields={"code": [_("This code is not right. Codes change every half minute: try the next one.")]})
    user.totp_confirmed_at = now()
    end_all_sessions(user.id, except_id=actor.session_id)
    db.session.execute(update(Session).where(Session.id == actor.session_id).values(second_factor_at=now()))
    notify(user, "second_factor_on")
    return _new_codes(user.id)


def pass_second_factor(user: User, code: str) -> None:
    """Accept a code of the app, or a recovery code, once each; Invalid otherwise. The user came by the password."""
    spend(TRIES, user.id)
    if _use_step(user, code):
        return
    if _use_recovery_code(user.id, code):
        notify(user, "recovery_code_used")
        return
    raise Invalid(fields={"code": [_("This code is not right, or it was used already. Please wait for the next one.")]})


def renew_recovery_codes(actor: Actor, code: str) -> list[str]:
    """Ten new codes; the old ones are void."""
    require(may_use_own_account(actor))
    user = db.session.get_one(User, actor.id)
    pass_second_factor(user, code)
    return _new_codes(user.id)


def turn_off(actor: Actor, code: str) -> None:
    """Take the app off the account; asks for a last code, so that an open browser alone is not enough."""
    require(may_use_own_account(actor))
    user = db.session.get_one(User, actor.id)
    if user.totp_confirmed_at is None:
        return
    pass_second_factor(user, code)
    forget_second_factor(user)
    end_all_sessions(user.id, except_id=actor.session_id)
    db.session.execute(update(Session).where(Session.id == actor.session_id).values(second_factor_at=None))
    void_links(user.id, *CREDENTIAL_LINKS)
    notify(user, "second_factor_off")


def reset_second_factor(actor: Actor, user_id: int) -> None:
    """For somebody who lost telephone and codes: an administrator takes the app off, and the person is told."""
    require(may_administer(actor))
    user = db.session.get_one(User, user_id)
    if user.totp_confirmed_at is None:
        return
    forget_second_factor(user)
    end_all_sessions(user_id)
    void_links(user_id, *CREDENTIAL_LINKS)
    notify(user, "second_factor_off")
    publish(SecondFactorReset(user_id=user_id, actor_id=actor.id))


def forget_second_factor(user: User) -> None:
    user.totp_secret, user.totp_confirmed_at, user.totp_last_step = None, None, 0
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))


def _use_step(user: User, code: str) -> bool:
    """Whether the code belongs to a half minute that no code was accepted for yet, which is then used up."""
    typed = "".join(letter for letter in code if letter.isdigit())
    if user.totp_secret is None or len(typed) != 6:
        return False
    totp = pyotp.TOTP(user.totp_secret)
    present = totp.timecode(now())
    for step in range(present - DRIFT_STEPS, present + DRIFT_STEPS + 1):
        if hmac.compare_digest(totp.generate_otp(step).encode(), typed.encode()) and step > user.totp_last_step:
            later = update(User).where(User.id == user.id, User.totp_last_step < step).values(totp_last_step=step)
            used: Any = db.session.execute(later)
            return bool(used.rowcount)
    return False


def _use_recovery_code(user_id: int, code: str) -> bool:
    wanted = _plain(code)
    mine = update(RecoveryCode).where(RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None))
    used: Any = db.session.execute(
        mine.where(RecoveryCode.code_hash == _code_hash(user_id, wanted)).values(used_at=now())
    )
    return bool(used.rowcount)


def _new_codes(user_id: int) -> list[str]:
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    codes = [
        "-".join("".join(secrets.choice(CODE_ALPHABET) for _n in range(5)) for _m in range(2)) for _k in range(CODES)
    ]
    db.session.add_all(RecoveryCode(user_id=user_id, code_hash=_code_hash(user_id, _plain(code))) for code in codes)
    db.session.flush()
    return codes


def _plain(code: str) -> str:
    return "".join(letter for letter in code[:100].lower() if letter in CODE_ALPHABET)


def _code_hash(user_id: int, code: str) -> str:
    """With the person in it, so that no two rows look alike. 49 random bits and ten tries: no slow hash is needed."""
    return token_hash(f"{user_id}:{code}")
