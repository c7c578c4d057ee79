"""The job table and the worker, on both databases."""

from dataclasses import dataclass
from datetime import timedelta
from threading import Timer

import psycopg
import pytest
from sqlalchemy import select

from app.extensions import database_is_sqlite, db
from app.kernel import jobs
from app.kernel.events import Event, publish
from app.kernel.jobs import Job, JobState, enqueue, enqueue_each, in_batches, outbound
from app.kernel.settings import SettingRow
from app.kernel.transaction import transaction
from app.kernel.worker import HOLDS_SECONDS, MAX_ATTEMPTS, Worker, back_off
from tests.conftest import statements

pytestmark = pytest.mark.both_databases


@dataclass(frozen=True, kw_only=True)
class SomethingHappened(Event):
    number: int


def count_it(event):
    """A reaction: one row a number."""
    row = db.session.get(SettingRow, f"counted.{event.number}")
    db.session.add(row or SettingRow(name=f"counted.{event.number}", value=1, changed_at=event.occurred_at))


def break_it(event):
    count_it(event)
    raise ValueError("broken")


@outbound
def leave_the_house(number):
    if number < 0:
        raise OSError("nobody answers")


seen_together = []


@in_batches
def take_many(events):
    seen_together.append([event.number for event in events])


@pytest.fixture(autouse=True)
def wired(app, monkeypatch):
    wiring = app.extensions["wiring"]
    for work in (count_it, break_it, leave_the_house, take_many):
        monkeypatch.setitem(wiring.work, jobs.name_of(work), work)
    seen_together.clear()
    return wiring


def happen(wired, monkeypatch, *reactions, numbers=(1,)):
    monkeypatch.setitem(wired.reactions, SomethingHappened, list(reactions))
    with transaction():
        for number in numbers:
            publish(SomethingHappened(number=number))


def states():
    db.session.rollback()
    return list(db.session.scalars(select(Job.state).order_by(Job.id)))


def counted():
    db.session.rollback()
    return set(db.session.scalars(select(SettingRow.name)))


def test_an_event_and_its_promises_are_one_fact(app, wired, monkeypatch):
    monkeypatch.setitem(wired.reactions, SomethingHappened, [count_it])
    with pytest.raises(RuntimeError), transaction():
        publish(SomethingHappened(number=1))
        raise RuntimeError("the change fails after all")

    assert states() == []


def test_an_event_outside_of_a_transaction_is_refused(app):
    with pytest.raises(RuntimeError):
        publish(SomethingHappened(number=1))


def test_the_worker_runs_each_reaction_once(app, wired, worker, monkeypatch):
    happen(wired, monkeypatch, count_it, numbers=range(5))
    worker.tick()
    worker.tick()

    assert counted() == {f"counted.{number}" for number in range(5)}
    assert states() == [JobState.DONE] * 5


def test_a_failing_reaction_leaves_no_trace_and_no_neighbour_behind(app, wired, worker, monkeypatch):
    happen(wired, monkeypatch, break_it, numbers=(1,))
    happen(wired, monkeypatch, count_it, numbers=(2,))
    worker.tick()

    assert counted() == {"counted.2"}
    assert states() == [JobState.WAITING, JobState.DONE]


def test_a_reaction_that_keeps_failing_is_parked_and_can_be_retried(app, wired, worker, clock, monkeypatch):
    happen(wired, monkeypatch, break_it)
    for _ in range(MAX_ATTEMPTS):
        worker.tick()
        clock.advance(minutes=10)
    assert states() == [JobState.FAILED]
    assert "broken" in db.session.scalars(select(Job.last_error)).one()

    monkeypatch.setitem(wired.work, jobs.name_of(break_it), count_it)
    with transaction():
        assert jobs.retry() == 1
    worker.tick()
    assert states() == [JobState.DONE]


def test_outbound_work_is_tried_for_two_days(app, worker, clock):
    with transaction():
        enqueue(leave_the_house, {"number": -1})
    for _ in range(40):
        worker.tick()
        clock.advance(hours=1, minutes=1)
    assert states() == [JobState.WAITING]

    for _ in range(10):
        worker.tick()
        clock.advance(hours=1, minutes=1)
    assert states() == [JobState.FAILED]


def test_the_same_key_is_promised_once(app):
    with transaction():
        first = enqueue(leave_the_house, {"number": 1}, key="one mail")
        second = enqueue(leave_the_house, {"number": 1}, key="one mail")

    assert (first is not None, second) == (True, None)


def test_work_taken_in_batches_is_called_once_for_all(app, wired, worker, monkeypatch):
    happen(wired, monkeypatch, take_many, numbers=range(7))
    worker.tick()

    assert seen_together == [list(range(7))]


def test_a_job_under_anothers_lease_waits_until_the_lease_runs_out(app, wired, worker, clock, monkeypatch):
    happen(wired, monkeypatch, count_it)
    name = [jobs.name_of(count_it)]
    with transaction():
        assert len(jobs.claim_next("a worker that dies", 10, timedelta(seconds=60), name)) == 1
    worker.tick()
    assert counted() == set()

    clock.advance(seconds=61)
    worker.tick()
    assert counted() == {"counted.1"}


def test_who_lost_the_lease_acknowledges_nothing(app, wired, clock, monkeypatch):
    happen(wired, monkeypatch, count_it)
    name = [jobs.name_of(count_it)]
    with transaction():
        (job,) = jobs.claim_next("the slow one", 10, timedelta(seconds=60), name)
    clock.advance(seconds=61)
    with transaction():
        jobs.claim_suspects("the quick one", 10, timedelta(seconds=60), name)
    with transaction():
        assert jobs.finish([job.id], "the slow one") == 0
        assert jobs.finish([job.id], "the quick one") == 1


def test_acknowledged_jobs_are_forgotten_after_a_week(app, wired, worker, clock, monkeypatch):
    happen(wired, monkeypatch, count_it)
    worker.tick()
    clock.advance(days=8)
    with transaction():
        assert jobs.forget_finished() == 1


def test_of_many_promises_those_are_left_out_whose_key_waits_already(app):
    with transaction():
        enqueue(leave_the_house, {"number": 1}, key="house:1")
        enqueue_each(leave_the_house, {f"house:{number}": {"number": number} for number in (1, 2, 3)})
        enqueue_each(leave_the_house, {})

    rows = db.session.execute(select(Job.key, Job.payload).order_by(Job.key))
    assert [(row.key, row.payload["number"]) for row in rows] == [("house:1", 1), ("house:2", 2), ("house:3", 3)]


def test_back_off_doubles_and_outbound_work_waits_an_hour_at_most():
    assert [back_off(n, False).total_seconds() for n in (1, 2, 3, 8)] == [1, 2, 4, 128]
    assert back_off(40, True) == timedelta(hours=1)




def test_slow_outbound_work_that_waits_for_its_turn_is_under_nobodys_lease(app, wired, worker, clock, monkeypatch):
    sent = []

    @outbound
    def dawdle(number):
        sent.append(number)
        clock.advance(seconds=45)
        if number == 2:
            Worker(app).drain()

    monkeypatch.setitem(wired.work, jobs.name_of(dawdle), dawdle)
    with transaction():
        for number in (1, 2, 3):
            enqueue(dawdle, {"number": number})
    worker.tick()

    assert sorted(sent) == [1, 2, 3]


def test_what_has_left_is_settled_as_soon_as_the_database_is_back(app, wired, worker, monkeypatch):
    """Under its lease it would wait for a quarter of an hour, and then leave once more."""
    if app.config["SQLALCHEMY_DATABASE_URI"].startswith("sqlite"):
        pytest.skip("SQLite's file does not go away")
    address, sent = app.config["SQLALCHEMY_DATABASE_URI"].replace("postgresql+psycopg", "postgresql"), []
    database, server = address.rpartition("/")[2], address.rpartition("/")[0] + "/postgres"

    def closed(is_closed):
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f'ALTER DATABASE "{database}" ALLOW_CONNECTIONS {not is_closed}')
            connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [database])

    @outbound
    def leave_while_it_goes_away(number):
        sent.append(number)
        closed(True)
        Timer(1.5, closed, [False]).start()

    monkeypatch.setitem(wired.work, jobs.name_of(leave_while_it_goes_away), leave_while_it_goes_away)
    with transaction():
        enqueue(leave_while_it_goes_away, {"number": 1})
    worker.tick()

    assert states() == [JobState.DONE]
    assert sent == [1]


def test_who_lost_the_lease_while_working_changes_nothing(app, wired, worker, clock, monkeypatch):
    def outlast_the_lease(event):
        count_it(event)
        clock.advance(seconds=61)
        take_over = select(Job).where(Job.event_id == event.event_id)
        db.session.scalars(take_over).one().lease_by = "another worker"

    monkeypatch.setitem(wired.work, jobs.name_of(outlast_the_lease), outlast_the_lease)
    happen(wired, monkeypatch, outlast_the_lease)
    worker.tick()

    assert counted() == set()


def die_while_working(names, limit=10):
    with transaction():
        return len(jobs.claim_next("a worker that dies", limit, timedelta(seconds=60), names))


def test_after_their_worker_died_jobs_are_tried_in_smaller_company(app, wired, worker, clock, monkeypatch):
    happen(wired, monkeypatch, count_it, numbers=(1, 2, 3))
    names = [jobs.name_of(count_it)]
    assert die_while_working(names) == 3
    happen(wired, monkeypatch, count_it, numbers=(4,))
    clock.advance(seconds=61)

    with transaction():
        together = jobs.claim_next("the next", 10, timedelta(seconds=60), names)
        apart = jobs.claim_suspects("the next", 8, timedelta(seconds=60), names)
    assert [len(together), len(apart)] == [1, 2]
    worker.tick()
    assert counted() == {"counted.3"}


def test_a_job_under_which_every_worker_dies_ends_dead_and_visible(app, wired, worker, clock, monkeypatch):
    happen(wired, monkeypatch, count_it)
    names = [jobs.name_of(count_it)]
    assert die_while_working(names) == 1
    for _ in range(MAX_ATTEMPTS - 1):
        clock.advance(seconds=61)
        with transaction():
            assert jobs.claim_suspects("a worker that dies", 10, timedelta(seconds=60), names)
    clock.advance(seconds=61)
    worker.tick()

    assert states() == [JobState.FAILED]
    assert "died" in db.session.scalars(select(Job.last_error)).one()
    assert counted() == set()


def test_a_long_batch_lets_others_write_in_between(app, wired, worker, monkeypatch):
    transactions, seconds = [], [0.0]
    monkeypatch.setattr("app.kernel.worker.time.monotonic", lambda: seconds[0])

    def take_long(event):
        count_it(event)
        transactions.append(db.session().get_transaction())
        seconds[0] += HOLDS_SECONDS * 0.6

    monkeypatch.setitem(wired.work, jobs.name_of(take_long), take_long)
    happen(wired, monkeypatch, take_long, numbers=range(4))
    worker.tick()

    assert [transactions.index(one) for one in transactions] == [0, 0, 2, 2]
    assert states() == [JobState.DONE] * 4


def test_what_a_clock_that_was_ahead_has_promised_and_leased_does_not_wait_for_that_day(app, wired, worker, clock):
    clock.advance(days=1)
    with transaction():
        enqueue(leave_the_house, {"number": 1})
        enqueue(leave_the_house, {"number": 2})
        assert len(jobs.claim_next("a worker that dies", 1, timedelta(seconds=60), [jobs.name_of(leave_the_house)]))
        enqueue(leave_the_house, {"number": 3}, due_at=clock.now() + timedelta(days=3))
    clock.advance(days=-1)
    worker.tick()

    assert states() == [JobState.DONE, JobState.DONE, JobState.WAITING]


def test_that_holds_too_for_a_clock_that_runs_while_it_promises(app, wired, worker, clock):
    running = 20
    clock.run()
    clock.advance(days=1)
    with transaction():
        for number in range(running):
            enqueue(leave_the_house, {"number": number})
    clock.advance(days=-1)
    worker.tick()

    assert states() == [JobState.DONE] * running


def test_what_waits_for_next_week_is_not_looked_at(app, worker):
    """Each answer promises a look three days later; tens of thousands may wait, and a worker asks all the time."""
    if not database_is_sqlite(db.engine):
        pytest.skip("an empty table of PostgreSQL is read whole, whatever its indexes")
    with statements() as asked, transaction():
        jobs.waiting_names()
        jobs.claim_next("a worker", 1, timedelta(seconds=60), ["any"])
        jobs.claim_suspects("a worker", 1, timedelta(seconds=60), ["any"])

    for each in [sql for sql in asked if "FROM job" in sql]:
        plan = db.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {each}", (None,) * each.count("?")).all()
        assert "SEARCH job USING INDEX ix_job_waiting (due_at<?)" in plan[0].detail, each
