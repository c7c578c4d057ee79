"""What the authors of the community promised."""

import pytest

from app.demonstration.content import read_community
from app.demonstration.timeline import PATHS
from app.domains.accounts.names import clean_name
from app.domains.questions.models import Kind
from app.domains.tags.names import tag_name

COMMUNITY = read_community()
NAMES = {person.name for person in COMMUNITY.people}


def test_there_are_forty_people_and_a_hundred_and_twenty_questions_half_in_each_language():
    assert 35 <= len(COMMUNITY.people) <= 45
    assert len(COMMUNITY.questions) == 120
    assert sum(question.key.startswith("zh-") for question in COMMUNITY.questions) == 60


def test_every_name_is_one_that_a_person_could_register(app):
    assert [clean_name(name) for name in sorted(NAMES)] == sorted(NAMES)


def test_everybody_who_does_something_exists():
    doing = {question.asker for question in COMMUNITY.questions}
    for question in COMMUNITY.questions:
        doing |= {*question.upvoters, *question.followers}
        doing |= {comment.author for comment in question.comments} | {label.by for label in question.labels}
        for answer in question.answers:
            doing |= {answer.author, *answer.upvoters, *answer.downvoters}
            doing |= {comment.author for comment in answer.comments}
    assert doing - NAMES == set()


def test_every_tag_is_described():
    described = {tag_name(tag.name) for tag in COMMUNITY.tags}
    used = {tag_name(name) for question in COMMUNITY.questions for name in question.tags}
    synonyms = {tag_name(name) for tag in COMMUNITY.tags for name in tag.synonyms}
    assert used - described - synonyms == set()
    assert described & synonyms == set()


@pytest.mark.parametrize("question", COMMUNITY.questions, ids=lambda question: question.key)
def test_a_question_is_whole(question):
    assert question.product in ("mesh", "notes", "pay") and question.kind in set(Kind)
    assert 0 < question.days_ago <= 56 and 1 <= len(question.tags) <= 5
    assert all(answer.hours_after > 0 for answer in question.answers)
    assert sum(answer.accepted_hours_after is not None for answer in question.answers) <= 1
    assert question.asker not in question.upvoters


def test_every_item_has_a_state_that_can_be_reached_and_a_label():
    labelled = {label.item for question in COMMUNITY.questions for label in question.labels}
    for item in COMMUNITY.items:
        assert item.state in PATHS and item.title in labelled
        assert item.state != "declined" or len(item.reason) >= 20
        assert item.state != "shipped" or item.release
