"""Who is asking: plain values, loaded once a request, given to every policy. The visitor is one too."""

from dataclasses import dataclass
from datetime import datetime

STAFF_ROLES = frozenset({"agent", "lead", "pm", "admin"})
MODERATING_ROLES = frozenset({"moderator", "lead", "admin"})
EXPERT_LEVEL = 3


@dataclass(frozen=True)
class Actor:
    """`role` is guest, system or one of `Role`. `team` holds the product ids that a member of staff serves; staff
    with an empty team serve all. `expert_for` holds the products that the person was appointed for."""

    id: int | None = None
    name: str = ""
    role: str = "guest"
    level: int = 0
    language: str = "en"
    timezone: str = "UTC"
    theme: str = "auto"
    avatar: str | None = None
    confirmed: bool = False
    suspended_until: datetime | None = None
    suspended_because: str = ""
    team: frozenset[int] = frozenset()
    expert_for: frozenset[int] = frozenset()
    session_id: int | None = None
    session_token: str = ""
    session_seen_at: datetime | None = None
    authenticated_at: datetime | None = None
    has_second_factor: bool = False
    second_factor_passed: bool = False
    via: str = "session"
    """`session`, `token` (API) or `system` (command line, clock)."""
    scopes: frozenset[str] = frozenset()
    token_id: int | None = None
    token_used_at: datetime | None = None

    # What Flask-Login asks of a user.
    @property
    def is_authenticated(self) -> bool:
        return self.id is not None

    @property
    def is_anonymous(self) -> bool:
        return self.id is None

    @property
    def is_active(self) -> bool:
        return self.is_authenticated

    def get_id(self) -> str:
        return self.session_token

    @property
    def is_staff(self) -> bool:
        """Works for the company: agent, lead, product manager, administrator."""
        return self.role in STAFF_ROLES

    @property
    def moderates(self) -> bool:
        return self.role in MODERATING_ROLES

    @property
    def sees_hidden(self) -> bool:
        return self.is_staff or self.moderates or self.role == "system"

    def serves(self, product_id: int) -> bool:
        """Is staff of this product."""
        return self.is_staff and (not self.team or product_id in self.team or self.role == "admin")

    def is_expert_in(self, product_id: int) -> bool:
        """Level L3 or above, or appointed for this product."""
        return self.level >= EXPERT_LEVEL or product_id in self.expert_for

    @property
    def is_expert(self) -> bool:
        return self.level >= EXPERT_LEVEL or bool(self.expert_for)


GUEST = Actor()
SYSTEM = Actor(role="system", via="system")


def guest(language: str = "en", timezone: str = "UTC", theme: str = "auto") -> Actor:
    return Actor(language=language, timezone=timezone, theme=theme)
