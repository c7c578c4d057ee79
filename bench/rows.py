"""Threads of the generated community as rows, filled as the real actions fill them. Pure but for the renderer."""

from collections.abc import Iterable, Iterator
from typing import Any

from app.domains.accounts.models import Role
from app.domains.accounts.names import email_key, name_key
from app.domains.follows.models import FollowKind, FollowLevel
from app.domains.questions.models import Kind, NoPromise, PostKind, ServiceState
from app.domains.questions.writing import slug_of
from app.kernel import markup
from bench.community import BEGIN, Person, Reply, Text, Thread, paragraph

Row = dict[str, Any]
TIMEZONES = {"zh": "Asia/Shanghai", "en": "UTC"}
TRUST_OF_A_VOTE = 0.5


class Wording:
    """The stored form of a text; every common paragraph is rendered once."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, int], tuple[str, str]] = {}

    def of(self, text: Text) -> Row:
        parts = [(text.own, plain_html(text.own)), *(self._common(text.language, number) for number in text.common)]
        html = "".join(rendered for _source, rendered in parts)
        body = "\n\n".join(source for source, _rendered in parts)
        return {
            "body": body, "body_html": html, "language": text.language, "renderer_version": markup.RENDERER_VERSION
        }  # fmt: skip

    def _common(self, language: str, number: int) -> tuple[str, str]:
        key = language, number
        if key not in self._known:
            source = paragraph(language, number)
            self._known[key] = source, markup.render(source)
        return self._known[key]


def plain_html(sentence: str) -> str:
    """What the renderer makes of letters, spaces and full stops."""
    return f"<p>{sentence}</p>\n"


def person_row(person: Person, first_id: int) -> Row:
    address = f"person{person.number}@example.com"
    return {
        "id": first_id + person.number,
        "name": person.name,
        "name_key": name_key(person.name),
        "email": address,
        "email_key": email_key(address),
        "email_confirmed_at": BEGIN,
        "role": Role.MEMBER,
        "level": person.level,
        "language": person.language,
        "timezone": TIMEZONES[person.language],
        "created_at": BEGIN,
    }


class Rows:
    """The rows of many threads, by table; ids go on from thread to thread, so they too are those of a larger site."""

    def __init__(self, first_person: int, product_ids: list[int]) -> None:
        self.first_person, self.product_ids, self.wording = first_person, product_ids, Wording()
        self.answers = 0

    def of(self, threads: Iterable[Thread]) -> dict[str, list[Row]]:
        """Table -> rows. A question's tags are left to whoever knows their ids."""
        found: dict[str, list[Row]] = {
            name: [] for name in ("question", "answer", "comment", "vote", "revision", "follow")
        }
        for thread in threads:
            first = self.answers + 1
            self.answers += len(thread.replies)
            question = self._question(thread, first)
            answers = [self._answer(thread, place, first + place) for place in range(len(thread.replies))]
            found["question"].append(question)
            found["answer"] += answers
            found["comment"] += self._comments(thread, first)
            found["vote"] += self._votes(thread, first)
            found["revision"] += [_revision(PostKind.QUESTION, question, list(thread.tags))]
            found["revision"] += [_revision(PostKind.ANSWER, answer, []) for answer in answers]
            found["follow"] += self._follows(thread)
        return found

    def _question(self, thread: Thread, first_answer: int) -> Row:
        accepted = next((place for place, reply in enumerate(thread.replies) if reply.accepted), None)
        last = thread.replies[-1] if thread.replies else None
        said = self.wording.of(thread.text)
        return said | {
            "id": thread.number + 1,
            "product_id": self.product_ids[thread.product],
            "kind": Kind.QUESTION,
            "title": thread.title,
            "slug": slug_of(thread.title),
            "excerpt": markup.excerpt(said["body_html"], 200),
            "asker_id": self.first_person + thread.asker,
            "created_at": thread.at,
            "active_at": thread.active_at,
            "active_by_id": self.first_person + (last.author if last else thread.asker),
            "score": len(thread.up),
            "up_count": len(thread.up),
            "answer_count": len(thread.replies),
            "comment_count": sum(remark.answer is None for remark in thread.remarks),
            "view_count": thread.views,
            "accepted_answer_id": None if accepted is None else first_answer + accepted,
            "first_answer_at": thread.replies[0].at if last else None,
            "service_state": _state(last is not None, accepted is not None),
            # Who waits for an answer here waits since long ago: as after an import, nobody is called because of it.
            "escalates": last is not None,
            "no_promise": None if last else NoPromise.IMPORTED,
        }

    def _answer(self, thread: Thread, place: int, answer_id: int) -> Row:
        reply = thread.replies[place]
        return self.wording.of(reply.text) | {
            "id": answer_id,
            "question_id": thread.number + 1,
            "author_id": self.first_person + reply.author,
            "created_at": reply.at,
            "score": len(reply.up) - len(reply.down),
            "up_count": len(reply.up),
            "down_count": len(reply.down),
            "trusted_up": len(reply.up) * TRUST_OF_A_VOTE,
            "trusted_down": len(reply.down) * TRUST_OF_A_VOTE,
            "comment_count": sum(remark.answer == place for remark in thread.remarks),
            "accepted_at": reply.at if reply.accepted else None,
        }

    def _comments(self, thread: Thread, first_answer: int) -> Iterator[Row]:
        for remark in thread.remarks:
            yield {
                "question_id": thread.number + 1,
                "answer_id": None if remark.answer is None else first_answer + remark.answer,
                "author_id": self.first_person + remark.author,
                "body": remark.text,
                "body_html": plain_html(remark.text),
                "renderer_version": markup.RENDERER_VERSION,
                "created_at": remark.at,
            }

    def _votes(self, thread: Thread, first_answer: int) -> Iterator[Row]:
        for voter in thread.up:
            yield self._vote(PostKind.QUESTION, thread.number + 1, voter, 1, thread)
        for place, reply in enumerate(thread.replies):
            for value, voters in ((1, reply.up), (-1, reply.down)):
                yield from (self._vote(PostKind.ANSWER, first_answer + place, voter, value, reply) for voter in voters)

    def _vote(self, kind: PostKind, target_id: int, voter: int, value: int, on: Thread | Reply) -> Row:
        cast = {"kind": kind, "target_id": target_id, "value": value, "created_at": on.at}
        return cast | {"user_id": self.first_person + voter}

    def _follows(self, thread: Thread) -> Iterator[Row]:
        levels = {reply.author: FollowLevel.TRACKING for reply in thread.replies} | {
            thread.asker: FollowLevel.WATCHING
        }
        target = {"kind": FollowKind.QUESTION, "target_id": thread.number + 1, "created_at": thread.at}
        yield from (target | {"user_id": self.first_person + who, "level": level} for who, level in levels.items())


def _state(answered: bool, accepted: bool) -> ServiceState:
    return ServiceState.SOLVED if accepted else ServiceState.ANSWERED if answered else ServiceState.OPEN


def _revision(kind: PostKind, post: Row, tags: list[str]) -> Row:
    says = {"title": post.get("title"), "body": post["body"], "tags": tags, "comment": ""}
    about = {"kind": kind, "target_id": post["id"], "number": 1, "created_at": post["created_at"]}
    return says | about | {"author_id": post.get("asker_id") or post["author_id"]}
