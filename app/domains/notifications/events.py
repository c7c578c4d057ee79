from dataclasses import dataclass

from app.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class SolvedReminderDue(Event):
    """Three days after the mail about an answer its asker has said neither yes nor no."""

    question_id: int
    answer_id: int
