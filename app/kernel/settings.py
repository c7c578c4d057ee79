"""Site settings that an administrator may change while the forum runs, declared where they are used."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Generic, TypeVar

from flask import current_app, g
from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Model, db
from app.kernel.clock import known_zones, now
from app.kernel.columns import BigId, Json, UtcTime
from app.kernel.errors import Invalid
from app.kernel.i18n import _, _l
from app.kernel.languages import DEFAULT, LANGUAGES
from app.kernel.rows import read_rows

Kind = TypeVar("Kind", str, int, float, bool)

FRESH_FOR_SECONDS = 2.0  # another process learns of a change this much later
LONGEST_NAME = 60  # characters: the header of a page has no room for more


class SettingRow(Model):
    """One changed setting; an unchanged one has no row."""

    __tablename__ = "setting"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    value: Mapped[Any] = mapped_column(Json)
    changed_at: Mapped[datetime] = mapped_column(UtcTime)
    changed_by_id: Mapped[int | None] = mapped_column(BigId)


_ALL = select(SettingRow.name, SettingRow.value)


@dataclass(frozen=True)
class Setting(Generic[Kind]):
    """A name, a default and a sentence about it; `value()` is what counts now. `check` raises ValueError."""

    name: str
    default: Kind
    about: Any
    check: Callable[[Kind], Any] | None = None

    DECLARED: ClassVar[dict[str, "Setting[Any]"]] = {}

    def __post_init__(self) -> None:
        Setting.DECLARED[self.name] = self

    def value(self) -> Kind:
        stored = _stored().get(self.name, self.default)
        return stored if type(stored) is type(self.default) else self.default

    @property
    def group(self) -> str:
        return self.name.split(".")[0]


def between(least: int, most: int) -> Callable[[int], None]:
    """A check of a number: one that is far too large can keep a thread, and what it has locked, busy for ever."""

    def check(number: int) -> None:
        if not least <= number <= most:
            raise ValueError(number)

    return check


def short_line(text: str) -> None:
    if len(text) > LONGEST_NAME or not text.isprintable():
        raise ValueError(text)


SITE_NAME = Setting("site.name", "Huzhu 互助", _l("The forum's name, in the header and in mail."), check=short_line)


def known_language(tag: str) -> None:
    if tag not in LANGUAGES:
        raise ValueError(tag)


SITE_LANGUAGE = Setting(
    "site.language",
    DEFAULT,
    _l("The language of visitors whose browser asks for none that the forum speaks: zh, zh-Hant or en."),
    check=known_language,
)


def known_zone(name: str) -> None:
    if name not in known_zones():
        raise ValueError(name)


SITE_TIMEZONE = Setting(
    "site.timezone", "Asia/Shanghai", _l("The time zone of daily work and of the weekly board."), check=known_zone
)


def _stored() -> dict[str, Any]:
    """As old as FRESH_FOR_SECONDS, but never older than what else is on a page that will be kept."""
    version, at = g.get("content_version"), time.monotonic()
    name = "settings_cache" if version is None else "settings_cache_of_kept_pages"
    fresh_for = current_app.extensions.get("settings_fresh_for", FRESH_FOR_SECONDS)
    cache = current_app.extensions.get(name)
    if cache is None or cache[1] != version or at - cache[0] > fresh_for:
        values = {row.name: row.value for row in read_rows(_ALL)}
        cache = current_app.extensions[name] = (at, version, values)
    return cache[2]  # type: ignore[no-any-return]


def change(name: str, text: str, changed_by_id: int | None) -> None:
    """Store what an administrator typed; Invalid with a sentence where it is not a value of that setting."""
    setting = Setting.DECLARED[name]
    value = parse(setting, text)
    row = db.session.get(SettingRow, name) or SettingRow(name=name)
    row.value, row.changed_at, row.changed_by_id = value, now(), changed_by_id
    db.session.add(row)
    forget_cache()


def parse(setting: Setting[Any], text: str) -> Any:
    try:
        value: Any = _typed(setting.default, text.strip())
        if setting.check is not None:
            setting.check(value)
    except ValueError:
        sentence = _("“%(text)s” does not fit here. An example: %(example)s", text=text, example=setting.default)
        raise Invalid(fields={setting.name: [sentence]}) from None
    return value


def _typed(default: Any, text: str) -> Any:
    if isinstance(default, bool):
        if text.lower() not in ("1", "0", "true", "false", "on", "off", ""):
            raise ValueError(text)
        return text.lower() in ("1", "true", "on")
    if isinstance(default, str) and not text:
        raise ValueError(text)
    return type(default)(text)


def forget_cache() -> None:
    for name in ("settings_cache", "settings_cache_of_kept_pages"):
        current_app.extensions.pop(name, None)
