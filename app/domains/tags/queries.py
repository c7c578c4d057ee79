"""Reads about tags."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Row, bindparam, select

from app.domains.accounts.actor import Actor
from app.domains.tags.models import Synonym, Tag
from app.domains.tags.names import tag_name
from app.domains.tags.policies import may_create_tags
from app.extensions import db
from app.kernel.errors import NotFound
from app.kernel.rows import read_rows

_COLUMNS = select(*Tag.__table__.columns)
_NAMED = _COLUMNS.where(Tag.name == bindparam("name"))
_OF_SYNONYM = _COLUMNS.join(Synonym, Synonym.tag_id == Tag.id).where(Synonym.name == bindparam("name"))
_SYNONYMS = select(Synonym.name).where(Synonym.tag_id == bindparam("tag_id")).order_by(Synonym.name)


def tag_by_name(name: str) -> Tag:
    """To be changed: by its name or by a synonym."""
    return db.session.get_one(Tag, tag_row(name).id)


def tag_row(name: str) -> Row[Any]:
    """To be shown: the columns of the table, by its name or by a synonym."""
    wanted = {"name": tag_name(name)}
    row = read_rows(_NAMED, wanted).one_or_none() or read_rows(_OF_SYNONYM, wanted).one_or_none()
    if row is None:
        raise NotFound()
    return row


def known_names(names: Iterable[str]) -> dict[str, str]:
    """Typed name -> the tag's own name, for those that exist, synonyms followed. Two statements."""
    wanted = {tag_name(name): name for name in names}
    found = {wanted[name]: name for name in db.session.scalars(select(Tag.name).where(Tag.name.in_(wanted)))}
    of_synonyms = select(Synonym.name, Tag.name).join(Tag, Tag.id == Synonym.tag_id).where(Synonym.name.in_(wanted))
    return found | {wanted[synonym]: name for synonym, name in db.session.execute(of_synonyms)}


def left_out_names(actor: Actor, names: Sequence[str]) -> list[str]:
    """Without which the actor's post is published: nobody has added them yet, and the actor may not. Two statements;
    none for whoever may."""
    if may_create_tags(actor):
        return []
    known = known_names(names)
    return [name for name in names if name not in known]


def tags_by_prefix(prefix: str = "", limit: int = 60, after: tuple[int, int] | None = None) -> list[Tag]:
    """The most used tags whose name or synonym begins so."""
    found = select(Tag).order_by(Tag.question_count.desc(), Tag.id.desc()).limit(limit)
    if prefix:
        begins = tag_name(prefix)
        by_synonym = select(Synonym.tag_id).where(Synonym.name.startswith(begins, autoescape=True))
        found = found.where(Tag.name.startswith(begins, autoescape=True) | Tag.id.in_(by_synonym))
    if after is not None:
        count, tag_id = after
        found = found.where((Tag.question_count < count) | ((Tag.question_count == count) & (Tag.id < tag_id)))
    return list(db.session.scalars(found))


def synonyms_of(tag_id: int) -> list[str]:
    return list(read_rows(_SYNONYMS, {"tag_id": tag_id}).scalars())


def tag_names(tag_ids: Iterable[int]) -> dict[int, str]:
    rows = db.session.execute(select(Tag.id, Tag.name).where(Tag.id.in_(list(tag_ids))))
    return {row.id: row.name for row in rows}
