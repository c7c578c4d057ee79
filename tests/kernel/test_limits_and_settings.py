import pytest

from app.kernel.errors import Invalid, TooSoon
from app.kernel.limits import counted_as, limit, spend, unlimited
from app.kernel.settings import Setting, change
from app.kernel.transaction import transaction


@pytest.fixture(autouse=True)
def declared(monkeypatch):
    """What is declared here is known to no other test: their pages list every setting."""
    monkeypatch.setattr(Setting, "DECLARED", Setting.DECLARED.copy())


@pytest.fixture
def knocks(declared):
    return limit("knocks", "2/minute", "Knocks.")


@pytest.mark.settings(limits="on")
def test_the_third_knock_waits_and_others_do_not(app, knocks):
    spend(knocks, "ann")
    spend(knocks, "ann")
    with pytest.raises(TooSoon) as refused:
        spend(knocks, "ann")
    assert 0 < refused.value.retry_after_seconds <= 60
    spend(knocks, "bob")


@pytest.mark.settings(limits="on")
@pytest.mark.parametrize(("one", "same", "other"), [
    ("2001:db8:1:2::7", "2001:db8:1:2:ffff::9", "2001:db8:1:3::7"),
    ("::ffff:192.0.2.7", "192.0.2.7", "::ffff:192.0.2.8"),
    ("192.0.2.7", "192.0.2.7", "192.0.2.8"),
])  # fmt: skip
def test_a_network_address_counts_with_its_whole_network_where_one_has_many(app, one, same, other, knocks):
    spend(knocks, one)
    spend(knocks, same)
    with pytest.raises(TooSoon):
        spend(knocks, one)
    spend(knocks, other)


def test_a_number_of_an_account_is_no_network_address(app):
    assert [counted_as(who) for who in ("7", "ann@example.com", "a:b", "")] == ["7", "ann@example.com", "a:b", ""]


@pytest.mark.settings(limits="on")
def test_a_limit_is_a_setting_that_counts_at_once(app, ada, knocks):
    with transaction():
        change("limits.knocks", "1/minute; 5/hour", ada.id)
    spend(knocks, "ann")
    with pytest.raises(TooSoon):
        spend(knocks, "ann")


@pytest.mark.settings(limits="on")
def test_imports_know_no_limits(app, knocks):
    with unlimited():
        for _ in range(10):
            spend(knocks, "ann")


def test_limits_are_off_where_the_start_said_so(app, knocks):
    for _ in range(10):
        spend(knocks, "ann")


@pytest.mark.parametrize("text", ["", "often", "2 per fortnight", "-1/minute"])
def test_what_is_no_limit_is_refused_with_an_example(app, ada, text, knocks):
    with pytest.raises(Invalid) as refused, transaction():
        change("limits.knocks", text, ada.id)
    assert "2/minute" in str(refused.value.fields["limits.knocks"][0])


def test_a_setting_is_its_default_until_it_is_changed(app, ada):
    number = Setting("tests.number", 7, "A number.")
    assert number.value() == 7
    with transaction():
        change("tests.number", " 9 ", ada.id)
    assert number.value() == 9


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("feedback.acknowledge_days", "99999999999999"),
        ("feedback.decide_days", "0"),
        ("feedback.quiet_days", "-1"),
        ("feedback.separable_days", "9" * 400),
        ("moderation.flags_that_hide", "0"),
        ("search.tantivy_from", "0"),
        ("site.name", "x" * 61),
        ("site.name", "Two\nlines"),
    ],
)
def test_a_number_or_name_out_of_all_proportion_is_refused(app, ada, name, text):
    with pytest.raises(Invalid), transaction():
        change(name, text, ada.id)
    assert Setting.DECLARED[name].value() == Setting.DECLARED[name].default


@pytest.mark.settings(limits="on")
def test_a_limit_of_none_at_all_says_when_and_does_not_break(app, ada, knocks):
    with transaction():
        change("limits.knocks", "0/minute", ada.id)
    with pytest.raises(TooSoon):
        spend(knocks, "ann")
