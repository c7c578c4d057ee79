"""The search index deleted, cut short, filled with random bytes: searches go on, and the index mends itself."""

import json
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import select

from app.domains.questions.models import Question
from app.domains.search.engine import IndexUnusable
from app.domains.search.serving import Serving
from app.extensions import db
from bench.faults.clients import Client, Notebook
from bench.faults.counting import counted
from bench.faults.racing import ask
from bench.faults.result import Result
from bench.faults.stage import WITHIN, Stage, eventually

STAMPS = {"index.json", "writer.lock"}


def index_damaged(stage: Stage, seed: int, *, questions: int, damages: int) -> Result:
    """One damage after the other, each mended before the next; a search while it is there must find every question."""
    dice, searches = random.Random(seed), 0
    ids = ask(stage, questions)
    stage.start()
    stage.wait_until_quiet()
    result = Result("")
    assert _is_whole(stage, len(ids)), "the index was never built"
    for number in range(damages):
        damage = DAMAGES[number % len(DAMAGES)]
        damage(_folder(stage), dice)
        found = [_found(stage) for _ in range(3)]
        searches += len(found)
        result.failures += [f"after {damage.__name__}: {line}" for line in found if line != f"{len(ids)} found"]
        if not mends(stage, len(ids)):
            result.failures.append(f"after {damage.__name__} the index stayed broken")
        ids += ask(stage, 1)
        stage.wait_until_quiet()
    after = counted(stage, f"{damages} damages, {searches} searches, {len(ids)} questions")
    after.acknowledged, after.failures = len(ids), after.failures + result.failures
    after.lost += len(set(ids) - set(db.session.scalars(select(Question.id))))
    return after


def delete_folder(folder: Path, _dice: random.Random) -> None:
    shutil.rmtree(folder)


def delete_everything(folder: Path, _dice: random.Random) -> None:
    shutil.rmtree(folder.parent)


def delete_some_files(folder: Path, dice: random.Random) -> None:
    for path in dice.sample(_files(folder), k=max(1, len(_files(folder)) // 2)):
        path.unlink()


def cut_short(folder: Path, dice: random.Random) -> None:
    for path in _files(folder):
        with path.open("r+b") as file:
            file.truncate(dice.randrange(max(1, path.stat().st_size)))


def fill_with_noise(folder: Path, dice: random.Random) -> None:
    for path in _files(folder):
        path.write_bytes(dice.randbytes(path.stat().st_size))


def write_nonsense_into_marker(folder: Path, dice: random.Random) -> None:
    (folder.parent / "current.json").write_bytes(dice.randbytes(100))


DAMAGES: tuple[Callable[[Path, random.Random], None], ...] = (
    fill_with_noise,
    delete_folder,
    cut_short,
    delete_everything,
    delete_some_files,
    write_nonsense_into_marker,
)


def _folder(stage: Stage) -> Path:
    search = Path(stage.environment["DATA_DIR"]) / "search"
    return search / str(json.loads((search / "current.json").read_text())["folder"])


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_file() and path.name not in STAMPS)


def _found(stage: Stage) -> str:
    client = Client(stage, stage.members[0], Notebook(), 0)
    status, _headers, text = client.ask_once("GET", f"/search?q={quote('lamp dark')}")
    return f"{json.loads(text)['total']} found" if status == 200 else f"{status} {text[:200]}"


def mends(stage: Stage, questions: int) -> bool:
    return eventually(lambda: _is_whole(stage, questions), WITHIN, 0.2)


def _is_whole(stage: Stage, questions: int) -> bool:
    """Whether a reader who opens it now finds every question in it."""
    engines = stage.app.extensions["search_engines"]
    index = Serving(Path(stage.environment["DATA_DIR"]) / "search", engines)
    try:
        return index.count() == questions and index.wanted() is None
    except (IndexUnusable, OSError):
        return False
