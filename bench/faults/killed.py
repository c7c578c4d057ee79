"""kill -9 of web and worker at random moments, while people post and questions fall due."""

import random
import time

from bench.faults.clients import posting
from bench.faults.counting import counted
from bench.faults.result import Result
from bench.faults.stage import Stage


def killed_while_posting(stage: Stage, seed: int, *, kills: int, due: int, clients: int = 16) -> Result:
    """Each kill hits the web or a worker; the next process takes over at once. Goes on until `due` questions that
    nobody answered were asked."""
    dice, done = random.Random(seed), 0
    stage.promise_within(2)
    stage.start(workers=2)
    with posting(stage, seed, clients, pause=0.3) as notebook:
        while done < kills or notebook.unanswered < due:
            time.sleep(dice.uniform(0.05, 1.2))
            if done < kills:
                _kill_one(stage, dice)
                done += 1
    stage.stop_workers()
    stage.start(workers=2)
    stage.wait_until_quiet()
    return counted(stage, f"{kills} kills, {clients} clients, {len(notebook.said)} writes", notebook)


def _kill_one(stage: Stage, dice: random.Random) -> None:
    if dice.random() < 0.5:
        assert stage.web is not None
        stage.web.kill()
        stage.start_web(wait=False)
    else:
        stage.workers.pop(dice.randrange(len(stage.workers))).kill()
        stage.start_worker()
