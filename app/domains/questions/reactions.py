"""What questions do when something has happened."""

from app.domains.accounts.events import UserAnonymised
from app.domains.questions.actions.drafting import forget_drafts_of
from app.domains.questions.actions.files import forget_files_of
from app.domains.questions.actions.leaving import forget_name_of, forget_reading_of


def forget_drafts(event: UserAnonymised) -> None:
    """Posts stay without a name; what was never posted goes."""
    forget_drafts_of(event.user_id)


def forget_files(event: UserAnonymised) -> None:
    """Pictures and texts of posts stay with them."""
    forget_files_of(event.user_id)


def forget_reading(event: UserAnonymised) -> None:
    forget_reading_of(event.user_id)


def forget_name(event: UserAnonymised) -> None:
    """Others have named the person in what they wrote."""
    forget_name_of(event.user_id)
