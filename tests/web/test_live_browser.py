"""What a person sees live, in Chromium: by the socket, and by polling where the socket is blocked."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect, sync_playwright

from app.domains.escalation.schedule import sweep_overdue
from app.domains.notifications.queries import unread_count
from app.kernel import clock as clock_module
from tests.factories import a_person, a_question, an_answer
from tests.servers.live_forum import forum_beside_web

PATIENCE = 20_000  # milliseconds: what polling is allowed
WAYS = [pytest.param(False, id="socket"), pytest.param(True, id="polling")]


@pytest.fixture(scope="module")
def forum(empty_database, tmp_path_factory):
    with forum_beside_web(empty_database, tmp_path_factory.mktemp("browser")) as both:
        yield both


@pytest.fixture(scope="module")
def chromium():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield browser
        browser.close()


def browser_of(forum, chromium, actor=None, *, blocked=False):
    """A browser in which this person is signed in; `blocked`: something on the way cuts every socket."""
    context = chromium.new_context(viewport={"width": 1280, "height": 600}, locale="en-GB")
    if actor:
        cookie = {"name": "huzhu", "value": forum.session_cookie(actor), "url": forum.web.address}
        context.add_cookies([cookie])
    if blocked:
        context.route_web_socket(re.compile("socket.io"), lambda line: line.close(code=1011))
    return context


def opened(context, forum, question):
    page = context.new_page()
    page.complaints = []
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.goto(f"{forum.web.address}/questions/{question.id}/{question.slug}")
    return page


@pytest.mark.parametrize("blocked", WAYS)
def test_the_asker_sees_the_state_move_and_the_answer_arrive_without_losing_the_place(forum, chromium, blocked):
    ann = a_person(f"ann{blocked}")
    stan = a_person("stan", role="agent")
    question = a_question(by=ann, body="It happens each night.\n\n" + "A line of what I tried.\n\n" * 60)
    an_answer(to=question, by=ann, body="I looked again and it is still so.")
    forum.work()
    context = browser_of(forum, chromium, ann, blocked=blocked)
    page = opened(context, forum, question)
    expect(page.locator("#state-line")).to_have_attribute("data-state", "open")
    expect(page.locator("#state-line .countdown")).to_have_text(re.compile(r"\d"))

    clock_module.advance(timedelta(days=3))
    try:
        sweep_overdue()
        forum.work()
    finally:
        clock_module.freeze(None)
    expect(page.locator("#state-line")).to_have_attribute("data-state", "escalated", timeout=PATIENCE)

    page.mouse.wheel(0, 300)
    page.wait_for_function("scrollY >= 250")
    line = page.locator("#question .prose p").nth(12)
    reading_at = line.bounding_box()["y"]
    answer = an_answer(to=question, by=stan, body="Our team says: the cable is loose.")
    forum.work()
    expect(page.locator("#state-line")).to_have_attribute("data-state", "answered", timeout=PATIENCE)
    expect(page.locator("#unread-count")).to_have_attribute("data-unread", str(unread_count(ann)), timeout=PATIENCE)
    button = page.get_by_role("button", name="A new answer below: show")
    expect(button).to_be_visible(timeout=PATIENCE)
    expect(page.locator(f"#answer-{answer.id}")).to_have_count(0)
    assert abs(line.bounding_box()["y"] - reading_at) < 3

    button.click()
    expect(page.locator(f"#answer-{answer.id}")).to_be_in_viewport()
    expect(page.locator("#answers")).to_have_text("2 answers")
    assert page.complaints == []
    context.close()


@pytest.mark.parametrize("blocked", WAYS)
def test_two_people_on_a_page_see_each_other(forum, chromium, blocked):
    question = a_question(by=a_person("ann"))
    reader_browser = browser_of(forum, chromium, blocked=blocked)
    reader = opened(reader_browser, forum, question)
    expect(reader.locator("#presence")).to_be_empty()
    writer_browser = browser_of(forum, chromium, a_person("eve"), blocked=blocked)
    writer = opened(writer_browser, forum, question)

    expect(reader.locator("#presence")).to_have_text("1 is reading", timeout=PATIENCE)
    writer.locator("#your-answer textarea").press_sequentially("Try th")
    expect(reader.locator("#presence")).to_have_text("1 is writing", timeout=PATIENCE)

    writer_browser.close()
    expect(reader.locator("#presence")).to_be_empty(timeout=40_000)  # gone after 30 s where no word came
    reader_browser.close()
