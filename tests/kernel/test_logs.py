import json
from types import SimpleNamespace

import pytest
import structlog

from app.kernel import logs


@pytest.fixture
def lines(monkeypatch, capsys):
    logs.configure("info", as_json=True)

    def said():
        return [json.loads(line) for line in capsys.readouterr().err.splitlines()]

    yield SimpleNamespace(said=said, log=structlog.get_logger())
    structlog.reset_defaults()


def test_a_line_is_json_with_time_level_and_the_requests_number(lines):
    structlog.contextvars.bind_contextvars(request="abc123")
    lines.log.info("mail.sent", job=7)
    lines.log.debug("too quiet to be said")
    structlog.contextvars.clear_contextvars()

    (line,) = lines.said()
    assert (line["event"], line["level"], line["job"], line["request"]) == ("mail.sent", "info", 7, "abc123")
    assert line["timestamp"].endswith("Z")


def test_nobody_is_named(lines):
    lines.log.warning("mail.refused", email="ann@example.com", error="550 no mailbox for <ann@example.com>, sorry")
    lines.log.error("database.refused", error="DETAIL: Key (email_key)=(ann at home) already exists.")

    text = json.dumps(lines.said())
    assert "ann" not in text
    assert "550 no mailbox" in text and "already exists" in text


@pytest.mark.parametrize("field", sorted(logs.PRIVATE))
def test_what_a_person_is_or_wrote_is_left_out_by_its_name(lines, field):
    lines.log.warning("page.odd", **{field: "Wang Xiaoming of 192.0.2.7"}, job=7)
    (line,) = lines.said()
    assert "Xiaoming" not in json.dumps(line) and line[field] == "[left out]" and line["job"] == 7


def test_an_exception_is_told_whole_but_for_people(lines):
    try:
        raise ValueError("bob@example.com is not here")
    except ValueError:
        lines.log.exception("page.failed")

    (line,) = lines.said()
    assert "ValueError" in line["exception"] and "bob@example.com" not in line["exception"]
