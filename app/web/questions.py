"""Lists of questions, the question page, asking and changing."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import login_required
from werkzeug.wrappers import Response

from app.domains.escalation.queries import promise_of
from app.domains.feedback.queries import labels_of_question
from app.domains.follows.models import FollowKind
from app.domains.products.queries import all_products
from app.domains.questions.actions import asking
from app.domains.questions.actions.asking import question_to_change
from app.domains.questions.models import CloseReason, PostKind
from app.domains.questions.policies import may_edit, may_see_revisions
from app.domains.questions.queries import (
    QuestionView,
    draft_of,
    question_page,
    revisions_of,
    visible_question,
)
from app.domains.reputation.queries import invitations_of
from app.domains.search.queries import related_questions
from app.domains.tags.queries import tag_by_name
from app.kernel.errors import Conflict, Invalid
from app.kernel.i18n import _
from app.kernel.policy import require
from app.kernel.transaction import transaction
from app.web.actors import current_actor
from app.web.asking import question_draft
from app.web.attachments import add_files
from app.web.diffs import changes
from app.web.drafts import page_drafts, refill, refused, take, taken
from app.web.follows import set_sent_level
from app.web.forms import REASON_NAMES, REFUSALS, CloseForm, CommentForm, PostForm, QuestionForm, refuse
from app.web.lists import list_address, listed_rows, rows_of
from app.web.pager import next_url
from app.web.parts import part
from app.web.posts import ShownPosts
from app.web.readers import note_reader
from app.web.threads import answer_page, answers_listed, in_one_language, quotation

pages = Blueprint("questions", __name__)


@pages.get("/questions")
def index() -> Any:
    products, actor = all_products(archived=True), current_actor()
    address = list_address(products)
    wanted = address.wanted
    page = listed_rows(actor, wanted, request.args.get("after"))
    if wanted.tag and not page.items and tag_by_name(wanted.tag).name != wanted.tag:
        kept: dict[str, Any] = {**request.args.to_dict(), "tag": tag_by_name(wanted.tag).name}
        return redirect(url_for("questions.index", **kept))
    return render_template(
        "questions/index.html",
        rows=page.items[0] if page.items else rows_of(actor, ()),
        next_url=next_url(page.next),
        address=address,
        products=[each for each in products if not each.archived],
    )


@pages.get("/questions/<int:question_id>/", defaults={"slug": ""})
@pages.get("/questions/<int:question_id>/<slug>")
def show_question(question_id: int, slug: str) -> Any:
    question = question_page(current_actor(), question_id)
    if slug != question.slug:
        return _to_question(question_id, question.slug)
    note_reader(question)
    comment_on, quote = request.args.get("comment", ""), request.args.get("quote", "")
    return question_response(question, comment_on=comment_on, quote=quote)


@pages.get("/questions/<int:question_id>/fragment")
def fragment(question_id: int) -> Any:
    """The question's own post and its title, for pages that are open."""
    question = question_page(current_actor(), question_id)
    posts = ShownPosts(current_actor(), question, page_drafts(question))
    title = part("questions/_title.html", question=posts.head)
    return title + posts.question_itself(labels_of_question(question_id), None)


@pages.get("/questions/<int:question_id>")
def short(question_id: int) -> Response:
    return _to_question(question_id, visible_question(current_actor(), question_id).slug)


@pages.get("/q/<int:question_id>")
def share(question_id: int) -> Response:
    """What somebody sends to somebody else: as short as can be, and not bound to the words of the title."""
    return _to_question(question_id, visible_question(current_actor(), question_id).slug)


def question_response(
    question: QuestionView, *, answer_form: PostForm | None = None, comment_form: CommentForm | None = None,
    comment_on: str = "", quote: str = "", close_form: CloseForm | None = None, status: int = 200,
    headers: dict[str, str] | None = None,
) -> Any:
    """The question page, with a refused form and its text where there is one, else with the drafts in their forms.
    `comment_on`: the post whose form for a comment is open; `quote`: the one that the answer begins with."""
    actor = current_actor()
    drafts = page_drafts(question)
    if comment_form is not None:
        drafts = refused(drafts, f"comment-{comment_on}")
    if answer_form is not None:
        drafts = refused(drafts, f"answer:{question.id}")
    elif f"answer:{question.id}" in drafts:
        answer_form = PostForm(formdata=None)
        refill(answer_form, "answer", drafts[f"answer:{question.id}"])
    answer_form = _with_quote(answer_form, question, quote)
    page = render_template(
        "questions/show.html",
        question=question,
        thread=answer_page(question.answers, request.args.get("at", type=int)),
        listed=answers_listed(question.answers),
        answer_total=len(in_one_language(question.answers)),
        promise=promise_of(question),
        asked=invitations_of(question.id),
        labels=labels_of_question(question.id),
        related=related_questions(actor, question),
        answer_form=answer_form,
        posts=ShownPosts(actor, question, drafts, comment_form, comment_on),
        close_form=close_form,
        closed_because=REASON_NAMES[CloseReason(question.close_reason)] if question.close_reason else "",
    )
    return page, status, headers or {}


def _with_quote(form: PostForm | None, question: QuestionView, name: str) -> PostForm | None:
    """The answer's form with this post quoted below what was begun there."""
    posts = {f"question:{question.id}": (question.asker, question.body)}
    posts |= {f"answer:{each.id}": (each.author, each.body) for each in question.answers}
    if name not in posts:
        return form
    form = form or PostForm(formdata=None)
    person, body = posts[name]
    said = quotation(_("%(name)s wrote:", name=person.name or _("Former member")), body)
    form.body.data = f"{form.body.data}\n\n{said}" if form.body.data else said
    return form


@pages.route("/questions/<int:question_id>/edit", methods=["GET", "POST"])
@login_required
def edit(question_id: int) -> Any:
    actor = current_actor()
    question = question_page(actor, question_id)
    require(may_edit(actor, question))
    form, name = QuestionForm().offer(all_products()), f"edit-question:{question_id}"
    if request.method == "GET":
        form.product.data, form.kind.data, form.title.data = question.product, question.kind, question.title
        form.body.data, form.tags.data = question.body, " ".join(question.tags)
        form.base_version.data = question.version
        draft = draft_of(actor, name)
        refill(form, "edit-question", draft)
        return _edit_page(question, form=form, draft=draft)
    draft = refused({}, name)[name]
    try:
        add_files(form.body)
        with transaction():
            row = question_to_change(question_id, actor)
            asking.edit_question(
                actor, row, question_draft(form), base_version=form.base_version.data, comment=form.comment.data or ""
            )
            take(actor, name)
            slug = row.slug
    except REFUSALS as error:
        status, headers = refuse(form, error)
        return _edit_page(question, form=form, draft=draft), status, headers
    except Conflict as error:
        form.base_version.data = error.newer.get("version")
        return _edit_page(question, form=form, draft=draft, newer=error), 409
    return taken(saved_in_place() or _to_question(question_id, slug), name)


def _edit_page(question: QuestionView, **shown: Any) -> str:
    page = "questions/_edit.html" if in_place() else "questions/edit.html"
    return render_template(page, question=question, in_place=in_place(), **shown)


def in_place() -> bool:
    """The open page asks for the form alone (static/js/question_page.js); else it is a page of its own."""
    return bool(request.headers.get("HX-Request"))


def saved_in_place() -> Response | None:
    return Response(status=204) if in_place() else None


@pages.post("/questions/<int:question_id>/close")
@login_required
def close(question_id: int) -> Any:
    form, actor = CloseForm(), current_actor()
    try:
        with transaction():
            question = question_to_change(question_id, actor)
            asking.close_question(actor, question, form.reason.data or "", duplicate_of=form.duplicate_of.data)
    except Invalid as error:
        status, headers = refuse(form, error)
        return question_response(question_page(actor, question_id), close_form=form, status=status, headers=headers)
    return _to_question(question_id, question.slug)


@pages.post("/questions/<int:question_id>/reopen")
@login_required
def reopen(question_id: int) -> Any:
    return _change(question_id, asking.reopen_question)


@pages.post("/questions/<int:question_id>/delete")
@login_required
def delete(question_id: int) -> Any:
    return _change(question_id, asking.delete_question, _("The question is deleted. You can restore it here."))


@pages.post("/questions/<int:question_id>/restore")
@login_required
def restore(question_id: int) -> Any:
    return _change(question_id, asking.restore_question)


def _change(question_id: int, action: Any, done: str = "") -> Response:
    with transaction():
        question = question_to_change(question_id, current_actor())
        action(current_actor(), question)
    if done:
        flash(done, "success")
    return _to_question(question_id, question.slug)


@pages.post("/questions/<int:question_id>/follow")
@login_required
def follow(question_id: int) -> Response:
    actor = current_actor()
    question = visible_question(actor, question_id)
    slug = question.slug
    with transaction():
        set_sent_level(actor, FollowKind.QUESTION, question_id)
    return _to_question(question_id, slug)


@pages.get("/questions/<int:question_id>/revisions")
def revisions(question_id: int) -> Any:
    actor = current_actor()
    question = visible_question(actor, question_id)
    require(may_see_revisions(actor, question))
    history = changes(revisions_of(PostKind.QUESTION, question_id))
    back = url_for(".short", question_id=question_id)
    return render_template("questions/revisions.html", question=question, history=history, back=back)


def _to_question(question_id: int, slug: str, anchor: str | None = None) -> Response:
    return redirect(url_for("questions.show_question", question_id=question_id, slug=slug, _anchor=anchor), 303)


