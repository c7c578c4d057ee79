"""Lists of questions: filters, orders, pages by key."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Integer, Select, String, and_, bindparam, exists, func, select, type_coerce, union

from app.domains.accounts.actor import Actor
from app.domains.accounts.sight import READER_ID, Sight, reading, sight_of
from app.domains.follows.models import FollowKind
from app.domains.follows.queries import followed_ids, followed_targets, muted_targets
from app.domains.questions.models import (
    Kind,
    Question,
    QuestionTag,
    ServiceState,
)
from app.domains.questions.policies import seen_by
from app.domains.questions.queries.cards import PER_PAGE, Card, card_of, card_rows, listed
from app.domains.tags.models import Tag
from app.extensions import db
from app.kernel.languages import CONTENT_LANGUAGES
from app.kernel.pagination import Page, below, cursor_of, key_of, page_of
from app.kernel.remembered import remembered
from app.kernel.rows import read_rows


@dataclass(frozen=True)
class ListFilter:
    """The choices of a list's address; slugs and names, None = all."""

    sort: str = "active"
    product_id: int | None = None
    tag_id: int | None = None
    tag: str | None = None
    """The tag's own name, in place of its id: a page then needs no look-up of its own."""
    asker_id: int | None = None
    kind: str | None = None
    state: str | None = None
    language: str | None = None
    unanswered: bool = False
    """Only those that nobody has answered and that are not closed."""
    followed: bool = False
    """Only those with a tag that the reader follows."""
    without_muted: bool = False
    """Nothing that the reader has muted: the question itself, its product, a tag of it."""


_ORDERS: dict[str, tuple[Any, type]] = {
    "active": (Question.active_at, datetime),
    "new": (Question.created_at, datetime),
    "votes": (Question.score, int),
    "unanswered": (Question.created_at, datetime),
}

SORTS = tuple(_ORDERS)



def _with_tag(tag_ids: Any) -> Any:
    """Asked of each question by itself: a page's thirty have a few tags each, a tag may have thousands of questions."""
    tied = QuestionTag.question_id == Question.id
    return exists().where(tied, QuestionTag.tag_id.in_(tag_ids)).correlate(Question)


_TAGGED = select(QuestionTag.question_id)
_STATE = Question.service_state.type
_FILTERS: dict[str, Any] = {
    "product_id": Question.product_id == bindparam("product_id"),
    "asker_id": Question.asker_id == bindparam("asker_id"),
    "kind": Question.kind == bindparam("kind"),
    "state": Question.service_state == bindparam("state", type_=_STATE),
    "language": Question.language == bindparam("language"),
    "tag": Question.id.in_(_TAGGED.join(Tag, Tag.id == QuestionTag.tag_id).where(Tag.name == bindparam("tag"))),
    "tag_id": Question.id.in_(_TAGGED.where(QuestionTag.tag_id == bindparam("tag_id"))),
    "unanswered": and_(Question.first_answer_at.is_(None), Question.closed_at.is_(None)),
    "followed": _with_tag(followed_targets(READER_ID, FollowKind.TAG)),
    "without_muted": and_(
        Question.id.not_in(muted_targets(READER_ID, FollowKind.QUESTION)),
        Question.product_id.not_in(muted_targets(READER_ID, FollowKind.PRODUCT)),
        ~_with_tag(muted_targets(READER_ID, FollowKind.TAG)),
    ),
}


# Of one asker's few questions: written so that SQLite does not walk through everybody's in that state instead.
_STATE_OF_OWN = type_coerce(Question.service_state, String).concat("") == bindparam("state", type_=_STATE)


def _known(sort: str) -> str:
    """The order that is meant: anything may stand in an address, and statements are kept by it."""
    return sort if sort in _ORDERS else "active"


def question_list(actor: Actor, wanted: ListFilter, after: str | None = None, limit: int = PER_PAGE) -> Page[Card]:
    """One page of a list, newest (or highest) first. One statement, and one more of what is followed."""
    sort, given = _known(wanted.sort), given_values(wanted)
    column, kind = _ORDERS[sort]
    key = key_of(after, kind, int)
    values = reading(actor, limit=limit + 1, **given)
    tags = followed_ids(actor.id, FollowKind.TAG) if wanted.followed and sort == "active" else []
    if 0 < len(tags) <= MOST_TAGS:
        found = _followed_listing(sight_of(actor), frozenset(given), key is not None, _places(len(tags)))
        values |= {f"tag_{place}": tags[place % len(tags)] for place in range(_places(len(tags)))}
    else:
        found = _listing(sight_of(actor), sort, frozenset(given), key is not None)
    if key is not None:
        values["after_value"], values["after_id"] = key
    rows = read_rows(found, values).all()
    return page_of(rows, limit, card_of, column.key, "id")


@cache
def _listing(sight: Sight, sort: str, given: frozenset[str], goes_on: bool) -> Select[Any]:
    """Written once for each set of filters: building a list's statement takes longer than running it."""
    if "tag_id" in given or "tag" in given:
        return _tag_listing(sight, sort, given, goes_on)
    column, _kind = _ORDERS[sort]
    found = card_rows().where(*_filters(sight, sort, given))
    return _cut(found, (column, Question.id), goes_on)


def _tag_listing(sight: Sight, sort: str, given: frozenset[str], goes_on: bool) -> Select[Any]:
    """By activity the index of the tag is in order already. In other orders all questions of the tag are sorted, by
    nothing but their key, and those of the page alone are looked up whole."""
    wanted = (_of_tag(given), *_filters(sight, sort, given - {"tag", "tag_id"}))
    tied = QuestionTag.question_id == Question.id
    if sort == "active":
        found = card_rows().join(QuestionTag, tied).where(*wanted)
        return _cut(found, (QuestionTag.active_at, QuestionTag.question_id), goes_on)
    key = (_ORDERS[sort][0], Question.id)
    page = _cut(select(Question.id).join(QuestionTag, tied).where(*wanted), key, goes_on)
    return card_rows().where(Question.id.in_(page)).order_by(*(column.desc() for column in key))


MOST_TAGS = 32
"""Of more, a page's questions are soon found by walking through all."""


def _places(tags: int) -> int:
    """As many as the statement has, which is not written once for each number of tags."""
    return 1 << (tags - 1).bit_length()


@cache
def _followed_listing(sight: Sight, given: frozenset[str], goes_on: bool, tags: int) -> Select[Any]:
    """By activity, of those with any of some tags: a page of each tag, from its index, and of these the first. Walking
    through all questions until enough have such a tag takes long where the tags are rare."""
    tied, key = QuestionTag.question_id == Question.id, (QuestionTag.active_at, QuestionTag.question_id)
    wanted = _filters(sight, "active", given - {"followed"})
    of_each = []
    for place in range(tags):
        tag_id = bindparam(f"tag_{place}", type_=Integer)
        page = select(Question.id).join(QuestionTag, tied).where(QuestionTag.tag_id == tag_id, *wanted)
        of_each.append(select(_cut(page, key, goes_on).subquery().c.id))
    found = card_rows().where(Question.id.in_(union(*of_each)))
    ordered = found.order_by(Question.active_at.desc(), Question.id.desc())
    return ordered.limit(bindparam("limit", type_=Integer))


def _of_tag(given: frozenset[str]) -> Any:
    if "tag_id" in given:
        return QuestionTag.tag_id == bindparam("tag_id")
    return QuestionTag.tag_id == select(Tag.id).where(Tag.name == bindparam("tag")).scalar_subquery()


def _cut(found: Select[Any], key: tuple[Any, Any], goes_on: bool) -> Select[Any]:
    """Ordered by the key, from the place where the page before ended, as long as a page."""
    if goes_on:
        place = (bindparam("after_value", type_=key[0].type), bindparam("after_id", type_=Integer))
        found = found.where(below(key, place))
    return found.order_by(key[0].desc(), key[1].desc()).limit(bindparam("limit", type_=Integer))


def given_values(wanted: ListFilter) -> dict[str, Any]:
    """The filters in force, with the values of their statement; what nobody knows filters nothing."""
    given = {
        "product_id": wanted.product_id,
        "asker_id": wanted.asker_id,
        "tag_id": wanted.tag_id,
        "tag": wanted.tag or None,
        "kind": Kind(wanted.kind) if wanted.kind in set(Kind) else None,
        "state": ServiceState(wanted.state) if wanted.state in set(ServiceState) else None,
        "language": wanted.language if wanted.language in CONTENT_LANGUAGES else None,
    }
    chosen = {name: True for name in ("unanswered", "followed", "without_muted") if getattr(wanted, name)}
    return {name: value for name, value in given.items() if value is not None} | chosen


def list_clauses(sight: Sight, given: Collection[str]) -> list[Any]:
    """What holds for the questions of a list with these filters: for one with an order of its own in a domain to the
    right. Their values are `given_values` and those of `reading`."""
    return _filters(sight, "", given)


def _filters(sight: Sight, sort: str, given: Collection[str]) -> list[Any]:
    waiting = [Question.first_answer_at.is_(None), Question.closed_at.is_(None)] if sort == "unanswered" else []
    known = _FILTERS | ({"state": _STATE_OF_OWN} if "asker_id" in given else {})
    return [*listed(), seen_by(sight.reader), *waiting, *(known[name] for name in sorted(given))]


def question_count(actor: Actor, wanted: ListFilter) -> int:
    """How many questions the list holds; for the API, which promises a total. Of thousands it may be a minute old."""
    given = given_values(wanted)
    counted = select(func.count()).select_from(Question)
    found = counted.where(*_filters(sight_of(actor), wanted.sort, given))
    # The same for every reader, as what is `listed` is: the key needs none.
    return remembered(("questions", wanted), lambda: db.session.scalar(found, reading(actor, **given)) or 0, int)


def question_list_page(actor: Actor, wanted: ListFilter, page: int, limit: int) -> list[Card]:
    """The API's numbered page; the cursor is the better way beyond the first hundred."""
    column, _kind = _ORDERS[_known(wanted.sort)]
    given = given_values(wanted)
    found = card_rows().where(*_filters(sight_of(actor), wanted.sort, given))
    found = found.order_by(column.desc(), Question.id.desc()).limit(limit).offset((page - 1) * limit)
    return [card_of(row) for row in db.session.execute(found, reading(actor, **given))]


def cursor_after(card: Card, sort: str) -> str:
    """Where a list of this order goes on after `card`."""
    column, _kind = _ORDERS[_known(sort)]
    return cursor_of(getattr(card, column.key), card.id)
