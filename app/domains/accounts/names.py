"""What a person may be called: NFKC, unique by skeleton, nothing invisible, no mixed scripts, no reserved words."""

import re
import unicodedata

from app.kernel.errors import Invalid
from app.kernel.i18n import _
from app.kernel.letters import is_visible, stands_alone

RESERVED = {
    "admin", "administrator", "moderator", "staff", "support", "system", "guest", "huzhu", "official", "everyone",
    "root", "help", "api", "null", "none", "me", "管理员", "客服", "官方", "系统", "互助",
}  # fmt: skip
SHORTEST, LONGEST = 2, 30
_ALLOWED = re.compile(r"[\w.\-· ]+")
# Letters that look alike across Latin, Greek and Cyrillic; both sides of TR39's idea that matter for a handle.
_LOOKALIKES = str.maketrans("аеорсухіјѕԁɡοαν0１lI|", "aeopcyxijsdgoavo1111")


def clean_name(name: str) -> str:
    """The name as stored; Invalid with a sentence where it cannot be one."""
    name = " ".join(unicodedata.normalize("NFKC", name).split())
    sentence = _complaint(name)
    if sentence:
        raise Invalid(fields={"name": [sentence]})
    return name


def name_key(name: str) -> str:
    """Two names with the same key look the same to a reader."""
    folded = unicodedata.normalize("NFKC", name).casefold().translate(_LOOKALIKES)
    return re.sub(r"[\s.\-_·]", "", folded) or folded


def email_key(email: str) -> str:
    return unicodedata.normalize("NFKC", email).strip().casefold()


def _complaint(name: str) -> str | None:
    if len(name) > LONGEST or sum(map(stands_alone, name)) < SHORTEST:
        return _("A name has %(low)s to %(high)s characters.", low=SHORTEST, high=LONGEST)
    if not _ALLOWED.fullmatch(name) or not all(map(is_visible, name)):
        return _("A name has letters, digits, spaces, dots and hyphens only.")
    if len(_scripts(name)) > 1:
        return _("A name does not mix letters that look alike in different scripts.")
    if name.casefold() in RESERVED or name.isdigit():
        return _("This name is reserved. Please choose another.")
    return None


def _scripts(name: str) -> set[str]:
    """Alphabets that can be confused with each other; Han beside Latin is everyday."""
    names = (unicodedata.name(letter, "").split(" ")[0] for letter in name if letter.isalpha())
    return {script for script in names if script in ("LATIN", "GREEK", "CYRILLIC")}
