"""What staff, experts and askers write beside a case: short plain text."""

from app.domains.questions.writing import clean_text
from app.kernel.errors import Invalid
from app.kernel.i18n import _

LONGEST_NOTE = 4000


def checked_note(text: str, *, needed: bool = True, field: str = "note") -> str:
    """The text as it is stored; Invalid where it is empty (and needed) or too long."""
    clean = clean_text(text)
    if needed and not clean:
        raise Invalid(fields={field: [_("Please write something here.")]})
    if len(clean) > LONGEST_NOTE:
        sentence = _("The text has %(have)s characters; at most %(most)s fit.", have=len(clean), most=LONGEST_NOTE)
        raise Invalid(fields={field: [sentence]})
    return clean
