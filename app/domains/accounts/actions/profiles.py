"""What others see of a person, and how the forum speaks to that person."""

from dataclasses import dataclass

from app.domains.accounts.actions.registering import require_free_name
from app.domains.accounts.actor import Actor
from app.domains.accounts.models import QuietHours, User
from app.domains.accounts.names import clean_name, name_key
from app.domains.accounts.policies import may_act, may_edit_profile, may_use_own_account
from app.domains.accounts.privileges import privileges_of
from app.domains.accounts.queries import user_by_id
from app.extensions import db
from app.kernel import markup
from app.kernel.clock import known_zones
from app.kernel.errors import Invalid
from app.kernel.i18n import _, _l
from app.kernel.languages import supported
from app.kernel.limits import limit, spend
from app.kernel.policy import require

LONGEST_ABOUT = 3000
RENAMINGS = limit("renamings", "2/30 days", _l("Changes of the name of one account."))
THEMES = ("light", "dark", "contrast", "auto")


@dataclass(frozen=True)
class Profile:
    """What the form holds."""

    name: str
    about: str


def edit_profile(actor: Actor, user_id: int, wanted: Profile) -> User:
    """All complaints at once; a new name is limited, so that people stay recognisable."""
    require(may_edit_profile(actor, user_id))
    require(may_act(actor))
    user = user_by_id(user_id)
    if len(wanted.about) > LONGEST_ABOUT:
        raise Invalid(fields={"about": [_("At most %(n)s characters, please.", n=LONGEST_ABOUT)]})
    if wanted.name != user.name:
        _rename(user, wanted.name)
    user.about = wanted.about.strip()
    user.about_html = markup.render(user.about, links=privileges_of(actor).clickable_links) if user.about else ""
    return user


def _rename(user: User, wanted: str) -> None:
    name = clean_name(wanted)
    require_free_name(name, except_user_id=user.id)
    spend(RENAMINGS, user.id)
    user.name, user.name_key = name, name_key(name)


def choose_preferences(actor: Actor, *, language: str, timezone: str, theme: str) -> None:
    """How the forum speaks to this person; what nobody knows changes nothing."""
    require(may_use_own_account(actor))
    choose_language(actor, language)
    choose_theme(actor, theme)
    user = user_by_id(actor.id or 0)
    user.timezone = timezone if timezone in known_zones() else user.timezone


def choose_language(actor: Actor, language: str) -> None:
    require(may_use_own_account(actor))
    assert actor.id is not None
    user = user_by_id(actor.id)
    user.language = supported(language) or user.language


def choose_theme(actor: Actor, theme: str) -> None:
    require(may_use_own_account(actor))
    assert actor.id is not None
    if theme in THEMES:
        user_by_id(actor.id).theme = theme


def set_quiet_hours(actor: Actor, hours: tuple[int, int] | None) -> None:
    """From which local minute of the day to which; None, or from a minute to itself, is none at all."""
    require(may_use_own_account(actor))
    assert actor.id is not None
    row = db.session.get(QuietHours, actor.id)
    if hours is None or hours[0] == hours[1]:
        if row is not None:
            db.session.delete(row)
        return
    if not all(0 <= minute < 24 * 60 for minute in hours):
        raise Invalid(_("Please write the time as 22:00."))
    if row is None:
        db.session.add(QuietHours(user_id=actor.id, starts_minute=hours[0], ends_minute=hours[1]))
    else:
        row.starts_minute, row.ends_minute = hours
