"""The guide of a new administrator: five short steps, each of which may be passed over and come back to."""

from collections.abc import Callable
from typing import Any

from flask import current_app, flash, redirect, render_template, request, url_for
from flask_login import fresh_login_required
from wtforms import EmailField, SelectField, SelectMultipleField, StringField
from wtforms.widgets import CheckboxInput, ListWidget

from app.domains.accounts.actions.administering import change_settings
from app.domains.accounts.actions.inviting_staff import INVITED_ROLES, Colleague, invite_staff
from app.domains.accounts.actions.setting_up import note_step
from app.domains.accounts.queries import people_by_id, staff_ids
from app.domains.accounts.setup_steps import FINISHED, STEPS, steps_done
from app.domains.escalation.actions.policies_editing import set_policy
from app.domains.escalation.durations import duration_text, parse_duration
from app.domains.escalation.queries.terms import terms_of
from app.domains.products.queries import all_products
from app.kernel.errors import Invalid, NotFound, TooSoon
from app.kernel.i18n import _, _l
from app.kernel.languages import LANGUAGES
from app.kernel.settings import SITE_LANGUAGE, SITE_NAME
from app.kernel.transaction import transaction
from app.web.accounts.forms import LANGUAGE_NAMES, line
from app.web.actors import current_actor
from app.web.admin.blueprint import pages
from app.web.admin.product_forms import NewProductForm
from app.web.admin.products import create_from
from app.web.admin.users import ROLE_NAMES
from app.web.forms import Form, refuse

TITLES = {
    "name": _l("Name and language"),
    "products": _l("Products"),
    "mail": _l("Mail"),
    "team": _l("Team"),
    "policy": _l("Promises"),
}


class NameForm(Form):
    name = StringField(_l("What is the forum called?"), filters=[line])
    language = SelectField(_l("Its language, where a visitor's browser asks for none that it speaks"),
                           choices=LANGUAGE_NAMES, validate_choice=False)  # fmt: skip


class ColleagueForm(Form):
    name = StringField(_l("Name"), filters=[line])
    email = EmailField(_l("E-mail address"), filters=[line])
    role = SelectField(
        _l("Role"), choices=[(role.value, ROLE_NAMES[role]) for role in INVITED_ROLES], validate_choice=False
    )
    language = SelectField(_l("Language of the mail"), choices=LANGUAGE_NAMES, validate_choice=False)
    team = SelectMultipleField(
        _l("Serves these products"), coerce=int, description=_l("For staff. None chosen = all products."),
        option_widget=CheckboxInput(), widget=ListWidget(prefix_label=False), validate_choice=False,
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.team.choices = [(product.id, product.name) for product in all_products()]


@pages.get("/setup")
def setup() -> Any:
    """To the first step that is not behind us."""
    done = steps_done()
    step = next((step for step in STEPS if step not in done), STEPS[-1])
    return redirect(url_for("admin.setup_step", step=step), 303)


@pages.get("/setup/<step>")
def setup_step(step: str) -> Any:
    if step not in STEPS:
        raise NotFound()
    return _page(step, *_empty_form(step))


@pages.post("/setup/<step>")
@fresh_login_required
def save_step(step: str) -> Any:
    """Save what the step asks and go on; "skip" goes on without. Products and colleagues come more than once."""
    if step not in STEPS:
        raise NotFound()
    form: Any = None if "skip" in request.form else _form_of(step)
    try:
        with transaction():
            if form is not None:
                _SAVES[step](form)
            note_step(current_actor(), step)
    except (Invalid, TooSoon) as error:
        status, headers = refuse(form, error)
        return _page(step, form), status, headers
    if form is not None and step == "team":
        flash(_("Invited: a mail with a link is on its way to %(address)s.", address=form.email.data), "success")
    stays = form is not None and step in ("products", "team")
    return redirect(url_for("admin.setup_step", step=step) if stays else _after(step), 303)


@pages.post("/setup/finish")
def finish_setup() -> Any:
    with transaction():
        note_step(current_actor(), FINISHED)
    flash(_("The forum is set up. Write its first question, or tell people where it is."), "success")
    return redirect(url_for("admin.index"), 303)


def _after(step: str) -> str:
    following = STEPS.index(step) + 1
    return url_for("admin.setup_step", step=STEPS[min(following, len(STEPS) - 1)])


def _page(step: str, form: Any = None) -> str:
    return render_template(
        f"admin/setup/{step}.html",
        step=step,
        titles=TITLES,
        done=steps_done(),
        form=form,
        products=all_products(),
        terms={product.id: terms_of(product.id) for product in all_products()} if step == "policy" else {},
        duration_text=duration_text,
        staff=list(people_by_id(staff_ids()).values()) if step == "team" else [],
        config=current_app.extensions["config"],
    )


def _form_of(step: str) -> Any:
    shapes: dict[str, type[Form]] = {"name": NameForm, "products": NewProductForm, "team": ColleagueForm}
    return shapes.get(step, Form)()


def _empty_form(step: str) -> tuple[Any, ...]:
    if step == "name":
        return (NameForm(formdata=None, name=SITE_NAME.value(), language=SITE_LANGUAGE.value()),)
    if step == "team":
        return (ColleagueForm(formdata=None, role="agent", language=SITE_LANGUAGE.value()),)
    return (_form_of(step),)


def _save_name(form: NameForm) -> None:
    try:
        change_settings(
            current_actor(), {SITE_NAME.name: form.name.data or "", SITE_LANGUAGE.name: form.language.data or ""}
        )
    except Invalid as error:
        own = {SITE_NAME.name: "name", SITE_LANGUAGE.name: "language"}
        raise Invalid(fields={own[name]: said for name, said in error.fields.items()}) from None


def _save_colleague(form: ColleagueForm) -> None:
    known = {product.id for product in all_products()}
    invite_staff(
        current_actor(),
        Colleague(
            name=form.name.data or "",
            email=form.email.data or "",
            role=form.role.data or "",
            language=form.language.data if form.language.data in LANGUAGES else SITE_LANGUAGE.value(),
            product_ids=tuple(number for number in form.team.data or () if number in known),
        ),
    )


def _save_policies(form: Form) -> None:
    for product in all_products():
        peer, first = (request.form.get(f"{name}_{product.id}", "") for name in ("peer", "first"))
        present = terms_of(product.id)
        wanted = parse_duration(peer, "peer"), parse_duration(first, "first")
        if present is None or wanted != (present.peer_seconds, present.first_reply_seconds):
            set_policy(current_actor(), product.id, peer=wanted[0], first=wanted[1])


_SAVES: dict[str, Callable[[Any], Any]] = {
    "name": _save_name,
    "products": lambda form: create_from(form),
    "mail": lambda form: None,
    "team": _save_colleague,
    "policy": _save_policies,
}
