"""How far the administrator of a new forum has come in its guide."""

from app.kernel.i18n import _l
from app.kernel.settings import Setting

STEPS = ("name", "products", "mail", "team", "policy")
NONE, FINISHED = "none", "finished"


def known_steps(text: str) -> None:
    if set(text.split()) - {*STEPS, NONE, FINISHED}:
        raise ValueError(text)


SETUP = Setting("site.setup", NONE, _l("Steps of the guide for a new forum that are behind you."), check=known_steps)


def steps_done() -> list[str]:
    done = SETUP.value().split()
    return [step for step in (*STEPS, FINISHED) if step in done]
