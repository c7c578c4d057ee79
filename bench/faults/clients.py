"""People at their programs: they post, try again when nobody answers, and remember what they were told is stored."""

import http.client
import json
import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from bench.faults.stage import PRODUCT, TAG, Person, Stage

TRIES_FOR = 60.0  # seconds; then a person gives up
ANSWERS_WITHIN = 60.0


@dataclass
class Said:
    """One write. `mark` stands in its text and nowhere else; `id` is what the forum gave it, None until it said so."""

    what: str
    mark: str
    by: int
    about: int = 0
    id: int | None = None


@dataclass
class Notebook:
    """What all clients said and what they were answered."""

    said: list[Said] = field(default_factory=list)
    questions: list[tuple[int, int]] = field(default_factory=list)
    """Question and asker."""
    answers: list[tuple[int, int, int]] = field(default_factory=list)
    """Answer, author and asker."""
    refused: list[str] = field(default_factory=list)
    repeated: int = 0
    unavailable: int = 0
    unreachable: int = 0
    gave_up: int = 0
    """Writes that were tried for a minute without an answer; nobody was told that they are stored."""
    cut_off: int = 0
    """Requests that were sent and never answered."""

    @property
    def acknowledged(self) -> list[Said]:
        return [each for each in self.said if each.id is not None]

    @property
    def unanswered(self) -> int:
        """Questions that nobody tried to answer."""
        answered = {each.about for each in list(self.said) if each.what == "answer"}
        return sum(question_id not in answered for question_id, _asker in list(self.questions))


class Client:
    """One person's program; `gives_up` is the chance that it is closed at the first failure, as a laptop is."""

    def __init__(self, stage: Stage, person: Person, notebook: Notebook, seed: int, *, gives_up: float = 0.1) -> None:
        self.gives_up = gives_up
        self.port = int(stage.environment["PORT"])
        self.person, self.notebook, self.dice = person, notebook, random.Random(seed)

    def do_something(self) -> None:
        """Ask most often, or say something about what was asked before."""
        chance = self.dice.random()
        if chance < 0.45 or not self.notebook.questions:
            self.ask()
        elif chance < 0.7:
            self.answer(*self.dice.choice(self.notebook.questions[-30:]))
        elif chance < 0.85:
            self.comment(*self.dice.choice(self.notebook.questions[-30:]))
        elif self.notebook.answers:
            self.judge(*self.dice.choice(self.notebook.answers[-30:]))

    def ask(self) -> int | None:
        mark = new_mark()
        body = {"title": f"The lamp {mark} stays dark", "product": PRODUCT, "tags": [TAG]}
        body["body"] = f"Since the update of this morning the lamp {mark} stays dark. What can I do?"
        said = self._say("question", mark, "/questions", body)
        if said.id is not None:
            self.notebook.questions.append((said.id, self.person.actor.id or 0))
        return said.id

    def answer(self, question_id: int, asker_id: int) -> int | None:
        mark = new_mark()
        body = {"body": f"Press the button of lamp {mark} for ten seconds, then it comes back."}
        said = self._say("answer", mark, f"/questions/{question_id}/answers", body, about=question_id)
        if said.id is not None and asker_id != self.person.actor.id:
            self.notebook.answers.append((said.id, self.person.actor.id or 0, asker_id))
        return said.id

    def comment(self, question_id: int, _asker_id: int) -> None:
        mark = new_mark()
        body = {"body": f"The lamp {mark} of my neighbour does the same."}
        self._say("comment", mark, f"/questions/{question_id}/comments", body, about=question_id)

    def judge(self, answer_id: int, author_id: int, asker_id: int) -> None:
        """The asker accepts, others vote."""
        me = self.person.actor.id or 0
        if me == author_id:
            return
        what, path, body = ("acceptance", "acceptance", None) if me == asker_id else ("vote", "vote", {"value": 1})
        said = Said(what, "", me, answer_id)
        self.notebook.said.append(said)
        if self._send("PUT", f"/answers/{answer_id}/{path}", body) is not None:
            said.id = answer_id

    def _say(self, what: str, mark: str, path: str, body: dict[str, Any], about: int = 0) -> Said:
        said = Said(what, mark, self.person.actor.id or 0, about)
        self.notebook.said.append(said)
        answer = self._send("POST", path, body)
        if answer is not None:
            said.id = int(answer["id"])
        return said

    def _send(self, method: str, path: str, body: dict[str, Any] | None) -> dict[str, Any] | None:
        """What was answered once it was taken; None where it was refused, or where the person gave up."""
        key, until = uuid4().hex, time.monotonic() + TRIES_FOR
        gives_up = self.dice.random() < self.gives_up
        while time.monotonic() < until:
            try:
                status, headers, text = self.ask_once(method, path, body, key)
            except (OSError, http.client.HTTPException) as error:
                self.notebook.unreachable += 1
                self.notebook.cut_off += not isinstance(error, ConnectionRefusedError)
            else:
                if status < 300:
                    self.notebook.repeated += headers.get("Idempotency-Replayed") == "true"
                    return json.loads(text) if text else {}
                self._note_refusal(status, headers, f"{method} {path}: {status} {text[:300]}")
                if status != 503:
                    return None
            if gives_up:
                return None
            time.sleep(self.dice.uniform(0.05, 0.3))
        self.notebook.gave_up += 1
        return None

    def _note_refusal(self, status: int, headers: Any, line: str) -> None:
        if status == 503 and headers.get("Retry-After"):
            self.notebook.unavailable += 1
        else:
            self.notebook.refused.append(line)

    def ask_once(self, method: str, path: str, body: Any = None, key: str = "") -> tuple[int, Any, str]:
        """One request under `/api/v1` on a connection of its own: status, headers, text. Raises what the net raises."""
        headers = {"Authorization": f"Bearer {self.person.token}", "Content-Type": "application/json"}
        headers |= {"Idempotency-Key": key} if key else {}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=ANSWERS_WITHIN)
        try:
            data = json.dumps(body) if body is not None else None
            connection.request(method, f"/api/v1{path}", data, headers)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read().decode()
        finally:
            connection.close()


def new_mark() -> str:
    return f"m{uuid4().hex[:16]}m"


@contextmanager
def posting(
    stage: Stage, seed: int, clients: int = 16, *, pause: float = 0.05, most_questions: int | None = None
) -> Iterator[Notebook]:
    """This many people post while the body runs; `pause` is about how long each rests between two writes, seconds."""
    notebook, ended = Notebook(), threading.Event()
    programs = [Client(stage, stage.members[n], notebook, seed * 1000 + n) for n in range(clients)]

    def live(client: Client) -> None:
        while not ended.is_set():
            if most_questions is not None and len(notebook.questions) >= most_questions:
                return
            client.do_something()
            ended.wait(client.dice.uniform(0, 2 * pause))

    threads = [threading.Thread(target=live, args=(client,), daemon=True) for client in programs]
    for thread in threads:
        thread.start()
    try:
        yield notebook
    finally:
        ended.set()
        for thread in threads:
            thread.join(TRIES_FOR + ANSWERS_WITHIN)
