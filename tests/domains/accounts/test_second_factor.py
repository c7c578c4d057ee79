import pyotp
import pytest
from sqlalchemy import select

from app.domains.accounts.actions import second_factor
from app.domains.accounts.actions.second_factor import begin_set_up, confirm_set_up, pass_second_factor, turn_off
from app.domains.accounts.actions.sessions import Browser, open_session
from app.domains.accounts.models import RecoveryCode
from app.domains.accounts.policies import may_act, needs_second_factor
from app.domains.accounts.queries import actor_by_id, actor_of_session, unused_recovery_codes, user_by_id
from app.extensions import db
from app.kernel.errors import Invalid, TooSoon
from app.kernel.mail import kept_mails
from app.kernel.transaction import transaction


@pytest.fixture
def browser(ann):
    """Ann in the browser in which she sets the app up."""
    with transaction():
        token = open_session(user_by_id(ann.id), Browser(), stays=False)
    return actor_of_session(token)


def code_at(clock, actor) -> str:
    return pyotp.TOTP(user_by_id(actor.id).totp_secret).at(clock.now())


def set_up(clock, actor) -> list[str]:
    with transaction():
        begin_set_up(actor)
    with transaction():
        return confirm_set_up(actor, code_at(clock, actor))


def passes(actor, code: str) -> bool:
    try:
        with transaction():
            pass_second_factor(user_by_id(actor.id), code)
    except Invalid:
        return False
    return True


def test_the_key_is_shown_as_an_svg_picture_and_stays_until_it_is_confirmed(browser):
    with transaction():
        first = begin_set_up(browser)
    with transaction():
        again = begin_set_up(browser)
    assert first == again and first.picture.startswith("data:image/svg+xml")


def test_a_first_code_turns_it_on_and_gives_ten_recovery_codes_once(browser, clock):
    codes = set_up(clock, browser)
    assert len(set(codes)) == 10
    assert actor_by_id(browser.id).has_second_factor
    stored = set(db.session.scalars(select(RecoveryCode.code_hash)))
    assert len(stored) == 10 and not stored & set(codes)


def test_a_wrong_first_code_turns_nothing_on(browser):
    with transaction():
        begin_set_up(browser)
    with pytest.raises(Invalid), transaction():
        confirm_set_up(browser, "000000")
    assert not actor_by_id(browser.id).has_second_factor


def test_setting_up_passes_this_browser_and_signs_the_others_out(browser, clock):
    with transaction():
        elsewhere = open_session(user_by_id(browser.id), Browser(), stays=True)
    set_up(clock, browser)
    assert actor_of_session(browser.session_token).second_factor_passed
    assert actor_of_session(elsewhere) is None


@pytest.mark.both_databases
def test_a_code_is_accepted_once(browser, clock):
    set_up(clock, browser)
    assert not passes(browser, code_at(clock, browser))  # the code that turned it on
    clock.advance(seconds=30)
    code = code_at(clock, browser)
    assert passes(browser, code)
    assert not passes(browser, code)


def test_an_older_code_is_refused_after_a_newer_one(browser, clock):
    set_up(clock, browser)
    clock.advance(seconds=60)
    older = code_at(clock, browser)
    clock.advance(seconds=30)
    assert passes(browser, code_at(clock, browser))
    assert not passes(browser, older)


def test_a_clock_half_a_minute_off_is_forgiven_and_a_minute_is_not(browser, clock):
    set_up(clock, browser)
    clock.advance(minutes=5)
    code = code_at(clock, browser)
    clock.advance(seconds=30)
    assert passes(browser, code)
    clock.advance(minutes=5)
    late = code_at(clock, browser)
    clock.advance(seconds=61)
    assert not passes(browser, late)


@pytest.mark.both_databases
def test_each_recovery_code_stands_in_once_however_it_is_typed(browser, clock, worker):
    codes = set_up(clock, browser)
    assert passes(browser, codes[0].upper().replace("-", " "))
    assert not passes(browser, codes[0])
    assert passes(browser, codes[1])
    assert unused_recovery_codes(browser.id) == 8
    worker.tick()
    assert any("A recovery code was used" in mail.text for mail in kept_mails())


def test_somebody_elses_recovery_code_opens_nothing(browser, bob, clock):
    codes = set_up(clock, browser)
    assert not passes(bob, codes[0])


@pytest.mark.parametrize("code", ["", "abc", "12345", "1234567", "００００００", "🙂" * 6, "x" * 100_000])
def test_what_is_no_code_is_refused(browser, clock, code):
    set_up(clock, browser)
    assert not passes(browser, code)


@pytest.mark.settings(limits="on")
def test_codes_are_guessed_ten_times(browser, clock):
    set_up(clock, browser)
    for _try in range(9):
        assert not passes(browser, "000000")
    with pytest.raises(TooSoon), transaction():
        pass_second_factor(user_by_id(browser.id), "000000")


def test_turning_it_off_asks_for_a_code_and_voids_the_recovery_codes(browser, clock):
    codes = set_up(clock, browser)
    with pytest.raises(Invalid), transaction():
        turn_off(browser, "000000")
    with transaction():
        turn_off(browser, codes[0])
    assert not actor_by_id(browser.id).has_second_factor
    assert unused_recovery_codes(browser.id) == 0


def test_new_recovery_codes_void_the_old_ones(browser, clock):
    old = set_up(clock, browser)
    with transaction():
        new = second_factor.renew_recovery_codes(browser, old[0])
    assert not passes(browser, old[1]) and passes(browser, new[0])


@pytest.mark.settings(require_second_factor=True)
@pytest.mark.parametrize("role", ["agent", "lead", "moderator", "pm", "admin"])
def test_privileged_roles_act_only_behind_a_second_factor_where_it_is_required(app, role):
    from tests.factories import a_person

    person = a_person(f"the {role} of ours", role=role)
    with transaction():
        token = open_session(user_by_id(person.id), Browser(), stays=False)
        passed = open_session(user_by_id(person.id), Browser(), stays=False, second_factor=True)
    assert needs_second_factor(actor_of_session(token)) and not may_act(actor_of_session(token))
    assert may_act(actor_of_session(passed))


@pytest.mark.settings(require_second_factor=True)
def test_a_plain_member_needs_none(browser):
    assert may_act(browser)
