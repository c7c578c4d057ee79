"""What a person reported, was suspended for, and decided as a moderator, for the export of their data."""

from app.domains.moderation.models import Flag, ModLogEntry, Sanction
from app.kernel.own_rows import Own

OWN = {
    "flags": Own(Flag.reporter_id),
    "suspensions": Own(Sanction.user_id),
    "suspensions_given": Own(Sanction.by_id),
    "moderation_log": Own(ModLogEntry.moderator_id),
}
