"""What a reader finds in a mail, and the password that the cast uses."""

import re
from functools import lru_cache

from app.domains.accounts.passwords import hash_password
from app.kernel.mail import KeptMail

PLACES = {
    "confirm": r"/confirm/([\w-]+)",
    "reset": r"/login/reset/([\w-]+)",
    "change": r"/settings/address/([\w-]+)",
}


def token_in(mail: KeptMail, kind: str) -> str:
    """The token of the mail's link; text and HTML must agree on it."""
    in_text, in_html = (re.search(PLACES[kind], part) for part in (mail.text, mail.html))
    assert in_text and in_html and in_text[1] == in_html[1]
    return in_text[1]


PASSWORD = "quiet river under stones"


@lru_cache(maxsize=1)
def known_hash() -> str:
    """Its hash, computed once: hashing is slow on purpose."""
    return hash_password(PASSWORD)
