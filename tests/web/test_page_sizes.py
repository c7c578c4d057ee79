"""What a question page weighs: the bytes of the budget (bench/face.py), without the clock."""

import gzip
import re

import pytest

from app.web.sheets import squeezed
from app.web.threads import FEWEST
from tests.conftest import sign_in
from tests.factories import a_comment, a_question, an_answer

MOST_HTML, MOST_CSS, MOST_JS_GZIPPED = 50_000, 40_000, 60_000
IMPORTED = re.compile(r"""(?:\bfrom|\bimport)\s*["'](\./[\w./]+)(?:\?[^"']*)?["']""")
SAID = "导出以前请先在设置里选好时区，再等两分钟；如果还是少一行，把日志贴上来。 "


def path_of(question) -> str:
    return f"/questions/{question.id}/{question.slug}"


def sheets_of(client, page) -> int:
    addresses = set(re.findall(r'<link rel="stylesheet" href="([^"]+)"', page.text))
    assert addresses
    return sum(len(client.get(address).data) for address in addresses)


def scripts_of(client, page) -> int:
    """Of the page's scripts and of all that these import at once, as they travel; not what a press asks for."""
    found = re.findall(r'<script[^>]* src="([^"?]+)', page.text)
    assert found
    seen: dict[str, int] = {}
    while found:
        address = found.pop()
        if address not in seen:
            answer = client.get(address)
            assert answer.status_code == 200, address
            seen[address] = len(gzip.compress(answer.data, 6))
            found += [f"/static/js/{name[2:]}" for name in IMPORTED.findall(answer.text)]
    return sum(seen.values())


@pytest.fixture
def thread(ann, bob):
    question = a_question(by=ann, body=SAID * 8)
    for n in range(30):
        an_answer(to=question, by=bob, body=f"{n + 1}. {SAID * 4}")
    for _n in range(3):
        a_comment(on=question, body=SAID)
    return question


@pytest.mark.parametrize("role", ["guest", "member", "asker", "moderator"])
def test_a_thread_of_thirty_answers_stays_within_the_budget(client, thread, ann, eve, mona, role):
    who = {"member": eve, "asker": ann, "moderator": mona}.get(role)
    page = (sign_in(client, who) if who else client).get(path_of(thread))
    assert page.text.count("data-answer=") >= FEWEST and "More answers" in page.text
    assert len(page.data) <= MOST_HTML
    assert sheets_of(client, page) <= MOST_CSS
    assert scripts_of(client, page) <= MOST_JS_GZIPPED


def test_long_answers_share_a_page_with_fewer_others_and_none_is_left_out(client, ann, bob):
    question = a_question(by=ann)
    ids = [an_answer(to=question, by=bob, body=f"{n + 1}. {SAID * 40}").id for n in range(FEWEST * 3)]
    seen, address = [], path_of(question)
    while address:
        page = client.get(address)
        here = [int(each) for each in re.findall(r'data-answer="(\d+)"', page.text)]
        assert len(here) <= FEWEST
        seen += here
        later = re.search(r'href="([^"]+)#answer-\d+">More answers', page.text)
        address = later and later[1]
    assert seen == ids


def test_whoever_cannot_write_does_not_fetch_the_editor(client, ann):
    question = a_question(by=ann)

    def fetches_it() -> bool:
        sheets = re.findall(r'<link rel="stylesheet" href="([^"]+)"', client.get(path_of(question)).text)
        return any(".editor-foot" in client.get(each).text for each in sheets)

    assert not fetches_it()
    sign_in(client, ann)
    assert fetches_it()


def test_sheets_are_joined_and_kept_for_a_year_by_the_browser_alone(client, ann):
    answer = sign_in(client, ann).get("/sheets/tokens.css")
    assert answer.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    assert "Set-Cookie" not in answer.headers
    answer = client.get("/sheets/tokens-page.css?v=1")
    assert answer.mimetype == "text/css" and "immutable" in answer.headers["Cache-Control"]
    assert answer.text.index("--paper") < answer.text.index(".site-header") and "/*" not in answer.text


@pytest.mark.parametrize("names", ["nothing", "tokens-nothing", "..", "tokens-" * 12 + "tokens", ""])
def test_what_is_no_sheet_is_not_found(client, names):
    assert client.get(f"/sheets/{names}.css").status_code == 404


def test_a_squeezed_sheet_says_the_same():
    css = """/* a: b */ .a .b:is(.c, .d) > p, a::after { content: " , { } "; margin: 0 calc(100% - 8px) ; }
      @media (min-width: 900px) and (hover) { .x [data-k="a: b"] .y { --v: 1px; color: red } }"""
    assert squeezed(css) == (
        '.a .b:is(.c,.d)>p,a::after{content: " , { } ";margin:0 calc(100% - 8px)}'
        '@media (min-width: 900px) and (hover){.x [data-k="a: b"] .y{--v:1px;color:red}}'
    ).replace('content: "', 'content:"')
