"""Rows that the tests of feedback start from."""

from datetime import timedelta
from typing import Any

from app.domains.accounts.actor import SYSTEM, Actor
from app.domains.feedback.actions.deciding import change_state, item_to_change
from app.domains.feedback.actions.labelling import label_post
from app.domains.feedback.models import FeedbackItem, FeedbackLabel, ItemState
from app.domains.questions.models import Question
from app.extensions import db
from app.kernel.transaction import transaction
from tests.factories import a_person, a_question

BODY = "After the update the router drops the connection every ten minutes. What can I do?"
SENTENCE = "the router drops the connection every ten minutes"
WAY = (ItemState.TRIAGED, ItemState.UNDER_REVIEW, ItemState.PLANNED, ItemState.IN_PROGRESS, ItemState.SHIPPED)


def a_label(*, on: Question | None = None, by: Actor | None = None, **more: Any) -> FeedbackLabel:
    """A mark on a question, set by its asker unless said."""
    question = on or a_question(by=by or a_person(), body=BODY)
    asker = by or _asker(question)
    values = {"quote": SENTENCE, "type": "bug", "tags": ()} | more
    with transaction():
        return label_post(asker, f"question:{question.id}", **values)


def an_item(state: ItemState = ItemState.INBOX, **more: Any) -> FeedbackItem:
    """An item with one source, taken along the table to `state` by somebody who may do everything."""
    label = a_label(**more)
    decider = a_person("decider", role="admin")
    way = WAY[: WAY.index(state) + 1] if state in WAY else (WAY[:2] if state is ItemState.DECLINED else ())
    for step in (*way, *([state] if state not in WAY and state is not ItemState.INBOX else ())):
        move(decider, label.item_id, step)
    return db.session.get_one(FeedbackItem, label.item_id, populate_existing=True)


def move(actor: Actor, item_id: int, to: ItemState, **more: Any) -> FeedbackItem:
    """One step, with whatever it needs filled in."""
    filled: dict[str, Any] = {"reason": "We looked at it twice and it does not fit.", "release": "Mesh 5.3"}
    if to is ItemState.UNDER_REVIEW:
        filled["owner"] = a_person("decider", role="admin").id
    with transaction():
        item = item_to_change(item_id, SYSTEM)
        change_state(actor, item, to.value, **(filled | more))
    return item


def _asker(question: Question) -> Actor:
    from app.domains.accounts.queries import actor_by_id

    return actor_by_id(question.asker_id)


WEEK = timedelta(days=7)
