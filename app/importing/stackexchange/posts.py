"""Questions, answers and comments as the dump has them, sorted into threads."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from app.importing.progress import LeftOut
from app.importing.stackexchange.reading import Dump, Row, instant, number

LICENCE = "CC BY-SA 3.0"
"""Of dumps that name none beside each post: everything before May 2018."""
_TAG = re.compile(r"[^<>|]+")

QUESTION, ANSWER, TAG_EXCERPT = "1", "2", "4"
OTHER_KINDS = {
    "3": "orphaned tag wikis", "5": "tag wikis", "6": "moderator nominations", "7": "wiki placeholders",
    "8": "privilege wikis",
}  # fmt: skip


@dataclass(slots=True)
class Post:
    """A question or an answer. `author` is a key of `people`: an id of the dump, or a name without account."""

    id: int
    parent_id: int | None
    author: str
    created_at: datetime
    edited_at: datetime | None
    active_at: datetime
    closed_at: datetime | None
    title: str
    body: str
    tags: tuple[str, ...]
    score: int
    views: int
    accepted_id: int | None
    licence: str


@dataclass(slots=True)
class Remark:
    """A comment; its text is Markdown."""

    id: int
    post_id: int
    author: str
    created_at: datetime
    text: str


@dataclass(slots=True)
class Thread:
    question: Post
    answers: list[Post] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)

    @property
    def posts(self) -> list[Post]:
        return [self.question, *self.answers]


@dataclass(slots=True)
class Threads:
    """All threads by the question's id; `excerpts` holds the HTML that describes a tag, by its post's id."""

    by_id: dict[int, Thread] = field(default_factory=dict)
    excerpts: dict[int, str] = field(default_factory=dict)

    def authors(self) -> set[str]:
        """Everybody who wrote something that is imported."""
        posts = {post.author for thread in self.by_id.values() for post in thread.posts}
        return posts | {remark.author for thread in self.by_id.values() for remark in thread.remarks}


def author_of(row: Row, prefix: str = "Owner") -> str:
    """The dump's id of the person, `~name` where only the name is left, empty where nothing is."""
    user_id = row.get(f"{prefix}UserId" if prefix else "UserId")
    name = row.get(f"{prefix}DisplayName" if prefix else "UserDisplayName")
    return user_id or (f"~{name}" if name else "")


def read_threads(dump: Dump, left_out: LeftOut) -> Threads:
    threads, answers = Threads(), list[Post]()
    for row in dump.rows("Posts"):
        kind, post = row.get("PostTypeId"), _post(row)
        if kind not in (QUESTION, ANSWER, TAG_EXCERPT):
            left_out.add(OTHER_KINDS.get(kind or "", "posts of another kind"), "nothing here holds them")
        elif kind == TAG_EXCERPT:
            if post is not None:
                threads.excerpts[post.id] = post.body
        elif post is None:
            left_out.add("posts", "without id, date or text")
        elif kind == QUESTION:
            threads.by_id[post.id] = Thread(post)
        else:
            answers.append(post)
    _attach(threads, sorted(answers, key=lambda post: post.id), left_out)
    threads.by_id = dict(sorted(threads.by_id.items()))
    _read_remarks(dump, threads, left_out)
    return threads


def _attach(threads: Threads, answers: Iterable[Post], left_out: LeftOut) -> None:
    for answer in answers:
        thread = threads.by_id.get(answer.parent_id or 0)
        if thread is None:
            left_out.add("answers", "their question is not in the dump")
        else:
            thread.answers.append(answer)


def _read_remarks(dump: Dump, threads: Threads, left_out: LeftOut) -> None:
    thread_of = {post.id: thread for thread in threads.by_id.values() for post in thread.posts}
    for row in dump.rows("Comments"):
        remark = _remark(row)
        thread = thread_of.get(remark.post_id) if remark else None
        if remark is None or not remark.text.strip():
            left_out.add("comments", "without id, date or text")
        elif thread is None:
            left_out.add("comments", "their post is not imported")
        else:
            thread.remarks.append(remark)


def _post(row: Row) -> Post | None:
    id, created_at, body = number(row.get("Id")), instant(row.get("CreationDate")), row.get("Body", "")
    if id is None or created_at is None or not body.strip():
        return None
    edited_at = instant(row.get("LastEditDate"))
    return Post(
        id=id,
        parent_id=number(row.get("ParentId")),
        author=author_of(row),
        created_at=created_at,
        edited_at=edited_at,
        active_at=max(instant(row.get("LastActivityDate")) or created_at, created_at),
        closed_at=instant(row.get("ClosedDate")),
        title=row.get("Title", ""),
        body=body,
        tags=tuple(_TAG.findall(row.get("Tags", ""))),
        score=number(row.get("Score")) or 0,
        views=max(number(row.get("ViewCount")) or 0, 0),
        accepted_id=number(row.get("AcceptedAnswerId")),
        licence=row.get("ContentLicense") or LICENCE,
    )


def _remark(row: Row) -> Remark | None:
    id, post_id, created_at = number(row.get("Id")), number(row.get("PostId")), instant(row.get("CreationDate"))
    if id is None or post_id is None or created_at is None:
        return None
    return Remark(id, post_id, author_of(row, ""), created_at, row.get("Text", ""))
