"""Some threads at a time into the tables, all or nothing, with the events that happened in them."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import insert

from app.domains.questions.actions.posting import recount_answers
from app.domains.questions.events import AnswerPosted, QuestionAsked
from app.domains.questions.models import Answer, Comment, PostKind, Question, QuestionTag, Revision
from app.extensions import db
from app.importing.ids import insert_all
from app.importing.rendering import Imported
from app.importing.stackexchange.known import Known
from app.importing.stackexchange.posts import Post, Remark, Thread
from app.importing.stackexchange.revisions import Past, revision_rows
from app.importing.stackexchange.rows import Frame, answer_values, comment_values, question_values
from app.importing.stackexchange.voices import accept, cast_votes
from app.importing.tagging import Tags
from app.kernel.events import Event, record_all

Happened = tuple[Event, datetime]


@dataclass
class Store:
    """The ids grow with every batch; `stored` counts rows by table for the report."""

    frame: Frame
    known: Known
    tags: Tags
    edits: dict[int, list[Past]]
    descriptions: dict[str, str]
    stored: Counter[str] = field(default_factory=Counter)

    def new_posts(self, threads: list[Thread]) -> list[Post | Remark]:
        """What of these threads is not here yet: first questions, then answers, then comments."""
        return [
            *(each.question for each in threads if each.question.id not in self.known.questions),
            *(answer for each in threads for answer in each.answers if answer.id not in self.known.answers),
            *(remark for each in threads for remark in each.remarks if remark.id not in self.known.comments),
        ]

    def store(self, threads: list[Thread], texts: list[Imported]) -> None:
        """Joins the caller's transaction. `texts` are those of `new_posts`, in its order."""
        new = self.new_posts(threads)
        text = {id(post): each for post, each in zip(new, texts, strict=True)}
        fresh = [each for each in threads if each.question.id not in self.known.questions]
        late = [(each, answer) for each in threads for answer in each.answers if answer.id not in self.known.answers]
        known = self.known.comments
        remarks = [(each, remark) for each in threads for remark in each.remarks if remark.id not in known]
        grown = [each for each, _answer in late if each.question.id in self.known.questions]
        happened: list[Happened] = []
        happened += self._questions(fresh, text)
        happened += self._answers(late, text)
        happened += accept(threads, {each.question.id for each in fresh}, self.known, self.frame)
        self._comments(remarks, text)
        self._revisions(fresh, late, text)
        votes = cast_votes(threads, {id(post) for post in new}, self.known, self.frame)
        self.stored["votes"] += len(votes)
        record_all(happened + votes)
        self._recount(grown)

    def _questions(self, threads: list[Thread], text: dict[int, Imported]) -> Iterator[Happened]:
        rows = [question_values(each, text[id(each.question)].rendered, self.frame) for each in threads]
        ids = self._insert(Question, rows, [each.question.id for each in threads])
        self.stored["questions"] += len(ids)
        tagged: list[dict[str, Any]] = []
        for each, question_id, row in zip(threads, ids, rows, strict=True):
            self.known.questions[each.question.id] = question_id
            self.tags.want(each.question.tags, each.question.created_at, self.descriptions)
            tagged += self.tags.rows_for(question_id, each.question.tags, row["active_at"])
        if tagged:
            db.session.execute(insert(QuestionTag), tagged)
        for row, question_id in zip(rows, ids, strict=True):
            asked = {"question_id": question_id, "product_id": row["product_id"], "asker_id": row["asker_id"]}
            yield QuestionAsked(**asked, actor_id=row["asker_id"]), row["created_at"]

    def _answers(self, late: list[tuple[Thread, Post]], text: dict[int, Imported]) -> Iterator[Happened]:
        rows = [
            answer_values(
                answer, each, self.known.questions[each.question.id], text[id(answer)].rendered, self.frame
            )
            for each, answer in late
        ]
        ids = self._insert(Answer, rows, [answer.id for _each, answer in late])
        self.stored["answers"] += len(ids)
        for (_each, answer), row, answer_id in zip(late, rows, ids, strict=True):
            self.known.answers[answer.id] = answer_id
            names = {"answer_id": answer_id, "question_id": row["question_id"], "author_id": row["author_id"]}
            yield AnswerPosted(**names, actor_id=row["author_id"]), answer.created_at

    def _comments(self, remarks: list[tuple[Thread, Remark]], text: dict[int, Imported]) -> None:
        rows = [
            comment_values(
                remark,
                self.known.questions[each.question.id],
                None if remark.post_id == each.question.id else self.known.answers[remark.post_id],
                text[id(remark)].rendered,
                self.frame,
            )
            for each, remark in remarks
        ]
        ids = insert_all(Comment, rows)
        self.known.comments |= {remark.id: own for (_each, remark), own in zip(remarks, ids, strict=True)}
        self.stored["comments"] += len(ids)

    def _revisions(self, fresh: list[Thread], late: list[tuple[Thread, Post]], text: dict[int, Imported]) -> None:
        rows: list[dict[str, Any]] = []
        for each in fresh:
            says = self._says(each.question, text) | {
                "title": each.question.title[:300],
                "tags": list(each.question.tags),
            }
            rows += self._history(PostKind.QUESTION, self.known.questions[each.question.id], each.question, says)
        for _each, answer in late:
            says = self._says(answer, text) | {"title": None, "tags": []}
            rows += self._history(PostKind.ANSWER, self.known.answers[answer.id], answer, says)
        if rows:
            db.session.execute(insert(Revision), rows)

    def _says(self, post: Post, text: dict[int, Imported]) -> dict[str, Any]:
        author_id = self.frame.authors[post.author]
        return {"body": text[id(post)].rendered.source, "author_id": author_id, "created_at": post.created_at}

    def _history(self, kind: PostKind, target_id: int, post: Post, says: dict[str, Any]) -> list[dict[str, Any]]:
        return revision_rows(kind, target_id, says, self.edits.get(post.id, ()), self.frame.authors)

    def _recount(self, grown: list[Thread]) -> None:
        """A question that was here before has answers that were not."""
        for question_id in {self.known.questions[each.question.id] for each in grown}:
            recount_answers(db.session.get_one(Question, question_id, populate_existing=True))

    def _insert(self, model: Any, rows: list[dict[str, Any]], dump_ids: list[int]) -> list[int]:
        if self.known.keeps_ids:
            rows = [row | {"id": id} for row, id in zip(rows, dump_ids, strict=True)]
        return insert_all(model, rows)
