"""What a token lets a program do. A token never allows more than its owner may."""

from app.kernel.i18n import _l

READ, WRITE, STAFF, ADMIN = "read", "write", "staff", "admin"

SCOPES = {
    READ: _l("Read what you can read"),
    WRITE: _l("Ask, answer, comment, vote and follow in your name"),
    STAFF: _l("Work on cases, feedback and reports, where your role allows it"),
    ADMIN: _l("Administer, where your role allows it"),
}
DEFAULT = (READ, WRITE)
