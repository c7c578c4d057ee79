"""Titles that are like another one."""

from app.domains.reputation.nearest import Titles


def titles_of(words_by_question):
    titles = Titles()
    for question_id, words in words_by_question.items():
        titles.add(question_id, words)
    return titles


def test_titles_are_near_by_their_rare_words():
    titles = titles_of({1: {"export", "invoice"}, 2: {"the", "export"}, 3: {"the", "lamp"}, 4: {"the", "door"}})
    found = titles.nearest({"the", "export", "invoice"})

    assert [question_id for question_id, _near in found] == [1, 2, 3, 4]
    assert 0.95 < found[0][1] < 1
    assert found[2][1] < found[1][1] / 2
    assert titles.nearest({"nothing"}) == []


def test_a_word_that_every_title_has_brings_nobody_near():
    assert titles_of({1: {"the", "lamp"}, 2: {"the", "door"}}).nearest({"the"}) == []


def test_a_word_counts_once_a_title_and_the_nearest_come_first_up_to_the_limit():
    titles = titles_of({7: ["export", "export", "file"], 3: ["export", "file"], 5: ["file", "door"], 9: ["lamp"]})
    assert [each for each, _near in titles.nearest({"export"}, limit=2)] == [3, 7]
