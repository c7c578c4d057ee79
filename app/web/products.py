"""Products: what the company sells, who looks after it, what is asked about it."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import login_required
from werkzeug.wrappers import Response

from app.domains.accounts.queries import people_by_id, team_of, user_by_name
from app.domains.escalation.queries import promise_preview, promises_by_product
from app.domains.follows.models import FollowKind
from app.domains.follows.queries import follow_level
from app.domains.metrics.figures import kept_in_public
from app.domains.products.actions import appoint, withdraw_appointment
from app.domains.products.models import Product
from app.domains.products.policies import may_appoint
from app.domains.products.queries import all_products, hours_of, product_by_slug
from app.domains.products.typed_hours import typed_form
from app.domains.questions.queries import SORTS, ListFilter, question_list
from app.domains.reputation.queries import experts_of_product
from app.kernel.errors import Invalid
from app.kernel.i18n import _
from app.kernel.policy import require
from app.kernel.transaction import transaction
from app.web.accounts.forms import line
from app.web.actors import current_actor
from app.web.context import content_language
from app.web.follows import set_sent_level
from app.web.lists import hides_muted, rows_of
from app.web.pager import next_url

pages = Blueprint("products", __name__)


@pages.get("/products")
def index() -> Any:
    return render_template("products/index.html", products=all_products(), promises=promises_by_product())


@pages.get("/products/<slug>")
def show(slug: str) -> Any:
    actor, product = current_actor(), product_by_slug(slug)
    sort = request.args.get("sort", "active")
    following = follow_level(actor.id, FollowKind.PRODUCT, product.id)
    wanted = ListFilter(sort=sort, product_id=product.id, without_muted=hides_muted(following))
    page = question_list(actor, wanted, request.args.get("after"))
    return render_template(
        "products/show.html",
        product=product,
        rows=rows_of(actor, page.items),
        next_url=next_url(page.next),
        sort=sort if sort in SORTS else "active",
        following=following,
        without_muted=wanted.without_muted,
        **_beside(product),
    )


def _beside(product: Product) -> dict[str, Any]:
    """What stands beside the questions: the promise, the hours, who knows and who serves."""
    return {
        "kept": kept_in_public(product.id),
        "promise": promise_preview(product, language=content_language()),
        "hours": typed_form(hours_of(product.calendar_id).to_json()),
        "experts": experts_of_product(product.id),
        "team": list(people_by_id(team_of(product.id)[:12]).values()),
    }


@pages.post("/products/<slug>/experts")
@login_required
def set_expert(slug: str) -> Response:
    """By name, as typed; or take an appointment back by its button. For the product's lead, on the product's page."""
    product, withdrawn = product_by_slug(slug), request.form.get("withdraw", type=int)
    actor, product_id = current_actor(), product.id
    require(may_appoint(actor, product_id))
    try:
        with transaction():
            if withdrawn is not None:
                withdraw_appointment(actor, product_id, withdrawn)
            else:
                appoint(actor, product_id, _named(line(request.form.get("name"))))
        flash(_("Saved."), "success")
    except Invalid as error:
        flash(str(error), "danger")
    return redirect(url_for("products.show", slug=slug, _anchor="experts"), 303)


def _named(name: str) -> int:
    person = user_by_name(name)
    if person is None:
        raise Invalid(_("Nobody here is called “%(name)s”.", name=name[:40]))
    return person.id


@pages.post("/products/<slug>/follow")
@login_required
def follow(slug: str) -> Response:
    with transaction():
        product = product_by_slug(slug)
        set_sent_level(current_actor(), FollowKind.PRODUCT, product.id)
    return redirect(url_for("products.show", slug=slug), 303)
