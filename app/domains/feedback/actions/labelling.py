"""Mark a sentence of a post as feedback, and take the mark back."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from app.domains.accounts.actor import SYSTEM, Actor
from app.domains.feedback.actions.deciding import change_state
from app.domains.feedback.events import FeedbackLabelled, FeedbackUnlabelled
from app.domains.feedback.models import (
    LARGEST_ID,
    FeedbackItem,
    FeedbackItemTag,
    FeedbackLabel,
    FeedbackLabelTag,
    FeedbackType,
    ItemState,
)
from app.domains.feedback.policies import may_label, may_unlabel
from app.domains.feedback.settings import ACKNOWLEDGE_DAYS, LABELS
from app.domains.products.calendars import plus_working_days
from app.domains.products.queries import hours_of, product_by_id
from app.domains.questions.actions.answering import answer_with_question
from app.domains.questions.actions.asking import question_to_change
from app.domains.questions.actions.commenting import comment_to_change
from app.domains.questions.models import Answer, Comment, PostKind, Question
from app.domains.questions.policies import may_see_comment
from app.domains.questions.queries import tag_ids_of
from app.domains.questions.writing import LONGEST_TITLE, MAX_TAGS, clean_line
from app.domains.tags.actions import UNTAGGED, find_or_create_tags
from app.domains.tags.queries import tag_names
from app.extensions import database_is_sqlite, db
from app.kernel.clock import now
from app.kernel.errors import Invalid, NotFound
from app.kernel.events import publish
from app.kernel.excerpts import plain_text
from app.kernel.i18n import _
from app.kernel.limits import spend
from app.kernel.policy import require

LONGEST_QUOTE = 1000
TITLE_FROM_QUOTE = 120  # a longer sentence makes no title

Post = Question | Answer | Comment


def label_post(
    actor: Actor,
    post: str,
    quote: str,
    type: str,
    tags: Sequence[str] = (),
    *,
    item_id: int | None = None,
    title: str = "",
) -> FeedbackLabel:
    """The mark on `question:1`, `answer:2` or `comment:3`: source of the item `item_id`, or of a new one in the inbox.

    `quote` is a part of the post's plain text, or empty for the whole post. Without `tags` the question's count.
    The same mark again gives the one that stands.
    """
    row, question = post_to_label(actor, post)
    require(may_label(actor, row))
    quote, title = clean_line(quote), clean_line(title)
    kind = _checked(row, quote, type, tags, title)
    before = _standing(post, quote, kind)
    if before is not None:
        return before
    spend(LABELS, actor.id)
    tag_ids = [tag.id for tag in find_or_create_tags(actor, tags)]
    new = title or _title_from(quote) or question.title
    item = _item_to_join(item_id, question) if item_id else _new_item(actor, question, kind, new)
    label = _insert(actor, post, question, item, quote, kind)
    _tag(label, item, tag_ids, question)
    _tell(actor, label)
    return label


def _tell(actor: Actor, label: FeedbackLabel) -> None:
    publish(
        FeedbackLabelled(
            label_id=label.id,
            item_id=label.item_id,
            product_id=label.product_id,
            question_id=label.question_id,
            kind=label.kind.value,
            target_id=label.target_id,
            actor_id=actor.id,
        )
    )


def unlabel(actor: Actor, label: FeedbackLabel) -> None:
    """Take the mark back. An item that nobody has sorted and that has no other source is no feedback any more."""
    require(may_unlabel(actor, label))
    if label.removed_at is not None:
        return
    label.removed_at = now()
    db.session.flush()
    publish(
        FeedbackUnlabelled(
            label_id=label.id, item_id=label.item_id, question_id=label.question_id, actor_id=actor.id
        )
    )
    item = db.session.get_one(FeedbackItem, label.item_id)
    others = select(FeedbackLabel.id).where(FeedbackLabel.item_id == item.id, FeedbackLabel.removed_at.is_(None))
    if item.state is ItemState.INBOX and db.session.scalar(others.limit(1)) is None:
        change_state(SYSTEM, item, ItemState.NOT_FEEDBACK, reason=_("The mark was taken back."))


def label_to_change(label_id: int) -> FeedbackLabel:
    label = db.session.get(FeedbackLabel, label_id, populate_existing=True)
    if label is None:
        raise NotFound()
    return label


def post_to_label(actor: Actor, post: str) -> tuple[Post, Question]:
    """The post of that name with its question, freshly read; NotFound where the actor may not see it."""
    kind, number = named(post)
    if kind is PostKind.QUESTION:
        question = question_to_change(number, actor)
        return question, question
    if kind is PostKind.ANSWER:
        return answer_with_question(number, actor)
    comment = comment_to_change(number)
    question = question_to_change(comment.question_id, actor)
    require(may_see_comment(actor, comment))
    return comment, question


def named(post: str) -> tuple[PostKind, int]:
    kind, _colon, number = post.partition(":")
    if kind not in set(PostKind) or not (number.isascii() and number.isdecimal()) or len(number) > 18:
        raise Invalid(fields={"post": [_("Name the post like this: question:1, answer:2 or comment:3.")]})
    return PostKind(kind), int(number)


def is_part_of(quote: str, row: Post) -> bool:
    """Spaces and line ends are where the browser put them, so only the letters are compared."""
    texts = [plain_text(row.body_html), *([row.title] if isinstance(row, Question) else [])]
    return any(_letters(quote) in _letters(text) for text in texts)


def _letters(text: str) -> str:
    return "".join(clean_line(text).split())


def _checked(row: Post, quote: str, type: str, tags: Sequence[str], title: str) -> FeedbackType:
    fields: dict[str, list[str]] = {}
    if type not in set(FeedbackType):
        fields["type"] = [_("Please say what it is: bug, request, complaint, praise or unclear documentation.")]
    if len(quote) > LONGEST_QUOTE:
        fields["quote"] = [_("At most %(n)s characters, please.", n=LONGEST_QUOTE)]
    elif not is_part_of(quote, row):
        fields["quote"] = [_("This sentence is not in the post. Please copy it as it stands there.")]
    if len(title) > LONGEST_TITLE:
        fields["title"] = [_("At most %(n)s characters, please.", n=LONGEST_TITLE)]
    if len(tags) > MAX_TAGS:
        fields["tags"] = [_("At most %(n)s tags, please.", n=MAX_TAGS)]
    if fields:
        raise Invalid(fields=fields)
    return FeedbackType(type)


def _standing(post: str, quote: str, kind: FeedbackType) -> FeedbackLabel | None:
    target, number = named(post)
    found = select(FeedbackLabel).where(FeedbackLabel.kind == target, FeedbackLabel.target_id == number)
    found = found.where(FeedbackLabel.quote == quote, FeedbackLabel.type == kind, FeedbackLabel.removed_at.is_(None))
    return db.session.scalar(found.order_by(FeedbackLabel.id).limit(1))


def _title_from(quote: str) -> str:
    return quote if len(quote) <= TITLE_FROM_QUOTE else quote[: TITLE_FROM_QUOTE - 1].rstrip() + "…"


def _new_item(actor: Actor, question: Question, kind: FeedbackType, title: str) -> FeedbackItem:
    at = now()
    item = FeedbackItem(product_id=question.product_id, title=title, type=kind)
    item.state, item.created_by_id, item.created_at, item.state_since = ItemState.INBOX, actor.id, at, at
    item.acknowledge_by = working_days_after(at, ACKNOWLEDGE_DAYS.value(), question.product_id)
    db.session.add(item)
    db.session.flush()
    return item


def working_days_after(at: datetime, days: int, product_id: int) -> datetime | None:
    return plus_working_days(at, days, hours_of(product_by_id(product_id).calendar_id))


def _item_to_join(item_id: int, question: Question) -> FeedbackItem:
    """The item, or the one it was merged into; of the same product and not put aside."""
    item = db.session.get(FeedbackItem, item_id) if 0 < item_id <= LARGEST_ID else None
    if item is not None and item.merged_into_id is not None:
        item = db.session.get(FeedbackItem, item.merged_into_id)
    if item is None or item.product_id != question.product_id or item.state is ItemState.NOT_FEEDBACK:
        raise Invalid(fields={"item_id": [_("Please choose one of the similar requests, or a new one.")]})
    return item


def _insert(
    actor: Actor, post: str, question: Question, item: FeedbackItem, quote: str, kind: FeedbackType
) -> FeedbackLabel:
    target, number = named(post)
    label = FeedbackLabel(kind=target, target_id=number, question_id=question.id, product_id=question.product_id)
    label.item_id, label.quote, label.type = item.id, quote, kind
    label.confirmed, label.confidence = True, 1.0
    label.labelled_by_id, label.created_at = actor.id, now()
    db.session.add(label)
    db.session.flush()
    return label


def _tag(label: FeedbackLabel, item: FeedbackItem, tag_ids: list[int], question: Question) -> None:
    """Where nobody chose tags the item is about what the question is about; the label itself stays without."""
    for tag_id in tag_ids:
        db.session.add(FeedbackLabelTag(label_id=label.id, tag_id=tag_id))
    own = tag_names(tag_ids or tag_ids_of(question.id))
    add_item_tags(item.id, [tag_id for tag_id, name in own.items() if name != UNTAGGED])


def add_item_tags(item_id: int, tag_ids: Sequence[int]) -> None:
    if tag_ids:
        dialect: Any = sqlite if database_is_sqlite(db.engine) else postgresql
        rows = [{"item_id": item_id, "tag_id": tag_id} for tag_id in tag_ids]
        db.session.execute(dialect.insert(FeedbackItemTag).values(rows).on_conflict_do_nothing())
    db.session.flush()
