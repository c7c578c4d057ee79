"""Shapes of the account forms. Passwords are never written back into a page."""

from typing import Any

from wtforms import (
    BooleanField,
    EmailField,
    HiddenField,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.widgets import CheckboxInput, ListWidget

from app.domains.accounts.scopes import DEFAULT, SCOPES
from app.domains.questions.writing import clean_line, clean_text
from app.kernel.clock import known_zones
from app.kernel.i18n import _l
from app.kernel.languages import LANGUAGES
from app.web.forms import Form

LANGUAGE_NAMES = [(each.tag, each.name) for each in LANGUAGES.values()]
THEME_NAMES = {
    "auto": _l("Like this device"),
    "light": _l("Light"),
    "dark": _l("Dark"),
    "contrast": _l("High contrast"),
}
REGIONS = {"Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"}


def line(text: str | None) -> str:
    """One visible line; what is longer than any address is cut, and the domain says that it is too long."""
    return clean_line((text or "")[:1000])


def text(value: str | None) -> str:
    return clean_text(value or "")


class RegisterForm(Form):
    name = StringField(_l("Name"), filters=[line], description=_l("Everybody sees it beside what you write."))
    email = EmailField(_l("E-mail address"), filters=[line], description=_l("Nobody else sees it."))
    password = PasswordField(_l("Password"), description=_l("10 characters or more; four words in a row are good."))


class LoginForm(Form):
    login = StringField(_l("Name or e-mail address"), filters=[line])
    password = PasswordField(_l("Password"))
    stays = BooleanField(_l("Stay signed in on this device"))
    next = HiddenField()


class CodeForm(Form):
    code = StringField(_l("Code"), filters=[line], description=_l("Six digits from the app, or a recovery code."))


class RefreshForm(Form):
    password = PasswordField(_l("Password"))
    next = HiddenField()


class AddressForm(Form):
    email = EmailField(_l("E-mail address"), filters=[line])


class ResetForm(Form):
    password = PasswordField(_l("New password"), description=_l("10 characters or more; four words in a row are good."))


class PasswordForm(Form):
    current = PasswordField(_l("Present password"))
    password = PasswordField(_l("New password"), description=_l("10 characters or more; four words in a row are good."))


class ProfileForm(Form):
    name = StringField(_l("Name"), filters=[line])
    about = TextAreaField(_l("About you"), filters=[text], description=_l("What you use, what you know, what to ask."))


class PreferencesForm(Form):
    language = SelectField(_l("Language"), choices=LANGUAGE_NAMES, validate_choice=False)
    timezone = SelectField(_l("Time zone"), validate_choice=False, description=_l("Dates and times are shown in it."))
    theme = RadioField(_l("Appearance"), choices=list(THEME_NAMES.items()), validate_choice=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.timezone.choices = [(zone, zone.replace("_", " ")) for zone in zones()]


class TokenForm(Form):
    name = StringField(_l("What is it for?"), filters=[line])
    scopes = SelectMultipleField(
        _l("What may it do?"),
        choices=list(SCOPES.items()),
        default=list(DEFAULT),
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
        validate_choice=False,
    )


class DeleteForm(Form):
    password = PasswordField(_l("Password"))
    sure = BooleanField(_l("Yes, delete my account. I know that this cannot be taken back."))


def zones() -> list[str]:
    """Places, and UTC: the names that people know their zone by."""
    return ["UTC", *sorted(zone for zone in known_zones() if zone.split("/")[0] in REGIONS and "/" in zone)]
