"""The promises, in the order in which they are measured: those that write come last."""

from collections.abc import Callable
from dataclasses import dataclass

from bench.comparing import Line
from bench.lasting import growth, memory
from bench.listening import fan_out
from bench.pages import cached_question, lists, question, search, signed_in
from bench.posting import post
from bench.stage import Stage


@dataclass(frozen=True)
class Target:
    """`served`: the large forum's web process already runs while it is measured."""

    name: str
    run: Callable[[Stage], list[Line]]
    served: bool = True


TARGETS = (
    Target("T1", cached_question),
    Target("T2", question),
    Target("T3", signed_in),
    Target("T4", lists),
    Target("T5", search),
    Target("T8", memory, served=False),
    Target("T7", fan_out, served=False),
    Target("T9", growth, served=False),
    Target("T6", post, served=False),
)
