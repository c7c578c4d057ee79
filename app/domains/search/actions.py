"""What an administrator can do about the index."""

from app.domains.accounts.actor import Actor
from app.domains.search.policies import may_rebuild
from app.domains.search.serving import serving
from app.kernel.policy import require


def ask_for_rebuild(actor: Actor) -> None:
    """The worker does it within seconds; until it has, the old index answers."""
    require(may_rebuild(actor))
    serving().want_rebuild("asked")
