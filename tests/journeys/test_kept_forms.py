"""Forms beside questions and answers: what is typed stays in the browser until the forum has taken it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.factories import a_person, a_question
from tests.servers.live_forum import Forum, forum_beside_web

pytestmark = pytest.mark.browser
PATIENCE = 30_000  # milliseconds: the machine may be running other tests too
FORMS = {
    "flag": ("/moderation/flag?post=question:{question}", "note", "Flag it"),
    "label": ("/feedback/label?post=question:{question}", "quote", "Mark as feedback"),
    "moderate": ("/moderation/post?post=question:{question}", "reason", "It may stay"),
    "profile": ("/settings/profile", "about", "Save"),
    "suspend": ("/moderation/users/{person}/suspend", "reason", "Suspend"),
}


@pytest.fixture(scope="module")
def forum(empty_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forum]:
    with forum_beside_web(empty_database, tmp_path_factory.mktemp("kept")) as both:
        yield both


@pytest.fixture
def context(forum: Forum, chromium: Browser) -> Iterator[BrowserContext]:
    context = chromium.new_context(base_url=forum.web.address, locale="en-GB")
    context.set_default_timeout(PATIENCE)
    cookie = forum.session_cookie(a_person(role="moderator"))
    context.add_cookies([{"name": "huzhu", "value": cookie, "url": forum.web.address}])
    yield context
    context.close()


def opened(context: BrowserContext, path: str) -> Page:
    page = context.new_page()
    page.goto(path)
    return page


@pytest.mark.parametrize("form", FORMS)
def test_what_was_typed_is_there_again_until_it_was_sent(context: BrowserContext, form: str) -> None:
    template, name, button = FORMS[form]
    question = a_question()
    path = template.format(question=question.id, person=question.asker_id)
    page = opened(context, path)
    words = "the router drops the connection"  # also a part of the post, as a quote must be
    if form == "label":
        page.locator("[name=type][value=bug]").check()
    page.locator(f"[name={name}]").fill(words)
    expect(page.locator("[data-draft-status]")).to_have_text("Kept in this browser only")
    page.close(run_before_unload=False)

    again = opened(context, path)
    expect(again.locator(f"[name={name}]")).to_have_value(words)
    if form == "suspend":
        again.locator("[name=days]").fill("3")
    with again.expect_navigation():
        again.get_by_role("button", name=button, exact=True).click()
    again.goto(f"/questions/{question.id}")
    for _ in range(PATIENCE // 100):
        kept = again.evaluate("JSON.stringify(localStorage)")
        if words not in kept:
            break
        again.wait_for_timeout(100)
    assert words not in kept
