"""The days of a Better Stack resource, each with its mark and its seconds. Pure.

- A day's `downtime_duration` is outage time only when the day is marked `downtime` or `recovered`
  (down earlier today, up now). On a day marked `degraded` it is degraded time, and the page's own
  `availability` leaves it out.
- Days are cut in the page's zone. Without the zone the days cannot be placed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from monitor.intervals import Interval, day_interval
from monitor.kit.fields import Row, rows, verbatim
from monitor.kit.responses import shape_error
from monitor.model import Level
from monitor.platforms.betterstack.document import seconds, unique_rows
from monitor.platforms.betterstack.words import DAY_LEVELS, NOT_MONITORED


@dataclass(frozen=True, slots=True)
class Day:
    """One day of a resource: its mark, and the seconds the page counts. `span` is its elapsed
    part.
    """

    date: date
    word: str
    downtime: float
    maintenance: float
    span: Interval

    @property
    def level(self) -> Level | None:
        """The level of the mark; None when it is unknown or says `not_monitored`."""
        return DAY_LEVELS.get(self.word)

    @property
    def is_monitored(self) -> bool:
        """Whether the page watched the resource on this day."""
        return self.word != NOT_MONITORED

    @property
    def is_down(self) -> bool:
        """Whether the day's seconds are outage time."""
        return self.level is Level.MAJOR_OUTAGE

    @property
    def is_contradictory(self) -> bool:
        """Whether the day has seconds of trouble and a mark that denies them: nothing can be said
        of it.
        """
        return self.downtime > 0 and self.level in {Level.OPERATIONAL, Level.MAINTENANCE}


Days = Mapping[str, Sequence[Day]]
"""The days of each resource by its id, in order."""


def read_days(resources: Mapping[str, Row], zone: ZoneInfo | None, now: datetime) -> Days:
    """Return every resource's begun days; none when they cannot be placed for want of a zone."""
    if zone is None:
        return {}
    days: dict[str, Sequence[Day]] = {}
    for key, resource in resources.items():
        days[key] = _days(key, resource, zone, now)
    return days


def days_since(first: date, days_by_resource: Days) -> Days:
    """Return the days of each resource from `first` on."""
    recent = {}
    for key, days in days_by_resource.items():
        recent[key] = [day for day in days if day.date >= first]
    return recent


def _days(key: str, resource: Row, zone: ZoneInfo, now: datetime) -> list[Day]:
    """Return the begun days of a resource's history in order. A resource may have none."""
    where = f"status_page_resource {key}.status_history"
    if resource.get("status_history") is None:
        return []
    history = rows(resource["status_history"], where)
    by_date = unique_rows(history, lambda row: _date(row.get("day"), f"{where}.day"), where)
    days = []
    for at, row in sorted(by_date.items()):
        day = _day(at, row, where, zone, now)
        if day is not None:
            days.append(day)
    return days


def _day(at: date, row: Row, where: str, zone: ZoneInfo, now: datetime) -> Day | None:
    """Return a day of the history; None when it has not begun."""
    elapsed_part = _elapsed_part(at, zone, now)
    word = verbatim(row.get("status"), f"{where}.status")
    downtime = seconds(row.get("downtime_duration"), f"{where}.downtime_duration")
    maintenance = seconds(row.get("maintenance_duration"), f"{where}.maintenance_duration")
    if elapsed_part is None:
        return None
    # A day cannot hold more than its length; days of groups of monitors may be summed over them.
    downtime = min(downtime, day_interval(at, zone).seconds)
    return Day(at, word, downtime, maintenance, elapsed_part)


@lru_cache(maxsize=1_024)  # every resource has the same days
def _elapsed_part(day: date, zone: ZoneInfo, now: datetime) -> Interval | None:
    """Return the part of the day that has elapsed; None before it begins."""
    whole = day_interval(day, zone)
    return Interval.between(whole.start, min(whole.end, now))


def _date(value: object, where: str) -> date:
    try:
        return date.fromisoformat(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return shape_error(where, "a day", value)


def first_monitored(days: Sequence[Day]) -> date | None:
    """Return the day a resource's record begins, if it is among those shown: before it, the vendor
    did not count it.
    """
    for day in days:
        if day.is_monitored:
            return None if day is days[0] else day.date
    return None
