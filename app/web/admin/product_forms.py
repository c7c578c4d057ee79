"""The forms of one product: its words, hours, team, promise and rules for kinds."""

from typing import Any

from wtforms import BooleanField, IntegerField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import Optional
from wtforms.widgets import CheckboxInput, ListWidget

from app.domains.escalation.durations import duration_text, parse_duration
from app.domains.products.typed_hours import TypedHours
from app.kernel.errors import Invalid
from app.kernel.i18n import _l
from app.web.accounts.forms import line, text, zones
from app.web.forms import Form

DAYS = (_l("Monday"), _l("Tuesday"), _l("Wednesday"), _l("Thursday"), _l("Friday"), _l("Saturday"), _l("Sunday"))
EXAMPLE = _l("For example 30m, 4h, 3d; in open hours.")


class ProductForm(Form):
    name = StringField(_l("Name"), filters=[line])
    description = TextAreaField(_l("Description"), filters=[text])
    position = IntegerField(_l("Place in the list"), default=0, validators=[Optional()])
    archived = BooleanField(_l("Archived: takes no new questions"))
    base_version = IntegerField(validators=[Optional()])


class NewProductForm(Form):
    name = StringField(_l("Name"), filters=[line])
    slug = StringField(
        _l("Address"), filters=[line], description=_l("Small letters, digits and hyphens; it never changes.")
    )
    description = TextAreaField(_l("Description"), filters=[text])
    timezone = SelectField(_l("Time zone"), validate_choice=False, default="Asia/Shanghai")
    calendar = SelectField(
        _l("Open hours"),
        validate_choice=False,
        choices=[("office", _l("Monday to Friday, 09:00-18:00")), ("24x7", _l("Round the clock"))],
    )
    peer = StringField(_l("Customers answer first for"), default="4h", filters=[line], description=EXAMPLE)
    first = StringField(_l("Then our team answers within"), default="4h", filters=[line], description=EXAMPLE)
    levels = IntegerField(_l("Levels of the ladder"), default=2, validators=[Optional()])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.timezone.choices = zones()


class CalendarForm(Form):
    timezone = SelectField(_l("Time zone"), validate_choice=False)
    weekday_0 = StringField(DAYS[0], description=_l("For example 09:00-12:00, 13:00-18:00; empty = closed."))
    weekday_1 = StringField(DAYS[1])
    weekday_2 = StringField(DAYS[2])
    weekday_3 = StringField(DAYS[3])
    weekday_4 = StringField(DAYS[4])
    weekday_5 = StringField(DAYS[5])
    weekday_6 = StringField(DAYS[6])
    holidays = TextAreaField(_l("Holidays"), description=_l("One date a line, as 2026-10-01. A note may follow it."))
    overrides = TextAreaField(
        _l("Exceptions"), description=_l("One a line: 2026-10-10 09:00-18:00, or 2026-10-11 closed.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.timezone.choices = zones()

    @classmethod
    def of(cls, hours: TypedHours) -> "CalendarForm":
        days = {f"weekday_{number}": shown for number, shown in enumerate(hours.weekdays)}
        return cls(formdata=None, timezone=hours.timezone, holidays=hours.holidays, overrides=hours.overrides, **days)

    def typed(self) -> TypedHours:
        return TypedHours(
            timezone=self.timezone.data or "",
            weekdays=tuple(self[f"weekday_{number}"].data or "" for number in range(7)),
            holidays=self.holidays.data or "",
            overrides=self.overrides.data or "",
        )


class PromiseForm(Form):
    peer = StringField(_l("Customers answer first for"), filters=[line], description=EXAMPLE)
    first = StringField(_l("Then our team answers within"), filters=[line], description=EXAMPLE)
    next_reply = StringField(_l("A later reply of our team comes within"), filters=[line], description=EXAMPLE)
    resolution = StringField(_l("Solved within"), filters=[line], description=EXAMPLE)
    ladder = StringField(
        _l("Each higher level is told after a further"),
        filters=[line],
        description=_l("Separated by commas, one for each level above the first: 4h, 1d. Empty = one level."),
    )

    @classmethod
    def of(cls, policy: Any, levels: list[Any]) -> "PromiseForm":
        return cls(
            formdata=None,
            peer=duration_text(policy.peer_seconds),
            first=duration_text(policy.first_reply_seconds),
            next_reply=duration_text(policy.next_reply_seconds),
            resolution=duration_text(policy.resolution_seconds),
            ladder=", ".join(duration_text(level.after_seconds) for level in levels if level.level > 1),
        )

    def durations(self) -> dict[str, Any]:
        """Seconds by name; Invalid with every field that is no length of time."""
        found: dict[str, Any] = {}
        complaints: dict[str, list[Any]] = {}
        for name in ("peer", "first", "next_reply", "resolution"):
            try:
                found[name] = parse_duration(self[name].data or "", name)
            except Invalid as error:
                complaints.update(error.fields)
        try:
            steps = (self.ladder.data or "").replace("，", ",").split(",")
            found["levels"] = [parse_duration(step, "ladder") for step in steps if step.strip()]
        except Invalid as error:
            complaints.update(error.fields)
        if complaints:
            raise Invalid(fields=complaints)
        return found


class TeamForm(Form):
    team = SelectMultipleField(
        _l("Team"),
        coerce=int,
        description=_l("Staff in no team at all serve every product."),
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
        validate_choice=False,
    )
