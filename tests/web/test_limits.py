"""Each limit at its door: one more than it allows is 429 with Retry-After, and somebody else is not bothered."""

from collections.abc import Callable
from functools import cached_property
from io import BytesIO
from itertools import count
from typing import Any

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.domains.accounts.actions.second_factor import begin_set_up, confirm_set_up
from app.domains.accounts.actor import Actor
from app.domains.accounts.models import User
from app.domains.questions.models import Question
from app.extensions import db
from app.kernel import clock
from app.kernel.settings import Setting, change
from app.kernel.transaction import transaction
from tests.api.conftest import Program
from tests.conftest import sign_in
from tests.factories import a_person, a_product, a_question

ALLOWED = 2
PASSWORD = "four other quite long words"
FORM = {"product": "mesh", "tags": "wifi", "kind": "question"}
# What security asks for; a site may change them.
DEFAULTS = {
    "account_mails": "20/hour", "api_calls": "300/5 minutes", "avatars": "10/hour", "change_mails": "5/hour",
    "comments": "6/minute", "confirm_mails": "2/hour; 5/day", "drafts": "120/minute", "edits": "60/minute",
    "edits_new_member": "8/minute", "flags": "20/hour", "guest_mails": "3/hour", "guest_questions": "5/30 minutes",
    "labels": "60/hour", "pastes": "30/minute", "post_burst": "5/150 seconds", "posts": "60/hour",
    "posts_new_member": "10/day", "presence": "120/minute", "renamings": "2/30 days", "reset_mails": "2/hour; 5/day",
    "searches": "60/minute", "searches_guest": "30/minute",
    "second_factor": "10/15 minutes", "sign_in_account": "10/15 minutes", "sign_in_address": "25/5 minutes",
    "sign_up": "5/30 minutes", "sign_up_target": "5/hour", "staff_invitations": "50/hour", "suggestions": "120/minute", 
    "uploads": "8/minute", "votes": "30/day", "votes_new_member": "10/day",
}  # fmt: skip


class Visitor:
    """One of two who do the same: an account, a browser, a network address and a mail address of their own."""

    def __init__(self, app: Flask, name: str, address: str, others: list[Question], *, level: int) -> None:
        self.app, self.name, self.address, self.others = app, name, address, others
        self.person: Actor = a_person(name, level=level)
        self.email = f"new-{name}@example.com"
        self.own = [a_question(by=self.person) for _number in range(ALLOWED + 1)]
        with transaction():
            begin_set_up(self.person)
        with transaction():
            confirm_set_up(self.person, self.drawn_code())
        self.browser = sign_in(app.test_client(), self.person)
        self.program = Program(app, self.person)

    def posts(self, path: str, **form: Any) -> TestResponse:
        return self.browser.post(path, data=form, environ_base={"REMOTE_ADDR": self.address})

    def gets(self, path: str) -> TestResponse:
        return self.browser.get(path, environ_base={"REMOTE_ADDR": self.address})

    @cached_property
    def administers(self) -> FlaskClient:
        return sign_in(self.app.test_client(), a_person(f"{self.name} in charge", role="admin"))

    def as_guest(self, method: str, path: str, address: str | None = None, **form: Any) -> TestResponse:
        way = {"data": form} if method == "POST" else {"query_string": form}
        place = {"REMOTE_ADDR": address or self.address}
        return self.app.test_client().open(path, method=method, environ_base=place, **way)

    def drawn_code(self) -> str:
        secret = db.session.get_one(User, self.person.id).totp_secret
        return pyotp.TOTP(secret).at(clock.now())


def elsewhere(number: int) -> str:
    """Another network address for every request: only the account or the mail address can be what is counted."""
    return f"198.51.100.{number + 1}"


_case = count(1)


def asks(who: Visitor, n: int) -> TestResponse:
    """Something new each time: the same words again would lead to the question that exists."""
    body = f"It has dropped the connection {n} times since the update."
    return who.posts("/questions/ask", title=f"The router drops the connection, case {next(_case)}", body=body, **FORM)


def edits(who: Visitor, n: int) -> TestResponse:
    question = who.own[0]
    words = {"title": question.title, "body": f"It has dropped the connection {n} times since the update."}
    return who.posts(f"/questions/{question.id}/edit", **words, **FORM)


def votes(who: Visitor, n: int) -> TestResponse:
    return who.posts("/votes", post=f"question:{who.others[n].id}", value="1")


def registers(who: Visitor, n: int, *, address: str, email: str) -> TestResponse:
    form = {"name": f"{who.name} the {n}th", "email": email, "password": PASSWORD}
    return who.as_guest("POST", "/register", address, **form)


def asks_as_guest(who: Visitor, n: int, *, address: str, email: str) -> TestResponse:
    body, browser = f"It has dropped the connection {n} times since the update.", who.app.test_client()
    words = {"title": f"The router of a guest drops it, case {n}", "body": body}
    browser.post("/questions/ask", data=words | FORM)
    form = {"name": f"guest {who.name} {n}", "email": email}
    return browser.post("/questions/ask/almost", data=form, environ_base={"REMOTE_ADDR": address})


def invites(who: Visitor, n: int) -> TestResponse:
    form = {"name": f"{who.name} aide {n}", "email": f"{n}-{who.email}", "role": "agent", "language": "en"}
    return who.administers.post("/admin/setup/team", data=form)


# name -> what somebody does for the n-th time. Requests that are counted by an address of the network all come from
# one; those counted otherwise come from many.
DOORS: dict[str, Callable[[Visitor, int], TestResponse]] = {
    "posts": asks,
    "post_burst": asks,
    "posts_new_member": asks,
    "edits": edits,
    "edits_new_member": edits,
    "votes": votes,
    "votes_new_member": votes,
    "comments": lambda who, n: who.posts(f"/questions/{who.others[0].id}/comments", body=f"Same here, {n}."),
    "flags": lambda who, n: who.posts("/moderation/flag", post=f"question:{who.others[n].id}", reason="spam"),
    "labels": lambda who, n: who.program.post(
        "/feedback", {"post": f"question:{who.own[n].id}", "type": "bug"}
    ),
    "drafts": lambda who, n: who.browser.put("/drafts/ask", data={"title": f"The router {n}", "draft_version": n}),
    "uploads": lambda who, n: who.posts("/attachments", file=(BytesIO(b"log %d" % n), "router.log")),
    "avatars": lambda who, n: who.posts("/settings/avatar", avatar=(BytesIO(b"no picture"), "me.png")),
    "pastes": lambda who, n: who.as_guest("POST", "/editor/markdown", html=f"<b>{n}</b>"),
    "presence": lambda who, n: who.as_guest("POST", f"/questions/{who.others[0].id}/presence", page="k" * 9),
    "searches": lambda who, n: who.gets(f"/search?q=router+{n}"),
    "searches_guest": lambda who, n: who.as_guest("GET", "/search", q=f"router {n}"),
    "suggestions": lambda who, n: who.as_guest("GET", "/questions/similar", title=f"The router drops it {n}"),
    "api_calls": lambda who, n: who.program.get("/me"),
    "sign_in_account": lambda who, n: who.as_guest("POST", "/login", elsewhere(n), login=who.name, password="wrong"),
    "sign_in_address": lambda who, n: who.as_guest("POST", "/login", login=f"nobody {n}", password="wrong"),
    "second_factor": lambda who, n: who.posts("/settings/security/second-factor/off", code="000000"),
    "sign_up": lambda who, n: registers(who, n, address=who.address, email=f"{n}{who.email}"),
    "sign_up_target": lambda who, n: registers(who, n, address=elsewhere(n), email=who.email),
    "reset_mails": lambda who, n: who.as_guest("POST", "/login/forgot", elsewhere(n), email=who.email),
    "confirm_mails": lambda who, n: who.as_guest("POST", "/check-mail", elsewhere(n), email=who.email),
    "account_mails": lambda who, n: who.as_guest("POST", "/login/forgot", email=f"{n}{who.email}"),
    "change_mails": lambda who, n: who.posts("/settings/account/address", email=f"{n}{who.email}"),
    "renamings": lambda who, n: who.posts("/settings/profile", name=f"{who.name} anew {n}", about=""),
    "guest_questions": lambda who, n: asks_as_guest(who, n, address=who.address, email=f"{n}{who.email}"),
    "staff_invitations": lambda who, n: invites(who, n),
    "guest_mails": lambda who, n: asks_as_guest(who, n, address=elsewhere(n), email=who.email),
}
OF_NEWCOMERS = {"posts_new_member", "edits_new_member", "votes_new_member"}


def limits() -> dict[str, str]:
    named = {name: each for name, each in Setting.DECLARED.items() if name.startswith("limits.")}
    return {name.removeprefix("limits."): str(each.default) for name, each in named.items()}


def test_every_limit_has_its_number_and_its_test(app):
    assert limits() == DEFAULTS
    assert DOORS.keys() == DEFAULTS.keys()


@pytest.mark.settings(limits="on")
def test_one_more_than_allowed_waits_and_somebody_else_does_not(app, ada):
    """All in one forum: a window of one size knows nothing of a window of another."""
    members, newcomers = furnished(app)
    wrong = []
    for name, door in DOORS.items():
        with transaction():
            for each in DEFAULTS:
                change(f"limits.{each}", f"{ALLOWED}/hour" if each == name else "1000/minute", ada.id)
        one, other = newcomers if name in OF_NEWCOMERS else members
        answers = [door(one, n) for n in range(ALLOWED + 1)]
        seconds = int(answers[-1].headers.get("Retry-After", 0))
        statuses = [answer.status_code for answer in (*answers, door(other, 0))]
        refused = [status == 429 for status in statuses]
        if refused != [False, False, True, False] or max(statuses) >= 500 or not 0 < seconds <= 3600:
            wrong.append(f"{name}: {statuses}, Retry-After {seconds}")
    assert not wrong, "\n".join(wrong)


def furnished(app: Flask) -> tuple[tuple[Visitor, Visitor], tuple[Visitor, Visitor]]:
    """Two members and two newcomers, and what they may comment on, vote for and flag."""
    a_product("mesh")
    others = [a_question() for _number in range(ALLOWED + 1)]
    members = Visitor(app, "zoe", "192.0.2.7", others, level=1), Visitor(app, "yan", "203.0.113.9", others, level=1)
    newcomers = Visitor(app, "kim", "192.0.2.8", others, level=0), Visitor(app, "lou", "203.0.113.8", others, level=0)
    return members, newcomers
