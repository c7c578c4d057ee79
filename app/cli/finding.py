"""What an argument names. What is not there ends the command with a sentence that repeats the argument."""

from app.cli.saying import fail
from app.domains.accounts.models import User
from app.domains.accounts.queries import user_by_name
from app.domains.products.models import Product
from app.domains.products.queries import product_by_slug
from app.domains.questions.models import Question
from app.domains.tags.models import Tag
from app.domains.tags.queries import tag_by_name
from app.extensions import db
from app.kernel.errors import NotFound


def named_product(slug: str) -> Product:
    try:
        return product_by_slug(slug)
    except NotFound:
        fail(f"There is no product “{slug}”.")


def named_tag(name: str) -> Tag:
    try:
        return tag_by_name(name)
    except NotFound:
        fail(f"There is no tag “{name}”.")


def named_user(name: str) -> User:
    return user_by_name(name) or fail(f"There is nobody called “{name}”.")


def numbered_question(number: int) -> Question:
    """Also a hidden or deleted one: whoever owns the machine may ask about every question."""
    return db.session.get(Question, number) or fail(f"There is no question {number}.")
