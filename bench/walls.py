"""`python -m bench.walls [NAME ...]`: each wall taken out once, in a copy of the last commit; its tests must notice.

Exit 1 where one is not noticed, where a wall is not found at its place, or where its tests fail although it stands.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from importlib.util import cache_from_source
from pathlib import Path

from bench.walls_table import WALLS, Wall

ROOT = Path(__file__).resolve().parent.parent
COLUMNS = "{:<36} {:<9} {:>7}  {}"
TESTS_FAILED = 1  # pytest's own exit code; others mean that it could not even begin


class Misplaced(Exception):
    """The text that makes a wall does not stand at its place, or stands there twice."""


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.walls", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="Some of the walls; all otherwise.")
    wanted = parser.parse_args(arguments).names
    if unknown := set(wanted) - {each.name for each in WALLS}:
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    chosen = [each for each in WALLS if not wanted or each.name in wanted]
    with tempfile.TemporaryDirectory(prefix="huzhu-walls-") as folder:
        copy = Path(folder) / "forum"
        make_copy(copy)
        for each in chosen:
            without(each, copy)  # all at once, before any test runs: a table that is out of date is said first
        return report(chosen, copy)


def make_copy(copy: Path) -> None:
    """The last commit, with the compiled catalogues, which no commit holds."""
    subprocess.run(["git", "clone", "-q", ROOT, copy], check=True)
    for catalogue in (ROOT / "app/translations").glob("*/LC_MESSAGES/*.mo"):
        shutil.copy(catalogue, copy / catalogue.relative_to(ROOT))


def report(chosen: list[Wall], copy: Path) -> int:
    print(COLUMNS.format("wall taken out", "noticed", "seconds", "by"), flush=True)
    code, seconds, said = run(copy, sorted({test for each in chosen for test in each.tests}))
    if code != 0:
        print(f"With every wall standing the tests fail ({code}):\n{said}", flush=True)
        return 1
    print(COLUMNS.format("none", "-", f"{seconds:.0f}", "every test below passes"), flush=True)
    standing = [each.name for each in chosen if not is_noticed(each, copy)]
    print(f"{len(chosen)} walls, {len(standing)} not noticed: {', '.join(standing) or 'none'}", flush=True)
    return 1 if standing else 0


def is_noticed(taken: Wall, copy: Path) -> bool:
    texts = without(taken, copy)
    originals = {path: (copy / path).read_text() for path in texts}
    try:
        write(copy, texts)
        code, seconds, said = run(copy, list(taken.tests))
    finally:
        write(copy, originals)
    noticed = code == TESTS_FAILED and "\nFAILED " in said  # and not a stage that could not be set
    by = failed_test(said) if noticed else f"exit code {code}: {said[-300:]!r}"
    print(COLUMNS.format(taken.name, "yes" if noticed else "NO", f"{seconds:.0f}", by), flush=True)
    return noticed


def without(taken: Wall, copy: Path) -> dict[str, str]:
    """File -> its text without the wall."""
    texts: dict[str, str] = {}
    for path, old, new in taken.changes:
        text = texts.get(path) or (copy / path).read_text()
        if text.count(old) != 1:
            raise Misplaced(f"{taken.name}: {path} holds {text.count(old)} times: {old!r}")
        texts[path] = text.replace(old, new)
    return texts


def write(copy: Path, texts: dict[str, str]) -> None:
    for path, text in texts.items():
        (copy / path).write_text(text)
        # Two versions of one second and of one length would pass for the same.
        Path(cache_from_source(str(copy / path))).unlink(missing_ok=True)


def run(copy: Path, tests: list[str]) -> tuple[int, float, str]:
    """pytest's exit code, seconds, and what it said."""
    began = time.monotonic()
    command = [sys.executable, "-m", "pytest", "-x", "-q", "--no-header", "--tb=no", "-p", "no:cacheprovider", *tests]
    environment = os.environ | {"PYTHONPATH": str(copy)}
    done = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, timeout=900)
    return done.returncode, time.monotonic() - began, done.stdout + done.stderr


def failed_test(said: str) -> str:
    """The test that failed, by its sentence."""
    [line, *_others] = [line for line in said.splitlines() if line.startswith("FAILED ")]
    return line.split(" ")[1].rpartition("::")[2]


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Misplaced as misplaced:
        print(f"Not at its place: {misplaced}", file=sys.stderr)
        sys.exit(1)
