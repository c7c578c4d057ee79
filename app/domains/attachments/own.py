"""The files that a person has sent, for the export of their data."""

from app.domains.attachments.models import Attachment
from app.kernel.own_rows import Own

OWN = {"files": Own(Attachment.owner_id, ("digest",))}
