"""Lists of questions: what they hold, in which order, and where the next page goes on."""

import pytest
from sqlalchemy import update

from app.domains.accounts.actor import Actor
from app.domains.follows.actions import follow
from app.domains.follows.models import FollowKind
from app.domains.questions.invariants import tags_behind
from app.domains.questions.models import QuestionTag
from app.domains.questions.queries import SORTS, ListFilter, question_list
from app.domains.questions.queries.lists import MOST_TAGS
from app.domains.tags.queries import tag_by_name
from app.extensions import db
from app.kernel.transaction import transaction
from tests.factories import a_comment, a_question, a_vote, an_answer

VISITOR = Actor()


@pytest.fixture
def asked(ann, clock):
    """Five questions about wifi and one about something else, an hour between them; the oldest first."""
    made = []
    for number in range(5):
        made.append(a_question(by=ann, title=f"The wifi is slow, case {number}", tags=("wifi",)))
        clock.advance(hours=1)
    a_question(by=ann, title="The printer does not print", tags=("printing",))
    return made


def ids(page):
    return [card.id for card in page.items]


def by_tag(sort="active", **more):
    return question_list(VISITOR, ListFilter(sort=sort, tag_id=tag_by_name("wifi").id), **more)


def test_a_tags_list_begins_with_what_happened_last(asked, bob):
    an_answer(to=asked[1], by=bob)
    assert ids(by_tag()) == [asked[each].id for each in (1, 4, 3, 2, 0)]


def test_a_comment_brings_its_question_up_in_its_tags(asked, bob, clock):
    clock.advance(hours=1)
    a_comment(on=asked[2], by=bob)
    general = [card.id for card in question_list(VISITOR, ListFilter()).items if card.tags == ("wifi",)]
    assert ids(by_tag()) == general


@pytest.mark.parametrize("sort", SORTS)
def test_a_tags_list_goes_on_where_the_page_before_ended(asked, bob, sort):
    an_answer(to=asked[1], by=bob)
    a_vote(on=asked[3], by=bob)
    page = by_tag(sort, limit=2)
    shown = ids(page)
    while page.next:
        page = by_tag(sort, after=page.next, limit=2)
        shown += ids(page)

    assert len(shown) == (4 if sort == "unanswered" else 5)
    assert shown == ids(by_tag(sort))


@pytest.mark.parametrize("sort", SORTS)
def test_a_tag_is_found_by_its_name_as_by_its_number(asked, sort):
    assert ids(question_list(VISITOR, ListFilter(sort=sort, tag="wifi"))) == ids(by_tag(sort))
    assert not question_list(VISITOR, ListFilter(sort=sort, tag="nothing-of-this-name")).items


def test_the_doctor_finds_a_tag_that_tells_another_time_than_its_question(asked, clock, bob):
    an_answer(to=asked[0], by=bob)
    assert not tags_behind()
    with transaction():
        wrong = update(QuestionTag).where(QuestionTag.question_id == asked[0].id)
        db.session.execute(wrong.values(active_at=asked[1].created_at))
    assert [row.question_id for row in tags_behind()] == [asked[0].id]


MANY = ("wifi", *(f"t{number}" for number in range(MOST_TAGS)))


@pytest.mark.parametrize("tags", [("wifi",), ("wifi", "slow", "printing"), MANY])
def test_what_is_followed_is_one_list_in_the_order_of_activity_whatever_the_number_of_tags(ann, bob, clock, tags):
    clock.advance(hours=1)
    made = [a_question(by=ann, tags=("wifi", "slow")), a_question(by=ann, tags=("printing",))]
    for tag in set(tags) - {"wifi", "slow", "printing"}:
        made.append(a_question(by=ann, tags=(tag,)))
    clock.advance(hours=1)
    made.append(a_question(by=ann, tags=("wifi",)))
    an_answer(to=made[0], by=bob)
    with transaction():
        for tag in tags:
            follow(bob, FollowKind.TAG, tag_by_name(tag).id)
    wanted = ListFilter(followed=True, without_muted=True)
    page = question_list(bob, wanted, limit=2)
    shown = ids(page)
    while page.next:
        page = question_list(bob, wanted, after=page.next, limit=2)
        shown += ids(page)
    expected = [card.id for card in question_list(bob, ListFilter(), limit=100).items if set(card.tags) & set(tags)]
    assert shown == expected and len(shown) >= 2
