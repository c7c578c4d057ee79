"""Words that only some may read, put everywhere that the forum keeps words: a canary that nobody else may find.

Everything was public first, was indexed, noticed, digested and fetched, and then was taken away: the hard case.
Nobody who looks types a canary; what they search for is the word beside it.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any

from flask import Flask, url_for
from flask.testing import FlaskClient
from sqlalchemy import select

from app.domains.accounts.actions.sessions import Browser, open_session
from app.domains.accounts.actor import SYSTEM, Actor
from app.domains.accounts.models import User
from app.domains.attachments.actions import attach, hold_named, prepare
from app.domains.attachments.models import Holder
from app.domains.escalation.actions.claiming import case_to_change, claim_case
from app.domains.escalation.actions.noting import note_case
from app.domains.escalation.actions.raising import ask_staff_now
from app.domains.escalation.models import Case
from app.domains.feedback.actions.freezing import freeze_digest
from app.domains.feedback.actions.labelling import label_post
from app.domains.feedback.models import Period
from app.domains.follows.actions import set_follow
from app.domains.follows.models import FollowKind, FollowLevel
from app.domains.moderation.actions import flag_post
from app.domains.questions.actions.answering import delete_answer
from app.domains.questions.actions.asking import delete_question, question_to_change
from app.domains.questions.actions.commenting import delete_comment, post_comment
from app.domains.questions.actions.hiding import hide_post
from app.domains.questions.models import Answer, Comment, Question
from app.extensions import db
from app.kernel.transaction import transaction
from tests.factories import a_comment, a_person, a_product, a_question, a_vote, an_answer
from tests.web.access_matrix import ADMINS, ALL, ARGUMENTS, DESK, MATRIX, MODERATORS, ROLES, SEE_HIDDEN, Row

POST, NOTE, FLAG, MAIL = "kanaripost", "kanarinote", "kanariflag", "kanarimail"
BESIDE = "ornithopter"
WORDS = f"My {BESIDE} named {POST} drops the connection every ten minutes."
AUTHOR = "author"
MAY_READ = {POST: SEE_HIDDEN | {AUTHOR}, NOTE: DESK, FLAG: MODERATORS, MAIL: ADMINS | {AUTHOR}}
# Who asks, and how: those who may read least ask in every way; the administrator shows where there is something.
READERS = {"guest": ("GET", "POST"), "member": ("GET", "POST"), "expert": ("GET", "POST"), "admin": ("GET", "POST")}
READERS |= {AUTHOR: ("GET",), "pm": ("GET",), "moderator": ("GET",)}
ENDS_A_SESSION = {"accounts.logout"}
KINDS = {"expert": ("member", 3), "member": ("member", 1)}


class Scene:
    """The readers, signed in, and the places that hold canaries."""

    def __init__(self, app: Flask, clock: Any, worker: Any) -> None:
        self.app, self.worker = app, worker
        self.people = {role: a_person(f"the {role}", role=kind, level=level) for role, kind, level in _readers()}
        self.people[AUTHOR] = a_person("wren")
        self.other = a_person("somebody else")
        with transaction():
            wren = db.session.get_one(User, self.people[AUTHOR].id)
            wren.email = wren.email_key = f"{MAIL}@example.com"
        self._publish()
        self._follow()
        worker.tick()
        self._on_the_desk(clock)
        self.things = self._things()
        self.clients = {role: self._browser(role) for role in READERS}
        self._fill_the_shelf()

    def _publish(self) -> None:
        author = self.people[AUTHOR]
        self.question = a_question(by=author, title=f"The {BESIDE} {POST} drops the connection", body=WORDS)
        self.deleted = a_question(by=author, title=f"The {BESIDE} {POST} is silent at night", body=WORDS)
        self.public = a_question(by=self.other)
        with transaction():
            file = attach(author, prepare(author, WORDS.encode(), "wren.log"))
            hold_named(author, Holder.QUESTION, self.question.id, file.address)
            self.file = file.name
        self.answers = [an_answer(to=self.question, by=author, body=f"{WORDS} Solved.")]
        self.answers += [an_answer(to=self.public, by=author, body=f"{WORDS} Way {n}.") for n in range(2)]
        self.comments = [a_comment(on=each, by=author, body=f"{WORDS} {n}") for n, each in enumerate(self._asked() * 2)]
        with transaction():
            post_comment(author, self.public, self.answers[1], f"{WORDS} Under it.")
            label = label_post(author, f"question:{self.question.id}", WORDS, "bug", ["wifi"])
            self.label_id, self.item_id = label.id, label.item_id
        a_vote(on=self.question, by=self.other)
        a_vote(on=self.answers[1], by=self.other)

    def _asked(self) -> list[Question]:
        return [self.question, self.public]

    def _follow(self) -> None:
        with transaction():
            for role in ("member", "expert"):
                for question in (self.question, self.deleted, self.public):
                    set_follow(self.people[role].id, FollowKind.QUESTION, question.id, FollowLevel.WATCHING)

    def _on_the_desk(self, clock: Any) -> None:
        """A case with a note and a reason, a flag with a note, a digest of the week; all of the public question."""
        self.waiting = a_question(by=self.other, title="The lamp flickers in the evening")
        self.worker.tick()
        expert, agent = self.people["expert"], self.people["agent"]
        with transaction():
            ask_staff_now(expert, self.waiting.id, f"Please look at it, {NOTE}.")
        with transaction():
            self.case_id = db.session.scalars(select(Case.id).where(Case.question_id == self.waiting.id)).one()
            claim_case(agent, case_to_change(self.case_id, agent))
            note_case(agent, case_to_change(self.case_id, agent), f"Called them: {NOTE}.")
            third = a_person("a third")
            flag_post(third, question_to_change(self.public.id, third), "other", f"Odd: {FLAG}.")
        clock.advance(days=7)
        with transaction():
            self.digest_id = freeze_digest(SYSTEM, a_product().id, Period.WEEK, date(2026, 3, 9)).id
        self.worker.tick()

    def _things(self) -> list[dict[str, Any]]:
        """Arguments for every route: the hidden thread, the deleted one, the public one, the one on the desk."""
        author, shared = self.people[AUTHOR], {"user_id": self.people[AUTHOR].id, "name": "wren"}
        shared |= {"case_id": self.case_id, "item_id": self.item_id, "digest_id": self.digest_id}
        shared |= {"label_id": self.label_id, "product_id": self.public.product_id, "comment_id": self.comments[0].id}
        shared |= {"filename": "css/page.css", "token": "no-such-token", "job_id": 1, "mail_id": 1, "notice_id": 1}
        shared |= {"session_id": 1, "token_id": 1, "kind": "question", "file": self.file}
        shared["slug"] = "its-words"  # an address that held them would be an echo
        places = [(self.question, self.answers[0]), (self.deleted, self.answers[0]), (self.public, self.answers[1])]
        places += [(self.public, self.answers[2]), (self.waiting, self.answers[2])]
        assert author.id is not None
        return [
            shared | {"question_id": question.id, "answer_id": answer.id, "target": question.id}
            for question, answer in places
        ]

    def _browser(self, role: str) -> FlaskClient:
        client = self.app.test_client()
        if role == "guest":
            return client
        with transaction():
            user = db.session.get_one(User, self.people[role].id)
            token = open_session(user, Browser(), stays=True, second_factor=True)
        with client.session_transaction() as cookie:
            cookie["_user_id"], cookie["_fresh"] = token, True
        return client

    def _fill_the_shelf(self) -> None:
        """Visitors' pages are kept while all of this is public, and hold it."""
        question = self.question
        thread, profile = f"/questions/{question.id}/{question.slug}", f"/users/{question.asker_id}/wren"
        for path in ("/", "/questions", thread, profile):
            assert POST in self.app.test_client().get(path).text

    def take_away(self) -> None:
        """Hide and delete whatever holds a canary, by a moderator."""
        mona: Actor = self.people["moderator"]
        with transaction():
            public = question_to_change(self.public.id, mona)
            hide_post(mona, question_to_change(self.question.id, mona), "private")
            delete_question(mona, question_to_change(self.deleted.id, mona))
            hide_post(mona, db.session.get_one(Answer, self.answers[1].id), "private")
            delete_answer(mona, public, db.session.get_one(Answer, self.answers[2].id))
            hidden, deleted = self.comments[1].id, self.comments[3].id
            hide_post(mona, db.session.get_one(Comment, hidden), "private")
            delete_comment(mona, db.session.get_one(Comment, deleted))

    def requests(self, method: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """(endpoint, address, what is sent) of every page, for every place; queries ask for all that is hidden."""
        for rule in self.app.url_map.iter_rules():
            is_page = not rule.rule.startswith("/api/") and rule.endpoint not in ENDS_A_SESSION
            if not is_page or method not in (rule.methods or set()):
                continue
            row, seen = MATRIX.get((method, rule.endpoint), Row(ALL)), set()
            for place, things in enumerate(self.things):
                named = ARGUMENTS.get(rule.endpoint.split(".")[0], {})
                values = things | {name: value.format(**things) for name, value in named.items()}
                with self.app.test_request_context():
                    arguments = {name: values[name] for name in rule.arguments}
                    address = url_for(rule.endpoint, **arguments, _external=False)
                form = {name: str(value).format(**values) for name, value in row.form.items()}
                asked = [{}, _asking(values) | form] if place == 0 else [{}]
                for sent in asked if method == "GET" else [form]:
                    if (address, str(sent)) not in seen:
                        seen.add((address, str(sent)))
                        yield rule.endpoint, address, sent


def _readers() -> Iterator[tuple[str, str, int]]:
    for role in ROLES:
        if role != "guest":
            yield role, *KINDS.get(role, (role, 1))


def _asking(values: dict[str, Any]) -> dict[str, Any]:
    """What a curious person would put behind a question mark."""
    number = values["question_id"]
    words = {"q": BESIDE, "title": f"My {BESIDE} drops the connection", "body": f"My {BESIDE} is silent"}
    narrowed = {"product": "mesh", "sort": "new", "state": "hidden"}
    return words | narrowed | {"post": f"question:{number}", "question": number}


def found_in(answer: Any) -> set[str]:
    """The canaries in the body and in the headers of an answer."""
    everything = (answer.get_data() + str(answer.headers).encode()).lower()
    return {word for word in MAY_READ if word.encode() in everything}
