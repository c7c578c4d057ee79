"""The hot statements: all that are sent while everybody visits and posts; and what some of them may do, and why."""

import psycopg

from app.extensions import db
from bench.growth.plans import Allowed, Judged, Notebook, judge
from bench.growth.stage import plain_address
from bench.growth.visits import Town, ask, pages, posts

_OF_BOARD = "the whole board, read once a minute (reputation/queries/boards.py)"
_OF_SKILL = "everybody's skill, read once a minute (reputation/queries/reasons.py)"
_OF_SITE = "all answers of the site, counted once an hour (reputation/candidates.py)"
_OF_LIST = "the API's total, counted once a minute, and the index's, once in five (search/rebuild.py)"
_OF_TAGS = "one person's points by tag: as many as there are tags"
_OF_PRODUCT = "the 200 who helped most in a product, compared by skill"
_OF_MONTH = "what a product did in thirty days, counted once a minute (metrics/figures.py)"
_IN_HAND = "the cases that staff has just now: as many as wait"
_BOUNDED = "who could be asked about a new question: read by the worker, newest first, up to a number (candidates.py)"
ALLOWED = (
    Allowed("WITH points AS", _OF_BOARD, whole=True),
    Allowed("standing.meetings > ", _OF_SKILL, whole=True),
    Allowed("AS anon_1", _OF_SITE, whole=True),
    Allowed("SELECT count(*) AS count_1 \nFROM question", _OF_LIST, whole=True),
    Allowed("FROM case_clock JOIN", _OF_MONTH, whole=True),
    Allowed("question.no_promise IS DISTINCT FROM", _OF_MONTH, whole=True),
    Allowed('FROM "case" JOIN question ON', _IN_HAND, sorted=1_000, looked_at=5_000),
    Allowed('"case".level_due_at <= ', _IN_HAND, sorted=1_000, looked_at=5_000),
    Allowed("FROM tag JOIN standing", _OF_TAGS, sorted=1_000, looked_at=3_000),
    Allowed("ORDER BY standing.points_365 DESC", _OF_PRODUCT, sorted=2_000, looked_at=4_000),
    Allowed("question.answer_count > ", _BOUNDED, sorted=6_000, looked_at=15_000),
    Allowed("question_tag.question_id DESC", _BOUNDED, sorted=5_000, looked_at=20_000),
    Allowed("ORDER BY answer.created_at DESC, answer.id DESC", _BOUNDED, sorted=25_000, looked_at=25_000),
    Allowed("SELECT DISTINCT answer.author_id", _BOUNDED, sorted=2_000, looked_at=4_000),
    Allowed("standing.meetings >= ", _BOUNDED, looked_at=5_000),
    Allowed("FROM invitation", _BOUNDED, sorted=5_000, looked_at=25_000),
)


def judged_visits(town: Town) -> list[Judged]:
    """Every page once by everybody whose page it is, every post once; each statement of them judged."""
    notebook = visited(town)
    with psycopg.connect(plain_address(town.forum.database)) as connection:
        return [judge(connection, each, ALLOWED) for each in notebook.statements]


def visited(town: Town) -> Notebook:
    notebook = Notebook()

    def begins(name: str) -> None:
        notebook.asking = name

    for page in pages(town):
        client = town.client(page.who)
        with town.open(), notebook.listening(db.engine):
            begins(page.name)
            for path in page.paths[:4]:
                ask(client, path)
    with town.open(), notebook.listening(db.engine):
        posts(town, begins)
    return notebook
