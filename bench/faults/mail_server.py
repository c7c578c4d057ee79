"""A mail server that misbehaves as it is told, and remembers what it was given."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from typing import Any

from aiosmtpd.controller import Controller

from tests.servers.ports import free_port


class MailServer:
    """`mood`: well, slow, 4xx, 5xx, dropped (it takes the message and hangs up without a word), or down."""

    def __init__(self) -> None:
        self.port, self.mood, self.seconds = free_port(), "well", 1.0
        self.taken: Counter[str] = Counter()
        self.dropped: set[str] = set()
        self._controller: Controller | None = None

    @property
    def address(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def behave(self, mood: str) -> None:
        self.mood = mood
        if mood == "down":
            self.stop()
        elif self._controller is None:
            self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
            self._controller.start()

    def stop(self) -> None:
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:
        if self.mood == "4xx":
            return "451 Try again later"
        if self.mood == "5xx":
            return "554 We do not want this"
        if self.mood == "slow":
            await asyncio.sleep(self.seconds)
        key = str(message_from_bytes(envelope.content)["Message-ID"])
        self.taken[key] += 1
        if self.mood == "dropped":
            self.dropped.add(key)
            server.transport.abort()
        return "250 OK"


@contextmanager
def misbehaving() -> Iterator[MailServer]:
    server = MailServer()
    server.behave("well")
    try:
        yield server
    finally:
        server.stop()
