"""Rows that are valid by default; arguments only for what a test is about."""

from itertools import count
from typing import Any

from sqlalchemy import select

from app.domains.accounts.actions.registering import create_user
from app.domains.accounts.actor import Actor
from app.domains.accounts.models import Role, TeamMember, User
from app.domains.accounts.queries import actor_by_id
from app.domains.products.calendars import always, office
from app.domains.products.models import Calendar, Product
from app.domains.questions.actions.answering import answer_with_question, post_answer
from app.domains.questions.actions.asking import QuestionDraft, ask_question, question_to_change
from app.domains.questions.actions.commenting import post_comment
from app.domains.questions.actions.voting import cast_vote
from app.domains.questions.models import Answer, Comment, Question
from app.extensions import db
from app.kernel.clock import now
from app.kernel.transaction import in_transaction, transaction

_number = count(1)


def a_person(
    name: str | None = None,
    *,
    role: str = "member",
    level: int = 1,
    language: str = "en",
    timezone: str = "UTC",
    confirmed: bool = True,
    serves: tuple[int, ...] = (),
) -> Actor:
    """A confirmed member; `serves` holds the product ids of a member of staff's teams."""
    name = name or f"person{next(_number)}"
    with _joined():
        existing = db.session.scalar(select(User.id).where(User.name == name))
        if existing is None:
            user = create_user(
                name=name,
                email=f"{name}@example.com",
                role=Role(role),
                language=language,
                timezone=timezone,
                confirmed=confirmed,
            )
            user.level = level
            existing = user.id
            for product_id in serves:
                db.session.add(TeamMember(product_id=product_id, user_id=existing))
    return actor_by_id(existing)


def a_product(slug: str = "mesh", *, name: str | None = None, open_always: bool = False, policy: Any = True) -> Product:
    """The product of this slug, made where it is not there: open Mon-Fri 09-18 in Shanghai unless `open_always`."""
    found = db.session.scalar(select(Product).where(Product.slug == slug))
    if found is not None:
        return found
    with _joined():
        hours = always("Asia/Shanghai") if open_always else office("Asia/Shanghai")
        calendar = Calendar(name=slug, hours=hours.to_json(), version=1)
        db.session.add(calendar)
        db.session.flush()
        product = Product(slug=slug, name=name or slug.title(), calendar_id=calendar.id, created_at=now())
        product.description = ""
        db.session.add(product)
        db.session.flush()
        if policy:
            _with_policy(product.id, policy)
    return product


def _with_policy(product_id: int, policy: Any) -> None:
    from app.domains.escalation.actions.policies_editing import default_policy

    default_policy(product_id, **(policy if isinstance(policy, dict) else {}))


def a_question(
    *,
    by: Actor | None = None,
    product: str = "mesh",
    title: str | None = None,
    body: str = "After the update the router drops the connection every ten minutes. What can I do?",
    tags: tuple[str, ...] = ("wifi",),
    kind: str = "question",
) -> Question:
    """A question, asked by the front door."""
    a_product(product)
    asker = by or a_person()
    draft = QuestionDraft(title or f"The router drops the connection, case {next(_number)}", body, product, tags, kind)
    with _joined():
        return ask_question(asker, draft)


def an_answer(*, to: Question, by: Actor | None = None, body: str = "Please restart the router once.") -> Answer:
    author = by or a_person()
    with _joined():
        return post_answer(author, question_to_change(to.id, author), body)


def a_comment(*, on: Question, by: Actor | None = None, body: str = "Same here since Monday.") -> Comment:
    author = by or a_person()
    with _joined():
        return post_comment(author, question_to_change(on.id, author), None, body)


def a_vote(*, on: Question | Answer, by: Actor | None = None, value: int = 1) -> int:
    voter = by or a_person()
    with _joined():
        if isinstance(on, Question):
            return cast_vote(voter, question_to_change(on.id, voter), value)
        return cast_vote(voter, answer_with_question(on.id, voter)[0], value)


class _joined:
    """A transaction of its own, or the one that is open."""

    def __enter__(self) -> None:
        self._own = None if in_transaction() else transaction()
        if self._own is not None:
            self._own.__enter__()

    def __exit__(self, *error: Any) -> None:
        if self._own is not None:
            self._own.__exit__(*error)
