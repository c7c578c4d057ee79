import re

import pyotp
import pytest
from flask import url_for

from app.domains.accounts.actions.roles import grant_role
from app.domains.accounts.actions.sign_in_links import make_sign_in_link
from app.domains.accounts.actor import SYSTEM
from app.domains.accounts.queries import actor_by_id, sessions_of, user_by_email, user_by_id
from app.kernel.mail import kept_mails
from app.kernel.transaction import transaction
from app.web.local_paths import local_path
from tests.conftest import sign_in
from tests.domains.accounts.letters import PASSWORD, known_hash, token_in
from tests.factories import a_person, a_product, a_question, an_answer

ELSEWHERE = [
    "//evil.example",
    "https://evil.example/",
    "/\\evil.example",
    "\\\\evil.example",
    "javascript:alert(1)",
    "/\t/evil.example",
    "/\r\nLocation: https://evil.example",
    "evil.example",
    "/" + "x" * 5000,
]


@pytest.fixture
def zoe(ann):
    """Ann, with a password."""
    with transaction():
        user_by_id(ann.id).password_hash = known_hash()
    return ann


def give_password(actor):
    with transaction():
        user_by_id(actor.id).password_hash = known_hash()
    return actor


def log_in(client, login="ann", password=PASSWORD, **more):
    return client.post("/login", data={"login": login, "password": password, **more})


def set_up_app(client, clock, actor) -> list[str]:
    """Turn the second factor on in this browser; gives the recovery codes."""
    client.get("/settings/security/second-factor")
    page = client.post("/settings/security/second-factor", data={"code": code_of(clock, actor)})
    assert page.status_code == 200
    return re.findall(r"<li><code>([\w-]+)</code>", page.text)


def code_of(clock, actor) -> str:
    return pyotp.TOTP(user_by_id(actor.id).totp_secret).at(clock.now())


def same_for_all(text: str, *own: str) -> str:
    """The page without what differs by nature: the token of its forms, and what was typed."""
    text = re.sub(r'(csrf[_-]token"[^>]*(?:value|content)=)"[^"]*"', r"\1", text)
    for word in own:
        text = text.replace(word, "TYPED")
    return text


def is_signed_in(client) -> bool:
    return client.get("/settings/account").status_code == 200


# --- coming in ---


def test_a_member_lands_on_the_own_questions(zoe, client):
    answer = log_in(client)
    assert answer.status_code == 303 and answer.location == f"/users/{zoe.id}/ann"
    assert is_signed_in(client)


@pytest.mark.parametrize(
    ("role", "endpoint"),
    [
        ("agent", "escalation.queue"),
        ("lead", "escalation.queue"),
        ("pm", "feedback.newest_digest"),
        ("moderator", "moderation.queue"),
        ("admin", "admin.index"),
    ],
)
def test_each_role_lands_where_its_work_is(app, client, role, endpoint):
    if endpoint not in app.view_functions:
        pytest.skip(f"{endpoint} is not there")
    a_question()  # nothing asked yet would lead an administrator into the guide
    give_password(a_person("worker bee", role=role))
    with app.test_request_context():
        expected = url_for(endpoint)
    assert log_in(client, "worker bee").location == expected


def test_an_expert_lands_where_an_answer_is_missing(app, client):
    give_password(a_person("eve", level=3))
    assert log_in(client, "eve").location == "/questions?sort=unanswered"


def test_a_path_of_this_forum_is_followed_after_signing_in(zoe, client):
    assert log_in(client, next="/tags?q=wifi").location == "/tags?q=wifi"


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
def test_another_sites_address_is_not_followed(zoe, client, elsewhere):
    assert log_in(client, next=elsewhere).location == f"/users/{zoe.id}/ann"
    assert local_path(elsewhere) is None


def test_a_wrong_password_and_an_unknown_name_get_the_same_page(zoe, client):
    def page(login):
        answer = log_in(client, login, "not the password")
        return answer.status_code, same_for_all(answer.text, login)

    assert page("ann") == page("nobody") == page("ann@example.com")


def test_the_name_stays_in_the_form_and_the_password_does_not(zoe, client):
    text = log_in(client, "ann", "not the password").text
    assert 'value="ann"' in text and "not the password" not in text


@pytest.mark.settings(limits="on")
def test_too_many_tries_say_when_to_come_back(zoe, client):
    for _try in range(10):
        log_in(client, "ann", "guess")
    answer = log_in(client)
    assert answer.status_code == 429 and int(answer.headers["Retry-After"]) > 0
    assert 'value="ann"' in answer.text


def test_ending_the_session_row_signs_the_browser_out_at_its_next_request(zoe, client, app):
    log_in(client)
    elsewhere = sign_in(app.test_client(), zoe)
    row = next(row for row in sessions_of(zoe.id) if row.browser != "test")
    assert elsewhere.post(f"/settings/sessions/{row.id}/end").status_code == 303
    assert not is_signed_in(client) and is_signed_in(elsewhere)


def test_signing_out_ends_the_row(zoe, client):
    log_in(client)
    client.post("/logout")
    assert not is_signed_in(client) and sessions_of(zoe.id) == []


def test_signing_out_is_no_link(zoe, client):
    log_in(client)
    assert client.get("/logout").status_code == 405 and is_signed_in(client)


def test_signing_in_gives_a_new_cookie(zoe, client):
    client.get("/login")
    with client.session_transaction() as before:
        before["planted"] = "by an attacker"
    log_in(client)
    with client.session_transaction() as after:
        assert "planted" not in after


def test_stay_signed_in_chooses_how_long_the_row_lives(zoe, client, app, clock):
    stays = app.test_client()
    log_in(client)
    log_in(stays, stays="y")
    clock.advance(hours=13)
    assert not is_signed_in(client) and is_signed_in(stays)


def test_there_is_no_second_remember_me_cookie(zoe, client):
    cookies = log_in(client, stays="y").headers.getlist("Set-Cookie")
    assert [cookie.split("=")[0] for cookie in cookies] == ["huzhu"]


def test_a_suspended_person_signs_in_and_reads_why(zoe, client, mona, clock):
    from datetime import timedelta

    from app.domains.accounts.actions.suspending import suspend

    with transaction():
        suspend(mona, zoe.id, until=clock.now() + timedelta(days=2), reason="Spam in six threads.")
    log_in(client)
    assert "Spam in six threads." in client.get(f"/users/{zoe.id}/ann").text


def test_a_command_line_link_signs_in_by_its_button_once(app, client, ada):
    a_question()
    with transaction():
        token = make_sign_in_link(SYSTEM, ada.id)
    assert "ada" in client.get(f"/login/link/{token}").text
    assert not is_signed_in(client)
    assert client.post(f"/login/link/{token}").location == "/admin/"
    assert "You have no password yet" in client.get("/settings/security").text
    assert app.test_client().post(f"/login/link/{token}").status_code == 404


# --- registering ---


NEW = {"name": "Zoe", "email": "zoe@example.com", "password": PASSWORD}


def test_registering_confirming_and_being_in(app, client, worker):
    answer = client.post("/register", data=NEW)
    assert answer.location == "/check-mail?address=zoe@example.com"
    worker.tick()
    token = token_in(kept_mails()[0], "confirm")
    assert client.get(f"/confirm/{token}").status_code == 200
    assert user_by_email("zoe@example.com").email_confirmed_at is None, "opening the link changes nothing"
    assert client.post(f"/confirm/{token}").status_code == 303
    assert user_by_email("zoe@example.com").email_confirmed_at is not None and is_signed_in(client)


def test_a_taken_address_gets_the_same_answer_as_a_free_one(app, ann):
    def answers(email):
        client = app.test_client()
        answer = client.post("/register", data={**NEW, "name": f"N {email[:3]}", "email": email})
        page = client.get(answer.location)
        return answer.status_code, page.status_code, same_for_all(page.text, email)

    assert answers("ann@example.com") == answers("new@example.com")


def test_what_was_typed_stays_but_the_password(app, client, ann):
    answer = client.post("/register", data={**NEW, "name": "ann"})
    assert answer.status_code == 422
    assert 'value="zoe@example.com"' in answer.text and PASSWORD not in answer.text


def test_an_empty_form_says_what_to_do(client):
    answer = client.post("/register", data={})
    assert answer.status_code == 422 and "A name has 2 to 30 characters." in answer.text


def test_a_used_link_says_so(client):
    answer = client.get("/confirm/no-such-token")
    assert answer.status_code == 404 and "used or is too old" in answer.text


@pytest.mark.settings(limits="on")
def test_the_mail_is_sent_again_twice_an_hour_for_any_address(app, client, ann):
    def statuses(email):
        return [client.post("/check-mail", data={"email": email}).status_code for _time in range(3)]

    assert statuses("ann@example.com") == statuses("nobody@example.com") == [303, 303, 429]


@pytest.mark.settings(demo=True)
def test_the_demonstration_shows_the_mail_it_would_have_sent(app, client, worker):
    client.post("/register", data=NEW)
    worker.tick()
    page = client.get("/check-mail?address=zoe@example.com").text
    preview = client.get(re.search(r"/demo/mail/\d+", page)[0])
    assert "/confirm/" in preview.text
    assert "sandbox" in preview.headers["Content-Security-Policy"]
    assert "script-src" not in preview.headers["Content-Security-Policy"]


def test_elsewhere_kept_mail_is_for_administrators_only(app, client, worker):
    client.post("/register", data=NEW)
    worker.tick()
    mail = kept_mails()[0]
    assert f"/demo/mail/{mail.id}" not in client.get("/check-mail?address=zoe@example.com").text
    assert client.get(f"/demo/mail/{mail.id}").status_code == 404
    assert mail.subject not in client.get("/check-mail/kept?address=zoe@example.com").text


# --- forgotten password ---


def test_a_known_and_an_unknown_address_get_the_same_answer(app, client, ann):
    def answers(email):
        answer = client.post("/login/forgot", data={"email": email})
        return answer.status_code, same_for_all(client.get(answer.location).text, email)

    assert answers("ann@example.com") == answers("nob@example.com")


def test_a_new_password_by_mail(zoe, client, worker, app):
    signed_in = sign_in(app.test_client(), zoe)
    client.post("/login/forgot", data={"email": "ann@example.com"})
    worker.tick()
    path = f"/login/reset/{token_in(kept_mails()[0], 'reset')}"
    assert client.get(path).status_code == 200
    assert client.post(path, data={"password": "short"}).status_code == 422
    assert client.post(path, data={"password": "five quite other new words"}).location == "/login"
    assert not is_signed_in(signed_in)
    assert log_in(client, "ann", "five quite other new words").status_code == 303
    assert client.get(path).status_code == 404


def test_a_host_header_does_not_reach_the_mail(zoe, client, worker):
    client.post("/login/forgot", data={"email": "ann@example.com"}, headers={"Host": "evil.example"})
    worker.tick()
    assert all("evil.example" not in mail.text + mail.html for mail in kept_mails())


# --- settings ---


def test_settings_are_for_members(client):
    for path in ("", "/profile", "/preferences", "/account", "/security", "/sessions", "/tokens", "/export"):
        answer = client.get(f"/settings{path}")
        assert answer.status_code == 303 and answer.location.startswith("/login?next=")


def test_a_profile_is_changed_and_shown(ann, client):
    sign_in(client, ann)
    form = {"name": "Ann Lee", "about": "I *fix* routers."}
    assert client.post("/settings/profile", data=form).status_code == 303
    assert "I <em>fix</em> routers." in client.get(f"/users/{ann.id}/Ann Lee").text


def test_a_refused_profile_keeps_the_text(ann, bob, client):
    sign_in(client, ann)
    answer = client.post("/settings/profile", data={"name": "bob", "about": "Kept text."})
    assert answer.status_code == 422 and "Kept text." in answer.text


def test_the_page_of_a_person_lives_at_one_address(ann, client):
    assert client.get(f"/users/{ann.id}/wrong").location == f"/users/{ann.id}/ann"
    assert client.get(f"/users/{ann.id}").location == f"/users/{ann.id}/ann"
    assert client.get("/users/999999/ann").status_code == 404


def test_a_profile_shows_public_posts_and_no_hidden_ones(ann, bob, client):
    from app.domains.questions.models import Question
    from app.extensions import db

    shown = a_question(by=ann, title="The visible question about routers")
    an_answer(to=shown, by=bob)
    hidden = a_question(by=ann, title="The hidden question about routers")
    with transaction():
        db.session.get_one(Question, hidden.id).hidden = True
    text = client.get(f"/users/{ann.id}/ann").text
    assert "The visible question" in text and "The hidden question" not in text
    assert "The visible question" in client.get(f"/users/{bob.id}/bob").text


def test_what_only_a_fresh_sign_in_may_do_asks_for_the_password_after_half_an_hour(zoe, client, clock):
    log_in(client)
    assert client.get("/settings/tokens").status_code == 200
    clock.advance(minutes=31)
    guarded = [
        ("get", "/settings/tokens"),
        ("get", "/settings/security/second-factor"),
        ("get", "/settings/export.json"),
        ("post", "/settings/security/password"),
        ("post", "/settings/account/address"),
        ("post", "/settings/account/delete"),
    ]
    for method, path in guarded:
        assert getattr(client, method)(path).location.startswith("/login/refresh"), path
    back = client.post("/login/refresh", data={"password": PASSWORD, "next": "/settings/tokens"})
    assert back.location == "/settings/tokens" and client.get("/settings/tokens").status_code == 200


def test_a_wrong_password_does_not_freshen(zoe, client, clock):
    log_in(client)
    clock.advance(minutes=31)
    assert client.post("/login/refresh", data={"password": "not it"}).status_code == 422
    assert client.get("/settings/tokens").status_code == 303


def test_a_changed_password_keeps_this_browser_and_ends_the_others(zoe, client, app):
    elsewhere = sign_in(app.test_client(), zoe)
    log_in(client)
    form = {"current": PASSWORD, "password": "five quite other new words"}
    assert client.post("/settings/security/password", data=form).status_code == 303
    assert is_signed_in(client) and not is_signed_in(elsewhere)


def test_a_token_is_shown_once(ann, client):
    sign_in(client, ann)
    made = client.post("/settings/tokens", data={"name": "script", "scopes": ["read"]}).text
    token = re.search(r"huzhu_[\w-]+", made)[0]
    assert token not in client.get("/settings/tokens").text


def test_a_refused_token_keeps_what_was_typed(ann, client):
    sign_in(client, ann)
    answer = client.post("/settings/tokens", data={"name": "x" * 81, "scopes": ["read"]})
    assert answer.status_code == 422 and "x" * 81 in answer.text


def test_an_address_is_changed_by_the_link_in_the_new_mailbox(zoe, client, worker):
    log_in(client)
    assert client.post("/settings/account/address", data={"email": "ann@new.example.com"}).status_code == 303
    worker.tick()
    path = f"/settings/address/{token_in(kept_mails(recipient='ann@new.example.com')[0], 'change')}"
    assert client.get(path).status_code == 200 and user_by_email("ann@new.example.com") is None
    client.post(path)
    assert user_by_email("ann@new.example.com").id == zoe.id


def test_my_data_holds_what_i_wrote_and_no_secret(zoe, client):
    a_question(by=zoe, title="Everything that I asked about routers")
    log_in(client)
    data = client.get("/settings/export.json").json
    assert data["questions"][0]["title"] == "Everything that I asked about routers"
    assert data["account"]["email"] == "ann@example.com" and "hash" not in str(data)


def test_an_account_is_deleted_after_two_confirmations(zoe, client):
    log_in(client)
    assert client.post("/settings/account/delete", data={"password": PASSWORD}).status_code == 422
    assert client.post("/settings/account/delete", data={"password": "no", "sure": "y"}).status_code == 422
    assert client.post("/settings/account/delete", data={"password": PASSWORD, "sure": "y"}).status_code == 303
    assert user_by_id(zoe.id).anonymised_at is not None and not is_signed_in(client)


def test_a_guest_chooses_language_and_theme_by_cookie_and_a_member_by_account(ann, client):
    client.post("/settings/language", data={"language": "zh", "next": "/login"})
    client.post("/settings/theme", data={"theme": "dark"})
    page = client.get("/login").text
    assert 'lang="zh-Hans"' in page and 'data-theme="dark"' in page
    sign_in(client, ann)
    client.post("/settings/language", data={"language": "zh"})
    assert user_by_id(ann.id).language == "zh"


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
def test_the_language_switch_leads_nowhere_else(client, elsewhere):
    answer = client.post("/settings/language", data={"language": "zh", "next": elsewhere})
    assert answer.location == "/"


def test_an_unknown_language_or_theme_changes_nothing(ann, client):
    sign_in(client, ann)
    client.post("/settings/language", data={"language": "tlh"})
    client.post("/settings/theme", data={"theme": "<b>"})
    assert (user_by_id(ann.id).language, user_by_id(ann.id).theme) == ("en", "auto")


# --- second factor ---


def test_signing_in_takes_a_second_step_where_there_is_one(zoe, client, app, clock):
    log_in(client)
    set_up_app(client, clock, zoe)
    other = app.test_client()
    assert log_in(other, next="/tags").location == "/login/code"
    assert not is_signed_in(other)
    clock.advance(seconds=30)
    assert other.post("/login/code", data={"code": "000000"}).status_code == 422
    assert other.post("/login/code", data={"code": code_of(clock, zoe)}).location == "/tags"
    assert is_signed_in(other)


def test_a_code_that_was_used_in_another_browser_is_refused(zoe, client, app, clock):
    log_in(client)
    set_up_app(client, clock, zoe)
    clock.advance(seconds=30)
    code = code_of(clock, zoe)
    first, second = app.test_client(), app.test_client()
    log_in(first)
    log_in(second)
    assert first.post("/login/code", data={"code": code}).status_code == 303
    assert second.post("/login/code", data={"code": code}).status_code == 422


def test_a_recovery_code_signs_in_once(zoe, client, app, clock):
    log_in(client)
    code = set_up_app(client, clock, zoe)[0]
    first, second = app.test_client(), app.test_client()
    log_in(first)
    log_in(second)
    assert first.post("/login/code", data={"code": code}).status_code == 303
    assert second.post("/login/code", data={"code": code}).status_code == 422


def test_the_second_step_waits_ten_minutes_and_does_not_survive_a_new_password(zoe, client, app, clock):
    log_in(client)
    set_up_app(client, clock, zoe)
    late, changed = app.test_client(), app.test_client()
    log_in(late)
    log_in(changed)
    assert changed.get("/login/code").status_code == 200
    with transaction():
        user_by_id(zoe.id).password_hash = "$argon2id$another"
    assert changed.get("/login/code").location == "/login"
    clock.advance(minutes=11)
    assert late.get("/login/code").location == "/login"


def test_without_a_password_there_is_no_second_step(client):
    assert client.get("/login/code").location == "/login"


@pytest.mark.settings(require_second_factor=True)
def test_staff_without_a_second_factor_are_led_to_set_it_up_and_then_work(app, client, clock):
    stan = give_password(a_person("stan", role="agent"))
    a_product()
    assert log_in(client, "stan").location == "/settings/security/second-factor"
    assert "Your role needs it" in client.get("/settings/security/second-factor").text
    assert client.get("/tags").location == "/settings/security/second-factor"
    assert client.post("/tags/wifi/follow").status_code == 403
    set_up_app(client, clock, stan)
    assert client.get("/tags").status_code == 200


@pytest.mark.settings(require_second_factor=True)
def test_a_member_who_becomes_staff_signs_in_again_and_is_led_there(app, client, ada, zoe):
    log_in(client)
    with transaction():
        grant_role(SYSTEM, zoe.id, "agent")
    assert not is_signed_in(client)
    assert log_in(client).location == "/settings/security/second-factor"


def test_the_second_factor_can_be_turned_off_with_a_code(zoe, client, clock):
    log_in(client)
    codes = set_up_app(client, clock, zoe)
    assert client.post("/settings/security/second-factor/off", data={"code": "1"}).status_code == 422
    assert client.post("/settings/security/second-factor/off", data={"code": codes[0]}).status_code == 303
    assert not actor_by_id(zoe.id).has_second_factor


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_settings_page_is_shown(ann, client, language):
    sign_in(client, ann)
    client.post("/settings/language", data={"language": language})
    for path in ("profile", "account", "security", "sessions", "tokens", "export", "security/second-factor"):
        answer = client.get(f"/settings/{path}")
        assert answer.status_code == 200 and "<h1" in answer.text, path
