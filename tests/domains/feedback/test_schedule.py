from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from app.domains.feedback.invariants import INVARIANTS
from app.domains.feedback.models import Digest, FeedbackItem, ItemState
from app.domains.feedback.schedule import build_digests, confirm_shipped
from app.extensions import db
from app.kernel.events import EventRow
from tests.domains.feedback.feedback_rows import a_label, an_item
from tests.factories import a_product, a_question

SUNDAY_NIGHT = datetime(2026, 3, 8, 15, 59, tzinfo=UTC)  # 23:59 in Shanghai
MONDAY = datetime(2026, 3, 8, 16, 0, tzinfo=UTC)  # 00:00 in Shanghai


def _ready() -> int:
    found = select(func.count()).select_from(EventRow).where(EventRow.kind == "DigestReady")
    return db.session.scalar(found) or 0


@pytest.mark.both_databases
def test_a_week_is_frozen_when_it_has_closed_and_only_once(ann, clock):
    a_question(by=ann)
    clock.at(SUNDAY_NIGHT)
    assert build_digests() == 0
    clock.at(MONDAY)
    assert build_digests() == 1
    clock.advance(minutes=5)
    a_question(by=ann)
    assert build_digests() == 0
    row = db.session.scalars(select(Digest)).one()
    assert (row.ends_at, row.is_empty, _ready()) == (MONDAY, False, 1)


def test_the_clock_of_the_forum_freezes_it(ann, clock, worker):
    a_question(by=ann)
    clock.at(MONDAY)
    worker.tick()
    assert db.session.scalar(select(func.count()).select_from(Digest)) == 1


def test_an_empty_week_is_kept_and_told_to_nobody(app, clock):
    a_product()
    clock.at(MONDAY)
    assert build_digests() == 1
    assert db.session.scalars(select(Digest.is_empty)).one() is True
    assert (_ready(), build_digests()) == (0, 0)


def test_each_product_has_its_own(ann, clock):
    a_question(by=ann, product="mesh")
    a_question(by=ann, product="notes")
    clock.at(MONDAY)
    assert build_digests() == 2


def test_a_product_of_this_morning_has_no_last_week(clock, app):
    clock.at(MONDAY)
    a_product()
    assert build_digests() == 0


@pytest.mark.both_databases
def test_shipped_and_quiet_for_two_weeks_is_confirmed(app, clock):
    item = an_item(ItemState.SHIPPED)
    clock.advance(days=13)
    assert confirm_shipped() == 0
    clock.advance(days=2)
    assert confirm_shipped() == 1
    assert db.session.get_one(FeedbackItem, item.id, populate_existing=True).state is ItemState.CONFIRMED
    assert confirm_shipped() == 0
    assert [invariant.code for invariant in INVARIANTS if invariant.query()] == []


def test_a_new_mark_on_a_shipped_item_is_no_silence(app, clock):
    item = an_item(ItemState.SHIPPED)
    clock.advance(days=10)
    a_label(item_id=item.id)
    clock.advance(days=5)
    assert confirm_shipped() == 0
