"""Accounts in the browser: one blueprint, a file for each thing that people do."""

from app.web.accounts import (
    account,
    avatar,
    confirming,
    export,
    preferences,
    profile,
    recovering,
    registering,
    second_factor,
    sections,
    security,
    signing_in,
    tokens,
)
from app.web.accounts.blueprint import pages

__all__ = [
    "account",
    "avatar",
    "confirming",
    "export",
    "pages",
    "preferences",
    "profile",
    "recovering",
    "registering",
    "second_factor",
    "sections",
    "security",
    "signing_in",
    "tokens",
]
