"""What tags keep of a person, for the export of their data."""

from app.domains.tags.models import Tag
from app.kernel.own_rows import Own

OWN = {"tags_made": Own(Tag.created_by_id)}
