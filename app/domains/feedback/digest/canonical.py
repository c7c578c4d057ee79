"""Frozen dataclasses as JSON and back: the same value gives the same bytes. Pure."""
import json
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

Content = TypeVar("Content")


def written(content: object) -> str:
    """Canonical: keys sorted, no spaces, UTC times ending in Z, other scripts as themselves."""
    return json.dumps(_plain(content), sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def read(kind: type[Content], text: str) -> Content:
    return cast(Content, _typed(kind, json.loads(text)))


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return value


def _typed(wanted: Any, value: Any) -> Any:
    """The JSON value as the annotated type: dataclasses, tuples of one type, `X | None`, times and plain values."""
    if get_origin(wanted) in (Union, UnionType):
        wanted = next(option for option in get_args(wanted) if option is not NoneType)
        return None if value is None else _typed(wanted, value)
    if get_origin(wanted) is tuple:
        return tuple(_typed(get_args(wanted)[0], part) for part in value)
    if is_dataclass(wanted):
        kind = cast(type, wanted)
        return kind(**{name: _typed(hint, value[name]) for name, hint in _hints(kind).items()})
    return datetime.fromisoformat(value) if wanted is datetime else wanted(value)


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)
