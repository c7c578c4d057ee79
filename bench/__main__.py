"""`make bench`: what a page, a search, a post and a listener cost, beside references of the same minute.

    python -m bench                 2,000 and 20,000 questions; under ten minutes on two quiet processors
    python -m bench --quick         500 and 2,000 questions, few requests, one round; its ratios waver
    python -m bench --large         2,000 and 100,000 questions
    python -m bench --only T2,T4    some of the targets
    python -m bench --keep FOLDER   leave the loaded forums there, and find them there the next time

CPU ms a request is user and system time of the server's processes, by the kernel's account. References (references.py)
are served by the same command as the forum and measured immediately before and after each page; the ratio to their
mean is what is promised. On a quiet machine such ratios hold within a tenth; with five processes a processor they
were seen to differ by up to two thirds from round to round: "rounds within 1.66" in the remarks is the largest ratio by
the smallest. Wall times (answers a second, p95, delivery) then do not hold at all.

Results: the terminal, `bench/results/bench.md` and `.json`; the plot `docs/img/bench.svg` with `--plot`.
The community is made by community.py, as large as you like and the same every time, and loaded by loading.py.
"""

import argparse
import sys
import tempfile
import time
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path

from app.config import ROOT
from bench.comparing import Line
from bench.measuring import busy, processors
from bench.stage import LARGE, QUICK, USUAL, Stage, staged
from bench.table import plain, write
from bench.targets import TARGETS, Target

RESULTS, PICTURE = ROOT / "bench" / "results", ROOT / "docs" / "img" / "bench.svg"


def main() -> int:
    chosen = _arguments()
    scale = QUICK if chosen.quick else LARGE if chosen.large else USUAL
    wanted = set(chosen.only.upper().split(",")) if chosen.only else {each.name for each in TARGETS}
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="huzhu-bench-") as scratch:
        folder = Path(chosen.keep or scratch).resolve()
        with staged(scale, folder, _say) as stage:
            busy_at_first = busy()
            lines = [line for target in TARGETS if target.name in wanted for line in _run(stage, target)]
    about = _about(busy_at_first, time.monotonic() - began)
    lines.sort(key=lambda line: line.target)
    print(f"\n{about}\n\n{plain(lines)}")
    write(lines, about, RESULTS, PICTURE if chosen.plot else None)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description="What the forum costs, beside references.")
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--quick", action="store_true", help="small numbers, for development")
    size.add_argument("--large", action="store_true", help="100,000 questions")
    parser.add_argument("--only", default="", help="targets, by comma: T2,T4")
    parser.add_argument("--keep", default="", help="a folder for the loaded forums")
    parser.add_argument("--plot", action="store_true", help=f"write {PICTURE.relative_to(ROOT)} too")
    return parser.parse_args()


def _run(stage: Stage, target: Target) -> list[Line]:
    began = time.monotonic()
    with stage.large.running() if target.served else nullcontext():
        lines = target.run(stage)
    _say(f"{target.name} took {time.monotonic() - began:.0f} s")
    _say(plain(lines))
    return lines


def _about(busy_at_first: float, seconds: float) -> str:
    load = (busy_at_first + busy()) / 2
    told = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, `python -m bench {' '.join(sys.argv[1:])}`, {seconds:.0f} s; "
    told += f"{processors()} processors, {load:.1f} processes for each of them. "
    quiet = "wall times (/s, p95, s) hold for this machine" if load < 1.5 else "wall times (/s, p95, s) do not"
    return f"{told}Ratios of CPU hold as far as their rounds agree; {quiet}."


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
