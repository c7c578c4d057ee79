"""Two web, one live and two worker processes, each started by the command that the documentation names."""

import json
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

import requests
import socketio

from bench.faults.clients import Client, Notebook
from bench.faults.processes import Running
from bench.faults.stage import Stage, eventually, staged
from tests.servers.ports import free_port
from tests.servers.postgresql import Cluster
from tests.servers.redis import RedisServer, running_redis

KINDS = {"web 1": "web", "web 2": "web", "live": "live", "worker 1": "worker", "worker 2": "worker"}
WITHIN = 60.0


def become(kind: str) -> None:
    from app.cli.starting import main

    raise SystemExit(main(["--only", kind]))


@dataclass
class Processes:
    stage: Stage
    redis: RedisServer
    ports: dict[str, int] = field(default_factory=lambda: {name: free_port() for name in KINDS})
    running: dict[str, Running] = field(default_factory=dict)

    def start(self, *names: str) -> None:
        for name in names:
            environment = self.stage.environment | {"PORT": str(self.ports[name])}
            self.running[name] = Running(become, environment, self._log(name), KINDS[name])
        for name in names:
            assert self.answers(name), self.log(name)[-4000:]

    def answers(self, name: str) -> bool:
        """Until it does; a worker answers nobody."""
        return KINDS[name] == "worker" or eventually(lambda: self._is_up(name), WITHIN)

    def _is_up(self, name: str) -> bool:
        try:
            return requests.get(f"{self.address(name)}/healthz", timeout=10).ok
        except requests.ConnectionError:
            return False

    def kill(self, name: str) -> None:
        self.running[name].kill()

    def stop(self) -> None:
        for process in self.running.values():
            process.kill()

    def address(self, name: str) -> str:
        return f"http://127.0.0.1:{self.ports[name]}"

    def log(self, name: str) -> str:
        return self._log(name).read_text()

    def log_lines(self, name: str, event: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log(name).splitlines() if f'"event": "{event}"' in line]

    def _log(self, name: str) -> Any:
        return self.stage.folder / f"{name}.log"

    def client(self, name: str, member: int, notebook: Notebook | None = None) -> Client:
        """A member's program that speaks to this process and never gives up."""
        client = Client(self.stage, self.stage.members[member], notebook or Notebook(), member, gives_up=0)
        client.port = self.ports[name]
        return client

    def page(self, name: str, path: str, **headers: str) -> requests.Response:
        """What a visitor is shown, who comes for the first time."""
        return requests.get(f"{self.address(name)}{path}", headers=headers, timeout=60)

    def figures(self, name: str) -> dict[str, float]:
        text = requests.get(f"{self.address(name)}/metrics", timeout=60).text
        return {key: float(value) for key, value in re.findall(r"^(huzhu_\w+(?:\{[^}]*\})?) (\S+)$", text, re.M)}


class Listener:
    """A visitor's open page on the live process."""

    def __init__(self, forum: Processes, question_id: int) -> None:
        self.heard: list[dict[str, Any]] = []
        self.socket = socketio.Client(reconnection=False)
        self.socket.on("event", self.heard.append)
        self.socket.connect(forum.address("live"), transports=["websocket"], wait_timeout=60)
        self.last_id = self.socket.call("watch", {"question": question_id})["last_id"]

    def hears(self, answer_id: int | None) -> bool:
        return eventually(lambda: any(each.get("answer") == answer_id for each in self.heard), WITHIN)

    def __enter__(self) -> "Listener":
        return self

    def __exit__(self, *_error: object) -> None:
        self.socket.disconnect()


@contextmanager
def separate_processes(server: Cluster, *names: str, **settings: str) -> Iterator[Processes]:
    """These processes of the forum, all where none is named."""
    with ExitStack() as leaving:
        redis = leaving.enter_context(running_redis())
        settings = {"REDIS_URL": redis.address, "LOG_LEVEL": "info", "LIVE_CLIENTS": "20"} | settings
        stage = leaving.enter_context(staged("postgresql", server, settings=settings))
        forum = Processes(stage, redis)
        leaving.callback(forum.stop)
        forum.start(*(names or KINDS))
        yield forum
