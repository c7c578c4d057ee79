"""A load client with few connections that stay open, and what the requests cost the server.

CPU ms a request = user and system time of the server's whole process tree, before and after, by the kernel's account
in /proc, divided by the requests. On a machine that does other things beside, ratios of it hold; wall times do not.
"""

import asyncio
import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path
from statistics import mean

CONCURRENCY = 16
WARM_UP = 2 * CONCURRENCY
TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
TOO_SLOW = 60.0


@dataclass(frozen=True)
class Ask:
    """One request as it goes over the line."""

    path: str
    headers: tuple[tuple[str, str], ...] = ()
    method: str = "GET"
    body: bytes = b""

    def encoded(self, port: int) -> bytes:
        lines = [f"{self.method} {self.path} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Accept-Language: en"]
        lines += [f"{name}: {value}" for name, value in self.headers]
        lines += [f"Content-Length: {len(self.body)}"] if self.body else []
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + self.body


@dataclass(frozen=True)
class Load:
    """What a number of requests took. Times in milliseconds."""

    requests: int
    cpu_ms: float
    p50_ms: float
    p95_ms: float
    per_second: float
    bytes: int
    """Of a body, on average."""
    failed: tuple[str, ...] = ()
    """Answers that were none of 200 to 303, in one line each."""


@dataclass
class Answer:
    status: int
    size: int
    seconds: float
    body: bytes = b""


Told = Callable[[Ask, Answer], None]


def measure(pids: Sequence[int], port: int, asks: Iterator[Ask], requests: int, *, warm: bool = True,
            concurrency: int = CONCURRENCY, told: Told | None = None) -> Load:
    """Send `requests` of the asks; before that, where `warm`, some that do not count."""
    if warm:
        asyncio.run(_send(port, islice(asks, WARM_UP), concurrency, None))
    spent, began = cpu_seconds(pids), time.monotonic()
    answers = asyncio.run(_send(port, islice(asks, requests), concurrency, told))
    took, spent = time.monotonic() - began, cpu_seconds(pids) - spent
    return load_of(answers, took, spent)


def load_of(answers: list[Answer], took: float, spent: float) -> Load:
    waits = [answer.seconds * 1000 for answer in answers]
    failed = tuple(
        f"{answer.status}: {answer.body[:200].decode(errors='replace')}" for answer in answers if answer.status >= 400
    )
    return Load(
        requests=len(answers),
        cpu_ms=spent * 1000 / len(answers),
        p50_ms=percentile(waits, 0.5),
        p95_ms=percentile(waits, 0.95),
        per_second=len(answers) / took,
        bytes=round(mean(answer.size for answer in answers)),
        failed=failed,
    )


def percentile(values: Sequence[float], part: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))]


async def _send(port: int, asks: Iterator[Ask], concurrency: int, told: Told | None) -> list[Answer]:
    answers: list[Answer] = []
    await asyncio.gather(*(_one_client(port, asks, answers, told) for _client in range(concurrency)))
    return answers


async def _one_client(port: int, asks: Iterator[Ask], answers: list[Answer], told: Told | None) -> None:
    line = Connection(port)
    for ask in asks:
        answer = await asyncio.wait_for(line.ask(ask), TOO_SLOW)
        answers.append(answer)
        if told is not None:
            told(ask, answer)
    line.close()


class Connection:
    """One that stays open; opened again where the server has closed it."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def ask(self, ask: Ask) -> Answer:
        began = time.monotonic()
        try:
            answer = await self._once(ask)
        except (ConnectionError, asyncio.IncompleteReadError):
            self.close()
            answer = await self._once(ask)
        answer.seconds = time.monotonic() - began
        return answer

    async def _once(self, ask: Ask) -> Answer:
        if self._writer is None:
            self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self.port)
        assert self._reader is not None
        self._writer.write(ask.encoded(self.port))
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        status, fields = int(head.split(" ", 2)[1]), dict(
            line.split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line
        )
        body = await self._body(fields)
        if fields.get("connection") == "close":
            self.close()
        return Answer(status, len(body), 0.0, body if status >= 400 or ask.method != "GET" else b"")

    async def _body(self, fields: dict[str, str]) -> bytes:
        assert self._reader is not None
        if "content-length" in fields:
            return await self._reader.readexactly(int(fields["content-length"]))
        if fields.get("transfer-encoding") != "chunked":
            return b""
        found = b""
        while size := int(await self._reader.readuntil(b"\r\n"), 16):
            found += (await self._reader.readexactly(size + 2))[:-2]
        await self._reader.readexactly(2)
        return found

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()
        self._reader = self._writer = None


# --- what the kernel knows of processes ---


def tree(pids: Sequence[int]) -> list[int]:
    """The processes and all that they have started."""
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and (fields := _stat(int(folder.name))):
            children.setdefault(int(fields[1]), []).append(int(folder.name))
    found, waiting = [], list(pids)
    while waiting:
        pid = waiting.pop()
        found.append(pid)
        waiting += children.get(pid, [])
    return found


def cpu_seconds(pids: Sequence[int]) -> float:
    """User and system time of the trees, with that of children that ended and were waited for."""
    stats = [_stat(pid) for pid in tree(pids)]
    return sum(int(ticks) for fields in stats if fields for ticks in fields[11:15]) / TICKS_A_SECOND


def memory_mb(pids: Sequence[int]) -> float:
    """Memory of the trees: a page that several processes share counts once, a part in each (proportional set size)."""
    kilobytes = 0
    for pid in tree(pids):
        try:
            told = Path(f"/proc/{pid}/smaps_rollup").read_text()
        except (FileNotFoundError, ProcessLookupError):
            continue
        kilobytes += next((int(line.split()[1]) for line in told.splitlines() if line.startswith("Pss:")), 0)
    return kilobytes * 1024 / 1e6


def _stat(pid: int) -> list[str]:
    """The fields after the command's name; empty where the process has ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []


@cache
def processors() -> int:
    return os.cpu_count() or 1


def busy() -> float:
    """How many processes wanted a processor in the last minute, for each processor; above 1 wall times say little."""
    return os.getloadavg()[0] / processors()
