"""What we do by the clock."""

from app.domains.questions.actions.pending import forget_expired
from app.kernel.transaction import transaction


def forget_pending() -> None:
    """Guests' texts that nobody published."""
    with transaction():
        forget_expired()
