"""No e-mail address and no telephone number leaves in a digest: pure."""
import re

MASK = "•••"  # no words: a quote keeps its own language

# One character for one, so that a match has the same place in the text as written.
HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}

E_MAIL = r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+"
E_MAIL_ANY_SCRIPT = r"[^\s@<>]{1,64}@[^\s@<>.]{1,63}(?:\.[^\s@<>.,;:!?]{2,63})+"
INTERNATIONAL = r"(?:(?<![\d.])00|\+)[1-9](?:[ .()/-]{0,3}\d){6,14}(?!\d)"
CHINESE_MOBILE = r"(?<![\dA-Fa-f])(?:86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)"
CHINESE_LANDLINE = r"(?<![\d.])\(?0[1-9]\d{1,2}\)?[ -]?\d{3,4}[ -]?\d{4}(?!\d)"
CHINESE_SERVICE_LINE = r"(?<![\d.])[48]00(?:[ -]?\d){7}(?!\d)"

CONTACT = re.compile(
    "|".join((E_MAIL, INTERNATIONAL, CHINESE_MOBILE, CHINESE_LANDLINE, CHINESE_SERVICE_LINE))
)
CONTACT_ANY_SCRIPT = re.compile(E_MAIL_ANY_SCRIPT)


def masked(text: str) -> str:
    """The text with every address and number in it replaced by a mark; full-width digits are digits too."""
    # Latin addresses first: the wider pattern would take the Chinese words beside them along.
    return _without(CONTACT_ANY_SCRIPT, _without(CONTACT, text))


def _without(pattern: re.Pattern[str], text: str) -> str:
    parts, kept_from = [], 0
    for found in pattern.finditer(text.translate(HALF_WIDTH)):
        parts += [text[kept_from:found.start()], MASK]
        kept_from = found.end()
    return "".join([*parts, text[kept_from:]])
