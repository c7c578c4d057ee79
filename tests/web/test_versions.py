"""The page of an answer in two languages, and where to write the second one."""

import re

from tests.conftest import sign_in
from tests.factories import a_question, an_answer

CHINESE = "请把路由器重新启动一次，然后等待十分钟。"


def test_a_version_is_written_beside_the_answer_and_shown_as_one_with_it(client, app, ann, bob, eve):
    question = a_question(by=ann)
    answer = an_answer(to=question, by=bob)
    page = sign_in(client, eve).get(f"/answers/{answer.id}/version").text
    assert "Please restart the router once." in page and 'id="body"' in page
    written = client.post(f"/answers/{answer.id}/version", data={"body": CHINESE})
    assert written.status_code == 303

    address = f"/questions/{question.id}/{question.slug}"
    english = client.get(address).text
    assert ">1 answer<" in english and english.count("data-answer=") == 2
    assert open_languages(english) == ["en"]
    visitor = app.test_client().get(address, headers={"Accept-Language": "zh"}).text
    assert open_languages(visitor) == ["zh-CN"] or open_languages(visitor) == ["zh-Hans"]


def open_languages(page: str) -> list[str]:
    return re.findall(r'<details class="version" name="texts-\d+" open><summary lang="([^"]+)"', page)


def test_a_version_in_the_same_language_is_refused_and_kept(client, ann, bob, eve):
    answer = an_answer(to=a_question(by=ann), by=bob)
    refused = sign_in(client, eve).post(f"/answers/{answer.id}/version", data={"body": "Please wait ten minutes."})
    assert refused.status_code == 422 and "Please wait ten minutes." in refused.text
    assert "same language" in refused.text


def test_the_page_of_what_is_missing_leads_to_the_editor(client, ann, bob, eve):
    answer = an_answer(to=a_question(by=ann), by=bob)
    sign_in(client, ann).post(f"/answers/{answer.id}/accept")
    assert f"/answers/{answer.id}/version" in sign_in(client, eve).get("/languages/missing?lang=zh").text
    assert "Nothing is missing" in client.get("/languages/missing?lang=en").text
