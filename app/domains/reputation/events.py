from dataclasses import dataclass

from app.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class ExpertsInvited(Event):
    """`user_ids` were asked to answer; the reason for each stands in `Invitation.because`."""

    question_id: int
    user_ids: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class InvitationDeclined(Event):
    question_id: int
    user_id: int


@dataclass(frozen=True, kw_only=True)
class StartingUpEnded(Event):
    """The site has enough trusted givers of its own; from here on the gates of the levels count in full."""

    people_at_l1: int
