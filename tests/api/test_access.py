"""The role x call matrix of the API: every operation, every role, on a foreign, an own and a hidden object."""

from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.api.document import document
from app.domains.accounts.actor import SYSTEM, Actor
from app.domains.escalation.models import Case
from app.domains.feedback.actions.freezing import freeze_digest
from app.domains.feedback.actions.labelling import label_post
from app.domains.feedback.models import Period
from app.domains.questions.models import Question
from app.extensions import db
from app.kernel.transaction import transaction
from tests.api.access_matrix import MATRIX
from tests.api.conftest import Program
from tests.factories import a_person, a_product, a_question, an_answer
from tests.web.access_matrix import ROLES, SEE_HIDDEN

LEVELS = {"expert": ("member", 3), "member": ("member", 1)}


def calls() -> list[tuple[str, str, str]]:
    """(operation, method, path)."""
    return [
        (found["operationId"], method.upper(), path.removeprefix("/api/v1"))
        for path, methods in document()["paths"].items()
        for method, found in methods.items()
    ]


def test_every_call_has_its_row_and_every_row_its_call(app):
    assert {name for name, _method, _path in calls()} == MATRIX.keys()


class Stage:
    """For one role: a person, and the things that are foreign, own and hidden to them."""

    def __init__(self, app: Flask, role: str, clock: Any, worker: Any) -> None:
        kind, level = LEVELS.get(role, (role, 1))
        self.me: Actor | None = None if role == "guest" else a_person(f"the {role}", role=kind, level=level)
        self.other, self.third = a_person("somebody else"), a_person("a third")
        self.things: dict[str, Any] = self._case_item_digest(clock, worker)
        self.objects = {"foreign": self._thread(self.other), "hidden": self._thread(self.other)}
        if self.me is not None:
            self.objects["own"] = self._thread(self.me)
        with transaction():
            for name in ("question_id", "waiting_id"):
                db.session.get_one(Question, self.objects["hidden"][name]).hidden = True
        self.program = Program(app, self.me)

    def _case_item_digest(self, clock: Any, worker: Any) -> dict[str, Any]:
        """A case in the agents' queue, a feedback item, a frozen digest."""
        question = a_question(by=self.other)
        with transaction():
            item_id = label_post(self.other, f"question:{question.id}", "", "bug").item_id
        worker.tick()
        clock.advance(hours=5)
        worker.tick()
        clock.advance(days=7)
        with transaction():
            digest_id = freeze_digest(SYSTEM, a_product().id, Period.WEEK, date(2026, 3, 9)).id
        case_id = db.session.scalars(select(Case.id)).one()
        return {"case_id": case_id, "item_id": item_id, "digest_id": digest_id, "user_id": self.other.id}

    def _thread(self, asker: Actor) -> dict[str, Any]:
        """A question that a third answered, and one that nobody did; for one's own also an answer elsewhere."""
        question, waiting = a_question(by=asker), a_question(by=asker)
        answer = an_answer(to=question, by=self.third)
        written = an_answer(to=a_question(by=self.other), by=asker) if asker is self.me else answer
        return self.things | {
            "question_id": question.id,
            "waiting_id": waiting.id,
            "answer_id": answer.id,
            "written_id": written.id,
            "kind": "question",
            "target": question.id,
        }


# Which of the things a call is about, where it is not the one of its path's own name.
ABOUT = {
    "escalate_question": {"question_id": "waiting_id"},
    "edit_answer": {"answer_id": "written_id"},
    "delete_answer": {"answer_id": "written_id"},
    "vote_on_answer": {"answer_id": "written_id"},
}


@pytest.mark.parametrize("role", ROLES)
def test_every_call_lets_through_whom_its_row_names(app, monkeypatch, clock, worker, role):
    stage = Stage(app, role, clock, worker)
    wrong = []
    # Nothing that a request does may outlive it: the next one must meet the same rows.
    session_class = db.session.session_factory.class_
    monkeypatch.setattr(session_class, "commit", lambda self: (self.flush(), self.rollback()))
    for name, method, path in calls():
        for whose in ("foreign", "own", "hidden"):
            expected = getattr(MATRIX[name], whose)
            if expected is None or whose not in stage.objects:
                continue
            status = ask(stage, name, method, path, stage.objects[whose])
            if (status not in (401, 403, 404)) != (role in expected):
                wrong.append(f"{name} on {whose}: {status}, expected {'in' if role in expected else 'out'}")
            if whose == "hidden" and status == 403 and role not in SEE_HIDDEN:
                wrong.append(f"{name} tells that the hidden object exists")
    assert not wrong, "\n".join(wrong)


def ask(stage: Stage, name: str, method: str, path: str, things: dict[str, Any]) -> int:
    values = things | {target: things[source] for target, source in ABOUT.get(name, {}).items()}
    body = {field: v.format(**values) if isinstance(v, str) else v for field, v in MATRIX[name].form.items()}
    answer = stage.program.call(method, path.format(**values), **({} if method == "GET" else {"json": body}))
    assert answer.status_code < 500, f"{name}: {answer.text}"
    return answer.status_code
