"""What happens to questions. Posts are named by kind and id."""

from dataclasses import dataclass

from app.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class QuestionAsked(Event):
    question_id: int
    product_id: int
    asker_id: int


@dataclass(frozen=True, kw_only=True)
class QuestionEdited(Event):
    question_id: int


@dataclass(frozen=True, kw_only=True)
class QuestionMoved(Event):
    question_id: int
    product_id: int
    product_id_before: int


@dataclass(frozen=True, kw_only=True)
class QuestionClosed(Event):
    question_id: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class QuestionReopened(Event):
    question_id: int


@dataclass(frozen=True, kw_only=True)
class QuestionDeleted(Event):
    question_id: int


@dataclass(frozen=True, kw_only=True)
class QuestionRestored(Event):
    question_id: int


@dataclass(frozen=True, kw_only=True)
class AnswerPosted(Event):
    answer_id: int
    question_id: int
    author_id: int
    official: bool = False


@dataclass(frozen=True, kw_only=True)
class AnswerEdited(Event):
    answer_id: int
    question_id: int


@dataclass(frozen=True, kw_only=True)
class AnswerDeleted(Event):
    answer_id: int
    question_id: int
    author_id: int


@dataclass(frozen=True, kw_only=True)
class AnswerRestored(Event):
    answer_id: int
    question_id: int
    author_id: int


@dataclass(frozen=True, kw_only=True)
class AnswerAccepted(Event):
    answer_id: int
    question_id: int
    author_id: int


@dataclass(frozen=True, kw_only=True)
class AcceptanceWithdrawn(Event):
    answer_id: int
    question_id: int
    author_id: int


@dataclass(frozen=True, kw_only=True)
class AnswerVerified(Event):
    answer_id: int
    question_id: int
    author_id: int


@dataclass(frozen=True, kw_only=True)
class AnswerDidNotHelp(Event):
    answer_id: int
    question_id: int
    author_id: int


@dataclass(frozen=True, kw_only=True)
class CommentPosted(Event):
    comment_id: int
    question_id: int
    answer_id: int | None
    author_id: int


@dataclass(frozen=True, kw_only=True)
class CommentDeleted(Event):
    comment_id: int
    question_id: int


@dataclass(frozen=True, kw_only=True)
class VoteCast(Event):
    """`value` 1, -1, or 0 for a withdrawal; `before` is what the voter's voice was until now."""

    kind: str
    target_id: int
    question_id: int
    author_id: int
    value: int
    before: int = 0


@dataclass(frozen=True, kw_only=True)
class PostHidden(Event):
    kind: str
    target_id: int
    question_id: int
    author_id: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class PostRestored(Event):
    kind: str
    target_id: int
    question_id: int
    author_id: int


@dataclass(frozen=True, kw_only=True)
class CommentEdited(Event):
    comment_id: int
    question_id: int
    answer_id: int | None


@dataclass(frozen=True, kw_only=True)
class NameForgotten(Event):
    """Somebody whom posts of this question named has left the forum."""

    question_id: int
