"""Credit, standing and invitations of a person, for the export of their data. Who gave a credit is not told: votes
are secret."""

from app.domains.reputation.models import Invitation, InvitationSetting, LedgerEntry, LevelReview, Standing
from app.kernel.own_rows import Own

OWN = {
    "credits": Own(LedgerEntry.user_id, ("giver_id", "event_id", "source_event_id")),
    "standing": Own(Standing.user_id),
    "level_review": Own(LevelReview.user_id),
    "invitations": Own(Invitation.user_id),
    "invitation_setting": Own(InvitationSetting.user_id),
}
