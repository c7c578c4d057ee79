"""The search page as a browser gets it."""

import re
import shutil

import pytest

from app.domains.questions.actions.asking import question_to_change
from app.domains.questions.actions.hiding import hide_post
from app.domains.search.serving import serving
from app.kernel.transaction import transaction
from tests.conftest import sign_in
from tests.factories import a_product, a_question, an_answer


def titles(page):
    found = re.findall(r'<h2 class="question-title"[^>]*><a href="[^"]*">(.*?)</a>', page.text)
    return [re.sub(r"</?mark>", "", title) for title in found]


def test_a_question_is_found_with_its_words_marked(client, ann, worker):
    a_question(by=ann, title="The lamp stays dark", body="It happened <script>after</script> the storm of last night.")
    worker.tick()

    page = client.get("/search?q=lamps+storm")
    assert page.status_code == 200
    assert "1 question found" in page.text
    assert "<mark>lamp</mark>" in page.text and "<mark>storm</mark>" in page.text
    assert "<script>after" not in page.text
    assert 'name="q" value="lamps storm"' in page.text


def test_chinese_is_found_on_the_chinese_page(client, ann, worker):
    a_question(by=ann, title="如何导出报表", body="月底需要把报表发给财务，但是导出按钮一直是灰色的。", tags=("导出",))
    worker.tick()

    page = client.get("/search?q=报表", headers={"Accept-Language": "zh-CN"})
    assert 'lang="zh-Hans"' in page.text and "如何导出<mark>报表</mark>" in page.text


def test_without_words_the_page_explains_how_to_search(client, app):
    page = client.get("/search")
    assert page.status_code == 200
    assert "is:unanswered" in page.text and "found" not in page.text


def test_an_unknown_product_or_person_is_named(client, ann, worker):
    a_question(by=ann, title="The lamp stays dark")
    worker.tick()

    assert "No product is called “nope”. There are: mesh." in client.get("/search?q=lamp+product:nope").text
    assert "Nobody here is called “nobody”." in client.get("/search?q=user:nobody").text
    assert "There is no tag “nope”." in client.get("/search?q=lamp&tag=nope").text


def test_filters_are_kept_and_narrow(client, ann, bob, worker):
    a_product("notes")
    a_question(by=ann, title="The lamp stays dark", tags=("power",))
    an_answer(to=a_question(by=ann, title="The lamp stays green", product="notes"), by=bob)
    worker.tick()

    page = client.get("/search?q=lamp&product=notes&state=answered&lang=en&sort=new")
    assert titles(page) == ["The lamp stays green"]
    chosen = re.findall(r'<option value="(\w+)" selected>', page.text)
    assert chosen == ["notes", "answered", "en", "new"]
    assert titles(client.get("/search?tag=power")) == ["The lamp stays dark"]


def test_pages_follow_by_their_address(client, ann, worker):
    with transaction():
        for number in range(23):
            a_question(by=ann, title=f"The lamp with number {number}")
    worker.tick()

    first = client.get("/search?q=lamp")
    following = re.search(r'href="([^"]+)" rel="next"', first.text)[1].replace("&amp;", "&")
    second = client.get(following)
    assert len(titles(first)) == 20 and len(set(titles(first) + titles(second))) == 23
    assert "23 questions found" in second.text and 'rel="next"' not in second.text


def test_what_is_not_found_can_be_asked_with_the_same_words(client, app, worker):
    a_product("mesh")
    worker.tick()

    page = client.get("/search?q=purple+%22unknown+lamp%22+is:solved&product=mesh")
    assert "Nothing found" in page.text
    address = re.search(r'href="(/questions/ask\?title=[^"]+)"', page.text)[1].replace("&amp;", "&")
    asking = client.get(address)
    assert 'value="purple unknown lamp"' in asking.text


ODD_ADDRESSES = [
    "/search?q=%5Bunknown%5D+lamp", "/search?q=%22never+closed", "/search?q=" + "lamp+" * 2000,
    "/search?q=%00%ED%A0%80",
    "/search?q=lamp&after=Wy01XQ", "/search?q=lamp&after=Wzk5OTk5OTk5OV0",
    "/search?q=lamp&sort=x&state=y&lang=z&product=q&tag=%5D", "/questions/similar?title=%22&product=none",
    "/questions/similar?title=" + "x" * 9000,
]  # fmt: skip


def test_no_address_breaks_the_page_with_or_without_an_index(client, ann, worker):
    a_question(by=ann, title="The lamp stays dark")
    assert {client.get(address).status_code for address in ODD_ADDRESSES} == {200}
    worker.tick()
    assert {client.get(address).status_code for address in ODD_ADDRESSES} == {200}


def test_a_broken_link_into_the_results_is_said(client, ann):
    a_question(by=ann, title="The lamp stays dark")
    assert client.get("/search?q=lamp&after=nonsense").status_code == 422


def test_hints_are_sentences(client, ann, worker):
    worker.tick()
    page = client.get("/search?q=[nobody-has-this]+colour:red+score:many")
    assert "There is no tag “nobody-has-this”" in page.text
    assert "There is no operator “colour:”" in page.text
    assert "“score:many” means nothing here" in page.text


def test_while_the_index_is_away_the_page_says_so(client, ann, worker):
    a_question(by=ann, title="The lamp stays dark")
    worker.tick()
    shutil.rmtree(serving().root)

    page = client.get("/search?q=lamp")
    assert (page.status_code, titles(page)) == (200, ["The lamp stays dark"])
    assert "being built again" in page.text


def test_a_hidden_title_is_in_no_byte_a_stranger_gets(client, ann, bob, mona, worker):
    hidden = a_question(by=ann, title="The canary lamp with a secret")
    worker.tick()
    with transaction():
        hide_post(mona, question_to_change(hidden.id, mona), "spam")

    addresses = ["/search?q=canary", "/search?q=user:ann", "/questions/similar?title=The+canary+lamp+with+a+secret"]
    for tick in (False, True):
        if tick:
            worker.tick()
        for address in addresses:
            assert "secret" not in client.get(address).text
        assert "0 questions found" in client.get("/search?q=canary").text
    sign_in(client, ann)
    assert titles(client.get("/search?q=canary")) == ["The canary lamp with a secret"]


def test_similar_questions_are_a_part_of_a_page_and_empty_without_a_title(client, ann, worker):
    a_question(by=ann, title="The lamp stays dark")
    worker.tick()

    part = client.get("/questions/similar?title=lamp+dark&product=mesh&body=words")
    assert "The lamp stays dark" in part.text and "<html" not in part.text
    assert client.get("/questions/similar").text == client.get("/questions/similar?title=+").text == ""
    assert client.get("/questions/similar?title=zebra").text.strip() == ""


@pytest.mark.settings(limits="on")
def test_a_guest_who_searches_like_a_machine_is_asked_to_wait(client, app, ann, worker):
    worker.tick()
    answers = [client.get("/search?q=lamp").status_code for _ in range(31)]
    assert answers == [200] * 30 + [429]
    assert client.get("/search").status_code == 200
    assert client.get("/questions/similar?title=lamp").status_code == 200


NAMES = [pytest.param(name, marks=pytest.mark.settings(search_engine=name)) for name in ("auto", "tantivy")]


@pytest.mark.parametrize("name", NAMES)
def test_the_administrator_sees_which_engine_serves_and_why(client, ada, clock, worker, name):
    a_question(title="The lamp stays dark")
    sign_in(client, ada)
    assert "No index yet" in client.get("/admin/search").text
    worker.tick()

    page = client.get("/admin/search").text
    said = {"auto": "SEARCH_ENGINE=auto takes Whoosh below 5,000", "tantivy": "SEARCH_ENGINE=tantivy names it"}
    assert said[name] in page and "1 / 1" in page and "SEARCH_ENGINE=whoosh" in page

    before = serving().current().folder
    assert client.post("/admin/search/rebuild").status_code == 303
    assert "about to be built" in client.get("/admin/search").text
    clock.advance(minutes=1)
    worker.tick()
    assert serving().current().folder != before
