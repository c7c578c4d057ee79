"""gunicorn's settings that are the same everywhere: how a web process leaves, how long an address may be."""

import select
import sys

from gunicorn.workers.gthread import ThreadWorker


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
            while select.select([listener], [], [], 0)[0]:
                self.accept(listener)
            listener.close()


worker_class = LeavingWorker
# Seconds. Whoever writes to SQLite keeps others from writing, and gives the interpreter away at each statement: it gets
# it back from threads that compute after this long.
sys.setswitchinterval(0.001)
# The most that gunicorn allows: each Han character of a search takes nine bytes of the address.
limit_request_line = 8190
