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


def test_a_version_that_was_begun_is_kept_as_a_draft_until_it_is_posted(client, ann, bob, eve):
    answer = an_answer(to=a_question(by=ann), by=bob)
    name, address = f"version:{answer.id}", f"/answers/{answer.id}/version"
    page = sign_in(client, eve).get(address).text
    assert f'data-keep="{name}"' in page and f'formaction="/drafts/{name}"' in page
    assert client.post(f"/drafts/{name}", data={"body": CHINESE[:12]}).location == address
    kept = client.get(address).text
    assert CHINESE[:12] in kept and f'href="{address}"' in client.get("/drafts").text
    version = re.search(r'name="draft_version"[^>]* value="(\d+)"', kept)[1]
    assert client.post(address, data={"body": CHINESE, "draft_version": version}).status_code == 303
    assert address not in client.get("/drafts").text


def test_the_draft_of_a_version_is_its_writers_and_under_a_post_that_they_see(client, ann, bob, eve):
    answer = an_answer(to=a_question(by=ann), by=bob)
    assert sign_in(client, eve).put("/drafts/version:999", json={"fields": {"body": CHINESE}}).status_code == 404
    client.put(f"/drafts/version:{answer.id}", json={"fields": {"body": CHINESE}})
    assert CHINESE not in sign_in(client, ann).get(f"/answers/{answer.id}/version").text
