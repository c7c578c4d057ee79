from datetime import timedelta

import pytest

from app.kernel import clock as clock_module
from app.web.context import when


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
