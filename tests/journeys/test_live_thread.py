"""A thread that is open while others write: a hundred answers, a line that breaks, a phone that is turned."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from app.domains.accounts.actor import Actor
from app.domains.questions.actions.answering import answer_with_question, edit_answer
from app.domains.questions.actions.commenting import post_comment
from app.domains.questions.models import Answer, Question
from app.kernel.transaction import transaction
from tests.factories import a_comment, a_person, a_question, an_answer
from tests.servers.live_forum import Forum, forum_beside_web

pytestmark = pytest.mark.browser
PATIENCE = 30_000  # milliseconds: the machine may be running other tests too
LONG = "It happens each night.\n\n" + "A line of what I tried.\n\n" * 60


@pytest.fixture(scope="module")
def forum(empty_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forum]:
    with forum_beside_web(empty_database, tmp_path_factory.mktemp("thread")) as both:
        yield both


class Readers:
    def __init__(self, forum: Forum, chromium: Browser) -> None:
        self.forum, self.chromium = forum, chromium
        self._open: list[BrowserContext] = []

    def opened(self, path: str, reader: Actor | None = None, width: int = 1280, height: int = 700) -> Page:
        viewport = {"width": width, "height": height}
        context = self.chromium.new_context(base_url=self.forum.web.address, locale="en-GB", viewport=viewport)  # type: ignore[arg-type]
        context.set_default_timeout(PATIENCE)
        self._open.append(context)
        if reader:
            cookie = self.forum.session_cookie(reader)
            context.add_cookies([{"name": "huzhu", "value": cookie, "url": self.forum.web.address}])
        page = context.new_page()
        page.goto(path)
        page.wait_for_load_state()
        return page

    def close(self) -> None:
        for context in self._open:
            context.close()


@pytest.fixture
def readers(forum: Forum, chromium: Browser) -> Iterator[Readers]:
    people = Readers(forum, chromium)
    yield people
    people.close()


def path_of(question: Question) -> str:
    return f"/questions/{question.id}/{question.slug}"


def answers(question: Question, number: int) -> list[Answer]:
    """By twenty people, so that nobody writes too often."""
    staff = [a_person(role="agent") for _ in range(3)]
    said = "Please wait for {} minutes, then start it once more."
    return [an_answer(to=question, by=staff[each % 3], body=said.format(each + 2)) for each in range(number)]


def watched(page: Page) -> None:
    """Until the server sends what happens on the question."""
    page.wait_for_timeout(1500)


def test_a_hundred_answers_arrive_without_a_jump_and_with_one_request(forum: Forum, readers: Readers) -> None:
    question = a_question(body=LONG)
    forum.work()
    page = readers.opened(path_of(question))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    watched(page)
    page.evaluate("scrollTo({ top: 300, behavior: 'instant' })")
    line = page.locator("#question .prose p").nth(12)
    reading_at = line.bounding_box()["y"]  # type: ignore[index]

    answers(question, 100)
    forum.work()
    button = page.get_by_role("button", name="100 new answers below: show")
    expect(button).to_be_visible(timeout=PATIENCE)
    assert abs(line.bounding_box()["y"] - reading_at) < 3  # type: ignore[index]
    assert [url for url in asked if "answers" in url] == []

    button.click()
    expect(page.locator("#answers")).to_have_text("100 answers")
    expect(page.locator("#answer-list > article")).to_have_count(100)
    assert len([url for url in asked if "answers/fragment" in url]) == 1


def test_what_came_while_the_line_was_broken_comes_after_it_and_once(forum: Forum, readers: Readers) -> None:
    question = a_question(body=LONG)
    before = an_answer(to=question)
    forum.work()
    page = readers.opened(path_of(question))
    watched(page)
    page.context.set_offline(True)
    page.evaluate("window.dispatchEvent(new Event('offline'))")
    page.wait_for_timeout(500)
    arrived = answers(question, 3)
    forum.work()
    page.wait_for_timeout(1500)
    page.context.set_offline(False)
    page.get_by_role("button", name="3 new answers below: show").click(timeout=PATIENCE)
    expect(page.locator("#answers")).to_have_text("4 answers")
    ids = page.locator("#answer-list > article").evaluate_all("all => all.map(each => Number(each.dataset.answer))")
    assert sorted(ids) == sorted([before.id, *(each.id for each in arrived)])


def test_of_two_people_on_a_page_one_writes_on_while_the_other_comments_and_edits(
    forum: Forum, readers: Readers
) -> None:
    question, bob = a_question(), a_person()
    answer = an_answer(to=question, by=bob, body="Please restart it once.")
    forum.work()
    page = readers.opened(path_of(question), a_person())
    watched(page)
    post = page.locator(f"#answer-{answer.id}")
    post.get_by_role("link", name="Comment").click()
    field = post.get_by_label("Comment", exact=True)
    field.fill("Which button is")

    with transaction():
        edit_answer(bob, answer_with_question(answer.id, bob)[0], "Please restart it twice.")
    with transaction():
        row, under = answer_with_question(answer.id, bob)
        post_comment(bob, under, row, "The one at its back.")
    forum.work()
    page.get_by_role("button", name="load it").click()
    expect(post.locator(".comment")).to_contain_text("The one at its back.")
    expect(post.locator(":scope > .prose")).to_have_text("Please restart it twice.")
    expect(field).to_have_value("Which button is")
    assert page.evaluate("performance.getEntriesByType('navigation').length") == 1


def test_a_phone_that_is_turned_keeps_the_place_and_the_text(forum: Forum, readers: Readers) -> None:
    question = a_question(body=LONG)
    answers(question, 12)
    page = readers.opened(path_of(question), a_person(), 390, 844)
    area = page.locator("#your-answer textarea")
    area.fill("Half an answer\n" * 12)
    area.scroll_into_view_if_needed()
    page.set_viewport_size({"width": 844, "height": 390})
    page.wait_for_timeout(300)
    expect(area).to_be_in_viewport()
    expect(area).to_have_value("Half an answer\n" * 12)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_timeout(300)
    expect(area).to_be_in_viewport()


def test_an_answer_is_quoted_and_edited_where_it_stands(forum: Forum, readers: Readers) -> None:
    question, bob = a_question(), a_person("bobby")
    answer = an_answer(to=question, by=bob, body="Please restart it once.")
    page = readers.opened(path_of(question), bob)
    post = page.locator(f"#answer-{answer.id}")
    post.get_by_role("link", name="Quote").click()
    expect(page.locator("#your-answer textarea")).to_have_value("bobby wrote:\n\n> Please restart it once.\n\n")

    post.get_by_role("link", name="Edit").click()
    post.get_by_label("Your answer").fill("Please restart it twice.")
    post.get_by_role("button", name="Save", exact=True).click()
    expect(post.locator(":scope > .prose")).to_have_text("Please restart it twice.")
    expect(page.locator("#your-answer textarea")).to_have_value("bobby wrote:\n\n> Please restart it once.\n\n")


def test_the_address_of_a_folded_comment_opens_its_fold(readers: Readers) -> None:
    question = a_question()
    folded = [a_comment(on=question, body=f"The same here since day {n + 1}.") for n in range(8)][4]
    page = readers.opened(f"{path_of(question)}#comment-{folded.id}")
    expect(page.locator(f"#comment-{folded.id}")).to_be_in_viewport()
