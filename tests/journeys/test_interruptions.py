"""Nothing typed is ever lost: fifty interruptions of five forms, and the words are found again every time.

Each is a form, a way of being interrupted and a text, drawn from a seed. What was lost is named with its number.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from random import Random
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from playwright.sync_api import Error as BrowserError

from app.domains.accounts.actions.sessions import end_all_sessions
from app.domains.accounts.actor import Actor
from app.domains.accounts.models import User
from app.domains.questions.actions.asking import QuestionDraft, edit_question, question_to_change
from app.domains.questions.models import Answer, Comment, PendingQuestion, Question
from app.extensions import db
from app.kernel.transaction import transaction
from tests.factories import a_person, a_question
from tests.servers.live_forum import Forum, forum_beside_web
from tests.servers.web_process import served

pytestmark = pytest.mark.browser
PATIENCE = 30_000  # milliseconds
KEPT_WITHIN = 450  # milliseconds: a pause of typing after which the browser has its copy
SEED = int(os.environ.get("SEED", "20260303"))
NEWER = QuestionDraft("A newer title of it", "A newer text of the other window.", "mesh", ("wifi",))
SHOWN = "document.body.textContent + [...document.querySelectorAll('textarea')].map(t => t.value).join()"
WORDS = ("router", "restart", "导出", "报表", "yesterday", "为什么", "**bold**", "`5.3`", "again", "手机", "🙂")


@pytest.fixture(scope="module")
def forum(empty_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forum]:
    with forum_beside_web(empty_database, tmp_path_factory.mktemp("interrupted")) as both:
        yield both


@dataclass
class Writer:
    """Somebody at a form, with one field of many words."""

    forum: Forum
    chromium: Browser
    form: str
    actor: Actor
    question: Question
    text: str
    storage: BrowserContext | None = None

    @property
    def path(self) -> str:
        number = self.question.id
        return {
            "ask": "/questions/ask",
            "answer": f"/questions/{number}/{self.question.slug}",
            "comment": f"/questions/{number}/{self.question.slug}?comment=question:{number}",
            "edit": f"/questions/{number}/edit",
            "profile": "/settings/profile",
        }[self.form]

    @property
    def keep(self) -> str:
        number = self.question.id
        named = {"answer": "answer", "comment": "comment-question", "edit": "edit-question"}
        return f"{named[self.form]}:{number}" if self.form in named else self.form

    def browser(self) -> BrowserContext:
        context = self.chromium.new_context(base_url=self.forum.web.address, locale="en-GB")
        context.set_default_timeout(PATIENCE)
        self.sign_in(context)
        return context

    def sign_in(self, context: BrowserContext) -> None:
        cookie = self.forum.session_cookie(self.actor)
        context.add_cookies([{"name": "huzhu", "value": cookie, "url": self.forum.web.address}])

    def open(self, context: BrowserContext) -> Page:
        page = context.new_page()
        page.goto(self.path)
        return page

    def box(self, page: Page):
        name = "about" if self.form == "profile" else "body"
        return page.locator(f"form[data-keep='{self.keep}'] [name={name}]").first

    def type(self, page: Page) -> None:
        self.box(page).fill(self.text)
        page.wait_for_timeout(KEPT_WITHIN)

    def submit(self, page: Page, **how: Any) -> None:
        form = page.locator(f"form[data-keep='{self.keep}']").first
        if self.form == "ask":
            form.locator("[name=title]").fill("The lamp blinks at night, every night")
            form.locator("[name=tags]").fill("wifi")
        form.locator("button:not([formaction]):not([type=button])").last.click(**how)

    def is_stored(self) -> int:
        """How many rows of the forum hold the text; a visitor's question waits for the link in its mail."""
        db.session.rollback()
        found = [row.body for kind in (Question, Answer, Comment) for row in db.session.query(kind).all()]
        found += [row.draft["body"] for row in db.session.query(PendingQuestion).all()]
        found += [user.about for user in db.session.query(User).all()]
        return sum(self.text.strip() == (text or "").strip() for text in found)


def tab_closed(writer: Writer, context: BrowserContext, page: Page) -> Page:
    page.close(run_before_unload=False)
    return writer.open(context)


def page_crashed(writer: Writer, context: BrowserContext, page: Page) -> Page:
    with suppress(BrowserError):
        page.goto("chrome://crash", timeout=3000)
    return writer.open(context)


def walked_away(writer: Writer, context: BrowserContext, page: Page) -> Page:
    page.goto("/tags")
    page.go_back()
    return page


def reloaded(writer: Writer, context: BrowserContext, page: Page) -> Page:
    page.reload()
    return page


def offline(writer: Writer, context: BrowserContext, page: Page) -> Page:
    context.set_offline(True)
    with suppress(BrowserError):
        writer.submit(page, no_wait_after=True)
        page.wait_for_timeout(300)
    context.set_offline(False)
    return writer.open(context)


def session_expired(writer: Writer, context: BrowserContext, page: Page) -> Page:
    with transaction():
        end_all_sessions(writer.actor.id or 0)
    writer.submit(page)
    page.wait_for_load_state()
    writer.sign_in(context)
    return writer.open(context)


def conflict(writer: Writer, context: BrowserContext, page: Page) -> Page:
    """Another window posts something else of the same form before this one does."""
    if writer.form == "edit":
        with transaction():
            question = question_to_change(writer.question.id, writer.actor)
            edit_question(writer.actor, question, NEWER)
    else:
        writer.open(context).close()
    writer.submit(page)
    page.wait_for_load_state()
    return page


def server_killed(writer: Writer, context: BrowserContext, page: Page) -> Page:
    """It dies under the submit, and is back later on the same address."""
    port, folder = writer.forum.web.port, writer.forum.folder
    writer.forum.web.running.kill()
    with suppress(BrowserError):
        writer.submit(page, no_wait_after=True)
        page.wait_for_timeout(500)
    again = served(folder, port, folder / "web.log")
    writer.forum.web = again.__enter__()
    _started.append(again)
    return writer.open(context)


def submitted_twice(writer: Writer, context: BrowserContext, page: Page) -> Page:
    writer.submit(page, no_wait_after=True)
    with suppress(BrowserError):
        writer.submit(page, timeout=300)
    page.wait_for_load_state()
    return page


_started: list = []
WAYS: dict[str, Callable[[Writer, BrowserContext, Page], Page]] = {
    way.__name__: way
    for way in (
        tab_closed, page_crashed, walked_away, reloaded, offline, session_expired, conflict, server_killed,
        submitted_twice,
    )
}  # fmt: skip
FORMS = ("ask", "answer", "comment", "edit", "profile")


def script(number: int) -> list[tuple[int, str, str, str]]:
    """(number, form, way, text): each form meets each way once before any pair comes again."""
    dice = Random(SEED)
    pairs = list(product(FORMS, WAYS))
    dice.shuffle(pairs)
    chosen = [pairs[place % len(pairs)] for place in range(number)]
    return [
        (place, *pair, f"Words {place}: {' '.join(dice.choices(WORDS, k=dice.randint(6, 30)))} end.")
        for place, pair in enumerate(chosen)
    ]


SHORT = [each for each in script(45) if each[1:3] in {
    ("ask", "tab_closed"), ("ask", "session_expired"), ("answer", "offline"), ("answer", "submitted_twice"),
    ("comment", "reloaded"), ("edit", "conflict"), ("profile", "page_crashed"), ("profile", "session_expired"),
}]  # fmt: skip
RUN = script(50) if os.environ.get("SOAK") else SHORT


@pytest.mark.parametrize(("number", "form", "way", "text"), RUN, ids=lambda value: str(value)[:16])
def test_the_words_are_there_after(
    number: int, form: str, way: str, text: str, forum: Forum, chromium: Browser
) -> None:
    actor = a_person(level=2)
    question = a_question(by=actor if form == "edit" else a_person())
    writer = Writer(forum, chromium, form, actor, question, text)
    context = writer.browser()
    try:
        page = writer.open(context)
        writer.type(page)
        page = WAYS[way](writer, context, page)
        stored = writer.is_stored()
        assert stored <= 1, "posted twice"
        if not stored:
            expect_found(writer, context, page)
    finally:
        context.close()


def expect_found(writer: Writer, context: BrowserContext, page: Page) -> None:
    """In the form, or beside it where two texts wait for a choice, or on the page that says why it was not taken."""
    try:
        expect(writer.box(page)).to_have_value(writer.text, timeout=8000)
    except AssertionError:
        found = writer.text in page.evaluate(SHOWN) or is_offered(writer, context)
        assert found, f"lost: {writer.text!r} at {page.url}"


def is_offered(writer: Writer, context: BrowserContext) -> bool:
    """What only a draft holds counts where the form, opened again, shows it."""
    page = writer.open(context)
    page.wait_for_timeout(1000)
    return writer.text in page.evaluate(SHOWN)
