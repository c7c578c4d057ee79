"""The settings as one place: which pages there are, in which order, and what each is for."""

from typing import Any, NamedTuple

from flask import render_template
from flask_login import login_required

from app.kernel.i18n import _l
from app.web.accounts.blueprint import pages


class Section(NamedTuple):
    """`about` says what is found there, for the page that lists them all."""

    endpoint: str
    icon: str
    name: Any
    about: Any


SECTIONS = (
    Section(
        "accounts.edit_profile",
        "person",
        _l("Profile"),
        _l("Your name, your picture, and what others read of you."),
    ),
    Section(
        "accounts.preferences",
        "globe",
        _l("Language and appearance"),
        _l("Language, time zone, light, dark or high contrast."),
    ),
    Section("accounts.account", "mail", _l("Account"), _l("Your e-mail address; delete your account.")),
    Section("accounts.security", "shield", _l("Security"), _l("Your password and the authenticator app.")),
    Section("accounts.sessions", "eye", _l("Browsers"), _l("Where you are signed in; sign out elsewhere.")),
    Section("notifications.settings", "bell", _l("Notifications"), _l("What you are told, and what comes by mail.")),
    Section(
        "reputation.invitations", "hand", _l("Questions for me"), _l("Whether and how often you are asked to help.")
    ),
    Section("drafts.index", "edit", _l("Drafts"), _l("What you have begun to write and not sent yet.")),
    Section("accounts.tokens", "code", _l("API tokens"), _l("Keys for programs that act in your name.")),
    Section("accounts.export", "down", _l("My data"), _l("Everything that the forum keeps about you, as one file.")),
)


@pages.record_once
def offer(state: Any) -> None:
    """To the frame of the settings, which other blueprints' pages may stand in."""
    state.app.jinja_env.globals["settings_sections"] = SECTIONS


@pages.get("/settings")
@login_required
def settings() -> str:
    return render_template("accounts/settings.html")
