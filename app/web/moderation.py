"""Flag a post; the moderators' queue; the public log."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import login_required
from werkzeug.wrappers import Response
from wtforms import IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import Optional

from app.domains.accounts.policies import may_suspend
from app.domains.accounts.queries import user_by_id
from app.domains.moderation import actions
from app.domains.moderation.models import FlagReason
from app.domains.moderation.policies import may_flag, may_moderate
from app.domains.moderation.queries import moderation_log, moderation_queue
from app.domains.questions.actions.hiding import Post, named
from app.domains.questions.policies import may_see, may_see_answer, may_see_comment
from app.domains.questions.queries import post_of, visible_question
from app.kernel.errors import Invalid
from app.kernel.i18n import _, _l
from app.kernel.policy import require
from app.kernel.transaction import transaction
from app.web.actors import current_actor
from app.web.drafts import taken
from app.web.forms import Form, show
from app.web.pager import next_url

pages = Blueprint("moderation", __name__)

REASONS = {
    FlagReason.SPAM: _l("It is advertising"),
    FlagReason.RUDE: _l("It is rude or hurts somebody"),
    FlagReason.PERSONAL_DATA: _l("It shows personal data"),
    FlagReason.OFF_TOPIC: _l("It does not belong here"),
    FlagReason.WRONG: _l("It is wrong and does harm"),
    FlagReason.OTHER: _l("Something else"),
}
ACTIONS = {
    "hide": _l("hidden"),
    "restore": _l("shown again"),
    "dismiss": _l("flags dismissed"),
    "suspend": _l("suspended"),
    "lift": _l("suspension lifted"),
}
SIGNS = {
    "first_post": _l("A newcomer's first post"),
    "many_addresses": _l("Many links"),
    "contact_elsewhere": _l("Asks to write elsewhere"),
    "usual_goods": _l("Sells the usual"),
    "shouting": _l("Shouts"),
}


class FlagForm(Form):
    reason = SelectField(_l("What is wrong with it?"), validate_choice=False)
    note = TextAreaField(_l("What should a moderator know?"))


class DecisionForm(Form):
    reason = StringField(_l("Why?"), description=_l("The log is public."))


class SuspensionForm(Form):
    days = IntegerField(_l("For how many days?"), default=7, validators=[Optional()])
    reason = StringField(_l("Why?"), description=_l("The person and the public log show it."))


def visible_post(name: str) -> Post:
    """The post of `question:1`, `answer:2` or `comment:3`, where this person may see it."""
    actor, post = current_actor(), post_of(name)
    names = named(post)
    question = visible_question(actor, int(str(names["question_id"])))
    require(may_see(actor, question))
    if names["kind"] == "answer":
        require(may_see_answer(actor, post))
    if names["kind"] == "comment":
        require(may_see_comment(actor, post))
    return post


@pages.route("/moderation/flag", methods=["GET", "POST"])
@login_required
def flag() -> Any:
    name = request.values.get("post", "")
    post = visible_post(name)
    require(may_flag(current_actor(), post))
    form = FlagForm()
    form.reason.choices = [(reason.value, text) for reason, text in REASONS.items()]
    if request.method == "POST":
        try:
            with transaction():
                actions.flag_post(current_actor(), visible_post(name), form.reason.data or "", form.note.data or "")
            flash(_("Thank you. A moderator will look at it."), "success")
            return taken(_to_post(name), f"flag:{name}")
        except Invalid as error:
            show(form, error)
    page = render_template("moderation/flag.html", form=form, post=post, name=name, back=_address(name))
    return page, 422 if form.errors else 200


@pages.get("/moderation/queue")
@login_required
def queue() -> Any:
    entries = moderation_queue(current_actor())
    return render_template("moderation/queue.html", entries=entries, reasons=REASONS, signs=SIGNS)


@pages.route("/moderation/post", methods=["GET", "POST"])
@login_required
def hide() -> Any:
    """One post and what a moderator can do with it."""
    name, form = request.values.get("post", ""), DecisionForm()
    post = visible_post(name)
    require(may_moderate(current_actor()))
    if request.method == "POST":
        try:
            return _decide(name, request.form.get("decision", ""), form.reason.data or "")
        except Invalid as error:
            show(form, error)
    page = render_template(
        "moderation/post.html", form=form, post=post, name=name, back=_address(name), names=named(post)
    )
    return page, 422 if form.errors else 200


def _decide(name: str, decision: str, reason: str) -> Response:
    decisions = {"hide": actions.hide, "restore": actions.restore, "dismiss": actions.dismiss_flags}
    if decision not in decisions:
        raise Invalid(_("Please use one of the buttons."))
    with transaction():
        decisions[decision](current_actor(), visible_post(name), reason)
    flash(_("Done, and written into the log."), "success")
    return taken(redirect(url_for("moderation.queue"), 303), f"moderate:{name}")


@pages.route("/moderation/users/<int:user_id>/suspend", methods=["GET", "POST"])
@login_required
def suspend(user_id: int) -> Any:
    person = user_by_id(user_id)
    require(may_suspend(current_actor(), person.role.value))
    form = SuspensionForm()
    if request.method == "POST":
        try:
            return _suspend(user_id, form)
        except Invalid as error:
            show(form, error)
    return render_template("moderation/suspend.html", form=form, person=person), 422 if form.errors else 200


def _suspend(user_id: int, form: SuspensionForm) -> Response:
    with transaction():
        if request.form.get("decision") == "lift":
            actions.lift_suspension(current_actor(), user_id, form.reason.data or "")
        else:
            actions.suspend(current_actor(), user_id, form.days.data or 0, form.reason.data or "")
        name = user_by_id(user_id).name
    flash(_("Done, and written into the log."), "success")
    return taken(redirect(url_for("accounts.profile", user_id=user_id, name=name), 303), f"suspend:{user_id}")


@pages.get("/moderation/log")
def log() -> Any:
    page = moderation_log(request.args.get("after"))
    return render_template("moderation/log.html", page=page, next_url=next_url(page.next), actions=ACTIONS)


def _address(name: str) -> str:
    """Where a post stands."""
    names = named(post_of(name))
    anchor = None if names["kind"] == "question" else f"{names['kind']}-{names['target_id']}"
    return url_for("questions.short", question_id=names["question_id"], _anchor=anchor)


def _to_post(name: str) -> Response:
    return redirect(_address(name), 303)
