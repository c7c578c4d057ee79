"""A picture from the clipboard stands in the post; so does a file of a browser without scripts."""

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.factories import a_person, a_question
from tests.kernel.test_images import a_picture
from tests.servers.live_forum import Forum, forum_beside_web

pytestmark = pytest.mark.browser
PATIENCE = 30_000  # milliseconds: the machine may be running other tests too
# What the browser does when somebody presses Ctrl+V with a picture in the clipboard, or lets a file fall.
GIVE = """([kind, name, data]) => {
  const text = document.querySelector("textarea[data-editor]"), moved = new DataTransfer();
  moved.items.add(new File([Uint8Array.from(atob(data), (c) => c.charCodeAt(0))], name, { type: "image/png" }));
  const more = { bubbles: true, cancelable: true };
  text.focus();
  const paste = () => new ClipboardEvent(kind, { clipboardData: moved, ...more });
  text.dispatchEvent(kind === "paste" ? paste() : new DragEvent(kind, { dataTransfer: moved, ...more }));
}"""


@pytest.fixture(scope="module")
def forum(empty_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forum]:
    with forum_beside_web(empty_database, tmp_path_factory.mktemp("uploads")) as both:
        yield both


class Reader:
    """Somebody before a question, in a browser."""

    def __init__(self, forum: Forum, chromium: Browser, *, scripts: bool = True) -> None:
        phone = {"viewport": {"width": 390, "height": 800}, "locale": "en-GB"}
        self.context = chromium.new_context(base_url=forum.web.address, java_script_enabled=scripts, **phone)
        self.context.set_default_timeout(PATIENCE)
        cookie = forum.session_cookie(a_person())
        self.context.add_cookies([{"name": "huzhu", "value": cookie, "url": forum.web.address}])
        question = a_question()
        self.page = self.context.new_page()
        self.page.goto(f"/questions/{question.id}/{question.slug}")


@pytest.fixture
def page(forum: Forum, chromium: Browser) -> Iterator[Page]:
    reader = Reader(forum, chromium)
    yield reader.page
    reader.context.close()


def give(page: Page, kind: str, name: str, data: bytes) -> None:
    page.evaluate(GIVE, [kind, name, base64.b64encode(data).decode()])


def answer_in(page: Page) -> str:
    return page.get_by_label("Your answer").input_value()


def shown_width(page: Page) -> int:
    image = page.locator("#answer-list .prose img").first
    image.scroll_into_view_if_needed()
    page.wait_for_function("image => image.complete && image.naturalWidth > 0", arg=image.element_handle())
    return int(image.evaluate("image => image.naturalWidth"))


def test_a_pasted_picture_is_sent_described_and_posted(page: Page) -> None:
    page.get_by_label("Your answer").fill("It looks like this on my side:")
    held = page.expect_request("**/attachments")
    with held:
        give(page, "paste", "image.png", a_picture(300, 200))
    description = page.get_by_label("What does the picture show?")
    expect(description).to_have_value("image")
    description.fill("the red lamp")
    expect(page.locator(".attach [role=status]")).to_have_text("image.png stands in your text.")
    assert answer_in(page).startswith("It looks like this on my side:\n\n![the red lamp](/uploads/")
    page.get_by_role("button", name="Post answer").click()
    expect(page.locator("#answer-list .prose a img")).to_have_attribute("alt", "the red lamp")
    assert shown_width(page) == 300


def test_a_form_that_is_sent_at_once_waits_for_its_file(page: Page) -> None:
    page.route("**/attachments", lambda route: (page.wait_for_timeout(600), route.continue_()))
    page.get_by_label("Your answer").fill("It looks like this on my side:")
    give(page, "drop", "lamp.png", a_picture(300, 200))
    expect(page.get_by_role("progressbar")).to_be_visible()
    assert "![Sending lamp.png" in answer_in(page)
    page.get_by_role("button", name="Post answer").click()
    expect(page.locator("#answer-list .prose a img")).to_have_attribute("alt", "lamp")


def test_what_was_sent_can_be_taken_out_and_what_is_refused_is_said(page: Page) -> None:
    page.get_by_label("Your answer").fill("It looks like this.")
    page.get_by_label("Attach").set_input_files({"name": "a.log", "mimeType": "text/plain", "buffer": b"no\nno"})
    page.get_by_role("button", name="Take it out again: a.log").click()
    expect(page.locator(".attach-list li")).to_have_count(0)
    assert answer_in(page).strip() == "It looks like this."
    page.get_by_label("Attach").set_input_files({"name": "a.exe", "mimeType": "text/plain", "buffer": b"MZ"})
    expect(page.locator(".attach-list .error")).to_contain_text("This is no picture that we can show.")
    assert answer_in(page).strip() == "It looks like this."


def test_without_scripts_the_files_come_with_the_form(forum: Forum, chromium: Browser) -> None:
    reader = Reader(forum, chromium, scripts=False)
    page = reader.page
    page.get_by_label("Your answer").fill("It looks like this on my side, and the log says why.")
    files = [("lamp.png", "image/png", a_picture(300, 200)), ("router.log", "text/plain", b"first\nsecond")]
    page.get_by_label("Attach").set_input_files([{"name": n, "mimeType": m, "buffer": b} for n, m, b in files])
    page.get_by_role("button", name="Post answer").click()
    expect(page.locator("#answer-list .prose a img")).to_have_attribute("width", "300")
    page.get_by_text("router.log · 1 KB").click()
    expect(page.locator("#answer-list .prose details pre")).to_be_visible()
    reader.context.close()
