"""Reads about products; the few rows of them are cheap to load whole."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, select

from app.domains.products.calendars import Calendar as Hours
from app.domains.products.models import Calendar, Product, QuestionKindRule
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
