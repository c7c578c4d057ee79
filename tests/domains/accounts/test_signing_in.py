import pytest
from sqlalchemy import func, select

from app.domains.accounts.actions import sessions
from app.domains.accounts.actions.recovering import ask_for_confirmation, ask_for_reset, reset_password
from app.domains.accounts.actions.sessions import Browser, check_credentials, end_session, open_session
from app.domains.accounts.actor import GUEST
from app.domains.accounts.models import MailLink, Session, User
from app.domains.accounts.passwords import matches
from app.domains.accounts.queries import actor_of_session, user_by_id
from app.domains.accounts.schedule import forget_expired
from app.extensions import db
from app.kernel.errors import Invalid, NotFound, TooSoon
from app.kernel.mail import kept_mails
from app.kernel.transaction import transaction
from tests.domains.accounts.letters import PASSWORD, known_hash, token_in

HERE = Browser("192.0.2.1", "Firefox")


@pytest.fixture
def zoe(ann):
    """Ann, with a password."""
    with transaction():
        user_by_id(ann.id).password_hash = known_hash()
    return ann


def signed_in(actor, *, stays: bool = False) -> str:
    with transaction():
        return open_session(user_by_id(actor.id), HERE, stays=stays)


def reset_token(worker, email: str) -> str:
    with transaction():
        ask_for_reset(GUEST, email, from_address="192.0.2.1")
    worker.tick()
    return token_in(kept_mails(recipient=email)[0], "reset")


@pytest.mark.parametrize("login", ["ann", "ANN", " ann@example.com "])
def test_name_and_address_both_open_the_account(zoe, login):
    assert check_credentials(login, PASSWORD, HERE).id == zoe.id


@pytest.mark.parametrize("login", ["ann", "nobody", "nobody@example.com", "", "x" * 5000, "a\u202eb"])
def test_a_wrong_name_and_a_wrong_password_sound_alike(zoe, login):
    with pytest.raises(Invalid) as refused:
        check_credentials(login, "not the password", HERE)
    assert str(refused.value) == "Name or password is not right. Please check both, or choose a new password."


def test_an_account_without_a_password_cannot_be_entered_by_one(bob):
    with pytest.raises(Invalid):
        check_credentials("bob", "", HERE)


@pytest.mark.settings(limits="on")
def test_one_account_is_tried_ten_times(zoe):
    for number in range(10):
        with pytest.raises(Invalid):
            check_credentials("ann", f"guess {number}", Browser(f"192.0.2.{number}"))
    with pytest.raises(TooSoon):
        check_credentials("ANN", PASSWORD, Browser("192.0.2.99"))


@pytest.mark.settings(limits="on")
def test_ten_spellings_of_a_name_are_no_ten_accounts(zoe):
    spellings = ["ann", "ANN", "a.n.n", "a nn", "a-n-n", "аnn", "ann.", " ann", "a_nn", "Ann"]
    for number, name in enumerate(spellings):
        with pytest.raises(Invalid):
            check_credentials(name, "guess", Browser(f"192.0.2.{number}"))
    with pytest.raises(TooSoon):
        check_credentials("an.n", PASSWORD, Browser("192.0.2.99"))


@pytest.mark.settings(limits="on")
def test_one_network_address_tries_25_times_whoever_it_names(zoe):
    for number in range(25):
        with pytest.raises(Invalid):
            check_credentials(f"nobody{number}", "guess", HERE)
    with pytest.raises(TooSoon):
        check_credentials("ann", PASSWORD, HERE)


def test_staying_signed_in_lasts_14_days_and_a_plain_session_half_a_day(ann, clock):
    plain, stays = signed_in(ann), signed_in(ann, stays=True)
    clock.advance(hours=13)
    assert actor_of_session(plain) is None and actor_of_session(stays) is not None
    clock.advance(days=14)
    assert actor_of_session(stays) is None


def test_staff_are_signed_out_after_eight_hours_whatever_they_tick(stan, clock):
    token = signed_in(stan, stays=True)
    clock.advance(hours=8, seconds=1)
    assert actor_of_session(token) is None


def test_use_prolongs_a_session_but_not_beyond_90_days(ann, clock):
    token = signed_in(ann, stays=True)
    for _day in range(0, 89, 10):
        clock.advance(days=10)
        with transaction():
            sessions.note_seen(token)
    assert actor_of_session(token) is None


def test_staff_prolong_theirs_to_one_day(stan, clock):
    token = signed_in(stan)
    for _turn in range(4):
        clock.advance(hours=6.1)
        with transaction():
            sessions.note_seen(token)
    assert actor_of_session(token) is None


def test_nobody_ends_somebody_elses_session(ann, bob):
    signed_in(bob)
    foreign = db.session.scalar(select(Session.id).where(Session.user_id == bob.id))
    with pytest.raises(NotFound), transaction():
        end_session(ann, foreign)


def test_expired_rows_are_swept_away(ann, clock):
    signed_in(ann)
    clock.advance(days=15)
    forget_expired()
    assert db.session.scalar(select(func.count()).select_from(Session)) == 0


def test_a_reset_sets_the_password_ends_every_session_and_tells_the_owner(zoe, worker):
    open_elsewhere = signed_in(zoe)
    token = reset_token(worker, "ann@example.com")

    with transaction():
        reset_password(token, "five quite other new words")
    worker.tick()

    assert matches(user_by_id(zoe.id).password_hash, "five quite other new words")
    assert actor_of_session(open_elsewhere) is None
    assert "Your password was changed." in kept_mails(recipient="ann@example.com")[0].text


@pytest.mark.both_databases
def test_a_reset_link_works_once(zoe, worker):
    token = reset_token(worker, "ann@example.com")
    with transaction():
        reset_password(token, "five quite other new words")
    with pytest.raises(NotFound), transaction():
        reset_password(token, "and again other words")


def test_a_refused_password_does_not_use_the_link_up(zoe, worker):
    token = reset_token(worker, "ann@example.com")
    with pytest.raises(Invalid), transaction():
        reset_password(token, "short")
    with transaction():
        reset_password(token, "five quite other new words")


def test_a_reset_link_lives_one_hour(zoe, worker, clock):
    token = reset_token(worker, "ann@example.com")
    clock.advance(hours=1, seconds=1)
    with pytest.raises(NotFound), transaction():
        reset_password(token, "five quite other new words")


def test_a_second_reset_mail_voids_the_first_link(zoe, worker):
    first = reset_token(worker, "ann@example.com")
    second = reset_token(worker, "ann@example.com")
    with pytest.raises(NotFound), transaction():
        reset_password(first, "five quite other new words")
    with transaction():
        reset_password(second, "five quite other new words")


def test_an_address_without_an_account_gets_no_mail_and_the_same_answer(app, worker):
    with transaction():
        assert ask_for_reset(GUEST, "nobody@example.com", from_address="192.0.2.1") == "nobody@example.com"
        assert ask_for_confirmation(GUEST, "nobody@example.com", from_address="192.0.2.1") == "nobody@example.com"
    worker.tick()
    assert kept_mails() == []
    assert db.session.scalar(select(func.count()).select_from(MailLink)) == 0


@pytest.mark.settings(limits="on")
@pytest.mark.parametrize("email", ["ann@example.com", "nobody@example.com"])
def test_two_reset_mails_an_hour_for_a_known_address_and_for_an_unknown_one(ann, email):
    for _time in range(2):
        with transaction():
            ask_for_reset(GUEST, email, from_address="192.0.2.1")
    with pytest.raises(TooSoon), transaction():
        ask_for_reset(GUEST, email.upper(), from_address="192.0.2.2")


@pytest.mark.settings(limits="on")
def test_two_confirmation_mails_an_hour(ann):
    for _time in range(2):
        with transaction():
            ask_for_confirmation(GUEST, "ann@example.com", from_address="192.0.2.1")
    with pytest.raises(TooSoon), transaction():
        ask_for_confirmation(GUEST, "ann@example.com", from_address="192.0.2.1")


def test_a_confirmed_address_is_not_asked_again(ann, worker):
    with transaction():
        ask_for_confirmation(GUEST, "ann@example.com", from_address="192.0.2.1")
    worker.tick()
    assert kept_mails() == []


def test_a_mail_speaks_its_readers_language_and_names_the_forums_own_address(app, worker):
    from tests.factories import a_person

    a_person("chen", language="zh")
    with transaction():
        ask_for_reset(GUEST, "chen@example.com", from_address="192.0.2.1")
    worker.tick()
    mail = kept_mails()[0]
    assert 'lang="zh-Hans"' in mail.html and "http://127.0.0.1:5000/login/reset/" in mail.text


def test_the_hash_of_a_password_says_nothing_of_it(zoe):
    assert PASSWORD not in (db.session.scalar(select(User.password_hash).where(User.id == zoe.id)) or "")
