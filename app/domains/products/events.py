from dataclasses import dataclass

from app.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class ProductCreated(Event):
    product_id: int


@dataclass(frozen=True, kw_only=True)
class CalendarChanged(Event):
    product_id: int


@dataclass(frozen=True, kw_only=True)
class TeamChanged(Event):
    product_id: int
    user_ids: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class ExpertAppointed(Event):
    product_id: int
    user_id: int


@dataclass(frozen=True, kw_only=True)
class AppointmentWithdrawn(Event):
    product_id: int
    user_id: int
