"""Following questions, tags, products, people and feedback items."""

from pydantic import BaseModel

from app.api.actors import current_actor
from app.api.calling import call
from app.api.reading import LARGEST_ID, Sent
from app.domains.accounts.queries import user_by_id
from app.domains.accounts.scopes import WRITE
from app.domains.feedback.queries import item_page
from app.domains.follows import actions
from app.domains.follows.models import FollowKind, FollowLevel
from app.domains.products.queries import product_by_id, product_by_slug
from app.domains.questions.queries import visible_question
from app.domains.tags.queries import tag_by_name, tag_names
from app.kernel.errors import NotFound

ABOUT = "Follows"
RULE = "/follows/<any(question, tag, product, person, feedback):kind>/<target>"


class FollowBody(Sent):
    level: FollowLevel = FollowLevel.WATCHING


class FollowShape(BaseModel):
    kind: FollowKind
    id: int
    level: FollowLevel


@call("PUT", RULE, about=ABOUT, scope=WRITE)
def follow(kind: str, target: str, json: FollowBody) -> FollowShape:
    """Hear of something, or mute it. `target` is its id; a product's slug and a tag's name do as well."""
    target_id = _target(FollowKind(kind), target)
    actions.follow(current_actor(), FollowKind(kind), target_id, json.level)
    return FollowShape(kind=FollowKind(kind), id=target_id, level=json.level)


@call("DELETE", RULE, about=ABOUT, scope=WRITE)
def unfollow(kind: str, target: str) -> None:
    """Follow no longer."""
    actions.unfollow(current_actor(), FollowKind(kind), _target(FollowKind(kind), target))


def _target(kind: FollowKind, target: str) -> int:
    """The id of what this actor may see; NotFound otherwise."""
    number = int(target) if target.isascii() and target.isdecimal() and len(target) < 19 else 0
    if kind is FollowKind.PRODUCT:
        return product_by_id(number).id if number else product_by_slug(target).id
    if kind is FollowKind.TAG:
        return number if number and number in tag_names([number]) else tag_by_name(target).id
    if not 0 < number <= LARGEST_ID:
        raise NotFound()
    if kind is FollowKind.QUESTION:
        return visible_question(current_actor(), number).id
    return user_by_id(number).id if kind is FollowKind.PERSON else item_page(current_actor(), number).id
