import csv
import gzip
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from app.domains.accounts.actor import GUEST
from app.domains.accounts.models import User
from app.domains.escalation.models import Case
from app.domains.questions.models import Answer, Comment, Question, Revision, ServiceState, Vote
from app.domains.questions.queries import question_page
from app.domains.reputation.models import LedgerEntry
from app.domains.tags.queries import tag_by_name
from app.extensions import Model, db
from app.importing.stackexchange import import_stackexchange
from app.kernel.errors import Invalid
from app.kernel.events import EventRow

SITE = "https://quantumcomputing.stackexchange.com"


def silent(_line: str) -> None:
    """A report that nobody reads."""


def counts() -> dict[str, int]:
    tables = (Question, Answer, Comment, Vote, Revision, User, LedgerEntry, EventRow)
    return {table.__tablename__: db.session.scalar(select(func.count()).select_from(table)) or 0 for table in tables}


def all_rows() -> dict[str, list[Any]]:
    """Every table but those that say when something ran."""
    db.session.rollback()
    tables = [table for table in Model.metadata.sorted_tables if table.name not in ("schedule", "ledger_cursor")]
    found = {table.name: db.session.execute(select(table).order_by(*table.primary_key)) for table in tables}
    return {name: [tuple(row) for row in rows] for name, rows in found.items()}


@pytest.mark.both_databases
def test_an_excerpt_comes_in_whole(dump: Path, product: str) -> None:
    import_stackexchange(dump, product, report=silent)

    assert {name: counts()[name] for name in ("question", "answer", "comment", "vote")} == {
        "question": 4, "answer": 3, "comment": 6, "vote": 45,
    }  # fmt: skip


@pytest.mark.both_databases
def test_on_an_empty_site_questions_and_answers_keep_their_numbers(dump: Path, product: str) -> None:
    import_stackexchange(dump, product, report=silent)

    assert list(db.session.scalars(select(Question.id).order_by(Question.id))) == [2082, 2338, 2477, 3869]
    assert list(db.session.scalars(select(Answer.id).order_by(Answer.id))) == [2083, 2339, 2478]


@pytest.mark.both_databases
def test_a_person_asks_after_an_import_that_kept_its_numbers(dump: Path, product: str, ann: Any) -> None:
    from tests.factories import a_question

    import_stackexchange(dump, product, report=silent)

    assert a_question(by=ann).id == 3870


def test_on_a_site_with_questions_an_import_gets_numbers_of_its_own(dump: Path, product: str, ann: Any) -> None:
    from tests.factories import a_question

    own = a_question(by=ann)
    target = dump.parent / "map.csv"
    import_stackexchange(dump, product, map_file=target, report=silent)

    rows = {(row["kind"], row["dump_id"]): int(row["id"]) for row in csv.DictReader(target.open())}
    imported = db.session.get_one(Question, rows["question", "2477"])
    assert imported.source_url == f"{SITE}/questions/2477"
    assert db.session.get_one(Answer, rows["answer", "2478"]).question_id == imported.id
    assert own.id not in [id for (kind, _dump_id), id in rows.items() if kind == "question"]


def test_twice_is_the_same_as_once(dump: Path, product: str) -> None:
    first_map, second_map = dump.parent / "first.csv", dump.parent / "second.csv"
    import_stackexchange(dump, product, map_file=first_map, report=silent)
    once = all_rows()

    again = import_stackexchange(dump, product, map_file=second_map, report=silent)

    assert not any(again.added.values())
    assert first_map.read_text() == second_map.read_text()
    twice = all_rows()
    # The one says when it was computed, the other how often something was written.
    assert {name for name in once if once[name] != twice[name]} <= {"standing", "content_version"}


def test_an_import_that_was_stopped_goes_on_where_it_was(
    dump: Path, product: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The power fails after the first batch of one thread."""
    from app.importing.stackexchange import importing, storing

    monkeypatch.setattr(importing, "THREADS_AT_ONCE", 1)
    whole = storing.Store.store

    def fail_on_second(self: storing.Store, *args: Any) -> None:
        if self.stored["questions"]:
            raise KeyboardInterrupt
        whole(self, *args)

    with monkeypatch.context() as power:
        power.setattr(storing.Store, "store", fail_on_second)
        with pytest.raises(KeyboardInterrupt):
            import_stackexchange(dump, product, report=silent)
    assert counts()["question"] == 1

    import_stackexchange(dump, product, report=silent)

    assert list(db.session.scalars(select(Question.id).order_by(Question.id))) == [2082, 2338, 2477, 3869]
    assert counts()["vote"] == 45


def test_a_newer_dump_of_the_same_site_adds_what_came_since(dump: Path, product: str) -> None:
    posts = (dump / "Posts.xml").read_text()
    answer = next(line for line in posts.splitlines() if '<row Id="2478"' in line)
    (dump / "Posts.xml").write_text(posts.replace(answer + "\n", ""))
    import_stackexchange(dump, product, report=silent)
    assert counts()["answer"] == 2

    (dump / "Posts.xml").write_text(posts)
    added = import_stackexchange(dump, product, report=silent).added

    question = db.session.get_one(Question, 2477, populate_existing=True)
    assert (added["answers"], added["votes"]) == (1, 7)
    assert (question.answer_count, question.accepted_answer_id, question.service_state) == (1, 2478, "solved")


def test_a_post_names_its_author_source_and_licence(dump: Path, product: str) -> None:
    import_stackexchange(dump, product, report=silent)

    page = question_page(GUEST, 2477)
    assert (page.asker.name, page.source_url, page.source_licence) == (
        "Debarghya Kundu", f"{SITE}/questions/2477", "CC BY-SA 3.0",
    )  # fmt: skip
    assert (page.answers[0].author.name, page.answers[0].source_url) == ("Nelimee", f"{SITE}/a/2478")
    author = db.session.get_one(User, page.asker_id)
    assert (author.email, author.source_url) == (None, f"{SITE}/users/2771")


def test_html_becomes_markdown_that_keeps_code_formulas_and_links(dump: Path, product: str) -> None:
    import_stackexchange(dump, product, report=silent)

    answer = db.session.get_one(Answer, 2478)
    assert "```" in answer.body and "<p>" not in answer.body
    assert "<pre" in answer.body_html and '<span class="math">$R_{zz}$</span>' in answer.body_html
    assert 'href="https://' in db.session.get_one(Answer, 2083).body_html


def test_scores_counts_and_days_are_those_of_the_dump(dump: Path, product: str) -> None:
    import_stackexchange(dump, product, report=silent)

    question = db.session.get_one(Question, 2477)
    assert (question.score, question.answer_count, question.comment_count) == (4, 1, 1)
    assert question.created_at == datetime(2018, 6, 26, 16, 52, 18, 747000, tzinfo=UTC)
    votes = db.session.execute(select(Vote.user_id, Vote.created_at).where(Vote.target_id == 2478)).all()
    assert len(votes) == 7 and all(vote.user_id is None for vote in votes)
    assert tag_by_name("qiskit").question_count == 1


def test_a_vote_is_never_older_than_its_post(dump: Path, product: str) -> None:
    import_stackexchange(dump, product, report=silent)

    early = select(Vote.id).join(Answer, Answer.id == Vote.target_id)
    early = early.where(Vote.kind == "answer", Vote.created_at < Answer.created_at)
    assert db.session.scalars(early).all() == []


def test_imported_votes_pay_the_author_undamped(dump: Path, product: str) -> None:
    import_stackexchange(dump, product, report=silent)

    rows = db.session.execute(select(LedgerEntry).where(LedgerEntry.answer_id == 2478)).scalars().all()
    votes = [row for row in rows if row.reason == "upvote"]
    assert [row.x for row in votes] == [1.0] * 7
    assert sum(row.amount for row in votes) == pytest.approx(3.0)  # log2(1 + 7)


def test_an_import_promises_nothing_and_says_why(dump: Path, product: str, worker: Any) -> None:
    import_stackexchange(dump, product, report=silent)
    worker.tick()

    question = db.session.get_one(Question, 2082)
    assert (question.escalates, question.no_promise) == (False, "imported")
    assert db.session.scalars(select(Case.id)).all() == []


def test_an_armed_import_escalates_what_nobody_answered(dump: Path, product: str, worker: Any) -> None:
    posts = (dump / "Posts.xml").read_text()
    answers = [line for line in posts.splitlines() if 'PostTypeId="2"' in line and '<row Id="2339"' in line]
    (dump / "Posts.xml").write_text(posts.replace(answers[0] + "\n", "").replace(' AcceptedAnswerId="2339"', ""))
    import_stackexchange(dump, product, arm=True, report=silent)

    worker.tick()

    assert db.session.get_one(Question, 2338, populate_existing=True).service_state is ServiceState.ESCALATED


def test_a_closed_duplicate_names_the_question_it_repeats(dump: Path, product: str) -> None:
    import_stackexchange(dump, product, report=silent)

    closed = db.session.get_one(Question, 3869)
    assert (closed.close_reason, closed.duplicate_of_id, closed.service_state) == ("duplicate", 2082, "closed")


def test_history_becomes_revisions_whose_last_is_what_the_post_says(dump: Path, product: str) -> None:
    rows = [
        '<row Id="1" PostHistoryTypeId="1" PostId="2477" RevisionGUID="a" CreationDate="2018-06-24T10:00:00.000" '
        'UserId="2771" Text="Phase gate" />',
        '<row Id="2" PostHistoryTypeId="2" PostId="2477" RevisionGUID="a" CreationDate="2018-06-24T10:00:00.000" '
        'UserId="2771" Text="How do I *shift* a phase?" />',
        '<row Id="3" PostHistoryTypeId="4" PostId="2477" RevisionGUID="b" CreationDate="2018-06-25T10:00:00.000" '
        'UserId="1386" Comment="clearer title" Text="Phase-Shift Gate in Qiskit" />',
    ]
    (dump / "PostHistory.xml").write_text(f"<posthistory>{''.join(rows)}</posthistory>")
    import_stackexchange(dump, product, report=silent)

    found = db.session.scalars(select(Revision).where(Revision.target_id == 2477).order_by(Revision.number)).all()
    assert [(row.title, row.comment) for row in found] == [
        ("Phase gate", ""), ("Phase-Shift Gate in Qiskit", "clearer title"),
    ]  # fmt: skip
    assert found[0].body == "How do I *shift* a phase?"
    assert found[1].body == db.session.get_one(Question, 2477).body


def test_missing_files_are_fine(dump: Path, product: str) -> None:
    for name in ("Users.xml", "Comments.xml", "Votes.xml.gz", "Tags.xml", "PostLinks.xml", "Badges.xml"):
        (dump / name).unlink()

    import_stackexchange(dump, product, report=silent)

    assert (counts()["question"], counts()["vote"]) == (4, 0)
    assert db.session.get_one(Question, 2477).score == 4  # known from the post itself


def test_what_is_left_out_is_told(dump: Path, product: str) -> None:
    told: list[str] = []
    import_stackexchange(dump, product, report=told.append)

    assert any(line.startswith("left out: 10 bookmarks") for line in told)
    assert any("links between posts" in line for line in told)


def test_plain_and_gzipped_files_are_read_alike(dump: Path, product: str) -> None:
    plain = dump / "Posts.xml"
    with gzip.open(dump / "Posts.xml.gz", "wb") as file:
        file.write(plain.read_bytes())
    plain.unlink()

    import_stackexchange(dump, product, report=silent)

    assert counts()["question"] == 4


@pytest.mark.parametrize("damage", ["<posts><row Id='1'", "no xml at all", ""])
def test_damaged_xml_is_one_clear_line(dump: Path, product: str, damage: str) -> None:
    (dump / "Posts.xml").write_text(damage)

    with pytest.raises(Invalid) as refused:
        import_stackexchange(dump, product, report=silent)

    assert "Posts.xml cannot be read" in str(refused.value) and "\n" not in str(refused.value)


def test_a_cut_off_archive_is_one_clear_line(dump: Path, product: str) -> None:
    whole = (dump / "Votes.xml.gz").read_bytes()
    (dump / "Votes.xml.gz").write_bytes(whole[: len(whole) // 2])

    with pytest.raises(Invalid, match="Votes.xml.gz cannot be read"):
        import_stackexchange(dump, product, report=silent)


def test_a_missing_folder_and_an_unknown_product_are_one_clear_line(dump: Path, product: str) -> None:
    with pytest.raises(Invalid, match="there is no such folder"):
        import_stackexchange(dump.parent / "nowhere", product, report=silent)
    with pytest.raises(Invalid, match="products create teapots"):
        import_stackexchange(dump, "teapots", report=silent)


def shared_dump() -> Path | None:
    root = Path(__file__).resolve().parents[2]
    places = [Path(os.environ["HUZHU_SHARED"])] if "HUZHU_SHARED" in os.environ else [root.parent / "shared"]
    found = [place / "data" / "stackexchange-quantumcomputing" for place in places]
    return next((path for path in found if path.is_dir()), None)


@pytest.mark.soak
@pytest.mark.skipif(shared_dump() is None, reason="the whole dump is not here: set HUZHU_SHARED")
def test_the_whole_dump_comes_in_and_the_ledger_agrees(product: str) -> None:
    directory = shared_dump()
    assert directory is not None

    added = import_stackexchange(directory, product, report=silent).added

    assert (added["questions"], added["answers"], added["comments"]) == (612, 1060, 3413)
    by_others = select(Answer.id).join(Question, Question.id == Answer.question_id)
    by_others = by_others.where(Answer.author_id != Question.asker_id)
    assert db.session.scalars(by_others.where(Answer.trusted_up != Answer.up_count)).all() == []
