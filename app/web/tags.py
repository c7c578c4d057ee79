"""Tags: the list, one tag with its questions, its description."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import login_required
from werkzeug.wrappers import Response
from wtforms import StringField, TextAreaField

from app.domains.follows.models import FollowKind
from app.domains.follows.queries import follow_level
from app.domains.questions.queries import SORTS, ListFilter, question_list
from app.domains.tags.actions import MAX_DESCRIPTION, describe_tag
from app.domains.tags.models import Tag
from app.domains.tags.names import split_tags
from app.domains.tags.policies import may_describe_tags
from app.domains.tags.queries import synonyms_of, tag_by_name, tag_row, tags_by_prefix
from app.kernel.errors import Invalid
from app.kernel.i18n import _, _l
from app.kernel.pagination import cursor_of, key_of
from app.kernel.policy import require
from app.kernel.transaction import transaction
from app.web.actors import current_actor
from app.web.follows import set_sent_level
from app.web.forms import Form
from app.web.forms import show as show_complaints
from app.web.lists import hides_muted, rows_of
from app.web.pager import next_url

pages = Blueprint("tags", __name__)

PER_PAGE = 60


class TagForm(Form):
    description = TextAreaField(
        _l("What does it mean?"), description=_l("One or two sentences: which questions belong here, which do not.")
    )
    synonyms = StringField(
        _l("Other words for it"),
        description=_l("Separated by spaces or commas. Whoever types one of them gets this tag."),
    )


@pages.get("/tags")
def index() -> Any:
    """The most used first; `q` is how a name or another word for it begins."""
    text = request.args.get("q", "")[:60]
    found = tags_by_prefix(text, PER_PAGE + 1, key_of(request.args.get("after"), int, int))
    last = found[PER_PAGE - 1] if len(found) > PER_PAGE else None
    following = next_url(cursor_of(last.question_count, last.id)) if last else None
    return render_template("tags/index.html", tags=found[:PER_PAGE], text=text, next_url=following)


@pages.get("/tags/<name>")
def show(name: str) -> Any:
    actor, tag = current_actor(), tag_row(name)
    if name != tag.name:
        return redirect(url_for("tags.show", name=tag.name), 303)
    sort = request.args.get("sort", "active")
    following = follow_level(actor.id, FollowKind.TAG, tag.id)
    wanted = ListFilter(sort=sort, tag_id=tag.id, without_muted=hides_muted(following))
    page = question_list(actor, wanted, request.args.get("after"))
    return render_template(
        "tags/show.html",
        tag=tag,
        synonyms=synonyms_of(tag.id),
        rows=rows_of(actor, page.items),
        next_url=next_url(page.next),
        sort=sort if sort in SORTS else "active",
        following=following,
        without_muted=wanted.without_muted,
    )


@pages.route("/tags/<name>/edit", methods=["GET", "POST"])
@login_required
def edit(name: str) -> Any:
    actor, tag = current_actor(), tag_by_name(name)
    require(may_describe_tags(actor))
    form = TagForm()
    if request.method == "GET":
        form.description.data, form.synonyms.data = tag.description, " ".join(synonyms_of(tag.id))
        return _edit_page(form, tag)
    try:
        with transaction():
            describe_tag(actor, tag_by_name(name), form.description.data or "", split_tags(form.synonyms.data or ""))
    except Invalid as error:
        show_complaints(form, error)
        return _edit_page(form, tag), 422
    flash(_("The tag is described."), "success")
    return redirect(url_for("tags.show", name=tag.name), 303)


def _edit_page(form: TagForm, tag: Tag) -> str:
    return render_template("tags/edit.html", form=form, tag=tag, longest=MAX_DESCRIPTION)


@pages.post("/tags/<name>/follow")
@login_required
def follow(name: str) -> Response:
    with transaction():
        tag = tag_by_name(name)
        set_sent_level(current_actor(), FollowKind.TAG, tag.id)
    return redirect(url_for("tags.show", name=tag.name), 303)
