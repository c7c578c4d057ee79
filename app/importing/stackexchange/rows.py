"""The rows of one thread, from the dump's posts and their rendered texts. Pure."""

from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from app.domains.questions.models import CloseReason, Kind, NoPromise
from app.domains.questions.service_state import state_of
from app.domains.questions.writing import LONGEST_TITLE, Rendered, clean_line, slug_of
from app.importing.stackexchange.posts import Post, Remark, Thread
from app.importing.stackexchange.site import Site
from app.importing.stackexchange.votes import Votes, counted


@dataclass(frozen=True)
class Frame:
    """What all rows of an import share. `authors` gives the user id of a dump's person."""

    site: Site
    product_id: int
    armed: bool
    authors: dict[str, int]
    votes: Votes
    closed_because: dict[int, str]
    duplicates: dict[int, int]


def accepted_answer(thread: Thread) -> Post | None:
    wanted = thread.question.accepted_id
    return next((answer for answer in thread.answers if answer.id == wanted), None) if wanted else None


def accepted_at(answer: Post, frame: Frame) -> datetime:
    """A day has no hour, so never before the answer itself."""
    return max(frame.votes.accepted_at.get(answer.id, answer.created_at), answer.created_at)


def question_values(thread: Thread, text: Rendered, frame: Frame) -> dict[str, Any]:
    question = thread.question
    title = clean_line(question.title)[:LONGEST_TITLE] or text.excerpt[:LONGEST_TITLE]
    latest = max(thread.posts, key=lambda post: post.created_at)
    values = _post_values(question, text, frame) | {
        "product_id": frame.product_id,
        "kind": Kind.QUESTION,
        "title": title,
        "slug": slug_of(title),
        "excerpt": text.excerpt,
        "asker_id": frame.authors[question.author],
        "active_at": question.active_at,
        "active_by_id": frame.authors[latest.author],
        "answer_count": len(thread.answers),
        "comment_count": _remarks_on(question, thread),
        "view_count": question.views,
        "accepted_answer_id": None,
        "first_answer_at": min((answer.created_at for answer in _helping(thread)), default=None),
        "escalates": frame.armed,
        "no_promise": None if frame.armed else NoPromise.IMPORTED,
        "closed_at": question.closed_at,
        "close_reason": _close_reason(question, frame),
        "source_url": frame.site.question(question.id),
        "submission": frame.site.key("q", question.id),
    }
    facts = values | {"hidden": False, "deleted_at": None, "with_staff": False}
    facts["accepted_answer_id"] = accepted_answer(thread)
    return values | {"service_state": state_of(SimpleNamespace(**facts))}  # type: ignore[arg-type]


def answer_values(answer: Post, thread: Thread, question_id: int, text: Rendered, frame: Frame) -> dict[str, Any]:
    up, down = counted(answer, frame.votes)
    accepted = accepted_answer(thread) is answer
    return _post_values(answer, text, frame) | {
        "question_id": question_id,
        "author_id": frame.authors[answer.author],
        # An imported vote weighs 1 (rules/ranking.md).
        "trusted_up": float(up),
        "trusted_down": float(down),
        "comment_count": _remarks_on(answer, thread),
        "accepted_at": accepted_at(answer, frame) if accepted else None,
        "source_url": frame.site.answer(answer.id),
        "submission": frame.site.key("a", answer.id),
    }


def comment_values(
    remark: Remark, question_id: int, answer_id: int | None, text: Rendered, frame: Frame
) -> dict[str, Any]:
    return {
        "question_id": question_id,
        "answer_id": answer_id,
        "author_id": frame.authors[remark.author],
        "body": text.source,
        "body_html": text.html,
        "renderer_version": text.version,
        "created_at": remark.created_at,
        "submission": frame.site.key("c", remark.id),
    }


def _post_values(post: Post, text: Rendered, frame: Frame) -> dict[str, Any]:
    up, down = counted(post, frame.votes)
    return {
        "body": text.source,
        "body_html": text.html,
        "renderer_version": text.version,
        "language": text.language,
        "created_at": post.created_at,
        "edited_at": post.edited_at,
        "score": up - down,
        "up_count": up,
        "down_count": down,
        "source_licence": post.licence[:60],
    }


def _remarks_on(post: Post, thread: Thread) -> int:
    return sum(remark.post_id == post.id for remark in thread.remarks)


def _helping(thread: Thread) -> list[Post]:
    """Answers that count for the promise: not the asker's own."""
    return [answer for answer in thread.answers if answer.author != thread.question.author]


def _close_reason(question: Post, frame: Frame) -> CloseReason | None:
    if question.closed_at is None:
        return None
    if question.id in frame.duplicates:
        return CloseReason.DUPLICATE
    return CloseReason(frame.closed_because.get(question.id, "unclear"))
