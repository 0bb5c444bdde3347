"""Which past days are exported, and when each of their values is stamped."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import partial
from typing import NamedTuple

from exporters.samples import DATES_AGO
from monitor.intervals import day_of, days_between
from monitor.model import Window
from monitor.ratios import DEFAULT_POLICY

_NOON = time(12, tzinfo=UTC)
_LAST = time(23, 59, tzinfo=UTC)
"""The end of what queries look at of a day: what is imported then is newer than what was
scraped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryQuery:
    """A range of past days, in each page's zone: `days` days that end with `until` (None = today),
    or from `since` on, where that is named.

    `components` (one of `monitor.config.COMPONENT_METRICS`) and `policy` are as for `/metrics`;
    `degraded` looks for outage days in those days and the 89 before. A noon counts as past when it
    is `settled` ago.
    """

    now: datetime
    days: int = 90
    until: date | None = None
    since: date | None = None
    policy: str = DEFAULT_POLICY
    components: str = "all"
    settled: timedelta = timedelta(0)

    def window(self, today: date) -> Window:
        """Return the days where it is this day; at least one, none later."""
        last = today if self.until is None else min(self.until, today)
        first = last - timedelta(days=self.days - 1) if self.since is None else self.since
        return Window(min(first, last), last)

    def stamped_days(self, zone: tzinfo) -> "list[StampedDay]":
        """Return the days wanted whose noon (UTC) is past, in order."""
        window, until = self.window(day_of(self.now, zone)), self.now - self.settled
        return list(_past(days_between(window.first, window.last), noon_of, until))


@dataclass(frozen=True, slots=True)
class StampedDay:
    """A day and the instant its values are stamped with, in whole Unix seconds."""

    day: date
    stamp: int


def _past(
    days: Iterable[date], stamp: Callable[[date], datetime], until: datetime
) -> Iterator[StampedDay]:
    """Yield the days whose stamp is not after `until`, each with it."""
    for day in days:
        at = stamp(day)
        if at <= until:
            yield StampedDay(day, int(at.timestamp()))


def noon_of(day: date) -> datetime:
    """Return 12:00 UTC of the day: the stamp at which daily bars come out right on every
    Prometheus.
    """
    return datetime.combine(day, _NOON)


def told_at(day: date, ago: int) -> datetime:
    """Return when the level of a day is stamped that is so many dates ago: noon, or of the final
    one the day's end.
    """
    return datetime.combine(day + timedelta(days=ago), _LAST if ago == max(DATES_AGO) else _NOON)


class LevelStamps(NamedTuple):
    """When days are told whose date is so many before UTC's and that are over, or not, where the
    page is.
    """

    ago: int
    is_closed: bool
    days: list[StampedDay]


def level_stamps(
    days: Sequence[StampedDay], zone: tzinfo, query: HistoryQuery
) -> Iterator[LevelStamps]:
    """Yield when each day is told, as far as that is past; in the order of the series."""
    today, until = day_of(query.now, zone), query.now - query.settled
    for ago in DATES_AGO:
        past = list(_past((item.day for item in days), partial(told_at, ago=ago), until))
        for is_closed in (False, True):
            yield LevelStamps(
                ago, is_closed, [item for item in past if (item.day < today) is is_closed]
            )
