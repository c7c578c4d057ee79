"""Behind a proxy: whose address counts, and what is said where TRUSTED_PROXIES is wrong."""

import pytest
from flask import request

from app.kernel.forwarding import is_miscounted


def seen_by_the_forum(app, client, **environ):
    seen = {}
    app.before_request(lambda: seen.update(address=request.remote_addr, scheme=request.scheme))
    client.get("/help", environ_overrides=environ)
    return seen


def test_nobody_is_believed_where_no_proxy_is_trusted(app, client):
    seen = seen_by_the_forum(app, client, REMOTE_ADDR="198.51.100.7", HTTP_X_FORWARDED_FOR="203.0.113.5")
    assert seen["address"] == "198.51.100.7"


@pytest.mark.settings(trusted_proxies=1)
def test_one_proxy_is_believed_for_the_address_that_it_saw(app, client):
    forwarded = {"HTTP_X_FORWARDED_FOR": "1.2.3.4, 203.0.113.5", "HTTP_X_FORWARDED_PROTO": "https"}
    seen = seen_by_the_forum(app, client, REMOTE_ADDR="127.0.0.1", **forwarded)
    assert seen == {"address": "203.0.113.5", "scheme": "https"}


@pytest.mark.settings(trusted_proxies=1)
def test_a_forwarded_host_is_believed_from_nobody(client):
    answer = client.get("/questions/ask", headers={"X-Forwarded-Host": "evil.example"}, follow_redirects=False)
    assert "evil.example" not in answer.text + str(answer.headers)


@pytest.mark.parametrize(
    ("hops", "trusted", "seen_as", "wrong"),
    [
        (1, 0, "127.0.0.1", True),
        (1, 0, "93.184.215.14", False),
        (1, 1, "93.184.215.14", False),
        (2, 1, "93.184.215.14", False),
        (2, 1, "10.0.0.3", True),
        (1, 2, "10.0.0.3", True),
        (1, 1, "10.0.0.3", False),
        (0, 1, "127.0.0.1", False),
    ],
)
def test_a_wrong_number_of_proxies_is_noticed(hops, trusted, seen_as, wrong):
    assert is_miscounted(hops, trusted, seen_as) is wrong


def test_the_engineer_hears_of_it_from_readyz_and_from_doctor(app, client):
    assert "proxies" not in client.get("/readyz").text
    client.get("/help", headers={"X-Forwarded-For": "203.0.113.5"})

    assert "TRUSTED_PROXIES is 0" in client.get("/readyz").text
    assert "TRUSTED_PROXIES is 0" in app.test_cli_runner().invoke(args=["doctor"]).output
