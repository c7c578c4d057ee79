import re

import pytest

from app.domains.accounts.actions.recovering import ask_for_reset
from app.domains.accounts.actor import GUEST
from app.domains.accounts.queries import actor_by_id, appointed_for, team_of, user_by_id
from app.domains.escalation.queries import policies_of
from app.domains.products.queries import hours_of, kind_rules, product_by_slug
from app.kernel.clock import now
from app.kernel.jobs import JobState, counts, enqueue, jobs_page
from app.kernel.limits import Limit
from app.kernel.mail import kept_mails, send_promised
from app.kernel.settings import SITE_NAME, SITE_TIMEZONE, Setting
from app.kernel.transaction import transaction
from tests.conftest import sign_in
from tests.factories import a_person, a_product, a_question

PAGES = ("", "users", "settings", "products", "products/new", "mail", "jobs", "events")
NEW = {
    "name": "Mesh Router",
    "slug": "mesh",
    "description": "It meshes.",
    "timezone": "Europe/Berlin",
    "calendar": "office",
    "peer": "2h",
    "first": "30m",
    "levels": "3",
}


@pytest.fixture
def admin(client, ada):
    return sign_in(client, ada)


def failed_job():
    with transaction():
        job_id = enqueue(send_promised, {"mail": {}})
        job = next(job for job in jobs_page(None) if job.id == job_id)
        job.state, job.last_error, job.finished_at = JobState.FAILED, "SMTPServerDisconnected()", now()
    return job_id


# --- the door ---


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("who", ["ann", "eve", "stan", "lena", "mona", "pat"])
def test_administration_is_for_administrators(request, client, page, who):
    sign_in(client, request.getfixturevalue(who))
    assert client.get(f"/admin/{page}").status_code == 403


@pytest.mark.parametrize("page", PAGES)
def test_a_visitor_is_asked_to_sign_in(client, page):
    assert client.get(f"/admin/{page}").location.startswith("/login?next=")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_page_is_shown(admin, ada, language):
    with transaction():
        user_by_id(ada.id).language = language
    a_question()
    failed_job()
    for page in (*PAGES, f"users/{ada.id}", f"products/{a_product().id}"):
        answer = admin.get(f"/admin/{page}")
        assert answer.status_code == 200 and "<h1" in answer.text, page


# --- health and mail ---


def test_an_empty_forum_names_its_administrators_first_steps(admin, ann):
    page = admin.get("/admin/").text
    assert "First steps" in page and 'href="/settings/security"' in page and 'href="/admin/setup"' in page

    a_question(by=ann)
    assert "First steps" not in admin.get("/admin/").text


def test_health_says_that_mail_is_not_set_up_and_how(admin):
    text = admin.get("/admin/").text
    assert "SMTP_URL=smtp://" in text and "Send a test mail" in text


def test_health_says_that_the_worker_is_away_until_it_works(admin, worker, clock):
    assert "The worker has not been heard of yet" in admin.get("/admin/").text
    worker.tick()
    assert "The worker is at work" in admin.get("/admin/").text
    clock.advance(minutes=10)
    assert "The worker was last heard of" in admin.get("/admin/").text


def test_a_test_mail_is_kept_where_no_server_is_set(admin):
    admin.post("/admin/mail/test")
    assert kept_mails()[0].recipient == "ada@example.com"


@pytest.mark.settings(smtp_url="smtp://127.0.0.1:1")
def test_a_test_mail_says_what_went_wrong(admin):
    admin.post("/admin/mail/test")
    assert "The mail server did not take the message" in admin.get("/admin/mail").text


def test_a_kept_mail_is_shown_with_text_headers_and_harmless_html(admin, ann, worker):
    with transaction():
        ask_for_reset(GUEST, "ann@example.com", from_address="")
    worker.tick()
    mail = kept_mails()[0]
    page = admin.get(f"/admin/mail/{mail.id}").text
    assert "Message-ID" in page and "/login/reset/" in page
    html = admin.get(f"/admin/mail/{mail.id}/html")
    policy = html.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "sandbox" in policy and "script-src" not in policy
    assert html.mimetype == "text/html" and "/login/reset/" in html.text
    assert admin.get("/admin/mail/999").status_code == 404


def test_mails_are_found_by_address(admin, ann, bob, worker):
    for name in ("ann", "bob"):
        with transaction():
            ask_for_reset(GUEST, f"{name}@example.com", from_address="")
    worker.tick()
    text = admin.get("/admin/mail?to=bob@example.com").text
    assert '<td data-label="To">bob@example.com' in text and "ann@example.com" not in text


# --- settings ---


def test_every_declared_setting_can_be_changed(admin):
    text = admin.get("/admin/settings").text
    for name in Setting.DECLARED:
        assert f'name="{name}"' in text, name


def test_every_group_of_settings_has_a_name_in_the_language_of_the_reader(admin):
    headings = re.findall(r"<h2>([^<]*)</h2>", admin.get("/admin/settings", headers={"Accept-Language": "zh"}).text)
    assert set(headings) & {name.split(".")[0] for name in Setting.DECLARED} <= {"tests"}


def test_a_changed_setting_counts(admin):
    admin.post("/admin/settings", data={"site.name": "Ask us"})
    assert SITE_NAME.value() == "Ask us" and "Ask us" in admin.get("/questions").text


def test_a_wrong_value_is_refused_whole_and_stays_in_the_form(admin):
    form = {"site.name": "Ask us", "site.timezone": "Mars/Olympus", "limits.sign_up": "often"}
    answer = admin.post("/admin/settings", data=form)
    assert answer.status_code == 422 and 'value="Mars/Olympus"' in answer.text and 'value="often"' in answer.text
    assert (SITE_NAME.value(), SITE_TIMEZONE.value()) == ("Huzhu 互助", "Asia/Shanghai")


def test_a_changed_limit_counts_at_once(admin):
    admin.post("/admin/settings", data={"limits.sign_up": "7/hour"})
    sign_up = Limit("sign_up", Setting.DECLARED["limits.sign_up"])
    assert [window.amount for window in sign_up.windows()] == [7]


def test_an_unknown_setting_is_no_setting(admin):
    assert admin.post("/admin/settings", data={"secret.door": "open"}).status_code == 303
    assert "secret.door" not in Setting.DECLARED


def test_changing_settings_asks_for_a_fresh_sign_in(admin, clock):
    clock.advance(minutes=31)
    assert admin.post("/admin/settings", data={"site.name": "x"}).location.startswith("/login/refresh")


# --- jobs and events ---


def test_a_failed_job_is_shown_and_tried_again(admin):
    job_id = failed_job()
    assert "SMTPServerDisconnected()" in admin.get("/admin/jobs?state=failed").text
    admin.post(f"/admin/jobs/{job_id}/retry")
    assert counts()["failed"] == 0


def test_all_failed_jobs_are_tried_again(admin):
    failed_job(), failed_job()
    admin.post("/admin/jobs/retry")
    assert counts()["failed"] == 0


def test_events_are_filtered_and_paged(admin):
    for _question in range(3):
        a_question()
    assert "QuestionAsked" in admin.get("/admin/events?kind=QuestionAsked").text
    rows = re.findall(r'<td data-label="Event"><span>(\w+)', admin.get("/admin/events?kind=QuestionAsked").text)
    assert rows == ["QuestionAsked"] * 3
    assert admin.get("/admin/events?kind=<b>").status_code == 200
    assert admin.get("/admin/events?after=nonsense").status_code == 422


def test_events_have_a_next_page(admin):
    for number in range(60):
        a_person(f"number {number} of many")
    first = admin.get("/admin/events").text
    following = re.search(r'href="(/admin/events\?[^"]*after=[^"]+)" rel="next"', first)[1].replace("&amp;", "&")
    ids = [set(re.findall(r"#(\d+)</span>", admin.get(page).text)) for page in ("/admin/events", following)]
    assert len(ids[0]) == 100 and ids[1] and not ids[0] & ids[1]


# --- people ---


def test_people_are_found_by_name_and_by_address(admin, ann, bob):
    assert "ann@example.com" in admin.get("/admin/users?q=an").text
    assert "bob@example.com" not in admin.get("/admin/users?q=ann@ex").text
    assert "Nobody is found" in admin.get("/admin/users?q=%25").text


def test_a_role_with_a_team_is_given(admin, ann):
    product = a_product()
    answer = admin.post(f"/admin/users/{ann.id}/role", data={"role": "agent", "team": [str(product.id)]})
    assert answer.status_code == 303
    assert actor_by_id(ann.id).role == "agent" and team_of(product.id) == [ann.id]


def test_the_last_administrator_is_told_why_not(admin, ada):
    answer = admin.post(f"/admin/users/{ada.id}/role", data={"role": "member"})
    assert answer.status_code == 422 and "only administrator" in answer.text


@pytest.mark.parametrize(
    "form", [{"role": "emperor"}, {}, {"role": "agent", "team": "x"}, {"role": "agent", "team": "999"}]
)
def test_a_broken_role_form_breaks_nothing(admin, ann, form):
    assert admin.post(f"/admin/users/{ann.id}/role", data=form).status_code in (303, 422)
    assert actor_by_id(ann.id).team == frozenset()


def test_roles_ask_for_a_fresh_sign_in(admin, ann, clock):
    clock.advance(minutes=31)
    assert admin.post(f"/admin/users/{ann.id}/role", data={"role": "agent"}).location.startswith("/login/refresh")


def test_a_person_is_suspended_with_a_reason_and_let_back(admin, ann):
    refused = admin.post(f"/admin/users/{ann.id}/suspend", data={"days": "0", "reason": "Kept text"})
    assert refused.status_code == 422 and "Kept text" in refused.text
    admin.post(f"/admin/users/{ann.id}/suspend", data={"days": "7", "reason": "Spam"})
    assert user_by_id(ann.id).suspended_until > now()
    admin.post(f"/admin/users/{ann.id}/lift")
    assert user_by_id(ann.id).suspended_until is None


@pytest.mark.parametrize("days", ["-5", "99999999999999999999", "soon", ""])
def test_odd_numbers_of_days_are_no_error_of_ours(admin, ann, days):
    assert admin.post(f"/admin/users/{ann.id}/suspend", data={"days": days, "reason": "x"}).status_code in (303, 422)


def test_an_expert_is_appointed_and_withdrawn(admin, ann):
    product = a_product()
    admin.post(f"/admin/users/{ann.id}/appoint", data={"product": product.id})
    assert appointed_for(product.id) == [ann.id]
    admin.post(f"/admin/users/{ann.id}/appoint", data={"product": product.id, "withdraw": "1"})
    assert appointed_for(product.id) == []


def test_a_lost_second_factor_is_taken_off_by_an_administrator(admin, ann):
    with transaction():
        user_by_id(ann.id).totp_secret, user_by_id(ann.id).totp_confirmed_at = "JBSWY3DPEHPK3PXP", now()
    admin.post(f"/admin/users/{ann.id}/second-factor-off")
    assert not actor_by_id(ann.id).has_second_factor


def test_nobody_is_nobody(admin):
    assert admin.get("/admin/users/999").status_code == 404
    assert admin.post("/admin/users/999/role", data={"role": "agent"}).status_code == 404


# --- products ---


def test_a_new_product_has_its_promise_from_the_first_moment(admin):
    answer = admin.post("/admin/products/new", data=NEW)
    product = product_by_slug("mesh")
    assert answer.location == f"/admin/products/{product.id}"
    policy, levels = policies_of(product.id)[0]
    assert (policy.peer_seconds, policy.first_reply_seconds, len(levels)) == (7200, 1800, 3)
    assert hours_of(product.calendar_id).timezone == "Europe/Berlin"
    assert "Our promise" in admin.get("/products/mesh").text


@pytest.mark.parametrize(
    "wrong",
    [{"slug": "No Way"}, {"name": ""}, {"peer": "soon"}, {"timezone": "Mars"}, {"levels": "99"}, {"levels": "-1"}],
)
def test_a_refused_product_keeps_what_was_typed_and_leaves_nothing(admin, wrong):
    answer = admin.post("/admin/products/new", data=NEW | wrong)
    assert answer.status_code == 422 and "It meshes." in answer.text
    assert admin.get("/products/mesh").status_code == 404


def test_words_and_place_of_a_product_are_changed(admin):
    product = a_product()
    form = {"name": "New name", "description": "New words.", "position": "4", "base_version": "1"}
    assert admin.post(f"/admin/products/{product.id}", data=form).status_code == 303
    stale = admin.post(f"/admin/products/{product.id}", data=form | {"description": "Kept text."})
    assert stale.status_code == 409 and "Kept text." in stale.text
    assert "New words." in admin.get("/products/mesh").text


def test_hours_are_typed_as_text(admin):
    product = a_product()
    form = {"timezone": "Asia/Shanghai", "weekday_0": "10:00-16:00", "holidays": "2026-10-01 国庆节"}
    assert admin.post(f"/admin/products/{product.id}/calendar", data=form).status_code == 303
    hours = hours_of(product.calendar_id)
    assert hours.weekly[0] == ((600, 960),) and len(hours.holidays) == 1


def test_wrong_hours_are_shown_at_their_day(admin):
    product = a_product()
    form = {"timezone": "Asia/Shanghai", "weekday_2": "16:00-10:00"}
    answer = admin.post(f"/admin/products/{product.id}/calendar", data=form)
    assert answer.status_code == 422 and 'href="#weekday_2">Wednesday</a>: It closes before it opens.' in answer.text


def test_the_promise_is_changed_and_running_deadlines_follow(admin, worker):
    question = a_question()
    worker.tick()
    product = a_product()
    form = {"peer": "1h", "first": "2h", "next_reply": "1d", "resolution": "3d", "ladder": "30m, 1h"}
    assert admin.post(f"/admin/products/{product.id}/promise", data=form).status_code == 303
    policy, levels = policies_of(product.id)[0]
    assert policy.peer_seconds == 3600 and [level.after_seconds for level in levels] == [0, 1800, 3600]
    worker.tick()
    from app.domains.escalation.queries import promise_of

    assert (promise_of(question).due_at - question.created_at).total_seconds() == 3600


def test_a_promise_that_is_no_time_is_refused(admin):
    product = a_product()
    form = {"peer": "soon", "first": "2h", "next_reply": "", "resolution": "3d", "ladder": "x"}
    answer = admin.post(f"/admin/products/{product.id}/promise", data=form)
    assert answer.status_code == 422 and 'value="soon"' in answer.text


def test_a_team_an_expert_and_the_rules_for_kinds(admin, stan, ann):
    product = a_product()
    admin.post(f"/admin/products/{product.id}/team", data={"team": [str(stan.id)]})
    assert stan.id in team_of(product.id)
    admin.post(f"/products/{product.slug}/experts", data={"name": "ann"})
    assert appointed_for(product.id) == [ann.id]
    admin.post(f"/products/{product.slug}/experts", data={"name": "nobody at all"})
    admin.post(f"/products/{product.slug}/experts", data={"withdraw": str(ann.id)})
    assert appointed_for(product.id) == []
    admin.post(f"/admin/products/{product.id}/kinds", data={"private_complaint": "1", "skips_complaint": "1"})
    assert kind_rules(product.id)["complaint"].skips_peer_window


def test_a_member_in_a_team_is_refused(admin, ann):
    product = a_product()
    assert admin.post(f"/admin/products/{product.id}/team", data={"team": [str(ann.id)]}).status_code == 422
