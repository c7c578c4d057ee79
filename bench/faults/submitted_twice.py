"""The same form or call sent several times at the same moment: stored once, and each is answered as the first."""

import http.client
import random
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from app.domains.accounts.actions.sessions import Browser, open_session
from app.domains.accounts.models import User
from app.extensions import db
from app.kernel.transaction import transaction
from bench.faults.clients import Client, Notebook, Said, new_mark
from bench.faults.counting import counted
from bench.faults.result import Result
from bench.faults.stage import PRODUCT, TAG, Person, Stage

AT_ONCE = 4  # a double click, and two more of an impatient proxy


def submitted_twice(stage: Stage, seed: int, *, forms: int) -> Result:
    """Questions by the page's form and answers by the API by turns, each sent four times at once."""
    dice, notebook, question_id = random.Random(seed), Notebook(), 0
    stage.promise_within(3600)
    stage.start()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for number in range(forms):
            person, mark = dice.choice(stage.members), new_mark()
            send = _call(stage, person, mark, question_id) if number % 2 else _form(stage, person, mark)
            answers = list(pool.map(lambda _n, send=send: send(), range(AT_ONCE)))
            if len(set(answers)) != 1 or not answers[0].isdecimal():
                notebook.refused.append(f"{AT_ONCE} twins were answered {sorted(set(answers))}")
                continue
            what, question_id = ("answer", question_id) if number % 2 else ("question", int(answers[0]))
            notebook.said.append(Said(what, mark, person.actor.id or 0, question_id, id=int(answers[0])))
    stage.wait_until_quiet()
    return counted(stage, f"{forms} forms, each sent {AT_ONCE} times at once", notebook)


def _call(stage: Stage, person: Person, mark: str, question_id: int) -> Callable[[], str]:
    """An answer with its Idempotency-Key; sending it gives the answer's id, or what went wrong."""
    client, key = Client(stage, person, Notebook(), 0), uuid4().hex
    body = {"body": f"Press the button of lamp {mark} for ten seconds, then it comes back."}

    def send() -> str:
        status, _headers, text = client.ask_once("POST", f"/questions/{question_id}/answers", body, key)
        found = re.search(r'"id": ?([0-9]+)', text)
        return found.group(1) if status == 201 and found else f"{status} {text[:200]}"

    return send


def _form(stage: Stage, person: Person, mark: str) -> Callable[[], str]:
    """The form as its page gave it, filled in; sending it gives the question's id, or what went wrong."""
    cookie = f"huzhu={_session_cookie(stage, person)}"
    _status, headers, page = _ask_page(stage, "GET", cookie)
    cookie = headers.get("Set-Cookie", cookie).partition(";")[0]  # now with the secret of the form's token
    hidden = {name: _hidden(page, name) for name in ("csrf_token", "submission")}
    text = f"Since the update of this morning the lamp {mark} stays dark. What can I do?"
    fields = {"title": f"The lamp {mark} stays dark", "product": PRODUCT, "tags": TAG, "kind": "question", "body": text}

    def send() -> str:
        status, headers, page = _ask_page(stage, "POST", cookie, urlencode(fields | hidden))
        found = re.search(r"/questions/([0-9]+)", headers.get("Location", ""))
        return found.group(1) if status in (302, 303) and found else f"{status} {page[:200]}"

    return send


def _hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]*value="([^"]+)"', page)
    assert found, f"no field {name} in the form:\n{page[:2000]}"
    return found.group(1)


def _ask_page(stage: Stage, method: str, cookie: str, body: str | None = None) -> tuple[int, Any, str]:
    connection = http.client.HTTPConnection("127.0.0.1", int(stage.environment["PORT"]), timeout=60)
    headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
    try:
        connection.request(method, "/questions/ask", body, headers)
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read().decode()
    finally:
        connection.close()


def _session_cookie(stage: Stage, person: Person) -> str:
    """Of a browser in which this person has just signed in."""
    with transaction():
        token = open_session(db.session.get_one(User, person.actor.id), Browser("127.0.0.1", "faults"), stays=True)
    signer: Any = stage.app.session_interface.get_signing_serializer(stage.app)  # type: ignore[attr-defined]
    return str(signer.dumps({"_user_id": token, "_fresh": True}))
