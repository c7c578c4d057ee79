"""The index is disposable: whatever happens to it, the forum answers, and it comes back by itself."""

import os
import shutil
import threading

import pytest

from app.domains.accounts.actor import GUEST
from app.domains.search import reactions
from app.domains.search.actions import ask_for_rebuild
from app.domains.search.engine import IndexBusy
from app.domains.search.queries import index_status, search_questions, similar_questions
from app.domains.search.rebuild import rebuild, why_rebuild
from app.domains.search.serving import REBUILD, WRITE, serving
from app.extensions import db
from app.kernel import jobs, settings
from app.kernel.errors import NotAllowed
from app.kernel.transaction import transaction
from app.kernel.worker import Worker
from tests.factories import a_question, an_answer

pytestmark = pytest.mark.usefixtures("app")


def pytest_generate_tests(metafunc):
    if "engine" in metafunc.fixturenames:
        names = ("whoosh", "tantivy")
        marked = [pytest.param(name, marks=pytest.mark.settings(search_engine=name), id=name) for name in names]
        metafunc.parametrize("engine", marked)


def lamps():
    return search_questions(GUEST, "lamp")


def folder():
    return serving().path_of(serving().current().folder)


def folders():
    return [each.name for each in serving().root.iterdir() if each.is_dir()]


def switch_at(number):
    with transaction():
        settings.change("search.tantivy_from", str(number), None)


def a_minute_later(clock, worker):
    clock.advance(minutes=1)
    worker.tick()


def test_the_first_start_makes_an_index_of_an_empty_forum(engine, worker):
    worker.tick()

    assert (index_status().engine, index_status().documents, why_rebuild()) == (engine, 0, None)
    assert not lamps().from_database


def test_a_rebuild_reports_its_progress_and_leaves_one_more_index(engine, ann, worker):
    worker.tick()
    for number in range(3):
        a_question(by=ann, title=f"The lamp with number {number}")
    before, heard = serving().current(), []

    done = rebuild(report=heard.append)

    assert (done.engine, done.documents, heard) == (engine, 3, ["3 / 3"])
    assert lamps().total == 3
    assert serving().current().folder != before.folder
    assert sorted(folders()) == sorted([before.folder, serving().current().folder])


def test_the_old_index_is_removed_once_no_reader_can_be_on_it(ann, clock, worker):
    worker.tick()
    rebuild()
    a_minute_later(clock, worker)
    assert len(folders()) == 2

    marker = serving().root / "current.json"
    long_ago = marker.stat().st_mtime - 3600
    os.utime(marker, (long_ago, long_ago))
    a_minute_later(clock, worker)

    assert folders() == [serving().current().folder]


DAMAGES = ("gone", "whole folder gone", "marker gone", "marker nonsense", "truncated", "other version")


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_index_is_answered_from_the_database_and_heals(engine, ann, clock, worker, damage):
    question = a_question(by=ann, title="The lamp stays dark")
    worker.tick()
    assert not lamps().from_database

    if damage == "gone":
        shutil.rmtree(folder())
    elif damage == "whole folder gone":
        shutil.rmtree(serving().root)
    elif damage == "marker gone":
        (serving().root / "current.json").unlink()
    elif damage == "marker nonsense":
        (serving().root / "current.json").write_text('{"engine": "../../etc", "folder": "../x"}')
    elif damage == "truncated":
        for file in folder().iterdir():
            if file.suffix in (".toc", ".seg", ".store", ".idx", ".term", ".pos", ".fast") or file.name == "meta.json":
                os.truncate(file, 3)
    else:
        (folder() / "index.json").write_text('{"engine": "an older one"}')
    serving().forget_reader()  # as in another process, which has to open it

    page = lamps()
    assert ([card.id for card in page.cards], page.from_database) == ([question.id], True)
    assert [card.id for card in similar_questions(GUEST, "lamp dark")] == [question.id]
    a_minute_later(clock, worker)
    page = lamps()
    assert ([card.id for card in page.cards], page.from_database, why_rebuild()) == ([question.id], False, None)


def test_a_question_posted_while_the_index_is_gone_is_there_when_it_is_back(engine, ann, clock, worker):
    worker.tick()
    shutil.rmtree(serving().root)
    question = a_question(by=ann, title="The lamp stays dark")
    Worker(worker.worker.app).drain()  # jobs alone, the clock's check has not run

    assert jobs.counts()["waiting"] == jobs.counts()["failed"] == 0
    a_minute_later(clock, worker)
    assert ([card.id for card in lamps().cards], lamps().from_database) == ([question.id], False)


def test_what_changes_during_a_rebuild_is_in_the_new_index(engine, ann, bob, worker):
    question = a_question(by=ann, title="The lamp stays dark")
    worker.tick()

    def meanwhile(_line):  # the walk has passed this question already
        if search_questions(GUEST, "ferryman").total == 0:
            an_answer(to=question, by=bob, body="Have you asked the ferryman?")
            Worker(worker.worker.app).drain()  # the job writes into the old index, which serves until the swap
            assert search_questions(GUEST, "ferryman").total == 1

    rebuild(report=meanwhile)

    assert search_questions(GUEST, "ferryman").total == 1


def test_a_write_waits_for_the_swap_and_goes_into_the_new_index(app, ann, worker):
    worker.tick()
    question = a_question(by=ann, title="The lamp stays dark")
    question_id = question.id
    db.session.rollback()
    index, wrote = serving(), threading.Event()

    def write():
        with app.app_context():
            reactions.index_ids([question_id])
            wrote.set()

    with index.locked(WRITE, 0):
        thread = threading.Thread(target=write)
        thread.start()
        assert not wrote.wait(0.2)
    thread.join(timeout=30)

    assert wrote.is_set() and lamps().total == 1


def test_searching_meets_no_gap_while_indexes_are_swapped(engine, app, ann, worker):
    for number in range(5):
        a_question(by=ann, title=f"The lamp with number {number}")
    worker.tick()
    seen, stop = [], threading.Event()

    def look():
        with app.app_context():
            while not stop.is_set():
                page = lamps()
                seen.append((page.total, page.from_database))
                db.session.rollback()

    threads = [threading.Thread(target=look) for _ in range(3)]
    for thread in threads:
        thread.start()
    for _ in range(5):
        rebuild()
    stop.set()
    for thread in threads:
        thread.join()

    assert set(seen) == {(5, False)}


def test_one_rebuild_at_a_time(worker):
    worker.tick()
    with serving().locked(REBUILD, 0):
        assert index_status().rebuilding
        with pytest.raises(IndexBusy):
            rebuild()
    assert not index_status().rebuilding
    rebuild()


def test_a_rebuild_that_fails_leaves_the_old_index_serving_and_nothing_behind(ann, worker):
    a_question(by=ann, title="The lamp stays dark")
    worker.tick()
    before = serving().current()

    def fail(_line):
        raise RuntimeError("the machine was switched off")

    with pytest.raises(RuntimeError):
        rebuild(report=fail)

    assert (serving().current(), folders(), lamps().total) == (before, [before.folder], 1)


@pytest.mark.settings(search_engine="auto")
def test_the_engine_changes_by_itself_when_the_forum_passes_the_point(ann, clock, worker):
    switch_at(3)
    for number in range(2):
        a_question(by=ann, title=f"The lamp with number {number}")
    worker.tick()
    assert (index_status().engine, index_status().choice.because) == ("whoosh", "small")

    a_question(by=ann, title="The lamp with number 3")
    a_minute_later(clock, worker)
    assert (index_status().engine, index_status().choice.because, lamps().total) == ("tantivy", "large", 3)

    switch_at(4)
    assert (index_status().choice.engine, index_status().changes) == ("whoosh", True)
    a_minute_later(clock, worker)
    assert (index_status().engine, lamps().total) == ("whoosh", 3)


@pytest.mark.settings(search_engine="auto")
def test_without_tantivy_whoosh_serves_at_any_size(app, ann, clock, worker):
    del app.extensions["search_engines"]["tantivy"]
    switch_at(1)
    a_question(by=ann, title="The lamp stays dark")
    worker.tick()

    assert (index_status().engine, index_status().choice.because, lamps().total) == ("whoosh", "no_tantivy", 1)


def test_a_document_that_was_lost_is_noticed(app, ann, clock, worker):
    question = a_question(by=ann, title="The lamp stays dark")
    worker.tick()
    with serving().writing() as engine:
        engine.drop([question.id])
    assert lamps().total == 0

    a_minute_later(clock, worker)  # may be a change on its way
    a_minute_later(clock, worker)  # it was none
    assert lamps().total == 1


def test_an_administrator_asks_for_a_rebuild_and_others_may_not(ada, ann, clock, worker):
    worker.tick()
    before = serving().current().folder
    with pytest.raises(NotAllowed):
        ask_for_rebuild(ann)
    a_minute_later(clock, worker)
    assert serving().current().folder == before

    ask_for_rebuild(ada)
    assert index_status().rebuild_wanted
    a_minute_later(clock, worker)
    assert serving().current().folder != before and not index_status().rebuild_wanted


def test_a_busy_index_makes_the_job_try_again(ann, clock, worker, monkeypatch):
    monkeypatch.setattr("app.domains.search.serving.WAIT_SECONDS", 0.1)
    worker.tick()
    a_question(by=ann, title="The lamp stays dark")
    with serving().locked(WRITE, 0):
        worker.tick()
        assert (lamps().total, index_status().waiting) == (0, 1)

    clock.advance(seconds=3)
    worker.tick()
    assert (lamps().total, index_status().waiting) == (1, 0)


@pytest.mark.both_databases
def test_indexing_runs_on_both_databases(app, ann, bob, worker):
    a_question(by=ann, title="The lamp stays dark", tags=("电源", "lamp"))
    worker.tick()
    a_question(by=ann, title="The second lamp stays dark")
    worker.tick()

    assert lamps().total == 2 and not lamps().from_database
    assert search_questions(GUEST, "[电源]").total == 1
    assert rebuild().documents == 2
