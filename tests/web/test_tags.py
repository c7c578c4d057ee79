import pytest

from app.domains.follows.models import FollowKind
from app.domains.follows.queries import followed_ids
from app.domains.questions.models import Question
from app.domains.tags.queries import synonyms_of, tag_by_name
from app.extensions import db
from app.kernel.transaction import transaction
from tests.conftest import sign_in, statements
from tests.factories import a_question


def test_tags_are_listed_with_how_often_they_are_used(app, client):
    a_question(tags=("wifi", "导出"))
    a_question(tags=("wifi",))
    text = client.get("/tags").text
    assert text.index("wifi") < text.index("导出")
    assert "2 questions" in text and "1 question" in text


def test_a_tag_is_found_by_the_beginning_of_its_name_or_of_another_word_for_it(app, client, eve):
    a_question(tags=("wifi", "refund"))
    sign_in(client, eve)
    client.post("/tags/wifi/edit", data={"description": "", "synonyms": "无线"})
    assert "refund" not in client.get("/tags?q=wi").text
    assert ">wifi<" in client.get("/tags?q=无").text
    assert "No tag begins with" in client.get("/tags?q=zzz").text


def test_another_word_that_is_too_long_is_refused_and_kept(app, client, eve):
    a_question(tags=("wifi",))
    page = sign_in(client, eve).post("/tags/wifi/edit", data={"description": "", "synonyms": "wlan " + "y" * 31})

    assert page.status_code == 422 and "has 31 characters; at most 30 fit." in page.text
    assert f'value="wlan {"y" * 31}"' in page.text


def test_many_tags_have_pages(app, client, eve):
    for number in range(13):
        a_question(by=eve, tags=tuple(f"word{number:02}x{letter}" for letter in "abcde"))
    first = client.get("/tags").text
    following = first.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")
    second = client.get(following).text
    assert first.count("tag-card") == 60 and second.count("tag-card") == 5


@pytest.mark.parametrize("after", ["nonsense", "eyJ9", "W10", "WyJhIiwgImIiXQ"])
def test_a_broken_cursor_is_said_instead_of_giving_the_first_page(client, app, after):
    a_question(tags=("wifi",))
    answer = client.get(f"/tags?after={after}")
    assert answer.status_code == 422 and "broken" in answer.text and "tag-card" not in answer.text


def test_a_tags_page_holds_its_questions_and_no_hidden_one(app, client):
    a_question(title="How do I reset the wifi password", tags=("wifi",))
    a_question(title="A question about something else", tags=("refund",))
    hidden = a_question(title="A hidden one about wifi and more", tags=("wifi",))
    with transaction():
        db.session.get_one(Question, hidden.id).hidden = True
    text = client.get("/tags/wifi").text
    assert "reset the wifi password" in text
    assert "something else" not in text and "A hidden one" not in text


def test_a_tags_page_costs_few_statements(app, client):
    for _question in range(10):
        a_question(tags=("wifi",))
    client.get("/tags/wifi")
    with statements() as seen:
        client.get("/tags/wifi")
    assert len(seen) <= 4, "\n".join(seen)


def test_another_word_leads_to_the_tag(app, client, eve):
    a_question(tags=("wifi",))
    sign_in(client, eve)
    client.post("/tags/wifi/edit", data={"description": "Wireless.", "synonyms": "wlan, 无线"})
    assert client.get("/tags/wlan").location == "/tags/wifi"
    text = client.get("/tags/wifi").text
    assert "Wireless." in text and "无线" in text


def test_an_unknown_tag_is_not_there(client, app):
    assert client.get("/tags/nothing").status_code == 404


def test_a_refused_description_keeps_the_text(app, client, eve):
    a_question(tags=("wifi", "refund"))
    sign_in(client, eve)
    answer = client.post("/tags/wifi/edit", data={"description": "Kept text.", "synonyms": "refund"})
    assert answer.status_code == 422 and "Kept text." in answer.text
    assert synonyms_of(tag_by_name("wifi").id) == []
    assert client.post("/tags/wifi/edit", data={"description": "x" * 501}).status_code == 422


def test_newcomers_do_not_describe(app, client, newcomer):
    a_question(tags=("wifi",))
    sign_in(client, newcomer)
    assert client.get("/tags/wifi/edit").status_code == 403
    assert client.post("/tags/wifi/edit", data={"description": "x"}).status_code == 403


def test_a_tag_is_followed_and_left(app, client, ann):
    a_question(tags=("wifi",))
    tag = tag_by_name("wifi")
    sign_in(client, ann)
    client.post("/tags/wifi/follow", data={"follow": "1"})
    assert followed_ids(ann.id, FollowKind.TAG) == [tag.id]
    assert 'aria-pressed="true"' in client.get("/tags/wifi").text
    client.post("/tags/wifi/follow", data={"follow": "0"})
    assert followed_ids(ann.id, FollowKind.TAG) == []


def test_a_guest_is_asked_to_sign_in_before_following(app, client):
    a_question(tags=("wifi",))
    assert client.post("/tags/wifi/follow").location.startswith("/login")
