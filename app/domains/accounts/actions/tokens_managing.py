"""Keys for programs: made, shown once, taken back."""

from collections.abc import Sequence

from sqlalchemy import func, select, update

from app.domains.accounts.actor import Actor
from app.domains.accounts.mails import notify
from app.domains.accounts.models import ApiToken
from app.domains.accounts.policies import may_act, may_administer, may_use_own_account
from app.domains.accounts.queries import user_by_id
from app.domains.accounts.scopes import SCOPES
from app.domains.accounts.tokens import new_token, token_hash
from app.extensions import db
from app.kernel.clock import now
from app.kernel.errors import Invalid, NotFound
from app.kernel.i18n import _
from app.kernel.policy import require

LONGEST_NAME = 80
MOST_TOKENS = 50
PREFIX = "huzhu_"  # so that scanners of published code recognise a leaked one


def create_token(actor: Actor, name: str, scopes: Sequence[str]) -> str:
    """The token itself, which nobody can show again; only its hash is kept."""
    require(may_act(actor))
    assert actor.id is not None
    name, wanted = name.strip(), [scope for scope in SCOPES if scope in scopes]
    complaints = {
        "name": []
        if 0 < len(name) <= LONGEST_NAME
        else [_("Please say in at most %(n)s characters what uses this token.", n=LONGEST_NAME)],
        "scopes": [] if wanted and set(scopes) <= set(SCOPES) else [_("Please choose what the token may do.")],
    }
    found = {field: sentences for field, sentences in complaints.items() if sentences}
    if found:
        raise Invalid(fields=found)
    _refuse_too_many(actor.id)
    token = _store(actor.id, name, wanted, by_command_line=False)
    notify(user_by_id(actor.id), "token_made")
    return token


def issue_token(actor: Actor, user_id: int, scopes: Sequence[str] = (), *, name: str = "command line") -> str:
    """For the command line, which acts as SYSTEM: exempt from the second factor. No scope named = all."""
    require(may_administer(actor))
    unknown = [scope for scope in scopes if scope not in SCOPES]
    if unknown:
        raise Invalid(fields={"scopes": [_("Unknown scope: %(name)s.", name=", ".join(unknown))]})
    return _store(user_id, name, list(scopes) or list(SCOPES), by_command_line=True)


def revoke_token(actor: Actor, token_id: int) -> None:
    require(may_use_own_account(actor))
    found = select(ApiToken).where(ApiToken.id == token_id, ApiToken.user_id == actor.id, ApiToken.revoked_at.is_(None))
    row = db.session.scalar(found)
    if row is None:
        raise NotFound()
    row.revoked_at = now()


def note_use(actor: Actor) -> None:
    """Keep, roughly, when the token was used last: its owner sees which one nobody needs any more."""
    require(may_use_own_account(actor))
    mine = update(ApiToken).where(ApiToken.id == actor.token_id, ApiToken.user_id == actor.id)
    db.session.execute(mine.values(used_at=now()))


def _store(user_id: int, name: str, scopes: list[str], *, by_command_line: bool) -> str:
    token = PREFIX + new_token()
    row = ApiToken(user_id=user_id, token_hash=token_hash(token), name=name, scopes=scopes, created_at=now())
    row.by_command_line = by_command_line
    db.session.add(row)
    db.session.flush()
    return token


def _refuse_too_many(user_id: int) -> None:
    mine = select(func.count()).select_from(ApiToken).where(ApiToken.user_id == user_id, ApiToken.revoked_at.is_(None))
    if (db.session.scalar(mine) or 0) >= MOST_TOKENS:
        raise Invalid(fields={"name": [_("You have %(n)s tokens. Revoke one that is not used first.", n=MOST_TOKENS)]})
