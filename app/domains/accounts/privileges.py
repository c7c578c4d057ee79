"""What each level may do: one table, shown on the help page."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Privileges:
    """The rights of one level; daily numbers are limits of `rules/ranking.md`."""

    level: int
    posts_a_day: int | None
    votes_a_day: int
    clickable_links: bool
    new_tags: bool
    retags: bool
    closes_duplicates: bool
    labels_any_post: bool


LEVELS = (
    Privileges(0, 10, 10, False, False, False, False, False),
    Privileges(1, None, 30, True, True, False, False, False),
    Privileges(2, None, 30, True, True, True, False, False),
    Privileges(3, None, 30, True, True, True, True, True),
    Privileges(4, None, 30, True, True, True, True, True),
)
STAFF = Privileges(4, None, 200, True, True, True, True, True)


def privileges_of(actor_or_role: object) -> Privileges:
    """The row that counts for an actor: staff and moderators have their own, everybody else their level's."""
    if getattr(actor_or_role, "is_staff", False) or getattr(actor_or_role, "moderates", False):
        return STAFF
    if getattr(actor_or_role, "role", "") == "system":
        return STAFF
    level = max(int(getattr(actor_or_role, "level", 0)), 3 if getattr(actor_or_role, "expert_for", None) else 0)
    return LEVELS[min(level, 4)]
