"""Every fault by name, with the numbers of its long form and of its short one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bench.faults.clock_jumps import clock_jumps
from bench.faults.database_away import database_away
from bench.faults.disk_full import disk_full
from bench.faults.index_damage import index_damaged
from bench.faults.killed import killed_while_posting
from bench.faults.killed_at_work import killed_building_digests, killed_writing_the_index
from bench.faults.mailing import mail_troubles
from bench.faults.poison import poisoned_jobs
from bench.faults.racing import answer_against_sweep, workers_racing
from bench.faults.result import Result
from bench.faults.stage import KINDS
from bench.faults.stopping import stopped_under_load
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
    """Where the suite runs the short form; the rest are `make soak`'s alone, for the suite must stay short."""


FAULTS: dict[str, Fault] = {
    "killed-while-posting": Fault(
        killed_while_posting,
        long={"kills": 200, "due": 300},
        short={"kills": 4, "due": 5, "clients": 6},
        short_kinds=("sqlite",),
    ),
    "workers-racing": Fault(
        workers_racing, long={"questions": 1000}, short={"questions": 16}, short_kinds=("postgresql",)
    ),
    "answer-against-sweep": Fault(
        answer_against_sweep, long={"pairs": 1000}, short={"pairs": 12}, short_kinds=("sqlite",)
    ),
    "mail-server": Fault(mail_troubles, long={"questions": 40}, short={"questions": 1}, with_mail=True, short_kinds=()),
    "index-damaged": Fault(
        index_damaged,
        long={"questions": 200, "damages": 30},
        short={"questions": 5, "damages": 2},
        short_kinds=("sqlite",),
    ),
    "index-damaged-tantivy": Fault(
        index_damaged,
        long={"questions": 200, "damages": 30},
        short={"questions": 5, "damages": 2},
        settings={"SEARCH_ENGINE": "tantivy"},
        short_kinds=(),
    ),
    "poisoned-jobs": Fault(poisoned_jobs, long={"questions": 200}, short={"questions": 4, "doses": 1}, short_kinds=()),
    "submitted-twice": Fault(submitted_twice, long={"forms": 400}, short={"forms": 6}, short_kinds=("postgresql",)),
    "disk-full": Fault(disk_full, long={"posts": 100}, short={"posts": 3}, kinds=("sqlite",), short_kinds=()),
    "clock-jumps": Fault(
        clock_jumps, long={"jumps": 10, "questions": 10}, short={"jumps": 2, "questions": 1}, short_kinds=()
    ),
    "stopped-under-load": Fault(
        stopped_under_load, long={"stops": 50}, short={"stops": 2, "clients": 6}, short_kinds=()
    ),
    "killed-building-digests": Fault(killed_building_digests, long={"kills": 100}, short={"kills": 3}, short_kinds=()),
    "killed-writing-the-index": Fault(
        killed_writing_the_index, long={"kills": 100}, short={"kills": 3}, short_kinds=()
    ),
    "database-away": Fault(
        database_away,
        long={"restarts": 10, "kills": 100},
        short={"restarts": 1, "kills": 5, "clients": 6},
        kinds=("postgresql",),
        short_kinds=(),
    ),
}
