"""What questions are about: products."""

from flask import url_for
from pydantic import BaseModel

from app.api.calling import call
from app.domains.escalation.queries import promises_by_product
from app.domains.products.queries import all_products


class ProductShape(BaseModel):
    id: int
    slug: str
    name: str
    description: str
    url: str
    respond_seconds: int | None
    """How much open time the community has before our team takes over; null where nothing is promised."""


class ProductList(BaseModel):
    items: list[ProductShape]
    next: str | None = None


@call("GET", "/products", about="Products", guests=True)
def list_products() -> ProductList:
    """Every product that questions are taken for."""
    promises = promises_by_product()
    return ProductList(
        items=[
            ProductShape(
                id=each.id,
                slug=each.slug,
                name=each.name,
                description=each.description,
                url=url_for("products.show", slug=each.slug, _external=True),
                respond_seconds=promises[each.slug].seconds or None if each.slug in promises else None,
            )
            for each in all_products()
        ]
    )
