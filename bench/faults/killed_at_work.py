"""kill -9 of the worker while it builds digests, and while it writes the index."""

import random
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select, update

from app.domains.feedback.events import DigestReady
from app.domains.feedback.models import Digest
from app.domains.feedback.periods import last_monday
from app.domains.products.models import Product
from app.domains.questions.models import Question
from app.extensions import db
from app.kernel.clock import now
from app.kernel.events import EventRow
from app.kernel.schedule import ScheduleRow
from app.kernel.transaction import transaction
from bench.faults.counting import counted
from bench.faults.index_damage import mends
from bench.faults.racing import ask
from bench.faults.result import Result
from bench.faults.stage import Stage
from tests.factories import a_person, a_product, a_question

DIGESTS = "feedback.build_digests"


def killed_building_digests(stage: Stage, seed: int, *, kills: int) -> Result:
    """A product for every two kills, each with a closed week: one digest each, told once."""
    products = max(2, kills // 2)
    a_person("pam", role="pm")
    _closed_weeks(stage, products)
    _kill_again_and_again(stage, seed, kills, lambda: _due_now(DIGESTS))
    _due_now(DIGESTS)
    stage.start_worker()
    stage.wait_until_quiet()
    result = counted(stage, f"{kills} kills, {products} products")
    digests = Counter(db.session.scalars(select(Digest.product_id)))
    told = Counter(payload["digest_id"] for payload in _payloads())
    result.acknowledged += len(digests)
    result.lost += products + 1 - len(digests)  # the one of every stage, too
    result.doubled += sum(number - 1 for number in (*digests.values(), *told.values()))
    return result


def killed_writing_the_index(stage: Stage, seed: int, *, kills: int) -> Result:
    """Five new questions before each kill; in the end the index has each question once."""
    ids: list[int] = []
    _kill_again_and_again(stage, seed, kills, lambda: ids.extend(ask(stage, 5)))
    stage.start_worker()
    stage.wait_until_quiet()
    result = counted(stage, f"{kills} kills, {len(ids)} questions")
    if not mends(stage, len(ids)):
        result.failures.append(f"the index in {Path(stage.environment['DATA_DIR'])} has not every question")
    return result


def _kill_again_and_again(stage: Stage, seed: int, kills: int, before: Callable[[], object]) -> None:
    dice = random.Random(seed)
    for _ in range(kills):
        before()
        stage.start_worker()
        time.sleep(dice.uniform(0.2, 1.2))
        stage.stop_workers()


def _closed_weeks(stage: Stage, products: int) -> None:
    """Products that have existed for a month, each with a question of last week."""
    for number in range(products):
        a_product(f"lamp{number}", open_always=True)
        a_question(by=stage.members[0].actor, product=f"lamp{number}", tags=("light",))
    asked_at = now() - timedelta(days=now().weekday() + 3)
    assert asked_at.date() < last_monday(now(), "Asia/Shanghai")
    with transaction():
        db.session.execute(update(Product).values(created_at=now() - timedelta(days=30)))
        db.session.execute(update(Question).values(created_at=asked_at))


def _due_now(task: str) -> None:
    with transaction():
        db.session.execute(update(ScheduleRow).where(ScheduleRow.name == task).values(due_at=now()))


def _payloads() -> list[dict[str, int]]:
    return list(db.session.scalars(select(EventRow.payload).where(EventRow.kind == DigestReady.__name__)))
