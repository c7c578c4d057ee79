"""Reads about products; the few rows of them are cheap to load whole."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Row, or_, select

from app.domains.products.calendars import Calendar as Hours
from app.domains.products.guides import Guided, in_words
from app.domains.products.models import Calendar, GuideField, Product, QuestionKindRule
from app.extensions import db
from app.kernel.errors import NotFound
from app.kernel.rows import read_rows

_IN_ORDER = select(*Product.__table__.columns).order_by(Product.position, Product.id)
_NOT_ARCHIVED = _IN_ORDER.where(Product.archived.is_(False))


def all_products(*, archived: bool = False) -> Sequence[Row[Any]]:
    """Products in the order of the menu, as rows with the columns of the table."""
    return read_rows(_IN_ORDER if archived else _NOT_ARCHIVED).all()


def product_by_slug(slug: str) -> Product:
    product = db.session.scalar(select(Product).where(Product.slug == slug))
    if product is None:
        raise NotFound()
    return product


def product_by_id(product_id: int) -> Product:
    product = db.session.get(Product, product_id)
    if product is None:
        raise NotFound()
    return product


def products_by_id() -> dict[int, Product]:
    return {product.id: product for product in db.session.scalars(select(Product))}


def hours_of(calendar_id: int) -> Hours:
    """The open hours as the pure clock wants them."""
    return Hours.from_json(db.session.scalar(select(Calendar.hours).where(Calendar.id == calendar_id)) or {})


def kind_rules(product_id: int) -> dict[str, QuestionKindRule]:
    found = select(QuestionKindRule).where(QuestionKindRule.product_id == product_id)
    return {rule.kind: rule for rule in db.session.scalars(found)}


def guide_of(product: str, kind: str, language: str) -> list[Guided]:
    """What the product (its slug) asks about a question of this kind, in its order. One statement."""
    found = select(GuideField).join(Product, Product.id == GuideField.product_id).where(Product.slug == product)
    found = found.where(Product.archived.is_(False), or_(GuideField.kind.is_(None), GuideField.kind == kind))
    return [in_words(row, language) for row in db.session.scalars(found.order_by(GuideField.position, GuideField.id))]


def guide_fields(field_ids: Iterable[int], language: str) -> list[Guided]:
    """Those of any product, for what was answered before another one was chosen. One statement, none for none."""
    ids = list(field_ids)
    found = select(GuideField).where(GuideField.id.in_(ids)).order_by(GuideField.position, GuideField.id)
    return [in_words(row, language) for row in db.session.scalars(found)] if ids else []


def guide_rows(product_id: int) -> list[GuideField]:
    """For the administrator."""
    found = select(GuideField).where(GuideField.product_id == product_id)
    return list(db.session.scalars(found.order_by(GuideField.position, GuideField.id)))
