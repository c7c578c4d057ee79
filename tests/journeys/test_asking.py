"""Asking in a real browser: the form follows the product that is chosen, and loses nothing on the way."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from app.domains.products.actions import set_guide
from app.domains.products.guides import GuideRow
from app.domains.questions.models import Question
from app.domains.questions.writing import HAN_WEIGHT, weight
from app.extensions import db
from app.kernel.transaction import transaction
from tests.factories import a_person, a_product, a_question
from tests.servers.live_forum import Forum, forum_beside_web

pytestmark = pytest.mark.browser
PATIENCE = 30_000  # milliseconds: the machine may be running other tests too


@pytest.fixture(scope="module")
def forum(empty_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forum]:
    with forum_beside_web(empty_database, tmp_path_factory.mktemp("asking")) as both:
        a_question(tags=("wifi", "固件"))
        notes = a_product("notes")
        asker = a_person("adele", role="admin")
        with transaction():
            set_guide(asker, a_product("mesh").id, [GuideRow(None, None, {"en": "Firmware"}, required=True)])
            set_guide(asker, notes.id, [GuideRow(None, None, {"en": "Browser"})])
        yield both


@pytest.fixture
def context(forum: Forum, chromium: Browser) -> Iterator[BrowserContext]:
    context = chromium.new_context(base_url=forum.web.address, locale="en-GB")
    context.set_default_timeout(PATIENCE)
    yield context
    context.close()


def signed_in(forum: Forum, context: BrowserContext) -> Page:
    cookie = forum.session_cookie(a_person())
    context.add_cookies([{"name": "huzhu", "value": cookie, "url": forum.web.address}])
    return opened(context)


def opened(context: BrowserContext) -> Page:
    page = context.new_page()
    page.goto("/questions/ask")
    return page


def test_a_member_asks_with_the_help_of_the_form(forum: Forum, context: BrowserContext) -> None:
    page = signed_in(forum, context)
    page.get_by_label("Product").select_option("mesh")
    page.get_by_label("Firmware").fill("5.2")
    expect(page.locator("#promise")).to_contain_text("Our promise")
    page.get_by_label("Title").fill("升级固件以后总是断线")
    page.get_by_label("Details").fill("每十分钟断一次线，重启也没有用。")
    page.get_by_role("button", name="固件").click()
    expect(page.get_by_label("Tags")).to_have_value("固件 ")
    page.get_by_role("button", name="Publish the question").click()

    expect(page).to_have_url(re.compile(r"/questions/\d+/"))
    expect(page.locator("article").first).to_contain_text("Firmware: 5.2")
    db.session.rollback()
    assert db.session.query(Question).order_by(Question.id.desc()).first().body.endswith("- Firmware: 5.2")


def test_what_was_answered_for_one_product_is_there_after_another_is_chosen_and_the_browser_was_closed(
    context: BrowserContext,
) -> None:
    page = opened(context)
    page.get_by_label("Product").select_option("mesh")
    page.get_by_label("Firmware").fill("5.2")
    page.get_by_label("Product").select_option("notes")
    page.get_by_label("Browser").fill("Firefox")
    expect(page.get_by_label("Firmware")).to_have_value("5.2")
    expect(page.locator("[data-draft-status]")).to_have_text("Kept in this browser only")
    page.wait_for_timeout(600)  # a pause in the typing, at which the browser keeps it
    page.close(run_before_unload=False)

    again = opened(context)
    expect(again.get_by_label("Browser")).to_have_value("Firefox")
    expect(again.get_by_label("Firmware")).to_have_value("5.2")
    expect(again.get_by_label("Product")).to_have_value("notes")


def test_a_short_title_is_met_with_a_calm_word_that_goes_when_it_is_long_enough(context: BrowserContext) -> None:
    page = opened(context)
    hint = page.locator("[data-quality-of=title]")
    page.get_by_label("Title").fill("断线")
    page.get_by_label("Tags").focus()
    expect(hint).to_have_text("About 4 more characters make a title that others recognise.")
    page.get_by_label("Title").fill("升级后总断线")
    expect(hint).to_be_empty()


@pytest.mark.parametrize("text", ["断线 after update", "e\u0301 ok", "a\u200bb  c", "𠀀字。", "router, 5.2!"])
def test_the_page_weighs_a_text_as_the_server_does(context: BrowserContext, text: str) -> None:
    page = opened(context)
    script = "async ([text, han]) => (await import('/static/js/ask.js')).weight(text, han)"
    assert page.evaluate(script, [text, HAN_WEIGHT]) == weight(text)
