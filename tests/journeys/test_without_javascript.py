"""Every form does its work in a browser that runs no script."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from app.domains.accounts.actor import Actor
from app.domains.escalation.actions.raising import ask_staff_now
from app.kernel.transaction import transaction
from tests.factories import a_person, a_question, an_answer
from tests.servers.live_forum import Forum, forum_beside_web

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def forum(empty_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forum]:
    with forum_beside_web(empty_database, tmp_path_factory.mktemp("plain")) as both:
        yield both


class Plain:
    """Opens pages of the forum for somebody, without scripts."""

    def __init__(self, forum: Forum, browser: Browser) -> None:
        self.forum, self.browser = forum, browser

    def page_of(self, actor: Actor) -> Page:
        context = self.browser.new_context(
            java_script_enabled=False, base_url=self.forum.web.address, locale="en-GB"
        )
        context.set_default_timeout(60_000)
        cookie = self.forum.session_cookie(actor)
        context.add_cookies([{"name": "huzhu", "value": cookie, "url": self.forum.web.address}])
        return context.new_page()


@pytest.fixture
def plain(forum: Forum, chromium: Browser) -> Iterator[Plain]:
    yield Plain(forum, chromium)
    for context in chromium.contexts:
        context.close()


def state_of(page: Page, state: str) -> None:
    expect(page.locator("#state-line")).to_have_attribute("data-state", state)


def test_asking(plain: Plain) -> None:
    a_question()  # so that there is a product
    page = plain.page_of(a_person("asker"))
    page.goto("/questions/ask")
    form = page.locator("main form[data-keep=ask]")
    form.get_by_label("Title").fill("The lamp blinks at night")
    form.get_by_label("Product").select_option("mesh")
    form.get_by_role("button", name="Publish the question").click()
    expect(page.get_by_role("alert")).to_contain_text("What you typed is still here")
    expect(form.get_by_label("Title")).to_have_value("The lamp blinks at night")

    form.get_by_label("Details").fill("It began **yesterday** after the update of the app.")
    form.get_by_label("Tags").fill("lamp")
    form.get_by_role("button", name="Publish the question").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The lamp blinks at night")
    expect(page.locator("#question strong")).to_have_text("yesterday")
    state_of(page, "open")


def test_commenting(plain: Plain) -> None:
    answer = an_answer(to=a_question())
    page = plain.page_of(a_person("commenter"))
    page.goto(f"/answers/{answer.id}")
    post = page.locator(f"#answer-{answer.id}")
    post.get_by_role("link", name="Comment").click()
    expect(post.get_by_label("Comment", exact=True)).to_be_focused()
    post.get_by_role("button", name="Post comment").click()
    expect(post.locator(".error")).to_be_visible()
    post.get_by_label("Comment", exact=True).fill("Which button is it?")
    post.get_by_role("button", name="Post comment").click()
    expect(post.locator(".comment")).to_contain_text("Which button is it?")


def test_answering(plain: Plain) -> None:
    question = a_question()
    page = plain.page_of(a_person("answerer"))
    page.goto(f"/questions/{question.id}")
    page.get_by_label("Your answer").fill("Please hold the button for ten seconds.")
    page.get_by_role("button", name="Post answer").click()
    expect(page.get_by_role("article").filter(has_text="hold the button")).to_be_visible()
    state_of(page, "answered")


def test_voting_and_taking_the_vote_back(plain: Plain) -> None:
    answer = an_answer(to=a_question())
    page = plain.page_of(a_person("voter"))
    page.goto(f"/answers/{answer.id}")
    box = page.locator(f"#vote-answer-{answer.id}")
    box.get_by_role("button", name="This helps", exact=True).click()
    expect(box.get_by_role("status")).to_have_text("1")
    expect(box.get_by_role("button", name="This helps", exact=True)).to_have_attribute("aria-pressed", "true")

    box.get_by_role("button", name="This helps", exact=True).click()
    expect(box.get_by_role("status")).to_have_text("0")


def test_accepting_an_answer(plain: Plain) -> None:
    asker = a_person("glad")
    question = a_question(by=asker)
    answer = an_answer(to=question)
    page = plain.page_of(asker)
    page.goto(f"/questions/{question.id}")
    page.get_by_role("button", name="This solved it").click()
    state_of(page, "solved")
    expect(page.locator(f"#answer-{answer.id}")).to_contain_text("This solved it")


def test_searching(plain: Plain) -> None:
    a_question(title="如何导出报表", tags=("导出",))
    plain.forum.work()
    page = plain.page_of(a_person("seeker"))
    page.goto("/questions")
    page.get_by_role("searchbox").fill("导出报表")
    page.get_by_role("searchbox").press("Enter")
    page.get_by_role("region", name="Results").get_by_role("link", name="如何导出报表").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("如何导出报表")


def test_claiming_a_case_and_answering_it(plain: Plain) -> None:
    stan = a_person("stan", role="agent")
    question = a_question(title="The shop cannot take any money")
    plain.forum.work()
    with transaction():
        ask_staff_now(stan, question.id)
    page = plain.page_of(stan)
    page.goto("/staff/queue")
    row = page.get_by_role("article").filter(has_text="The shop cannot take any money")
    row.get_by_role("button", name="Claim").click()
    expect(page).to_have_url(re.compile(r"/staff/cases/\d+"))
    page.get_by_label("Your answer").fill("We restarted the service; it takes money again.")
    page.get_by_role("button", name="Publish the answer").click()
    page.get_by_role("link", name="Public page").click()
    expect(page.get_by_text("Official answer")).to_be_visible()
    state_of(page, "answered")
