"""The forum as it is served: gunicorn with threads, on the data folder of a test's own application."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

from app.config import ROOT
from bench.faults.processes import Running, serve
from tests.servers.ports import wait_for_port


@dataclass
class WebProcess:
    port: int
    running: Running

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def stop(self) -> None:
        """As the parent of the forum does it."""
        self.running.send(signal.SIGTERM)
        self.running.process.join(20)
        assert not self.running.lives


@contextmanager
def served(folder: Path, port: int, log: Path, **settings: str) -> Iterator[WebProcess]:
    """A web process on `folder`; it runs no jobs."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    environment |= {"DATA_DIR": str(folder), "PORT": str(port), "SECRET_KEY": "a key for tests only", "LIMITS": "off"}
    environment |= {"DEMO": "0", "REQUIRE_SECOND_FACTOR": "0", "SEARCH_ENGINE": "whoosh"} | settings
    options = ["--config", str(ROOT / "deploy" / "gunicorn.py"), "--workers", "1", "--threads", "40"]
    options += ["--bind", f"127.0.0.1:{port}", "--graceful-timeout", "25", "wsgi:app"]
    running = Running(serve, environment, log, *options)
    try:
        wait_for_port(port)
        # The port is open before the worker has loaded the forum.
        urlopen(f"http://127.0.0.1:{port}/events", timeout=60).close()
        yield WebProcess(port, running)
    finally:
        running.kill()  # pages that are still open would keep it for as long as --graceful-timeout says
