"""SIGTERM under load: every request that was taken is answered, every job in hand is finished or given back."""

import random
import time

from bench.faults.clients import posting
from bench.faults.counting import counted
from bench.faults.result import Result
from bench.faults.stage import Stage


def stopped_under_load(stage: Stage, seed: int, *, stops: int, clients: int = 16) -> Result:
    """Web and worker are asked to leave, and started again when they have."""
    dice, failures = random.Random(seed), []
    stage.promise_within(2)
    stage.start()
    with posting(stage, seed, clients, pause=0.1) as notebook:
        for _ in range(stops):
            time.sleep(dice.uniform(0.3, 1.5))
            assert stage.web is not None
            codes = [stage.web.stop(), *(worker.stop() for worker in stage.workers)]
            if any(codes):
                failures.append(f"ended with {codes} instead of 0")
            stage.start()
    stage.wait_until_quiet()
    result = counted(stage, f"{stops} stops, {clients} clients", notebook)
    result.failures += failures
    if notebook.cut_off:
        result.failures.append(f"{notebook.cut_off} requests were taken and not answered")
    return result
