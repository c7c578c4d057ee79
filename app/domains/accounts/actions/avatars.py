"""A person's picture: chosen, taken away."""

from app.domains.accounts.actor import Actor
from app.domains.accounts.models import User
from app.domains.accounts.policies import may_act, may_edit_profile
from app.domains.accounts.queries import AVATARS, user_by_id
from app.kernel import uploads
from app.kernel.i18n import _l
from app.kernel.images import SUFFIX, Picture, reencoded
from app.kernel.limits import limit, spend
from app.kernel.policy import require

CHANGES = limit("avatars", "10/hour", _l("Pictures that one person chooses for their profile."))
SIDE = 256  # pixels: the largest place for it has 72, on a screen of three to one


def portrait(actor: Actor, data: bytes) -> Picture:
    """The middle of the picture, for `set_avatar`. Outside of a transaction: it takes a second."""
    require(may_edit_profile(actor, actor.id or 0))
    require(may_act(actor))
    spend(CHANGES, actor.id)
    return reencoded(data, SIDE, square=True)


def set_avatar(actor: Actor, picture: Picture) -> None:
    """From now on; the file of the one before goes."""
    require(may_edit_profile(actor, actor.id or 0))
    require(may_act(actor))
    user = user_by_id(actor.id or 0)
    forget_avatar(user)
    name = uploads.random_name(SUFFIX)
    uploads.write(f"{AVATARS}/{name}", picture.data)
    user.avatar = name


def remove_avatar(actor: Actor) -> None:
    """A letter on a colour stands in its place again."""
    require(may_edit_profile(actor, actor.id or 0))
    forget_avatar(user_by_id(actor.id or 0))


def forget_avatar(user: User) -> None:
    """The row's and the file."""
    if user.avatar is not None:
        uploads.remove_later(f"{AVATARS}/{user.avatar}")
        user.avatar = None
