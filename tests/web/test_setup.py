"""A new administrator is led through name, products, mail, team and promises; each step may wait."""

import re

import pytest

from app.domains.accounts.models import Role, User
from app.domains.accounts.setup_steps import STEPS, steps_done
from app.domains.escalation.queries.terms import terms_of
from app.domains.products.queries import product_by_slug
from app.extensions import db
from app.kernel.mail import kept_mails
from app.kernel.settings import SITE_LANGUAGE, SITE_NAME
from app.web.landing import landing_url
from tests.conftest import sign_in
from tests.factories import a_product, a_question

COLLEAGUE = {"name": "Kim", "email": "kim@example.com", "role": "agent", "language": "zh-Hant"}
PRODUCT = {"name": "Mesh Router", "slug": "router", "timezone": "Europe/Berlin", "calendar": "office", "peer": "2h",
           "first": "30m", "levels": "2"}  # fmt: skip


@pytest.fixture
def admin(client, ada):
    return sign_in(client, ada)


def user_named(name):
    return db.session.query(User).filter_by(name=name).one_or_none()


def the_invitation():
    (mail,) = [mail for mail in kept_mails() if mail.key.startswith("accounts:invited")]
    assert mail.recipient == "kim@example.com"
    return mail


def test_a_new_forum_leads_its_administrator_into_the_guide(app, admin, ada, ann):
    with app.test_request_context():
        assert landing_url(ada) == "/admin/setup"
    assert admin.get("/admin/setup").location == "/admin/setup/name"
    a_question(by=ann)
    with app.test_request_context():
        assert landing_url(ada) == "/admin/"


def test_the_whole_way_without_a_script(admin, worker, app, ada):
    product = a_product()
    assert admin.post("/admin/setup/name", data={"name": "Ask Acme", "language": "zh"}).location.endswith("/products")
    assert (SITE_NAME.value(), SITE_LANGUAGE.value()) == ("Ask Acme", "zh")
    assert admin.post("/admin/setup/products", data=PRODUCT).location.endswith("/products")
    assert "Mesh Router" in admin.get("/admin/setup/products").text
    assert admin.post("/admin/setup/mail").location.endswith("/team")
    assert admin.post("/admin/setup/team", data=COLLEAGUE).location.endswith("/team")
    assert "Kim" in admin.get("/admin/setup/team").text
    products = (product.id, product_by_slug("router").id)
    both = {f"{name}_{each}": "90m" for name in ("peer", "first") for each in products}
    assert admin.post("/admin/setup/policy", data=both).status_code == 303
    assert terms_of(product_by_slug("router").id).peer_seconds == 5400
    assert steps_done() == list(STEPS)
    assert admin.post("/admin/setup/finish").location == "/admin/"
    with app.test_request_context():
        assert landing_url(ada) == "/admin/"


@pytest.mark.parametrize("step", STEPS)
def test_each_step_may_be_passed_over_and_come_back_to(admin, step):
    a_product()
    admin.post(f"/admin/setup/{step}", data={"skip": "1"})
    assert steps_done() == [step]
    page = admin.get(f"/admin/setup/{step}").text
    assert re.search(rf'class="setup-done"><a href="/admin/setup/{step}" aria-current="step"', page)
    assert SITE_NAME.value() == SITE_NAME.default


def test_what_is_wrong_keeps_what_was_typed(admin):
    product = a_product()
    long = "x" * 61
    page = admin.post("/admin/setup/name", data={"name": long, "language": "en"})
    assert page.status_code == 422 and long in page.text
    page = admin.post("/admin/setup/team", data=COLLEAGUE | {"email": "nobody"})
    assert page.status_code == 422 and "Kim" in page.text and user_named("Kim") is None
    page = admin.post("/admin/setup/policy", data={f"peer_{product.id}": "soon", f"first_{product.id}": "1h"})
    assert page.status_code == 422 and "soon" in page.text
    assert steps_done() == []


def test_the_invited_come_in_by_the_link_of_their_mail_once(admin, worker, app):
    admin.post("/admin/setup/team", data=COLLEAGUE)
    worker.tick()
    kim = user_named("Kim")
    assert (kim.role, kim.email_confirmed_at, kim.language) == (Role.AGENT, None, "zh-Hant")
    mail = the_invitation()
    assert 'lang="zh-Hant"' in mail.html
    path = re.search(r"http://[^/]+(/login/link/\S+)", mail.text)[1]

    colleague = app.test_client()
    assert colleague.post(path).status_code == 303
    assert colleague.get("/staff/queue").status_code == 200
    assert user_named("Kim").email_confirmed_at is not None
    assert app.test_client().post(path).status_code == 404


def test_a_link_of_last_month_brings_nobody_in(admin, worker, app, clock):
    admin.post("/admin/setup/team", data=COLLEAGUE)
    worker.tick()
    path = re.search(r"http://[^/]+(/login/link/\S+)", the_invitation().text)[1]
    clock.advance(days=8)
    assert app.test_client().post(path).status_code == 404


def test_an_address_that_has_an_account_is_not_invited(admin, ann):
    email = db.session.get_one(User, ann.id).email
    page = admin.post("/admin/setup/team", data=COLLEAGUE | {"email": email})
    assert page.status_code == 422 and "There is an account with this address already" in page.text
    assert db.session.get_one(User, ann.id).role == Role.MEMBER


@pytest.mark.parametrize("role", ["member", "king", ""])
def test_nobody_is_invited_into_a_role_that_is_none_of_the_team(admin, role):
    assert admin.post("/admin/setup/team", data=COLLEAGUE | {"role": role}).status_code == 422
    assert user_named("Kim") is None


@pytest.mark.parametrize("who", ["ann", "stan", "lena", "mona", "pat"])
def test_only_administrators_set_up_and_invite(request, client, who):
    sign_in(client, request.getfixturevalue(who))
    assert client.get("/admin/setup/team").status_code == 403
    assert client.post("/admin/setup/team", data=COLLEAGUE).status_code == 403
    assert user_named("Kim") is None
