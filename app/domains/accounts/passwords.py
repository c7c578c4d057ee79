"""Hashing: argon2id, its parameters, and a bound on how many run at once."""

from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# 100-250 ms a hash on a small server; 64 MiB each, so only a few at once.
_hasher = PasswordHasher(time_cost=2, memory_cost=64 * 1024, parallelism=1)
_at_once = BoundedSemaphore(4)
_nobody = ""


def hash_password(password: str) -> str:
    with _at_once:
        return _hasher.hash(password)


def matches(stored: str | None, password: str) -> bool:
    """Whether the password is right. An account without one costs as much time as one with it: no enumeration."""
    global _nobody
    if stored is None:
        _nobody = _nobody or hash_password("nobody has this password")
    with _at_once:
        try:
            return _hasher.verify(stored or _nobody, password) and stored is not None
        except (VerificationError, InvalidHashError):
            return False


def needs_rehash(stored: str) -> bool:
    return _hasher.check_needs_rehash(stored)
