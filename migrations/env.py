"""Runs inside the application's context, on its engine; batch mode rebuilds SQLite's tables where it must."""

from alembic import context
from sqlalchemy.engine import Connection

from app.extensions import Model, db
from app.kernel.schema import changing_tables


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Model.metadata,
        render_as_batch=True,
        compare_type=True,
        user_module_prefix="app.kernel.columns.",
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    with db.engine.connect() as connection, changing_tables(connection):
        run(connection)
