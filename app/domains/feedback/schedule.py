"""What feedback does by the clock: digests of closed weeks, and shipped items that nobody contradicted."""

from datetime import date, timedelta

from sqlalchemy import select

from app.domains.accounts.actor import SYSTEM
from app.domains.feedback.actions.deciding import change_state
from app.domains.feedback.actions.freezing import freeze_digest
from app.domains.feedback.models import Digest, FeedbackItem, FeedbackLabel, ItemState, Period
from app.domains.feedback.periods import last_monday, midnight
from app.domains.feedback.queries.digests import build_or_stored
from app.domains.feedback.queries.evidence import zone_of
from app.domains.feedback.settings import QUIET_DAYS
from app.domains.products.queries import all_products
from app.extensions import db
from app.kernel.clock import now
from app.kernel.transaction import transaction

AT_ONCE = 50


def build_digests() -> int:
    """Freeze each product's last closed week, once; how many were frozen. A product's week closes on Monday at 00:00
    in its zone; one that did not exist in that week has no digest of it."""
    waiting = _weeks_to_freeze()
    for product_id, until in waiting:
        built = build_or_stored(product_id, Period.WEEK, until)  # before the transaction: reading takes the longest
        with transaction():
            freeze_digest(SYSTEM, product_id, Period.WEEK, until, built)
    return len(waiting)


def _weeks_to_freeze() -> list[tuple[int, date]]:
    """Product ids with the Monday on which the unfrozen week ended."""
    recent = select(Digest.product_id, Digest.ends_at).where(Digest.period == Period.WEEK)
    recent = recent.where(Digest.ends_at > now() - timedelta(days=9))
    frozen = {(row.product_id, row.ends_at) for row in db.session.execute(recent)}
    found = []
    for product in all_products():
        zone = zone_of(product)
        until = last_monday(now(), zone)
        closed_at = midnight(until, zone)
        if (product.id, closed_at) not in frozen and product.created_at < closed_at:
            found.append((product.id, until))
    return found


def confirm_shipped() -> int:
    """Shipped, and quiet for two weeks: nobody behind it said that it does not work. How many were confirmed."""
    quiet_since = now() - timedelta(days=QUIET_DAYS.value())
    item = FeedbackItem
    fresh = select(FeedbackLabel.id).where(FeedbackLabel.item_id == item.id, FeedbackLabel.created_at >= quiet_since)
    found = select(item.id).where(item.state == ItemState.SHIPPED, item.state_since < quiet_since, ~fresh.exists())
    ids = list(db.session.scalars(found.order_by(item.id).limit(AT_ONCE)))
    for item_id in ids:
        with transaction():
            row = db.session.get_one(FeedbackItem, item_id, populate_existing=True, with_for_update=True)
            if row.state is ItemState.SHIPPED:
                change_state(SYSTEM, row, ItemState.CONFIRMED)
    return len(ids)
