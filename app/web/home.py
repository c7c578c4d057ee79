"""The first page: what needs me, what waits for an answer, what is new, and the way in."""

from dataclasses import dataclass, replace
from typing import Any

from flask import Blueprint, render_template

from app.domains.accounts.actor import Actor
from app.domains.escalation.policies import may_work_queue
from app.domains.escalation.queries import asked_back, nearing, staff_queue
from app.domains.products.queries import all_products
from app.domains.questions.queries import Card, ListFilter, cards_by_id, draft_list, question_list
from app.domains.reputation.queries import invitations_for
from app.web.actors import current_actor
from app.web.lists import Rows, rows_of

pages = Blueprint("home", __name__)

ACTIVE, WAITING, FOLLOWED, NEEDS = 12, 5, 5, 3


@dataclass(frozen=True)
class NeedsMe:
    """What waits for one person: a few of each, the list of all behind them. Empty lists for a visitor."""

    to_confirm: list[Card]
    """Questions of mine with an answer that I have not spoken about."""
    asked_back: list[Card]
    """Questions of mine where our team waits for my reply."""
    invited: list[Any]
    drafts: list[Any]
    cases: list[Any]

    def __bool__(self) -> bool:
        return any((self.to_confirm, self.asked_back, self.invited, self.drafts, self.cases))


@pages.get("/")
def index() -> Any:
    actor = current_actor()
    shown = ListFilter(without_muted=actor.id is not None)
    waiting = _waiting(actor, shown)
    taken = {card.id for card in waiting.cards}
    active = [card for card in question_list(actor, shown, limit=ACTIVE + WAITING).items if card.id not in taken]
    return render_template(
        "home/index.html",
        needs=_needs(actor),
        waiting=waiting,
        active=rows_of(actor, active[:ACTIVE]),
        followed=_followed(actor),
        products=all_products(),
    )


def _waiting(actor: Actor, shown: ListFilter) -> Rows:
    """Those next to their promised time; where these are few, the newest that wait without a promise."""
    due = {each.question_id: each.due_at for each in nearing(actor, shown, limit=WAITING).items}
    cards = cards_by_id(actor, list(due))
    if len(cards) < WAITING:
        newest = question_list(actor, replace(shown, sort="unanswered"), limit=2 * WAITING).items
        cards += [card for card in newest if card.id not in due][: WAITING - len(cards)]
    return rows_of(actor, cards, due)


def _followed(actor: Actor) -> Rows:
    wanted = ListFilter(followed=True, without_muted=True)
    return rows_of(actor, question_list(actor, wanted, limit=FOLLOWED).items if actor.id is not None else [])


def _needs(actor: Actor) -> NeedsMe:
    if actor.id is None:
        return NeedsMe([], [], [], [], [])
    return NeedsMe(
        to_confirm=question_list(actor, ListFilter(asker_id=actor.id, state="answered"), limit=NEEDS).items,
        asked_back=cards_by_id(actor, asked_back(actor, NEEDS)),
        invited=invitations_for(actor, NEEDS),
        drafts=draft_list(actor)[:NEEDS],
        cases=staff_queue(actor, "assigned", mine=True, limit=NEEDS).items if may_work_queue(actor) else [],
    )
