"""The role x route matrix: every route, every role, on a foreign, an own and a hidden object."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import url_for

from app.domains.accounts.actions.sessions import Browser, open_session
from app.domains.accounts.actor import Actor
from app.domains.accounts.models import User
from app.domains.attachments.actions import attach, hold_named, prepare
from app.domains.attachments.models import Holder
from app.domains.escalation.models import CaseState
from app.domains.escalation.transitions.agreeing import agree
from app.domains.feedback.actions.labelling import label_post
from app.domains.feedback.digest import DigestFacts, Period, build_digest
from app.domains.feedback.models import Digest
from app.domains.questions.models import Question
from app.extensions import db
from app.kernel.clock import now
from app.kernel.transaction import transaction
from tests.factories import a_comment, a_person, a_question, an_answer
from tests.web.access_matrix import ARGUMENTS, MATRIX, ROLES, SEE_HIDDEN, Row

A_MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
EMPTY_WEEK = DigestFacts(Period("mesh", "week", A_MONDAY, A_MONDAY + timedelta(days=7)), A_MONDAY)
LEVELS = {"expert": ("member", 3), "member": ("member", 1)}


class Stage:
    """For one role: a person, and the objects that are foreign, own and hidden to them."""

    def __init__(self, role: str) -> None:
        kind, level = LEVELS.get(role, (role, 1))
        self.me: Actor | None = None if role == "guest" else a_person(f"the {role}", role=kind, level=level)
        self.other, self.third = a_person("somebody else", level=1), a_person("a third", level=1)
        self.objects = {"foreign": self._thread(self.other), "hidden": self._thread(self.other)}
        if self.me is not None:
            self.objects["own"] = self._thread(self.me, own=True)
        with transaction():
            db.session.get_one(Question, self.objects["hidden"]["question_id"]).hidden = True
            self.token = self._sign_in()

    def _sign_in(self) -> str | None:
        if self.me is None:
            return None
        return open_session(db.session.get_one(User, self.me.id), Browser(), stays=True)

    def _thread(self, asker: Actor, own: bool = False) -> dict[str, Any]:
        """`own`: a question of one's own that a third answered, and an own answer and comment under another's."""
        question = a_question(by=asker)
        an_answer(to=question, by=self.third)
        under = a_question(by=self.other) if own else question
        answer = an_answer(to=under, by=asker if own else self.third, body="Please restart it, then wait.")
        comment = a_comment(on=question, by=asker if own else self.third)
        return {
            "case_id": None if own else self._queued_case(question),
            "question_id": question.id,
            "answer_id": answer.id,
            "comment_id": comment.id,
            **self._feedback(question, asker),
            "answers_question_id": under.id,
            "user_id": self.other.id,
            "product_id": question.product_id,
            "file": self._file(question, asker),
            **dict.fromkeys(("session_id", "token_id", "mail_id", "job_id"), 0),
            "slug": question.slug,
            "name": "somebody else",
            "token": "no-such-token",
            "notice_id": 10**9,
            "filename": "css/page.css",
        }

    def _feedback(self, question: Question, asker: Actor) -> dict[str, int]:
        """The asker's mark on the question, the item that it made, and a digest of the product."""
        with transaction():
            label = label_post(asker, f"question:{question.id}", "", "bug")
            digest = Digest(product_id=label.product_id, starts_at=now(), ends_at=now() + timedelta(days=question.id))
            digest.content, digest.frozen_at = build_digest(EMPTY_WEEK).to_json(), now()
            db.session.add(digest)
            db.session.flush()
            return {"label_id": label.id, "item_id": label.item_id, "digest_id": digest.id}

    def _file(self, question: Question, asker: Actor) -> str:
        """In the asker's question."""
        with transaction():
            file = attach(asker, prepare(asker, f"a log of {question.id}".encode(), "router.log"))
            hold_named(asker, Holder.QUESTION, question.id, file.address)
            return file.name

    def _queued_case(self, question: Question) -> int:
        with transaction():
            case = agree(question.id)
            assert case is not None
            case.state, case.level, case.queued_at = CaseState.QUEUED, 1, now()
            return case.id


def routes(app: Any) -> list[tuple[str, str, set[str]]]:
    """(method, endpoint, arguments) of every page; the API has its own matrix."""
    found = []
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/api/"):
            continue
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            found.append((method, rule.endpoint, set(rule.arguments)))
    return found


def test_every_route_has_its_row_and_every_row_its_route(app):
    known = {(method, endpoint) for method, endpoint, _arguments in routes(app)}
    assert known - MATRIX.keys() == set(), "routes without a row"
    assert MATRIX.keys() - known == set(), "rows without a route"


@pytest.mark.parametrize("role", ROLES)
def test_every_route_lets_through_whom_its_row_names(app, monkeypatch, role):
    stage = Stage(role)
    wrong = []
    # Nothing that a request does may outlive it: the next one must meet the same rows.
    session_class = db.session.session_factory.class_
    monkeypatch.setattr(session_class, "commit", lambda self: (self.flush(), self.rollback()))
    for method, endpoint, arguments in routes(app):
        row = MATRIX.get((method, endpoint))
        if row is None:
            continue
        for whose in ("foreign", "own", "hidden"):
            expected = getattr(row, whose)
            if expected is None or whose not in stage.objects:
                continue
            status, through = ask(app, stage, method, endpoint, arguments, row, stage.objects[whose])
            if through != (role in expected):
                wrong.append(
                    f"{method} {endpoint} on {whose}: {status}, expected {'in' if role in expected else 'out'}"
                )
            if whose == "hidden" and not through and role not in SEE_HIDDEN and status == 403:
                wrong.append(f"{method} {endpoint} tells that the hidden object exists")
    assert not wrong, "\n".join(wrong)


def ask(
    app: Any, stage: Stage, method: str, endpoint: str, arguments: set[str], row: Row, things: dict[str, Any]
) -> tuple[Any, bool]:
    client = app.test_client()
    if stage.token is not None:
        with client.session_transaction() as cookie:
            cookie["_user_id"], cookie["_fresh"] = stage.token, True
    named = ARGUMENTS.get(endpoint.split(".")[0], {})
    values = things | {name: value.format(**things) for name, value in named.items()}
    if endpoint == "answers.fragment":
        values["question_id"] = things["answers_question_id"]
    form = {name: str(value).format(**values) for name, value in row.form.items()}
    with app.test_request_context():
        url = url_for(endpoint, **{name: values[name] for name in arguments}, _external=False)
    answer = client.get(url, query_string=form) if method == "GET" else client.open(url, method=method, data=form)
    away = answer.headers.get("Location", "")
    to_door = answer.status_code == 303 and "/login" in away
    assert answer.status_code < 500, f"{method} {endpoint}: {answer.status_code}"
    return away if to_door else answer.status_code, not to_door and answer.status_code not in (401, 403, 404)
