"""Products as an administrator sets them up: a plain form for each part."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.domains.accounts.queries import appointed_for, people_by_id, staff_ids, team_rows
from app.domains.escalation.actions.policies_editing import default_policy, policy_was_changed, set_policy
from app.domains.escalation.durations import parse_duration
from app.domains.escalation.queries import policies_of
from app.domains.products import actions
from app.domains.products.calendars import CalendarError, always, office
from app.domains.products.models import Product
from app.domains.products.queries import all_products, hours_of, kind_rules, product_by_id
from app.domains.products.typed_hours import stored_form, typed_form
from app.domains.questions.models import Kind
from app.kernel.errors import Conflict, Invalid
from app.kernel.i18n import _
from app.kernel.transaction import transaction
from app.web.actors import current_actor
from app.web.admin.blueprint import pages
from app.web.admin.product_forms import CalendarForm, NewProductForm, ProductForm, PromiseForm, TeamForm
from app.web.forms import KIND_NAMES, Form, show


@pages.get("/products")
def products() -> Any:
    return render_template("admin/products.html", products=all_products(archived=True))


@pages.route("/products/new", methods=["GET", "POST"])
def new_product() -> Any:
    form = NewProductForm()
    if request.method == "GET":
        return render_template("admin/new_product.html", form=form)
    try:
        with transaction():
            product_id = create_from(form).id
    except Invalid as error:
        show(form, error)
        return render_template("admin/new_product.html", form=form), 422
    flash(_("The product is there. Now give it a team."), "success")
    return _to_product(product_id)


def create_from(form: NewProductForm) -> Product:
    """The product and its promise in one transaction: no question can find it without."""
    peer, first = parse_duration(form.peer.data or "", "peer"), parse_duration(form.first.data or "", "first")
    begin = always if form.calendar.data == "24x7" else office
    try:
        hours = begin(form.timezone.data or "").to_json()
    except CalendarError as error:
        raise Invalid(fields=actions.calendar_complaint(error)) from None
    product = actions.create_product(
        current_actor(),
        form.slug.data or "",
        form.name.data or "",
        hours=hours,
        description=form.description.data or "",
    )
    default_policy(product.id, peer_seconds=peer, first_reply_seconds=first, levels=form.levels.data or 1)
    return product


@pages.get("/products/<int:product_id>")
def product(product_id: int) -> Any:
    return _product_page(product_id)


def _product_page(product_id: int, **refused: Form) -> str:
    """Every form of the product, filled from the rows but for one that was refused."""
    row = product_by_id(product_id)
    return render_template(
        "admin/product.html",
        product=row,
        form=refused.get("form") or _product_form(row),
        calendar_form=refused.get("calendar_form") or CalendarForm.of(typed_form(hours_of(row.calendar_id).to_json())),
        promise_form=refused.get("promise_form") or _promise_form(product_id),
        team_form=_offer_staff(refused.get("team_form") or TeamForm(formdata=None, team=team_rows(product_id))),
        experts=people_by_id(appointed_for(product_id)),
        kinds=KIND_NAMES,
        rules=kind_rules(product_id),
    )


def _product_form(row: Product) -> ProductForm:
    return ProductForm(formdata=None, obj=row, base_version=row.version)


def _promise_form(product_id: int) -> PromiseForm:
    policies = policies_of(product_id)
    return PromiseForm.of(*policies[-1]) if policies else PromiseForm(formdata=None)


def _offer_staff(form: Any) -> Any:
    people = people_by_id(staff_ids())
    form.team.choices = [(person.id, person.name) for person in sorted(people.values(), key=lambda each: each.name)]
    return form


@pages.post("/products/<int:product_id>")
def edit_product(product_id: int) -> Any:
    form = ProductForm()
    try:
        with transaction():
            actions.edit_product(
                current_actor(),
                product_id,
                name=form.name.data or "",
                description=form.description.data or "",
                position=max(0, min(form.position.data or 0, 10_000)),
                archived=bool(form.archived.data),
                base_version=form.base_version.data,
            )
    except Invalid as error:
        show(form, error)
        return _product_page(product_id, form=form), 422
    except Conflict as error:
        form.base_version.data = error.newer["version"]
        form.form_errors.append(str(error))
        return _product_page(product_id, form=form), 409
    return _saved(product_id)


@pages.post("/products/<int:product_id>/calendar")
def set_calendar(product_id: int) -> Any:
    form = CalendarForm()
    try:
        with transaction():
            _save_calendar(product_id, form)
    except Invalid as error:
        show(form, error)
        return _product_page(product_id, calendar_form=form), 422
    return _saved(product_id)


def _save_calendar(product_id: int, form: CalendarForm) -> None:
    """New hours move every running deadline of the product."""
    try:
        hours = stored_form(form.typed())
    except CalendarError as error:
        raise Invalid(fields=actions.calendar_complaint(error)) from None
    actions.set_calendar(current_actor(), product_id, hours)
    policy_was_changed(current_actor(), product_id)


@pages.post("/products/<int:product_id>/promise")
def set_promise(product_id: int) -> Any:
    form = PromiseForm()
    try:
        with transaction():
            set_policy(current_actor(), product_id, **form.durations())
    except Invalid as error:
        show(form, error)
        return _product_page(product_id, promise_form=form), 422
    return _saved(product_id)


@pages.post("/products/<int:product_id>/team")
def set_team(product_id: int) -> Any:
    form = TeamForm()
    try:
        with transaction():
            actions.set_team(current_actor(), product_id, form.team.data or [])
    except Invalid as error:
        show(form, error)
        return _product_page(product_id, team_form=form), 422
    return _saved(product_id)


@pages.post("/products/<int:product_id>/kinds")
def set_kinds(product_id: int) -> Response:
    with transaction():
        for kind in Kind:
            actions.set_kind_rule(
                current_actor(),
                product_id,
                kind.value,
                opens_privately=f"private_{kind.value}" in request.form,
                skips_peer_window=f"skips_{kind.value}" in request.form,
            )
        policy_was_changed(current_actor(), product_id)
    return _saved(product_id)


def _saved(product_id: int) -> Response:
    flash(_("Saved."), "success")
    return _to_product(product_id)


def _to_product(product_id: int) -> Response:
    return redirect(url_for("admin.product", product_id=product_id), 303)
