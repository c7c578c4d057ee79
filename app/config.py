"""Every deployment setting: name, type, unit, default, environment variable.

What an administrator may change while the forum runs is not here but in `kernel/settings.py`.
"""

import secrets
import shlex
from email.utils import parseaddr
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent
LOOPBACK_HOSTS = {"127.0.0.1", "localhost", "::1"}


class ConfigError(Exception):
    """A wrong value of a deployment setting; its text is the one line that the start prints before exit code 2."""


def _names_a_host(url: str) -> bool:
    """A host, and a port that is a number where there is one."""
    try:
        return bool(urlsplit(url).hostname) and (urlsplit(url).port or 1) > 0
    except ValueError:
        return False


class Settings(BaseSettings):
    """Read once by `create_app`; the environment variable has the field's name in capitals."""

    model_config = SettingsConfigDict(env_ignore_empty=True, extra="ignore")

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 5000
    data_dir: Path = ROOT / "var"
    database_url: str | None = None
    database_replica_url: str | None = None
    """A streaming replica of DATABASE_URL, for pages that miss nothing there."""
    redis_url: str | None = None
    search_engine: Literal["auto", "whoosh", "tantivy"] = "auto"
    secret_key: str | None = None
    base_url: str | None = None
    smtp_url: str | None = None
    mail_from: str = "forum@localhost"
    mail_held_seconds: Annotated[int, Field(ge=0, le=86_400)] = 600
    """How long a mail about a notice waits, in case its reader is in the forum and reads the notice there."""
    trusted_proxies: Annotated[int, Field(ge=0, le=10)] = 0
    require_second_factor: bool | None = None
    demo: bool | None = None
    """Demonstration community and one-click sign-in; None = the mark that the first start left decides."""
    limits: Literal["on", "off"] = "on"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    serves: Literal["all", "pages", "live"] = "all"
    """What a web process answers: pages and sockets, or one of them where each has processes of its own."""
    live_clients: Annotated[int, Field(ge=0)] = 200
    """Open live sockets one web process holds; past it a page polls."""
    threads: Annotated[int, Field(ge=2, le=2000)] = 16
    """Threads that answer pages, beside those that hold sockets."""
    trusted_hosts: Annotated[list[str] | None, NoDecode] = None

    @field_validator("trusted_hosts", mode="before")
    @classmethod
    def _split_hosts(cls, value: object) -> object:
        return [part.strip() for part in value.split(",")] if isinstance(value, str) else value

    @field_validator("database_url", "database_replica_url")
    @classmethod
    def _known_database(cls, value: str | None) -> str | None:
        if value and value.startswith("postgres://"):
            value = "postgresql://" + value.removeprefix("postgres://")
        if value and value.startswith("postgresql://"):
            value = "postgresql+psycopg://" + value.removeprefix("postgresql://")
        if value and not value.startswith(("sqlite:///", "postgresql+psycopg://")):
            raise ValueError("must begin with sqlite:/// or postgresql://")
        return value

    @field_validator("smtp_url")
    @classmethod
    def _known_mail(cls, value: str | None) -> str | None:
        if value and urlsplit(value).scheme not in ("smtp", "smtps"):
            raise ValueError("must begin with smtp:// or smtps://")
        if value and not _names_a_host(value):
            raise ValueError("must look like smtp://user:password@mail.example.com:587")
        return value

    @field_validator("redis_url")
    @classmethod
    def _known_redis(cls, value: str | None) -> str | None:
        if value and urlsplit(value).scheme not in ("redis", "rediss", "redis+unix", "redis+sentinel", "redis+cluster"):
            raise ValueError("must begin with redis:// or rediss://")
        return value

    @field_validator("mail_from")
    @classmethod
    def _address_of_sender(cls, value: str) -> str:
        if "@" not in parseaddr(value)[1].strip("@"):
            raise ValueError("must be an address like forum@example.com")
        return value

    @field_validator("base_url")
    @classmethod
    def _plain_base(cls, value: str | None) -> str | None:
        if value and (urlsplit(value).scheme not in ("http", "https") or not urlsplit(value).netloc):
            raise ValueError("must look like https://forum.example.com")
        return value.rstrip("/") if value else value

    @model_validator(mode="after")
    def _replica_of_postgresql(self) -> "Settings":
        addresses = (self.database_url, self.database_replica_url)
        if self.database_replica_url and not all((each or "").startswith("postgresql") for each in addresses):
            raise ValueError("DATABASE_REPLICA_URL needs PostgreSQL, in DATABASE_URL too")
        return self

    @model_validator(mode="after")
    def _limits_only_at_home(self) -> "Settings":
        if self.limits == "off" and self.host not in LOOPBACK_HOSTS:
            raise ValueError("LIMITS=off is only for tests and measurements: HOST must be 127.0.0.1")
        return self

    @property
    def on_loopback(self) -> bool:
        """Whether only this machine reaches the forum: the address it binds, and the address it is known by."""
        known_by = urlsplit(self.base_url).hostname if self.base_url else None
        return self.host in LOOPBACK_HOSTS and (known_by is None or known_by in LOOPBACK_HOSTS)

    @property
    def address(self) -> str:
        """The forum's own address without a trailing slash; every link in a mail begins with it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.base_url or f"http://{host}:{self.port}"

    @property
    def demo_mark(self) -> Path:
        return self.data_dir / "demonstration"

    @property
    def is_demo(self) -> bool:
        return self.demo if self.demo is not None else self.demo_mark.exists()

    @property
    def demo_sign_in_allowed(self) -> bool:
        """One-click sign-in: only where nobody else reaches the forum, or where DEMO=1 is written out."""
        return self.is_demo and (self.on_loopback or self.demo is True)

    @property
    def second_factor_required(self) -> bool:
        return self.require_second_factor if self.require_second_factor is not None else not self.is_demo

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite:///{self.data_dir.resolve() / 'huzhu.db'}"


def load_settings() -> Settings:
    """The settings of this process, with the data folder made; ConfigError in one line where a value is wrong."""
    try:
        settings = Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]).upper() if first["loc"] else "settings"
        raise ConfigError(f"{name}: {first['msg'].removeprefix('Value error, ')}") from None
    try:
        settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(f"DATA_DIR: {settings.data_dir} cannot be made: {error.strerror}") from None
    return settings


_keys_made: set[Path] = set()


def whereabouts(settings: Settings) -> list[str]:
    """What a command for this forum begins with: without it another forum is meant. An address may hold a password."""
    given = []
    if settings.data_dir != Settings.model_fields["data_dir"].default:
        given.append(f"DATA_DIR={shlex.quote(str(settings.data_dir.absolute()))}")
    if settings.database_url:
        given.append("DATABASE_URL=…")
    return given


def secret_key(settings: Settings) -> str:
    """SECRET_KEY, or the key that the first start left in the data folder."""
    if settings.secret_key:
        if len(settings.secret_key) < 16:
            raise ConfigError("SECRET_KEY: needs 16 characters or more")
        return settings.secret_key
    path = settings.data_dir / "secret.key"
    try:
        # O_EXCL: web and worker start together, and only one of them may choose the key.
        with open(path, "x", opener=_private) as file:
            file.write(secrets.token_hex(32))
        _keys_made.add(path)
    except FileExistsError:
        pass
    except OSError as error:
        raise ConfigError(f"DATA_DIR: {path} cannot be written: {error.strerror}") from None
    return path.read_text().strip()


def has_made_key(settings: Settings) -> bool:
    """Whether the key in the data folder is there since this process began."""
    return settings.data_dir / "secret.key" in _keys_made


def take_back_key(settings: Settings) -> None:
    """A command that serves nobody leaves no key that its own start has made."""
    if has_made_key(settings):
        (settings.data_dir / "secret.key").unlink(missing_ok=True)
        _keys_made.discard(settings.data_dir / "secret.key")


def _private(path: str, flags: int) -> int:
    import os

    return os.open(path, flags, 0o600)
