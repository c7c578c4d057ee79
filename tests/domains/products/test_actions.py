import pytest

from app.domains.accounts.queries import actor_by_id, appointed_for, people_by_id, team_of
from app.domains.products.actions import (
    appoint,
    create_product,
    edit_product,
    set_calendar,
    set_kind_rule,
    set_team,
    withdraw_appointment,
)
from app.domains.products.calendars import CalendarError, always, office
from app.domains.products.queries import all_products, hours_of, kind_rules, product_by_id, product_by_slug
from app.domains.products.typed_hours import TypedHours, stored_form, typed_form
from app.kernel.errors import Conflict, Invalid, NotAllowed
from app.kernel.transaction import transaction
from tests.factories import a_person, a_product

HOURS = office("Asia/Shanghai").to_json()
NO_HOURS = ("",) * 7


def made(ada, slug="mesh", name="Mesh Router", **more):
    with transaction():
        return create_product(ada, slug, name, hours=more.pop("hours", HOURS), **more).id


def test_a_product_has_a_calendar_of_its_own(ada):
    first, second = made(ada), made(ada, "notes", "Notes")
    assert product_by_id(first).calendar_id != product_by_id(second).calendar_id
    assert [product.slug for product in all_products()] == ["mesh", "notes"]


@pytest.mark.parametrize("slug", ["", "Mesh Router", "me--sh", "-mesh", "mesh/x", "x" * 61, "网格", "../etc"])
def test_an_address_that_is_none_is_refused(ada, slug):
    with pytest.raises(Invalid) as refused:
        made(ada, slug)
    assert list(refused.value.fields) == ["slug"]


def test_two_products_have_two_addresses(ada):
    made(ada)
    with pytest.raises(Invalid):
        made(ada, name="Another")


@pytest.mark.parametrize("name", ["", "x" * 121])
def test_a_product_needs_a_name_that_fits(ada, name):
    with pytest.raises(Invalid):
        made(ada, name=name)


def test_a_calendar_that_never_opens_is_refused(ada):
    with pytest.raises(Invalid) as refused:
        made(ada, hours={"timezone": "UTC", "weekly": [[]] * 7})
    assert list(refused.value.fields) == ["weekday_0"]


@pytest.mark.parametrize("who", ["ann", "eve", "stan", "lena", "mona", "pat"])
def test_only_administrators_manage_products(request, ada, who):
    product_id, actor = made(ada), request.getfixturevalue(who)
    for change in (
        lambda: create_product(actor, "x", "X", hours=HOURS),
        lambda: edit_product(actor, product_id, name="X", description="", position=0, archived=False),
        lambda: set_calendar(actor, product_id, HOURS),
        lambda: set_team(actor, product_id, []),
        lambda: set_kind_rule(actor, product_id, "idea", opens_privately=True, skips_peer_window=False),
    ):
        with pytest.raises(NotAllowed), transaction():
            change()


def test_an_archived_product_leaves_the_menu(ada):
    product_id = made(ada)
    with transaction():
        edit_product(ada, product_id, name="Mesh", description="Old.", position=3, archived=True)
    assert all_products() == [] and product_by_slug("mesh").description == "Old."


def test_a_product_changed_by_somebody_else_meanwhile_is_not_overwritten(ada):
    product_id = made(ada)
    with transaction():
        edit_product(ada, product_id, name="First", description="", position=0, archived=False, base_version=1)
    with pytest.raises(Conflict) as refused, transaction():
        edit_product(ada, product_id, name="Second", description="", position=0, archived=False, base_version=1)
    assert refused.value.newer["name"] == "First"


def test_new_hours_raise_the_calendars_version(ada):
    product_id = made(ada)
    with transaction():
        calendar = set_calendar(ada, product_id, always("UTC").to_json())
        assert calendar.version == 2
    assert hours_of(product_by_id(product_id).calendar_id).never_closes


def test_a_shared_calendar_is_changed_for_one_product_only(ada):
    first, second = made(ada), made(ada, "notes", "Notes")
    with transaction():
        product_by_id(second).calendar_id = product_by_id(first).calendar_id
    with transaction():
        set_calendar(ada, second, always("UTC").to_json())
    assert not hours_of(product_by_id(first).calendar_id).never_closes
    assert hours_of(product_by_id(second).calendar_id).never_closes


@pytest.mark.both_databases
def test_a_team_serves_its_product_and_no_other(ada):
    mesh, notes = made(ada), made(ada, "notes", "Notes")
    agent, free = a_person("agent one", role="agent"), a_person("agent two", role="agent")
    with transaction():
        set_team(ada, mesh, [agent.id])
    assert actor_by_id(agent.id).serves(mesh) and not actor_by_id(agent.id).serves(notes)
    assert team_of(notes) == [free.id]
    with transaction():
        set_team(ada, mesh, [])
    assert actor_by_id(agent.id).serves(notes)


def test_only_staff_can_be_in_a_team(ada, ann):
    product_id = made(ada)
    with pytest.raises(Invalid), transaction():
        set_team(ada, product_id, [ann.id])


def test_an_appointed_expert_is_one_for_that_product_and_shown_as_such(ada, ann):
    mesh, notes = made(ada), made(ada, "notes", "Notes")
    with transaction():
        appoint(ada, mesh, ann.id)
        appoint(ada, mesh, ann.id)
    assert appointed_for(mesh) == [ann.id]
    assert actor_by_id(ann.id).is_expert_in(mesh) and not actor_by_id(ann.id).is_expert_in(notes)
    assert people_by_id([ann.id], mesh)[ann.id].is_expert and not people_by_id([ann.id], notes)[ann.id].is_expert
    with transaction():
        withdraw_appointment(ada, mesh, ann.id)
    assert not actor_by_id(ann.id).is_expert


def test_a_lead_appoints_for_the_products_they_serve(ada, ann):
    mesh, notes = made(ada), made(ada, "notes", "Notes")
    lead = a_person("a lead", role="lead", serves=(mesh,))
    with transaction():
        appoint(lead, mesh, ann.id)
    with pytest.raises(NotAllowed), transaction():
        appoint(lead, notes, ann.id)


@pytest.mark.parametrize("who", ["ann", "eve", "stan", "mona", "pat"])
def test_nobody_else_appoints(request, ada, bob, who):
    product_id = made(ada)
    with pytest.raises(NotAllowed), transaction():
        appoint(request.getfixturevalue(who), product_id, bob.id)


def test_staff_are_no_experts(ada, stan):
    product_id = made(ada)
    with pytest.raises(Invalid), transaction():
        appoint(ada, product_id, stan.id)


def test_a_rule_for_a_kind_is_kept_and_changed(ada):
    product_id = made(ada)
    for skips in (True, False):
        with transaction():
            set_kind_rule(ada, product_id, "complaint", opens_privately=True, skips_peer_window=skips)
        rule = kind_rules(product_id)["complaint"]
        assert (rule.opens_privately, rule.skips_peer_window) == (True, skips)


# --- hours as they are typed ---


def test_hours_read_back_what_was_typed():
    typed = TypedHours(
        "Asia/Shanghai",
        ("09:00-12:00, 13:00-18:00", "09:00-18:00", "", "", "", "", ""),
        "2026-10-01\n2026-10-02",
        "2026-10-10 09:00-18:00\n2026-10-11 closed",
    )
    assert typed_form(stored_form(typed)) == typed


def test_chinese_punctuation_and_notes_are_understood():
    typed = TypedHours("UTC", ("9:00—12:00，13:00至18:00", *NO_HOURS[1:]), "2026-10-01 国庆节", "2026-10-10 休息")
    stored = stored_form(typed)
    assert stored["weekly"][0] == [["9:00", "12:00"], ["13:00", "18:00"]]
    assert stored["holidays"] == ["2026-10-01"] and stored["overrides"] == {"2026-10-10": []}


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        (TypedHours("Mars/Olympus", ("09:00-18:00", *NO_HOURS[1:])), "timezone"),
        (TypedHours("UTC", ("", "", "09:00-18:00, 17:00-20:00", "", "", "", "")), "weekday_2"),
        (TypedHours("UTC", ("18:00-09:00", *NO_HOURS[1:])), "weekday_0"),
        (TypedHours("UTC", ("nine to five", *NO_HOURS[1:])), "weekday_0"),
        (TypedHours("UTC", ("09:00", *NO_HOURS[1:])), "weekday_0"),
        (TypedHours("UTC", ("9:00-25:00", *NO_HOURS[1:])), "weekday_0"),
        (TypedHours("UTC", ("09:00-18:00", *NO_HOURS[1:]), "2026-02-30"), "holidays"),
        (TypedHours("UTC", ("09:00-18:00", *NO_HOURS[1:]), "", "soon 09:00-10:00"), "overrides"),
        (TypedHours("UTC", ("09:00-18:00", *NO_HOURS[1:]), "", "2026-10-10 10:00-09:00"), "overrides"),
    ],
)
def test_each_mistake_is_shown_at_its_field(ada, typed, field):
    product_id = made(ada)
    with pytest.raises(Invalid) as refused, transaction():
        set_calendar(ada, product_id, stored_form(typed))
    assert list(refused.value.fields) == [field]


def test_a_flood_of_lines_is_refused():
    with pytest.raises(CalendarError):
        stored_form(TypedHours("UTC", NO_HOURS, "2026-10-01\n" * 1001))


def test_the_factories_product_can_be_given_other_hours(ada):
    product = a_product()
    with transaction():
        set_calendar(ada, product.id, always("UTC").to_json())
    assert hours_of(product.calendar_id).never_closes
