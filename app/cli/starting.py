"""`make run`: a parent that does next to nothing, and two children, web and worker; a dead child comes back."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import IO

from app.backup.running import running
from app.config import ROOT

FLASK = [sys.executable, "-m", "flask", "--app", "wsgi"]
LONGEST_PAUSE = 30.0
STEADY_AFTER = 20.0  # a child that has run this long starts over at the shortest pause
STOP_WITHIN = 12.0


class Child:
    """One process that is started again when it ends."""

    def __init__(self, name: str, command: Sequence[str], inherits: Sequence[int] = ()) -> None:
        self.name, self.command, self.inherits = name, list(command), inherits
        self.pause, self.start_at, self.started = 0.5, 0.0, 0.0
        self.process: subprocess.Popen[bytes] | None = None

    def keep(self, at: float) -> None:
        """Start it where it does not run and its pause is over."""
        if self.process is not None and self.process.poll() is None:
            return
        if self.process is not None:
            self._note_death(at)
        if at >= self.start_at:
            self.process = subprocess.Popen(self.command, pass_fds=self.inherits)
            self.started = at

    def _note_death(self, at: float) -> None:
        assert self.process is not None
        print(f"huzhu: {self.name} ended ({self.process.returncode}), starting it again", file=sys.stderr, flush=True)
        self.pause = 0.5 if at - self.started > STEADY_AFTER else min(self.pause * 2, LONGEST_PAUSE)
        self.start_at, self.process = at + self.pause, None

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def wait(self, until: float) -> None:
        if self.process is None:
            return
        try:
            self.process.wait(max(0.1, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def web_command() -> list[str]:
    """gunicorn with threads: each open live socket holds one, so pages have their own number on top."""
    host, port = os.environ.get("HOST", "127.0.0.1"), os.environ.get("PORT", "5000")
    threads = int(os.environ.get("THREADS", "16")) + int(os.environ.get("LIVE_CLIENTS", "200"))
    address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    options = ["--config", str(ROOT / "deploy" / "gunicorn.py"), "--bind", address]
    options += ["--workers", "1", "--threads", str(threads)]
    options += ["--worker-connections", "2000", "--timeout", "60", "--graceful-timeout", "4", "--log-level", "warning"]
    return [sys.executable, "-m", "gunicorn", *options, "wsgi:app"]


def hold_data() -> IO[str] | None:
    """Keeps a restore away. The children hold it too: a parent that is killed leaves them behind."""
    data_dir = Path(os.environ.get("DATA_DIR") or ROOT / "var")
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        held = running(data_dir)
    except OSError as error:
        print(f"DATA_DIR: {data_dir} cannot be written: {error.strerror}", file=sys.stderr)
        return None
    if held is None:
        print(f"{data_dir} is being restored or upgraded: start the forum when that is done.", file=sys.stderr)
    return held


def may_listen() -> bool:
    """Before anything is made: on a port in use gunicorn would try for ever, and the link printed lead elsewhere."""
    host, port = os.environ.get("HOST") or "127.0.0.1", os.environ.get("PORT") or "5000"
    if not port.isdecimal() or not 0 < int(port) < 65536:
        return True  # `prepare` says what a port is
    try:
        family, kind, proto, _name, address = socket.getaddrinfo(host, int(port), type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, proto) as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tried.bind(address)
    except OSError as error:
        print(f"HOST, PORT: {host}:{port} cannot be listened on: {error.strerror}", file=sys.stderr)
        return False
    return True


def main() -> int:
    if not may_listen():
        return 2
    held = hold_data()
    if held is None:
        return 2
    prepared = subprocess.run([*FLASK, "prepare"])
    if prepared.returncode:
        return prepared.returncode
    children = [
        Child("web", web_command(), [held.fileno()]),
        Child("worker", [*FLASK, "jobs", "work"], [held.fileno()]),
    ]
    stopping = False

    def stop(_number: int, _frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    address = (
        os.environ.get("BASE_URL") or f"http://{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '5000')}"
    )
    print(f"Huzhu serves at {address}  (Ctrl-C stops it)", flush=True)
    while not stopping:
        for child in children:
            child.keep(time.monotonic())
        time.sleep(0.2)
    for child in children:
        child.stop()
    until = time.monotonic() + STOP_WITHIN
    for child in children:
        child.wait(until)
    return 0


if __name__ == "__main__":
    sys.exit(main())
