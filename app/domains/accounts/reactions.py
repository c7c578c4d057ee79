"""What accounts do when something has happened."""

from app.domains.accounts.events import RoleGranted, UserRegistered
from app.domains.accounts.mails import mail_confirmation_link, notify
from app.domains.accounts.models import LinkPurpose
from app.domains.accounts.queries import has_open_link, user_by_id


def send_confirmation_link(event: UserRegistered) -> None:
    """A newcomer's address is asked once; whoever needs another link asks for it on the page."""
    if not has_open_link(event.user_id, LinkPurpose.CONFIRM_EMAIL):
        mail_confirmation_link(event.user_id)


def tell_of_role(event: RoleGranted) -> None:
    notify(user_by_id(event.user_id), "role_changed")
