"""Writing in a real browser: toolbar and keys that undo takes back, paste, names, and an input method for Chinese."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.factories import a_person, a_question, an_answer
from tests.servers.live_forum import Forum, forum_beside_web

pytestmark = pytest.mark.browser
PATIENCE = 30_000  # milliseconds: the machine may be running other tests too


@pytest.fixture(scope="module")
def forum(empty_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forum]:
    with forum_beside_web(empty_database, tmp_path_factory.mktemp("editor")) as both:
        yield both


@pytest.fixture
def desk(forum: Forum, chromium: Browser) -> Iterator[Page]:
    """A question's page with the answer's editor at work, of somebody whom 陈明 has answered before."""
    question = a_question(tags=("wifi", "固件"))
    an_answer(to=question, by=a_person("陈明"))
    context = chromium.new_context(base_url=forum.web.address, locale="en-GB", viewport={"width": 1280, "height": 900})
    context.set_default_timeout(PATIENCE)
    cookie = forum.session_cookie(a_person())
    context.add_cookies([{"name": "huzhu", "value": cookie, "url": forum.web.address}])
    page = context.new_page()
    page.goto(f"/questions/{question.id}/{question.slug}")
    text(page).focus()
    expect(tool(page, "Bold")).to_be_visible(timeout=PATIENCE)
    yield page
    context.close()


def text(page: Page) -> Locator:
    return page.locator("#your-answer textarea")


def tool(page: Page, name: str) -> Locator:
    return page.locator("#your-answer").get_by_role("button", name=name, exact=True)


def compose(page: Page, letters: list[str], chosen: str) -> None:
    """What an input method does: letters that are not meant yet, then the word that was chosen from its list."""
    ime = page.context.new_cdp_session(page)
    for count in range(1, len(letters) + 1):
        typed = "".join(letters[:count])
        ime.send("Input.imeSetComposition", {"text": typed, "selectionStart": len(typed), "selectionEnd": len(typed)})
    ime.send("Input.insertText", {"text": chosen})


def paste(page: Page, html: str, plain: str) -> None:
    page.evaluate(
        """([html, plain]) => {
            const data = new DataTransfer();
            data.setData("text/html", html);
            data.setData("text/plain", plain);
            const event = new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true });
            document.activeElement.dispatchEvent(event);
        }""",
        [html, plain],
    )


def test_keys_and_buttons_write_markdown_and_undo_takes_it_back(desk: Page) -> None:
    text(desk).type("restart it")
    desk.keyboard.press("Control+A")
    desk.keyboard.press("Control+B")
    expect(text(desk)).to_have_value("**restart it**")
    desk.keyboard.press("Control+B")
    expect(text(desk)).to_have_value("restart it")
    tool(desk, "List").click()
    expect(text(desk)).to_have_value("- restart it")
    for _ in range(3):
        desk.keyboard.press("Control+Z")
    expect(text(desk)).to_have_value("restart it")


def test_a_list_goes_on_by_itself_and_tab_leaves_the_field_elsewhere(desk: Page) -> None:
    desk.keyboard.type("1. off")
    desk.keyboard.press("Enter")
    desk.keyboard.type("wait")
    desk.keyboard.press("Enter")
    desk.keyboard.press("Tab")
    expect(text(desk)).to_have_value("1. off\n2. wait\n  3. ")
    desk.keyboard.press("Shift+Tab")
    desk.keyboard.press("Enter")
    expect(text(desk)).to_have_value("1. off\n2. wait\n")
    desk.keyboard.press("Tab")
    expect(text(desk)).not_to_be_focused()


def test_the_toolbar_is_one_stop_of_the_tab_key(desk: Page) -> None:
    desk.keyboard.press("Shift+Tab")
    expect(tool(desk, "Bold")).to_be_focused()
    desk.keyboard.press("ArrowRight")
    desk.keyboard.press("ArrowRight")
    expect(tool(desk, "Heading")).to_be_focused()
    desk.keyboard.press("Tab")
    expect(text(desk)).to_be_focused()


def test_pasted_html_becomes_markdown_and_a_spreadsheet_a_table(desk: Page) -> None:
    paste(desk, '<p>Read <a href="https://example.com/m">the manual</a></p>', "Read the manual")
    expect(text(desk)).to_have_value("Read [the manual](https://example.com/m)", timeout=PATIENCE)
    desk.keyboard.press("Control+Z")
    expect(text(desk)).to_have_value("Read the manual")
    text(desk).fill("")
    paste(desk, "<table><tr><td>型号</td><td>固件</td></tr></table>", "型号\t固件\nX1\t5.2|beta\n")
    expect(text(desk)).to_have_value("| 型号 | 固件 |\n| --- | --- |\n| X1 | 5.2\\|beta |")


def test_an_input_method_writes_a_name_after_an_at_and_enter_chooses_it(desk: Page) -> None:
    options = desk.locator("#your-answer .options [role=option]")
    desk.keyboard.type("请问 @")
    expect(options.first).to_contain_text("陈明", timeout=PATIENCE)

    ime = desk.context.new_cdp_session(desk)
    for typed in ("c", "ch", "che", "chen"):
        ime.send("Input.imeSetComposition", {"text": typed, "selectionStart": len(typed), "selectionEnd": len(typed)})
    expect(options).to_have_count(0)
    # The key that takes the input method's word is not for the page.
    desk.evaluate(
        """() => {
            const key = { key: "Enter", keyCode: 229, isComposing: true, bubbles: true, cancelable: true };
            document.activeElement.dispatchEvent(new KeyboardEvent("keydown", key));
        }"""
    )
    ime.send("Input.insertText", {"text": "陈"})
    expect(text(desk)).to_have_value("请问 @陈")
    expect(options).to_have_count(1, timeout=PATIENCE)
    desk.keyboard.press("Enter")
    expect(text(desk)).to_have_value(re.compile(r"^请问 \[@陈明\]\(/users/\d+\) $"))


def test_a_comment_names_somebody_and_is_changed_where_it_stands(desk: Page) -> None:
    desk.locator("a[data-comment-on^=question]").click()
    field = desk.locator("#question textarea[name=body]")
    field.type("Thank you, @陈")
    expect(desk.locator("#question [role=option]")).to_have_count(1, timeout=PATIENCE)
    desk.keyboard.press("Enter")
    expect(field).to_have_value(re.compile(r"^Thank you, \[@陈明\]\(/users/\d+\) $"))
    desk.keyboard.press("Control+Enter")
    comment = desk.locator("#question .comment")
    expect(comment).to_contain_text("Thank you, @陈明", timeout=PATIENCE)
    comment.get_by_role("link", name="Edit").click()
    comment.locator("textarea").fill("Thank you both!")
    comment.get_by_role("button", name="Save", exact=True).click()
    expect(comment).to_contain_text("Thank you both!", timeout=PATIENCE)
    expect(comment).to_contain_text("edited")
    expect(desk.locator("#question .comment textarea")).to_have_count(0)
    expect(text(desk)).to_be_visible()


def test_composing_in_a_list_begins_no_new_point_before_the_word_is_there(desk: Page) -> None:
    desk.keyboard.type("- ")
    compose(desk, ["c", "o", "n", "g"], "重启")
    desk.keyboard.press("Enter")
    compose(desk, ["d"], "等")
    expect(text(desk)).to_have_value("- 重启\n- 等")


def test_tags_are_completed_with_the_keyboard_and_with_an_input_method(desk: Page) -> None:
    desk.goto("/questions/ask")
    tags = desk.get_by_role("combobox", name="Tags")
    tags.focus()
    desk.keyboard.type("wi")
    options = desk.locator(".options [role=option]")
    expect(options).to_have_count(1, timeout=PATIENCE)
    expect(tags).to_have_attribute("aria-expanded", "true")
    desk.keyboard.press("ArrowDown")
    desk.keyboard.press("Enter")
    expect(tags).to_have_value("wifi ")

    compose(desk, ["g", "u"], "固")
    expect(options).to_have_count(1, timeout=PATIENCE)
    desk.keyboard.press("ArrowDown")
    desk.keyboard.press("Enter")
    expect(tags).to_have_value("wifi 固件 ")
    expect(desk).to_have_url(re.compile("/questions/ask$"))


def test_the_preview_stands_beside_the_text_and_follows_it(desk: Page) -> None:
    desk.keyboard.type("**Restart** it")
    desk.locator("#your-answer [data-preview]").click()
    shown = desk.locator("#your-answer .editor-preview")
    expect(shown.locator("strong")).to_have_text("Restart", timeout=PATIENCE)
    text(desk).focus()
    desk.keyboard.type(" once more")
    expect(shown).to_contain_text("it once more", timeout=PATIENCE)


def test_leaving_asks_only_while_something_typed_is_not_saved_on_the_server(desk: Page) -> None:
    asked: list[str] = []
    desk.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    desk.keyboard.type("Half an answer")
    desk.reload()
    assert asked == ["beforeunload"]

    status = desk.locator("#your-answer [data-draft-status]")
    text(desk).fill("Half an answer, saved.")
    expect(status).to_have_text("Saved", timeout=PATIENCE)
    desk.reload()
    assert asked == ["beforeunload"]


def test_control_and_enter_posts(desk: Page) -> None:
    desk.keyboard.type("Please restart it once more.")
    desk.keyboard.press("Control+Enter")
    expect(desk.locator("article[data-answer]")).to_have_count(2, timeout=PATIENCE)
