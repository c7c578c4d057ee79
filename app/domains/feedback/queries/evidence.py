"""The rows of a product that its digest is made from: public posts of customers, marks, items, promises."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, case, func, literal, or_, select

from app.domains.accounts.actor import STAFF_ROLES
from app.domains.accounts.models import Role, User
from app.domains.escalation.models import Case, CaseEvent, Clock, ClockVerdict
from app.domains.feedback.digest import DigestFacts, LabelFact, PostFact, PromiseFigure, SearchGap, history_start
from app.domains.feedback.digest import Period as Window
from app.domains.feedback.models import FeedbackItem, FeedbackLabel, FeedbackLabelTag, Period
from app.domains.feedback.periods import window
from app.domains.feedback.queries.proposals import item_facts
from app.domains.feedback.queries.sources import post_path, standing, standing_posts
from app.domains.products.queries import hours_of, product_by_id
from app.domains.questions.models import Answer, PostKind, Question, QuestionTag
from app.domains.questions.writing import language_of
from app.domains.search.queries import misses
from app.domains.tags.actions import UNTAGGED
from app.domains.tags.models import Tag
from app.extensions import db
from app.kernel.clock import now
from app.kernel.excerpts import excerpt

EXCERPT_CHARACTERS = 400  # more than the longest quote of a digest, so that the digest's own cut is the one seen
QUEUED = "queued"  # the case's event with which a question went to staff


def window_of(product_id: int, period: Period, until: date) -> Window:
    """The day, week or month of the product that ends at `until`'s 00:00 in its zone."""
    product = product_by_id(product_id)
    return window(product.slug, period, until, zone_of(product))


def zone_of(product: Any) -> str:
    return hours_of(product.calendar_id).timezone


def digest_facts(product_id: int, period: Period, until: date) -> DigestFacts:
    """Everything for one digest, in a fixed order: what every product manager may see, and nothing that staff wrote.

    Posts are questions and answers, and the comments that somebody marked. A fixed number of statements.
    """
    covered = window_of(product_id, period, until)
    start, end = history_start(covered), covered.end
    return DigestFacts(
        period=covered,
        product_since=_product_since(product_id),
        posts=tuple(_posts(product_id, covered)),
        labels=tuple(_labels(product_id, start, end)),
        items=tuple(item_facts(product_id, covered)),
        gaps=tuple(SearchGap(*miss) for miss in misses(product_id, covered.start, end).items()),
        promises=tuple(_promises(product_id, covered.start, end)),
        seen_until=now() if now() < end else None,
    )


def _product_since(product_id: int) -> datetime:
    """An imported past counts: the product is as old as its oldest question."""
    oldest = db.session.scalar(select(func.min(Question.created_at)).where(Question.product_id == product_id))
    created = product_by_id(product_id).created_at
    return min(created, oldest) if oldest else created


def _by_customers(author_id: Any) -> Any:
    staff = select(User.id).where(User.role.in_([Role(role) for role in STAFF_ROLES]))
    return author_id.not_in(staff)


def _joined_tags(tagging: Any, condition: Any, outer: Any) -> Any:
    """Tag names in one column, in any order."""
    names = select(func.aggregate_strings(Tag.name, " ")).join(tagging, tagging.tag_id == Tag.id)
    return names.where(condition, Tag.name != UNTAGGED).correlate(outer).scalar_subquery()


def _split(names: str | None) -> tuple[str, ...]:
    return tuple(sorted(names.split(" "))) if names else ()


def _posts(product_id: int, covered: Window) -> list[PostFact]:
    start, end = history_start(covered), covered.end
    post = standing_posts(Question.product_id == product_id, Question.created_at < end).subquery("post")
    label = FeedbackLabel
    marked = select(label.id).where(label.kind == post.c.kind, label.target_id == post.c.target_id)
    marked = marked.where(label.removed_at.is_(None))
    columns = [column for column in post.c if column.name != "body_html"]
    found = (
        # Bodies are read where quotes may come from: the history is only counted.
        select(*columns, case((post.c.created_at >= covered.start, post.c.body_html), else_=literal("")).label("html"))
        .add_columns(User.name.label("author"), Question.kind.label("question_kind"), Question.service_state)
        .add_columns(Question.closed_at, _accepted_at().label("accepted_at"), _answered_at(post).label("answered_at"))
        .add_columns(_joined_tags(QuestionTag, QuestionTag.question_id == post.c.question_id, post).label("tags"))
        .join(User, User.id == post.c.author_id)
        .join(Question, Question.id == post.c.question_id)
        .where(post.c.created_at >= start, post.c.created_at < end, _by_customers(post.c.author_id))
        # A remark under a post is a post of its own only where somebody found something in it.
        .where(or_(post.c.kind != PostKind.COMMENT.value, marked.exists()))
        .order_by(post.c.created_at, post.c.kind, post.c.target_id)
    )
    escalated = _escalations(product_id, start, end)
    return [_post_fact(row, escalated.get(row.question_id), end) for row in db.session.execute(found)]


def _answered_at(post: Any) -> Any:
    """The first answer by anyone but the asker."""
    first = select(func.min(Answer.created_at)).where(Answer.question_id == post.c.question_id, *standing(Answer))
    return first.where(Answer.author_id != Question.asker_id).correlate(post, Question).scalar_subquery()


def _accepted_at() -> Any:
    accepted = select(Answer.accepted_at).where(Answer.id == Question.accepted_answer_id)
    return accepted.correlate(Question).scalar_subquery()


def _post_fact(row: Row[Any], escalation: tuple[datetime, str] | None, end: datetime) -> PostFact:
    resolved_at = min((at for at in (row.accepted_at, row.closed_at) if at is not None), default=None)
    # What happened after the window is not known yet, however late the digest is built.
    still_open = resolved_at is not None and resolved_at >= end
    return PostFact(
        question_id=row.question_id,
        post=f"{row.kind}:{row.target_id}",
        title=row.title,
        url=post_path(row.question_id, row.kind, row.target_id),
        author_id=row.author_id,
        author_name=row.author,
        created_at=row.created_at,
        lang=_language(row.language, row.html),
        tags=_split(row.tags),
        score=row.score,
        kind=row.question_kind.value,
        state="open" if still_open else row.service_state.value,
        excerpt=excerpt(row.html, EXCERPT_CHARACTERS),
        answered_at=row.answered_at,
        escalated_at=escalation[0] if escalation else None,
        escalation_reason=escalation[1] if escalation else None,
        resolved_at=resolved_at,
    )


def _language(language: str | None, html: str) -> str:
    """A comment's language is not stored: it is short enough to be told from its words."""
    return language or language_of(excerpt(html, EXCERPT_CHARACTERS))


def _escalations(product_id: int, start: datetime, end: datetime) -> dict[int, tuple[datetime, str]]:
    """Question id -> when staff first got it, and why."""
    found = select(Case.question_id, CaseEvent.at, CaseEvent.data).join(Case, Case.id == CaseEvent.case_id)
    found = found.where(Case.product_id == product_id, CaseEvent.kind == QUEUED, CaseEvent.at >= start)
    rows = db.session.execute(found.where(CaseEvent.at < end).order_by(CaseEvent.at.desc(), CaseEvent.id.desc()))
    return {row.question_id: (row.at, str(row.data.get("because") or "overdue")) for row in rows}


def _labels(product_id: int, start: datetime, end: datetime) -> list[LabelFact]:
    """Marks on the same posts: of the history, and those of the window on older posts."""
    label = FeedbackLabel
    given = [label.created_at >= start, label.created_at < end, label.removed_at.is_(None)]
    marked = Question.id.in_(select(label.question_id).where(*given))
    post = standing_posts(Question.product_id == product_id, marked).subquery("post")
    is_source = (post.c.kind == label.kind) & (post.c.target_id == label.target_id)
    rows = db.session.execute(
        select(label.created_at, label.quote, label.type, label.confirmed, label.confidence, FeedbackItem.state)
        .add_columns(post.c.kind, post.c.target_id, post.c.author_id, post.c.score, post.c.title)
        .add_columns(post.c.question_id, User.name.label("author"))
        .add_columns(_joined_tags(FeedbackLabelTag, FeedbackLabelTag.label_id == label.id, label).label("tags"))
        .join(post, is_source)
        .join(FeedbackItem, FeedbackItem.id == label.item_id)
        .join(User, User.id == post.c.author_id)
        .where(*given, _by_customers(post.c.author_id))
        .order_by(label.created_at, label.id)
    )
    return [_label_fact(row) for row in rows]


def _label_fact(row: Row[Any]) -> LabelFact:
    return LabelFact(
        post=f"{row.kind}:{row.target_id}",
        quote=row.quote,
        type=row.type.value,
        created_at=row.created_at,
        tags=_split(row.tags),
        state=row.state.value,
        confirmed=row.confirmed,
        confidence=row.confidence,
        author_id=row.author_id,
        author_name=row.author,
        score=row.score,
        title=row.title,
        url=post_path(row.question_id, row.kind, row.target_id),
    )


def _promises(product_id: int, start: datetime, end: datetime) -> list[PromiseFigure]:
    """Clocks that fell due in the window, by kind; still running and past due is broken, void does not count."""
    found = select(Clock.kind, Clock.verdict, func.count().label("n")).join(Case, Case.id == Clock.case_id)
    found = found.where(Case.product_id == product_id, Clock.due_at >= start, Clock.due_at < min(end, now()))
    rows = db.session.execute(found.where(Clock.verdict != ClockVerdict.VOID).group_by(Clock.kind, Clock.verdict))
    counted: dict[str, dict[ClockVerdict, int]] = {}
    for row in rows:
        counted.setdefault(row.kind.value, {})[row.verdict] = row.n
    return [
        PromiseFigure(kind, verdicts.get(ClockVerdict.MET, 0), sum(verdicts.values()))
        for kind, verdicts in sorted(counted.items())
    ]
