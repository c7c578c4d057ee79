"""The help pages say what the program does: change it, and they say the new thing."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.domains.accounts.actions import sessions
from app.domains.escalation import deadlines
from app.domains.escalation.models import Policy
from app.domains.questions import writing
from app.domains.reputation import levels, points, ranking
from app.extensions import db
from app.kernel.settings import change
from app.kernel.transaction import transaction
from app.web import help_facts
from app.web.help import TOPICS
from tests.factories import a_product


def text_of(client, topic, language="en"):
    answer = client.get(f"/help/{topic}", headers={"Accept-Language": language})
    assert answer.status_code == 200
    return answer.text


@pytest.mark.parametrize("language", ["en", "zh", "zh-Hant"])
@pytest.mark.parametrize("topic", TOPICS)
def test_every_topic_opens_in_every_language_and_leads_to_the_others(client, topic, language):
    a_product()
    page = text_of(client, topic, language)
    assert "%(" not in page
    assert all(f'href="/help/{other}"' in page for other in TOPICS)


def test_the_contents_name_every_topic(client):
    page = client.get("/help").text
    assert all(f'href="/help/{topic}"' in page for topic in TOPICS)


def test_where_people_wonder_a_link_leads_to_the_page_that_says_it(client, ann):
    a_product()
    assert 'href="/help/asking"' in client.get("/questions/ask").text
    assert 'href="/help/levels"' in client.get(f"/users/{ann.id}/ann").text
    assert 'href="/help/ranking"' in client.get("/leaderboard").text


def test_an_unknown_topic_is_not_found(client):
    assert client.get("/help/nothing").status_code == 404


@pytest.mark.parametrize(
    ("topic", "module", "name", "value", "said"),
    [
        ("asking", writing, "MAX_TAGS", 7, "One to 7 tags"),
        ("asking", writing, "LONGEST_TITLE", 1234, "at most 1,234 characters"),
        ("asking", writing, "TITLE_WEIGHT", 30, "at least 30 letters or 12 Han characters"),
        ("promise", deadlines, "TOLD_AGAIN_AFTER", timedelta(hours=7), "told again every 7 hrs"),
        ("promise", deadlines, "NOT_SOLVED_WITHIN", timedelta(days=11), "within 11 days of an answer"),
        ("ranking", points, "BOARD_HALF_LIFE_DAYS", 45.0, "counts half after 45 days"),
        ("ranking", points, "EXPERT_HALF_LIFE_DAYS", 200.0, "counts half after 200 days"),
        ("ranking", ranking, "DAY_CAP", 12.0, "At most 120 points a day"),
        ("ranking", ranking, "VERIFIED_CREDIT", 7.0, "70 points"),
        ("levels", levels, "GATES", replace(levels.GATES, posts_read=77, win_rate=0.6), "77 posts read"),
        ("levels", levels, "GATES", replace(levels.GATES, win_rate=0.6), "at least 60 % of the time"),
        ("privacy", sessions, "STAYS_FOR", timedelta(days=9), "9 days"),
    ],
)
def test_a_constant_that_changes_changes_the_page(client, monkeypatch, topic, module, name, value, said):
    a_product()
    assert said not in text_of(client, topic)
    monkeypatch.setattr(module, name, value)
    client.application.extensions["page_cache"]._pages.clear()
    assert said in text_of(client, topic)


@pytest.mark.parametrize(
    ("topic", "setting", "value", "said"),
    [
        ("feedback", "feedback.acknowledge_days", "8", "8 working days"),
        ("feedback", "feedback.decide_days", "77", "77 working days"),
        ("privacy", "moderation.flags_that_hide", "5", "A post that 5 people flagged"),
    ],
)
def test_a_setting_that_changes_changes_the_page(client, topic, setting, value, said):
    assert said not in text_of(client, topic)
    with transaction():
        change(setting, value, None)
    assert said in text_of(client, topic)


def test_a_product_that_promises_otherwise_changes_the_page(client):
    product = a_product()
    assert "47 hrs" not in text_of(client, "promise") and "1 day 23 hrs" not in text_of(client, "promise")
    with transaction():
        for policy in db.session.query(Policy).filter_by(product_id=product.id):
            policy.first_reply_seconds = 47 * 3600
    assert "1 day 23 hrs" in text_of(client, "promise")


def test_markdown_is_shown_as_the_forum_renders_it(client, monkeypatch):
    assert "<strong>important</strong>" in text_of(client, "writing")
    client.application.extensions["page_cache"]._pages.clear()
    monkeypatch.setattr(help_facts.markup, "render", lambda source, **_how: "<p>rendered now</p>")
    assert "rendered now" in text_of(client, "writing")
