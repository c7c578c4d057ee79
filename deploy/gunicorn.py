"""gunicorn's settings that are the same everywhere: how a web process leaves, how long an address may be."""

import ctypes
import select
import socket
import struct
import sys
from contextlib import suppress

from gunicorn.workers.gthread import ThreadWorker

SO_ATTACH_FILTER = 26  # Linux; Python has no name for it
RETURN_ZERO = struct.pack("HBBI", 6, 0, 0, 0)  # a filter's program: of each packet, keep no byte


def let_nobody_in(listener: socket.socket) -> None:
    """From now on the system hears no new knock at this port; who is in already waits to be taken. Between the last who
    is taken and the moment at which the port closes there is always another: on a busy machine one stop in thirty cut
    somebody off. Their programs knock again after a second, and are refused."""
    accepts_nothing = ctypes.create_string_buffer(RETURN_ZERO)
    with suppress(OSError):  # a system that knows no such filter: the port closes a moment later
        program = struct.pack("HL", 1, ctypes.addressof(accepts_nothing))
        listener.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, program)


class LeavingWorker(ThreadWorker):
    """On its way out it takes the connections that already wait, and then hangs up its sign.

    gunicorn's own keeps the port open while it finishes what it has: whoever comes meanwhile is let in, waits, and is
    cut off. Without the open port they are refused at once, and ask again or are sent elsewhere by the proxy.
    """

    def set_accept_enabled(self, enabled: bool) -> None:
        super().set_accept_enabled(enabled)
        if enabled or self.alive:
            return
        for listener in self.sockets:
            let_nobody_in(listener)
            while select.select([listener], [], [], 0)[0]:
                self.accept(listener)
            listener.close()


worker_class = LeavingWorker
# Seconds. Whoever writes to SQLite keeps others from writing, and gives the interpreter away at each statement: it gets
# it back from threads that compute after this long.
sys.setswitchinterval(0.001)
# The most that gunicorn allows: each Han character of a search takes nine bytes of the address.
limit_request_line = 8190
