from app.demonstration.banner import CASTS, Paths, tour_steps
from app.demonstration.content import read_community
from app.demonstration.tour import Facts

PATHS = Paths("/ask", "/list", "/questions/7/why", "/staff/cases/3", "/digests/preview")


def test_at_first_the_first_step_is_current_and_none_is_done():
    steps = tour_steps(Facts(), False, "en", PATHS)

    assert [step.done for step in steps] == [False] * 5
    assert [step.key for step in steps if step.current] == ["ask"]


def test_steps_tick_themselves_from_the_facts():
    facts = Facts(7, "why", invited=True, escalated=True, answered=False, case_id=3)

    steps = tour_steps(facts, False, "en", PATHS)

    assert [step.done for step in steps] == [True, True, True, False, False]
    assert [(step.who, step.path) for step in steps if step.current] == [("stan", "/staff/cases/3")]


def test_the_digest_counts_only_once_there_is_an_answer_to_read():
    assert not tour_steps(Facts(7), True, "en", PATHS)[-1].done
    assert all(step.done for step in tour_steps(Facts(7, "", True, True, True, 3), True, "en", PATHS))


def test_each_language_has_a_cast_that_exists():
    roles = {person.name: (person.role, person.language) for person in read_community().people}
    for language, cast in CASTS.items():
        assert roles[cast.asker] == ("member", language)
        assert roles[cast.agent] == ("agent", language)
        assert roles[cast.manager] == ("pm", language)
