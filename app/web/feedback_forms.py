"""The forms of feedback: shapes only."""

from typing import Any

from wtforms import IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import Optional

from app.domains.accounts.queries import Person
from app.domains.feedback.names import TYPE_NAMES
from app.domains.feedback.queries.labels import SimilarItem
from app.kernel.i18n import _, _l
from app.web.forms import Form, NumberField

NEW_ITEM = 0  # "none of these": the mark becomes an item of its own


class LabelForm(Form):
    quote = TextAreaField(
        _l("The sentence"), description=_l("Copy it from the post as it stands there. Empty: the whole post.")
    )
    type = RadioField(_l("What is it?"), validate_choice=False)
    tags = StringField(_l("Tags"), description=_l("Empty: the question's own."))
    item_id = RadioField(_l("Does it belong to one of these?"), coerce=int, validate_choice=False, default=NEW_ITEM)
    title = StringField(_l("Title"), description=_l("For a new one. Empty: the sentence itself."))

    def offer(self, similar: list[SimilarItem]) -> "LabelForm":
        self.type.choices = [(kind.value, name) for kind, name in TYPE_NAMES.items()]
        self.item_id.choices = [*((each.id, each.title) for each in similar), (NEW_ITEM, _("No, it is new"))]
        return self


class StateForm(Form):
    """One step; the page shows the fields that this step needs."""

    reason = TextAreaField(_l("Reason"))
    release = StringField(_l("Release"), description=_l("Its name, or a link to the changelog."))
    owner = SelectField(_l("Who takes care of it?"), coerce=int, validate_choice=False)
    merged_into = NumberField(_l("Number of the request it belongs to"), validators=[Optional()])
    base_version = IntegerField(validators=[Optional()])

    def at(self, state: str, owners: list[Person], owner_id: int | None) -> "StateForm":
        """The same form stands on the page once for every step: each has its own element ids."""
        self.owner.choices = [(person.id, person.name) for person in owners]
        if self.owner.data is None and owner_id is not None:
            self.owner.data = owner_id
        for field in self:
            field.id = f"{state}-{field.name}"
            field.label.field_id = field.id
        return self


class ItemForm(Form):
    title = StringField(_l("Title"))
    type = SelectField(_l("What is it?"), validate_choice=False)
    tags = StringField(_l("Tags"))
    owner = SelectField(_l("Who takes care of it?"), coerce=int, validate_choice=False)
    importance = SelectField(_l("Importance"), coerce=int, validate_choice=False)
    base_version = IntegerField(validators=[Optional()])

    def offer(self, owners: list[Person]) -> "ItemForm":
        self.type.choices = [(kind.value, name) for kind, name in TYPE_NAMES.items()]
        self.owner.choices = [(0, _("Nobody yet")), *((person.id, person.name) for person in owners)]
        self.importance.choices = [(1, "1"), (2, "2"), (3, "3")]
        return self


def chosen(field: Any) -> Any:
    """A choice, or None where nothing was chosen."""
    return field.data or None
