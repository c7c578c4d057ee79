"""A name for an author from elsewhere: as close to the old one as our rules allow, and nobody else's."""

import re
import unicodedata

from app.domains.accounts.names import LONGEST, clean_name, name_key
from app.kernel.errors import Invalid

_NOT_IN_A_NAME = re.compile(r"[^\w.\-· ]+")


def fitting_name(wanted: str, number: int | str, taken: set[str]) -> str:
    """A name whose key is not `taken`, and now is. `number` makes it unique: the same input gives the same name."""
    plain = _NOT_IN_A_NAME.sub(" ", unicodedata.normalize("NFKC", wanted))
    plain = " ".join(plain.split())[:LONGEST].strip()
    suffix = f" {number}"
    for candidate in (plain, plain[: LONGEST - len(suffix)].strip() + suffix, f"user{suffix}"):
        name = _allowed(candidate)
        if name is not None and name_key(name) not in taken:
            taken.add(name_key(name))
            return name
    return _counted(taken)


def _allowed(name: str) -> str | None:
    try:
        return clean_name(name)
    except Invalid:
        return None


def _counted(taken: set[str]) -> str:
    place = len(taken)
    while name_key(f"imported user {place}") in taken:
        place += 1
    taken.add(name_key(f"imported user {place}"))
    return f"imported user {place}"
