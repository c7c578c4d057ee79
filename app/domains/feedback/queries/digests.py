"""Digests: stored ones as they were stored, others built from the rows of now; and what was hidden since."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, select

from app.domains.accounts.actor import Actor
from app.domains.feedback.digest import DigestContent, build_digest
from app.domains.feedback.models import Digest, Period
from app.domains.feedback.periods import next_monday
from app.domains.feedback.policies import digests_seen_by, may_see_digest, may_see_digests
from app.domains.feedback.queries.evidence import digest_facts, window_of, zone_of
from app.domains.feedback.queries.sources import standing, standing_question
from app.domains.feedback.queries.titles import untitled
from app.domains.products.models import Product
from app.domains.products.queries import product_by_id
from app.domains.questions.models import Answer, Comment, PostKind, Question
from app.extensions import db
from app.kernel.clock import now
from app.kernel.errors import NotFound
from app.kernel.pagination import Page, below, key_of, page_of
from app.kernel.policy import require

PER_PAGE = 20


@dataclass(frozen=True)
class DigestInHand:
    """`text` is the canonical JSON: as stored where the window is frozen (`id` is then set), else built just now."""

    product_id: int
    product_name: str
    text: str
    id: int | None = None
    frozen_at: datetime | None = None

    @property
    def content(self) -> DigestContent:
        return DigestContent.from_json(self.text)


@dataclass(frozen=True)
class DigestLine:
    """A digest in the list; `posts` and `people` are its headline."""

    id: int
    product: str
    product_name: str
    period: str
    zone: str
    start: datetime
    end: datetime
    is_empty: bool
    posts: int
    people: int


@dataclass(frozen=True)
class DigestView:
    """A frozen digest with its neighbours; `removed` names the posts in it that are not public any more, and as
    `item:7` the items whose title repeats such a post."""

    digest: DigestInHand
    removed: frozenset[str]
    previous_id: int | None = None
    next_id: int | None = None


def build_or_stored(product_id: int, period: Period, until: date) -> DigestInHand:
    """The digest of the window that ends at `until`'s 00:00 in the product's zone: the same rows, the same bytes."""
    covered = window_of(product_id, period, until)
    stored = db.session.execute(
        _stored().where(Digest.product_id == product_id, Digest.period == period, Digest.ends_at == covered.end)
    ).one_or_none()
    if stored is not None:
        return _in_hand(stored)
    text = build_digest(digest_facts(product_id, period, until)).to_json()
    return DigestInHand(product_id, product_by_id(product_id).name, text)


def running_week(actor: Actor, product: Product) -> DigestView:
    """What the digest of this product's week would say if it closed now."""
    require(may_see_digests(actor))
    require(may_see_digest(actor, Digest(product_id=product.id)))
    until = next_monday(now(), zone_of(product))
    return DigestView(build_or_stored(product.id, Period.WEEK, until), frozenset())


def digest_page(actor: Actor, digest_id: int) -> DigestView:
    """A frozen digest. At most seven statements."""
    row = _row(actor, digest_id)
    digest = _in_hand(row)
    beside = select(Digest.id).where(Digest.product_id == row.product_id, Digest.period == row.period)
    earlier = beside.where(Digest.ends_at < row.ends_at).order_by(Digest.ends_at.desc()).limit(1)
    later = beside.where(Digest.ends_at > row.ends_at).order_by(Digest.ends_at).limit(1)
    removed = removed_posts(digest.content)
    return DigestView(digest, removed, db.session.scalar(earlier), db.session.scalar(later))


def stored_digest(actor: Actor, digest_id: int) -> DigestInHand:
    """Byte for byte as it was frozen."""
    return _in_hand(_row(actor, digest_id))


def digest_list(
    actor: Actor, product_id: int | None = None, after: str | None = None, limit: int = PER_PAGE
) -> Page[DigestLine]:
    """Frozen digests that the actor may see, the newest first. One statement."""
    require(may_see_digests(actor))
    found = _stored().where(digests_seen_by(actor))
    if product_id is not None:
        found = found.where(Digest.product_id == product_id)
    key = key_of(after, datetime, int)
    if key is not None:
        found = found.where(below((Digest.ends_at, Digest.id), key))
    rows = list(db.session.execute(found.order_by(Digest.ends_at.desc(), Digest.id.desc()).limit(limit + 1)))
    return page_of(rows, limit, _line, "ends_at", "id")


def newest_digest_id(actor: Actor) -> int | None:
    """Where a product manager's day begins: the last one that says anything."""
    require(may_see_digests(actor))
    found = select(Digest.id).where(digests_seen_by(actor), Digest.is_empty.is_(False))
    return db.session.scalar(found.order_by(Digest.ends_at.desc(), Digest.id.desc()).limit(1))


def removed_posts(content: DigestContent) -> frozenset[str]:
    """Posts that the digest names and that are hidden, deleted or spam by now, and items that are called after one.

    At most four statements.
    """
    named = posts_named(content)
    public = set()
    for kind, model, joined in (
        (PostKind.QUESTION, Question, select(Question.id)),
        (PostKind.ANSWER, Answer, select(Answer.id).join(Question, Question.id == Answer.question_id)),
        (PostKind.COMMENT, Comment, select(Comment.id).join(Question, Question.id == Comment.question_id)),
    ):
        ids = [int(number) for name, _colon, number in (post.partition(":") for post in named) if name == kind]
        if ids:
            shown = joined.where(model.id.in_(ids), *standing(model), *standing_question())
            public |= {f"{kind}:{found}" for found in db.session.scalars(shown)}
    return frozenset(named - public) | {f"item:{item_id}" for item_id in untitled(sorted(_items_named(content)))}


def posts_named(content: DigestContent) -> set[str]:
    """Every post whose words or title the digest shows."""
    lines: Iterable[Any] = (
        *(theme.leader for theme in content.themes),
        *(group.leader for theme in content.themes for group in theme.near_duplicates),
        *(spike.first_post for spike in content.spikes),
        *(quote for many in content.quotes for quote in many.quotes),
        *content.unanswered,
        *content.late_labels,
    )
    return {line.post for line in lines}


def _items_named(content: DigestContent) -> set[int]:
    decisions, wanted = content.decisions, content.most_wanted
    lines: Iterable[Any] = (
        *wanted.by_score,
        *wanted.by_growth,
        *decisions.due,
        *decisions.overdue,
        *decisions.missed,
        *decisions.shipped,
        *content.adoption.reasons,
    )
    return {line.item_id for line in lines}


def _stored() -> Any:
    columns = (Digest.id, Digest.product_id, Digest.period, Digest.starts_at, Digest.ends_at, Digest.frozen_at)
    found = select(*columns, Digest.is_empty, Digest.content, Product.slug, Product.name.label("product_name"))
    return found.join(Product, Product.id == Digest.product_id)


def _row(actor: Actor, digest_id: int) -> Row[Any]:
    row = db.session.execute(_stored().where(Digest.id == digest_id, digests_seen_by(actor))).one_or_none()
    if row is None:
        raise NotFound()
    return row  # type: ignore[no-any-return]


def _in_hand(row: Row[Any]) -> DigestInHand:
    return DigestInHand(row.product_id, row.product_name, row.content, row.id, row.frozen_at)


def _line(row: Row[Any]) -> DigestLine:
    content = json.loads(row.content)
    return DigestLine(
        id=row.id,
        product=row.slug,
        product_name=row.product_name,
        period=row.period.value,
        zone=content["covers"]["zone"],
        start=row.starts_at,
        end=row.ends_at,
        is_empty=row.is_empty,
        posts=content["header"]["posts"],
        people=content["header"]["people"],
    )
