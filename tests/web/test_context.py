from datetime import UTC, date, datetime, timedelta

import pytest

from app.kernel import clock as clock_module
from app.web.context import day_name, when


@pytest.mark.parametrize(
    ("ago", "language", "said"),
    [
        (timedelta(0), "en", "just now"),
        (timedelta(seconds=59), "zh", "刚刚"),
        (timedelta(minutes=3), "en", "3 minutes ago"),
        (-timedelta(seconds=20), "en", "in 20 seconds"),
        (timedelta(days=40), "en", "22 Jan"),
        (timedelta(days=400), "zh", "2025年1月27日"),
    ],
)
def test_how_long_ago_something_was(app, clock, ago, language, said):
    with app.test_request_context("/", headers={"Accept-Language": language}):
        assert f">{said}<" in when(clock_module.now() - ago)


def test_a_day_of_last_year_has_its_year_from_the_readers_new_year_on(app, clock):
    """In Shanghai that is eight hours before the year ends where the forum's clock stands."""
    asked_at = datetime(2026, 3, 3, 2, 0, tzinfo=UTC)
    clock.at(datetime(2026, 12, 31, 15, 55, tzinfo=UTC))
    with app.test_request_context("/", headers={"Accept-Language": "en", "Cookie": "timezone=Asia/Shanghai"}):
        assert 'title="Tue, 3 Mar, 10:00"' in when(asked_at)
        clock.advance(minutes=10)
        assert 'title="Tue, 3 Mar 2026, 10:00"' in when(asked_at)


@pytest.mark.parametrize(("language", "said"), [("en", "Saturday, 21 November 2026"), ("zh", "2026年11月21日星期六")])
def test_a_day_is_written_as_everywhere_else_on_the_page(app, language, said):
    with app.test_request_context("/", headers={"Accept-Language": language}):
        assert day_name(date(2026, 11, 21)) == said


def test_an_address_in_a_mail_is_whole_and_one_on_a_page_is_not(app):
    static_url = app.jinja_env.globals["static_url"]
    assert static_url("css/page.css").startswith("http")
    with app.test_request_context("/"):
        assert static_url("css/page.css").startswith("/static/")
