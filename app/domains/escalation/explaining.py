"""A deadline line by line, for the command line and the case's page. Pure but for the language."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from app.domains.escalation.queries.cases import Explanation
from app.domains.products.calendars import Step, Stretch
from app.kernel.i18n import _


def explanation_lines(found: Explanation) -> list[str]:
    """Whole sentences; times in the calendar's zone."""
    if found.start is None:
        return [_no_deadline(found.promise.why_none)]
    zone = ZoneInfo(found.timezone)
    first = _(
        "%(clock)s: %(target)s of open time, counted from %(start)s (%(zone)s).",
        clock=clock_name(found.what),
        target=_length(timedelta(seconds=found.target_seconds)),
        start=_at(found.start, zone),
        zone=found.timezone,
    )
    counted = [stretch for step in found.steps for stretch in step.counted]
    due_at = counted[-1][1] if counted else found.start
    return [first, *(_day(step, zone) for step in found.steps), _("Due %(at)s.", at=_at(due_at, zone))]


def clock_name(kind: str) -> str:
    names = {
        "peer": _("Peer window"),
        "first_reply": _("First reply of our team"),
        "next_reply": _("Next reply of our team"),
        "resolution": _("Resolution"),
    }
    return names.get(kind, kind)


def _no_deadline(why: str | None) -> str:
    reasons = {
        "imported": _("No promise: the question was imported."),
        "announcement": _("No promise: staff wrote this themselves."),
        "no_policy": _("No promise: the product has no policy."),
        "no_hours": _("No deadline: the product's calendar does not open for 400 days. Please correct it."),
    }
    return reasons.get(why or "", _("Nothing runs for this question."))


def _day(step: Step, zone: ZoneInfo) -> str:
    source = {"weekly": _("weekly hours"), "holiday": _("holiday"), "override": _("special day")}[step.source]
    if not step.counted:
        return _("%(date)s: closed (%(source)s).", date=f"{step.date:%a %Y-%m-%d}", source=source)
    return _(
        "%(date)s: %(spans)s (%(source)s) = %(added)s, together %(total)s.",
        date=f"{step.date:%a %Y-%m-%d}",
        spans=_spans(step.counted, zone),
        source=source,
        added=_length(step.added),
        total=_length(step.total),
    )


def _spans(stretches: Iterable[Stretch], zone: ZoneInfo) -> str:
    return ", ".join(f"{_clock(begins, zone)}-{_clock(ends, zone)}" for begins, ends in stretches)


def _clock(at: datetime, zone: ZoneInfo) -> str:
    local = at.astimezone(zone)
    return f"{local:%H:%M:%S}" if local.second else f"{local:%H:%M}"


def _at(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%a %Y-%m-%d} {_clock(at, zone)}"


def _length(span: timedelta) -> str:
    seconds = int(span.total_seconds())
    parts = ((seconds // 3600, "h"), (seconds // 60 % 60, "min"), (seconds % 60, "s"))
    return " ".join(f"{number} {unit}" for number, unit in parts if number) or "0 s"
