"""Secrets that are shown once and kept as a hash."""

import hashlib
import secrets


def new_token() -> str:
    """256 random bits, safe in a URL."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """SHA-256: a random token needs no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()
