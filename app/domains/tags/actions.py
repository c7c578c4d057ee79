"""What can be done with tags."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.domains.accounts.actor import Actor
from app.domains.tags.models import Synonym, Tag
from app.domains.tags.names import length_complaints, tag_name
from app.domains.tags.policies import may_create_tags, may_describe_tags
from app.domains.tags.queries import known_names
from app.extensions import db
from app.kernel.clock import now
from app.kernel.errors import Invalid
from app.kernel.i18n import _
from app.kernel.policy import require

UNTAGGED = "untagged"
MAX_DESCRIPTION = 500


def find_or_create_tags(actor: Actor, names: Sequence[str], *, leave_out: bool = False) -> list[Tag]:
    """The tags of these names, synonyms followed, in order.

    Where the actor may not create one, Invalid says which; with `leave_out` it is left out, and where none is left
    the tag is "untagged" (a question keeps the words in its first revision, for whoever may).
    """
    wanted = list(dict.fromkeys(tag_name(name) for name in names if tag_name(name)))
    _refuse_long("tags", wanted)
    known = known_names(wanted)
    missing = [name for name in wanted if name not in known]
    if missing and not leave_out and not may_create_tags(actor):
        raise Invalid(fields={"tags": [unknown_tag_sentence(missing)]})
    if missing and not may_create_tags(actor):
        wanted = [name for name in wanted if name in known] or [UNTAGGED]
        known = known_names(wanted)
    for name in wanted:
        if name not in known:
            _create(actor, name)
    own_names = list(dict.fromkeys(known.get(name, name) for name in wanted))
    rows = {tag.name: tag for tag in db.session.scalars(select(Tag).where(Tag.name.in_(own_names)))}
    return [rows[name] for name in own_names]


def _create(actor: Actor, name: str) -> None:
    """A new tag; where somebody else was faster, theirs."""
    try:
        with db.session.begin_nested():
            db.session.add(Tag(name=name, created_at=now(), created_by_id=actor.id, question_count=0, description=""))
    except IntegrityError:
        return


def unknown_tag_sentence(missing: Sequence[str]) -> str:
    return _(
        "There is no tag “%(tags)s” yet, and new members cannot add one. Please choose from the existing tags.",
        tags="”, “".join(missing),
    )


def describe_tag(actor: Actor, tag: Tag, description: str, synonyms: Sequence[str]) -> None:
    """What the tag means, and which other words lead to it."""
    require(may_describe_tags(actor))
    if len(description) > MAX_DESCRIPTION:
        raise Invalid(fields={"description": [_("At most %(n)s characters, please.", n=MAX_DESCRIPTION)]})
    tag.description = description.strip()
    wanted = {tag_name(name) for name in synonyms if tag_name(name)}
    _refuse_long("synonyms", sorted(wanted))
    _refuse_taken(tag, wanted)
    present = {row.name: row for row in db.session.scalars(select(Synonym).where(Synonym.tag_id == tag.id))}
    for name in present.keys() - wanted:
        db.session.delete(present[name])
    for name in wanted - present.keys():
        db.session.add(Synonym(name=name, tag_id=tag.id))


def _refuse_long(field: str, names: Sequence[str]) -> None:
    complaints = length_complaints(names)
    if complaints:
        raise Invalid(fields={field: complaints})


def _refuse_taken(tag: Tag, wanted: set[str]) -> None:
    is_tag = set(db.session.scalars(select(Tag.name).where(Tag.name.in_(wanted))))
    elsewhere = select(Synonym.name).where(Synonym.name.in_(wanted), Synonym.tag_id != tag.id)
    taken = is_tag | set(db.session.scalars(elsewhere))
    if taken:
        sentence = _("“%(name)s” is a tag or another tag's synonym already.", name="”, “".join(sorted(taken)))
        raise Invalid(fields={"synonyms": [sentence]})
