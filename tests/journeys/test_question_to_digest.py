"""From a question that nobody answers to the line that a product manager reads: the whole forum, in the browser."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.postbox import Postbox, link_in, postbox
from tests.journeys.running_forum import PASSWORD, RunningForum, people, running_forum

pytestmark = pytest.mark.browser
PATIENCE = 60_000  # milliseconds: the machine may be running other tests too

TITLE = "如何导出报表"
OTHER_TITLE = "The dashboard shows no numbers after the update"
WISH = "I would like a button that exports every report at once."
REPLY = "Open Reports, choose a month and press Export."


@dataclass
class Stage:
    forum: RunningForum
    mails: Postbox
    browser: Browser

    def sign_in(self, name: str) -> Page:
        """A browser of this person's own, signed in by the form."""
        context = self.browser.new_context(base_url=self.forum.address, locale="en-GB", timezone_id="Asia/Shanghai")
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.goto("/login")
        form = page.locator("main form")
        form.get_by_label("Name or e-mail address").fill(name)
        form.get_by_label("Password", exact=True).fill(PASSWORD)
        form.get_by_role("button", name="Sign in").click()
        page.wait_for_url(lambda address: "/login" not in address)
        return page


@pytest.fixture(params=["whoosh", "tantivy"])
def stage(request: pytest.FixtureRequest, tmp_path: Path, chromium: Browser) -> Iterator[Stage]:
    if request.param == "tantivy":
        pytest.importorskip("tantivy", reason="tantivy has no wheel for this machine")
    settings = {"MAIL_HELD_SECONDS": "0", "SEARCH_ENGINE": request.param}
    with postbox() as mails, running_forum(tmp_path, SMTP_URL=mails.address, **settings) as forum:
        forum.flask("products", "create", "ledger", "--name", "Ledger", "--calendar", "24x7")
        promise = ("escalation", "policy", "--product", "ledger", "--peer", "6s", "--first", "60s", "--levels", "1")
        cast = people(("ann", "member"), ("eve", "member"), ("stan", "agent"), ("pat", "pm"))
        forum.commands([(promise, None), *cast])
        yield Stage(forum, mails, chromium)


def test_a_question_goes_all_the_way_to_the_digest(stage: Stage) -> None:
    ann, eve, stan = stage.sign_in("ann"), stage.sign_in("eve"), stage.sign_in("stan")
    # New members choose from the tags that exist: the team has brought the first ones.
    ask(stan, "Welcome: what to write here", "Ask whatever you like to know of Ledger.", "报表 dashboard")
    ask(ann, TITLE, f"The menu has no such entry. {WISH}", "报表")
    see_the_promise(ann)
    address = ann.url
    waiting = ann  # this page stays open and watches the promise
    second = ann.context.new_page()
    ask(second, OTHER_TITLE, "All of the tiles are empty since this morning.", "dashboard")

    search_finds(eve, "导出报表", TITLE)
    answer(eve, second.url, "Clear the cache of the browser once, then the tiles come back.")
    accept(second)
    has_points(eve)

    see_the_escalation(waiting)
    answer_from_the_queue(stan)
    eve.goto(address)
    official = eve.locator("article.post", has_text=REPLY)
    expect(official.get_by_text("Official answer")).to_be_visible(timeout=PATIENCE)

    say_it_is_solved(ann.context.new_page(), stage.mails)
    pat = stage.sign_in("pat")
    mark_the_wish(pat, address)
    read_the_digest(pat)


def ask(page: Page, title: str, body: str, tag: str) -> None:
    page.goto("/questions/ask")
    form = page.locator("main form[data-keep=ask]")
    form.get_by_label("Product").select_option(label="Ledger")
    form.get_by_label("Title").fill(title)
    form.get_by_label("Details").fill(body)
    form.get_by_label("Tags").fill(tag)
    form.get_by_role("button", name="Publish the question").click()
    expect(page.get_by_text("Your question is published.")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_role("heading", level=1)).to_have_text(title, timeout=PATIENCE)


def see_the_promise(page: Page) -> None:
    """By when the team steps in, with the seconds running; a slow machine may be past that already."""
    expect(page.locator("#state-line")).to_have_attribute("data-state", re.compile("open|escalated"))
    expect(page.locator("#state-line")).to_contain_text(re.compile("our team", re.IGNORECASE))
    expect(page.get_by_role("timer")).to_have_text(re.compile(r"\d+ s"), timeout=PATIENCE)


def search_finds(page: Page, words: str, title: str) -> None:
    """Within seconds of its asking; a reader who finds nothing yet searches again."""
    found = page.get_by_role("region", name="Results").get_by_role("link", name=title)
    page.goto("/")
    page.get_by_role("searchbox").first.fill(words)
    page.get_by_role("searchbox").first.press("Enter")
    page.wait_for_url(re.compile("/search"))
    for _attempt in range(30):
        if found.count():
            break
        page.wait_for_timeout(1000)
        page.reload()
    found.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title, timeout=PATIENCE)


def answer(page: Page, address: str, text: str) -> None:
    page.goto(address)
    page.get_by_label("Your answer").fill(text)
    page.get_by_role("button", name="Post answer").click()
    expect(page.locator("article.post", has_text=text)).to_be_visible(timeout=PATIENCE)


def accept(page: Page) -> None:
    page.reload()
    page.get_by_role("button", name="This solved it").click()
    expect(page.locator("#state-line")).to_have_attribute("data-state", "solved", timeout=PATIENCE)


def has_points(page: Page) -> None:
    """The person's own page shows them as soon as the worker has counted."""
    page.goto("/")
    page.get_by_title("Your account").click()
    page.get_by_role("link", name="Your page").click()
    points = page.get_by_role("heading", name="Help given")
    for _attempt in range(30):
        if points.count():
            break
        page.wait_for_timeout(1000)
        page.reload()
    expect(points).to_be_visible()
    expect(page.locator(".points-figures")).to_contain_text(re.compile(r"[1-9]"))


def see_the_escalation(page: Page) -> None:
    """Live, on the page that was open all the while."""
    expect(page.locator("#state-line")).to_have_attribute("data-state", "escalated", timeout=PATIENCE)
    expect(page.locator("#state-line")).to_contain_text("Our team")


def answer_from_the_queue(page: Page) -> None:
    page.goto("/staff/queue")
    row = page.get_by_role("article").filter(has_text=TITLE)
    row.get_by_role("button", name="Claim").click()
    page.goto("/staff/queue")
    row.get_by_role("link", name="Answer", exact=True).click()
    page.get_by_label("Your answer").fill(REPLY)
    page.get_by_role("button", name="Publish the answer").click()
    expect(page.get_by_text("Your answer is published.")).to_be_visible(timeout=PATIENCE)


def say_it_is_solved(page: Page, mails: Postbox) -> None:
    """By the button behind the link in the mail."""
    text = mails.wait_for("ann@example.com", REPLY)
    assert "This solved it" in text
    page.goto(link_in(text, "/answered/solved/"))
    page.get_by_role("button", name="Yes, this solved it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(TITLE, timeout=PATIENCE)
    expect(page.locator("#state-line")).to_have_attribute("data-state", "solved", timeout=PATIENCE)


def mark_the_wish(page: Page, address: str) -> None:
    page.goto(address)
    question = page.locator("#question")
    question.locator(".menu > summary").last.click()
    question.get_by_role("link", name="Feedback").click()
    page.get_by_label("The sentence").fill(WISH)
    page.get_by_label("Request").check()
    page.get_by_label("Tags").fill("download")
    page.get_by_role("button", name="Mark as feedback").click()
    expect(page.get_by_text("Feeds 1 request")).to_be_visible(timeout=PATIENCE)


def read_the_digest(page: Page) -> None:
    page.goto("/digests/preview?product=ledger")
    expect(page.locator("#quotes")).to_contain_text(WISH, timeout=PATIENCE)
    page.locator("#most-wanted").get_by_role("table").get_by_role("link", name=WISH).click()
    expect(page.get_by_role("main").get_by_role("link", name="download", exact=True)).to_be_visible(timeout=PATIENCE)
