"""T6: sixteen members post answers through the API while the worker does what follows from it."""

import json
import time
from collections.abc import Iterator
from itertools import islice
from uuid import uuid4

from sqlalchemy import func, select

from app.domains.notifications.models import Notification
from app.domains.questions.models import Answer
from app.extensions import db
from app.kernel.clock import now
from app.kernel.events import EventRow
from app.kernel.jobs import Job, JobState
from bench.comparing import Line
from bench.forum import Forum
from bench.measuring import Ask, Load, measure
from bench.stage import Stage

MEMBERS = 16
DRAINED_WITHIN = 60.0
LOCKED = "database is locked"
SPREAD_OVER = 200
"""Questions that are answered, from the latest on."""


def answers_of(forum: Forum, number: int) -> Iterator[Ask]:
    """The members in turn, each on another question."""
    tokens = [forum.token(100 + place) for place in range(MEMBERS)]
    for place in range(number):
        # The forum takes the same text of the same person for a double submit: no two are alike, in no two runs.
        body = {"body": f"Press the button of lamp {uuid4().hex} for ten seconds, then it comes back by itself."}
        headers = ("Authorization", f"Bearer {tokens[place % MEMBERS]}"), ("Content-Type", "application/json")
        question_id = forum.questions - place % min(SPREAD_OVER, forum.questions)
        yield Ask(f"/api/v1/questions/{question_id}/answers", headers, "POST", json.dumps(body).encode())


def post(stage: Stage) -> list[Line]:
    forum, number = stage.large, stage.scale.posts
    with forum.running(worker=True):
        before, log_before = _counts(forum), forum.log.stat().st_size
        assert forum.web is not None
        asks = answers_of(forum, number + MEMBERS)
        measure(forum.pids(), forum.web.port, islice(asks, MEMBERS), MEMBERS, warm=False)
        load = measure(forum.pids(), forum.web.port, asks, number, warm=False, concurrency=MEMBERS)
        drained, parked = _drain(forum)
        made = {name: count - before[name] for name, count in _counts(forum).items()}
    locked = forum.log.read_bytes()[log_before:].decode(errors="replace").count(LOCKED)
    return _lines(load, made, drained, parked, locked, number + MEMBERS)


def _drain(forum: Forum) -> tuple[float, int]:
    """Seconds until no job is due, and how many have failed for good."""
    began = time.monotonic()
    while (owed := _jobs(forum, JobState.WAITING)) and time.monotonic() - began < 5 * DRAINED_WITHIN:
        time.sleep(0.25)
    return (time.monotonic() - began if not owed else float("inf")), _jobs(forum, JobState.FAILED)


def _jobs(forum: Forum, state: JobState) -> int:
    found = select(func.count()).select_from(Job).where(Job.state == state)
    found = found.where(Job.due_at <= now()) if state is JobState.WAITING else found
    with forum.app.app_context():
        number = db.session.scalar(found) or 0
        db.session.remove()
    return number


def _counts(forum: Forum) -> dict[str, int]:
    with forum.app.app_context():
        models = {"answers": Answer, "events": EventRow, "jobs": Job, "notices": Notification}
        found = {name: db.session.scalar(select(func.count()).select_from(each)) or 0 for name, each in models.items()}
        db.session.remove()
    return found


def _lines(load: Load, made: dict[str, int], drained: float, parked: int, locked: int, number: int) -> list[Line]:
    lost = number - made["answers"]
    rows = ", ".join(f"{count} {name}" for name, count in made.items())
    told = f"{load.cpu_ms:.1f} CPU ms a post; {rows}"
    speed, wait = load.per_second, load.p95_ms
    return [
        Line("T6", "answers acknowledged a second", f"{speed:.0f}/s", "", speed, 100, "/s", told, True, load),
        Line("T6", "p95 of an answer", f"{wait:.0f} ms", "", wait, 300, "ms"),
        Line("T6", f"refused, lost, “{LOCKED}”", f"{len(load.failed)}, {lost}, {locked}", "",
             len(load.failed) + abs(lost) + locked, 0, "", "; ".join(load.failed[:1])),
        Line("T6", "index and notices done after the last", f"{drained:.0f} s", "", drained, DRAINED_WITHIN, "s",
             f"{parked} jobs failed" if parked else ""),
    ]  # fmt: skip
