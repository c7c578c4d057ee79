"""Pages for visitors are kept, and are never a change behind; pages of a session are kept by nobody."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.domains.accounts.actions.profiles import Profile, edit_profile
from app.domains.accounts.actions.roles import grant_role
from app.domains.escalation.models import Case
from app.domains.feedback.actions.labelling import label_post
from app.domains.questions.actions import accepting, answering, asking, hiding
from app.domains.questions.models import Answer, Question
from app.extensions import db
from app.kernel import settings
from app.kernel.freshness import content_version
from app.kernel.transaction import transaction
from app.web.page_cache import KEPT, Shelf
from tests.conftest import sign_in, statements
from tests.factories import a_comment, a_person, a_question, a_vote, an_answer

pytestmark = pytest.mark.filterwarnings("error::sqlalchemy.exc.SAWarning")

VERSION = 1
"""Statements of a kept page: the version of the content, which SQLite's file is asked for without a session."""


@pytest.fixture
def thread(app, worker, ann, bob):
    question = a_question(by=ann, title="The router drops the connection", tags=("wifi",))
    answer = an_answer(to=question, by=bob, body="Restart the router once, please.")
    worker.tick()
    return question.id, answer.id


def path_of(thread):
    return f"/questions/{thread[0]}/{db.session.get(Question, thread[0]).slug}"


def visit(app, path):
    """As somebody who comes for the first time: without a cookie."""
    answer = app.test_client().get(path)
    assert answer.status_code == 200
    return answer


def is_kept(app, path):
    with statements() as asked:
        visit(app, path)
    return len(asked) <= VERSION


@pytest.mark.parametrize("path", ["/", "/questions", "/tags", "/products", "/leaderboard", "/help", "thread"])
def test_the_second_visitor_costs_one_statement(app, thread, path):
    path = path_of(thread) if path == "thread" else path
    first = visit(app, path)
    with statements() as asked:
        second = visit(app, path)

    assert len(asked) <= VERSION
    assert second.text == first.text
    assert second.headers["Cache-Control"] == "private, no-store"
    assert "Set-Cookie" not in second.headers and "csrf_token" not in second.text


def changing(change):
    def inside(app, thread, **cast):
        with transaction():
            change(db.session.get(Question, thread[0]), db.session.get(Answer, thread[1]), **cast)

    return inside


BOBBY = Profile("bobby", "")
CHANGES = {
    "an answer": lambda app, thread, **_: an_answer(to=db.session.get(Question, thread[0]), by=a_person("zoe")),
    "a comment": lambda app, thread, **_: a_comment(on=db.session.get(Question, thread[0])),
    "a vote": lambda app, thread, **_: a_vote(on=db.session.get(Answer, thread[1]), by=a_person("voter")),
    "an edit": changing(
        lambda question, answer, bob, **_: answering.edit_answer(bob, answer, "Pull the plug.", base_version=1)
    ),
    "acceptance": changing(lambda question, answer, ann, **_: accepting.accept_answer(ann, question, answer)),
    "closing": changing(lambda question, answer, ann, **_: asking.close_question(ann, question, "unclear")),
    "a hidden answer": changing(lambda question, answer, mona, **_: hiding.hide_post(mona, answer, "Not kind.")),
    "a new name": changing(lambda question, answer, bob, **_: edit_profile(bob, bob.id, BOBBY)),
    "a role": changing(lambda question, answer, ada, bob, **_: grant_role(ada, bob.id, "agent", ())),
    "a mark": changing(lambda question, answer, pat, **_: label_post(pat, f"answer:{answer.id}", "", "request")),
    "the forum's name": changing(lambda question, answer, **_: settings.change("site.name", "Another forum", None)),
}


@pytest.mark.both_databases
@pytest.mark.parametrize("what", CHANGES)
def test_a_change_is_seen_at_once(app, worker, thread, what, ann, bob, ada, mona, pat):
    path = path_of(thread)
    before = visit(app, path).text
    assert is_kept(app, path)

    CHANGES[what](app, thread, ann=ann, bob=bob, ada=ada, mona=mona, pat=pat)

    assert visit(app, path).text != before


def test_what_reactions_do_later_is_seen_at_once_too(app, worker, clock, thread, ann):
    waiting = a_question(by=ann, title="Nobody has answered this yet")
    path = f"/questions/{waiting.id}/{waiting.slug}"
    worker.tick()
    before = visit(app, path).text
    clock.advance(hours=30)
    worker.tick()

    assert db.session.scalar(select(Case.id).where(Case.question_id == waiting.id)) is not None
    assert "With our team" in visit(app, path).text and "With our team" not in before


def test_a_hidden_question_is_gone_from_every_kept_page(app, worker, thread, mona):
    paths = ["/", "/questions", "/tags/wifi", "/products/mesh"]
    assert all("The router drops" in visit(app, path).text for path in paths)
    kept = path_of(thread)
    visit(app, kept)

    with transaction():
        hiding.hide_post(mona, db.session.get(Question, thread[0]), "Not kind.")

    assert not [path for path in paths if "The router drops" in visit(app, path).text]
    assert app.test_client().get(kept).status_code == 404


def test_languages_themes_and_addresses_are_pages_of_their_own(app, thread):
    def page(path="/questions", **headers):
        return app.test_client(use_cookies=False).get(path, headers=headers).text

    english = page(**{"Accept-Language": "en"})
    chinese = page(**{"Accept-Language": "zh-CN"})
    dark = page(**{"Accept-Language": "en", "Cookie": "theme=dark"})
    votes = page("/questions?sort=votes", **{"Accept-Language": "en"})
    assert len({english, chinese, dark, votes}) == 4
    assert page(**{"Accept-Language": "zh-CN"}) == chinese


def test_a_page_of_a_session_is_kept_by_nobody(app, thread, ann):
    member = sign_in(app.test_client(), ann)
    own = member.get("/questions")
    assert own.headers["Cache-Control"] == "private, no-store"
    assert 'data-user-id="1"' in own.text or f'data-user-id="{ann.id}"' in own.text

    assert f'data-user-id="{ann.id}"' not in visit(app, "/questions").text
    visit(app, "/questions")
    assert f'data-user-id="{ann.id}"' in member.get("/questions").text


def test_work_that_no_page_shows_leaves_kept_pages_alone(app, worker, clock, thread):
    visit(app, "/questions")
    before = content_version()
    for _ in range(5):
        clock.advance(seconds=2)
        worker.tick()

    assert content_version() == before
    assert is_kept(app, "/questions")


def test_a_visit_to_a_kept_page_counts_as_a_view(app, thread):
    path = path_of(thread)
    for _ in range(3):
        visit(app, path)
    app.extensions["readers"]._stored_at = float("-inf")
    visit(app, "/help")

    db.session.expire_all()
    assert db.session.get(Question, thread[0]).view_count >= 3


def test_the_shelf_drops_what_was_asked_for_longest_ago():
    from app.web.page_cache import KeptPage

    shelf, ever = Shelf(max_bytes=100), float("inf")
    for name in "abc":
        shelf.put((name,), KeptPage(b"x" * 40, "text/html", 1, ever))

    assert shelf.get(("a",), 1) is None
    assert shelf.get(("b",), 1) is not None and shelf.get(("c",), 1) is not None
    assert shelf.get(("c",), 2) is None


def test_every_kept_page_exists(app):
    assert {rule.endpoint for rule in app.url_map.iter_rules()} >= KEPT


# --- forms of visitors ---


@pytest.fixture
def guarded(app):
    app.config["WTF_CSRF_ENABLED"] = True
    return app.test_client()


CHOOSE = {"language": "zh", "next": "/"}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 303),
        ({"Origin": "http://127.0.0.1:5000"}, 303),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://127.0.0.1:5000"}, 400),
        ({"Sec-Fetch-Site": "same-site"}, 400),
        ({"Origin": "http://evil.example"}, 400),
        ({"Origin": "null"}, 400),
        ({}, 400),
    ],
)
def test_a_visitors_form_is_believed_where_the_browser_says_that_it_is_ours(guarded, headers, status):
    answer = guarded.post("/settings/language", data=CHOOSE, headers=headers)
    assert answer.status_code == status


def test_a_members_form_needs_its_token_whatever_the_browser_says(app, guarded, ann):
    member = sign_in(guarded, ann)
    same = {"Sec-Fetch-Site": "same-origin"}
    assert member.post("/settings/language", data=CHOOSE, headers=same).status_code == 400
    token = re.search(r'name="csrf_token" value="([^"]+)"', member.get("/questions").text)[1]
    assert member.post("/settings/language", data=CHOOSE | {"csrf_token": token}).status_code == 303


def test_the_sign_in_page_still_carries_a_token(guarded):
    assert 'name="csrf_token"' in guarded.get("/login").text


def test_a_kept_page_is_made_anew_after_a_minute(app, thread, monkeypatch):
    from app.web import page_cache

    visit(app, "/questions")
    later = page_cache.time.monotonic() + timedelta(seconds=page_cache.KEPT_SECONDS + 1).total_seconds()
    monkeypatch.setattr(page_cache.time, "monotonic", lambda: later)
    assert not is_kept(app, "/questions")

