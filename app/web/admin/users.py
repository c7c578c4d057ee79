"""People: found, given a role and teams, suspended, made experts."""

from datetime import timedelta
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_login import fresh_login_required
from werkzeug.wrappers import Response
from wtforms import IntegerField, SelectField, SelectMultipleField, StringField
from wtforms.validators import Optional
from wtforms.widgets import CheckboxInput, ListWidget

from app.domains.accounts.actions.roles import grant_role
from app.domains.accounts.actions.second_factor import reset_second_factor
from app.domains.accounts.actions.suspending import lift_suspension
from app.domains.accounts.actions.suspending import suspend as suspend_person
from app.domains.accounts.models import Role, User
from app.domains.accounts.queries import appointment_ids, team_ids, user_by_id, users_page
from app.domains.products.actions import appoint as appoint_expert
from app.domains.products.actions import withdraw_appointment
from app.domains.products.queries import all_products
from app.kernel.clock import now
from app.kernel.errors import Invalid
from app.kernel.i18n import _, _l
from app.kernel.pagination import cursor_of, key_of
from app.kernel.transaction import transaction
from app.web.accounts.forms import line
from app.web.actors import current_actor
from app.web.admin.blueprint import pages
from app.web.forms import Form, show
from app.web.pager import next_url

PER_PAGE = 50
ROLE_NAMES = {
    Role.MEMBER: _l("Member"),
    Role.AGENT: _l("Support"),
    Role.LEAD: _l("Support lead"),
    Role.MODERATOR: _l("Moderator"),
    Role.PM: _l("Product manager"),
    Role.ADMIN: _l("Administrator"),
}


class RoleForm(Form):
    role = SelectField(
        _l("Role"), choices=[(role.value, name) for role, name in ROLE_NAMES.items()], validate_choice=False
    )
    team = SelectMultipleField(
        _l("Serves these products"),
        coerce=int,
        description=_l("For staff. None chosen = all products."),
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
        validate_choice=False,
    )


class SuspendForm(Form):
    days = IntegerField(_l("Days"), default=7, validators=[Optional()])
    reason = StringField(_l("Reason"), filters=[line], description=_l("The person reads it."))


@pages.get("/users")
def users() -> Any:
    text, key = line(request.args.get("q")), key_of(request.args.get("after"), int)
    rows = users_page(text, key[0] if key else 0, PER_PAGE + 1)
    following = next_url(cursor_of(rows[PER_PAGE - 1].id) if len(rows) > PER_PAGE else None)
    return render_template(
        "admin/users.html", users=rows[:PER_PAGE], text=text, next_url=following, role_names=ROLE_NAMES
    )


@pages.get("/users/<int:user_id>")
def user(user_id: int) -> Any:
    person = user_by_id(user_id)
    return _user_page(person, _role_form(person), SuspendForm(formdata=None))


def _role_form(person: User) -> RoleForm:
    return RoleForm(formdata=None, role=person.role.value, team=sorted(team_ids(person.id)))


def _user_page(person: User, role_form: RoleForm, suspend_form: SuspendForm) -> str:
    products = all_products(archived=True)
    role_form.team.choices = [(product.id, product.name) for product in products]
    return render_template(
        "admin/user.html",
        person=person,
        form=role_form,
        suspend_form=suspend_form,
        products=products,
        appointed=appointment_ids(person.id),
        suspended=person.suspended_until is not None and person.suspended_until > now(),
    )


@pages.post("/users/<int:user_id>/role")
@fresh_login_required
def set_role(user_id: int) -> Any:
    form = RoleForm()
    try:
        with transaction():
            grant_role(current_actor(), user_id, form.role.data or "", _known_products(form.team.data or []))
    except Invalid as error:
        show(form, error)
        return _user_page(user_by_id(user_id), form, SuspendForm(formdata=None)), 422
    flash(_("The role is saved. Where it changed, the person signs in again."), "success")
    return _to_user(user_id)


def _known_products(product_ids: list[int]) -> list[int]:
    known = {product.id for product in all_products(archived=True)}
    return [product_id for product_id in product_ids if product_id in known]


@pages.post("/users/<int:user_id>/suspend")
def suspend(user_id: int) -> Any:
    form = SuspendForm()
    until = now() + timedelta(days=max(0, min(form.days.data or 0, 3650)))
    try:
        with transaction():
            suspend_person(current_actor(), user_id, until=until, reason=form.reason.data or "")
    except Invalid as error:
        show(form, Invalid(fields={{"until": "days"}.get(name, name): said for name, said in error.fields.items()}))
        person = user_by_id(user_id)
        return _user_page(
            person, RoleForm(formdata=None, role=person.role.value, team=sorted(team_ids(user_id))), form
        ), 422
    flash(_("The person is suspended and signed out everywhere."), "success")
    return _to_user(user_id)


@pages.post("/users/<int:user_id>/lift")
def lift(user_id: int) -> Response:
    with transaction():
        lift_suspension(current_actor(), user_id)
    flash(_("The suspension is lifted."), "success")
    return _to_user(user_id)


@pages.post("/users/<int:user_id>/appoint")
def appoint(user_id: int) -> Response:
    product_id = request.form.get("product", type=int) or 0
    change = withdraw_appointment if request.form.get("withdraw") else appoint_expert
    try:
        with transaction():
            change(current_actor(), product_id, user_id)
    except Invalid as error:
        flash(str(error), "danger")
    return _to_user(user_id)


@pages.post("/users/<int:user_id>/second-factor-off")
@fresh_login_required
def second_factor_off(user_id: int) -> Response:
    with transaction():
        reset_second_factor(current_actor(), user_id)
    flash(_("The authenticator app is taken off the account. The person is told by mail."), "success")
    return _to_user(user_id)


def _to_user(user_id: int) -> Response:
    return redirect(url_for("admin.user", user_id=user_id), 303)
