"""Labels and items that a person stands behind, for the export of their data."""

from app.domains.feedback.models import FeedbackItem, FeedbackLabel, FeedbackTransition
from app.kernel.own_rows import Own

OWN = {
    "labels": Own(FeedbackLabel.labelled_by_id),
    "feedback_owned": Own(FeedbackItem.owner_id),
    "feedback_made": Own(FeedbackItem.created_by_id),
    "feedback_decisions": Own(FeedbackTransition.actor_id),
}
