"""The house: who may import whom, where SQL and commits may stand, what a room may not do."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOMAINS = (
    "accounts",
    "products",
    "tags",
    "follows",
    "attachments",
    "questions",
    "moderation",
    "search",
    "reputation",
    "escalation",
    "metrics",
    "feedback",
    "notifications",
)
EDGES = ("importing", "backup", "demonstration", "web", "api", "cli")
ORDER = ("config", "extensions", "kernel", *DOMAINS, "wiring", *EDGES)
FORBIDDEN_NAMES = {"utils", "helpers", "common", "misc", "base", "manager", "service", "services"}


def files(folder: str) -> list[Path]:
    return sorted(path for path in (ROOT / folder).rglob("*.py") if "__pycache__" not in path.parts)


def room(module: str) -> str | None:
    """`app.domains.search.engine` -> search, `app.web.home` -> web; None outside of the house."""
    parts = module.split(".")
    if parts[0] != "app" or len(parts) < 2:
        return None
    return parts[2] if parts[1] == "domains" and len(parts) > 2 else parts[1]


def imports_of(path: Path) -> Iterator[tuple[int, str]]:
    """(line, dotted name) of everything a file imports, inside functions too."""
    package = list(path.relative_to(ROOT).with_suffix("").parts[:-1])
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*start, node.module or ""]).strip(".")
            yield from ((node.lineno, f"{module}.{alias.name}") for alias in node.names)


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


def test_imports_point_left():
    wrong = []
    for path in files("app"):
        here = room(module_of(path))
        for line, name in imports_of(path):
            there = room(name)
            if here in ORDER and there in ORDER and ORDER.index(there) > ORDER.index(here):
                wrong.append(f"{path.relative_to(ROOT)}:{line} {here} imports {name}")
    assert not wrong


def test_every_room_has_its_place_in_the_order():
    rooms = {room(module_of(path)) for path in files("app")} - {"__init__", None}
    assert rooms == set(ORDER)


def test_the_domains_stand_where_the_line_says():
    assert {path.name for path in (ROOT / "app/domains").iterdir() if path.is_dir()} - {"__pycache__"} == set(DOMAINS)


def test_no_module_imports_itself_in_a_circle():
    edges: dict[str, set[str]] = {}
    known = {module_of(path) for path in files("app")}
    for path in files("app"):
        here = module_of(path)
        for _line, name in imports_of(path):
            target = name if name in known else name.rpartition(".")[0]
            if target in known and target != here:
                edges.setdefault(here, set()).add(target)
    assert [here for here in edges if here in _reach(here, edges)] == []


def _reach(start: str, edges: dict[str, set[str]]) -> set[str]:
    seen: set[str] = set()
    todo = [start]
    while todo:
        for after in edges.get(todo.pop(), ()):
            if after not in seen:
                seen.add(after)
                todo.append(after)
    return seen


def test_only_the_transaction_commits():
    callers = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in files("app")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "commit"
        and "session" in ast.dump(node.func.value)
    ]
    assert [caller.rpartition(":")[0] for caller in callers] == ["app/kernel/transaction.py"]


@pytest.mark.parametrize("edge", ["web", "api"])
def test_pages_hold_no_sql(edge):
    wrong = [
        f"{path.relative_to(ROOT)}:{line} {name}"
        for path in files(f"app/{edge}")
        for line, name in imports_of(path)
        if name.split(".")[0] == "sqlalchemy" and name != "sqlalchemy.exc.OperationalError"
    ]
    assert not wrong


def test_the_api_does_not_lean_on_pages():
    wrong = [name for path in files("app/api") for _line, name in imports_of(path) if room(name) == "web"]
    assert not wrong


def test_domains_know_no_request():
    wrong = [
        f"{path.relative_to(ROOT)}:{line} {name}"
        for path in files("app/domains")
        for line, name in imports_of(path)
        if name.startswith("flask.") and name not in ("flask.current_app", "flask.Flask")
    ]
    assert not wrong


def test_kernel_has_no_word_of_the_domain():
    wrong = [name for path in files("app/kernel") for _line, name in imports_of(path) if room(name) in DOMAINS]
    assert not wrong


def test_names_say_what_a_module_is():
    assert not [path for path in files("app") if path.stem in FORBIDDEN_NAMES]


# Who looks for a module's tests looks in one file: the tests of a large module may be longer than a module.
MOST_LINES = {"app": 400, "bench": 400, "tests": 600}


@pytest.mark.parametrize("folder", MOST_LINES)
def test_no_file_is_too_long(folder):
    long = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in files(folder)}
    assert not {name: lines for name, lines in long.items() if lines > MOST_LINES[folder]}


def test_a_model_neither_asks_nor_changes():
    wrong = [
        f"{path.relative_to(ROOT)}:{line} {name}"
        for path in (ROOT / "app/domains").glob("*/models.py")
        for line, name in imports_of(path)
        if name in ("sqlalchemy.select", "app.extensions.db") or name.startswith("app.kernel.events")
    ]
    assert not wrong


def test_relationships_never_load_by_surprise():
    """A template that touches what its query did not load must fail, not cost a statement a row."""
    wrong = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in files("app")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", getattr(node.func, "attr", "")) == "relationship"
        and not any(word.arg == "lazy" and getattr(word.value, "value", "") == "raise_on_sql" for word in node.keywords)
    ]
    assert not wrong
