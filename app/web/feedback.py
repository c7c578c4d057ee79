"""Feedback: mark a post, the inbox, one item with its way, and the digests."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import login_required
from werkzeug.wrappers import Response

from app.domains.feedback import names
from app.domains.feedback.actions import deciding, labelling
from app.domains.feedback.models import FeedbackType, ItemState
from app.domains.feedback.policies import may_follow_item, may_label, may_see_item
from app.domains.feedback.queries import (
    InboxFilter,
    digest_list,
    digest_page,
    inbox_page,
    is_behind,
    item_page,
    newest_digest_id,
    possible_owners,
    running_week,
    similar_items,
    state_counts,
    stored_digest,
)
from app.domains.feedback.queries.digests import DigestView
from app.domains.feedback.queries.items import ItemPage
from app.domains.feedback.reading import reading_context
from app.domains.feedback.wording import Wording
from app.domains.follows import actions as follow_actions
from app.domains.follows.models import FollowKind
from app.domains.follows.queries import follow_level
from app.domains.products.queries import all_products, product_by_slug
from app.domains.questions.models import PostKind
from app.domains.questions.queries import visible_question
from app.domains.tags.names import split_tags, tag_name
from app.kernel.errors import Conflict, Invalid
from app.kernel.i18n import _
from app.kernel.languages import LANGUAGES
from app.kernel.policy import require
from app.kernel.transaction import transaction
from app.web.actors import current_actor
from app.web.context import locale
from app.web.drafts import taken
from app.web.feedback_forms import ItemForm, LabelForm, StateForm, chosen
from app.web.forms import show
from app.web.moderation import visible_post
from app.web.pager import next_url

pages = Blueprint("feedback", __name__)

TABS = ("live", "inbox", "triaged", "under_review", "planned", "in_progress", "shipped", "declined", "overdue", "all")


# --- the inbox ---


@pages.get("/feedback")
@login_required
def index() -> Any:
    actor, wanted = current_actor(), _filter()
    page = inbox_page(actor, wanted, request.args.get("after"))
    return render_template(
        "feedback/index.html",
        page=page,
        next_url=next_url(page.next),
        wanted=wanted,
        tab=request.args.get("state") if request.args.get("state") in TABS else "live",
        tabs=TABS,
        counts=state_counts(actor, wanted.product_id),
        products=all_products(),
        product=request.args.get("product", ""),
        names=names,
        types=list(FeedbackType),
    )


def _filter() -> InboxFilter:
    """What is live unless the address says otherwise; an unknown product is a page that is not there."""
    product, state = request.args.get("product", ""), request.args.get("state", "live")
    return InboxFilter(
        product_id=product_by_slug(product).id if product else None,
        state=None if state == "all" else state if state in {*ItemState, "overdue"} else "live",
        type=request.args.get("type") or None,
        tag=tag_name(request.args.get("tag", "")) or None,
    )


# --- a mark on a post ---


@pages.get("/feedback/label")
@login_required
def label() -> Any:
    form = LabelForm(request.args)
    form.type.data = form.type.data or None
    return _label_page(request.args.get("post", ""), form)


@pages.post("/feedback")
@login_required
def add_label() -> Any:
    post, form = request.form.get("post", ""), LabelForm()
    try:
        with transaction():
            mark = labelling.label_post(
                current_actor(),
                post,
                form.quote.data or "",
                form.type.data or "",
                split_tags(form.tags.data or ""),
                item_id=chosen(form.item_id),
                title=form.title.data or "",
            )
            question_id = mark.question_id
    except Invalid as error:
        show(form, error)
        return _label_page(post, form, 422)
    flash(_("Thank you: the product's team finds it in its list now."), "success")
    return taken(redirect(_thread(question_id, post), 303), f"label:{post}")


def _label_page(post: str, form: LabelForm, status: int = 200) -> Any:
    actor, row = current_actor(), visible_post(post)
    require(may_label(actor, row))
    question = visible_question(actor, getattr(row, "question_id", row.id))
    words = f"{question.title} {form.title.data or ''} {form.quote.data or ''}"
    form.offer(similar_items(question.product_id, words))
    back = _thread(question.id, post)
    page = render_template("feedback/label.html", form=form, row=row, post=post, question=question, back=back)
    return page, status


def _thread(question_id: int, post: str) -> str:
    """The marked post in its thread."""
    kind, _colon, number = post.partition(":")
    anchor = "question" if kind == PostKind.QUESTION else f"{kind}-{number}"
    question = visible_question(current_actor(), question_id)
    return url_for("questions.show_question", question_id=question_id, slug=question.slug, _anchor=anchor)


@pages.post("/feedback/labels/<int:label_id>/remove")
@login_required
def remove_label(label_id: int) -> Response:
    with transaction():
        mark = labelling.label_to_change(label_id)
        labelling.unlabel(current_actor(), mark)
        question_id, post = mark.question_id, f"{mark.kind}:{mark.target_id}"
    flash(_("The mark was taken back."), "success")
    return redirect(_thread(question_id, post), 303)


# --- one item ---


@pages.get("/feedback/<int:item_id>")
@login_required
def item(item_id: int) -> Any:
    return _item_page(item_page(current_actor(), item_id))


def _item_page(
    page: ItemPage, *, failed: StateForm | None = None, step: str = "", edit: ItemForm | None = None,
    newer: Conflict | None = None, status: int = 200,
) -> Any:
    """The item, with a refused form and its text where there is one."""
    owners = possible_owners(page.product_id) if page.ways else []
    forms = {
        way.to: (failed if failed and way.to == step else StateForm(formdata=None)).at(way.to, owners, page.owner_id)
        for way in page.ways
    }
    following = follow_level(current_actor().id, FollowKind.FEEDBACK, page.id)
    shown = render_template(
        "feedback/item.html",
        item=page,
        forms_by_state=forms,
        failed_step=step,
        edit=edit or _edit_form(page),
        editing=edit is not None,
        following=following,
        newer=newer,
        names=names,
    )
    return shown, status


def _edit_form(page: ItemPage) -> ItemForm:
    form = ItemForm(formdata=None).offer(possible_owners(page.product_id))
    form.title.data, form.type.data, form.tags.data = page.title, page.type, " ".join(page.tags)
    form.owner.data, form.importance.data = page.owner_id or 0, page.importance
    form.base_version.data = page.version
    return form


@pages.post("/feedback/<int:item_id>/state")
@login_required
def change(item_id: int) -> Any:
    actor, form, to = current_actor(), StateForm(), request.form.get("state", "")
    try:
        with transaction():
            deciding.change_state(
                actor,
                deciding.item_to_change(item_id, actor),
                to,
                reason=form.reason.data or "",
                release=form.release.data or "",
                owner=chosen(form.owner),
                merged_into=form.merged_into.data,
                base_version=form.base_version.data,
            )
    except Invalid as error:
        show(form, error)
        return _item_page(item_page(actor, item_id), failed=form, step=to, status=422)
    except Conflict as error:
        return _item_page(item_page(actor, item_id), failed=form, step=to, newer=error, status=409)
    flash(_("Saved. Everybody behind it hears of it."), "success")
    return taken(redirect(url_for("feedback.item", item_id=item_id), 303), f"{to}:{item_id}")


@pages.post("/feedback/<int:item_id>/separate")
@login_required
def separate(item_id: int) -> Any:
    actor = current_actor()
    with transaction():
        deciding.separate_item(actor, deciding.item_to_change(item_id, actor))
    return redirect(url_for("feedback.item", item_id=item_id), 303)


@pages.post("/feedback/<int:item_id>/edit")
@login_required
def edit(item_id: int) -> Any:
    actor, form = current_actor(), ItemForm()
    try:
        with transaction():
            deciding.edit_item(
                actor,
                deciding.item_to_change(item_id, actor),
                title=form.title.data,
                type=form.type.data,
                tags=split_tags(form.tags.data or ""),
                owner=chosen(form.owner),
                importance=chosen(form.importance),
                base_version=form.base_version.data,
            )
    except (Invalid, Conflict) as error:
        return _refused_edit(item_page(actor, item_id), form, error)
    flash(_("Saved."), "success")
    return taken(redirect(url_for("feedback.item", item_id=item_id), 303), f"item:{item_id}")


def _refused_edit(page: ItemPage, form: ItemForm, error: Invalid | Conflict) -> Any:
    form.offer(possible_owners(page.product_id))
    if isinstance(error, Conflict):
        form.base_version.data = page.version
        return _item_page(page, edit=form, newer=error, status=409)
    show(form, error)
    return _item_page(page, edit=form, status=422)


@pages.post("/feedback/<int:item_id>/follow")
@login_required
def follow(item_id: int) -> Response:
    """Hear of it, and count as one more who wants it."""
    actor, page = current_actor(), item_page(current_actor(), item_id)
    require(may_follow_item(actor, page, page.contributes))
    with transaction():
        if request.form.get("follow") == "0":
            follow_actions.unfollow(actor, FollowKind.FEEDBACK, item_id)
        else:
            follow_actions.follow(actor, FollowKind.FEEDBACK, item_id)
    still = may_see_item(actor, page, is_behind(actor.id, item_id))
    return redirect(url_for("feedback.item", item_id=item_id) if still else url_for("home.index"), 303)


# --- digests ---


@pages.get("/digests")
@login_required
def digests() -> Any:
    slug = request.args.get("product", "")
    product_id = product_by_slug(slug).id if slug else None
    actor = current_actor()
    page = digest_list(actor, product_id, request.args.get("after"))
    own = [product for product in all_products() if actor.serves(product.id)]
    return render_template(
        "feedback/digests.html",
        page=page,
        next_url=next_url(page.next),
        products=own,
        product=slug,
        window_of=lambda line: Wording(LANGUAGES[locale()], line.zone).window(line),
    )


@pages.get("/digests/newest")
@login_required
def newest_digest() -> Response:
    """Where a product manager's day begins."""
    digest_id = newest_digest_id(current_actor())
    if digest_id is None:
        return redirect(url_for("feedback.digests"), 303)
    return redirect(url_for("feedback.digest", digest_id=digest_id), 303)


@pages.get("/digests/<int:digest_id>")
@login_required
def digest(digest_id: int) -> Any:
    return _digest_page(digest_page(current_actor(), digest_id))


@pages.get("/digests/preview")
@login_required
def preview() -> Any:
    """The running week as it stands; nothing is stored."""
    return _digest_page(running_week(current_actor(), product_by_slug(request.args.get("product", ""))))


def _digest_page(view: DigestView) -> Any:
    context = reading_context(view.digest, view.removed, locale())
    return render_template("feedback/digest.html", view=view, **context)


@pages.get("/digests/<int:digest_id>.json")
@login_required
def digest_json(digest_id: int) -> Response:
    """Byte for byte as it was frozen."""
    return Response(stored_digest(current_actor(), digest_id).text, mimetype="application/json")
