"""What takes long to count: always true where it is small, at most a minute old where it is large."""

from flask import Flask

from app.kernel import remembered as remembering
from app.kernel.remembered import MANY, MOST_KEPT, remembered


def test_a_small_number_is_counted_each_time(app: Flask) -> None:
    numbers = iter((1, MANY - 1, 3))

    assert [remembered("people", lambda: next(numbers), int) for _time in range(3)] == [1, MANY - 1, 3]


def test_a_large_number_is_counted_once(app: Flask) -> None:
    numbers = iter((MANY, MANY + 1))

    assert [remembered("people", lambda: next(numbers), int) for _time in range(3)] == [MANY] * 3
    assert remembered("questions", lambda: next(numbers), int) == MANY + 1


def test_a_large_number_is_counted_again_when_its_time_is_over(app: Flask) -> None:
    numbers = iter((MANY, MANY + 1))

    remembered("people", lambda: next(numbers), int, seconds=0)

    assert remembered("people", lambda: next(numbers), int) == MANY + 1


def test_what_was_put_away_first_makes_room(app: Flask) -> None:
    for key in range(MOST_KEPT + 1):
        remembered(key, lambda: MANY, int)

    kept: remembering.Kept = app.extensions["remembered"]
    assert (kept.get(0), kept.get(MOST_KEPT)) == (None, MANY)
