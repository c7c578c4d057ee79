"""The same question sent once more: after the browser's back button, perhaps with other words."""

from datetime import timedelta

from sqlalchemy import select

from app.domains.accounts.actor import Actor
from app.domains.products.models import Product
from app.domains.questions.actions.asking import QuestionDraft, submitted_question
from app.domains.questions.models import PostKind, Question, Revision
from app.extensions import db
from app.kernel.clock import now

SAME_WORDS_FOR = timedelta(days=1)  # who asks the same a month later means it


def asked_before(asker: Actor, draft: QuestionDraft) -> Question | None:
    """What this very form has made already; else the asker's question of the last day that says the same, because
    the page behind the back button may come with a key of its own."""
    return submitted_question(asker, draft.submission) or _said_lately(asker, draft.tidied())


def _said_lately(asker: Actor, draft: QuestionDraft) -> Question | None:
    found = select(Question).join(Product, Product.id == Question.product_id).where(Product.slug == draft.product)
    found = found.where(Question.asker_id == asker.id, Question.created_at > now() - SAME_WORDS_FOR)
    found = found.where(Question.title == draft.title, Question.body == draft.body, Question.deleted_at.is_(None))
    return db.session.scalar(found.order_by(Question.id.desc()).limit(1))


def says_the_same(question: Question, draft: QuestionDraft) -> bool:
    """Whether the draft has nothing that the question does not say by now.

    Tags are compared with what was typed: of a new member's some may have been left out. Without any nothing is
    meant by it: a browser that goes back fills in the other fields again.
    """
    draft = draft.tidied()
    latest = select(Revision).where(Revision.kind == PostKind.QUESTION, Revision.target_id == question.id)
    said = db.session.scalar(latest.order_by(Revision.number.desc()).limit(1))
    if said is None:
        return False
    slug = db.session.scalar(select(Product.slug).where(Product.id == question.product_id))
    stands = (said.title, said.body, question.kind.value, slug)
    same_words = stands == (draft.title, draft.body, draft.kind, draft.product)
    return same_words and draft.tags in ((), tuple(said.tags))
