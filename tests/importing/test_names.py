import pytest

from app.domains.accounts.names import name_key
from app.importing.names import fitting_name


@pytest.mark.parametrize(
    ("wanted", "gets"),
    [
        ("Peter Shor", "Peter Shor"),
        ("  Blue™ <3 ", "BlueTM 3"),
        ("admin", "admin 7"),
        ("Аndrew", "user 7"),  # its first letter is Cyrillic
        ("", "user 7"),
        ("12345", "12345 7"),
        ("a" * 60, "a" * 30),
    ],
)
def test_a_name_stays_as_close_to_the_old_one_as_the_rules_allow(app: object, wanted: str, gets: str) -> None:
    assert fitting_name(wanted, 7, set()) == gets


def test_of_two_with_the_same_name_the_second_gets_a_number(app: object) -> None:
    taken: set[str] = set()

    assert [fitting_name("Blue", 1, taken), fitting_name("blue", 2, taken)] == ["Blue", "blue 2"]
    assert name_key("Blue") in taken


def test_there_is_a_name_for_everybody(app: object) -> None:
    taken: set[str] = set()

    assert len({fitting_name("???", "x", taken) for _ in range(20)}) == 20
