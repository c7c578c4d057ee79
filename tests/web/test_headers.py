"""What every answer carries, errors, files and refusals too; the session's cookie; the names of the forum."""

import re

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from app import create_app
from app.domains.accounts.queries import sessions_of
from app.extensions import db
from app.kernel.mail import kept_mails
from tests.conftest import settings_for, sign_in
from tests.factories import a_person, a_question
from tests.web.access_matrix import ARGUMENTS

DIRECTIVES = {
    "default-src": "'none'", "script-src": "'self'", "style-src": "'self'", "img-src": "'self' data: blob:",
    "font-src": "'self'", "connect-src": "'self'", "manifest-src": "'self'", "worker-src": "'self'",
    "form-action": "'self'", "base-uri": "'none'", "frame-ancestors": "'none'", "object-src": "'none'",
}  # fmt: skip
OTHERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}
# A mail shown in the administration is somebody else's HTML: it gets less than a page, never more.
OWN_POLICY = {"admin.mail_html", "accounts.demo_mail"}


def complaints(answer: TestResponse, *, own_policy: bool = False) -> list[str]:
    """What is missing."""
    headers = answer.headers
    wrong = [f"{name}: {headers.get(name)}" for name, value in OTHERS.items() if headers.get(name) != value]
    if not headers.get("Permissions-Policy", "").startswith("camera=(), microphone=(), geolocation=()"):
        wrong.append("Permissions-Policy")
    parts = (part.strip().partition(" ") for part in headers.get("Content-Security-Policy", "").split(";"))
    policy = {name: value for name, _space, value in parts}
    if policy != DIRECTIVES and not (own_policy and policy.get("default-src") == "'none'"):
        wrong.append(f"Content-Security-Policy: {policy}")
    if not answer.headers.get("Cache-Control"):
        wrong.append("Cache-Control")
    return wrong


def addresses(app: Flask) -> list[tuple[str, str, str]]:
    """(method, endpoint, address) of every route and of the files."""
    question = a_question()
    values = {"question_id": question.id, "slug": question.slug, "filename": "css/page.css", "name": "wren"}
    values["kind"] = "tag"
    found = []
    for rule in app.url_map.iter_rules():
        given = values | ARGUMENTS.get(rule.endpoint.split(".")[0], {})
        path = re.sub(r"<(?:[^:<>]+:)?(\w+)>", lambda match, given=given: str(given.get(match[1], 1)), rule.rule)
        found += [(method, rule.endpoint, path) for method in sorted(rule.methods or set())]
    return found


@pytest.mark.parametrize("role", [None, "admin"])
def test_every_answer_of_every_route_carries_them(app, role):
    wrong, known = [], addresses(app)
    person = a_person("the one", role=role) if role else None
    for method, endpoint, path in known:
        client = app.test_client()
        answer = (sign_in(client, person) if person and method != "OPTIONS" else client).open(path, method=method)
        for line in complaints(answer, own_policy=endpoint in OWN_POLICY):
            wrong.append(f"{method} {path} ({answer.status_code}): {line}")
        file = endpoint in ("static", "sheets.show")
        if person and method == "GET" and not file and "no-store" not in answer.headers["Cache-Control"]:
            wrong.append(f"{path} of a session may be kept: {answer.headers['Cache-Control']}")
    assert not wrong, "\n".join(wrong)
    assert len(known) > 200


@pytest.mark.parametrize(("method", "path", "more", "status"), [
    ("GET", "/nothing/here", {}, 404),
    ("GET", "/static/nothing.css", {}, 404),
    ("GET", "/static/../config.py", {}, 404),
    ("DELETE", "/questions", {}, 405),
    ("GET", "/questions?after=nonsense", {}, 422),
    ("POST", "/questions/ask", {"data": {"body": "x" * 3_000_000}}, 413),
    ("GET", "/api/v1/nothing", {}, 404),
    ("POST", "/api/v1/questions", {}, 401),
])  # fmt: skip
def test_every_refusal_carries_them(client, method, path, more, status):
    answer = client.open(path, method=method, **more)
    assert answer.status_code == status and not complaints(answer)


@pytest.mark.parametrize("path", ["/help", "/api/v1/products"])
def test_a_fault_of_ours_carries_them_and_says_nothing_of_itself(app, client, monkeypatch, path):
    app.config["PROPAGATE_EXCEPTIONS"] = False

    def broken(**_arguments):
        raise RuntimeError("a secret of the program")

    for name in ("help.index", "api.list_products"):
        monkeypatch.setitem(app.view_functions, name, broken)
    answer = client.get(path)
    assert answer.status_code == 500 and not complaints(answer) and "secret" not in answer.text


def test_a_form_without_its_token_is_refused_and_carries_them(app, client, ann):
    app.config["WTF_CSRF_ENABLED"] = True
    sign_in(client, ann)
    answer = client.post("/settings/profile", data={"name": "mallory"})
    assert answer.status_code == 400 and not complaints(answer)
    assert client.post("/settings/profile", headers={"Sec-Fetch-Site": "same-origin"}).status_code == 400


@pytest.mark.parametrize("sent", [
    {}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example"},
    {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site", "Origin": "http://127.0.0.1:5000"},
])  # fmt: skip
def test_no_other_site_sends_a_form_of_a_visitor(app, client, sent):
    app.config["WTF_CSRF_ENABLED"] = True
    assert client.post("/login", data={"login": "ann", "password": "x"}, headers=sent).status_code == 400
    own = client.post("/login", data={"login": "ann", "password": "x"}, headers={"Sec-Fetch-Site": "same-origin"})
    assert own.status_code == 422


def cookie_of(app: Flask) -> str:
    """The session's cookie as a browser is given it."""
    scheme = "https" if app.config["SESSION_COOKIE_SECURE"] else "http"
    answer = app.test_client().get("/login", base_url=f"{scheme}://{app.config['SERVER_NAME']}")
    [cookie] = [each for each in answer.headers.getlist("Set-Cookie") if "huzhu=" in each]
    return cookie


def test_the_cookie_of_a_session_is_for_no_script_and_no_other_site(app):
    parts = {part.strip() for part in cookie_of(app).split(";")}
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= parts and not any(part.startswith("Domain") for part in parts)


@pytest.mark.settings(base_url="https://forum.example.com")
def test_behind_tls_the_cookie_is_bound_to_the_host_and_to_tls(app):
    name, _equals, rest = cookie_of(app).partition("=")
    assert name == "__Host-huzhu"
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= {part.strip() for part in rest.split(";")}


@pytest.mark.settings(base_url="https://forum.example.com")
@pytest.mark.parametrize("host", [
    "evil.example", "forum.example.com.evil.example", "evilforum.example.com", "sub.forum.example.com",
    "forum.example.com@evil.example", "127.0.0.1",
])  # fmt: skip
def test_under_a_foreign_name_nothing_is_answered(app, host):
    for path in ("/", "/login/forgot", "/api/v1/questions", "/healthz"):
        answer = app.test_client().get(path, headers={"Host": host})
        assert answer.status_code == 400 and "evil" not in answer.text and not complaints(answer)


@pytest.mark.settings(base_url="https://forum.example.com")
def test_the_link_for_a_new_password_leads_here_whatever_a_request_says(app, worker):
    a_person("ann")
    said = {"X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example", "X-Host": "evil.example"}
    sent = app.test_client().post("/login/forgot", data={"email": "ann@example.com"}, headers=said,
                                  base_url="https://forum.example.com")  # fmt: skip
    worker.tick()
    [mail] = [each for each in kept_mails() if "/login/reset/" in each.text]
    assert sent.status_code == 303 and "https://forum.example.com/login/reset/" in mail.text
    assert "evil" not in mail.text + mail.html


def test_more_names_are_those_that_the_engineer_wrote_down(tmp_path):
    names = "forum.example.com,help.local"
    app = create_app(settings_for(tmp_path, base_url="https://forum.example.com", trusted_hosts=names))
    with app.app_context():
        db.create_all()
        answers = {host: app.test_client().get("/healthz", headers={"Host": host}).status_code
                   for host in ("forum.example.com", "help.local", "evil.example")}  # fmt: skip
        db.engine.dispose()
    assert answers == {"forum.example.com": 200, "help.local": 200, "evil.example": 400}


def test_what_a_page_asks_in_the_background_leaves_the_cookie_alone(client, ann):
    """Else an answer that was begun before a form was sent takes its "Your question is published" along."""
    sign_in(client, ann)
    client.get("/questions")
    for path in ("/events", "/questions", "/inbox"):
        assert "Set-Cookie" not in client.get(path).headers, path


def test_the_cookie_does_not_change_as_the_sign_in_grows_old(client, ann, clock):
    sign_in(client, ann)
    client.get("/questions")
    for minutes in (10, 40):
        clock.advance(minutes=minutes)
        assert "Set-Cookie" not in client.get("/questions").headers, minutes
    assert sessions_of(ann.id)[0].seen_at == clock.now()
