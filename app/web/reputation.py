"""The board, why somebody stands where they stand, and the questions that wait for one's own answer."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import login_required
from werkzeug.wrappers import Response
from wtforms import BooleanField, IntegerField
from wtforms.validators import Optional

from app.domains.products.models import Product
from app.domains.products.queries import all_products, product_by_slug
from app.domains.reputation.actions import choose_invitations, decline_invitation
from app.domains.reputation.boards import ELIGIBLE_TO_OPEN, ELIGIBLE_WHILE_STARTING_UP, WindowName
from app.domains.reputation.queries import explain_rank, invitations_for, leaderboard
from app.domains.reputation.queries.invitations import invitation_setting
from app.domains.tags.models import Tag
from app.domains.tags.queries import tag_by_name
from app.kernel.errors import Invalid
from app.kernel.i18n import _, _l
from app.kernel.transaction import transaction
from app.web.actors import current_actor
from app.web.forms import Form, show

pages = Blueprint("reputation", __name__)

WINDOWS = {
    WindowName.NOW: _l("Now"),
    WindowName.WEEK: _l("This week"),
    WindowName.MONTH: _l("30 days"),
    WindowName.ALL: _l("All time"),
}


class InvitationForm(Form):
    invited = BooleanField(_l("Ask me when I probably know the answer"))
    per_week = IntegerField(_l("At most so many questions a week"), validators=[Optional()])
    unlimited = BooleanField(
        _l("Ask me as often as something fits"),
        description=_l("Then neither that number counts nor how many questions wait for you already."),
    )


@dataclass(frozen=True)
class Wanted:
    """Which board the address names; NotFound for a product or tag that is not there."""

    window: WindowName
    product: Product | None
    tag: Tag | None

    @classmethod
    def of_request(cls) -> "Wanted":
        window, product, tag = (request.args.get(name, "") for name in ("window", "product", "tag"))
        known = WindowName(window) if window in set(WindowName) else WindowName.NOW
        return cls(known, product_by_slug(product) if product else None, tag_by_name(tag) if tag else None)

    @property
    def ids(self) -> tuple[int | None, int | None]:
        return self.product.id if self.product else None, self.tag.id if self.tag else None

    def url(self, endpoint: str, window: WindowName | None = None, **more: Any) -> str:
        """The address of this board, or of one of its people; what is left at its default is left out."""
        shown = window or self.window
        named: dict[str, Any] = {"window": None if shown == WindowName.NOW else shown.value}
        named |= {"product": self.product.slug if self.product else None, "tag": self.tag.name if self.tag else None}
        return url_for(endpoint, **more, **{name: value for name, value in named.items() if value})


@pages.get("/leaderboard", endpoint="leaderboard")
def show_board() -> str:
    wanted, actor = Wanted.of_request(), current_actor()
    board = leaderboard(wanted.window, *wanted.ids, beside=actor.id)
    needed = ELIGIBLE_WHILE_STARTING_UP if board.starting_up else ELIGIBLE_TO_OPEN
    values = {"board": board, "wanted": wanted, "windows": WINDOWS, "products": all_products(), "needed": needed}
    return render_template("reputation/leaderboard.html", **values)


@pages.get("/leaderboard/why/<int:user_id>")
def why(user_id: int) -> str:
    wanted = Wanted.of_request()
    reasons = explain_rank(current_actor(), user_id, wanted.window, *wanted.ids)
    return render_template("reputation/why.html", why=reasons, wanted=wanted, windows=WINDOWS)


@pages.get("/invitations")
@login_required
def invitations() -> Any:
    actor = current_actor()
    setting = invitation_setting(actor.id or 0)
    chosen = {"invited": not setting.opted_out, "per_week": setting.per_week, "unlimited": setting.unlimited}
    form = InvitationForm(data=chosen)
    return render_template("reputation/invitations.html", invitations=invitations_for(actor), form=form)


@pages.post("/invitations")
@login_required
def choose() -> Any:
    form = InvitationForm()
    try:
        with transaction():
            choose_invitations(
                current_actor(),
                opted_out=not form.invited.data,
                per_week=form.per_week.data or 0,
                unlimited=bool(form.unlimited.data),
            )
    except Invalid as error:
        show(form, error)
        waiting = invitations_for(current_actor())
        return render_template("reputation/invitations.html", invitations=waiting, form=form), 422
    flash(_("Saved."), "success")
    return redirect(url_for(".invitations"), 303)


@pages.post("/invitations/<int:question_id>/decline")
@login_required
def decline(question_id: int) -> Response:
    with transaction():
        decline_invitation(current_actor(), question_id)
    flash(_("Thank you for telling. Somebody else will be asked next time."), "success")
    return redirect(url_for(".invitations"), 303)
