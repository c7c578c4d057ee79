"""What can be done with products: made, described, given hours, a team, experts and rules for kinds."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import delete, func, select

from app.domains.accounts.actor import STAFF_ROLES, Actor
from app.domains.accounts.models import Appointment, TeamMember, User
from app.domains.accounts.queries import user_by_id
from app.domains.products.calendars import Calendar as Hours
from app.domains.products.calendars import CalendarError
from app.domains.products.events import (
    AppointmentWithdrawn,
    CalendarChanged,
    ExpertAppointed,
    ProductCreated,
    TeamChanged,
)
from app.domains.products.guides import LONGEST_HELP, LONGEST_LABEL, MOST_FIELDS, GuideRow
from app.domains.products.models import Calendar, GuideField, Product, QuestionKindRule
from app.domains.products.policies import may_appoint, may_manage_products
from app.domains.products.queries import guide_rows, product_by_id
from app.extensions import db
from app.kernel.clock import now
from app.kernel.errors import Conflict, Invalid
from app.kernel.events import publish
from app.kernel.i18n import _
from app.kernel.policy import require

LONGEST_NAME, LONGEST_SLUG, LONGEST_DESCRIPTION = 120, 60, 2000
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def create_product(actor: Actor, slug: str, name: str, *, hours: Mapping[str, Any], description: str = "") -> Product:
    """A product with a calendar of its own. `hours` is as `Calendar.from_json` reads it.

    Whoever calls it gives the product its promise (escalation's `default_policy`) in the same transaction.
    """
    require(may_manage_products(actor))
    slug, name, description = slug.strip().lower(), name.strip(), description.strip()
    _refuse(_name_complaints(name, description) | _slug_complaints(slug))
    calendar = Calendar(name=name, hours=_read(hours).to_json(), version=1)
    db.session.add(calendar)
    db.session.flush()
    last = db.session.scalar(select(func.max(Product.position)))
    product = Product(slug=slug, name=name, description=description, calendar_id=calendar.id, created_at=now())
    product.position = 0 if last is None else last + 1
    product.archived, product.version = False, 1
    db.session.add(product)
    db.session.flush()
    publish(ProductCreated(product_id=product.id, actor_id=actor.id))
    return product


def edit_product(
    actor: Actor,
    product_id: int,
    *,
    name: str,
    description: str,
    position: int,
    archived: bool,
    base_version: int | None = None,
) -> Product:
    """The address of a product never changes: links and tokens of programs hold it."""
    require(may_manage_products(actor))
    product = product_by_id(product_id)
    if base_version is not None and base_version != product.version:
        raise Conflict(
            _("Somebody else has just changed this product. Please look at it again."),
            {"version": product.version, "name": product.name, "description": product.description},
        )
    _refuse(_name_complaints(name.strip(), description.strip()))
    product.name, product.description = name.strip(), description.strip()
    product.position, product.archived = position, archived
    product.version += 1
    return product


def set_calendar(actor: Actor, product_id: int, hours: Mapping[str, Any]) -> Calendar:
    """Other hours for this product alone; one that it shared with others becomes its own."""
    require(may_manage_products(actor))
    product, wanted = product_by_id(product_id), _read(hours)
    calendar = db.session.get_one(Calendar, product.calendar_id)
    sharing = select(func.count()).select_from(Product).where(Product.calendar_id == calendar.id)
    if (db.session.scalar(sharing) or 0) > 1:
        calendar = Calendar(name=product.name, hours={}, version=0)
        db.session.add(calendar)
        db.session.flush()
        product.calendar_id = calendar.id
    calendar.hours = wanted.to_json()
    calendar.version += 1
    publish(CalendarChanged(product_id=product_id, actor_id=actor.id))
    return calendar


def set_team(actor: Actor, product_id: int, user_ids: Iterable[int]) -> None:
    """Who of the staff serves the product. Staff in no team at all serve every product."""
    require(may_manage_products(actor))
    product_by_id(product_id)
    wanted = set(user_ids)
    staff = select(User.id).where(User.id.in_(wanted), User.role.in_(STAFF_ROLES), User.anonymised_at.is_(None))
    if wanted - set(db.session.scalars(staff)):
        raise Invalid(fields={"team": [_("Only staff can be in a team. Give the person a role first.")]})
    present = set(db.session.scalars(select(TeamMember.user_id).where(TeamMember.product_id == product_id)))
    gone = delete(TeamMember).where(TeamMember.product_id == product_id, TeamMember.user_id.in_(present - wanted))
    db.session.execute(gone)
    db.session.add_all(TeamMember(product_id=product_id, user_id=user_id) for user_id in sorted(wanted - present))
    if wanted != present:
        publish(TeamChanged(product_id=product_id, user_ids=tuple(sorted(wanted)), actor_id=actor.id))


def appoint(actor: Actor, product_id: int, user_id: int) -> None:
    """Make somebody an expert of the product by hand; everybody sees it beside the name. Again is the same."""
    require(may_appoint(actor, product_id))
    product_by_id(product_id)
    user = user_by_id(user_id)
    if user.anonymised_at is not None or user.role in STAFF_ROLES:
        raise Invalid(fields={"person": [_("Experts are members: staff answer as the company.")]})
    if db.session.get(Appointment, (product_id, user_id)) is None:
        row = Appointment(product_id=product_id, user_id=user_id, appointed_by_id=actor.id, appointed_at=now())
        db.session.add(row)
        publish(ExpertAppointed(product_id=product_id, user_id=user_id, actor_id=actor.id))


def withdraw_appointment(actor: Actor, product_id: int, user_id: int) -> None:
    require(may_appoint(actor, product_id))
    row = db.session.get(Appointment, (product_id, user_id))
    if row is not None:
        db.session.delete(row)
        publish(AppointmentWithdrawn(product_id=product_id, user_id=user_id, actor_id=actor.id))


def set_kind_rule(actor: Actor, product_id: int, kind: str, *, opens_privately: bool, skips_peer_window: bool) -> None:
    """How the product takes this kind of question; both off = openly, with the peer window."""
    require(may_manage_products(actor))
    product_by_id(product_id)
    row = db.session.get(QuestionKindRule, (product_id, kind))
    if row is None:
        row = QuestionKindRule(product_id=product_id, kind=kind)
        db.session.add(row)
    row.opens_privately, row.skips_peer_window = opens_privately, skips_peer_window


def set_guide(actor: Actor, product_id: int, rows: Sequence[GuideRow]) -> None:
    """These fields in this order; the others of the product are gone. What was posted keeps its words."""
    require(may_manage_products(actor))
    product_by_id(product_id)
    _refuse_wrong(rows)
    present = {row.id: row for row in guide_rows(product_id)}
    for position, wanted in enumerate(rows):
        row = present.pop(wanted.id, None) if wanted.id is not None else None
        if row is None:
            row = GuideField(product_id=product_id)
            db.session.add(row)
        row.kind, row.required, row.position = wanted.kind, wanted.required, position
        row.label, row.help = _said(wanted.label), _said(wanted.help)
    for gone in present.values():
        db.session.delete(gone)


def _refuse_wrong(rows: Sequence[GuideRow]) -> None:
    if len(rows) > MOST_FIELDS:
        raise Invalid(_("At most %(n)s questions, please: who asks has a question of their own.", n=MOST_FIELDS))
    for row in rows:
        if not _said(row.label):
            raise Invalid(_("Every question needs words in one language at least."))
        if any(len(text) > LONGEST_LABEL for text in row.label.values()):
            raise Invalid(_("A question has at most %(n)s characters.", n=LONGEST_LABEL))
        if any(len(text) > LONGEST_HELP for text in row.help.values()):
            raise Invalid(_("A hint has at most %(n)s characters.", n=LONGEST_HELP))


def _said(words: Mapping[str, str]) -> dict[str, str]:
    tidied = {language: " ".join(text.split()) for language, text in words.items()}
    return {language: text for language, text in tidied.items() if text}


def _read(hours: Mapping[str, Any]) -> Hours:
    try:
        return Hours.from_json(hours)
    except CalendarError as error:
        raise Invalid(fields=calendar_complaint(error)) from None


def calendar_complaint(error: CalendarError) -> dict[str, list[str]]:
    """The field of the form that is wrong, and a sentence for it."""
    place, _dot, rest = error.line.partition(".")
    sentences = {
        "overlap": _("Two spans of this day overlap."),
        "backwards": _("It closes before it opens. A night shift is two spans: up to 24:00, and from 00:00."),
        "bad_time": _("Please write hours as 09:00-12:00, 13:00-18:00."),
        "bad_date": _("Please write dates as 2026-10-01, one a line."),
        "unknown_timezone": _("There is no such time zone. An example: Asia/Shanghai"),
        "unknown_country": _("There is no such country."),
        "no_hours": _("The calendar never opens: no promise could be kept."),
        "too_many": _("These are too many lines."),
    }
    sentence = sentences.get(error.code, error.code)
    if place == "weekly":
        return {f"weekday_{rest.split('.')[0] or 0}": [sentence]}
    if place == "holidays" and rest.isdigit():
        sentence = _("Line %(n)s: %(sentence)s", n=int(rest) + 1, sentence=sentence)
    elif place == "overrides" and rest:
        sentence = f"{rest[:40]}: {sentence}"
    return {place: [sentence]}


def _name_complaints(name: str, description: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    if not 0 < len(name) <= LONGEST_NAME:
        found["name"] = [_("A product has a name of at most %(n)s characters.", n=LONGEST_NAME)]
    if len(description) > LONGEST_DESCRIPTION:
        found["description"] = [_("At most %(n)s characters, please.", n=LONGEST_DESCRIPTION)]
    return found


def _slug_complaints(slug: str) -> dict[str, list[str]]:
    if not _SLUG.fullmatch(slug) or len(slug) > LONGEST_SLUG:
        return {"slug": [_("The address has small letters a-z, digits and single hyphens. An example: mesh-router")]}
    if db.session.scalar(select(Product.id).where(Product.slug == slug)) is not None:
        return {"slug": [_("Another product has this address.")]}
    return {}


def _refuse(found: Mapping[str, list[str]]) -> None:
    if found:
        raise Invalid(fields=found)
