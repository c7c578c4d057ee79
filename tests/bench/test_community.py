"""The generated community: the same for the same seed, and a small one is the beginning of a large one."""

from collections import Counter

from app.domains.questions.writing import language_of
from app.kernel import markup
from bench.community import LONG_ANSWERS, LONG_THREAD, generated, paragraph, people_count, person, thread
from bench.rows import Wording


def test_a_small_community_is_the_beginning_of_a_large_one() -> None:
    small, large = list(generated(150)), list(generated(400))

    assert small == large[:150]
    assert [person(number) for number in range(people_count(150))] == [
        person(number) for number in range(people_count(400))
    ][: people_count(150)]


def test_an_item_depends_on_the_seed_and_its_number_alone() -> None:
    alone = thread(321)

    assert list(generated(330))[321] == alone
    assert thread(321, seed=1) != alone


def test_nobody_speaks_before_they_are_there() -> None:
    for each in generated(300):
        last = people_count(each.number)
        assert each.asker < last
        assert all(reply.author < last and reply.author != each.asker for reply in each.replies)
        assert all(voter < last for reply in each.replies for voter in (*reply.up, *reply.down))


def test_one_question_has_exactly_thirty_answers_and_most_have_few() -> None:
    counts = Counter(len(each.replies) for each in generated(1000))

    assert len(thread(LONG_THREAD).replies) == LONG_ANSWERS
    assert counts[LONG_ANSWERS] == 1
    assert sum(counts[few] for few in range(5)) > 850
    assert any(counts[many] for many in range(6, 14))


def test_half_of_it_is_chinese() -> None:
    languages = Counter(language_of(each.title) for each in generated(400))

    assert languages["zh"] == languages["en"] == 200


def test_a_text_is_stored_as_the_renderer_would_store_it() -> None:
    wording = Wording()
    for each in generated(60):
        for text in (each.text, *(reply.text for reply in each.replies)):
            stored = wording.of(text)
            assert stored["body_html"] == markup.render(stored["body"])
            assert stored["language"] == language_of(stored["body"])


def test_common_paragraphs_are_prose_lists_and_code() -> None:
    begins = Counter(paragraph("en", number)[:2] for number in range(300))

    assert begins["``"] > 5
    assert begins["- "] > 10
