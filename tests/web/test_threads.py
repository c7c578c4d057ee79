"""Long threads: pages of answers, folded comments, the list of answers, quotes, and parts for open pages."""

import re

import pytest

from app.web.threads import ANSWERS_WEIGH, BUTTONS_WEIGH, anchored
from tests.conftest import sign_in
from tests.factories import a_comment, a_person, a_question, an_answer


def shown(page) -> list[int]:
    return [int(found) for found in re.findall(r'data-answer="(\d+)"', page.text)]


def path_of(question) -> str:
    return f"/questions/{question.id}/{question.slug}"


SHORT_ONES_A_PAGE = ANSWERS_WEIGH // (BUTTONS_WEIGH + 60)


@pytest.fixture
def long_thread(ann, bob):
    """Ann's question with more answers than a page shows, and their ids in the order in which they are shown."""
    question = a_question(by=ann)
    bodies = [f"Please wait for {n + 2} minutes, then go on." for n in range(SHORT_ONES_A_PAGE + 3)]
    return question, [an_answer(to=question, by=bob, body=body).id for body in bodies]


def test_a_long_thread_has_pages_and_each_leads_to_the_next(client, long_thread):
    question, ids = long_thread
    first = client.get(path_of(question))
    assert shown(first) == ids[:SHORT_ONES_A_PAGE]
    later = re.search(r'href="([^"]+)#answer-\d+">More answers', first.text)[1]
    second = client.get(later)
    assert shown(second) == ids[SHORT_ONES_A_PAGE:]
    assert f'href="{path_of(question)}#answers"' in second.text and "More answers" not in second.text


def test_the_address_of_an_answer_leads_to_its_page(client, long_thread):
    _question, ids = long_thread
    assert ids[-1] in shown(client.get(f"/answers/{ids[-1]}", follow_redirects=True))
    assert "?at" not in client.get(f"/answers/{ids[0]}").location


def test_the_list_of_answers_names_those_of_later_pages_too(client, long_thread):
    question, ids = long_thread
    page = client.get(path_of(question)).text
    assert f'href="#answer-{ids[0]}"' in page and f'href="/answers/{ids[-1]}"' in page
    assert page.count(f'href="#answer-{ids[0]}"') == 1, "one list serves the phone and the desk"
    assert "toc-beside" not in client.get(path_of(a_question())).text


def test_whatever_arrived_comes_in_one_request_with_their_number(client, long_thread):
    question, ids = long_thread
    arrived = client.get(f"/questions/{question.id}/answers/fragment?ids={ids[-1]},{ids[2]},x,")
    assert shown(arrived) == [ids[2], ids[-1]]
    assert f">{len(ids)} answers<" in arrived.text and "<html" not in arrived.text


def test_of_many_comments_the_middle_is_folded(client, ann):
    question = a_question(by=ann)
    ids = [a_comment(on=question, body=f"The same here since day {n + 1}.").id for n in range(7)]
    page = client.get(path_of(question)).text
    folded = re.search(r"<details class=\"more-comments\">(.*?)</details>", page, re.DOTALL)[1]
    assert "Show 3 more comments" in folded
    assert re.findall(r'id="comment-(\d+)"', folded) == [str(each) for each in ids[2:5]]


def test_few_comments_are_not_folded(client, ann):
    question = a_question(by=ann)
    for number in range(5):
        a_comment(on=question, body=f"The same here since day {number + 1}.")
    assert "more-comments" not in client.get(path_of(question)).text


def test_without_scripts_a_quote_stands_in_the_form_with_its_author(client, ann, bob, eve):
    question = a_question(by=ann)
    answer = an_answer(to=question, by=bob, body="Please restart it.\n\nThen wait.")
    page = sign_in(client, eve).get(f"{path_of(question)}?quote=answer:{answer.id}").text
    form = page[page.index('id="your-answer"') :]
    assert "bob wrote:\n\n&gt; Please restart it.\n&gt;\n&gt; Then wait." in form.replace("\r\n", "\n")


def test_what_one_may_not_see_cannot_be_quoted(client, ann, bob, eve):
    question, other = a_question(by=ann), a_question(by=ann)
    answer = an_answer(to=other, by=bob, body="Please throw the apple away.")
    page = sign_in(client, eve).get(f"{path_of(question)}?quote=answer:{answer.id}").text
    assert "the apple" not in page


def test_headings_have_names_that_follow_from_their_words():
    html = "<h2>如何 重置?</h2><p>a</p><h3><code>wifi</code> off</h3><h2>如何 重置?</h2>"
    assert re.findall(r'id="([^"]+)"', anchored(html, "answer-7")) == [
        "answer-7-如何-重置", "answer-7-wifi-off", "answer-7-如何-重置-2",
    ]  # fmt: skip


def test_an_edit_in_place_gives_the_form_alone_and_then_nothing_but_yes(client, ann, bob):
    question = a_question(by=ann)
    answer = an_answer(to=question, by=bob)
    part = {"HX-Request": "true"}
    form = sign_in(client, bob).get(f"/answers/{answer.id}/edit", headers=part).text
    assert "<html" not in form and f'data-keep="edit-answer:{answer.id}"' in form

    def save(body: str):
        return client.post(f"/answers/{answer.id}/edit", data={"body": body, "base_version": 1}, headers=part)

    assert save("Please restart it twice.").status_code == 204
    late = save("Please do nothing at all.")
    assert late.status_code == 409 and "restart it twice" in late.text and "<html" not in late.text


def test_an_answer_costs_a_signed_in_reader_little(client, ann, bob, eve):
    question = a_question(by=ann)
    an_answer(to=question, by=bob)
    one = len(sign_in(client, eve).get(path_of(question)).text)
    for number in range(4):
        an_answer(to=question, by=a_person(), body=f"Please wait for {number + 2} minutes, then go on.")
    assert (len(client.get(path_of(question)).text) - one) / 4 < 3400
