"""Where the dump's posts are at home, which no file of it says; and their addresses there."""

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from app.importing.stackexchange.posts import Threads

_DOMAIN = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|net|org)")
_NAMED = re.compile(r"(?:stackexchange|se)[-_.]([a-z0-9-]+)|([a-z0-9-]+)[-_.]stackexchange")
_LINK = re.compile(r"https?://([a-z0-9.-]+)/(?:q|a|questions)/([0-9]+)")
# Links to a neighbouring site hit one of our numbers by chance; a few of them say nothing.
LEAST_LINKS = 3


@dataclass(frozen=True)
class Site:
    """`address` without a trailing slash. A person's key is the dump's id, `~name`, or empty for nobody known."""

    address: str

    @property
    def host(self) -> str:
        return self.address.split("://", 1)[-1]

    def question(self, id: int | str) -> str:
        return f"{self.address}/questions/{id}"

    def answer(self, id: int | str) -> str:
        return f"{self.address}/a/{id}"

    def person(self, key: str) -> str:
        return f"{self.address}/users/{key}" if key and not key.startswith("~") else f"{self.address}/#{quote(key[1:])}"

    def key(self, kind: str, id: int) -> str:
        """Recognises a row in a second import; at most 64 characters, unique among submissions."""
        return f"{self.host[:40]}/{kind}/{id}"


def site_of(directory: Path, threads: Threads, given: str | None = None) -> Site:
    """As named; else by the folder's name; else the site whose links lead to this dump's own numbers."""
    if given:
        return Site(given.rstrip("/") if "://" in given else f"https://{given.rstrip('/')}")
    name = directory.resolve().name.lower()
    if _DOMAIN.fullmatch(name):
        return Site(f"https://{name}")
    named = _NAMED.fullmatch(name)
    if named:
        return Site(f"https://{named.group(1) or named.group(2)}.stackexchange.com")
    return Site(f"https://{_most_linked(threads) or f'{quote(name)}.stackexchange.com'}")


def _most_linked(threads: Threads) -> str | None:
    ids = {post.id for thread in threads.by_id.values() for post in thread.posts}
    hosts: Counter[str] = Counter()
    for thread in threads.by_id.values():
        for post in thread.posts:
            hosts.update(host for host, id in _LINK.findall(post.body) if int(id) in ids)
    most = hosts.most_common(1)
    return most[0][0] if most and most[0][1] >= LEAST_LINKS else None
