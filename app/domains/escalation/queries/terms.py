"""A product's terms from its rows: policy, ladder, calendar, kind."""

from collections.abc import Iterable
from functools import cache
from typing import Any

from sqlalchemy import Row, Select, String, and_, bindparam, select

from app.domains.escalation.deadlines import Rung, Terms, matching
from app.domains.escalation.models import Level, Policy
from app.domains.products.calendars import Calendar as Hours
from app.domains.products.models import Calendar, Product, QuestionKindRule
from app.domains.questions.models import Question
from app.extensions import db
from app.kernel.errors import NotFound
from app.kernel.rows import read_rows

POLICY_COLUMNS = (
    Policy.id.label("policy_id"),
    Policy.conditions,
    Policy.peer_seconds,
    Policy.first_reply_seconds,
    Policy.next_reply_seconds,
    Policy.resolution_seconds,
    Policy.confirmation_days,
    Policy.lease_seconds,
)
CALENDAR_COLUMNS = (
    Calendar.id.label("calendar_id"),
    Calendar.version.label("calendar_version"),
    Calendar.hours.label("calendar_hours"),
)

_LADDER: Any = (
    select(Level.level, Level.after_seconds, Level.queue)
    .where(Level.policy_id == bindparam("policy_id"))
    .order_by(Level.level)
)

# Parsed once a version: every question page asks. Few and small, so nothing is ever thrown out but older versions.
_parsed: dict[int, tuple[int, Any, Hours]] = {}


def parsed_hours(calendar_id: int, version: int, hours: Any) -> Hours:
    """The calendar as the clock wants it, from the cache of this process where neither version nor text changed."""
    kept = _parsed.get(calendar_id)
    if kept is None or kept[0] != version or kept[1] != hours:
        kept = _parsed[calendar_id] = (version, hours, Hours.from_json(hours))
    return kept[2]


def terms_of(product_id: int, kind: str = "question", language: str = "en") -> Terms | None:
    """What this product promises for such a question; None without a policy. Two statements."""
    row = matching(read_rows(_of_product(), {"product_id": product_id, "kind": kind}).all(), kind, language)
    if row is None:
        return None
    return terms_from(row, _rungs(row.policy_id))


@cache
def _of_product() -> Select[Any]:
    columns: tuple[Any, ...] = (*POLICY_COLUMNS, *CALENDAR_COLUMNS, skips_peer_window())
    return (
        select(Product.id.label("product_id"), *columns)
        .join(Calendar, Calendar.id == Product.calendar_id)
        .join(Policy, Policy.product_id == Product.id)
        .outerjoin(QuestionKindRule, kind_rule_of(bindparam("kind", type_=String)))
        .where(Product.id == bindparam("product_id"))
        .order_by(Policy.position, Policy.id)
    )


def skips_peer_window() -> Any:
    return QuestionKindRule.skips_peer_window


def kind_rule_of(kind: Any) -> Any:
    return and_(QuestionKindRule.product_id == Product.id, QuestionKindRule.kind == kind)


def terms_from(row: Row[Any], rungs: Iterable[Rung] = ()) -> Terms:
    """From a row with POLICY_COLUMNS, CALENDAR_COLUMNS, `product_id` and `skips_peer_window`."""
    return Terms(
        product_id=row.product_id,
        policy_id=row.policy_id,
        calendar=parsed_hours(row.calendar_id, row.calendar_version, row.calendar_hours),
        peer_seconds=0 if row.skips_peer_window else row.peer_seconds,
        first_reply_seconds=row.first_reply_seconds,
        next_reply_seconds=row.next_reply_seconds,
        resolution_seconds=row.resolution_seconds,
        confirmation_days=row.confirmation_days,
        lease_seconds=row.lease_seconds,
        rungs=tuple(rungs),
    )


def _rungs(policy_id: int) -> list[Rung]:
    return [Rung(row.level, row.after_seconds, row.queue) for row in read_rows(_LADDER, {"policy_id": policy_id})]


def terms_of_case(case: Any) -> Terms:
    """The terms that a case is worked by; its question's kind and language choose among the product's policies."""
    of_question = select(Question.kind, Question.language).where(Question.id == case.question_id)
    kind, language = db.session.execute(of_question).one()
    terms = terms_of(case.product_id, kind.value, language)
    if terms is None:
        raise NotFound()
    return terms


def base_policy(product_id: int) -> Policy | None:
    """The last policy by position: the one that matches everything."""
    found = select(Policy).where(Policy.product_id == product_id).order_by(Policy.position.desc()).limit(1)
    return db.session.scalar(found)


def policies_of(product_id: int) -> list[tuple[Policy, list[Level]]]:
    """A product's policies in order, each with its ladder, for the form that edits them."""
    policies = list(db.session.scalars(select(Policy).where(Policy.product_id == product_id).order_by(Policy.position)))
    found = select(Level).where(Level.policy_id.in_([policy.id for policy in policies])).order_by(Level.level)
    levels = list(db.session.scalars(found))
    return [(policy, [level for level in levels if level.policy_id == policy.id]) for policy in policies]
