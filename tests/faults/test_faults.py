"""Whatever breaks: nothing acknowledged is lost, nothing happens twice, every promise is kept once."""

from collections.abc import Iterator

import pytest

from app.kernel import clock as clock_module
from bench.faults.stage import staged
from bench.faults.table import FAULTS
from tests.servers.postgresql import Cluster, running_cluster

SEED = 7
FIRST = ("killed-while-posting", "answer-against-sweep")  # what may happen on any day
CASES = [
    pytest.param(name, kind, marks=() if name in FIRST else pytest.mark.soak)
    for name, fault in FAULTS.items()
    for kind in fault.short_kinds
]


@pytest.fixture(scope="module")
def server() -> Iterator[Cluster]:
    with running_cluster(durable=False) as server:
        yield server


@pytest.mark.parametrize(("name", "kind"), CASES)
def test_the_forum_survives(name: str, kind: str, request: pytest.FixtureRequest) -> None:
    clock_module.freeze(None)
    server = request.getfixturevalue("server") if kind == "postgresql" else None
    fault = FAULTS[name]
    with staged(kind, server, settings=fault.settings, with_mail=fault.with_mail) as stage:
        result = fault.run(stage, SEED, **fault.short)
        assert result.wrong == [], f"{result.ran}\n{result.remarks}\n{stage.log.read_text()[-4000:]}"
