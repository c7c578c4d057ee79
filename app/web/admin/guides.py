"""What a product asks of whoever asks about it: all its fields in one form, with an empty one for the next."""

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from app.domains.products.actions import set_guide
from app.domains.products.guides import MOST_FIELDS, GuideRow
from app.domains.products.queries import guide_rows, product_by_slug
from app.domains.questions.models import Kind
from app.kernel.errors import Invalid
from app.kernel.i18n import _
from app.kernel.languages import LANGUAGES
from app.kernel.transaction import transaction
from app.web.actors import current_actor
from app.web.admin.blueprint import pages
from app.web.forms import KIND_NAMES


@pages.route("/products/<slug>/guide", methods=["GET", "POST"])
def guide(slug: str) -> Any:
    product = product_by_slug(slug)
    if request.method == "GET":
        return _page(product, guide_rows(product.id))
    rows = _typed_rows()
    try:
        with transaction():
            set_guide(current_actor(), product.id, rows)
    except Invalid as error:
        return _page(product, rows, str(error)), 422
    flash(_("Saved."), "success")
    return redirect(url_for("admin.guide", slug=slug), 303)


def _page(product: Any, rows: Sequence[Any], complaint: str = "") -> str:
    """`rows` as stored or as typed."""
    return render_template(
        "admin/guide.html",
        product=product,
        rows=rows,
        complaint=complaint,
        languages={tag: each.name for tag, each in LANGUAGES.items()},
        kinds=KIND_NAMES,
        may_add=len(rows) < MOST_FIELDS,
    )


def _typed_rows() -> list[GuideRow]:
    """In the order of their places; without those that are to go and those that hold no word."""
    placed = sorted(range(_count()), key=lambda at: (_number(f"position-{at}", at + 1), at))
    rows = [_row(at) for at in placed if f"remove-{at}" not in request.form]
    return [row for row in rows if row.id is not None or any([*row.label.values(), *row.help.values()])]


def _row(at: int) -> GuideRow:
    kind = request.form.get(f"kind-{at}", "")
    return GuideRow(
        id=_number(f"id-{at}") or None,
        kind=kind if kind in set(Kind) else None,
        label={language: request.form.get(f"label-{at}-{language}", "") for language in LANGUAGES},
        help={language: request.form.get(f"help-{at}-{language}", "") for language in LANGUAGES},
        required=f"required-{at}" in request.form,
    )


def _count() -> int:
    return min(_number("count"), MOST_FIELDS + 1)


def _number(name: str, default: int = 0) -> int:
    text = request.form.get(name, "").strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else default
