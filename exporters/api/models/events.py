"""Incidents, the evidence behind a day, and days that were edited."""

from datetime import date, datetime
from typing import Any

from pydantic import Field

from exporters.api.models.base import Level, Now
from exporters.documents import Count, Model, Ratio, WindowDays


class Incident(Model):
    """An incident or maintenance as the vendor tells it; `level` is the worst it came to."""

    vendor: str
    zone: str
    id: str
    incident: str
    title: str
    phase: str
    status: str
    impact: str
    level: Level
    maintenance: bool
    first_day: date
    started_at: datetime
    resolved_at: datetime | None
    duration_seconds: float | None
    components: list[str]
    component_ids: list[str]
    url: str | None
    source: str | None


class Reach(Model):
    """Which days of a vendor were looked through, and how much of them is known: see `coverage`."""

    vendor: str
    zone: str
    window: WindowDays
    coverage: str = Field(description="The address of the window's figures, with its coverage.")


class Incidents(Now):
    """Incidents and maintenances, the latest start first."""

    known_at: datetime | None
    vendors: list[Reach]
    incidents: list[Incident]
    next_cursor: str | None


class ComponentName(Model):
    """A component by its names; null: the vendor itself, or a component the page does not list."""

    component: str | None
    component_id: str | None
    component_name: str | None
    component_group: str | None


class Evidence(Now):
    """Everything behind one day: the incidents, impacts, bars, polls and answers it rests on."""

    vendor: str
    name: str
    page: str
    zone: str
    known_at: datetime | None
    coverage_ratio: Ratio | None
    component: ComponentName | None
    day: dict[str, Any] = Field(description="As `monitor explain --format json` has it.")


class DayValue(Model):
    """What a day was taken for."""

    level: Level
    major_seconds: float | None
    partial_seconds: float | None
    degraded_seconds: float | None
    maintenance_seconds: float | None
    coverage_ratio: Ratio
    source: str | None
    disputed: bool


class Change(ComponentName):
    """A day that was changed after it was over."""

    date: date
    number: Count
    changed_at: datetime
    before: DayValue
    after: DayValue


class Changes(Now):
    """The days of a window that were changed after they were over, oldest first."""

    vendor: str
    zone: str
    window: WindowDays
    coverage: str = Field(description="The address of the window's figures, with its coverage.")
    known_at: datetime | None
    changes: list[Change]
    next_cursor: str | None
