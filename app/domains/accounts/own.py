"""What accounts keep of a person, for the export of their data. Secrets stay out: hashes say nothing to anybody."""

from app.domains.accounts.models import (
    ApiToken,
    Appointment,
    MailLink,
    QuietHours,
    RecoveryCode,
    Session,
    TeamMember,
    User,
)
from app.kernel.own_rows import Own

OWN = {
    "account": Own(User.id, ("name_key", "email_key", "password_hash", "totp_secret", "totp_last_step", "about_html")),
    "sessions": Own(Session.user_id, ("token_hash",)),
    "tokens": Own(ApiToken.user_id, ("token_hash",)),
    "recovery_codes": Own(RecoveryCode.user_id, ("code_hash",)),
    "mail_links": Own(MailLink.user_id, ("token_hash",)),
    "quiet_hours": Own(QuietHours.user_id),
    "teams": Own(TeamMember.user_id),
    "appointments": Own(Appointment.user_id),
    "appointments_made": Own(Appointment.appointed_by_id),
}
