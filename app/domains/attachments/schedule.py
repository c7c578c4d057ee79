"""What we do by the clock."""

from itertools import islice

from app.domains.attachments.queries import known_names
from app.kernel import uploads

STRAY_AFTER_SECONDS = 24 * 3600.0
_AT_ONCE = 500


def remove_strays() -> None:
    """Files whose row was never stored: the machine stopped between the two, or the form was refused."""
    old = iter(uploads.older_than(STRAY_AFTER_SECONDS))
    while names := list(islice(old, _AT_ONCE)):
        known = known_names(names)
        for name in names:
            if name not in known:
                uploads.remove_promised(name)
