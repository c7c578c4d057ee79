"""A list of questions: what its address filters by, what of it nobody knows, and what the reader has read of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask import request

from app.domains.accounts.actor import Actor
from app.domains.escalation.queries import nearing
from app.domains.follows.models import FollowLevel
from app.domains.questions.models import Kind, ServiceState
from app.domains.questions.queries import SORTS, Card, ListFilter, OwnMarks, cards_by_id, own_marks, question_list
from app.domains.tags.names import tag_name
from app.kernel.errors import NotFound
from app.kernel.i18n import _
from app.kernel.languages import CONTENT_LANGUAGES
from app.kernel.pagination import Page
from app.web.actors import current_actor

BY_PROMISE = "promise"
ORDERS = (*SORTS, BY_PROMISE)
_KNOWN: dict[str, tuple[str, ...]] = {
    "sort": ORDERS,
    "kind": tuple(kind.value for kind in Kind),
    "state": tuple(state.value for state in ServiceState if state != ServiceState.HIDDEN),
    "lang": CONTENT_LANGUAGES,
}
NAMES = ("product", "kind", "state", "lang", "tag", "unanswered", "followed", "muted")


@dataclass(frozen=True)
class ListAddress:
    """`chosen`: the filters in force as the address writes them, for links that keep them; `unknown`: sentences."""

    wanted: ListFilter
    chosen: Mapping[str, str]
    unknown: Sequence[str]
    product: Any = None

    @property
    def about(self) -> tuple[tuple[str, str], ...]:
        """The filters alone, without the order."""
        return tuple((name, self.chosen[name]) for name in NAMES if name in self.chosen)


@dataclass(frozen=True)
class Rows:
    """Cards with what differs from reader to reader, and by when an answer is promised where that is shown."""

    cards: Sequence[Card]
    marks: OwnMarks
    due: Mapping[int, datetime] = field(default_factory=dict)


def list_address(products: Sequence[Any]) -> ListAddress:
    """The filters of the request; an unknown product is a page that is not there, other unknown words are told."""
    asked = {name: request.args.get(name, "").strip()[:60] for name in ("sort", *NAMES)}
    product = next((each for each in products if each.slug == asked["product"]), None)
    if asked["product"] and product is None:
        raise NotFound()
    unknown = [_unknown(name, asked[name]) for name, known in _KNOWN.items() if asked[name] not in ("", *known)]
    chosen = {name: value for name, value in asked.items() if value and value in _KNOWN.get(name, (value,))}
    if current_actor().id is None:
        chosen.pop("followed", None)
    return ListAddress(_wanted(chosen, product), chosen, unknown, product)


def _unknown(name: str, value: str) -> str:
    if name == "sort":
        return _("There is no order called “%(value)s”: the last active questions come first.", value=value)
    return _("The filter “%(value)s” is not known here: it was left out.", value=value)


def _wanted(chosen: Mapping[str, str], product: Any) -> ListFilter:
    return ListFilter(
        sort=chosen.get("sort", "active"),
        product_id=product.id if product else None,
        tag=tag_name(chosen.get("tag", "")) or None,
        kind=chosen.get("kind"),
        state=chosen.get("state"),
        language=chosen.get("lang"),
        unanswered="unanswered" in chosen,
        followed="followed" in chosen,
        without_muted=current_actor().id is not None and "muted" not in chosen and "tag" not in chosen,
    )


def hides_muted(level: FollowLevel | None) -> bool:
    """On the page of a tag or a product: whoever has muted that itself, and opens it all the same, wants to see it."""
    return current_actor().id is not None and level != FollowLevel.MUTED and "muted" not in request.args


def listed_rows(actor: Actor, wanted: ListFilter, after: str | None = None, limit: int = 30) -> Page[Any]:
    """A page whose `items` are one `Rows`. Two statements for a visitor at most, one more for a member."""
    if wanted.sort != BY_PROMISE:
        page = question_list(actor, wanted, after, limit)
        return Page([rows_of(actor, page.items)] if page.items else [], page.next)
    found = nearing(actor, wanted, after, limit)
    due = {each.question_id: each.due_at for each in found.items}
    cards = cards_by_id(actor, list(due))
    return Page([rows_of(actor, cards, due)] if cards else [], found.next)


def rows_of(actor: Actor, cards: Sequence[Card], due: Mapping[int, datetime] | None = None) -> Rows:
    return Rows(cards, own_marks(actor, [card.id for card in cards]), due or {})
