"""`python -m bench.faults [--seed N] [--short] [NAME ...]`: every fault, one row each.

Exit 1 where a number is wrong.
"""

import argparse
import random
import sys
import time
import traceback
from collections.abc import Sequence

from bench.faults.result import Result
from bench.faults.stage import KINDS, staged
from bench.faults.table import FAULTS, Fault
from tests.servers.postgresql import binaries

COLUMNS = "{:<34} {:<11} {:>6} {:>5} {:>7} {:>5} {:>8} {:>7} {:>8}  {}"
HEAD = ("fault", "database", "stored", "lost", "doubled", "due", "not once", "doctor", "seconds", "what ran")


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.faults", description=__doc__)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--short", action="store_true", help="The small numbers of the test suite.")
    parser.add_argument("--database", choices=KINDS, help="One kind only; both otherwise.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"Some of: {', '.join(FAULTS)}.")
    wanted = parser.parse_args(arguments)
    unknown = set(wanted.names) - FAULTS.keys()
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    kinds = [kind for kind in KINDS if wanted.database in (None, kind) and (kind == "sqlite" or binaries())]
    print(f"seed {wanted.seed}; repeat with --seed {wanted.seed}", flush=True)
    print(COLUMNS.format(*HEAD), flush=True)
    results = [
        run(name, kind, wanted.seed, short=wanted.short)
        for name in wanted.names or FAULTS
        for kind in kinds
        if kind in FAULTS[name].kinds
    ]
    wrong = sum(bool(result.wrong) for result in results)
    print(f"{len(results)} faults, {wrong} with a wrong number. seed {wanted.seed}", flush=True)
    return 1 if wrong else 0


def run(name: str, kind: str, seed: int, *, short: bool) -> Result:
    """One fault on a fresh forum, its row printed; whatever it raises is a failure of that row alone."""
    fault, began = FAULTS[name], time.monotonic()
    try:
        result = _on_stage(fault, kind, seed, fault.short if short else fault.long)
    except Exception as error:
        traceback.print_exc()
        result = Result("did not end", failures=[repr(error)[:300]])
    seconds = f"{time.monotonic() - began:.0f}"
    counts = (result.acknowledged, result.lost, result.doubled, result.due, result.not_once, len(result.complaints))
    print(COLUMNS.format(name, kind, *counts, seconds, result.ran), flush=True)
    for line in (*result.remarks, *(f"WRONG: {line}" for line in result.wrong)):
        print(f"    {line}", flush=True)
    return result


def _on_stage(fault: Fault, kind: str, seed: int, numbers: dict[str, int]) -> Result:
    with staged(kind, settings=fault.settings, with_mail=fault.with_mail) as stage:
        return fault.run(stage, seed, **numbers)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
