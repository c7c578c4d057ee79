"""`make run`: a parent that imports the forum and forks two children, web and worker, and then keeps them running.

`--only web`, `--only live` or `--only worker` is one process of a forum that has several of each: no parent, and
whoever started it starts it again. `--only prepare` is what must be done once before them. `--again web` or
`--again worker` is the parent's child that comes back.
"""

import argparse
import gc
import os
import signal
import socket
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import IO, NoReturn

from flask.cli import FlaskGroup
from setproctitle import setproctitle
from sqlalchemy.orm import configure_mappers

from app import modules_of_the_pages, wiring
from app.backup.running import running
from app.cli import keeping
from app.cli.children import begin
from app.config import ROOT
from app.kernel import memory

SERVES = {"web": "pages", "live": "live"}
"""What a web process of its own answers, by its kind; one that is not alone answers all."""
COMMANDS = {"prepare": ("prepare",), "worker": ("jobs", "work")}
KINDS = (*SERVES, *COMMANDS)
CHILDREN = ("web", "worker")
"""The parent's; its `web` is not alone."""


def web_command() -> list[str]:
    """gunicorn with threads: each open live socket holds one, so pages have their own number on top."""
    host, port = os.environ.get("HOST", "127.0.0.1"), os.environ.get("PORT", "5000")
    sockets = 0 if os.environ.get("SERVES") == "pages" else int(os.environ.get("LIVE_CLIENTS", "200"))
    threads = int(os.environ.get("THREADS", "16")) + sockets
    address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    options = ["--config", str(ROOT / "deploy" / "gunicorn.py"), "--bind", address]
    options += ["--name", "huzhu", "--workers", "1", "--threads", str(threads)]
    options += ["--worker-connections", str(max(2000, threads + 500)), "--log-level", "warning"]
    # Several web processes of one machine would take the control socket from each other, and nobody speaks to it.
    options += ["--timeout", "60", "--graceful-timeout", "10", "--no-control-socket"]
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


def serve(*options: str) -> None:
    """The web process: as gunicorn's own command would run it, with other options where some are given."""
    import_module("app.cli.serving").serve(list(options) or web_command()[3:])


def command(*arguments: str) -> Callable[[], object]:
    """The work of `flask <arguments>`, ended by its exit code."""

    def run() -> None:
        forum = FlaskGroup(create_app=lambda: import_module("wsgi").app, load_dotenv=False)
        forum.main(args=list(arguments), prog_name="flask")

    return run


def import_all() -> None:
    """What every process of the forum needs: once in memory for all, and not read again by one that comes back."""
    for name in ("app.cli.serving", "gunicorn.workers.gthread", *modules_of_the_pages()):
        import_module(name)
    wiring.search_engines()
    configure_mappers()  # else the first statement of each process does it
    gc.collect()
    gc.freeze()  # looking for garbage among these would copy them


def parsed(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m app.cli.starting", description=__doc__)
    kinds = parser.add_mutually_exclusive_group()
    kinds.add_argument("--only", choices=KINDS, help="this kind of process alone, without a parent")
    kinds.add_argument("--again", choices=CHILDREN, help="the parent's child that has ended")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] = ()) -> int:
    wanted = parsed(arguments)
    if wanted.only in (None, *SERVES) and not wanted.again and not may_listen():
        return 2
    held = hold_data()
    if held is None:
        return 2
    memory.keep_together()
    import_all()
    if wanted.only or wanted.again:
        be(wanted.only or wanted.again, alone=bool(wanted.only))
        return 0
    preparing = begin("prepare", command(*COMMANDS["prepare"]))
    preparing.join()
    if preparing.exitcode:
        return preparing.exitcode
    os.set_inheritable(held.fileno(), True)  # the keeper holds the data too, and a child that it starts
    start_children()


def be(kind: str, alone: bool) -> None:
    """One process: of a forum that has several of each kind, or a child of a parent that has not forked it."""
    if kind not in SERVES:
        setproctitle(f"huzhu: {kind}")
        command(*COMMANDS[kind])()
        return
    if alone:
        os.environ["SERVES"] = SERVES[kind]
    setproctitle(f"huzhu: {kind}")
    serve()


def start_children() -> NoReturn:
    """Fork them, and become what keeps them running."""
    # Whoever ends the parent from now on is heard by the keeper.
    signal.pthread_sigmask(signal.SIG_BLOCK, keeping.ENDING)
    pids = [f"{name}={begin(name, work).pid}" for name, work in WORK.items()]
    own = f"http://{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '5000')}"
    print(f"Huzhu serves at {os.environ.get('BASE_URL') or own}  (Ctrl-C stops it)", flush=True)
    # Python itself, with a file of ours and numbers.
    os.execv(sys.executable, [sys.executable, "-I", "-S", keeping.__file__, *pids])  # nosec B606


WORK: Mapping[str, Callable[[], object]] = {"web": serve, "worker": command(*COMMANDS["worker"])}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
