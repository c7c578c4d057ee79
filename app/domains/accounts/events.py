from dataclasses import dataclass

from app.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class UserRegistered(Event):
    user_id: int


@dataclass(frozen=True, kw_only=True)
class EmailConfirmed(Event):
    user_id: int


@dataclass(frozen=True, kw_only=True)
class RoleGranted(Event):
    user_id: int
    role: str
    before: str


@dataclass(frozen=True, kw_only=True)
class UserSuspended(Event):
    user_id: int
    until: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class SuspensionLifted(Event):
    user_id: int


@dataclass(frozen=True, kw_only=True)
class LevelChanged(Event):
    user_id: int
    before: int
    after: int


@dataclass(frozen=True, kw_only=True)
class UserAnonymised(Event):
    user_id: int


@dataclass(frozen=True, kw_only=True)
class SettingChanged(Event):
    name: str
    value: str


@dataclass(frozen=True, kw_only=True)
class JobsRetried(Event):
    count: int


@dataclass(frozen=True, kw_only=True)
class SecondFactorReset(Event):
    user_id: int
