"""A person's public page, and the form that changes it."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_login import login_required

from app.domains.accounts.actions.profiles import LONGEST_ABOUT, Profile
from app.domains.accounts.actions.profiles import edit_profile as change_profile
from app.domains.accounts.policies import may_edit_profile
from app.domains.accounts.privileges import privileges_of
from app.domains.accounts.queries import people_by_id, user_by_id
from app.domains.questions.queries import activity_of, activity_totals
from app.domains.reputation.queries import profile_points
from app.kernel import markup
from app.kernel.errors import Invalid, NotFound, TooSoon
from app.kernel.i18n import _, _l
from app.kernel.policy import require
from app.kernel.transaction import transaction
from app.web.accounts.blueprint import pages
from app.web.accounts.forms import ProfileForm
from app.web.actors import current_actor
from app.web.drafts import taken
from app.web.forms import refuse
from app.web.pager import next_url

ACTIVITY = {
    "all": _l("Everything"),
    "questions": _l("Questions"),
    "answers": _l("Answers"),
    "accepted": _l("Accepted answers"),
}


@pages.get("/users/<int:user_id>")
@pages.get("/users/<int:user_id>/", defaults={"name": ""})
@pages.get("/users/<int:user_id>/<name>")
def profile(user_id: int, name: str = "") -> Any:
    actor = current_actor()
    person = people_by_id([user_id]).get(user_id)
    if person is None:
        raise NotFound()
    if name != person.name:
        return redirect(url_for("accounts.profile", user_id=user_id, name=person.name), 303)
    only = request.args.get("only", "")
    only = only if only in ACTIVITY else "all"
    activity = activity_of(actor, user_id, only, request.args.get("after"))
    return render_template(
        "accounts/profile.html",
        person=person,
        user=user_by_id(user_id),
        activity=activity,
        only=only,
        tabs=ACTIVITY,
        totals=activity_totals(actor, user_id),
        next_url=next_url(activity.next),
        points=profile_points(user_id),
    )


@pages.route("/settings/profile", methods=["GET", "POST"])
@login_required
def edit_profile() -> Any:
    actor = current_actor()
    user = user_by_id(actor.id or 0)
    require(may_edit_profile(actor, user.id))
    form = ProfileForm(obj=user)
    if request.method == "GET":
        return render_template("accounts/settings_profile.html", form=form)
    try:
        with transaction():
            change_profile(actor, user.id, _typed(form))
    except (Invalid, TooSoon) as error:
        status, headers = refuse(form, error)
        return render_template("accounts/settings_profile.html", form=form), status, headers
    flash(_("Your profile is saved."), "success")
    return taken(redirect(url_for("accounts.edit_profile"), 303), "profile")


@pages.post("/settings/profile/preview")
@login_required
def preview_about() -> Any:
    """The text as it will look, by the renderer that stores it."""
    about = request.form.get("about", "")[:LONGEST_ABOUT]
    html = markup.render(about, links=privileges_of(current_actor()).clickable_links) if about.strip() else ""
    if request.headers.get("HX-Request"):
        return html
    return render_template("questions/preview.html", html=html)


def _typed(form: ProfileForm) -> Profile:
    return Profile(name=form.name.data or "", about=form.about.data or "")
