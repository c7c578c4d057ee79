"""A wrong argument ends a command with one line that says what is wrong, and exit code 2."""

import pytest
from flask import Flask

from app.domains.products.queries import all_products

WRONG = {
    "products create pump --name Pump --timezone Mars/Phobos": "timezone: There is no such time zone",
    "escalation policy --product nowhere --peer 4h": "There is no product “nowhere”.",
    "users create kim --email kim@example.com --role agent --product nowhere": "There is no product “nowhere”.",
    "users token nobody": "There is nobody called “nobody”.",
    "digest build --product nowhere --until 2026-03-02": "There is no product “nowhere”.",
    "experts board --product nowhere": "There is no product “nowhere”.",
    "experts board --tag nothing": "There is no tag “nothing”.",
    "experts explain nobody": "There is nobody called “nobody”.",
    "experts route 999": "There is no question 999.",
    "escalation explain 999": "There is no question 999.",
    "experts board --limit -3": "Invalid value for '--limit'",
    "search query --limit -3": "Invalid value for '--limit'",
    "search similar --limit 0": "Invalid value for '--limit'",
}


@pytest.mark.parametrize("line", WRONG)
def test_a_wrong_argument_is_one_sentence_and_exit_code_2(app: Flask, line: str) -> None:
    ended = app.test_cli_runner().invoke(args=line.split())

    assert (ended.exit_code, WRONG[line] in ended.output) == (2, True), ended.output


def test_a_product_with_a_wrong_time_zone_is_not_made(app: Flask) -> None:
    app.test_cli_runner().invoke(args=["products", "create", "pump", "--name", "Pump", "--timezone", "Mars/Phobos"])

    with app.app_context():
        assert "pump" not in [product.slug for product in all_products()]
