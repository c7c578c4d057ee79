"""A person's own drafts: for the forms of a page, for the list of them, for the export of one's data."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, and_, bindparam, select

from app.domains.accounts.actor import Actor
from app.domains.accounts.sight import Sight, reading
from app.domains.products.models import Product
from app.domains.questions.drafts import ASK, DraftForm, draft_form
from app.domains.questions.models import Draft, Question
from app.domains.questions.policies import drafts_seen_by, seen_by
from app.extensions import db
from app.kernel.rows import read_rows

WORDS_OF_A_TITLE = 60  # characters


@dataclass(frozen=True)
class DraftView:
    """What a form shows of its draft. `refused`: the form holds what was just sent, which may be newer."""

    version: int = 0
    fields: dict[str, str] = field(default_factory=dict)
    writer: str = ""
    updated_at: datetime | None = None
    refused: bool = False


@dataclass(frozen=True)
class DraftLine:
    """A line of the list. `question_id` is None for a new question, and where its owner may not see it any more."""

    form: DraftForm
    title: str
    text: str
    product: str
    version: int
    updated_at: datetime
    question_id: int | None


def draft_of(actor: Actor, form: str) -> DraftView | None:
    """One statement; none for visitors, who have no drafts here."""
    if not actor.is_authenticated:
        return None
    row = db.session.scalar(select(Draft).where(drafts_seen_by(actor), Draft.form == form))
    return _view(row) if row is not None else None


def drafts_on(actor: Actor, question_id: int) -> dict[str, DraftView]:
    """By the form's name, all that this person has begun on a question's page. One statement; none for visitors."""
    if not actor.is_authenticated:
        return {}
    rows = read_rows(_on_question(), reading(actor, question_id=question_id))
    return {row.form: _view(row) for row in rows}


@cache
def _on_question() -> Select[Any]:
    columns: tuple[Any, ...] = (Draft.form, Draft.version, Draft.fields, Draft.writer, Draft.updated_at)
    found: Select[Any] = select(*columns)
    return found.where(drafts_seen_by(Sight.MEMBER.reader), Draft.question_id == bindparam("question_id"))


def _view(row: Any) -> DraftView:
    return DraftView(row.version, row.fields, row.writer, row.updated_at)


def draft_list(actor: Actor) -> list[DraftLine]:
    """All of a person's drafts (at most MOST_DRAFTS), the latest first. Two statements."""
    found = select(Draft, Question.id.label("seen_id"), Question.title, Product.slug)
    found = found.outerjoin(Question, and_(Question.id == Draft.question_id, seen_by(actor)))
    found = found.outerjoin(Product, Product.id == Question.product_id)
    rows = db.session.execute(found.where(drafts_seen_by(actor)).order_by(Draft.updated_at.desc(), Draft.id.desc()))
    names: dict[str, str] = {row.slug: row.name for row in db.session.execute(select(Product.slug, Product.name))}
    return [_line(row, names) for row in rows]


def _line(row: Any, names: dict[str, str]) -> DraftLine:
    draft: Draft = row.Draft
    form, text = draft_form(draft.form), draft.fields.get("body", "")
    own_title = draft.fields.get("title", "") or " ".join(text.split())[:WORDS_OF_A_TITLE]
    title = own_title if form.kind == ASK else row.title or own_title
    product = names.get(row.slug or draft.fields.get("product", ""), "")
    return DraftLine(form, title, text, product, draft.version, draft.updated_at, row.seen_id)
