"""The one table of languages: what a browser asks for, and what each language says of itself."""

from datetime import timedelta
from pathlib import Path

import pytest
from babel import Locale

from app.config import ROOT
from app.kernel.clock import known_zones, now
from app.kernel.i18n import _, in_language, ngettext, speaking
from app.kernel.languages import CONTENT_LANGUAGES, LANGUAGES, html_lang, spoken, supported
from app.kernel.rendering import mail_from_template
from app.kernel.settings import change
from app.kernel.transaction import transaction
from app.web.context import number, when


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("zh", "zh"), ("zh-CN", "zh"), ("zh_Hans_SG", "zh"), ("zh-TW", "zh-Hant"), ("zh-HK", "zh-Hant"),
        ("zh-Hant", "zh-Hant"), ("zh_Hant_MO", "zh-Hant"), ("EN-us", "en"), ("de", None), ("zhuang", None), ("", None),
        (None, None),
    ],
)  # fmt: skip
def test_a_browser_gets_the_nearest_language_that_the_forum_speaks(wanted, found):
    assert supported(wanted) == found


@pytest.mark.parametrize("language", LANGUAGES.values(), ids=lambda language: language.tag)
def test_each_language_has_its_catalogue_its_locale_and_its_zone(language):
    assert Path(ROOT, "app/translations", language.catalogue, "LC_MESSAGES/messages.po").exists()
    assert Locale.parse(language.locale).language == Locale.parse(language.catalogue).language
    assert language.zone in known_zones()
    assert language.fallback is None or language.fallback in LANGUAGES
    assert len(language.tag) <= 8, "the column of a person's choice"


def test_readers_of_both_chinese_scripts_write_the_same_language():
    assert CONTENT_LANGUAGES == ("zh", "en")
    assert html_lang("zh-Hant") == "zh-Hant" and html_lang("zh") == "zh-Hans" and html_lang("fr") == "fr"


def test_words_dates_and_numbers_speak_traditional_chinese(app):
    with app.test_request_context("/", headers={"Accept-Language": "zh-TW,zh;q=0.9"}):
        assert speaking() is spoken("zh-Hant")
        assert _("Sign in") == "登入"
        assert ngettext("%(num)s answer", "%(num)s answers", 2) == "2 個回答"
        assert "3天前" in str(when(now() - timedelta(days=3))).replace(" ", "")
        assert number(12345) == "12,345"


def test_what_is_not_translated_into_traditional_chinese_yet_is_said_in_simplified(app, monkeypatch):
    with app.app_context(), in_language("zh-Hant"):
        from app.kernel import i18n

        catalogue = i18n._catalogue()
        monkeypatch.delitem(catalogue._catalog, "Sign in")
        assert _("Sign in") == "登录"


def test_a_mail_speaks_its_readers_traditional_chinese(app):
    with app.app_context():
        mail = mail_from_template("accounts/test", key="t", recipient="mei@example.com", language="zh-Hant", name="美")
    assert 'lang="zh-Hant"' in mail.html and "這是你要求的測試。" in mail.text


def test_a_visitor_chooses_traditional_chinese_and_keeps_it(client):
    client.post("/settings/language", data={"language": "zh-Hant", "next": "/"})
    page = client.get("/", headers={"Accept-Language": "en"}).text
    assert '<html lang="zh-Hant"' in page and "登入" in page


def test_where_a_browser_asks_for_nothing_that_we_speak_the_forums_own_language_answers(client):
    with transaction():
        change("site.language", "zh", None)
    assert '<html lang="zh-Hans"' in client.get("/help", headers={"Accept-Language": "sv"}).text
