import pytest
from sqlalchemy import select

from app.domains.accounts.actions.links import look_at_link
from app.domains.accounts.actions.registering import Registration, clean_email, confirm_email, register
from app.domains.accounts.actor import GUEST, Actor
from app.domains.accounts.models import LinkPurpose, User
from app.domains.accounts.names import clean_name, name_key
from app.domains.accounts.queries import user_by_email
from app.extensions import db
from app.kernel.errors import Invalid, NotAllowed, NotFound, TooSoon
from app.kernel.mail import kept_mails
from app.kernel.transaction import transaction
from tests.domains.accounts.letters import PASSWORD, token_in


def registered(name: str = "Zoe", email: str = "zoe@example.com", password: str = PASSWORD) -> User | None:
    with transaction():
        return register(GUEST, Registration(name, email, password), from_address="192.0.2.1")


def test_a_newcomer_is_a_member_whose_address_is_not_confirmed(app):
    user = registered()

    assert user is not None
    assert (user.role, user.level, user.email_confirmed_at) == ("member", 0, None)


def test_the_password_is_kept_as_an_argon2id_hash(app):
    assert registered().password_hash.startswith("$argon2id$")


def test_the_link_in_the_mail_confirms_once(app, worker):
    registered()
    worker.tick()
    token = token_in(kept_mails(recipient="zoe@example.com")[0], "confirm")

    with transaction():
        assert confirm_email(token).email_confirmed_at is not None
    with pytest.raises(NotFound), transaction():
        confirm_email(token)


def test_a_used_link_is_not_even_shown(app, worker):
    registered()
    worker.tick()
    token = token_in(kept_mails()[0], "confirm")
    with transaction():
        confirm_email(token)
    with pytest.raises(NotFound):
        look_at_link(token, LinkPurpose.CONFIRM_EMAIL)


def test_a_confirmation_link_is_void_after_three_days(app, worker, clock):
    registered()
    worker.tick()
    token = token_in(kept_mails()[0], "confirm")
    clock.advance(days=3, seconds=1)

    with pytest.raises(NotFound), transaction():
        confirm_email(token)


def test_the_link_is_stored_as_a_hash_only(app, worker):
    registered()
    worker.tick()
    token = token_in(kept_mails()[0], "confirm")

    stored = db.session.connection().exec_driver_sql("SELECT token_hash FROM mail_link").scalars().all()

    assert stored and token not in stored


def test_a_taken_address_makes_no_second_account_and_tells_its_owner(app, worker, ann):
    assert registered(name="Another", email="ANN@example.com") is None
    worker.tick()

    assert db.session.scalar(select(User.id).where(User.name == "Another")) is None
    assert [mail.subject for mail in kept_mails(recipient="ann@example.com")] == [
        "You already have an account at Huzhu 互助"
    ]


def test_whoever_registers_twice_before_confirming_gets_the_link_again(app, worker):
    registered()
    worker.tick()
    assert registered(name="Zoe B") is None
    worker.tick()

    assert [token_in(mail, "confirm") is not None for mail in kept_mails()] == [True, True]


def test_a_taken_name_is_said_whether_or_not_the_address_is_known(app, ann):
    for email in ("ann@example.com", "new@example.com"):
        with pytest.raises(Invalid) as refused:
            registered(name="ann", email=email)
        assert list(refused.value.fields) == ["name"]


def test_somebody_signed_in_does_not_register(app, ann):
    with pytest.raises(NotAllowed), transaction():
        register(ann, Registration("Zoe", "zoe@example.com", PASSWORD), from_address="192.0.2.1")


@pytest.mark.parametrize("password", ["short", "x" * 201, "aaaaaaaaaaaa", ""])
def test_a_password_that_is_short_endless_or_trivial_is_refused(app, password):
    with pytest.raises(Invalid) as refused:
        registered(password=password)
    assert list(refused.value.fields) == ["password"]


@pytest.mark.parametrize(
    "email", ["", "ann", "ann@", "@example.com", "a b@example.com", "ann@example.com\nBcc: x@y.z", "a@b@c.d"]
)
def test_what_is_no_address_is_refused(app, email):
    with pytest.raises(Invalid) as refused:
        clean_email(email)
    assert list(refused.value.fields) == ["email"]


@pytest.mark.parametrize(
    "name",
    [
        "",
        "a",
        "x" * 31,
        "admin",
        "Support",
        "管理员",
        "12345",
        "ann<b>",
        "a\u202enna",
        "zero\u200bwidth",
        "\u3164\u3164\u3164",
        "\ufe0f\ufe0f\ufe0f",
        "a\u115fb",
        "аnn-cyrillic",
        "a/b",
        "a\nb@c",
    ],
)
def test_names_that_deceive_or_break_are_refused(app, name):
    with pytest.raises(Invalid) as refused:
        clean_name(name)
    assert list(refused.value.fields) == ["name"]


@pytest.mark.parametrize("name", ["Ann Lee", "陈晓", "Zoë", "jean-luc", "王小明2", "Ολγα", "о.иванов"])
def test_names_of_the_world_are_welcome(app, name):
    assert clean_name(name) == name


@pytest.mark.parametrize("twin", ["ANN", "a.n-n", "Ａｎｎ", "а" + "nn"])
def test_two_names_that_look_alike_are_one(app, twin):
    assert name_key(twin) == name_key("ann")


def test_full_width_letters_are_stored_as_plain_ones(app):
    assert clean_name("Ａnn  Lee") == "Ann Lee"


@pytest.mark.settings(limits="on")
def test_one_network_address_registers_five_times_in_half_an_hour(app):
    for number in range(5):
        registered(f"newcomer{number}x", f"new{number}@example.com")

    with pytest.raises(TooSoon) as refused:
        registered("newcomer6x", "new6@example.com")
    assert 0 < refused.value.retry_after_seconds <= 1800


def test_an_address_is_found_however_it_is_written(app):
    registered(email="Zoe@Example.com")
    assert user_by_email(" zoe@EXAMPLE.com ") is not None


def test_the_guest_is_nobody():
    assert not GUEST.is_authenticated and Actor(id=1).is_authenticated
