"""What the clock asks for, also after somebody has turned it."""

from threading import Barrier, Thread

import pytest

from app.kernel import schedule
from app.kernel.schedule import daily, every

pytestmark = pytest.mark.both_databases


@pytest.fixture
def runs(app, monkeypatch):
    """Names of the tasks that ran, in order; one of every ten seconds and one of every day at three."""
    ran = []
    nightly = (lambda: ran.append("nightly"), daily("03:00"))
    tasks = {"often": (lambda: ran.append("often"), every(seconds=10)), "nightly": nightly}
    wiring = app.extensions["wiring"]
    monkeypatch.setattr(type(wiring), "timezone", lambda _self: "UTC")
    wiring.schedule.clear()
    wiring.schedule.update(tasks)
    return ran


def test_a_task_runs_at_once_and_then_in_its_rhythm(runs, clock):
    schedule.run_due()
    clock.advance(seconds=9)
    schedule.run_due()
    assert runs == ["often"]

    clock.advance(seconds=1)
    schedule.run_due()
    assert runs == ["often", "often"]


def test_a_daily_task_waits_for_its_hour(runs, clock):
    schedule.run_due()
    clock.advance(days=1)
    schedule.run_due()
    assert runs.count("nightly") == 1


def test_after_the_clock_was_set_back_no_task_waits_for_the_time_that_it_was(runs, clock):
    clock.advance(days=400)
    schedule.run_due()
    clock.advance(days=-400)
    runs.clear()
    schedule.run_due()
    assert runs == ["often", "nightly"]

    clock.advance(seconds=5)
    schedule.run_due()
    assert runs == ["often", "nightly"]


def test_workers_that_meet_a_new_task_at_once_run_it_once(app, runs, clock):
    together, failed = Barrier(6), []

    def work():
        with app.app_context():
            together.wait()
            try:
                schedule.run_due()
            except Exception as error:
                failed.append(error)

    threads = [Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (runs, failed) == (["often"], [])
