from pathlib import Path
from typing import Any

import pytest

from app.domains.accounts.actions.sign_in_links import use_sign_in_link
from app.domains.accounts.queries import user_by_name
from app.importing.claiming import claim_imported_user
from app.importing.stackexchange import import_stackexchange
from app.kernel.errors import Conflict, Invalid, NotFound
from app.kernel.transaction import transaction


def claim(name: str, email: str) -> str:
    with transaction():
        return claim_imported_user(name, email)


def test_an_imported_author_gets_an_address_and_signs_in(dump: Path, product: str) -> None:
    import_stackexchange(dump, product, report=lambda _line: None)

    token = claim("Nelimee", "nelimee@example.com")

    with transaction():
        user = use_sign_in_link(token)
    assert (user.name, user.email, user.email_confirmed_at is not None) == ("Nelimee", "nelimee@example.com", True)


def test_what_was_imported_makes_the_level_when_the_account_is_claimed(
    dump: Path, product: str, worker: Any
) -> None:
    import_stackexchange(dump, product, report=lambda _line: None)
    claim("Nelimee", "nelimee@example.com")

    worker.tick()

    author = user_by_name("Nelimee")
    assert author is not None and author.level >= 1


def test_nobody_takes_an_account_that_has_an_address(app: object, ann: Any) -> None:
    with pytest.raises(Conflict):
        claim("ann", "somebody@example.com")


def test_an_unknown_name_or_a_taken_address_is_refused(dump: Path, product: str, ann: Any) -> None:
    import_stackexchange(dump, product, report=lambda _line: None)

    with pytest.raises(NotFound):
        claim("nobody of that name", "somebody@example.com")
    with pytest.raises(Invalid):
        claim("Nelimee", "ann@example.com")
    with pytest.raises(Invalid):
        claim("Nelimee", "no address")
