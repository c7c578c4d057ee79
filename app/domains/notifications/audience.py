"""Who should hear of what, and why: the only place that decides it.

Each event has one function, which names people in the order of their reasons: who is named twice hears once, for the
first reason. `audience_of` then leaves out whoever did it, whoever chose not to hear of it, and whoever may not see the
post. Of somebody's levels the nearest counts: the question's, else its tags', else its product's. Muted hears duties
alone; normal what is one's own, or names or asks one; tracking reads the rest in the inbox, watching also by mail.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import bindparam, select

from app.domains.accounts.actor import Actor
from app.domains.accounts.events import RoleGranted
from app.domains.accounts.queries import actors_by_id, team_of, user_ids_with_role
from app.domains.escalation.events import CaseChanged, CaseOverdue, CaseRaised, CaseReminded, QuestionEscalated
from app.domains.escalation.models import Case, CaseState
from app.domains.escalation.policies import may_claim
from app.domains.feedback.events import DigestReady, FeedbackStateChanged
from app.domains.feedback.models import FeedbackItem
from app.domains.feedback.queries import people_behind
from app.domains.follows.models import FollowKind, FollowLevel
from app.domains.follows.queries import follower_ids, levels_on, muting_ids
from app.domains.notifications.events import SolvedReminderDue
from app.domains.notifications.kinds import KINDS
from app.domains.notifications.mentions import named_in, newly_named
from app.domains.notifications.posts import Posts, posts_by_id
from app.domains.products.queries import product_by_id
from app.domains.questions.events import (
    AnswerAccepted,
    AnswerEdited,
    AnswerPosted,
    CommentEdited,
    CommentPosted,
    PostHidden,
    QuestionAsked,
    QuestionClosed,
    QuestionEdited,
)
from app.domains.questions.models import Answer, Comment, PostKind, Question
from app.domains.questions.queries import tag_ids_of
from app.domains.reputation.events import ExpertsInvited
from app.domains.reputation.models import Invitation
from app.extensions import db
from app.kernel.events import Event
from app.kernel.rows import read_rows

FOLLOWS, OWN = "follows", "own"
_ASKER: Any = select(Question.asker_id).where(Question.id == bindparam("question_id"))


@dataclass(frozen=True)
class Hearing:
    """One person, one sentence. `data` holds what the sentence needs beside the names of people and posts."""

    user_id: int
    kind: str
    question_id: int | None = None
    answer_id: int | None = None
    data: dict[str, Any] = field(default_factory=dict)
    by_mail: bool = True
    """False where the person wants to read it in the inbox alone."""


def audience_of(event: Event) -> list[Hearing]:
    """Everybody who is to be told of this event now; nobody where the event's kind concerns nobody."""
    find = AUDIENCES.get(type(event))
    first: dict[int, Hearing] = {}
    for hearing in find(event) if find else ():
        first.setdefault(hearing.user_id, hearing)
    first.pop(event.actor_id or 0, None)
    return _who_may_hear(list(first.values()))


def _who_may_hear(named: list[Hearing]) -> list[Hearing]:
    if not named:
        return []
    actors = actors_by_id(hearing.user_id for hearing in named)
    question_ids = {hearing.question_id for hearing in named if hearing.question_id is not None}
    posts = posts_by_id(question_ids, {hearing.answer_id for hearing in named if hearing.answer_id is not None})
    seeing = [each for each in named if each.user_id in actors and _may_see(actors[each.user_id], each, posts)]
    return list(_as_chosen(seeing, question_ids, posts))


def _as_chosen(hearings: list[Hearing], question_ids: Iterable[int], posts: Posts) -> Iterator[Hearing]:
    """Less what people do not want to hear of, and what they want to hear without a mail."""
    levels = {}
    for question_id in question_ids:
        people = [each.user_id for each in hearings if each.question_id == question_id]
        if people:
            product_id = posts.questions[question_id].product_id
            levels[question_id] = levels_on(people, question_id, tag_ids_of(question_id), product_id)
    for hearing in hearings:
        chosen = levels.get(hearing.question_id or 0, {}).get(hearing.user_id)
        level = chosen[1] if chosen is not None else None
        if KINDS[hearing.kind].is_duty or level is None:
            yield hearing
        elif level is FollowLevel.MUTED or (level is FollowLevel.NORMAL and _is_followed(hearing)):
            continue
        elif level is FollowLevel.TRACKING and (_is_followed(hearing) or _of_thread(hearing, chosen)):
            yield replace(hearing, by_mail=False)
        else:
            yield hearing


def _is_followed(hearing: Hearing) -> bool:
    """Heard for no other reason than that the person follows something."""
    return hearing.data.get("why") in (FOLLOWS, "tag", "product")


def _of_thread(hearing: Hearing, chosen: tuple[FollowKind, FollowLevel] | None) -> bool:
    """What happens in the asker's own question, whose level the asker has chosen."""
    return chosen is not None and chosen[0] is FollowKind.QUESTION and hearing.data.get("why") == OWN


def _may_see(actor: Actor, about: Hearing, posts: Posts) -> bool:
    """Whether the post is there for this person."""
    return about.question_id is None or posts.show(actor, about.question_id, about.answer_id)


def _of_answer(event: AnswerPosted) -> Iterator[Hearing]:
    asker = _asker_of(event.question_id)
    kind = "staff_answered" if event.official else "answer_posted"
    yield Hearing(asker, kind, event.question_id, event.answer_id, {"why": OWN})
    yield from _mentioned(named_in(Answer, event.answer_id), event.question_id, event.answer_id)
    for follower in follower_ids(FollowKind.QUESTION, [event.question_id]):
        yield Hearing(follower, "answer_posted", event.question_id, event.answer_id, {"why": FOLLOWS})


def _of_acceptance(event: AnswerAccepted) -> Iterator[Hearing]:
    yield Hearing(event.author_id, "answer_accepted", event.question_id, event.answer_id)


def _of_comment(event: CommentPosted) -> Iterator[Hearing]:
    """The author of what was commented, and the asker, whose question it all is about."""
    data = {"comment": event.comment_id}
    if event.answer_id is not None:
        author = db.session.get_one(Answer, event.answer_id).author_id
        yield Hearing(author, "comment_posted", event.question_id, event.answer_id, data | {"on": "answer"})
    asker = _asker_of(event.question_id)
    yield Hearing(asker, "comment_posted", event.question_id, event.answer_id, data | {"on": "question"})
    yield from _mentioned(named_in(Comment, event.comment_id), event.question_id, event.answer_id, data)


def _mentioned(
    user_ids: Iterable[int], question_id: int, answer_id: int | None = None, data: dict[str, Any] | None = None
) -> Iterator[Hearing]:
    for user_id in user_ids:
        yield Hearing(user_id, "mentioned", question_id, answer_id, data or {})


def _of_edited_question(event: QuestionEdited) -> Iterator[Hearing]:
    named = newly_named(named_in(Question, event.question_id), event.question_id, None)
    return _mentioned(named, event.question_id)


def _of_edited_answer(event: AnswerEdited) -> Iterator[Hearing]:
    named = newly_named(named_in(Answer, event.answer_id), event.question_id, event.answer_id)
    return _mentioned(named, event.question_id, event.answer_id)


def _of_edited_comment(event: CommentEdited) -> Iterator[Hearing]:
    named = newly_named(named_in(Comment, event.comment_id), event.question_id, event.answer_id, event.comment_id)
    return _mentioned(named, event.question_id, event.answer_id, {"comment": event.comment_id})


def _of_question(event: QuestionAsked) -> Iterator[Hearing]:
    yield from _mentioned(named_in(Question, event.question_id), event.question_id)
    for why, followers in (
        ("tag", follower_ids(FollowKind.TAG, tag_ids_of(event.question_id))),
        ("product", follower_ids(FollowKind.PRODUCT, [event.product_id])),
    ):
        for follower in followers:
            yield Hearing(follower, "question_asked", event.question_id, data={"why": why})


def _of_invitations(event: ExpertsInvited) -> Iterator[Hearing]:
    asked = [Invitation.question_id == event.question_id, Invitation.user_id.in_(event.user_ids)]
    for invitation in db.session.scalars(select(Invitation).where(*asked).order_by(Invitation.id)):
        because = {"because": dict(invitation.because or {})}
        yield Hearing(invitation.user_id, "invited", event.question_id, data=because)


def _of_closing(event: QuestionClosed) -> Iterator[Hearing]:
    data = {"reason": event.reason}
    yield Hearing(_asker_of(event.question_id), "question_closed", event.question_id, data=data | {"why": OWN})
    for follower in follower_ids(FollowKind.QUESTION, [event.question_id]):
        yield Hearing(follower, "question_closed", event.question_id, data=data | {"why": FOLLOWS})


def _of_hiding(event: PostHidden) -> Iterator[Hearing]:
    answer = event.target_id if event.kind == PostKind.ANSWER else None
    data = {"post": event.kind, "reason": event.reason}
    yield Hearing(event.author_id, "post_hidden", event.question_id, answer, data)


def _of_reminder(event: SolvedReminderDue) -> Iterator[Hearing]:
    yield Hearing(_asker_of(event.question_id), "solved_reminder", event.question_id, event.answer_id)


def _of_escalation(event: QuestionEscalated) -> Iterator[Hearing]:
    """The staff who may claim it, while it waits; a queue without an eligible person falls to the leads."""
    case = db.session.get_one(Case, event.case_id)
    if case.state != CaseState.QUEUED:
        return iter(())
    team = actors_by_id(team_of(event.product_id)).values()
    claiming = [actor.id for actor in team if actor.id is not None and may_claim(actor, case)]
    return _about_case(event, "question_escalated", claiming or _leads_of(event.product_id))


def _of_raise(event: CaseRaised) -> Iterator[Hearing]:
    return _about_case(event, "case_raised", _leads_of(event.product_id))


def _of_overdue(event: CaseOverdue) -> Iterator[Hearing]:
    return _about_case(event, "case_overdue", _leads_of(event.product_id))


def _about_case(event: CaseChanged, kind: str, user_ids: Iterable[int]) -> Iterator[Hearing]:
    data = {"case": event.case_id, "level": event.level, "because": event.because}
    for user_id in user_ids:
        yield Hearing(user_id, kind, event.question_id, data=data)


def _of_waiting_asker(event: CaseReminded) -> Iterator[Hearing]:
    yield Hearing(_asker_of(event.question_id), "case_reminded", event.question_id)


def _of_role(event: RoleGranted) -> Iterator[Hearing]:
    yield Hearing(event.user_id, "role_granted", data={"role": event.role})


def _of_digest(event: DigestReady) -> Iterator[Hearing]:
    """The product's managers; a product without one falls to its leads, then to administrators."""
    managers = _serving(event.product_id, "pm") or _leads_of(event.product_id)
    data = {"digest": event.digest_id, "product": product_by_id(event.product_id).name}
    for user_id in managers:
        yield Hearing(user_id, "digest_ready", data=data)


def _of_feedback(event: FeedbackStateChanged) -> Iterator[Hearing]:
    muting = muting_ids(FollowKind.FEEDBACK, [event.item_id])
    title = db.session.get_one(FeedbackItem, event.item_id).title
    data = {"item": event.item_id, "title": title, "state": event.after}
    for user_id in people_behind(event.item_id):
        if user_id not in muting:
            yield Hearing(user_id, "feedback_state_changed", data=data)


def _asker_of(question_id: int) -> int:
    asker_id: int = read_rows(_ASKER, {"question_id": question_id}).scalar_one()
    return asker_id


def _leads_of(product_id: int) -> list[int]:
    return _serving(product_id, "lead") or user_ids_with_role("admin")


def _serving(product_id: int, role: str) -> list[int]:
    actors = actors_by_id(user_ids_with_role(role)).values()
    return sorted(actor.id for actor in actors if actor.id is not None and actor.serves(product_id))


AUDIENCES: dict[type[Event], Callable[[Any], Iterable[Hearing]]] = {
    AnswerPosted: _of_answer,
    AnswerEdited: _of_edited_answer,
    AnswerAccepted: _of_acceptance,
    CommentPosted: _of_comment,
    CommentEdited: _of_edited_comment,
    QuestionAsked: _of_question,
    QuestionEdited: _of_edited_question,
    ExpertsInvited: _of_invitations,
    QuestionClosed: _of_closing,
    PostHidden: _of_hiding,
    SolvedReminderDue: _of_reminder,
    QuestionEscalated: _of_escalation,
    CaseRaised: _of_raise,
    CaseOverdue: _of_overdue,
    CaseReminded: _of_waiting_asker,
    RoleGranted: _of_role,
    DigestReady: _of_digest,
    FeedbackStateChanged: _of_feedback,
}
