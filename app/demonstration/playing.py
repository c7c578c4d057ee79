"""Each act through the same door as a person's click: the forum's actions, with the clock at the act's time."""

from collections.abc import Callable
from typing import Any

from app.demonstration.content import ItemSaid
from app.demonstration.stage import Stage
from app.demonstration.timeline import (
    Accepts,
    Act,
    Answers,
    Asks,
    Comments,
    Decides,
    Follows,
    Marks,
    Searches,
    Votes,
)
from app.domains.accounts.actor import Actor
from app.domains.feedback.actions.deciding import change_state, item_to_change
from app.domains.feedback.actions.labelling import label_post
from app.domains.follows.actions import follow
from app.domains.follows.models import FollowKind
from app.domains.questions.actions.accepting import accept_answer
from app.domains.questions.actions.answering import answer_with_question, post_answer
from app.domains.questions.actions.asking import QuestionDraft, ask_question, question_to_change
from app.domains.questions.actions.commenting import post_comment
from app.domains.questions.actions.voting import cast_vote
from app.domains.search.actions import note_miss
from app.domains.search.queries import ResultPage
from app.kernel import clock


def play(stage: Stage, act: Act) -> None:
    """Joins the caller's transaction."""
    clock.freeze(act.at)
    _PLAYS[type(act)](stage, act)


def _asks(stage: Stage, act: Asks) -> None:
    said = act.said
    assert said is not None
    draft = QuestionDraft(said.title, said.body, said.product, said.tags, said.kind)
    stage.questions[said.key] = ask_question(stage.actor(act.who), draft).id


def _answers(stage: Stage, act: Answers) -> None:
    author = stage.actor(act.who)
    question = question_to_change(stage.questions[act.question], author)
    stage.answers[act.question, act.answer] = post_answer(author, question, act.body).id


def _comments(stage: Stage, act: Comments) -> None:
    author = stage.actor(act.who)
    if act.answer:
        answer, question = answer_with_question(stage.answers[act.question, act.answer], author)
        post_comment(author, question, answer, act.body)
    else:
        post_comment(author, question_to_change(stage.questions[act.question], author), None, act.body)


def _votes(stage: Stage, act: Votes) -> None:
    voter = stage.actor(act.who)
    post: Any
    if act.answer:
        post, _question = answer_with_question(stage.answers[act.question, act.answer], voter)
    else:
        post = question_to_change(stage.questions[act.question], voter)
    cast_vote(voter, post, act.value)


def _follows(stage: Stage, act: Follows) -> None:
    follow(stage.actor(act.who), FollowKind.QUESTION, stage.questions[act.question])


def _accepts(stage: Stage, act: Accepts) -> None:
    asker = stage.actor(act.who)
    answer, question = answer_with_question(stage.answers[act.question, act.answer], asker)
    accept_answer(asker, question, answer)


def _marks(stage: Stage, act: Marks) -> None:
    label = act.label
    assert label is not None
    number = stage.answers[act.question, act.answer] if act.answer else stage.questions[act.question]
    post = f"{'answer' if act.answer else 'question'}:{number}"
    item_id = stage.items.get(label.item)
    row = label_post(
        stage.actor(act.who), post, label.quote, label.type, label.tags, item_id=item_id, title=label.item
    )
    if label.item:
        stage.items[label.item] = row.item_id


def _decides(stage: Stage, act: Decides) -> None:
    said = act.item
    assert said is not None
    owner = stage.actor(said.owner)
    actor = owner if act.to == "triaged" and owner.serves(stage.products[said.product]) else _manager(stage, said)
    item = item_to_change(stage.items[said.title], actor)
    reason, release = _words(said, act.to)
    change_state(actor, item, act.to, reason=reason, release=release, owner=owner.id)


def _words(said: ItemSaid, to: str) -> tuple[str, str]:
    return said.reason if to == "declined" else "", said.release if to == "shipped" else ""


def _manager(stage: Stage, said: ItemSaid) -> Actor:
    """Who decides: the owner where that is a product manager, else one of the product's."""
    owner, product_id = stage.actor(said.owner), stage.products[said.product]
    if owner.role == "pm":
        return owner
    managers = [stage.actor(name) for name in stage.people if stage.actor(name).role == "pm"]
    return next(actor for actor in managers if actor.serves(product_id))


def _searches(stage: Stage, act: Searches) -> None:
    """What a search for words that nobody has written leaves behind."""
    note_miss(stage.actor(act.who), ResultPage(0, [], missed=act.words, missed_in=act.product), "")


_PLAYS: dict[type[Act], Callable[..., None]] = {
    Asks: _asks,
    Answers: _answers,
    Comments: _comments,
    Votes: _votes,
    Follows: _follows,
    Accepts: _accepts,
    Marks: _marks,
    Decides: _decides,
    Searches: _searches,
}
