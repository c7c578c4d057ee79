"""Keep, discard and take drafts: what a person has typed into a form and not yet sent."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import delete, or_, select
from sqlalchemy.exc import IntegrityError

from app.domains.accounts.actor import Actor
from app.domains.questions.drafts import UNDER_A_COMMENT, UNDER_AN_ANSWER, DraftForm, draft_form, is_blank, kept_fields
from app.domains.questions.models import Answer, Comment, Draft, Question
from app.domains.questions.policies import may_keep_drafts, may_see, may_see_answer, may_see_comment
from app.extensions import db
from app.kernel.clock import now
from app.kernel.errors import Conflict, NotFound
from app.kernel.i18n import _, _l
from app.kernel.limits import limit, spend
from app.kernel.policy import require

SAVES = limit("drafts", "120/minute", _l("Drafts that the browsers of one member save."))
MOST_DRAFTS = 50  # of one person; the oldest leave
KEPT_FOR = timedelta(days=180)

Row = TypeVar("Row", Answer, Comment)


def save_draft(
    owner: Actor, form: str, typed: Mapping[str, Any], *, version: int = 0, writer: str = ""
) -> Draft | None:
    """The draft as it is kept now; None where nothing was typed and nothing had been kept.

    `version` is the draft that the text was written on, 0 for none. Conflict, with the kept one, where another page
    has saved since; `writer` names the page, so that an answer that got lost on the way makes no conflict with itself.
    An emptied form leaves the kept text alone: only discarding removes it.
    """
    require(may_keep_drafts(owner))
    place = draft_form(form)
    fields = kept_fields(place, typed)
    question_id = _question_behind(owner, place)
    row = _own(owner, form)
    if is_blank(fields) or (row is not None and row.fields == fields):
        return row
    spend(SAVES, owner.id)
    if row is None:
        return _insert(owner, form, question_id, fields, writer)
    _refuse_older(row, version, writer)
    at = now()
    row.fields, row.version, row.writer, row.updated_at = fields, _next_version(at, row.version), writer, at
    return row


def _question_behind(owner: Actor, form: DraftForm) -> int | None:
    """The question whose page the form stands on; NotFound where its owner may not see what it is about."""
    question_id = answer_id = form.target_id
    if question_id is None:
        return None
    if form.kind in UNDER_A_COMMENT:
        comment = _there(Comment, form.target_id)
        require(may_see_comment(owner, comment))
        question_id, answer_id = comment.question_id, comment.answer_id
    if form.kind in UNDER_AN_ANSWER or (form.kind in UNDER_A_COMMENT and answer_id is not None):
        answer = _there(Answer, answer_id)
        require(may_see_answer(owner, answer))
        question_id = answer.question_id
    question = db.session.get(Question, question_id)
    if question is None:
        raise NotFound()
    require(may_see(owner, question))
    return question.id


def _there(model: type[Row], row_id: int | None) -> Row:
    row = db.session.get(model, row_id)
    if row is None:
        raise NotFound()
    return row


def _own(owner: Actor, form: str) -> Draft | None:
    found = select(Draft).where(Draft.user_id == owner.id, Draft.form == form).with_for_update()
    return db.session.scalar(found.execution_options(populate_existing=True))


def _insert(owner: Actor, form: str, question_id: int | None, fields: dict[str, str], writer: str) -> Draft:
    assert owner.id is not None
    at = now()
    row = Draft(user_id=owner.id, form=form, question_id=question_id, fields=fields, writer=writer, updated_at=at)
    row.version = _next_version(at)
    try:
        with db.session.begin_nested():
            db.session.add(row)
    except IntegrityError:
        twin = _own(owner, form)
        if twin is None:
            raise
        if twin.fields != fields:
            _refuse_older(twin, 0, writer)
        return twin
    _let_the_oldest_leave(owner.id)
    return row


def _next_version(at: datetime, before: int = 0) -> int:
    """Milliseconds, so that a draft that comes back after it was discarded is never taken for the one before."""
    return max(before + 1, int(at.timestamp() * 1000))


def _refuse_older(row: Draft, version: int, writer: str) -> None:
    if row.version != version and not (writer and row.writer == writer):
        sentence = _("Another page of yours has saved a newer text for this form.")
        newer = {"version": row.version, "fields": row.fields, "saved_at": row.updated_at.isoformat()}
        raise Conflict(sentence, newer=newer)


def _let_the_oldest_leave(user_id: int) -> None:
    own = select(Draft.id).where(Draft.user_id == user_id).order_by(Draft.updated_at.desc(), Draft.id.desc())
    surplus = list(db.session.scalars(own.offset(MOST_DRAFTS)))
    if surplus:
        db.session.execute(delete(Draft).where(Draft.id.in_(surplus)))


def discard_draft(owner: Actor, form: str, *, version: int, writer: str = "") -> dict[str, str]:
    """Remove it; gives what it held. Conflict where another page has saved a text that its owner has not seen here."""
    require(may_keep_drafts(owner))
    row = _own(owner, draft_form(form).name)
    if row is None:
        return {}
    _refuse_older(row, version, writer)
    fields = row.fields
    db.session.delete(row)
    db.session.flush()
    return fields


def take_draft(owner: Actor, form: str, *, version: int, writer: str = "") -> None:
    """The form was sent, in this very transaction: its draft goes, unless another page has saved a newer one."""
    require(may_keep_drafts(owner))
    sent = [Draft.version <= version]
    if writer:
        sent.append(Draft.writer == writer)
    gone = delete(Draft).where(Draft.user_id == owner.id, Draft.form == draft_form(form).name, or_(*sent))
    db.session.execute(gone, execution_options={"synchronize_session": False})


def forget_drafts_of(user_id: int) -> None:
    """Who has left has left nothing half written."""
    db.session.execute(delete(Draft).where(Draft.user_id == user_id))


def forget_old_drafts() -> None:
    """Nobody has touched them for half a year."""
    db.session.execute(delete(Draft).where(Draft.updated_at < now() - KEPT_FOR))
