"""Figures that need questions and cases, by the formulas of rules/metrics.md; pages and the API show these numbers."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select

from app.domains.escalation.models import Case, Clock, ClockVerdict
from app.domains.questions.models import CloseReason, NoPromise, Question
from app.extensions import db
from app.kernel.clock import now
from app.kernel.remembered import remembered
from app.kernel.statistics import Rate, km_quantile, rate

SHOWN_FROM = 20  # a figure of fewer questions says more about chance than about the product


@dataclass(frozen=True)
class KeptInPublic:
    """A product's last `days`: n is always shown; figures of fewer than `SHOWN_FROM` questions are left out."""

    days: int
    questions: int
    first_answer_seconds: float | None
    """Median of the Kaplan-Meier curve, open questions censored; None where it is never reached."""
    promises: Rate

    @property
    def shown(self) -> bool:
        return self.questions >= SHOWN_FROM


def kept_in_public(product_id: int, days: int = 30) -> KeptInPublic:
    """What the product's page says about itself; of thousands of questions it may be a minute old. Two statements."""
    key = "kept_in_public", product_id, days
    return remembered(key, lambda: _kept(product_id, days), lambda kept: kept.questions)


def _kept(product_id: int, days: int) -> KeptInPublic:
    since, until = now() - timedelta(days=days), now()
    counted = [Question.product_id == product_id, Question.created_at >= since, Question.deleted_at.is_(None)]
    counted += [Question.hidden.is_(False), Question.close_reason.is_distinct_from(CloseReason.SPAM)]
    counted.append(Question.no_promise.is_distinct_from(NoPromise.ANNOUNCEMENT))
    rows = list(db.session.execute(select(Question.created_at, Question.first_answer_at).where(*counted)))
    waits = [
        (((row.first_answer_at or until) - row.created_at).total_seconds(), row.first_answer_at is not None)
        for row in rows
    ]
    return KeptInPublic(days, len(rows), km_quantile(waits, 0.5), _promises_kept(product_id, days))


def _promises_kept(product_id: int, days: int) -> Rate:
    """met / (met + breached) of the clocks due in the period; one open and past due counts as breached."""
    in_period = [Case.product_id == product_id, Clock.due_at >= now() - timedelta(days=days), Clock.due_at < now()]
    found = select(Clock.verdict, func.count()).join(Case, Case.id == Clock.case_id).where(*in_period)
    number = {verdict: count for verdict, count in db.session.execute(found.group_by(Clock.verdict))}
    met = number.get(ClockVerdict.MET, 0)
    broken = number.get(ClockVerdict.BREACHED, 0) + number.get(ClockVerdict.RUNNING, 0)
    return rate(met, met + broken)
