"""Accounts in the browser: one blueprint, a file for each thing that people do."""

from app.web.accounts import (
    account,
    confirming,
    export,
    preferences,
    profile,
    recovering,
    registering,
    second_factor,
    security,
    signing_in,
    tokens,
)
from app.web.accounts.blueprint import pages

__all__ = [
    "account",
    "confirming",
    "export",
    "pages",
    "preferences",
    "profile",
    "recovering",
    "registering",
    "second_factor",
    "security",
    "signing_in",
    "tokens",
]
