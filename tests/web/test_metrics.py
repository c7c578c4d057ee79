"""The figures for whoever watches the forum from outside, and the number that every request has."""

import re

import pytest

from app.kernel.jobs import enqueue
from app.kernel.mail import send_promised
from app.kernel.transaction import transaction
from tests.conftest import sign_in
from tests.factories import a_question

ELSEWHERE = {"REMOTE_ADDR": "203.0.113.9"}


def figures(client):
    text = client.get("/metrics").text
    return {name: float(value) for name, value in re.findall(r"^(huzhu_[a-z_]+(?:\{[^}]*\})?) (\S+)$", text, re.M)}


def test_it_says_how_far_behind_the_work_is(client, worker, clock, ann):
    worker.tick()
    a_question(by=ann)
    clock.advance(seconds=90)
    late = figures(client)

    assert late['huzhu_jobs{state="waiting"}'] > 0
    assert late["huzhu_oldest_job_seconds"] == late["huzhu_index_lag_seconds"] == 90
    assert late["huzhu_sweep_lag_seconds"] == 90
    worker.tick()
    caught_up = figures(client)
    assert caught_up["huzhu_oldest_job_seconds"] == caught_up["huzhu_sweep_lag_seconds"] == 0
    assert caught_up["huzhu_live_clients"] == 0


def test_a_job_that_failed_for_good_is_counted(client, worker, clock):
    with transaction():
        enqueue(send_promised, {"nothing": "that it takes"})
    for _ in range(100):
        worker.tick()
        clock.advance(hours=1)

    assert figures(client)['huzhu_jobs{state="failed"}'] == 1


def test_answered_requests_are_counted_by_endpoint_and_status(client):
    def asked(status):
        return figures(client).get(f'huzhu_requests_total{{endpoint="help.index",method="GET",status="{status}"}}', 0)

    before = asked(200)
    client.get("/help")
    assert asked(200) == before + 1


@pytest.mark.parametrize("headers", [{"X-Forwarded-For": "127.0.0.1"}, {"Forwarded": "for=127.0.0.1"}])
def test_through_a_proxy_only_administrators_read_it(app, client, headers, ann, ada):
    assert client.get("/metrics", headers=headers).status_code == 403
    assert sign_in(app.test_client(), ann).get("/metrics", environ_base=ELSEWHERE).status_code == 403
    assert sign_in(app.test_client(), ada).get("/metrics", environ_base=ELSEWHERE).status_code == 200


def test_every_answer_carries_its_number_and_keeps_a_proxys(client):
    own = [client.get(path).headers["X-Request-ID"] for path in ("/", "/nothing", "/static/css/page.css")]
    assert len(set(own)) == 3
    assert client.get("/", headers={"X-Request-ID": "from-the-proxy-1"}).headers["X-Request-ID"] == "from-the-proxy-1"
    odd = client.get("/", headers={"X-Request-ID": "<script>alert(1)</script>"}).headers["X-Request-ID"]
    assert re.fullmatch("[0-9a-f]{16}", odd)
