"""Every statement of a visit, and whether the database answers it through an index.

A statement is kept as it was sent, explained with its own values (EXPLAIN ANALYZE, taken back afterwards), and judged:
no large table is read from end to end, nothing longer than a page is sorted, and no more rows are touched than a page
or a reaction may look at, however large the forum is.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
from sqlalchemy import Engine, event

LARGE_TABLE = 10_000
"""Rows. Smaller tables (products, tags, policies) may be read whole: that is what the planner does with them."""
A_PAGE = 120
"""Rows that may be sorted: a page of thirty with its neighbours, or a long thread."""
LOOKED_AT = 1_000
"""Rows that a statement may touch in all."""
SETS_OF_VALUES = 4
"""The same statement is explained with so many different values."""

_LIST = re.compile(r"\((%\([^)]*\)s(::\w+)?(, )?)+\)")

Node = dict[str, Any]


@dataclass(frozen=True)
class Statement:
    sql: str
    values: Any
    asked_by: str
    """The page or post during which it was sent first."""


@dataclass(frozen=True)
class Allowed:
    """What a statement is known to do that others may not, and what bounds it instead of the forum's size."""

    part: str
    because: str
    sorted: int = A_PAGE
    looked_at: int = LOOKED_AT
    whole: bool = False
    """Reads a table from end to end, and so may sort what it has read."""


@dataclass(frozen=True)
class Judged:
    statement: Statement
    milliseconds: float
    looked_at: int
    sorted: int
    indexes: tuple[str, ...]
    complaints: tuple[str, ...]
    plan: Node = field(repr=False)

    def __str__(self) -> str:
        told = "; ".join(self.complaints)
        return f"{self.statement.asked_by}: {told}\n{self.statement.sql}\n{drawn(self.plan)}"


class Notebook:
    """Statements by their text, with lists of values (`IN (…)`) of any length taken as one."""

    def __init__(self) -> None:
        self.asking = ""
        self.found: dict[str, list[Statement]] = {}

    def note(self, sql: str, values: Any) -> None:
        if sql.lstrip().upper().startswith(("SELECT", "WITH", "UPDATE", "DELETE")):
            known = self.found.setdefault(_LIST.sub("(...)", sql), [])
            statement = Statement(sql, values, self.asking)
            if len(known) < SETS_OF_VALUES and all(each.values != values for each in known):
                known.append(statement)

    @property
    def statements(self) -> Iterator[Statement]:
        for same in self.found.values():
            yield from same

    @contextmanager
    def listening(self, engine: Engine) -> Iterator[None]:
        event.listen(engine, "before_cursor_execute", self._sent)
        try:
            yield
        finally:
            event.remove(engine, "before_cursor_execute", self._sent)

    def _sent(self, _c: Any, _cursor: Any, sql: str, values: Any, *_rest: Any) -> None:
        self.note(sql, values[0] if isinstance(values, list) else values)


def judge(connection: "psycopg.Connection[Any]", statement: Statement, allowed: tuple[Allowed, ...] = ()) -> Judged:
    """Its plan and what is wrong with it. The connection's transaction is rolled back."""
    sizes = _sizes(connection)
    values = statement.values if isinstance(statement.values, Mapping) else None
    try:
        explain: Any = f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {statement.sql}"
        row = connection.execute(explain, values).fetchone()
    finally:
        connection.rollback()
    assert row is not None
    told, plan = row[0][0], row[0][0]["Plan"]
    nodes = list(_nodes(plan))
    looked_at = sum(_looked_at(node, sizes) for node in nodes)
    longest = max((_sorted(node) for node in nodes), default=0)
    limits = next((each for each in allowed if each.part in statement.sql), Allowed("", ""))
    complaints = [] if limits.whole else [
        *(_seq_scan(node, sizes, max(LARGE_TABLE, limits.looked_at)) for node in nodes),
        f"sorts {longest} rows" if longest > limits.sorted else "",
        f"touches {looked_at} rows" if looked_at > limits.looked_at else "",
    ]
    indexes = tuple(dict.fromkeys(node["Index Name"] for node in nodes if "Index Name" in node))
    return Judged(statement, told["Execution Time"], looked_at, longest, indexes, tuple(filter(None, complaints)), plan)


def _sizes(connection: "psycopg.Connection[Any]") -> dict[str, int]:
    """Rows of each table as of the last ANALYZE."""
    rows = connection.execute("SELECT relname, reltuples::bigint FROM pg_class WHERE relkind = 'r'").fetchall()
    return dict(rows)


def _nodes(plan: Node) -> Iterator[Node]:
    if plan.get("Actual Loops", 1):
        yield plan
        for below in plan.get("Plans", ()):
            yield from _nodes(below)


def _seq_scan(node: Node, sizes: dict[str, int], most: int) -> str:
    table = node.get("Relation Name", "")
    if node["Node Type"] != "Seq Scan" or sizes.get(table, 0) <= most:
        return ""
    return f"reads all {sizes[table]} rows of {table}"


def _looked_at(node: Node, sizes: dict[str, int]) -> int:
    """Rows that a scan has read, those that it threw away included; a small table read once is nothing."""
    if not node["Node Type"].endswith("Scan") or node["Node Type"] in ("Subquery Scan", "CTE Scan", "Function Scan"):
        return 0
    small = sizes.get(node.get("Relation Name", ""), LARGE_TABLE) < LARGE_TABLE
    if small and node["Node Type"] == "Seq Scan" and node["Actual Loops"] == 1:
        return 0
    read = node["Actual Rows"] + node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
    return round(read * node["Actual Loops"])


def _sorted(node: Node) -> int:
    if node["Node Type"] not in ("Sort", "Incremental Sort"):
        return 0
    return round(sum(below["Actual Rows"] for below in node["Plans"]))


def drawn(plan: Node, depth: int = 0) -> str:
    """A plan as indented lines."""
    on = " ".join(str(plan[key]) for key in ("Index Name", "Relation Name") if key in plan)
    rows = f"rows {plan['Actual Rows']} x {plan['Actual Loops']}"
    thrown = plan.get("Rows Removed by Filter", 0)
    rows += f", thrown away {thrown}" if thrown else ""
    told = "; ".join(f"{key}: {plan[key]}" for key in ("Index Cond", "Filter", "Sort Key") if key in plan)
    line = f"{'  ' * depth}{plan['Node Type']} {on} ({rows}) {told}"
    return "\n".join([line, *(drawn(below, depth + 1) for below in plan.get("Plans", ()))])
