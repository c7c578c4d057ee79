"""Every fault by name, with the numbers of its long form and of its short one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bench.faults.index_damage import index_damaged
from bench.faults.killed import killed_while_posting
from bench.faults.mailing import mail_troubles
from bench.faults.poison import poisoned_jobs
from bench.faults.racing import answer_against_sweep, workers_racing
from bench.faults.result import Result
from bench.faults.stage import KINDS
from bench.faults.submitted_twice import submitted_twice

Numbers = dict[str, int]


@dataclass(frozen=True)
class Fault:
    """`run(stage, seed, **numbers)`; `settings` are those of the forum's processes."""

    run: Callable[..., Result]
    long: Numbers = field(default_factory=dict)
    short: Numbers = field(default_factory=dict)
    kinds: tuple[str, ...] = KINDS
    settings: Mapping[str, str] = field(default_factory=dict)
    with_mail: bool = False
    short_kinds: tuple[str, ...] = KINDS
    """Where the short form runs, too: one kind is enough where the database has no part in it."""


FAULTS: dict[str, Fault] = {
    "killed-while-posting": Fault(
        killed_while_posting,
        long={"kills": 200, "due": 300},
        short={"kills": 4, "due": 5, "clients": 6},
    ),
    "workers-racing": Fault(workers_racing, long={"questions": 1000}, short={"questions": 16}),
    "answer-against-sweep": Fault(answer_against_sweep, long={"pairs": 1000}, short={"pairs": 12}),
    "mail-server": Fault(
        mail_troubles, long={"questions": 40}, short={"questions": 1}, with_mail=True, short_kinds=("sqlite",)
    ),
    "index-damaged": Fault(index_damaged, long={"questions": 200, "damages": 30}, short={"questions": 5, "damages": 2}),
    "index-damaged-tantivy": Fault(
        index_damaged,
        long={"questions": 200, "damages": 30},
        short={"questions": 5, "damages": 2},
        settings={"SEARCH_ENGINE": "tantivy"},
        short_kinds=("sqlite",),
    ),
    "poisoned-jobs": Fault(
        poisoned_jobs, long={"questions": 200}, short={"questions": 4, "doses": 1}, short_kinds=("sqlite",)
    ),
    "submitted-twice": Fault(submitted_twice, long={"forms": 400}, short={"forms": 6}),
}
