"""The link of the first administrator: printed for as long as nobody could come in without it."""

import pytest
from alembic import command
from flask import Flask
from sqlalchemy import select

from app.demonstration.people import names
from app.domains.accounts.models import User
from app.extensions import db
from app.kernel.schema import alembic_config
from app.kernel.transaction import transaction
from tests.factories import a_person


@pytest.fixture
def prepare(app: Flask):
    command.stamp(alembic_config(), "head")

    def run() -> str:
        done = app.test_cli_runner().invoke(args=["prepare"])
        assert done.exit_code == 0, done.output
        return str(done.output)

    return run


def change(who: str, **values: object) -> None:
    with transaction():
        person = db.session.scalars(select(User).where(User.name == who)).one()
        for field, value in values.items():
            setattr(person, field, value)


def test_a_link_is_printed_until_an_administrator_has_come_in(prepare, clock):
    assert "/login/link/" in prepare()
    assert "/login/link/" in prepare(), "the first one may be lost, or a day old"
    change("keeper", seen_at=clock.now())
    assert prepare() == ""


def test_an_administrator_with_a_password_needs_no_link(prepare):
    prepare()
    change("keeper", password_hash="something")
    assert prepare() == ""


def test_any_administrator_will_do(prepare, clock):
    prepare()
    a_person("second", role="admin")
    change("second", seen_at=clock.now())
    assert prepare() == ""


ELSEWHERE = {"base_url": "https://forum.example.com"}


@pytest.mark.parametrize(("reached_by", "printed"), [({"demo": True}, False), (ELSEWHERE, True)])
def test_in_a_demonstration_the_administrator_is_one_click_away_where_that_is_allowed(
    app, prepare, reached_by, printed
):
    prepare()
    app.extensions["config"] = app.extensions["config"].model_copy(update={"demo": None} | reached_by)
    app.extensions["config"].demo_mark.write_text("2026-03-03\n")
    change("keeper", name=sorted(names())[0])

    assert ("/login/link/" in prepare()) == printed
