"""One history for both databases: up, down, up, and then models and schema agree."""

import pytest
from alembic import command
from sqlalchemy import inspect, text

from app.extensions import Model, db
from app.kernel.schema import alembic_config


@pytest.mark.both_databases
def test_the_schema_goes_up_and_down_and_up_and_is_what_the_models_say(app):
    Model.metadata.drop_all(db.engine)
    with db.engine.begin() as connection:
        connection.execute(text("DROP TABLE IF EXISTS alembic_version"))
    db.session.remove()

    command.upgrade(alembic_config(), "head")
    command.downgrade(alembic_config(), "base")
    assert set(inspect(db.engine).get_table_names()) <= {"alembic_version"}
    command.upgrade(alembic_config(), "head")
    command.check(alembic_config())

    assert set(Model.metadata.tables) <= set(inspect(db.engine).get_table_names())
