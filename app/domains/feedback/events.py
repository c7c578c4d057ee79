"""What happens to feedback."""

from dataclasses import dataclass

from app.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class FeedbackLabelled(Event):
    """`kind` and `target_id` name the post; the item may be new or have had sources before."""

    label_id: int
    item_id: int
    product_id: int
    question_id: int
    kind: str
    target_id: int


@dataclass(frozen=True, kw_only=True)
class FeedbackUnlabelled(Event):
    label_id: int
    item_id: int
    question_id: int


@dataclass(frozen=True, kw_only=True)
class FeedbackStateChanged(Event):
    """Everyone behind the item hears of it (F3); `transition_id` is where the number of the told is kept."""

    item_id: int
    product_id: int
    transition_id: int
    before: str
    after: str


@dataclass(frozen=True, kw_only=True)
class DigestReady(Event):
    digest_id: int
    product_id: int
