"""The settings as one place: a page that lists them, the list beside each, language and look without a script."""

import re

import pytest

from app.domains.accounts.queries import user_by_id
from app.web.accounts.sections import SECTIONS
from tests.conftest import sign_in


def listed(page: str) -> list[str]:
    return re.findall(r'<li><a href="([^"]+)"', page[page.index("settings-") :])


@pytest.mark.parametrize(("language", "word"), [("en", "Language and appearance"), ("zh", "语言与外观")])
def test_the_settings_are_one_page_that_leads_to_each(ann, client, language, word):
    sign_in(client, ann)
    client.post("/settings/language", data={"language": language})
    page = client.get("/settings").text
    assert word in page and len(listed(page)) == len(SECTIONS)
    for address in listed(page):
        assert client.get(address).status_code == 200, address


def test_each_page_lists_the_others_and_leads_back(ann, client):
    sign_in(client, ann)
    for path in ("profile", "preferences", "account", "security", "sessions", "tokens", "export"):
        page = client.get(f"/settings/{path}").text
        assert f'<li><a href="/settings/{path}" aria-current="page">' in page, path
        assert 'class="settings-back" href="/settings"' in page and len(listed(page)) == len(SECTIONS)


def test_language_zone_and_look_are_chosen_in_one_plain_form(ann, client):
    sign_in(client, ann)
    form = {"language": "zh", "timezone": "Asia/Shanghai", "theme": "contrast"}
    assert client.post("/settings/preferences", data=form).location == "/settings/preferences"
    user = user_by_id(ann.id)
    assert (user.language, user.timezone, user.theme) == ("zh", "Asia/Shanghai", "contrast")
    page = client.get("/settings/preferences").text
    assert 'data-theme="contrast"' in page and 'lang="zh-Hans"' in page and "已保存" in page
    assert re.search(r'<option selected value="Asia/Shanghai">', page)
    assert re.search(r'<input checked[^>]*value="contrast"', page)


def test_this_browser_keeps_language_and_look_also_when_signed_out(ann, client):
    sign_in(client, ann)
    client.post("/settings/preferences", data={"language": "zh", "timezone": "UTC", "theme": "dark"})
    client.post("/logout")
    page = client.get("/login").text
    assert 'data-theme="dark"' in page and 'lang="zh-Hans"' in page


def test_what_nobody_knows_changes_nothing(ann, client):
    sign_in(client, ann)
    client.post("/settings/preferences", data={"language": "tlh", "timezone": "Mars/Olympus", "theme": "<b>"})
    user = user_by_id(ann.id)
    assert (user.language, user.timezone, user.theme) == ("en", "UTC", "auto")
