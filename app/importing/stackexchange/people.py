"""Authors become people here: without address and password, with the way back to where they are at home."""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.domains.accounts.models import Role, User
from app.domains.accounts.names import name_key
from app.extensions import db
from app.importing.ids import insert_all
from app.importing.names import fitting_name
from app.importing.progress import LeftOut
from app.importing.stackexchange.reading import Dump, Row, instant
from app.importing.stackexchange.site import Site
from app.kernel.transaction import transaction

UNKNOWN = "former user"


def import_people(dump: Dump, site: Site, wanted: set[str], at: datetime, left_out: LeftOut) -> dict[str, int]:
    """User id of every key in `wanted`; who is not here yet is made, with `at` where the dump has no date."""
    rows = _rows_of(dump, wanted, left_out)
    with transaction():
        known = _known(site)
        taken = set(db.session.scalars(select(User.name_key)))
        missing = sorted((key for key in wanted if site.person(key) not in known), key=_by_number)
        people = [_person(key, rows.get(key, {}), site, at, taken) for key in missing]
        ids = insert_all(User, people)
    made = dict(zip(missing, ids, strict=True))
    return {key: made.get(key) or known[site.person(key)] for key in wanted}


def _by_number(key: str) -> tuple[int, str]:
    """Who came first to the other site keeps the name where two would share one."""
    return int(key) if key.lstrip("-").isdecimal() else 2**63, key


def _rows_of(dump: Dump, wanted: set[str], left_out: LeftOut) -> dict[str, Row]:
    rows: dict[str, Row] = {}
    for row in dump.rows("Users"):
        if row.get("Id") in wanted:
            rows[row["Id"]] = row
        else:
            left_out.add("people", "they wrote nothing that is imported")
    return rows


def _known(site: Site) -> dict[str, int]:
    found = select(User.source_url, User.id).where(User.source_url.startswith(f"{site.address}/", autoescape=True))
    return {str(row.source_url): row.id for row in db.session.execute(found)}


def _person(key: str, row: Row, site: Site, at: datetime, taken: set[str]) -> dict[str, Any]:
    wanted = row.get("DisplayName") or (key[1:] if key.startswith("~") else "") or UNKNOWN
    name = fitting_name(wanted, key if key and not key.startswith("~") else 2, taken)
    return {
        "name": name,
        "name_key": name_key(name),
        "role": Role.MEMBER,
        "level": 0,
        "created_at": instant(row.get("CreationDate")) or at,
        "source_url": site.person(key)[:500],
    }
