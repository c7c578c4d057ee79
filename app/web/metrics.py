"""`/metrics` for Prometheus: what this process has answered, and how far behind the forum's work is."""

import ipaddress
from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Response, current_app, request
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from app.domains.accounts.policies import may_administer
from app.domains.escalation.schedule import sweep_overdue
from app.domains.search.reactions import index_questions
from app.kernel import jobs, schedule
from app.kernel.errors import NotAllowed
from app.kernel.replicas import read_from_primary
from app.web.actors import current_actor
from app.web.tracing import REGISTRY

pages = Blueprint("metrics", __name__)

HELP = {
    "jobs": "Jobs by state; a failed one waits for a person.",
    "oldest_job_seconds": "How long the oldest job that is due has been waiting.",
    "sweep_lag_seconds": "Time since the last sweep for overdue questions ended; it runs every two seconds.",
    "index_lag_seconds": "How long the oldest change has been waiting to be found by search.",
    "live_clients": "Open live sockets of this process.",
}


@pages.get("/metrics")
def metrics() -> Any:
    """For administrators, and for whoever asks from this machine itself and not through a proxy."""
    read_from_primary()
    if not _from_this_machine() and not may_administer(current_actor()):
        raise NotAllowed()
    body = generate_latest(REGISTRY) + generate_latest(_Figures())  # type: ignore[arg-type]
    return Response(body, content_type=CONTENT_TYPE_LATEST)


def _from_this_machine() -> bool:
    if "X-Forwarded-For" in request.headers or "Forwarded" in request.headers:
        return False
    try:
        return ipaddress.ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False


class _Figures(Collector):
    """What the tables say at this moment; nothing is kept between two looks."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        by_state = GaugeMetricFamily("huzhu_jobs", HELP["jobs"], labels=["state"])
        for state, number in jobs.counts().items():
            by_state.add_metric([state], number)
        yield by_state
        sweep_lag = schedule.seconds_since(jobs.name_of(sweep_overdue))
        figures = {
            "oldest_job_seconds": jobs.oldest_wait(),
            "index_lag_seconds": jobs.oldest_wait(jobs.name_of(index_questions)),
            "sweep_lag_seconds": float("inf") if sweep_lag is None else sweep_lag,
            "live_clients": len(current_app.extensions["live"].clients()),
        }
        for name, value in figures.items():
            yield GaugeMetricFamily(f"huzhu_{name}", HELP[name], value=value)
