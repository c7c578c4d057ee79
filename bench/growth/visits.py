"""Who asks for what: the pages and the posts of every day, by everybody who comes, at the community's own time."""

import contextvars
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.domains.accounts.actions.registering import create_user
from app.domains.accounts.models import Role
from app.domains.escalation.models import Case
from app.domains.questions.models import Answer, Question
from app.domains.reputation.models import Standing
from app.domains.tags.models import Tag
from app.extensions import db
from app.kernel import clock, schedule
from app.kernel.events import EventRow
from app.kernel.pagination import cursor_of
from app.kernel.transaction import transaction
from app.kernel.worker import Worker
from bench.community import LONG_THREAD
from bench.forum import Forum
from bench.loading import PRODUCT_NAMES
from bench.stage import CACHE_OFF, long_thread, some_questions, two_words

STAFF = (Role.AGENT, Role.LEAD, Role.MODERATOR, Role.ADMIN)
A_WHILE = timedelta(seconds=10)
READER = 3
"""The member who reads and posts."""


@dataclass(frozen=True)
class Page:
    """`who`: visitor, member or a role of staff. Its `paths` are asked for in turn."""

    name: str
    who: str
    paths: tuple[str, ...]


@dataclass
class Town:
    """A loaded forum with its cast, in this process. `end` is its present."""

    forum: Forum
    end: datetime
    people: dict[str, int]

    @contextmanager
    def open(self) -> Iterator[None]:
        """Its clock stands at the community's end, so that a week is a week of it; and goes on from there."""
        with self.forum.app.app_context(), clock.standing_at(self.end):
            yield
            self.end = clock.now()

    def client(self, who: str) -> "Browser":
        client = Browser(self.forum.app, self.forum.app.response_class, use_cookies=False)
        if who != "visitor":
            with self.open():
                client.environ_base["HTTP_COOKIE"] = self.forum.cookie_of(self.people[who])
        return client


class Browser(FlaskClient):
    """Asks as a server answers: each request in a context of its own."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        return contextvars.Context().run(super().open, *args, **kwargs)


def town_of(forum: Forum) -> Town:
    """Its staff is made where it is missing."""
    with forum.app.app_context():
        last = db.session.scalar(select(func.max(EventRow.occurred_at)).where(EventRow.kind == "VoteCast"))
        assert last is not None
        end = last + A_WHILE
        with clock.standing_at(end), transaction():
            people = {role.value: _staff(role) for role in STAFF}
        db.session.remove()
    return Town(forum, end, people | {"member": forum.first_person + READER})


def _staff(role: Role) -> int:
    name = f"Staff {role.value} {uuid4().hex[:6]}"
    return create_user(name=name, email=f"{uuid4().hex}@example.com", role=role, confirmed=True).id


def pages(town: Town) -> list[Page]:
    """Every kind of page that somebody asks for every day."""
    with town.forum.app.app_context():
        tags = _tags()
        middle = _cursor_in_the_middle()
        case_id = db.session.scalar(select(func.min(Case.id)).where(Case.state == "queued"))
        helper = db.session.scalar(select(Standing.user_id).order_by(Standing.credit_total.desc()).limit(1))
        db.session.remove()
    threads = (long_thread(town.forum), *some_questions(town.forum, 40))
    product = PRODUCT_NAMES[0].lower()
    profiles = tuple(f"/users/{user_id}/" for user_id in (helper, town.forum.first_person + 40))
    return [
        Page("home", "visitor", ("/",)),
        Page("latest questions", "visitor", ("/questions",)),
        Page("new questions", "visitor", ("/questions?sort=new",)),
        Page("unanswered questions", "visitor", ("/questions?sort=unanswered",)),
        Page("questions by votes", "visitor", ("/questions?sort=votes",)),
        Page("half-way down the list", "visitor", (f"/questions?after={middle}",)),
        Page("questions of a kind, a state, a language", "visitor",
             ("/questions?state=escalated", "/questions?state=solved", "/questions?lang=zh", "/questions?kind=praise")),
        Page("the most used tag", "visitor", (f"/tags/{tags[0]}",)),
        Page("a tag of the middle", "visitor", (f"/tags/{tags[1]}",)),
        Page("a rare tag", "visitor", (f"/tags/{tags[2]}",)),
        Page("a tag in the list", "visitor", (f"/questions?tag={tags[1]}", f"/tags/{tags[1]}?sort=votes")),
        Page("tags", "visitor", ("/tags",)),
        Page("a product", "visitor", (f"/products/{product}", f"/questions?product={product}")),
        Page("question", "visitor", threads),
        Page("profile", "visitor", profiles),
        Page("leaderboard", "visitor", ("/leaderboard",)),
        Page("leaderboard of a week, of all time", "visitor", ("/leaderboard?window=week", "/leaderboard?window=all")),
        Page("search", "visitor", tuple(f"/search?q={words}" for words in two_words()[:8])),
        Page("home, signed in", "member", ("/",)),
        Page("latest questions, signed in", "member", ("/questions",)),
        Page("question, signed in", "member", threads),
        Page("inbox", "member", ("/inbox",)),
        Page("leaderboard, signed in", "member", ("/leaderboard",)),
        Page("questions for you", "member", ("/invitations",)),
        Page("staff queue", "agent", ("/staff/queue", "/staff/queue?mine=1", f"/staff/queue?product={product}")),
        Page("a case", "agent", (f"/staff/cases/{case_id}",)),
        Page("question, agent", "agent", threads[:8]),
        Page("review queue", "moderator", ("/moderation/queue",)),
        Page("moderators' log", "moderator", ("/moderation/log",)),
        Page("latest questions, moderator", "moderator", ("/questions",)),
        Page("questions by program", "visitor", ("/api/v1/questions", f"/api/v1/questions?tag={tags[1]}")),
    ]


def _tags() -> list[str]:
    """The most used one, one of the middle, one of the end."""
    names = list(db.session.scalars(select(Tag.name).order_by(Tag.question_count.desc(), Tag.id)))
    return [quote(names[place]) for place in (0, len(names) // 5, len(names) - 5)]


def _cursor_in_the_middle() -> str:
    highest = db.session.scalar(select(func.max(Question.id))) or 0
    row = db.session.execute(select(Question.active_at, Question.id).where(Question.id == highest // 2)).one()
    return cursor_of(row.active_at, row.id)


def ask(client: FlaskClient, path: str) -> None:
    headers = {} if path.startswith("/api/") else dict(CACHE_OFF)
    answer = client.get(path, headers=headers, follow_redirects=True)
    if answer.status_code != 200 or answer.request.path == "/login":
        raise RuntimeError(f"{path}: {answer.status_code} {answer.text[:500]}")


def posts(town: Town, begins: Callable[[str], None]) -> None:
    """A question, answers, votes, an acceptance, a comment, by program; the worker ticks after each."""
    tokens = [{"Authorization": f"Bearer {town.forum.token(READER + place)}"} for place in range(4)]
    client, worker = town.client("visitor"), Worker(town.forum.app)
    with town.forum.app.app_context():
        tags = list(db.session.scalars(select(Tag.name).order_by(Tag.question_count.desc()).limit(3)))
        db.session.remove()

    def send(name: str, who: int, method: str, path: str, **body: Any) -> dict[str, Any]:
        begins(name)
        answer = client.open(f"/api/v1{path}", method=method, json=body, headers=tokens[who])
        if answer.status_code >= 400:
            raise RuntimeError(f"{method} {path}: {answer.status_code} {answer.text[:500]}")
        begins(f"{name}: worker")
        clock.advance(A_WHILE)
        schedule.run_due()
        worker.drain()
        return dict(answer.json or {})

    said = f"The lamp {uuid4().hex} blinks twice and then stays dark."
    asked = send("ask", 0, "POST", "/questions", title="Lamp stays dark after the update", body=said,
                 product=PRODUCT_NAMES[0].lower(), tags=tags)  # fmt: skip
    place = f"/questions/{asked['id']}"
    first = send("answer", 1, "POST", f"{place}/answers", body=f"Hold its button for ten seconds, {uuid4().hex}.")
    send("answer", 2, "POST", f"{place}/answers", body=f"Take its battery out, {uuid4().hex}.")
    send("comment", 0, "POST", f"/answers/{first['id']}/comments", body="That took only five seconds here.")
    send("vote", 3, "PUT", f"/answers/{first['id']}/vote", value=1)
    send("vote", 2, "PUT", f"{place}/vote", value=1)
    send("accept", 0, "PUT", f"/answers/{first['id']}/acceptance")
    # An old thread too: its posts lie anywhere.
    old = db.session.execute(select(Answer.id).where(Answer.question_id == LONG_THREAD + 1).limit(1)).scalar_one()
    db.session.remove()
    send("vote", 0, "PUT", f"/answers/{old}/vote", value=1)
