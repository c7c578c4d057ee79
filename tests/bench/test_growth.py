"""The plans of a forum that is as old as a large one, on PostgreSQL; `python -m bench.growth` has a million."""

from collections.abc import Iterator

import psycopg
import pytest

from app.kernel import clock as clock_module
from bench.growth.hot import judged_visits
from bench.growth.plans import Allowed, Statement, judge
from bench.growth.stage import plain_address, town
from bench.growth.visits import Town
from tests.servers.postgresql import running_cluster

pytestmark = pytest.mark.long

QUESTIONS, GENERATED, SLOWER = 12_000, 2_000, 72  # two years


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    clock_module.freeze(None)
    folder = tmp_path_factory.mktemp("growth")
    with running_cluster(durable=False) as server:
        small = town(server, folder, 100, print)
        yield town(server, folder, QUESTIONS, print, small, first=GENERATED, slower=SLOWER)


def test_every_statement_of_a_page_or_a_post_goes_through_an_index(grown: Town) -> None:
    judged = judged_visits(grown)

    assert len({each.statement.sql for each in judged}) > 100
    assert "\n\n".join(str(each) for each in judged if each.complaints) == ""


@pytest.mark.parametrize(
    ("sql", "complaint"),
    [
        ("SELECT id FROM question WHERE view_count = 3", "reads all 12000 rows of question"),
        ("SELECT id FROM question ORDER BY view_count LIMIT 30", "sorts 1200"),
        ("SELECT count(*) FROM question", "touches 1200"),
    ],
)
def test_a_statement_whose_cost_grows_is_noticed(grown: Town, sql: str, complaint: str) -> None:
    with psycopg.connect(plain_address(grown.forum.database)) as connection:
        assert any(complaint in each for each in judge(connection, Statement(sql, {}, "")).complaints)


def test_a_statement_may_do_what_is_allowed_to_it_alone(grown: Town) -> None:
    statement = Statement("SELECT id FROM question WHERE view_count = 3", {}, "")

    with psycopg.connect(plain_address(grown.forum.database)) as connection:
        assert judge(connection, statement, (Allowed("view_count", "", whole=True),)).complaints == ()
        assert judge(connection, statement, (Allowed("answer_count", "", whole=True),)).complaints != ()
