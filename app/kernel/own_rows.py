"""What is kept of one person, table by table, for the export of their data."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from app.extensions import db


@dataclass(frozen=True)
class Own:
    """The rows whose column `whose` names the person. All of their columns are told but `without` and those that name
    people: this one is known, and who else had a hand in something is theirs to tell."""

    whose: Any
    without: tuple[str, ...] = ()
    where: Any = None

    @property
    def told(self) -> list[Any]:
        table = self.whose.property.columns[0].table
        return [each for each in table.columns if each.name not in self.without and not _names_somebody(each)]


def _names_somebody(column: Any) -> bool:
    return any(key.target_fullname == "user.id" for key in column.foreign_keys)


def rows_of(own: Own, user_id: int) -> list[dict[str, Any]]:
    """In the order in which they came. One statement."""
    columns = own.told
    found = select(*columns).where(own.whose == user_id).order_by(*columns[0].table.primary_key.columns)
    if own.where is not None:
        found = found.where(own.where)
    return [dict(row._mapping) for row in db.session.execute(found)]
