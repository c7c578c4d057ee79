"""Nothing typed is lost: on another device, in a conflict, without a session, without a server, without a storage."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from sqlalchemy import select

from app.domains.accounts.actions.sessions import end_all_sessions
from app.domains.accounts.actor import Actor
from app.domains.accounts.models import User
from app.domains.accounts.passwords import hash_password
from app.domains.questions.actions.answering import answer_with_question
from app.domains.questions.actions.commenting import post_comment
from app.domains.questions.models import Answer, Draft, Question
from app.extensions import db
from app.kernel.transaction import transaction
from tests.factories import a_person, a_question, an_answer
from tests.servers.live_forum import Forum, forum_beside_web
from tests.servers.web_process import served

pytestmark = pytest.mark.browser
PATIENCE = 30_000  # milliseconds: the machine may be running other tests too
PASSWORD = "correct horse battery"


@pytest.fixture(scope="module")
def forum(empty_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forum]:
    with forum_beside_web(empty_database, tmp_path_factory.mktemp("drafts")) as both:
        yield both


class Devices:
    """Browsers of one person, each with a storage of its own."""

    def __init__(self, forum: Forum, chromium: Browser) -> None:
        self.forum, self.chromium = forum, chromium
        self.writer = a_person()
        self.question = a_question()
        self.path = f"/questions/{self.question.id}/{self.question.slug}"
        self._open: list[BrowserContext] = []

    def device(self, *, scripts: bool = True) -> BrowserContext:
        context = self.chromium.new_context(
            base_url=self.forum.web.address, locale="en-GB", java_script_enabled=scripts
        )
        context.set_default_timeout(PATIENCE)
        self.sign_in(context)
        self._open.append(context)
        return context

    def sign_in(self, context: BrowserContext) -> None:
        cookie = self.forum.session_cookie(self.writer)
        context.add_cookies([{"name": "huzhu", "value": cookie, "url": self.forum.web.address}])

    def opened(self, path: str = "", *, scripts: bool = True) -> Page:
        return self.tab(self.device(scripts=scripts), path)

    def tab(self, context: BrowserContext, path: str = "") -> Page:
        page = context.new_page()
        page.goto(path or self.path)
        return page

    def drafts(self) -> list[Draft]:
        db.session.rollback()
        return list(db.session.scalars(select(Draft).where(Draft.user_id == self.writer.id)))

    def texts(self) -> list[str]:
        return [draft.fields["body"] for draft in self.drafts()]

    def close(self) -> None:
        for context in self._open:
            context.close()


@pytest.fixture
def devices(forum: Forum, chromium: Browser) -> Iterator[Devices]:
    stage = Devices(forum, chromium)
    yield stage
    stage.close()


def answer_in(page: Page) -> Locator:
    return page.get_by_label("Your answer")


def status_of(page: Page) -> Locator:
    return page.locator("#your-answer [data-draft-status]")


def choice_in(page: Page) -> Locator:
    return page.locator("#your-answer [data-draft-choice]")


def comment_box(page: Page, post: str) -> Locator:
    """The form for a comment on the post, which is opened with the keyboard."""
    page.locator(post).get_by_role("link", name="Comment").press("Enter")
    return page.locator(f"{post} details", has=page.locator("form[data-keep^=comment]"))


def type_and_wait(page: Page, text: str) -> None:
    answer_in(page).fill(text)
    expect(status_of(page)).to_have_text("Saved", timeout=PATIENCE)


def test_what_was_typed_here_stands_in_the_form_on_another_device(devices: Devices) -> None:
    laptop = devices.opened()
    type_and_wait(laptop, "Hold the button for ten")
    phone = devices.opened()
    expect(answer_in(phone)).to_have_value("Hold the button for ten")
    expect(status_of(phone)).to_contain_text("Draft, saved")

    type_and_wait(phone, "Hold the button for ten seconds.")
    laptop.reload()
    expect(answer_in(laptop)).to_have_value("Hold the button for ten seconds.")
    expect(choice_in(laptop)).to_be_empty()


@pytest.mark.soak
def test_two_devices_that_differ_lose_nothing_until_one_text_is_chosen(devices: Devices) -> None:
    laptop, phone = devices.opened(), devices.opened()
    type_and_wait(laptop, "The text of the laptop.")
    answer_in(phone).fill("The text of the phone.")
    notice = choice_in(phone)
    expect(notice).to_contain_text("There are two texts for this form", timeout=PATIENCE)
    assert devices.texts() == ["The text of the laptop."]
    expect(answer_in(phone)).to_have_value("The text of the phone.")

    phone.reload()
    expect(answer_in(phone)).to_have_value("The text of the laptop.")
    notice.get_by_text("Read the other one").click()
    expect(notice.locator("[data-other]")).to_have_text("The text of the phone.")

    notice.get_by_role("button", name="Use the other one").press("Enter")
    expect(answer_in(phone)).to_have_value("The text of the phone.")
    expect(status_of(phone)).to_have_text("Saved", timeout=PATIENCE)
    assert devices.texts() == ["The text of the phone."]
    notice.get_by_role("button", name="Use the other one").click()
    expect(answer_in(phone)).to_have_value("The text of the laptop.")

    notice.get_by_role("button", name="Keep this one").click()
    expect(notice).to_be_empty()
    phone.reload()
    expect(answer_in(phone)).to_have_value("The text of the laptop.")
    expect(notice).to_be_empty()


@pytest.mark.soak
def test_a_text_that_stands_against_a_newer_one_is_saved_when_it_is_kept(devices: Devices) -> None:
    laptop, phone = devices.opened(), devices.opened()
    type_and_wait(laptop, "The text of the laptop.")
    answer_in(phone).fill("The text of the phone.")
    choice_in(phone).get_by_role("button", name="Keep this one").click(timeout=PATIENCE)

    expect(status_of(phone)).to_have_text("Saved", timeout=PATIENCE)
    assert devices.texts() == ["The text of the phone."]
    answer_in(laptop).fill("The text of the laptop, and more.")
    expect(choice_in(laptop)).to_contain_text("There are two texts", timeout=PATIENCE)


def test_who_was_signed_out_while_typing_finds_the_text_after_signing_in(devices: Devices) -> None:
    with transaction():
        db.session.get_one(User, devices.writer.id).password_hash = hash_password(PASSWORD)
    page = devices.opened()
    type_and_wait(page, "Saved before the session ended")
    with transaction():
        end_all_sessions(devices.writer.id or 0)
    answer_in(page).fill("Saved before the session ended, typed after it.")
    expect(status_of(page)).to_contain_text("You are signed out", timeout=PATIENCE)
    assert devices.texts() == ["Saved before the session ended"]

    page.get_by_role("button", name="Post answer").click()
    form = page.locator("main form")
    form.get_by_label("Name or e-mail address").fill(devices.writer.name)
    form.get_by_label("Password", exact=True).fill(PASSWORD)
    form.get_by_role("button", name="Sign in").click()
    expect(answer_in(page)).to_have_value("Saved before the session ended, typed after it.")
    expect(status_of(page)).to_have_text("Saved", timeout=PATIENCE)
    assert devices.texts() == ["Saved before the session ended, typed after it."]


@pytest.mark.soak
def test_a_page_goes_on_saving_after_its_person_has_signed_in_again_elsewhere(devices: Devices) -> None:
    page = devices.opened()
    with transaction():
        end_all_sessions(devices.writer.id or 0)
    answer_in(page).fill("Typed while nobody was signed in.")
    expect(status_of(page)).to_contain_text("You are signed out", timeout=PATIENCE)
    devices.sign_in(page.context)

    expect(status_of(page)).to_have_text("Saved", timeout=PATIENCE)
    assert devices.texts() == ["Typed while nobody was signed in."]
    page.get_by_role("button", name="Post answer").click()
    expect(page.get_by_role("article").filter(has_text="Typed while nobody was")).to_be_visible()
    assert devices.drafts() == []


@pytest.mark.soak
def test_a_page_saves_nothing_for_another_person_who_has_signed_in_meanwhile(devices: Devices) -> None:
    page = devices.opened()
    type_and_wait(page, "Words of the first person")
    first, devices.writer = devices.writer, a_person()
    devices.sign_in(page.context)
    answer_in(page).fill("Words of the first person, and more.")
    expect(status_of(page)).to_have_text("Kept in this browser only", timeout=PATIENCE)
    assert devices.drafts() == []

    expect(answer_in(devices.tab(page.context))).to_have_value("")
    devices.writer = first
    devices.sign_in(page.context)
    expect(answer_in(devices.tab(page.context))).to_have_value("Words of the first person, and more.")


def test_a_killed_server_and_a_closed_browser_lose_no_letter(
    empty_database: Path, tmp_path: Path, chromium: Browser
) -> None:
    with forum_beside_web(empty_database, tmp_path) as forum:
        devices = Devices(forum, chromium)
        context = devices.device()
        staying, leaving = devices.tab(context), devices.tab(context, "/questions/ask")
        type_and_wait(staying, "Before the kill")
        forum.web.running.kill()
        answer_in(staying).fill("Before the kill, and after it.")
        expect(status_of(staying)).to_have_text("Kept in this browser only", timeout=PATIENCE)
        leaving.get_by_label("Title").fill("Written for nobody")
        asking = "form[data-keep=ask] [data-draft-status]"
        expect(leaving.locator(asking)).to_have_text("Kept in this browser only", timeout=PATIENCE)
        leaving.close()
        assert devices.texts() == ["Before the kill"]

        with served(tmp_path, forum.web.port, tmp_path / "web.log"):
            expect(status_of(staying)).to_have_text("Saved", timeout=2 * PATIENCE)
            assert devices.texts() == ["Before the kill, and after it."]
            again = devices.tab(context, "/questions/ask")
            expect(again.get_by_label("Title")).to_have_value("Written for nobody")
            expect(again.locator(asking)).to_have_text("Saved", timeout=PATIENCE)
            devices.close()


@pytest.mark.soak
def test_a_browser_whose_storage_was_cleared_shows_the_servers_draft(devices: Devices) -> None:
    context = devices.device()
    page = devices.tab(context)
    type_and_wait(page, "Kept where no browser forgets it.")
    page.evaluate("localStorage.clear()")
    page.close()

    again = devices.tab(context)
    expect(answer_in(again)).to_have_value("Kept where no browser forgets it.")
    expect(choice_in(again)).to_be_empty()


@pytest.mark.soak
def test_what_was_typed_just_before_leaving_is_saved(devices: Devices) -> None:
    page = devices.opened()
    answer_in(page).fill("Typed, and gone at once.")
    page.goto("/questions")

    expect(answer_in(devices.opened())).to_have_value("Typed, and gone at once.")


@pytest.mark.soak
def test_a_posted_answer_leaves_no_draft_however_fast_it_is_sent(devices: Devices) -> None:
    page = devices.opened()
    type_and_wait(page, "Hold the button for ten seconds.")
    page.route(re.compile("/drafts/"), lambda route: (page.wait_for_timeout(700), route.continue_()))
    answer_in(page).fill("Hold the button for ten seconds, then wait.")
    with page.expect_request(re.compile("/drafts/")):
        page.wait_for_timeout(1300)
    page.get_by_role("button", name="Post answer").click()
    expect(page.get_by_role("article").filter(has_text="seconds, then wait")).to_be_visible()

    expect(answer_in(page)).to_have_value("")
    assert devices.drafts() == []
    assert db.session.scalar(select(Answer.body).where(Answer.author_id == devices.writer.id))
    page.reload()
    expect(choice_in(page)).to_be_empty()


@pytest.mark.soak
def test_discarding_keeps_the_text_in_the_form_to_take_it_back(devices: Devices) -> None:
    page = devices.opened()
    type_and_wait(page, "Perhaps not.")
    page.get_by_role("button", name="Discard draft").click()
    expect(status_of(page)).to_contain_text("Discarded")
    expect(answer_in(page)).to_have_value("Perhaps not.")
    assert devices.drafts() == []
    page.get_by_role("button", name="Save as draft").first.press("Enter")
    expect(status_of(page)).to_have_text("Saved")
    assert devices.texts() == ["Perhaps not."]

    page.get_by_role("button", name="Discard draft").click()
    expect(status_of(page)).to_contain_text("Discarded")
    page.goto("/questions")
    page.goto(devices.path)
    expect(answer_in(page)).to_have_value("")


@pytest.mark.soak
def test_saved_is_said_once_and_not_at_each_letter(devices: Devices) -> None:
    page = devices.opened()
    page.evaluate(
        """() => {
            window.said = [];
            const status = document.querySelector("#your-answer [data-draft-status]");
            new MutationObserver(() => said.push(status.textContent)).observe(status, { childList: true });
        }"""
    )
    for text in ("One", "One two", "One two three"):
        answer_in(page).fill(text)
        with page.expect_response(re.compile("/drafts/")):
            pass
    assert page.evaluate("said") == ["Saved"]


@pytest.mark.soak
def test_a_visitor_keeps_the_text_in_the_browser_and_finds_it_after_signing_in(devices: Devices) -> None:
    context = devices.chromium.new_context(base_url=devices.forum.web.address, locale="en-GB")
    page = devices.tab(context, "/questions/ask")
    page.get_by_label("Title").fill("Begun before signing in")
    expect(page.locator("form[data-keep=ask] [data-draft-status]")).to_have_text("Kept in this browser only")
    devices.sign_in(context)
    page.goto("/questions/ask")

    expect(page.get_by_label("Title")).to_have_value("Begun before signing in")
    expect(page.locator("form[data-keep=ask] [data-draft-status]")).to_have_text("Saved", timeout=PATIENCE)
    context.close()


@pytest.mark.soak
def test_an_edit_that_was_begun_is_not_mistaken_for_the_text_that_stands_there(devices: Devices) -> None:
    devices.question = own = a_question(by=devices.writer, body="It began on Monday, after the update of the app.")
    page = devices.opened(f"/questions/{own.id}/edit")
    page.get_by_label("Details").fill("It began on Sunday, after the update of the app.")
    status = page.locator("form[data-keep] [data-draft-status]")
    expect(status).to_have_text("Saved", timeout=PATIENCE)
    elsewhere = devices.opened(f"/questions/{own.id}/edit")
    expect(elsewhere.get_by_label("Details")).to_have_value("It began on Sunday, after the update of the app.")

    elsewhere.get_by_role("button", name="Save", exact=True).click()
    expect(elsewhere.locator("#question .prose")).to_contain_text("It began on Sunday")
    assert devices.drafts() == []
    db.session.rollback()
    assert db.session.get_one(Question, own.id, populate_existing=True).version == 2


@pytest.mark.soak
def test_without_scripts_a_button_saves_and_the_form_shows_it_again(devices: Devices) -> None:
    page = devices.opened(scripts=False)
    answer_in(page).fill("Written without scripts.")
    page.get_by_role("button", name="Save as draft").last.click()
    expect(page.get_by_text("Saved as a draft.")).to_be_visible()
    expect(answer_in(page)).to_have_value("Written without scripts.")

    page.get_by_role("button", name="Discard draft").click()
    expect(page.get_by_text("The draft is discarded.")).to_be_visible()
    assert devices.drafts() == []
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("article").filter(has_text=devices.question.title)).to_be_visible()
    page.get_by_role("link", name="Continue").click()
    expect(answer_in(page)).to_have_value("Written without scripts.")


@pytest.mark.soak
def test_without_scripts_a_conflict_shows_both_texts_and_the_choice(devices: Devices) -> None:
    page = devices.opened(scripts=False)
    type_and_wait(devices.opened(), "The text of the laptop.")
    answer_in(page).fill("The text of the phone.")
    page.get_by_role("button", name="Save as draft").last.click()
    expect(page.get_by_role("textbox", name="What you have just sent")).to_have_value("The text of the phone.")
    expect(page.get_by_role("textbox", name="The other one")).to_have_value("The text of the laptop.")
    assert devices.texts() == ["The text of the laptop."]

    page.get_by_role("button", name="Keep this one").click()
    expect(answer_in(page)).to_have_value("The text of the phone.")
    assert devices.texts() == ["The text of the phone."]


@pytest.mark.soak
def test_a_comment_that_was_begun_is_open_on_another_device(devices: Devices) -> None:
    page = devices.opened()
    box = comment_box(page, "#question")
    expect(box.get_by_role("textbox")).to_be_focused()
    box.get_by_role("textbox").fill("The same at")
    expect(box.locator("[data-draft-status]")).to_have_text("Saved", timeout=PATIENCE)

    other = devices.opened()
    field = other.locator("#question form[data-keep^=comment] textarea")
    expect(field).to_be_visible()
    expect(field).to_have_value("The same at")


@pytest.mark.soak
def test_a_comment_that_only_this_browser_keeps_is_open_again(devices: Devices) -> None:
    answer = an_answer(to=devices.question)
    page = devices.opened("/questions")
    place = f"huzhu-draft:{devices.writer.id}:comment-answer:{answer.id}"
    text = "{at: Date.now(), typed: {body: 'Nobody else has this'}, base: 0, writer: '', saved: false}"
    page.evaluate(f"localStorage.setItem('{place}', JSON.stringify({text}))")
    page.goto(devices.path)
    box = page.locator(f"#answer-{answer.id} details", has=page.locator("form[data-keep^=comment]"))
    expect(box.get_by_role("textbox")).to_have_value("Nobody else has this")
    expect(box.locator("[data-draft-status]")).to_have_text("Saved", timeout=PATIENCE)


@pytest.mark.soak
def test_a_comment_that_cannot_be_begun_after_signing_out_leads_to_the_door(devices: Devices) -> None:
    page = devices.opened()
    with transaction():
        end_all_sessions(devices.writer.id)
    page.locator("#question").get_by_role("link", name="Comment").click()
    page.wait_for_url("**/login?next=**comments**")
    devices.sign_in(page.context)
    page.goto(f"/questions/{devices.question.id}/comments/new")
    expect(page.locator("#question form[data-keep^=comment] textarea")).to_be_focused()


@pytest.mark.soak
def test_a_comment_that_was_begun_stays_when_its_answer_comes_anew(devices: Devices) -> None:
    answer = an_answer(to=devices.question)
    page = devices.opened()
    box = comment_box(page, f"#answer-{answer.id}")
    box.get_by_role("textbox").fill("Begun under the old answer")
    with transaction():
        post_comment(a_person(), *_fresh(answer.id, devices.writer), "A comment from elsewhere.")
    devices.forum.work()
    page.locator("button.live-bar").click(timeout=PATIENCE)

    expect(page.locator(f"#answer-{answer.id}")).to_contain_text("A comment from elsewhere.")
    expect(box.get_by_role("textbox")).to_have_value("Begun under the old answer")
    expect(box.locator("[data-draft-status]")).to_contain_text(re.compile("saved", re.IGNORECASE), timeout=PATIENCE)
    assert devices.texts() == ["Begun under the old answer"]


def _fresh(answer_id: int, reader: Actor) -> tuple[Question, Answer]:
    answer, question = answer_with_question(answer_id, reader)
    return question, answer
