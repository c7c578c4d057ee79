"""A mail server that keeps what it is given."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller

from tests.servers.ports import free_port


class Postbox:
    def __init__(self, port: int) -> None:
        self.address = f"smtp://127.0.0.1:{port}"
        self.messages: list[EmailMessage] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        message = message_from_bytes(envelope.content, policy=default)
        assert isinstance(message, EmailMessage)
        self.messages.append(message)
        return "250 OK"

    def wait_for(self, recipient: str, containing: str, seconds: float = 60) -> str:
        """The text of the first mail to this address that says `containing`."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            for message in list(self.messages):
                text = plain_text(message)
                if message["To"] == recipient and containing in text:
                    return text
            time.sleep(0.2)
        subjects = [f"{message['To']}: {message['Subject']}" for message in self.messages]
        raise TimeoutError(f"no mail to {recipient} says {containing!r}; there are {subjects}")


def plain_text(message: EmailMessage) -> str:
    part = message.get_body(("plain",))
    return str(part.get_content()) if part is not None else ""


def link_in(text: str, path: str) -> str:
    """The address in a mail that leads to `path`."""
    found = re.search(rf"https?://\S*{re.escape(path)}\S*", text)
    assert found, f"no link to {path} in:\n{text}"
    return found.group()


@contextmanager
def postbox() -> Iterator[Postbox]:
    port = free_port()
    box = Postbox(port)
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield box
    finally:
        controller.stop()
