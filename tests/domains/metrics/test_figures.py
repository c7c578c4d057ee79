import pytest

from app.domains.metrics.figures import SHOWN_FROM, kept_in_public
from tests.factories import a_person, a_product, a_question, an_answer


def answered_after(clock, hours, product="round"):
    """A question asked now; its answer comes `hours` later, None = never."""
    question = a_question(product=product)
    clock.advance(hours=hours or 0)
    if hours is not None:
        an_answer(to=question, by=a_person())
    return question


@pytest.mark.both_databases
def test_the_median_counts_those_who_still_wait(app, clock):
    """The example of the rules: answers after 1, 2 and 5 hours, two open at 3 and 10 hours: 5 hours, not 2."""
    product = a_product("round", open_always=True)
    start = clock.now()
    for after in (1, 2, 5):
        clock.at(start)
        answered_after(clock, after)
    for open_for in (3, 10):
        clock.at(start)
        clock.advance(hours=10 - open_for)
        a_question(product="round")
    clock.at(start)
    clock.advance(hours=10)

    assert kept_in_public(product.id).first_answer_seconds == 5 * 3600


def test_promises_kept_are_met_against_met_and_broken(app, clock, worker):
    product = a_product("round", open_always=True)
    kept, _broken = a_question(product="round"), a_question(product="round")
    worker.tick()
    clock.advance(hours=1)
    an_answer(to=kept, by=a_person())
    worker.tick()
    clock.advance(hours=4)
    worker.tick()

    figures = kept_in_public(product.id)
    assert (figures.promises.value, figures.promises.n) == (0.5, 2)


def test_figures_of_few_questions_are_not_shown(app, clock):
    product = a_product("round", open_always=True)
    for _ in range(SHOWN_FROM - 1):
        a_question(product="round")
    assert not kept_in_public(product.id).shown
    a_question(product="round")
    assert kept_in_public(product.id).shown
