"""A canary word in what is hidden, deleted or for staff alone, and everybody's hands on every channel of the forum.

Pages come from the address map and calls from the OpenAPI document, so that a new one is asked at once. Feeds, a
sitemap and structured data are not there yet: as routes or as parts of pages they would be asked here.
"""

import json
import re
from typing import Any

import pytest
from sqlalchemy import Text, cast, select

from app.api.document import document
from app.domains.accounts.queries import user_by_email
from app.domains.moderation.actions import hide
from app.domains.questions.actions.asking import delete_question, question_to_change
from app.extensions import Model, db
from app.kernel.mail import kept_mails
from app.kernel.transaction import transaction
from tests.api.access_matrix import MATRIX as CALLS
from tests.api.conftest import Program
from tests.factories import a_comment, a_person, a_question, an_answer
from tests.web.access_matrix import SEE_HIDDEN
from tests.web.canary_scene import BESIDE, FLAG, MAIL, MAY_READ, NOTE, POST, READERS, WORDS, Scene, found_in

# Where somebody who may read it does find a canary. Whatever is not in this table is silent for everybody: a new page
# that shows one needs its verdict here, and a line whose page has fallen silent proves nothing any more.
CARRIES: dict[str, set[str]] = {
    POST: {
        "accounts.export_file", "accounts.profile", "admin.mail", "admin.mail_html", "admin.one_mail",
        "answers.delete", "answers.edit", "answers.fragment", "answers.post", "answers.restore", "answers.revisions",
        "answers.show_answer", "answers.verify", "attachments.show", "comments.delete", "comments.edit",
        "comments.on_answer", "comments.on_question", "comments.revisions", "comments.show_comment",
        "escalation.queue", "feedback.add_label", "feedback.digest_json", "feedback.edit",
        "feedback.index", "feedback.item", "feedback.label", "feedback.remove_label", "moderation.flag",
        "moderation.hide",
        "questions.close", "questions.delete", "questions.edit", "questions.follow", "questions.fragment",
        "questions.reopen", "questions.restore", "questions.revisions", "questions.share", "questions.short",
        "questions.show_question",
        "search.results", "versions.write",
    },
    NOTE: {"escalation.case", "escalation.raise_level", "escalation.reassign"},
    FLAG: {"moderation.queue"},
    MAIL: {"accounts.account", "accounts.export_file", "admin.mail", "admin.user", "admin.users"},
}  # fmt: skip
# The note with which this very reader called the team is told to nobody else, and is part of their data.
OWN_WORDS = {("expert", "accounts.export_file", NOTE)}
CALLS_THAT_CARRY: dict[str, set[str]] = {
    POST: {"edit_answer", "edit_question", "escalate_question", "get_digest", "get_feedback", "get_question",
           "list_feedback", "search"},
    NOTE: {"get_case", "claim_case", "note_case"},
    FLAG: set(),
    MAIL: set(),
}  # fmt: skip
# The worker cancels the case of a hidden question and tells its author.
BEFORE_THE_WORKER, AFTER_IT = {"list_cases"}, {"list_notifications"}
# Tables whose rows are somebody's own words. What travels (events, jobs, live lines, notices) names rows by their ids.
KEEP_WORDS = {
    "answer", "case_event", "comment", "digest", "feedback_item", "feedback_label", "flag", "kept_mail", "question",
    "revision", "user",
}  # fmt: skip


@pytest.fixture
def scene(app, clock, worker):
    return Scene(app, clock, worker)


def keep_nothing(monkeypatch):
    """Nothing that a request does may outlive it: the next one must meet the same rows."""
    session_class = db.session.session_factory.class_
    monkeypatch.setattr(session_class, "commit", lambda self: (self.flush(), self.rollback()))


class Findings:
    def __init__(self) -> None:
        self.leaks: list[str] = []
        self.carrying: dict[str, set[str]] = {word: set() for word in MAY_READ}

    def note(self, reader: str, channel: str, asked: str, answer: Any) -> None:
        assert answer.status_code < 500, f"{reader} {asked}: {answer.status_code}"
        for word in found_in(answer):
            if (reader, channel, word) in OWN_WORDS:
                continue
            if reader in MAY_READ[word]:
                self.carrying[word].add(channel)
            else:
                self.leaks.append(f"{reader} reads {word} at {asked} ({answer.status_code})")


@pytest.mark.soak
def test_no_page_shows_a_canary_to_whom_it_is_not_for(scene, monkeypatch, capsys):
    """The search index, the notices and the kept pages are still those of the time when all of it was public."""
    scene.take_away()
    keep_nothing(monkeypatch)
    capsys.readouterr()
    found = Findings()
    for reader, methods in READERS.items():
        for method in methods:
            for endpoint, address, sent in scene.requests(method):
                way = {"query_string": sent} if method == "GET" else {"data": sent}
                answer = scene.clients[reader].open(address, method=method, **way)
                found.note(reader, endpoint, f"{method} {address} {sent}", answer)
    assert not found.leaks, "\n".join(found.leaks)
    assert found.carrying == CARRIES
    logged = capsys.readouterr().err
    assert '"endpoint": "questions.show_question"' in logged
    assert not [word for word in MAY_READ if word in logged.lower()]


def ask_all(scene: Scene, found: Findings, reader: str, program: Program) -> None:
    """Every call of the API, for every place; lists with every query that they take."""
    for path, methods in document()["paths"].items():
        for method, operation in methods.items():
            for address, sent in _requests(scene, path, method, operation):
                answer = program.call(method.upper(), address, **sent)
                found.note(reader, operation["operationId"], f"{method} {address} {sent}", answer)


def _requests(scene: Scene, path: str, method: str, operation: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    found = []
    for things in scene.things:
        address = path.removeprefix("/api/v1").format(**things)
        form = {name: v.format(**things) if isinstance(v, str) else v for name, v in
                CALLS[operation["operationId"]].form.items()}
        sent: dict[str, Any] = {"json": form} if method != "get" else {}
        if (address, sent) not in found:
            found.append((address, sent))
    if method == "get" and "{" not in path:
        taken = {each["name"] for each in operation["parameters"]}
        queries = {"q": BESIDE, "title": f"My {BESIDE} drops the connection", "filter": "hidden", "sort": "new"}
        found.append((found[0][0], {"query_string": {name: v for name, v in queries.items() if name in taken}}))
    return found


@pytest.mark.parametrize("settled", [
    pytest.param(False, marks=pytest.mark.settings(search_engine="whoosh"), id="whoosh before the worker knew"),
    pytest.param(True, marks=pytest.mark.settings(search_engine="tantivy"), id="tantivy after it"),
])  # fmt: skip
@pytest.mark.long
def test_no_call_and_no_search_gives_a_canary_to_whom_it_is_not_for(app, scene, worker, monkeypatch, settled):
    programs = {reader: Program(app, scene.people.get(reader)) for reader in READERS}
    scene.take_away()
    if settled:
        worker.tick()
    keep_nothing(monkeypatch)
    found, searches = Findings(), ("/search", "/questions/similar", "/questions", "/feedback")
    for reader, program in programs.items():
        ask_all(scene, found, reader, program)
        for path in searches:
            query = {"q": BESIDE, "title": f"My {BESIDE} drops the connection", "state": "hidden"}
            found.note(reader, path, path, scene.clients[reader].get(path, query_string=query))
    assert not found.leaks, "\n".join(found.leaks)
    calls = {word: {name for name in where if "/" not in name} for word, where in found.carrying.items()}
    more = AFTER_IT if settled else BEFORE_THE_WORKER
    assert calls == CALLS_THAT_CARRY | {POST: CALLS_THAT_CARRY[POST] | more}


def test_what_travels_names_rows_and_holds_no_words(scene):
    """Events, jobs, live lines, notices, misses of search and all the rest."""
    scene.take_away()
    holding = set()
    for table in Model.metadata.sorted_tables:
        for row in db.session.execute(select(*[cast(column, Text) for column in table.columns])):
            written = " ".join(map(str, row)).lower()
            if any(word in written for word in MAY_READ):
                holding.add(table.name)
    assert holding == KEEP_WORDS


def test_no_mail_carries_what_was_hidden_before_it_left(app, worker, clock):
    """Only the events were told; whoever is not staff is sent nothing of it, now or a week later."""
    author, reader, mona = a_person("wren"), a_person("reader"), a_person("mona", role="moderator")
    question = a_question(by=author, title=f"The {BESIDE} {POST} drops the connection", body=WORDS)
    public = a_question(by=reader)
    an_answer(to=question, by=reader, body=f"{WORDS} And mine too.")
    posts = [question, an_answer(to=public, by=author, body=WORDS), a_comment(on=public, by=author, body=WORDS)]
    with transaction():
        for post in posts:
            hide(mona, db.session.get_one(type(post), post.id), "private")
    for _day in range(8):
        worker.tick()
        clock.advance(days=1)
    sent = [mail for mail in kept_mails() if POST in f"{mail.subject} {mail.text} {mail.html}".lower()]
    readers = {user_by_email(mail.recipient).role.value for mail in sent if mail.recipient != "wren@example.com"}
    assert kept_mails() and readers <= SEE_HIDDEN


def test_the_command_line_searches_as_whom_it_is_told(app, scene, worker):
    scene.take_away()
    runner = app.test_cli_runner()
    asked = f"{BESIDE}\n"
    as_guest = runner.invoke(args=["search", "query"], input=asked)
    as_member = runner.invoke(args=["search", "query", "--as", "the member"], input=asked)
    as_agent = runner.invoke(args=["search", "query", "--as", "the agent"], input=asked)
    similar = runner.invoke(args=["search", "similar"], input=json.dumps({"title": f"My {BESIDE} drops"}) + "\n")
    hidden = {scene.question.id, scene.deleted.id}
    for line in (as_guest, as_member, similar):
        assert line.exit_code == 0 and not hidden & set(json.loads(line.output)["ids"])
    assert scene.question.id in json.loads(as_agent.output)["ids"]


COUNTED = ("/questions", "/questions?sort=unanswered", f"/search?q={BESIDE}", "/search?q=router", "/tags", "/products",
           "/leaderboard", "/similar?title=My+router+drops+the+connection")  # fmt: skip
PAGES = ("/", "/questions", "/tags", "/tags/wifi", "/products", "/products/mesh", "/leaderboard", "/help")


TOKEN = re.compile(r'name="csrf_token" value="[^"]*"')


def what_visitors_count(app, *people) -> dict[str, str]:
    """Every list, total and number that a visitor gets."""
    program = Program(app)
    asked = {path: program.get(path).text for path in (*COUNTED, *(f"/users/{one.id}" for one in people))}
    pages = (*PAGES, *(f"/users/{one.id}/{one.name}" for one in people))
    return asked | {f"page {path}": TOKEN.sub("", app.test_client().get(path).text) for path in pages}


@pytest.mark.parametrize("how", ["hidden", "deleted"])
def test_no_number_changes_by_a_question_that_nobody_may_see(app, worker, ann, bob, mona, how):
    a_question(by=ann)
    worker.tick()
    before = what_visitors_count(app, ann, bob)
    question = a_question(by=ann, title=f"The {BESIDE} drops the connection", body=WORDS)
    an_answer(to=question, by=bob, body=f"{WORDS} Mine too.")
    a_comment(on=question, by=bob)
    worker.tick()
    assert what_visitors_count(app, ann, bob) != before
    with transaction():
        row = question_to_change(question.id, mona)
        delete_question(mona, row) if how == "deleted" else hide(mona, row, "private")
    worker.tick()
    after = what_visitors_count(app, ann, bob)
    assert {path for path in before if before[path] != after[path]} == set()
