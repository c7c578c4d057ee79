import pytest

from app.domains.search.choice import choose_engine

BOTH = ("whoosh", "tantivy")


@pytest.mark.parametrize(
    ("wanted", "available", "questions", "current", "engine", "because"),
    [
        ("auto", BOTH, 0, None, "whoosh", "small"),
        ("auto", BOTH, 4_999, "whoosh", "whoosh", "small"),
        ("auto", BOTH, 5_000, "whoosh", "tantivy", "large"),
        ("auto", BOTH, 4_999, "tantivy", "tantivy", "still_large"),
        ("auto", BOTH, 4_000, "tantivy", "tantivy", "still_large"),
        ("auto", BOTH, 3_999, "tantivy", "whoosh", "small"),
        ("auto", BOTH, 4_999, None, "whoosh", "small"),
        ("auto", ("whoosh",), 300_000, "whoosh", "whoosh", "no_tantivy"),
        ("tantivy", ("whoosh",), 10, None, "whoosh", "no_tantivy"),
        ("tantivy", BOTH, 0, None, "tantivy", "named"),
        ("whoosh", BOTH, 300_000, "tantivy", "whoosh", "named"),
    ],
)
def test_the_engine_follows_the_name_then_what_is_installed_then_the_size(
    wanted, available, questions, current, engine, because
):
    choice = choose_engine(wanted, available, questions, tantivy_from=5_000, current=current)

    assert (choice.engine, choice.because) == (engine, because)
