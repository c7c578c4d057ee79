"""The whole community, loaded once: these tests look at the same forum."""

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app import create_app
from app.demonstration.loading import is_unfinished, load
from app.domains.accounts.actor import GUEST
from app.domains.accounts.models import User
from app.domains.accounts.queries import actor_by_id, appointed_for
from app.domains.escalation.models import UNANSWERED, Case
from app.domains.feedback.models import Digest, FeedbackItem
from app.domains.notifications.models import Notification
from app.domains.products.models import Product
from app.domains.questions.models import Answer, Question
from app.domains.reputation.models import Invitation, LedgerEntry
from app.domains.reputation.queries.invitations import invitation_setting, invitations_for
from app.domains.search.queries import search_questions
from app.extensions import db
from app.kernel import clock, mail
from app.kernel.clock import now
from app.kernel.errors import Conflict
from app.kernel.jobs import Job, JobState
from app.wiring import INVARIANTS
from tests.conftest import settings_for

pytestmark = pytest.mark.long
INVARIANT_NAMES = [invariant.code for invariant in INVARIANTS]


@pytest.fixture(scope="module")
def loaded(empty_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    folder = tmp_path_factory.mktemp("demonstration")
    shutil.copy(empty_database, folder / "huzhu.db")
    clock.freeze(None)
    app = create_app(settings_for(folder, demo=None, second_factor_required=None))
    with app.app_context():
        load(report=lambda _line: None)
        yield app
        db.session.remove()
        db.engine.dispose()


def count(model: Any, *where: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(model).where(*where)) or 0


def test_people_questions_and_answers_are_there(loaded):
    assert (count(User), count(Question)) == (42, 120)
    assert count(Answer) >= 140


def test_the_data_folder_is_marked_as_a_demonstration(loaded):
    settings = loaded.extensions["config"]
    assert settings.is_demo and settings.demo_sign_in_allowed and not is_unfinished(settings)


def test_the_clock_runs_again(loaded):
    earlier = now()
    assert now() > earlier


@pytest.mark.parametrize("invariant", INVARIANTS, ids=INVARIANT_NAMES)
def test_every_invariant_holds(loaded, invariant):
    assert list(invariant.query()) == []


def test_at_least_three_cases_are_overdue(loaded):
    assert count(Case, Case.state.in_(UNANSWERED), Case.due_at < now()) >= 3


def test_no_case_is_left_over_from_last_month(loaded):
    assert count(Case, Case.state.in_(UNANSWERED), Case.queued_at < now() - timedelta(days=14)) == 0


def test_each_of_the_three_products_has_two_finished_digests(loaded):
    found = select(Product.slug, func.count(Digest.id)).join(Digest, Digest.product_id == Product.id)
    counts = {slug: number for slug, number in db.session.execute(found.group_by(Product.slug))}
    assert counts == {"mesh": 2, "notes": 2, "pay": 2}
    assert count(Digest, Digest.is_empty) == 0


def test_feedback_has_come_to_decisions(loaded):
    states = set(db.session.scalars(select(FeedbackItem.state)))
    assert {"shipped", "declined", "planned", "in_progress"} <= {state.value for state in states}


def test_credit_was_given_and_people_were_asked(loaded):
    assert count(LedgerEntry) > 200
    assert count(Invitation) > 100


def test_old_notices_are_read_and_no_old_mail_waits(loaded):
    yesterday = now() - timedelta(days=1, minutes=5)
    assert count(Notification, Notification.read_at.is_(None), Notification.created_at < yesterday) == 0
    assert count(Job, Job.state == JobState.WAITING, Job.created_at < yesterday, Job.name == "email.deliver") == 0
    assert count(Job, Job.state == JobState.FAILED) == 0
    assert mail.kept_mails() == []


def test_questions_are_found_in_both_languages(loaded):
    with loaded.test_request_context():
        assert search_questions(GUEST, "退款").total > 3
        assert search_questions(GUEST, "refund").total > 3


def test_try_it_here_promises_a_minute_and_somebody_serves_it(loaded):
    from app.domains.escalation.queries import promise_preview

    product = db.session.scalars(select(Product).where(Product.slug == "try-it-here")).one()
    assert promise_preview(product).seconds == 60
    stan = db.session.scalars(select(User.id).where(User.name == "stan")).one()
    assert all(actor_by_id(stan).serves(product_id) for product_id in db.session.scalars(select(Product.id)))


def test_in_the_tour_somebody_is_asked_who_has_time(loaded):
    product_id = db.session.scalars(select(Product.id).where(Product.slug == "try-it-here")).one()
    guides = appointed_for(product_id)
    assert len(guides) == 3
    assert all(invitations_for(actor_by_id(guide)) == [] for guide in guides)
    assert all(invitation_setting(guide).unlimited for guide in guides)  # however often somebody tries it


def test_a_second_load_is_refused(loaded):
    with pytest.raises(Conflict):
        load(report=lambda _line: None)
