"""The inbox, its settings, and what the links in a mail open."""

from datetime import time
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask_login import login_required
from werkzeug.wrappers import Response

from app.domains.accounts.actions.links import look_at_link, use_link
from app.domains.accounts.actions.profiles import set_quiet_hours
from app.domains.accounts.actor import Actor
from app.domains.accounts.models import LinkPurpose
from app.domains.accounts.queries import actor_by_id
from app.domains.accounts.quiet_hours import quiet_hours_of
from app.domains.notifications import actions
from app.domains.notifications.addresses import path_of
from app.domains.notifications.kinds import GROUPS
from app.domains.notifications.models import Frequency
from app.domains.notifications.muting import look_at_muting, muted_title
from app.domains.notifications.queries import notice, preferences_of, unread_count
from app.domains.notifications.threads import Thread, inbox_threads
from app.domains.notifications.unsubscribing import look_at_unsubscription
from app.domains.questions.actions.accepting import accept_answer
from app.domains.questions.actions.answering import answer_with_question, say_it_did_not_help
from app.extensions import csrf
from app.kernel.clock import now
from app.kernel.errors import Invalid
from app.kernel.i18n import _, _l
from app.kernel.transaction import transaction
from app.web.actors import current_actor
from app.web.context import day_name
from app.web.pager import next_url

pages = Blueprint("notifications", __name__)

FREQUENCY_NAMES = {
    Frequency.AT_ONCE: _l("At once"),
    Frequency.DAILY: _l("Daily"),
    Frequency.WEEKLY: _l("Weekly"),
    Frequency.NEVER: _l("Never"),
}


def install(app: Flask) -> None:
    app.extensions["unread_count"] = unread_count


@pages.get("/inbox", endpoint="inbox")
@login_required
def show_inbox() -> Any:
    actor, unread_only = current_actor(), request.args.get("show") == "unread"
    page = inbox_threads(actor, request.args.get("after"), unread_only=unread_only)
    return render_template(
        "notifications/inbox.html",
        days=_by_day(actor, page.items),
        next_url=next_url(page.next),
        newest_id=page.items[0].id if page.items else None,
        unread_only=unread_only,
    )


def _by_day(actor: Actor, threads: list[Thread]) -> list[tuple[str, list[tuple[Thread, dict[int, str]]]]]:
    """The threads, with the address of each line by its id, under the reader's own days."""
    zone = ZoneInfo(actor.timezone)
    days = groupby(threads, lambda each: each.latest.created_at.astimezone(zone).date())
    entries = [(day, [(each, _addresses(each)) for each in group]) for day, group in days]
    today = now().astimezone(zone).date()
    return [(_("Today") if day == today else day_name(day), each) for day, each in entries]


def _addresses(thread: Thread) -> dict[int, str]:
    return {line.id: url_for(".open_notice", notice_id=line.id) for line in thread.lines}


@pages.get("/inbox/<int:notice_id>")
@login_required
def open_notice(notice_id: int) -> Response:
    """Read it, and with it all lines of its thread, whose page it opens. A link and not a form, so that it opens in a
    new tab as links do."""
    actor = current_actor()
    told = notice(actor, notice_id)
    with transaction():
        if told.question_id is not None:
            actions.mark_read(actor, question_id=told.question_id)
        elif not told.read:
            actions.mark_read(actor, [notice_id])
    return redirect(path_of(told), 303)


@pages.post("/inbox/read")
@login_required
def mark_read() -> Any:
    """All up to the newest that was shown; with `question` those of one question, for an open page; with `thread` or
    `notice` one entry of the inbox."""
    sent = {name: request.form.get(name, type=int) for name in ("question", "thread", "notice", "until")}
    question, single = sent["question"] or sent["thread"], sent["notice"]
    with transaction():
        ids = [single] if single is not None else None
        actions.mark_read(current_actor(), ids, question_id=question, until_id=sent["until"])
    return ("", 204) if sent["question"] is not None else redirect(url_for(".inbox"), 303)


@pages.post("/inbox/mute")
@login_required
def mute_here() -> Response:
    """Hear no more of a question, from its entry in the inbox."""
    actor, question_id = current_actor(), request.form.get("question", 0, type=int)
    with transaction():
        actions.mute_question(actor, question_id)
    flash(_("You hear no more of this question. On its page you can follow it again."), "success")
    return redirect(url_for(".inbox"), 303)


@pages.route("/settings/notifications", methods=["GET", "POST"], endpoint="settings")
@login_required
def show_settings() -> Any:
    actor = current_actor()
    if request.method == "POST":
        with transaction():
            actions.set_preferences(actor, _chosen(actor))
            set_quiet_hours(actor, _quiet_hours())
        flash(_("Saved."), "success")
        return redirect(url_for(".settings"), 303)
    preferences = preferences_of(actor)
    groups = [(name, [each for each in preferences if each[0].group == group]) for group, name in GROUPS]
    return render_template(
        "notifications/settings.html",
        groups=[(name, kinds) for name, kinds in groups if kinds],
        frequencies=FREQUENCY_NAMES,
        quiet=quiet_hours_of(actor.id) if actor.id is not None else None,
        timezone=actor.timezone,
        address_confirmed=actor.confirmed,
    )


def _chosen(actor: Actor) -> dict[str, Frequency]:
    """What the radio buttons say, or for all rows what the button below them says, where a row offers it."""
    kinds = [kind for kind, _often in preferences_of(actor)]
    everything = request.form.get("all")
    wanted = {kind.name: everything or request.form.get(f"often.{kind.name}") for kind in kinds}
    return {name: Frequency(often) for name, often in wanted.items() if often in set(Frequency)}


def _quiet_hours() -> tuple[int, int] | None:
    """From one time of the day to another; None where either is left out."""
    times = [request.form.get(name, "").strip() for name in ("quiet_from", "quiet_until")]
    if not all(times):
        return None
    try:
        starts, ends = (time.fromisoformat(each) for each in times)
    except ValueError:
        raise Invalid(_("Please write the time as 22:00.")) from None
    return starts.hour * 60 + starts.minute, ends.hour * 60 + ends.minute


@pages.route("/unsubscribe/<token>", methods=["GET", "POST"])
@csrf.exempt  # mail programs post here by themselves (RFC 8058); the token is the right
def unsubscribe(token: str) -> Any:
    """Opening it changes nothing, because mail scanners open every link."""
    _user_id, kind = look_at_unsubscription(token)
    if request.method == "POST":
        with transaction():
            actions.unsubscribe(token)
    return render_template("notifications/unsubscribe.html", kind=kind, done=request.method == "POST")


@pages.route("/mute/<token>", methods=["GET", "POST"])
@csrf.exempt
def mute(token: str) -> Any:
    """As `unsubscribe`, of one question."""
    title = muted_title(token)
    if request.method == "POST":
        user_id, question_id = look_at_muting(token)
        with transaction():
            actions.mute_question(actor_by_id(user_id), question_id)
    return render_template("notifications/mute.html", title=title, done=request.method == "POST")


@pages.route("/answered/solved/<token>", methods=["GET", "POST"])
@csrf.exempt
def solved(token: str) -> Any:
    return _say_so(token, LinkPurpose.SOLVED)


@pages.route("/answered/not-yet/<token>", methods=["GET", "POST"])
@csrf.exempt
def not_yet(token: str) -> Any:
    return _say_so(token, LinkPurpose.NOT_YET)


def _say_so(token: str, purpose: LinkPurpose) -> Any:
    """One button on a page; only pressing it speaks for the asker and uses the link up."""
    solves = purpose is LinkPurpose.SOLVED
    if request.method == "GET":
        link = look_at_link(token, purpose)
        asker = actor_by_id(link.user_id or 0)
        answer, question = answer_with_question(link.data["answer_id"], asker)
        return render_template("notifications/say_so.html", solved=solves, question=question, answer=answer)
    with transaction():
        link = use_link(token, purpose)
        asker = actor_by_id(link.user_id or 0)
        answer, question = answer_with_question(link.data["answer_id"], asker)
        (accept_answer if solves else say_it_did_not_help)(asker, question, answer)
        place = f"/questions/{question.id}/{question.slug}#answer-{answer.id}"
    thanks = _("Thank you: the answer is marked as the one that helped.")
    again = _("Thank you for saying so. The question waits for help again.")
    flash(thanks if solves else again, "success")
    return redirect(place, 303)
