"""What changed between two versions of a text: by words of English, by segments of Chinese, never as HTML."""

import time

import pytest

from app.domains.questions.actions.asking import QuestionDraft, edit_question, question_to_change
from app.domains.search.analysis import segments
from app.kernel.transaction import transaction
from app.web.diffs import difference
from tests.conftest import sign_in
from tests.factories import a_question


def words(before: str, after: str) -> list[tuple[str, str]]:
    """The parts of one changed line that are not the same."""
    (line,) = difference([before], [after])
    assert line.kind == "changed"
    return [(kind, text) for kind, text in line.parts if kind != "same"]


CHANGES = [
    ("The router drops it every day.", "The router loses it every night.", ["-drops", "+loses", "-day", "+night"]),
    ("one two three four five", "one 2 3 four five", ["-two three", "+2 3"]),
    ("It works.", "It works well.", ["+ well"]),
    ("It doesn't work here.", "It does work here.", ["-doesn't", "+does"]),
    ("路由器晚上掉线三次，请帮忙", "路由器早上掉线三次，请帮忙", ["-晚上", "+早上"]),
    ("升级固件后打印机无法连接", "升级驱动后打印机无法连接", ["-固件", "+驱动"]),
    ("用 Wi-Fi 连接路由器", "用网线连接路由器", ["- Wi-Fi ", "+网线"]),
]


@pytest.mark.parametrize(("before", "after", "told"), CHANGES)
def test_a_changed_line_tells_its_changed_words(before, after, told):
    assert [("-" if kind == "gone" else "+") + text for kind, text in words(before, after)] == told


@pytest.mark.parametrize(("before", "after", "_told"), CHANGES)
def test_what_is_gone_and_what_is_new_add_up_to_both_texts(before, after, _told):
    (line,) = difference([before], [after])
    assert "".join(text for kind, text in line.parts if kind != "new") == before
    assert "".join(text for kind, text in line.parts if kind != "gone") == after


@pytest.mark.parametrize("text", ["", "路由器掉线，don't restart  it\tnow! 𠮷野家 x=1 ２００", "a\u200bb \n\n ok 　"])
def test_segments_joined_are_the_text(text):
    assert "".join(segments(text)) == text


def test_a_line_that_is_another_line_is_told_whole_what_is_gone_first():
    found = difference(["Restart it.", "The same."], ["Buy a new cable!", "The same."])
    assert [(each.kind, each.text) for each in found] == [
        ("gone", "Restart it."),
        ("new", "Buy a new cable!"),
        ("same", "The same."),
    ]


def test_a_line_that_was_changed_is_found_among_those_that_came_and_went():
    before = ["First line here.", "The router drops it.", "Last."]
    after = ["First line here.", "Something new came in.", "The router loses it.", "Last."]
    assert [each.kind for each in difference(before, after)] == ["same", "new", "changed", "same"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (["b", *["a"] * 1900, "c"], ["c", *["a", "b"] * 900]),
        (["w"] * 15_000, ["v"] * 15_000),
        (["a " * 7_000], ["b a " * 5_000]),
        (["的" * 15_000], ["的了" * 7_000]),
        ([str(number) for number in range(5_000)], [str(number * 7 % 5_003) for number in range(5_000)]),
    ],
)
def test_no_text_takes_long(before, after):
    began = time.process_time()
    found = difference(before, after)
    assert time.process_time() - began < 5
    assert "".join(part for line in found for kind, part in line.parts if kind != "gone") == "".join(after)


# --- the page ---


def history_of(client, ann, before: str, after: str, language: str = "en") -> str:
    question = a_question(by=ann, body=before)
    with transaction():
        row = question_to_change(question.id, ann)
        edit_question(ann, row, QuestionDraft(question.title, after, "mesh", ("router",), "question"))
    sign_in(client, ann).post("/settings/language", data={"language": language})
    return client.get(f"/questions/{question.id}/revisions").text


@pytest.mark.parametrize(
    ("language", "before", "after", "gone", "new"),
    [
        ("en", "The router drops it every day, why?", "The router loses it every day, why?", "drops", "loses"),
        ("zh", "路由器升级固件以后总是掉线，请大家帮忙", "路由器升级驱动以后总是掉线，请大家帮忙", "固件", "驱动"),
    ],
)
def test_the_history_shows_words_and_says_what_was_added_and_removed(client, ann, language, before, after, gone, new):
    page = history_of(client, ann, before, after, language)
    removed, added = {"en": ("Removed:", "Added:"), "zh": ("删除：", "添加：")}[language]
    assert f'<del><span class="visually-hidden">{removed} </span>{gone}</del>' in page
    assert f'<ins><span class="visually-hidden">{added} </span>{new}</ins>' in page


def test_nothing_in_a_text_is_html_in_its_history(client, ann):
    attack = '<img src=x onerror=alert(1)> </ins></pre><script>alert(2)</script> and more words about routers'
    page = history_of(client, ann, f"A text with {attack}", f"Another text with {attack} <b>bold</b>")
    shown = page[page.index('<pre class="diff">') : page.rindex("</pre>")]
    assert "<img" not in shown and "<script" not in shown and "<b>" not in shown and "&lt;script&gt;" in shown
