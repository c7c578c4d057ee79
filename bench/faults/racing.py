"""Several workers over the same due questions; the answer against the sweep."""

import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from sqlalchemy import select

from app.domains.escalation.events import QuestionEscalated
from app.domains.escalation.models import Case, CaseState
from app.domains.questions.actions.asking import QuestionDraft, ask_question
from app.extensions import db
from app.kernel.clock import now
from app.kernel.events import EventRow
from app.kernel.transaction import transaction
from app.kernel.worker import Worker
from bench.faults.clients import Client, Notebook
from bench.faults.counting import counted
from bench.faults.processes import Running, sweep_without_rest
from bench.faults.result import Result
from bench.faults.stage import PRODUCT, TAG, Stage, eventually

AT_ONCE = 50
STEP, LONGEST_STEP = 0.03, 0.5  # seconds
TRIED_TIMES = 5
RACED_AT_ONCE = 20  # all asked before the first falls due
APART = 0.06  # seconds between the promised times of two questions that are answered in a race
BODY = "It has been so since the update of this morning. What can I do?"


def workers_racing(stage: Stage, seed: int, *, questions: int, workers: int = 4) -> Result:
    """All questions are overdue before the first worker starts; half of them have no case yet, so that the sweep
    itself must notice them."""
    stage.promise_within(1)
    ask(stage, questions // 2)
    Worker(stage.app).drain()
    ask(stage, questions - questions // 2)
    time.sleep(1)
    stage.start(workers)
    stage.wait_until_quiet()
    stage.stop_workers()
    result = counted(stage, f"{workers} workers, {questions} due questions")
    if result.due != questions:
        result.failures.append(f"{result.due} of {questions} questions fell due")
    return result


def ask(stage: Stage, questions: int) -> list[int]:
    """So many new questions, stored by this process; their ids."""
    ids = []
    for start in range(0, questions, AT_ONCE):
        with transaction():
            for number in range(start, min(questions, start + AT_ONCE)):
                draft = QuestionDraft(f"The lamp number {number} stays dark", BODY, PRODUCT, (TAG,))
                ids.append(ask_question(stage.members[number % len(stage.members)].actor, draft).id)
    return ids


def answer_against_sweep(stage: Stage, seed: int, *, pairs: int) -> Result:
    """Each question is answered at the moment at which it falls due, while two processes do nothing but sweep."""
    aim, dice, notebook, ids = Aim(), random.Random(seed), Notebook(), list[int]()
    stage.promise_within(3)
    stage.start_web()
    sweeping = [Running(sweep_without_rest, stage.environment, stage.log) for _ in range(2)]
    try:
        while len(ids) < pairs or (len(aim.won) < 2 and len(ids) < TRIED_TIMES * pairs):
            batch = _ask_apart(stage, min(RACED_AT_ONCE, pairs))
            _answer_when_due(stage, aim, dice, notebook, batch)
            ids += batch
        assert eventually(lambda: not _armed_and_due())
    finally:
        for process in sweeping:
            process.kill()
    Worker(stage.app).drain()
    result = counted(stage, f"{len(ids)} pairs", notebook)
    first = set(_escalated()) & set(ids)
    result.ran += f": sweep first {len(first)}, answer first {len(ids) - len(first)}"
    if not 0 < len(first) < len(ids):
        result.failures.append("one order never happened")
    return result


class Aim:
    """How long before the promised time an answer is sent, so that it arrives as the sweep does: earlier after each
    race that the sweep has won, later after each that it has lost, in longer steps while the same one wins. How long a
    post takes differs with the machine, and on a busy one by seconds."""

    def __init__(self) -> None:
        self.lead, self.won = 0.02, set[bool]()
        self._step, self._sweep_won, self._lock = STEP, True, threading.Lock()

    def learn(self, *, sweep_won: bool) -> None:
        with self._lock:
            again = sweep_won == self._sweep_won
            self._step = min(LONGEST_STEP, 2 * self._step) if again else max(STEP, self._step / 4)
            self.lead += self._step if sweep_won else -self._step
            self._sweep_won = sweep_won
            self.won.add(sweep_won)


def _ask_apart(stage: Stage, questions: int) -> list[int]:
    """One after the other: what fell due at once would be answered in a queue, long after the sweep."""
    ids = []
    for _number in range(questions):
        ids += ask(stage, 1)
        time.sleep(APART)
    return ids


def _answer_when_due(stage: Stage, aim: Aim, dice: random.Random, notebook: Notebook, ids: list[int]) -> None:
    """Every answer is sent within a few hundredths of a second of where it would meet the sweep."""
    assert eventually(lambda: len(_promised(ids)) == len(ids)), "the sweep does not adopt every question"
    due = _promised(ids)
    asker_of = {id: number % len(stage.members) for number, id in enumerate(ids)}

    def answer(question_id: int) -> None:
        helper = stage.members[(asker_of[question_id] + 1) % len(stage.members)]
        client = Client(stage, helper, notebook, question_id, gives_up=0)
        scatter = dice.uniform(-0.03, 0.03)
        while (due[question_id] - now()).total_seconds() > aim.lead + scatter:
            time.sleep(0.005)
        client.answer(question_id, 0)
        with stage.app.app_context():
            aim.learn(sweep_won=question_id in _escalated())

    with ThreadPoolExecutor(len(ids)) as pool:
        list(pool.map(answer, sorted(ids, key=due.__getitem__)))


def _promised(ids: list[int]) -> dict[int, datetime]:
    """When each falls due; now, where the sweep was faster than this look."""
    db.session.rollback()
    found = select(Case.question_id, Case.state, Case.due_at).where(Case.question_id.in_(ids))
    rows = db.session.execute(found.where(Case.due_at.is_not(None)))
    # A case that is with staff has a deadline too: that of their reply, hours away.
    return {row.question_id: row.due_at if row.state == CaseState.ARMED else now() for row in rows}


def _armed_and_due() -> bool:
    db.session.rollback()
    late = select(Case.id).where(Case.state == CaseState.ARMED, Case.due_at <= now()).limit(1)
    return db.session.scalar(late) is not None


def _escalated() -> list[int]:
    payloads = db.session.scalars(select(EventRow.payload).where(EventRow.kind == QuestionEscalated.__name__))
    return [payload["question_id"] for payload in payloads]
