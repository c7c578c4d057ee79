"""Lists of questions, the question page, asking and changing."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import login_required
from werkzeug.wrappers import Response

from app.domains.escalation.queries import promise_of, promises_by_product
from app.domains.feedback.queries import labels_of_question
from app.domains.follows import actions as follow_actions
from app.domains.follows.models import FollowKind
from app.domains.products.queries import all_products
from app.domains.questions.actions import asking
from app.domains.questions.actions.asking import QuestionDraft, question_to_change
from app.domains.questions.actions.asking_again import asked_before, says_the_same
from app.domains.questions.actions.drafting import save_draft
from app.domains.questions.drafts import ASK
from app.domains.questions.models import CloseReason, PostKind, Question
from app.domains.questions.policies import may_ask, may_edit, may_see_revisions
from app.domains.questions.queries import (
    SORTS,
    DraftView,
    ListFilter,
    QuestionView,
    draft_of,
    question_list,
    question_page,
    revisions_of,
    visible_question,
)
from app.domains.reputation.queries import invitations_of
from app.domains.search.queries import related_questions
from app.domains.tags.names import split_tags, tag_name
from app.domains.tags.queries import left_out_names, tag_by_name
from app.kernel import markup
from app.kernel.errors import Conflict, Invalid, NotFound
from app.kernel.i18n import _
from app.kernel.policy import require
from app.kernel.transaction import transaction
from app.web.actors import current_actor
from app.web.diffs import changes
from app.web.drafts import page_drafts, posted_writer, refill, refused, take, taken
from app.web.forms import REASON_NAMES, REFUSALS, CloseForm, CommentForm, PostForm, QuestionForm, refuse
from app.web.guests import keep_guest_question
from app.web.pager import next_url
from app.web.posts import ShownPosts
from app.web.readers import note_reader

pages = Blueprint("questions", __name__)


@pages.get("/questions")
def index() -> Any:
    products = all_products(archived=True)
    wanted = _filter(products)
    page = question_list(current_actor(), wanted, request.args.get("after"))
    if wanted.tag and not page.items and tag_by_name(wanted.tag).name != wanted.tag:
        kept: dict[str, Any] = {**request.args.to_dict(), "tag": tag_by_name(wanted.tag).name}
        return redirect(url_for("questions.index", **kept))
    return render_template(
        "questions/index.html",
        page=page,
        next_url=next_url(page.next),
        sort=wanted.sort,
        products=[each for each in products if not each.archived],
        product=next((each for each in products if each.id == wanted.product_id), None),
        tag=wanted.tag,
        kind=wanted.kind,
        state=wanted.state,
    )


def _filter(products: Sequence[Any]) -> ListFilter:
    """The filter of the address; an unknown product is a page that is not there."""
    sort, slug = request.args.get("sort", "active"), request.args.get("product", "")
    product_id = next((each.id for each in products if each.slug == slug), None)
    if slug and product_id is None:
        raise NotFound()
    return ListFilter(
        sort=sort if sort in SORTS else "active",
        product_id=product_id,
        tag=tag_name(request.args.get("tag", "")) or None,
        kind=request.args.get("kind"),
        state=request.args.get("state"),
        language=request.args.get("lang"),
    )


@pages.route("/questions/ask", methods=["GET", "POST"])
def ask() -> Any:
    """Members publish at once; a guest writes everything first and gives name and address after."""
    actor = current_actor()
    form = QuestionForm().offer(all_products())
    if request.method == "GET":
        draft = draft_of(actor, ASK)
        refill(form, ASK, draft)
        _prefill(form)
        return _ask_page(form, {ASK: draft} if draft else {})
    asked = _draft(form)
    try:
        if not actor.is_authenticated:
            return keep_guest_question(actor, asked)
        before = asked_before(actor, asked)
        if before is not None:
            return _asked_already(before, asked)
        with transaction():
            question = asking.ask_question(actor, asked)
            take(actor, ASK)
    except REFUSALS as error:
        return _ask_page(form, refused({}, ASK), *refuse(form, error))
    flash(_("Your question is published."), "success")
    _name_left_out(asked)
    return taken(_to_question(question.id, question.slug), ASK)


def _name_left_out(asked: QuestionDraft) -> None:
    left_out = left_out_names(current_actor(), asked.tags)
    if left_out:
        tags = "”, “".join(left_out)
        sentence = _("There is no tag “%(tags)s” yet, and new members cannot add one: it was left out.", tags=tags)
        flash(sentence, "info")


def _asked_already(question: Question, asked: QuestionDraft) -> Response:
    """Nothing is stored twice. New words wait in the form that changes the question."""
    actor, question_id, slug = current_actor(), question.id, question.slug
    if says_the_same(question, asked):
        with transaction():
            take(actor, ASK)
        flash(_("You have asked this already: here is your question."), "info")
        return taken(_to_question(question_id, slug), ASK)
    typed = {**request.form.to_dict(), "base_version": str(question.version)}
    with transaction():
        save_draft(actor, f"edit-question:{question_id}", typed, writer=posted_writer())
        take(actor, ASK)
    sentence = _("You have asked this already. What you have written since is here: save it to change your question.")
    flash(sentence, "info")
    return taken(redirect(url_for("questions.edit", question_id=question_id), 303), ASK)


def _prefill(form: QuestionForm) -> None:
    """What the link that led here says, where nothing has been begun yet."""
    for field in (form.product, form.title, form.tags):
        field.data = field.data or request.args.get(field.name, "")


def _ask_page(
    form: QuestionForm, drafts: dict[str, DraftView], status: int = 200, headers: dict[str, str] | None = None
) -> Any:
    actor = current_actor()
    verdict = may_ask(actor) if actor.is_authenticated else None
    promises = promises_by_product()
    page = render_template("questions/ask.html", form=form, promises=promises, verdict=verdict, drafts=drafts)
    return page, status, headers or {}


def _draft(form: QuestionForm) -> QuestionDraft:
    return QuestionDraft(
        title=form.title.data or "",
        body=form.body.data or "",
        product=form.product.data or "",
        tags=tuple(split_tags(form.tags.data or "")),
        kind=form.kind.data or "",
        submission=form.submission.data,
    )


@pages.post("/questions/preview")
def preview() -> Any:
    """The text as it will look, by the very renderer that stores it."""
    body = request.form.get("body", "")[: markup.MAX_SOURCE_CHARACTERS]
    html = markup.render(body) if body.strip() else ""
    if request.headers.get("HX-Request"):
        return html or render_template("questions/_nothing_to_preview.html")
    return render_template("questions/preview.html", html=html)


@pages.get("/questions/<int:question_id>/", defaults={"slug": ""})
@pages.get("/questions/<int:question_id>/<slug>")
def show_question(question_id: int, slug: str) -> Any:
    question = question_page(current_actor(), question_id)
    if slug != question.slug:
        return _to_question(question_id, question.slug)
    note_reader(question)
    return question_response(question, comment_on=request.args.get("comment", ""))


@pages.get("/questions/<int:question_id>")
def short(question_id: int) -> Response:
    return _to_question(question_id, visible_question(current_actor(), question_id).slug)


def question_response(
    question: QuestionView, *, answer_form: PostForm | None = None, comment_form: CommentForm | None = None,
    comment_on: str = "", close_form: CloseForm | None = None, status: int = 200,
    headers: dict[str, str] | None = None,
) -> Any:
    """The question page, with a refused form and its text where there is one, else with the drafts in their forms.
    `comment_on`: the post whose form for a comment is open."""
    actor = current_actor()
    drafts = page_drafts(question)
    if comment_form is not None:
        drafts = refused(drafts, f"comment-{comment_on}")
    if answer_form is not None:
        drafts = refused(drafts, f"answer:{question.id}")
    elif f"answer:{question.id}" in drafts:
        answer_form = PostForm(formdata=None)
        refill(answer_form, "answer", drafts[f"answer:{question.id}"])
    page = render_template(
        "questions/show.html",
        question=question,
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
        with transaction():
            row = question_to_change(question_id, actor)
            asking.edit_question(
                actor, row, _draft(form), base_version=form.base_version.data, comment=form.comment.data or ""
            )
            take(actor, name)
            slug = row.slug
    except REFUSALS as error:
        status, headers = refuse(form, error)
        return _edit_page(question, form=form, draft=draft), status, headers
    except Conflict as error:
        form.base_version.data = error.newer.get("version")
        return _edit_page(question, form=form, draft=draft, newer=error), 409
    return taken(_to_question(question_id, slug), name)


def _edit_page(question: QuestionView, **shown: Any) -> str:
    return render_template("questions/edit.html", question=question, **shown)


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
        if request.form.get("follow") == "0":
            follow_actions.unfollow(actor, FollowKind.QUESTION, question_id)
        else:
            follow_actions.follow(actor, FollowKind.QUESTION, question_id)
    return _to_question(question_id, slug)


@pages.get("/questions/<int:question_id>/revisions")
def revisions(question_id: int) -> Any:
    actor = current_actor()
    question = visible_question(actor, question_id)
    require(may_see_revisions(actor, question))
    history = changes(revisions_of(PostKind.QUESTION, question_id))
    return render_template("questions/revisions.html", question=question, history=history, answer_id=None)


def _to_question(question_id: int, slug: str, anchor: str | None = None) -> Response:
    return redirect(url_for("questions.show_question", question_id=question_id, slug=slug, _anchor=anchor), 303)


