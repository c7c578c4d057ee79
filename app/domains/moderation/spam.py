"""Cheap signs of spam, each a named function over what a post says. One sign asks for a look, never hides."""

import re

_ADDRESS = re.compile(r"https?://|www\.", re.IGNORECASE)
_CONTACT = re.compile(
    r"(\b(whatsapp|telegram|wechat)\b|加微信|加\s*[vV]信|[vV]x\s*[:：]|扫码|代开|刷单|薅羊毛)", re.IGNORECASE
)
_SELLING = re.compile(r"\b(casino|viagra|crypto\s+giveaway|loan\s+offer|seo\s+services|escort)\b", re.IGNORECASE)


def has_many_addresses(text: str) -> bool:
    return len(_ADDRESS.findall(text)) >= 3


def asks_to_write_elsewhere(text: str) -> bool:
    return _CONTACT.search(text) is not None


def sells_the_usual(text: str) -> bool:
    return _SELLING.search(text) is not None


def shouts(text: str) -> bool:
    letters = [letter for letter in text if letter.isascii() and letter.isalpha()]
    return len(letters) > 40 and sum(letter.isupper() for letter in letters) > 0.7 * len(letters)


SIGNS = {
    "many_addresses": has_many_addresses,
    "contact_elsewhere": asks_to_write_elsewhere,
    "usual_goods": sells_the_usual,
    "shouting": shouts,
}


def signs_of_spam(text: str) -> list[str]:
    """The names of the signs that a text shows."""
    return [name for name, shows in SIGNS.items() if shows(text)]
