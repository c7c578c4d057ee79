"""Who hears of what: a table of events and people, in sentences."""

import pytest

from app.domains.follows.actions import follow
from app.domains.follows.models import FollowKind, FollowLevel
from app.domains.notifications.models import Notification
from app.domains.questions.actions.accepting import accept_answer
from app.domains.questions.actions.answering import answer_with_question
from app.domains.questions.actions.asking import close_question, question_to_change
from app.domains.questions.actions.hiding import hide_post
from app.domains.questions.mentions import mention_of
from app.domains.questions.queries import tag_ids_of
from app.extensions import db
from app.kernel.transaction import transaction
from tests.factories import a_comment, a_person, a_product, a_question, an_answer


def told(actor):
    """The kinds that this person was told, in order."""
    rows = db.session.query(Notification).filter_by(user_id=actor.id).order_by(Notification.id)
    return [row.kind for row in rows]


def test_an_answer_is_heard_by_the_asker_and_by_followers_but_not_by_its_author(ann, bob, eve, worker):
    question = a_question(by=ann)
    with transaction():
        follow(eve, FollowKind.QUESTION, question.id)
        follow(bob, FollowKind.QUESTION, question.id)

    an_answer(to=question, by=bob)
    worker.tick()

    assert (told(ann), told(eve), told(bob)) == (["answer_posted"], ["answer_posted"], [])


def test_staff_answering_is_its_own_sentence_for_the_asker_only(ann, eve, stan, worker):
    question = a_question(by=ann)
    with transaction():
        follow(eve, FollowKind.QUESTION, question.id)

    an_answer(to=question, by=stan)
    worker.tick()

    assert (told(ann), told(eve)) == (["staff_answered"], ["answer_posted"])


def test_who_muted_a_question_hears_nothing_of_it_any_more(ann, bob, worker):
    question = a_question(by=ann)
    with transaction():
        follow(ann, FollowKind.QUESTION, question.id, FollowLevel.MUTED)

    an_answer(to=question, by=bob)
    worker.tick()

    assert told(ann) == []


def test_what_one_does_oneself_is_no_news(ann, worker):
    question = a_question(by=ann)
    an_answer(to=question, by=ann, body="Found it: the cable was loose.")
    a_comment(on=question, by=ann, body="A new cable helped.")
    worker.tick()

    assert told(ann) == []


def test_the_author_hears_that_the_answer_solved_it(ann, bob, worker):
    question = a_question(by=ann)
    answer = an_answer(to=question, by=bob)
    with transaction():
        row, owner = answer_with_question(answer.id, ann)
        accept_answer(ann, owner, row)
    worker.tick()

    assert told(bob) == ["answer_accepted"]


def test_a_comment_is_heard_by_the_author_of_what_it_is_about_and_by_the_asker(ann, bob, worker):
    question = a_question(by=ann)
    a_comment(on=question, by=bob)
    worker.tick()

    assert told(ann) == ["comment_posted"]


def test_followers_of_a_tag_or_product_hear_of_a_new_question_once(ann, bob, eve, worker):
    first = a_question(by=ann)
    worker.tick()
    with transaction():
        follow(bob, FollowKind.TAG, tag_ids_of(first.id)[0])
        follow(bob, FollowKind.PRODUCT, first.product_id)
        follow(eve, FollowKind.PRODUCT, first.product_id, FollowLevel.MUTED)

    a_question(by=ann)
    worker.tick()

    assert (told(bob).count("question_asked"), told(eve).count("question_asked")) == (1, 0)


def test_closing_and_hiding_are_told_to_those_whose_post_it_is(ann, bob, mona, worker):
    question = a_question(by=ann)
    answer = an_answer(to=question, by=bob)
    worker.tick()
    with transaction():
        close_question(mona, question_to_change(question.id, mona), "off_topic")
        row, _question = answer_with_question(answer.id, mona)
        hide_post(mona, row, "An advertisement")
    worker.tick()

    assert told(ann)[-1] == "question_closed"
    assert "post_hidden" in told(bob)


def test_nobody_hears_of_an_answer_that_was_hidden_before_anybody_was_told(ann, bob, eve, mona, worker):
    question = a_question(by=ann)
    with transaction():
        follow(eve, FollowKind.QUESTION, question.id)
    answer = an_answer(to=question, by=bob)
    with transaction():
        row, _question = answer_with_question(answer.id, mona)
        hide_post(mona, row, "Spam")
    worker.tick()

    assert (told(ann), told(eve)) == ([], [])


def test_an_overdue_question_is_told_to_the_staff_who_may_claim_it_and_to_no_member(ann, bob, clock, worker):
    mesh, other = a_product("mesh"), a_product("pay")
    stan = a_person("stan", role="agent", serves=(mesh.id,))
    olga = a_person("olga", role="agent", serves=(other.id,))
    lena = a_person("lena", role="lead", serves=(mesh.id,))
    a_question(by=ann)
    worker.tick()

    clock.advance(hours=5)
    worker.tick()

    assert (told(stan), told(lena)) == (["question_escalated"], ["question_escalated"])
    assert (told(olga), told(ann), told(bob)) == ([], [], [])

    clock.advance(hours=25)
    worker.tick()

    assert (told(stan)[1:], told(lena)[1:]) == ([], ["case_raised"])


def test_a_repeated_reaction_tells_nobody_twice(ann, bob, worker):
    from app.domains.notifications.models import LiveEvent
    from app.domains.notifications.reactions import follow_own_thread, show_live, tell_people
    from app.kernel.events import EventRow, event_of

    a_comment(on=a_question(by=ann), by=bob)
    worker.tick()
    before = (db.session.query(Notification).count(), db.session.query(LiveEvent).count())

    with transaction():
        for row in db.session.query(EventRow).all():
            for reaction in (tell_people, show_live, follow_own_thread):
                reaction(event_of(row))

    assert (db.session.query(Notification).count(), db.session.query(LiveEvent).count()) == before


@pytest.mark.parametrize("role", ["agent", "lead"])
def test_a_case_that_was_claimed_meanwhile_calls_nobody(ann, role, app, clock, worker):
    from app.domains.escalation.events import QuestionEscalated
    from app.domains.escalation.models import Case, CaseState
    from app.domains.notifications.audience import audience_of

    a_person("staff", role=role)
    question = a_question(by=ann)
    clock.advance(hours=5)
    worker.tick()
    case = db.session.query(Case).one()
    with transaction():
        db.session.get(Case, case.id).state = CaseState.ANSWERED

    event = QuestionEscalated(
        question_id=question.id,
        case_id=case.id,
        product_id=case.product_id,
        state="queued",
        level=1,
        cycle=1,
        event_id=99,
    )
    assert audience_of(event) == []


def test_who_was_invited_hears_why(ann, bob, worker):
    from app.domains.reputation.events import ExpertsInvited
    from app.domains.reputation.models import Invitation
    from app.kernel.clock import now
    from app.kernel.events import publish

    question = a_question(by=ann)
    worker.tick()
    because = {"code": "answers_on_tag", "tag": "wifi", "n": 6}
    with transaction():
        db.session.query(Invitation).delete()
        db.session.add(Invitation(question_id=question.id, user_id=bob.id, because=because, created_at=now()))
        db.session.query(Notification).delete()
        publish(ExpertsInvited(question_id=question.id, user_ids=(bob.id,)))
    worker.tick()

    [heard] = db.session.query(Notification).filter_by(user_id=bob.id)
    assert (heard.kind, heard.data) == ("invited", {"because": because})


def heard(actor):
    """Each kind this person was told, with whether a mail of it waits."""
    rows = db.session.query(Notification).filter_by(user_id=actor.id).order_by(Notification.id)
    return [(row.kind, row.mail_due_at is not None) for row in rows]


def choose(actor, kind, target_id, level):
    with transaction():
        follow(actor, kind, target_id, FollowLevel(level))


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("question", "tag", "product", "hears"),
    [
        ("watching", None, None, [("answer_posted", True)]),
        ("tracking", None, None, [("answer_posted", False)]),
        ("normal", None, None, []),
        ("muted", None, None, []),
        ("watching", "muted", "muted", [("answer_posted", True)]),
        (None, "watching", "watching", []),  # a tag and a product tell of new questions
    ],
)
def test_of_answers_hears_who_follows_the_question_as_they_have_chosen(
    question, tag, product, hears, ann, bob, eve, worker
):
    asked = a_question(by=ann)
    worker.tick()
    chosen = ((FollowKind.QUESTION, asked.id, question), (FollowKind.TAG, tag_ids_of(asked.id)[0], tag))
    for kind, target_id, level in (*chosen, (FollowKind.PRODUCT, asked.product_id, product)):
        if level:
            choose(eve, kind, target_id, level)

    an_answer(to=asked, by=bob)
    worker.tick()

    assert heard(eve) == hears


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("tags", "product", "hears"),
    [
        ({"wifi": "watching"}, None, [("question_asked", True)]),
        ({"wifi": "tracking"}, None, [("question_asked", False)]),
        ({}, "watching", [("question_asked", True)]),
        ({}, "tracking", [("question_asked", False)]),
        ({}, "muted", []),
        ({"wifi": "muted"}, "watching", []),  # the tag is nearer than the product
        ({"wifi": "normal"}, "watching", []),
        ({"wifi": "tracking"}, "watching", [("question_asked", False)]),
        ({"wifi": "watching"}, "muted", [("question_asked", True)]),
        ({"wifi": "watching", "router": "muted"}, None, []),  # of several tags a muted one wins
        ({"wifi": "tracking", "router": "watching"}, None, [("question_asked", True)]),
    ],
)
def test_of_new_questions_hears_who_follows_a_tag_or_the_product(tags, product, hears, ann, eve, worker):
    from app.domains.notifications.actions import set_preferences
    from app.domains.notifications.models import Frequency
    from app.domains.tags.queries import tag_by_name

    first = a_question(by=ann, tags=("wifi", "router"))
    worker.tick()
    with transaction():
        set_preferences(eve, {"question_asked": Frequency.AT_ONCE})
    for name, level in tags.items():
        choose(eve, FollowKind.TAG, tag_by_name(name).id, level)
    if product:
        choose(eve, FollowKind.PRODUCT, first.product_id, product)

    a_question(by=ann, tags=("wifi", "router"))
    worker.tick()

    assert [told for told in heard(eve) if told[0] != "invited"] == hears


def test_who_is_named_hears_it_at_normal_and_not_where_the_tag_is_muted(ann, bob, eve, worker):
    asked = a_question(by=ann)
    worker.tick()
    choose(eve, FollowKind.QUESTION, asked.id, "normal")
    choose(bob, FollowKind.TAG, tag_ids_of(asked.id)[0], "muted")

    named = " ".join(mention_of(each.id, each.name) for each in (eve, bob))
    a_comment(on=asked, by=a_person("zoe"), body=f"Perhaps you know this: {named}")
    worker.tick()

    assert (told(eve), told(bob)) == (["mentioned"], [])


def test_whoever_muted_a_question_still_hears_what_is_a_duty(ann, mona, worker):
    asked = a_question(by=ann)
    worker.tick()
    choose(ann, FollowKind.QUESTION, asked.id, "muted")
    with transaction():
        hide_post(mona, question_to_change(asked.id, mona), "An advertisement")
    worker.tick()

    assert told(ann) == ["post_hidden"]


def test_an_asker_who_only_tracks_the_own_question_gets_no_mail_of_answers(ann, bob, worker):
    asked = a_question(by=ann)
    worker.tick()
    choose(ann, FollowKind.QUESTION, asked.id, "tracking")

    an_answer(to=asked, by=bob)
    worker.tick()

    assert heard(ann) == [("answer_posted", False)]


def test_a_level_that_was_chosen_stays_when_the_person_answers(ann, bob, eve, worker):
    asked = a_question(by=ann)
    choose(bob, FollowKind.QUESTION, asked.id, "normal")
    an_answer(to=asked, by=bob)
    worker.tick()

    an_answer(to=asked, by=eve)
    worker.tick()

    assert told(bob) == []
