"""What a person was told and how they want to be told, for the export of their data."""

from app.domains.notifications.models import AwayMail, Notification, Preference
from app.kernel.own_rows import Own

OWN = {
    "notifications": Own(Notification.user_id, ("event_id",)),
    "notification_choices": Own(Preference.user_id),
    "looked_at_while_away": Own(AwayMail.user_id),
}
