"""PostgreSQL restarted, single backends killed, while people post: 503 with Retry-After meanwhile, then as before."""

import random
import time

import psycopg

from bench.faults.clients import Client, Notebook, posting
from bench.faults.counting import counted
from bench.faults.result import Result
from bench.faults.stage import Stage, eventually

RECOVERED_WITHIN = 5.0  # seconds after the database answers again
KILL = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE datname = %s AND pid <> pg_backend_pid() ORDER BY random() LIMIT %s"""


def database_away(stage: Stage, seed: int, *, restarts: int, kills: int, clients: int = 16) -> Result:
    """Each kill ends one to three connections, whatever they are doing; each restart ends all, for a second or two."""
    assert stage.cluster is not None
    dice, slowest = random.Random(seed), 0.0
    stage.promise_within(2)
    stage.start(workers=2)
    with posting(stage, seed, clients, pause=0.3) as notebook:
        for _ in range(kills):
            time.sleep(dice.uniform(0.05, 0.4))
            _kill_backends(stage, dice.randint(1, 3))
        for _ in range(restarts):
            stage.cluster.stop("fast")
            time.sleep(dice.uniform(0.5, 2.0))
            stage.cluster.start()
            slowest = max(slowest, _seconds_until_it_posts(stage))
            time.sleep(dice.uniform(0.5, 1.5))
    assert eventually(lambda: all(worker.lives for worker in stage.workers))
    stage.wait_until_quiet()
    result = counted(stage, f"{restarts} restarts, {kills} times backends killed, {clients} clients", notebook)
    result.remarks.append(f"posted again {slowest:.1f} s after the slowest restart")
    if slowest > RECOVERED_WITHIN:
        result.failures.append(f"it took {slowest:.1f} s to post again")
    return result


def _kill_backends(stage: Stage, number: int) -> None:
    address = stage.environment["DATABASE_URL"]
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(KILL, (address.rpartition("/")[2], number))


def _seconds_until_it_posts(stage: Stage) -> float:
    began, client = time.monotonic(), Client(stage, stage.members[0], Notebook(), 0, gives_up=0)
    client.ask()
    return time.monotonic() - began
