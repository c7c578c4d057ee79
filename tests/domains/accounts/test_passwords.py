"""Hashing as the forum does it; the suite's own hashes are quick."""

from importlib import util
from types import ModuleType

import pytest

from app.domains.accounts import passwords as quick


@pytest.fixture(scope="session")
def passwords() -> ModuleType:
    """The module as the forum loads it, once more beside the one that the suite has made quick."""
    spec = util.find_spec(quick.__name__)
    assert spec and spec.loader
    module = util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_hash_costs_two_passes_over_64_mebibytes(passwords):
    assert passwords.hash_password("correct horse").startswith("$argon2id$v=19$m=65536,t=2,p=1$")


def test_a_password_matches_its_own_hash_only(passwords):
    stored = passwords.hash_password("correct horse")
    assert passwords.matches(stored, "correct horse")
    assert not passwords.matches(stored, "correct hors")
    assert not passwords.matches("no hash at all", "correct horse")


def test_an_account_without_a_password_takes_as_much_work_as_one_with_it(passwords, monkeypatch):
    verified = []
    monkeypatch.setattr(passwords, "_hasher", Noting(passwords._hasher, verified))
    assert not passwords.matches(None, "nobody has this password")
    (against,) = verified
    assert against.startswith("$argon2id$v=19$m=65536,t=2,p=1$")


class Noting:
    """The real hasher, and the hashes that it was asked about."""

    def __init__(self, hasher, verified):
        self.hash, self._verify, self._verified = hasher.hash, hasher.verify, verified

    def verify(self, stored, password):
        self._verified.append(stored)
        return self._verify(stored, password)


def test_a_hash_of_another_cost_is_made_anew_at_the_next_sign_in(passwords):
    assert passwords.needs_rehash(quick.hash_password("correct horse"))
    assert not passwords.needs_rehash(passwords.hash_password("correct horse"))
