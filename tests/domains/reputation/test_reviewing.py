"""The nightly review: comparisons, supporters, levels, and the end of starting up."""

import pytest
from sqlalchemy import select

from app.domains.accounts.events import EmailConfirmed
from app.domains.accounts.models import Session, User
from app.domains.questions.models import Question, ReadMark
from app.domains.reputation import ledger, reviewing
from app.domains.reputation.models import LedgerCursor, Standing, StandingScope
from app.domains.reputation.reactions import review_level
from app.domains.reputation.schedule import review_standing
from app.domains.reputation.starting import is_starting_up
from app.extensions import db
from app.kernel.clock import now
from app.kernel.events import EventRow, publish
from app.kernel.transaction import transaction
from tests.domains.reputation.scenes import help_given, tables, take_away, the_start_is_over
from tests.factories import a_person, a_question, a_vote, an_answer


def level(person):
    db.session.rollback()
    return db.session.scalar(select(User.level).where(User.id == person.id))


def skill(person):
    found = select(Standing.wins, Standing.comparisons, Standing.meetings)
    row = db.session.execute(
        found.where(Standing.user_id == person.id, Standing.scope == StandingScope.SITE)
    ).one_or_none()
    return tuple(row) if row else None


def has_read(person, number):
    with transaction():
        asker = db.session.scalar(select(User.id).where(User.name == "asker"))
        for _ in range(number):
            question = Question(product_id=1, title="t", slug="t", body="b", body_html="b", excerpt="e", asker_id=asker)
            question.renderer_version, question.language = 1, "en"
            question.created_at = question.active_at = now()
            db.session.add(question)
            db.session.flush()
            db.session.add(ReadMark(user_id=person.id, question_id=question.id, read_at=now()))


@pytest.fixture
def asker(app):
    person = a_person("asker", level=2)
    a_question(by=person)
    return person


@pytest.mark.both_databases
def test_answerers_of_one_question_are_compared_after_fourteen_days(ann, bob, eve, app, clock):
    question = a_question(by=ann)
    better = an_answer(to=question, by=bob)
    an_answer(to=question, by=eve)
    a_vote(on=better, by=a_person(level=2))
    a_vote(on=better, by=a_person(level=2))
    clock.advance(days=13)
    review_standing()
    assert skill(eve) is None

    clock.advance(days=1)
    review_standing()
    assert skill(bob) == (1.0, 1.0, 1)
    assert skill(eve) == (0.0, 1.0, 1)


def test_later_votes_change_no_comparison_and_deleting_an_answer_undoes_no_defeat(ann, bob, eve, mona, app, clock):
    question = a_question(by=ann)
    better, worse = an_answer(to=question, by=bob), an_answer(to=question, by=eve)
    a_vote(on=better, by=a_person(level=2))
    clock.advance(days=15)
    for _ in range(3):
        a_vote(on=worse, by=a_person(level=2))
    take_away(worse, mona)
    review_standing()

    assert (skill(bob), skill(eve)) == ((1.0, 1.0, 1), (0.0, 1.0, 1))


def test_a_rebuild_after_the_review_gives_the_same_bytes_at_any_later_time(ann, bob, eve, app, clock):
    question = a_question(by=ann)
    better = an_answer(to=question, by=bob)
    an_answer(to=question, by=eve)
    a_vote(on=better, by=a_person(level=2))
    clock.advance(days=15)
    review_standing()
    before = tables()

    clock.advance(days=400)
    with transaction():
        ledger.rebuild()
    assert tables() == before


def test_supporters_are_forgotten_after_a_year(bob, asker, app, clock):
    help_given(bob, 3)
    review_standing()
    trust = select(Standing.supporter_trust).where(Standing.user_id == bob.id, Standing.scope == StandingScope.SITE)
    assert db.session.scalar(trust) == 3.0

    clock.advance(days=366)
    review_standing()
    db.session.rollback()
    assert db.session.scalar(trust) == 0.0


def test_l1_is_reached_by_reading_while_the_site_starts_and_by_a_supporter_later(newcomer, asker, app, clock):
    has_read(newcomer, 30)
    review_standing()
    assert level(newcomer) == 1

    the_start_is_over()
    late = a_person("late", level=0)
    has_read(late, 30)
    clock.advance(days=3)
    review_standing()
    assert level(late) == 0

    help_given(late, 1)
    review_standing()
    assert level(late) == 1
    assert level(newcomer) == 1  # admitted while the site started


def test_a_level_is_lost_only_after_fourteen_days_below_it(eve, app, clock):
    review_standing()
    clock.advance(days=13)
    review_standing()
    assert level(eve) == 3

    clock.advance(days=1)
    review_standing()
    assert level(eve) == 0


def test_a_level_that_rises_is_announced_and_heard_by_the_ledger(bob, newcomer, asker, app, clock):
    the_start_is_over()
    answer = an_answer(to=a_question(by=asker), by=bob)
    a_vote(on=answer, by=newcomer)
    help_given(newcomer, 1)
    has_read(newcomer, 30)
    clock.advance(days=4)
    review_standing()
    with transaction():
        ledger.advance()

    changed = db.session.scalars(select(EventRow).where(EventRow.kind == "LevelChanged")).all()
    assert [(row.payload["user_id"], row.payload["before"], row.payload["after"]) for row in changed] == [
        (newcomer.id, 0, 1)
    ]
    credit = select(Standing.credit_total).where(Standing.user_id == bob.id, Standing.scope == StandingScope.SITE)
    assert db.session.scalar(credit) == pytest.approx(0.585, abs=0.001)


def test_an_imported_author_who_claims_the_account_is_a_member_at_once(asker, app):
    the_start_is_over()
    author = a_person("author", level=0, confirmed=False)
    answer = an_answer(to=a_question(by=asker), by=a_person("other"))
    help_given(a_person("third"), 1)
    with transaction():
        user = db.session.get_one(User, author.id)
        user.source_url = "https://example.org/users/1"
        row = db.session.get_one(type(answer), answer.id)
        row.author_id, row.source_url = author.id, "https://example.org/a/1"
    a_vote(on=answer, by=a_person("reader", level=2))
    with transaction():
        ledger.rebuild()
    with transaction():
        db.session.get_one(User, author.id).email_confirmed_at = now()
        publish(EmailConfirmed(user_id=author.id))
    with transaction():
        review_level(EmailConfirmed(user_id=author.id))

    assert level(author) == 1


def test_starting_up_ends_once_when_twenty_of_fifty_members_are_supported_from_outside(ann, eve, app):
    people = [a_person(f"m{number}", level=1) for number in range(48)]  # ann and eve are the other two
    question = a_question(by=ann)
    for number, person in enumerate(people[:20]):
        seen_from(person, f"203.0.113.{number}")
        a_vote(on=an_answer(to=question, by=person), by=eve)
    seen_from(eve, "203.0.113.200")
    review_standing()
    assert is_starting_up()

    with transaction():
        db.session.scalars(select(Session).where(Session.user_id == eve.id)).one().address = "192.0.2.7"
    for _ in range(2):
        review_standing()
    assert not is_starting_up()
    assert len(db.session.scalars(select(EventRow).where(EventRow.kind == "StartingUpEnded")).all()) == 1


def seen_from(person, address):
    with transaction():
        row = Session(token_hash=f"{address} {person.id}", user_id=person.id, created_at=now(), address=address)
        row.authenticated_at = row.seen_at = row.expires_at = now()
        db.session.add(row)


@pytest.mark.parametrize(("address", "network"), [("203.0.113.9", "203.0.113"), ("2001:db8:7:1::1", "2001:db8:7")])
def test_a_network_is_a_slash_24_or_48(address, network):
    assert reviewing.network_of(address) == network


def test_the_review_notes_as_of_when_it_counted(ann, app, clock):
    review_standing()
    cursor = db.session.get_one(LedgerCursor, 1)
    assert cursor.compared_until == cursor.reviewed_at == clock.now()
