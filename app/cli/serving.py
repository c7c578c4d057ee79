"""The web process: gunicorn's worker with threads, without gunicorn's master.

The master starts a worker again that has died, and ends one that hangs. `make run`'s parent, or whoever started a web
process of its own, does the first; a clock in the process itself does the second. The memory of one more process of
the forum's size is saved.
"""

import faulthandler
import logging
import os
import sys
import time
from typing import Any, NoReturn

from gunicorn import sock
from gunicorn.app.wsgiapp import WSGIApplication

from app.kernel.memory import FreeMemory

LOOKS_EVERY = 1.0


class Alone(WSGIApplication):  # type: ignore[misc]
    """The application that gunicorn's options describe, served by this very process."""

    def run(self) -> None:
        log = self.cfg.logger_class(self.cfg)
        listeners = sock.create_sockets(self.cfg, log)
        worker_class = only_worker(self.cfg.worker_class)
        worker = worker_class(1, os.getppid(), listeners, self, self.cfg.timeout, self.cfg, log)
        worker.init_process()


def only_worker(kind: type[Any]) -> type[Any]:
    """A worker of this class for whom no master looks."""

    class OnlyWorker(kind):  # type: ignore[misc]
        def __init__(self, *arguments: Any) -> None:
            super().__init__(*arguments)
            self.looked_at = 0.0
            self.free_memory = FreeMemory()

        def notify(self) -> None:
            """Called at each request, and each second where there is none."""
            now = time.monotonic()
            if now - self.looked_at >= LOOKS_EVERY:
                self.looked_at = now
                # The clock is no Python: it runs out too where one thread keeps all others from running.
                faulthandler.dump_traceback_later(self.timeout, exit=True)
            self.free_memory.give_back_when_due()

        def is_parent_alive(self) -> bool:
            return True  # a parent that was killed leaves its children behind, and they go on

    return OnlyWorker


def serve(arguments: list[str]) -> NoReturn:
    """Until SIGTERM: then what has been asked is answered, for as long as the options say, and the process ends."""
    sys.argv = ["gunicorn", *arguments]
    try:
        Alone().run()
    except SystemExit as told:
        leave(told.code)
    leave(0)


def leave(code: str | int | None) -> NoReturn:
    """At once: a thread that holds a live socket would keep the interpreter for as long as the other side likes."""
    logging.shutdown()
    sys.stdout.flush()
    os._exit(code if isinstance(code, int) else int(code is not None))
