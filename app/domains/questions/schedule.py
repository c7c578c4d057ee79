"""What we do by the clock."""

from app.domains.questions.actions.drafting import forget_old_drafts
from app.domains.questions.actions.files import forget_unnamed_files
from app.domains.questions.actions.pending import forget_expired
from app.kernel.transaction import transaction


def forget_pending() -> None:
    """Guests' texts that nobody published."""
    with transaction():
        forget_expired()


def forget_drafts() -> None:
    """Drafts that nobody has touched for half a year."""
    with transaction():
        forget_old_drafts()


def forget_files() -> None:
    """Files that were sent a day ago and that no post and no draft names."""
    after_id: int | None = 0
    while after_id is not None:
        with transaction():
            after_id = forget_unnamed_files(after_id)
