"""The image and the composition, read as a builder would: what they name exists, and nothing runs as root.

Where no builder is, the image's files are laid out as the Dockerfile says, and a user who owns none of them runs them.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.cli.starting import KINDS, parsed
from app.config import ROOT, Settings
from app.web.live_gate import PATH
from bench.faults.stage import eventually
from tests.servers.ports import free_port

DOCKERFILE = ROOT / "deploy" / "Dockerfile"
COMPOSE = ROOT / "deploy" / "compose.yaml"
CADDYFILE = ROOT / "deploy" / "compose.Caddyfile"
KNOWN = {name.upper() for name in Settings.model_fields}
NOBODY = 65534
# Root's Python may lie where nobody else may look: it may be read by this user, and nothing may be written.
READ = "+dac_read_search"
AS_NOBODY = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"] if os.geteuid() == 0 else []
AS_NOBODY += [f"--inh-caps={READ}", f"--ambient-caps={READ}"] if AS_NOBODY else []
OF_PYTHON = {"PATH", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE"}


def instructions() -> list[tuple[str, str]]:
    """(FROM, python:…), …: comments left out, continued lines joined."""
    text = re.sub(r"\\\n\s*", "", "\n".join(line for line in DOCKERFILE.read_text().splitlines() if line[:1] != "#"))
    return [(word, rest.strip()) for word, _space, rest in (line.partition(" ") for line in text.splitlines() if line)]


def stages() -> list[list[tuple[str, str]]]:
    found: list[list[tuple[str, str]]] = []
    for word, rest in instructions():
        if word == "FROM":
            found.append([])
        found[-1].append((word, rest))
    return found


def values(stage: list[tuple[str, str]], word: str) -> list[str]:
    return [rest for name, rest in stage if name == word]


def image_environment() -> dict[str, str]:
    words = [word for line in values(stages()[-1], "ENV") for word in shlex.split(line)]
    return dict(word.split("=", 1) for word in words)


def copied() -> list[tuple[str, str]]:
    """(path in the project, path under the image's folder)."""
    pairs = []
    for line in values(stages()[0], "COPY"):
        *sources, target = line.split()
        into_folder = target.endswith("/")
        pairs += [(source, f"{target}{Path(source).name}" if into_folder else target) for source in sources]
    return pairs


def services() -> dict[str, dict[str, Any]]:
    return dict(yaml.safe_load(COMPOSE.read_text())["services"])


def forum_services() -> dict[str, dict[str, Any]]:
    return {name: service for name, service in services().items() if service["image"] == "huzhu"}


# --- the image ---


def test_every_stage_starts_from_a_fixed_glibc_python() -> None:
    for stage in stages():
        assert re.match(r"python:3\.1[1-4]-slim-\w+( AS \w+)?$", stage[0][1])


def test_packages_are_pinned_by_hash_and_none_is_compiled() -> None:
    installs = [line for line in values(stages()[0], "RUN") if "pip install" in line]
    assert installs and all("--require-hashes" in line and "--only-binary :all:" in line for line in installs)
    ran = [line for stage in stages() for line in values(stage, "RUN")]
    assert not [line for line in ran if re.search(r"apt-get|curl|wget|sudo", line)]
    assert not [stage for stage in stages() if values(stage, "ADD")]


def test_the_image_runs_as_nobody_in_particular() -> None:
    users = values(stages()[-1], "USER")
    assert users and all(int(part) >= 10000 for part in users[-1].split(":"))
    words = [word for word, _rest in stages()[-1]]
    assert words.index("USER") > max(number for number, word in enumerate(words) if word in ("RUN", "COPY"))
    owned = [line for line in values(stages()[-1], "COPY") if "--chown" in line]
    assert not owned, "the program's own files belong to root, so that it cannot change them"


def test_the_image_says_how_it_starts_stops_and_is() -> None:
    last = stages()[-1]
    assert json.loads(values(last, "ENTRYPOINT")[0]) == ["python", "-m", "app.cli.starting"]
    assert values(last, "STOPSIGNAL") == ["SIGTERM"]
    [check] = values(last, "HEALTHCHECK")
    assert (ROOT / json.loads(check.partition("CMD ")[2])[1]).is_file()


def test_the_image_sets_only_what_the_forum_knows() -> None:
    environment = image_environment()
    assert set(environment) - KNOWN <= OF_PYTHON
    settings = Settings(**{name.lower(): environment[name] for name in set(environment) & KNOWN})  # type: ignore[arg-type]
    assert settings.demo is False and str(settings.data_dir) in values(stages()[-1], "VOLUME")


def test_what_is_copied_is_there_and_is_sent_to_the_builder() -> None:
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    sources = {source for source, _target in copied()}
    assert sources == allowed and all((ROOT / source).exists() for source in sources)


# --- the composition ---


def test_each_kind_of_process_runs_as_often_as_it_should() -> None:
    kinds: dict[str, int] = {}
    for service in forum_services().values():
        kind = parsed(service["command"]).only
        kinds[kind] = kinds.get(kind, 0) + service.get("deploy", {}).get("replicas", 1)
    assert kinds == {"prepare": 1, "web": 2, "live": 1, "worker": 2} and set(kinds) == set(KINDS)


@pytest.mark.parametrize("name", forum_services())
def test_a_process_of_the_forum_is_shut_in_and_waits_for_its_preparation(name: str) -> None:
    service = forum_services()[name]
    assert service["read_only"] is True and "/tmp" in service["tmpfs"] and service["cap_drop"] == ["ALL"]
    assert "user" not in service and not service.get("privileged") and "ports" not in service
    assert service["volumes"] == ["data:" + image_environment()["DATA_DIR"]]
    waits_for = {other: how["condition"] for other, how in service["depends_on"].items()}
    if name == "prepare":
        assert waits_for == {"postgres": "service_healthy", "redis": "service_healthy"}
    else:
        assert waits_for == {"prepare": "service_completed_successfully"} and service["restart"] == "unless-stopped"


@pytest.mark.parametrize("name", forum_services())
def test_a_process_of_the_forum_gets_settings_that_it_takes(name: str) -> None:
    environment = {key: filled_in(str(value)) for key, value in forum_services()[name]["environment"].items()}
    assert set(environment) <= KNOWN
    settings = Settings(**{key.lower(): value for key, value in environment.items() if value})  # type: ignore[arg-type]
    assert settings.address == "https://a-word" and settings.trusted_proxies == 1 and settings.redis_url
    assert settings.database == "postgresql+psycopg://huzhu:a-word@postgres/huzhu"


def filled_in(value: str) -> str:
    """As compose does: what must be given is, what has a default takes it."""
    value = re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", value)
    return re.sub(r"\$\{\w+(:\?[^}]*)?\}", "a-word", value)


def test_every_image_has_a_version_and_every_volume_is_declared() -> None:
    composition = yaml.safe_load(COMPOSE.read_text())
    for name, service in services().items():
        assert service["image"] == "huzhu" or re.search(r":\d", service["image"]), name
        named = {volume.split(":")[0] for volume in service.get("volumes", []) if not volume.startswith(".")}
        assert named <= set(composition["volumes"])
        for volume in service.get("volumes", []):
            assert not volume.startswith(".") or (COMPOSE.parent / volume.split(":")[0]).is_file()


def test_the_proxy_sends_sockets_to_live_and_pages_to_every_web_process() -> None:
    handled = dict(re.findall(r"handle (\S* ?)\{\s*reverse_proxy ([^{]+) \{", CADDYFILE.read_text()))
    port = image_environment()["PORT"]
    webs = {name for name, service in forum_services().items() if parsed(service["command"]).only == "web"}
    assert handled == {f"{PATH}/* ": f"live:{port}", "": " ".join(f"{web}:{port}" for web in sorted(webs))}


# --- the image's files, run ---


@pytest.fixture
def laid_out(tmp_path: Path) -> Iterator[Path]:
    """What a builder would put into the image, in a folder that everybody may read, and a data folder beside it."""
    folder = Path("/tmp") / f"huzhu-image-{os.getpid()}-{free_port()}"
    without = shutil.ignore_patterns("__pycache__", "*.mo")
    for source, target in copied():
        (folder / "image" / target).parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / source).is_dir():
            shutil.copytree(ROOT / source, folder / "image" / target, ignore=without)
        else:
            shutil.copy(ROOT / source, folder / "image" / target)
    (folder / "data").mkdir()
    if os.geteuid() == 0:
        os.chown(folder / "data", NOBODY, NOBODY)
    yield folder
    shutil.rmtree(folder)


@pytest.mark.soak
def test_the_files_of_the_image_are_enough_for_a_user_who_may_change_none_of_them(laid_out: Path) -> None:
    compiling = [sys.executable, "-m", "babel.messages.frontend", "-q", "compile", "-d", "app/translations"]
    subprocess.run(compiling, cwd=laid_out / "image", check=True)
    environment = image_environment() | {"DATA_DIR": str(laid_out / "data"), "PORT": str(free_port())}
    environment |= {"HOST": "127.0.0.1", "BASE_URL": "https://forum.example.com", "PATH": os.environ["PATH"]}
    settings = {"cwd": laid_out / "image", "env": environment}
    start = [*AS_NOBODY, sys.executable, "-m", "app.cli.starting", "--only"]
    prepared = subprocess.run([*start, "prepare"], check=True, capture_output=True, text=True, timeout=200, **settings)  # type: ignore[call-overload]
    assert "https://forum.example.com/" in prepared.stdout

    web = subprocess.Popen([*start, "web"], **settings)  # type: ignore[call-overload]
    try:
        asking = [*AS_NOBODY, sys.executable, "deploy/healthy.py"]
        assert eventually(lambda: subprocess.run(asking, check=False, **settings).returncode == 0, 100, pause=0.5)  # type: ignore[call-overload]
    finally:
        web.terminate()
        web.wait(30)
    assert subprocess.run(asking, check=False, **settings).returncode == 1  # type: ignore[call-overload]
