"""A day as it is stored. Pure."""

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from monitor.lookups import by_value
from monitor.model import NO_SECONDS, Aspect, Confidence, Day, Level, Seconds

_LEVELS: Mapping[int | None, Level | None] = {None: None, **by_value(Level)}
_ASPECTS: Mapping[str | None, Aspect | None] = {None: None, **by_value(Aspect)}
_CONFIDENCES: Mapping[str | None, Confidence | None] = {None: None, **by_value(Confidence)}


class DayRow(NamedTuple):
    """What the columns of the table `day` say of a day, in their order.

    `of_component`: of a vendor's day, the component whose seconds these are. The `other_` seconds
    are those of the other sources of a disputed day, None = there are none.
    """

    day: date
    level: int | None
    length_seconds: float
    covered_seconds: float
    maintenance_seconds: float
    degraded_seconds: float
    partial_seconds: float
    major_seconds: float
    source: str | None
    confidence: str | None
    disputed: bool
    other_maintenance_seconds: float | None
    other_degraded_seconds: float | None
    other_partial_seconds: float | None
    other_major_seconds: float | None
    incident_ids: list[str]
    of_component: str | None
    known_components: int | None
    counted_components: int | None

    @property
    def statement(self) -> tuple[int | None, tuple[int, ...], bool]:
        """What a revision is about: level, whole seconds and dispute."""
        seconds = (
            self.maintenance_seconds,
            self.degraded_seconds,
            self.partial_seconds,
            self.major_seconds,
        )
        return self.level, tuple(map(round, seconds)), self.disputed


def to_row(day: Day) -> DayRow:
    """Return a day as it is stored."""
    other = day.other
    return DayRow(
        day=day.day,
        level=None if day.level is None else int(day.level),
        length_seconds=day.length_seconds,
        covered_seconds=day.covered_seconds,
        maintenance_seconds=day.seconds.maintenance,
        degraded_seconds=day.seconds.degraded,
        partial_seconds=day.seconds.partial,
        major_seconds=day.seconds.major,
        source=day.source and day.source.value,
        confidence=day.confidence and day.confidence.value,
        disputed=day.disputed,
        other_maintenance_seconds=None if other is None else other.maintenance,
        other_degraded_seconds=None if other is None else other.degraded,
        other_partial_seconds=None if other is None else other.partial,
        other_major_seconds=None if other is None else other.major,
        incident_ids=list(day.incident_ids),
        of_component=day.component_id,
        known_components=day.known_components,
        counted_components=day.counted_components,
    )


def to_day(row: DayRow) -> Day:
    """Return a stored day."""
    return Day(
        day=row.day,
        level=_LEVELS[row.level],
        length_seconds=row.length_seconds,
        covered_seconds=row.covered_seconds,
        seconds=_seconds(row),
        source=_ASPECTS[row.source],
        confidence=_CONFIDENCES[row.confidence],
        disputed=row.disputed,
        other=_other_seconds(row),
        incident_ids=tuple(row.incident_ids),
        component_id=row.of_component,
        known_components=row.known_components,
        counted_components=row.counted_components,
    )


def _seconds(row: DayRow) -> Seconds:
    seconds = Seconds(
        maintenance=row.maintenance_seconds,
        degraded=row.degraded_seconds,
        partial=row.partial_seconds,
        major=row.major_seconds,
    )
    return seconds if seconds.total else NO_SECONDS


def _other_seconds(row: DayRow) -> Seconds | None:
    if row.other_major_seconds is None:
        return None
    return Seconds(
        maintenance=row.other_maintenance_seconds or 0.0,
        degraded=row.other_degraded_seconds or 0.0,
        partial=row.other_partial_seconds or 0.0,
        major=row.other_major_seconds,
    )
