"""T7: a thousand open pages on one question hear of every answer; beside them the same number on a bare Socket.IO.

Each message is sent while all listen. Its fan-out is the time from the first page that heard it to each of the
others: what the forum does before is the same for one page and for a thousand, and is told apart.
"""

import asyncio
import base64
import json
import os
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from uuid import uuid4

from bench.comparing import Line
from bench.forum import Server, serve
from bench.measuring import Ask, Connection, cpu_seconds, memory_mb, percentile
from bench.stage import Stage

OPENED_TOGETHER = 25
PAUSE = 0.5
HEARD_WITHIN = 30.0
WORSE_THAN_BARE, KB_A_CLIENT = 1.3, 113


@dataclass
class Heard:
    """When each message arrived, in seconds, by what names it; and how many sockets were refused."""

    at: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    refused: int = 0


@dataclass(frozen=True)
class FanOut:
    clients: int
    messages: int
    delivered: int
    p50_ms: float
    p99_ms: float
    whole_p99_ms: float
    """From the moment the sender was told that it is stored."""
    kb_a_client: float
    cpu_ms: float
    """A delivery."""


class Socket:
    """A page's live line: as much of WebSocket, Engine.IO and Socket.IO as a listener needs."""

    def __init__(self, port: int, heard: Heard, name_of: Callable[[dict[str, object]], str | None]) -> None:
        self.port, self.heard, self.name_of = port, heard, name_of

    async def open(self, watch: int | None) -> None:
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        key, own = base64.b64encode(os.urandom(16)).decode(), f"127.0.0.1:{self.port}"
        lines = ["GET /socket.io/?EIO=4&transport=websocket HTTP/1.1", f"Host: {own}", f"Origin: http://{own}"]
        lines += ["Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13", f"Sec-WebSocket-Key: {key}"]
        self.writer.write("\r\n".join([*lines, "", ""]).encode())
        if b" 101 " not in await self.reader.readuntil(b"\r\n\r\n"):
            raise ConnectionError("refused")
        await self._until("0")
        self._send("40")
        await self._until("40")
        if watch is not None:
            self._send(f'420["watch",{{"question":{watch}}}]')
            await self._until("430")

    async def _until(self, begins: str) -> None:
        while not (await self._frame()).startswith(begins):
            pass

    async def listen(self) -> None:
        """Until the line is closed or the task is cancelled."""
        try:
            while True:
                text = await self._frame()
                if text == "2":
                    self._send("3")
                elif text.startswith("42"):
                    name = self.name_of(json.loads(text[2:])[1])
                    if name is not None:
                        self.heard.at[name].append(time.monotonic())
        except (asyncio.IncompleteReadError, ConnectionError):
            return

    async def _frame(self) -> str:
        head = await self.reader.readexactly(2)
        size = head[1] & 127
        if size == 126:
            size = int.from_bytes(await self.reader.readexactly(2))
        body = await self.reader.readexactly(size)
        return body.decode() if head[0] & 15 == 1 else ""

    def _send(self, text: str) -> None:
        """A client's frames are masked; a mask of zeros changes nothing."""
        body = text.encode()
        assert len(body) < 126
        self.writer.write(bytes([0x81, 0x80 | len(body)]) + bytes(4) + body)


async def _fan_out(
    server: Server, clients: int, messages: int, watch: int | None, say: Callable[[int], Awaitable[str]],
    name_of: Callable[[dict[str, object]], str | None],
) -> FanOut:
    """`say(n)` sends message n and gives its name."""
    heard, tasks, before = Heard(), [], memory_mb([server.pid])
    sockets = [Socket(server.port, heard, name_of) for _client in range(clients)]
    for start in range(0, clients, OPENED_TOGETHER):
        some = sockets[start : start + OPENED_TOGETHER]
        opened = await asyncio.gather(*(each.open(watch) for each in some), return_exceptions=True)
        heard.refused += sum(isinstance(each, BaseException) for each in opened)
        tasks += [
            asyncio.create_task(each.listen())
            for each, how in zip(some, opened, strict=True) if not isinstance(how, BaseException)
        ]  # fmt: skip
    grown, spent, said = memory_mb([server.pid]) - before, cpu_seconds([server.pid]), dict[str, float]()
    for number in range(messages):
        said[await say(number)] = time.monotonic()
        await asyncio.sleep(PAUSE)
    await _until_heard(heard, said, clients)
    spent = cpu_seconds([server.pid]) - spent
    for task in tasks:
        task.cancel()
    for each in sockets:
        each.writer.close()
    return _told(heard, said, clients, grown, spent)


async def _until_heard(heard: Heard, said: dict[str, float], clients: int) -> None:
    until = time.monotonic() + HEARD_WITHIN
    while time.monotonic() < until and any(len(heard.at[name]) < clients for name in said):
        await asyncio.sleep(0.1)


def _told(heard: Heard, said: dict[str, float], clients: int, grown_mb: float, spent: float) -> FanOut:
    delivered = sum(len(heard.at[name]) for name in said)
    fan = [(at - min(heard.at[name])) * 1000 for name in said for at in heard.at[name]] or [float("inf")]
    whole = [(at - said[name]) * 1000 for name in said for at in heard.at[name]] or [float("inf")]
    return FanOut(
        clients, len(said), delivered, percentile(fan, 0.5), percentile(fan, 0.99), percentile(whole, 0.99),
        grown_mb * 1000 / clients, spent * 1000 / max(delivered, 1),
    )  # fmt: skip


def fan_out(stage: Stage) -> list[Line]:
    bare, own = _bare(stage), _forum(stage)
    least = own.delivered / (own.clients * own.messages)
    what = f"{own.clients} listeners, {own.messages} messages"
    apart = f"stored to heard p99 {own.whole_p99_ms:.0f} ms; {own.cpu_ms:.2f} CPU ms a delivery, bare {bare.cpu_ms:.2f}"
    return [
        Line("T7", f"{what}: delivered", f"{own.delivered}", f"{bare.delivered}", least, 1.0, "of all", "", True),
        Line("T7", f"{what}: fan-out p99", f"{own.p99_ms:.0f} ms", f"{bare.p99_ms:.0f} ms",
             own.p99_ms / max(bare.p99_ms, 1e-9), WORSE_THAN_BARE, "bare", apart),
        Line("T7", "memory a listener", f"{own.kb_a_client:.0f} KB", f"{bare.kb_a_client:.0f} KB", own.kb_a_client,
             KB_A_CLIENT, "KB"),
    ]  # fmt: skip


def _forum(stage: Stage) -> FanOut:
    """Other members answer a question that everybody looks at."""
    forum, scale = stage.large, stage.scale
    with forum.running(worker=True, LIVE_CLIENTS=str(scale.listeners)) as web:
        question_id, tokens = forum.questions, [forum.token(200 + number) for number in range(scale.messages)]
        posting = Connection(web.port)

        async def say(number: int) -> str:
            body = json.dumps({"body": f"Please turn lamp {uuid4().hex} off and on again."}).encode()
            headers = ("Authorization", f"Bearer {tokens[number]}"), ("Content-Type", "application/json")
            asked = Ask(f"/api/v1/questions/{question_id}/answers", headers, "POST", body)
            answer = await posting.ask(asked)
            assert answer.status == 201, answer.body[:300]
            return str(json.loads(answer.body)["id"])

        return asyncio.run(_fan_out(web, scale.listeners, scale.messages, question_id, say, _answer_id))


def _answer_id(message: dict[str, object]) -> str | None:
    return str(message["answer"]) if message.get("kind") == "answer.posted" else None


def _bare(stage: Stage) -> FanOut:
    """Nothing but Flask-SocketIO, told by a request to say a line to all."""
    environment = {"LIVE_CLIENTS": str(stage.scale.listeners)}
    server = serve("bench.references:create_live_app()", environment, stage.large.log)
    line = Connection(server.port)

    async def say(number: int) -> str:
        await line.ask(Ask(f"/say/{number}"))
        return str(number)

    try:
        return asyncio.run(_fan_out(server, stage.scale.listeners, stage.scale.messages, None, say, _number))
    finally:
        server.stop()


def _number(message: dict[str, object]) -> str | None:
    return str(message.get("number"))
