"""The door of the live channel: who may open a socket, how many at once, how much each may send."""

import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from threading import BoundedSemaphore
from typing import Any

import structlog
from engineio.async_drivers._websocket_wsgi import SimpleWebSocketWSGI
from flask import Flask
from flask_socketio import SocketIO
from wsproto.utilities import ProtocolError

LARGEST_FRAME_BYTES = 64 * 1024
FRAMES_A_SECOND = 20
PATH = "/socket.io"
WATCHED = ("/healthz", "/readyz", "/metrics")  # also of a process that has no pages

log = structlog.get_logger()

Environ = dict[str, Any]


def guard(app: Flask, socketio: SocketIO) -> "Gate":
    """Put the gate before the Socket.IO server that `init_app` made, and its limits into it."""
    server = socketio.server
    assert server is not None
    config = app.extensions["config"]
    engine = server.eio
    engine.cors_allowed_origins = lambda origin, environ: is_own_origin(origin, environ, config.base_url)
    engine.max_http_buffer_size = LARGEST_FRAME_BYTES
    # One reader thread a socket handles its frames one by one: a flood cannot start threads, and order is kept.
    server.async_handlers = False
    # The driver has no setting for its websocket class.
    engine._async = {**engine._async, "websocket": Frames}
    engine.on("message", _forgiving(server._handle_eio_message))
    gate = Gate(app.wsgi_app, 0 if config.serves == "pages" else config.live_clients, only=config.serves == "live")
    app.wsgi_app = gate  # type: ignore[method-assign]
    return gate


def is_own_origin(origin: str, environ: Environ, base_url: str | None) -> bool:
    """Whether the page that opens the socket is ours: the forum's address, or, where none is set, the Host asked."""
    if base_url:
        return origin == base_url
    return origin in (f"http://{environ.get('HTTP_HOST', '')}", f"https://{environ.get('HTTP_HOST', '')}")


class Gate:
    """Each open socket holds a thread of the web process: past the cap it is refused, and the page polls.

    `only`: this process has threads for sockets and none for pages.
    """

    def __init__(self, inner: Callable[..., Any], most: int, *, only: bool = False) -> None:
        self._inner, self._only = inner, only
        self._free = BoundedSemaphore(most) if most else None
        self.is_closed = False

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if not path.startswith(PATH):
            if self._only and path not in WATCHED:
                return _refuse(start_response, "404 Not Found", "This process serves live sockets only.")
            return self._inner(environ, start_response)  # type: ignore[no-any-return]
        if self.is_closed or self._free is None or not self._free.acquire(blocking=False):
            return _refuse(start_response, "503 Service Unavailable", "No free place; please poll.")
        try:
            # Threading mode: this call lasts as long as the socket.
            return self._inner(environ, start_response)  # type: ignore[no-any-return]
        except ProtocolError:
            return _refuse(start_response, "400 Bad Request", "Not a WebSocket handshake.")
        finally:
            self._free.release()


def _refuse(start_response: Callable[..., Any], status: str, sentence: str) -> list[bytes]:
    later = [("Retry-After", "30")] if status.startswith("503") else []
    start_response(status, [("Content-Type", "text/plain; charset=utf-8"), *later])
    return [sentence.encode()]


class Frames(SimpleWebSocketWSGI):
    """One websocket; it ends at the first frame that is too large, too soon or no packet at all."""

    def __init__(self, handler: Any, server: Any, **kwargs: Any) -> None:
        super().__init__(handler, server, max_message_size=LARGEST_FRAME_BYTES, **kwargs)
        self._left, self._at = float(FRAMES_A_SECOND), time.monotonic()

    def wait(self) -> str | bytes | None:
        frame: str | bytes | None = super().wait()
        return frame if frame is not None and self._in_time() and is_packet(frame) else None

    def close(self) -> None:
        """The reading thread may have closed it a moment before: then there is nothing left to say to anybody."""
        with suppress(OSError):
            super().close()

    def _in_time(self) -> bool:
        at = time.monotonic()
        self._left = min(FRAMES_A_SECOND, self._left + (at - self._at) * FRAMES_A_SECOND) - 1
        self._at = at
        return self._left >= 0


def is_packet(frame: str | bytes) -> bool:
    """Whether the engine can read the frame's type; it would let any other end the reading thread by an exception."""
    return isinstance(frame, bytes) or frame[:1] in ("0", "1", "2", "3", "4", "5", "6")


def _forgiving(handle: Callable[[str, Any], Any]) -> Callable[[str, Any], None]:
    def message(sid: str, data: Any) -> None:
        try:
            handle(sid, data)
        except Exception as error:
            # Anybody can send anything: an odd packet is nobody's fault here and no reason to end the process' peace.
            log.info("live.odd_packet", error=repr(error)[:200])

    return message
