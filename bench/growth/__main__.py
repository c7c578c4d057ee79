"""A million questions: loaded once, every plan looked at, every page's cost beside that of a small forum.

    python -m bench.growth                                a million questions and ten thousand
    python -m bench.growth --questions 100000             fewer
    python -m bench.growth --keep FOLDER                  leave the database there, and find it there the next time

It starts a PostgreSQL of its own. Results: the terminal, `bench/results/growth.md`, every plan in `growth-plans.txt`.
Ends with 1 where a plan is wrong.
"""

import argparse
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from app.config import ROOT
from bench.growth.costs import Grown, grown
from bench.growth.hot import judged_visits
from bench.growth.plans import Judged
from bench.growth.stage import cluster, town
from bench.growth.table import written
from bench.measuring import processors

RESULTS = ROOT / "bench" / "results"


def main() -> int:
    chosen, began = _arguments(), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="huzhu-growth-") as scratch:
        folder = Path(chosen.keep or scratch).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        with cluster(folder) as server:
            small = town(server, folder, chosen.small, _say)
            large = town(server, folder, chosen.questions, _say, index_of=small)
            judged = judged_visits(large)
            for wrong in (each for each in judged if each.complaints):
                _say(f"{wrong}\n")
            found = [] if chosen.plans else grown(small, large, chosen.rounds, chosen.requests, _say)
    _write(chosen, found, judged, time.monotonic() - began)
    return int(any(each.complaints for each in judged))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.growth", description="What grows with the forum.")
    parser.add_argument("--questions", type=int, default=1_000_000)
    parser.add_argument("--small", type=int, default=10_000)
    parser.add_argument("--keep", default="", help="a folder for the loaded database")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--requests", type=int, default=60, help="of each page in a round")
    parser.add_argument("--plans", action="store_true", help="look at the plans only")
    return parser.parse_args()


def _write(chosen: argparse.Namespace, found: list[Grown], judged: list[Judged], seconds: float) -> None:
    about = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, `python -m bench.growth {' '.join(sys.argv[1:])}`, "
    about += f"{seconds:.0f} s; {processors()} processors. "
    about += f"{chosen.small:,} and {chosen.questions:,} questions on one PostgreSQL."
    results = written(about, found, judged)
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / "growth.md").write_text(results, encoding="utf-8")
    (RESULTS / "growth-plans.txt").write_text("\n\n".join(map(str, judged)) + "\n", encoding="utf-8")
    print(results)


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
