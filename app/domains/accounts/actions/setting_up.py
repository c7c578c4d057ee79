"""The guide of a new forum goes on."""

from app.domains.accounts.actor import Actor
from app.domains.accounts.policies import may_administer
from app.domains.accounts.setup_steps import SETUP, steps_done
from app.kernel import settings
from app.kernel.policy import require


def note_step(actor: Actor, step: str) -> None:
    """This step is done, or was passed over."""
    require(may_administer(actor))
    done = list(dict.fromkeys([*steps_done(), step]))
    settings.change(SETUP.name, " ".join(done), actor.id)
