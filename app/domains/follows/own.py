"""What a person follows and has muted, for the export of their data."""

from app.domains.follows.models import Follow
from app.kernel.own_rows import Own

OWN = {"follows": Own(Follow.user_id)}
