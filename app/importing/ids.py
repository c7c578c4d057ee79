"""Numbers of imported rows: kept where nothing stands in the way, given by the database elsewhere."""

from typing import Any

from sqlalchemy import func, insert, select, text
from sqlalchemy.orm import DeclarativeBase

from app.extensions import database_is_sqlite, db


def insert_all(model: type[DeclarativeBase], rows: list[dict[str, Any]]) -> list[int]:
    """Insert the rows (all with the same keys) and give their ids, in order."""
    if not rows:
        return []
    if "id" in rows[0]:
        db.session.execute(insert(model), rows)
        return [row["id"] for row in rows]
    column: Any = model.id  # type: ignore[attr-defined]
    return list(db.session.scalars(insert(model).returning(column, sort_by_parameter_order=True), rows))


def continue_numbering(*models: type[DeclarativeBase]) -> None:
    """PostgreSQL counts on from its own sequence, which knows nothing of rows that brought their number."""
    if database_is_sqlite(db.engine):
        return
    for model in models:
        column: Any = model.id  # type: ignore[attr-defined]
        highest = db.session.scalar(select(func.max(column)))
        if highest:
            name = model.__tablename__
            advance = text("SELECT setval(pg_get_serial_sequence(:name, 'id'), :highest)")
            db.session.execute(advance, {"name": name, "highest": highest})
