"""What stands before the first question: the company, its products and hours, the people, the words."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from app.demonstration.content import Community, PersonSaid, TagSaid
from app.domains.accounts.actions.registering import create_user
from app.domains.accounts.actor import SYSTEM, Actor
from app.domains.accounts.models import Role
from app.domains.accounts.queries import actors_by_id
from app.domains.escalation.actions.policies_editing import default_policy
from app.domains.products.actions import appoint, create_product, set_guide, set_team
from app.domains.products.calendars import always, office
from app.domains.products.guides import GuideRow
from app.domains.reputation.actions import MOST_PER_WEEK, choose_invitations, decline_invitation
from app.domains.reputation.queries.invitations import invitations_for
from app.domains.tags.actions import describe_tag, find_or_create_tags
from app.extensions import db
from app.kernel import clock, markup, settings
from app.kernel.transaction import transaction

COMPANY = "云杉 Yunshan"
TOUR_PRODUCT = "try-it-here"
ZONE = "Asia/Shanghai"
# Spikes are measured against the eight weeks before a digest's week, so the products are older than that.
OPENED_DAYS_AGO = 70
HOUR = 3600

# Shops are open at weekends, so somebody looks after the tills.
SHOP_HOURS: dict[str, Any] = {"timezone": ZONE, "weekly": [[["09:00", "21:00"]]] * 7}


@dataclass(frozen=True)
class Offer:
    """A product, its hours and its promise in seconds of open time."""

    slug: str
    name: str
    description: str
    hours: Callable[[datetime], dict[str, Any]]
    promise: dict[str, int]


OFFERS = (
    # Round the clock: a dead router does not wait for Monday. So some questions are overdue on every day of the week.
    Offer("mesh", "云杉路由 Mesh", "家用无线路由与节点。 Routers and nodes for a home without dead spots.",
          lambda _at: always(ZONE).to_json(), {"peer_seconds": 4 * HOUR, "first_reply_seconds": 4 * HOUR}),
    Offer("notes", "云杉笔记 Notes", "手机、电脑、网页同步的笔记。 Notes on phone, desktop and web.",
          lambda at: office(ZONE, country="CN", years=(at.year - 1, at.year, at.year + 1)).to_json(),
          {"peer_seconds": 4 * HOUR, "first_reply_seconds": 4 * HOUR}),
    Offer("pay", "云杉收银 Pay", "收银、退款、报表和发票。 Tills, refunds, reports and receipts.",
          lambda _at: SHOP_HOURS, {"peer_seconds": 4 * HOUR, "first_reply_seconds": 4 * HOUR}),
)  # fmt: skip
TOUR_OFFER = Offer(
    TOUR_PRODUCT,
    "试一试 Try it here",
    "提个问题试试：一分钟没人回答，客服就会接手。 Ask anything: after a minute without an answer our team takes over.",
    lambda _at: always(ZONE).to_json(),
    {"peer_seconds": 60, "first_reply_seconds": 600, "next_reply_seconds": 600, "resolution_seconds": 4 * HOUR},
)


# What the team of the routers would ask first.
MESH_ASKS = (
    GuideRow(None, None, {"zh": "型号", "en": "Model"}, {"zh": "在底部的标签上", "en": "On the label underneath"}),
    GuideRow(None, "problem", {"zh": "固件版本", "en": "Firmware"}, {"zh": "例如 5.2.1", "en": "For example 5.2.1"}),
    GuideRow(None, "problem", {"zh": "已经试过", "en": "Tried so far"},
             {"zh": "例如重启、重置", "en": "A restart, a reset"}),
)  # fmt: skip


@dataclass
class Stage:
    """Who and what is there, by the names that the content uses."""

    people: dict[str, int] = field(default_factory=dict)
    products: dict[str, int] = field(default_factory=dict)
    questions: dict[str, int] = field(default_factory=dict)
    answers: dict[tuple[str, int], int] = field(default_factory=dict)
    items: dict[str, int] = field(default_factory=dict)
    _actors: dict[str, Actor] = field(default_factory=dict)

    def actor(self, name: str) -> Actor:
        """The person as they are now; see `forget_actors`."""
        if name not in self._actors:
            found = actors_by_id(self.people.values())
            self._actors = {known: found[id] for known, id in self.people.items()}
        return self._actors[name]

    def forget_actors(self) -> None:
        """Levels have been reviewed: everybody is read again."""
        self._actors = {}


def build_stage(community: Community, now: datetime) -> Stage:
    """Opens its own transactions and leaves the clock where the products were made."""
    stage = Stage()
    with transaction():
        for person in sorted(community.people, key=lambda person: -person.joined_days_ago):
            stage.people[person.name] = _join(person, now)
    clock.freeze(now - timedelta(days=OPENED_DAYS_AGO))
    with transaction():
        settings.change("site.name", COMPANY, None)
        for offer in OFFERS:
            stage.products[offer.slug] = _open(offer)
        set_guide(SYSTEM, stage.products["mesh"], MESH_ASKS)
        _staff_products(community.people, stage)
        _add_tags(community.tags)
    return stage


def _join(person: PersonSaid, now: datetime) -> int:
    """Nobody has a password: on this site one click signs in."""
    clock.freeze(now - timedelta(days=person.joined_days_ago))
    user = create_user(
        name=person.name,
        email=person.email,
        role=Role(person.role),
        language=person.language,
        timezone=person.timezone,
        confirmed=True,
    )
    user.about, user.about_html = person.about, markup.render(person.about)
    return user.id


def _open(offer: Offer) -> int:
    product = create_product(
        SYSTEM, offer.slug, offer.name, hours=offer.hours(clock.now()), description=offer.description
    )
    default_policy(product.id, **offer.promise)
    return product.id


def open_tour_product(stage: Stage, community: Community) -> None:
    """The product of the tour, whose team takes over after a minute, at every hour. Joins the caller's transaction."""
    stage.products[TOUR_PRODUCT] = _open(TOUR_OFFER)
    team = [stage.people[person.name] for person in community.people if person.role in ("agent", "lead", "pm")]
    set_team(SYSTEM, stage.products[TOUR_PRODUCT], [user_id for user_id in team if _has_team(user_id)])
    for person in community.people:
        if person.appointed:
            _make_guide(stage, person.name)


def _make_guide(stage: Stage, name: str) -> None:
    """Somebody is asked in the tour whatever the question is about, and has chosen to be asked as often as that is;
    what else waits is declined."""
    appoint(SYSTEM, stage.products[TOUR_PRODUCT], stage.people[name])
    stage.forget_actors()
    guide = stage.actor(name)
    choose_invitations(guide, opted_out=False, per_week=MOST_PER_WEEK, unlimited=True)
    for invited in invitations_for(guide):
        decline_invitation(guide, invited.card.id)


def _has_team(user_id: int) -> bool:
    """Staff without any team serve all products, and a first team would take the others from them."""
    return bool(actors_by_id([user_id])[user_id].team)


def _staff_products(people: Iterable[PersonSaid], stage: Stage) -> None:
    for slug, product_id in stage.products.items():
        team = [stage.people[person.name] for person in people if slug in person.products]
        set_team(SYSTEM, product_id, team)
        for person in people:
            if slug in person.appointed:
                appoint(SYSTEM, product_id, stage.people[person.name])


def _add_tags(tags: Iterable[TagSaid]) -> None:
    for said in tags:
        (tag,) = find_or_create_tags(SYSTEM, [said.name])
        describe_tag(SYSTEM, tag, said.description, said.synonyms)
    db.session.flush()
