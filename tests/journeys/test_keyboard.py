"""Ask, answer, vote, accept, search and work the queue without ever touching a mouse; what has the focus shows it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from app.domains.accounts.actor import Actor
from app.domains.escalation.actions.raising import ask_staff_now
from app.kernel.transaction import transaction
from tests.factories import a_person, a_question, an_answer
from tests.servers.live_forum import Forum, forum_beside_web

pytestmark = pytest.mark.browser
FURTHEST = 120  # presses of Tab within which everything of a page is reached
HAS_FOCUS = "element => element === document.activeElement"
SHOWS_FOCUS = """() => {
  // Itself, or the box that it fills: an editor with its toolbar is outlined as one.
  const outlined = e => {
    const style = getComputedStyle(e)
    return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1
  }
  const e = document.activeElement
  return e === document.body || outlined(e) || outlined(e.parentElement) || outlined(e.parentElement.parentElement)
}"""


@pytest.fixture(scope="module")
def forum(empty_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forum]:
    with forum_beside_web(empty_database, tmp_path_factory.mktemp("keyboard")) as both:
        yield both


class Hands:
    """Somebody's keyboard at a page."""

    def __init__(self, forum: Forum, chromium: Browser, actor: Actor, path: str) -> None:
        self.context = chromium.new_context(base_url=forum.web.address, locale="en-GB", reduced_motion="reduce")
        self.context.set_default_timeout(30_000)
        cookie = forum.session_cookie(actor)
        self.context.add_cookies([{"name": "huzhu", "value": cookie, "url": forum.web.address}])
        self.page: Page = self.context.new_page()
        self.page.goto(path)

    def reach(self, wanted: Locator) -> None:
        """By Tab alone, in the order of the page; on the way, whatever has the focus shows it."""
        for _press in range(FURTHEST):
            if wanted.count() and wanted.first.evaluate(HAS_FOCUS):
                return
            self.page.keyboard.press("Tab")
            assert self.page.evaluate(SHOWS_FOCUS), self.page.evaluate("document.activeElement.outerHTML.slice(0, 120)")
        raise AssertionError(f"not reached by {FURTHEST} presses of Tab: {wanted}")

    def write(self, wanted: Locator, text: str) -> None:
        self.reach(wanted)
        self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.insert_text(text)

    def press(self, wanted: Locator, key: str = "Enter") -> None:
        self.reach(wanted)
        self.page.keyboard.press(key)


@pytest.fixture
def hands(forum: Forum, chromium: Browser) -> Iterator:
    opened: list[Hands] = []

    def at(actor: Actor, path: str) -> Hands:
        opened.append(Hands(forum, chromium, actor, path))
        return opened[-1]

    yield at
    for each in opened:
        each.context.close()


def test_asking(hands) -> None:
    a_question()
    keys = hands(a_person(level=2), "/questions/ask")
    form = keys.page.locator("form[data-keep=ask]")
    keys.write(form.locator("[name=title]"), "The lamp blinks at night")
    keys.write(form.locator("[name=body]"), "It began yesterday after the update of the app.")
    keys.write(form.locator("[name=tags]"), "wifi")
    keys.press(form.get_by_role("button", name="Publish the question"))
    expect(keys.page.get_by_role("heading", level=1)).to_have_text("The lamp blinks at night")


def test_the_first_key_leads_past_the_navigation(hands) -> None:
    keys = hands(a_person(), "/questions")
    keys.page.keyboard.press("Tab")
    keys.page.keyboard.press("Enter")
    assert keys.page.evaluate("document.activeElement.id") == "main"


def test_answering_voting_and_accepting(hands) -> None:
    asker, helper = a_person(), a_person(level=2)
    question = a_question(by=asker)
    path = f"/questions/{question.id}/{question.slug}"
    keys = hands(helper, path)
    keys.write(keys.page.locator("#your-answer [name=body]"), "Please hold the button for ten seconds.")
    keys.press(keys.page.get_by_role("button", name="Post answer"))
    answer = keys.page.get_by_role("article").filter(has_text="hold the button")
    expect(answer.first).to_be_visible()

    keys = hands(asker, path)
    keys.press(keys.page.locator("article[data-answer]").get_by_role("button", name="This helps", exact=True))
    expect(keys.page.locator("article[data-answer]").get_by_role("status").first).to_have_text("1")
    keys.page.goto(path)
    keys.press(keys.page.get_by_role("button", name="This solved it"))
    expect(keys.page.locator("#state-line")).to_have_attribute("data-state", "solved")


def test_searching(hands, forum: Forum) -> None:
    a_question(title="如何导出报表", tags=("导出",))
    forum.work()
    keys = hands(a_person(), "/questions")
    keys.write(keys.page.locator("#site-search"), "导出报表")
    keys.page.keyboard.press("Enter")
    keys.page.wait_for_url("**/search?**")
    keys.press(keys.page.get_by_role("region", name="Results").get_by_role("link", name="如何导出报表"))
    expect(keys.page.get_by_role("heading", level=1)).to_have_text("如何导出报表")


def test_working_the_queue(hands, forum: Forum) -> None:
    stan = a_person("stan", role="agent")
    question = a_question(title="The shop cannot take any money")
    forum.work()
    with transaction():
        ask_staff_now(stan, question.id)
    keys = hands(stan, "/staff/queue")
    row = keys.page.get_by_role("article").filter(has_text="The shop cannot take any money")
    keys.press(row.get_by_role("button", name="Claim"))
    keys.page.wait_for_url("**/staff/cases/*")
    keys.write(keys.page.get_by_label("Your answer"), "We restarted the service; it takes money again.")
    keys.press(keys.page.get_by_role("button", name="Publish the answer"))
    expect(keys.page.get_by_text("We restarted the service").first).to_be_visible()
    keys.page.goto(f"/questions/{question.id}")
    expect(keys.page.locator("#state-line")).to_have_attribute("data-state", "answered")


def test_the_tree_that_a_screen_reader_hears(hands) -> None:
    question = a_question()
    an_answer(to=question)
    page = hands(a_person(), f"/questions/{question.id}").page
    for landmark in ("banner", "main", "contentinfo", "search"):
        assert page.get_by_role(landmark).count() == 1, landmark
    assert page.get_by_role("navigation", name="Main").count() == 1
    tree = page.locator("main").aria_snapshot()
    assert "- heading" in tree and "[level=1]" in tree
    assert "- button:" not in tree and "- link:" not in tree and "- textbox:" not in tree.replace("textbox: ", "")
