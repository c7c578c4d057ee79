"""The results as Markdown."""

from bench.growth.costs import Grown
from bench.growth.plans import Judged

HEADS = ("page", "CPU ms small", "large", "ratio", "rounds within", "of it database, small", "large",
         "statements ms, small", "large")  # fmt: skip
PLAN_HEADS = ("asked by", "statement", "ms", "rows touched", "indexes", "complaints")


def written(about: str, found: list[Grown], judged: list[Judged]) -> str:
    complaints = sum(bool(each.complaints) for each in judged)
    told = f"{len(judged)} statements explained, {complaints} with complaints."
    costs = _table(HEADS, [_cells(each) for each in found])
    plans = _table(PLAN_HEADS, [_plan_cells(each) for each in sorted(judged, key=lambda each: -each.milliseconds)])
    return f"{about}\n\n{costs}\n{told}\n\n{plans}"


def _table(heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [heads, tuple("---" for _head in heads), *rows]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |\n" for row in lines)


def _cells(each: Grown) -> tuple[str, ...]:
    cpu = f"{each.small.cpu:.2f}", f"{each.large.cpu:.2f}", f"{each.ratio:.2f}", f"{each.spread:.2f}"
    database = f"{each.small.database:.2f}", f"{each.large.database:.2f}"
    return each.name, *cpu, *database, f"{each.small.statements:.2f}", f"{each.large.statements:.2f}"


def _plan_cells(each: Judged) -> tuple[str, ...]:
    sql = " ".join(each.statement.sql.split())
    begins = sql[sql.find(" FROM ") + 1 :] if sql.startswith("SELECT") else sql
    numbers = f"{each.milliseconds:.2f}", str(each.looked_at)
    return each.statement.asked_by, f"`{begins[:90]}`", *numbers, ", ".join(each.indexes), "; ".join(each.complaints)
