"""What becomes of an item: sorted, decided, merged, shipped; its title, tags, owner and weight."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import delete, select

from app.domains.accounts.actor import Actor
from app.domains.accounts.queries import actors_by_id
from app.domains.feedback.events import FeedbackStateChanged
from app.domains.feedback.models import (
    LARGEST_ID,
    FeedbackItem,
    FeedbackItemTag,
    FeedbackTransition,
    FeedbackType,
    ItemState,
)
from app.domains.feedback.names import STATE_NAMES
from app.domains.feedback.policies import may_edit_item, may_see_item, may_take, may_weigh_item
from app.domains.feedback.queries.demand import is_behind
from app.domains.feedback.settings import DECIDE_DAYS, SEPARABLE_DAYS
from app.domains.feedback.states import LEAST_REASON, LIVE, MERGE, Step, reopens, step
from app.domains.products.calendars import plus_working_days
from app.domains.products.queries import hours_of, product_by_id
from app.domains.questions.writing import LONGEST_TITLE, MAX_TAGS, clean_line, clean_text
from app.domains.tags.actions import find_or_create_tags
from app.extensions import db
from app.kernel.clock import now
from app.kernel.errors import Conflict, Invalid, NotFound
from app.kernel.events import publish
from app.kernel.i18n import _
from app.kernel.policy import require

LONGEST_REASON = 2000
LONGEST_RELEASE = 300
MOST_IMPORTANT = 3


def change_state(
    actor: Actor,
    item: FeedbackItem,
    to: str,
    *,
    reason: str = "",
    release: str = "",
    owner: int | None = None,
    merged_into: int | None = None,
    base_version: int | None = None,
) -> None:
    """One step of the table in `states`; Invalid names the field that the step still needs.

    `owner` is the id of a person on the product's staff. To the state it is in already: nothing happens.
    """
    wanted = _state_named(to)
    if item.state is wanted and merged_into is None:
        return
    _refuse_stale(item, base_version)
    taken = step(item.state, wanted)
    if taken is None:
        names = {"before": STATE_NAMES[item.state], "after": STATE_NAMES[wanted]}
        raise Invalid(fields={"state": [_("From “%(before)s” there is no way to “%(after)s”.", **names)]})
    require(may_take(actor, item, taken, contributes=is_behind(actor.id, item.id)))
    reason, release = clean_text(reason), clean_line(release)
    if owner is not None:
        _set_owner(item, owner)
    _refuse_unready(item, wanted, taken, reason, release)
    if merged_into is not None or wanted is ItemState.MERGED:
        item.merged_into_id = _target_of_merge(item, merged_into)
    release = release if wanted is ItemState.SHIPPED else ""
    _settle(item, wanted, reason, release)
    _move(actor, item, wanted, reason, release)


def separate_item(actor: Actor, item: FeedbackItem, *, base_version: int | None = None) -> None:
    """Undo a merge: the item is again what it was before."""
    require(may_take(actor, item, MERGE))
    _refuse_stale(item, base_version)
    if item.state is not ItemState.MERGED:
        return
    if now() > item.state_since + timedelta(days=SEPARABLE_DAYS.value()):
        sentence = _("Merged for more than %(n)s days: this cannot be undone any more.", n=SEPARABLE_DAYS.value())
        raise Invalid(fields={"state": [sentence]})
    item.merged_into_id = None
    _move(actor, item, _last_move(item).from_state, "", "")


def edit_item(
    actor: Actor,
    item: FeedbackItem,
    *,
    title: str | None = None,
    type: str | None = None,
    tags: Sequence[str] | None = None,
    owner: int | None = None,
    importance: int | None = None,
    base_version: int | None = None,
) -> None:
    """Change what is given; None leaves a field as it is."""
    require(may_edit_item(actor, item))
    if importance is not None and importance != item.importance:
        require(may_weigh_item(actor, item))
    _refuse_stale(item, base_version)
    _refuse_wrong(title, type, tags, importance)
    if title is not None:
        item.title = clean_line(title)
    if type is not None:
        item.type = FeedbackType(type)
    if tags is not None:
        _set_tags(actor, item, tags)
    if owner is not None:
        _set_owner(item, owner)
    item.importance = item.importance if importance is None else importance
    item.version += 1


def record_told(transition_id: int, people: int) -> None:
    """How many people heard of a transition; notifications say so. Asks no policy, since no person asks."""
    row = db.session.get(FeedbackTransition, transition_id)
    if row is not None:
        row.told = max(row.told, people)


def item_to_change(item_id: int, actor: Actor) -> FeedbackItem:
    """The row, freshly read under a lock; NotFound where the actor may not see it."""
    found = select(FeedbackItem).where(FeedbackItem.id == item_id).execution_options(populate_existing=True)
    item = db.session.scalar(found.with_for_update())
    if item is None:
        raise NotFound()
    require(may_see_item(actor, item) or may_see_item(actor, item, is_behind(actor.id, item.id)))
    return item


def _state_named(to: str) -> ItemState:
    if to not in set(ItemState):
        raise Invalid(fields={"state": [_("There is no such state.")]})
    return ItemState(to)


def _refuse_stale(item: FeedbackItem, base_version: int | None) -> None:
    if base_version is not None and base_version != item.version:
        newer = {"version": item.version, "state": item.state.value, "title": item.title}
        raise Conflict(_("Somebody changed this while you were deciding. Please look at it again."), newer=newer)


def _refuse_unready(item: FeedbackItem, wanted: ItemState, taken: Step, reason: str, release: str) -> None:
    """Invalid with one sentence for each thing that the step needs and that is not there."""
    fields: dict[str, list[str]] = {}
    if "reason" in taken.needs and wanted is ItemState.DECLINED and len(reason) < LEAST_REASON:
        sentence = _("Everybody behind this reads the reason: at least %(n)s characters, please.", n=LEAST_REASON)
        fields["reason"] = [sentence]
    elif "reason" in taken.needs and not reason:
        fields["reason"] = [_("Please say why.")]
    if len(reason) > LONGEST_REASON:
        fields["reason"] = [_("At most %(n)s characters, please.", n=LONGEST_REASON)]
    if "release" in taken.needs and not release:
        fields["release"] = [_("Please name the release, or link to the changelog.")]
    if len(release) > LONGEST_RELEASE:
        fields["release"] = [_("At most %(n)s characters, please.", n=LONGEST_RELEASE)]
    if "owner" in taken.needs and item.owner_id is None:
        fields["owner"] = [_("Please say who takes care of this.")]
    if "tags" in taken.needs and not _has_tags(item):
        fields["tags"] = [_("Please give it at least one tag first.")]
    if fields:
        raise Invalid(fields=fields)


def _has_tags(item: FeedbackItem) -> bool:
    found = select(FeedbackItemTag.tag_id).where(FeedbackItemTag.item_id == item.id).limit(1)
    return db.session.scalar(found) is not None


def _target_of_merge(item: FeedbackItem, target_id: int | None) -> int:
    """A live item of the same product; chains stay one link long (F1)."""
    known = target_id is not None and 0 < target_id <= LARGEST_ID
    target = db.session.get(FeedbackItem, target_id) if known else None
    fits = target is not None and target.product_id == item.product_id and target.state in LIVE
    if target is None or not fits or target.id == item.id:
        sentence = _("Please give the number of a request of this product that is still being worked on.")
        raise Invalid(fields={"merged_into": [sentence]})
    children = select(FeedbackItem.id).where(FeedbackItem.merged_into_id == item.id).limit(1)
    if db.session.scalar(children) is not None:
        sentence = _("Others were merged into this one. Please merge the other way round.")
        raise Invalid(fields={"merged_into": [sentence]})
    return target.id


def _set_owner(item: FeedbackItem, user_id: int) -> None:
    owner = actors_by_id([user_id]).get(user_id) if 0 < user_id <= LARGEST_ID else None
    if owner is None or not owner.serves(item.product_id):
        raise Invalid(fields={"owner": [_("Please choose somebody on the staff of this product.")]})
    item.owner_id = user_id


def _settle(item: FeedbackItem, wanted: ItemState, reason: str, release: str) -> None:
    """What the row says besides its state: the public reason, the release, the deadline to decide."""
    again = reopens(item.state, wanted)
    if wanted is ItemState.TRIAGED or again:
        hours = hours_of(product_by_id(item.product_id).calendar_id)
        item.decide_by = plus_working_days(now(), DECIDE_DAYS.value(), hours)
    item.reason = reason if wanted in (ItemState.DECLINED, ItemState.NOT_FEEDBACK) else ""
    if wanted is ItemState.SHIPPED:
        item.release = release
    elif again:
        item.release = ""


def _move(actor: Actor, item: FeedbackItem, wanted: ItemState, reason: str, release: str) -> None:
    before, at = item.state, now()
    item.state, item.state_since = wanted, at
    item.version += 1
    row = FeedbackTransition(item_id=item.id, from_state=before, to_state=wanted, actor_id=actor.id, at=at)
    row.reason, row.release, row.told = reason, release, 0
    db.session.add(row)
    db.session.flush()
    publish(
        FeedbackStateChanged(
            item_id=item.id,
            product_id=item.product_id,
            transition_id=row.id,
            before=before.value,
            after=wanted.value,
            actor_id=actor.id,
        )
    )


def _last_move(item: FeedbackItem) -> FeedbackTransition:
    found = select(FeedbackTransition).where(FeedbackTransition.item_id == item.id)
    return db.session.scalars(found.order_by(FeedbackTransition.id.desc()).limit(1)).one()


def _refuse_wrong(title: str | None, type: str | None, tags: Sequence[str] | None, importance: int | None) -> None:
    fields: dict[str, list[str]] = {}
    if title is not None and not clean_line(title):
        fields["title"] = [_("Please write a title.")]
    if title is not None and len(clean_line(title)) > LONGEST_TITLE:
        fields["title"] = [_("At most %(n)s characters, please.", n=LONGEST_TITLE)]
    if type is not None and type not in set(FeedbackType):
        fields["type"] = [_("Please say what it is: bug, request, complaint, praise or unclear documentation.")]
    if tags is not None and not 1 <= len(tags) <= MAX_TAGS:
        fields["tags"] = [_("Between 1 and %(n)s tags, please.", n=MAX_TAGS)]
    if importance is not None and not 1 <= importance <= MOST_IMPORTANT:
        fields["importance"] = [_("A number from 1 to %(n)s, please.", n=MOST_IMPORTANT)]
    if fields:
        raise Invalid(fields=fields)


def _set_tags(actor: Actor, item: FeedbackItem, names: Sequence[str]) -> None:
    wanted = {tag.id for tag in find_or_create_tags(actor, names)}
    db.session.execute(delete(FeedbackItemTag).where(FeedbackItemTag.item_id == item.id))
    for tag_id in wanted:
        db.session.add(FeedbackItemTag(item_id=item.id, tag_id=tag_id))
    db.session.flush()
