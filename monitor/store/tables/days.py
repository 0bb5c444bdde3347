"""Derived days."""

from datetime import date, datetime

import sqlalchemy as sa

from monitor.store.tables.columns import (
    REVISED,
    SUPERSEDED,
    Table,
    core,
    current_only,
    double,
    instant,
    json,
    key,
    only,
    page_key,
)


class Day(Table, table=True):
    """A classified day with something to say; the others are in `quiet_run` or unknown.

    `of_component`: of a vendor's day, the component whose seconds these are.
    """

    __tablename__ = "day"
    __table_args__ = (
        current_only("day", "page_id", "component_id", "day"),
        only(REVISED, "ix_day_revised_at", "recorded_at"),
        only(SUPERSEDED, "ix_day_superseded", "page_id", "component_id", "day"),
    )
    id: int | None = key()
    page_id: int = page_key(index=True)
    component_id: str
    day: date
    level: int | None = None
    length_seconds: float = double()
    covered_seconds: float = double()
    maintenance_seconds: float = double()
    degraded_seconds: float = double()
    partial_seconds: float = double()
    major_seconds: float = double()
    source: str | None = None
    confidence: str | None = None
    disputed: bool
    other_maintenance_seconds: float | None = double(nullable=True)
    other_degraded_seconds: float | None = double(nullable=True)
    other_partial_seconds: float | None = double(nullable=True)
    other_major_seconds: float | None = double(nullable=True)
    incident_ids: list[str] = json()
    of_component: str | None = None
    known_components: int | None = None
    counted_components: int | None = None
    revision: int
    recorded_at: datetime = instant()
    superseded_at: datetime | None = instant(nullable=True)


class QuietRun(Table, table=True):
    """Consecutive days, both ends included, that were operational, fully covered and silent."""

    __tablename__ = "quiet_run"
    __table_args__ = (sa.UniqueConstraint("page_id", "component_id", "first_day"),)
    id: int | None = key()
    page_id: int = page_key()
    component_id: str
    first_day: date
    last_day: date
    source: str
    confidence: str


DAY = core(Day)
QUIET = core(QuietRun)
