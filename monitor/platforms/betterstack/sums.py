"""What the sums of a Better Stack page's days say beside its reports. Pure.

- A day is marked by its worst state and its seconds are summed over all of them: on a day marked
  down, degraded seconds count as downtime, here as in the page's `availability`. What the reports
  say of degraded time on such a day is therefore left out: it is in the sum.
- A monitor can be down without any report, and reports reach back less far than the days. A day's
  degraded or maintenance seconds that no report explains have no time of day. They are put at the
  beginning of the day, where only their number and the day are meant.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from monitor.intervals import Interval, merge, subtract, total_seconds
from monitor.model import Aspect, Bar, Basis, Coverage, Impact, Level
from monitor.platforms.betterstack.days import Day, Days

SOURCE = "betterstack.index"

ROUNDING = 1.0
"""Seconds by which a day's sum and the reports that explain it may differ: the sums are exact,
reports less so."""


def bars(days_by_resource: Days) -> Iterator[Bar]:
    """Yield the outage of each day that is marked down; a mark without seconds counts for one."""
    for key, days in days_by_resource.items():
        for day in days:
            if day.is_down:
                major_seconds = max(1, round(day.downtime))
                yield Bar(
                    component_id=key, day=day.date, major_seconds=major_seconds, source=SOURCE
                )


def coverage(days_by_resource: Days) -> Iterator[Coverage]:
    """Yield what the histories speak for: what no report tells they tell, except on a day marked
    down.

    On such a day the sum is the whole truth about outages and says nothing of when they were.
    """
    for key, days in days_by_resource.items():
        plain, without_outage = [], []
        for day in days:
            if day.level is not None and not day.is_contradictory:
                plain.append(day.span)
                if not day.is_down:
                    without_outage.append(day.span)
        for span in merge(plain):
            yield Coverage(span=span, aspect=Aspect.BARS, component_id=key, complete=True)
        for span in merge(without_outage):
            yield Coverage(span=span, aspect=Aspect.IMPACTS, component_id=key, complete=True)


def impacts(
    recent: Days,
    all_days: Days,
    of_reports: Iterable[Impact],
    now: datetime,
) -> Iterator[Impact]:
    """Yield what the recent days say beyond the impacts that reports tell, and what of those is in
    no day's sum.
    """
    by_resource: dict[str, list[Impact]] = {}
    for impact in of_reports:
        by_resource.setdefault(impact.component_id, []).append(impact)
    for key, days in recent.items():
        for day in days:
            yield from _unexplained_by(by_resource.get(key, ()), key, day, now)
    for key, own_impacts in by_resource.items():
        down = [day.span for day in all_days.get(key, ()) if day.is_down]
        for impact in own_impacts:
            yield from _outside_sums(impact, down, now)


class _Stretch(NamedTuple):
    """A time of a day that is accounted for, and the level it counts for."""

    span: Interval
    level: Level | None

    def is_at_least(self, level: Level) -> bool:
        """Whether its level is known and as bad as this, or worse."""
        return self.level is not None and self.level >= level


def _unexplained_by(
    of_reports: Iterable[Impact],
    key: str,
    day: Day,
    now: datetime,
) -> Iterator[Impact]:
    """Yield the day's degraded and maintenance seconds that no report explains, at the beginning of
    the day.
    """
    degraded_seconds = day.downtime if day.level is Level.DEGRADED else 0.0
    if max(degraded_seconds, day.maintenance) <= ROUNDING:
        return
    stretches = list(_stretches(of_reports, day.span, now))
    for level, sum_of_day in (
        (Level.DEGRADED, degraded_seconds),
        (Level.MAINTENANCE, day.maintenance),
    ):
        missing = sum_of_day - _seconds_at_least(level, stretches)
        if missing <= ROUNDING:
            continue
        free = subtract([day.span], [stretch.span for stretch in stretches])
        for span in _first_seconds(free, missing):
            stretches.append(_Stretch(span, level))
            yield Impact(
                component_id=key,
                level=level,
                start=span.start,
                end=span.end,
                basis=Basis.DECLARED,
                source=SOURCE,
            )


def _stretches(impacts: Iterable[Impact], within: Interval, now: datetime) -> Iterator[_Stretch]:
    for impact in impacts:
        whole = Interval.between(impact.start, impact.end or now)
        span = whole.clip(within) if whole is not None else None
        if span is not None:
            yield _Stretch(span, impact.level)


def _seconds_at_least(level: Level, stretches: Iterable[_Stretch]) -> float:
    return total_seconds(stretch.span for stretch in stretches if stretch.is_at_least(level))


def _first_seconds(spans: Iterable[Interval], seconds: float) -> Iterator[Interval]:
    """Yield the earliest parts of the spans that together last that long, or all of them when they
    are too short.
    """
    for span in spans:
        end = min(span.end, span.start + timedelta(seconds=min(seconds, span.seconds)))
        part = Interval.between(span.start, end)
        if part is not None:
            yield part
            seconds -= part.seconds
        if seconds <= 0:
            return


def _outside_sums(impact: Impact, down: Sequence[Interval], now: datetime) -> Iterator[Impact]:
    """Yield the parts of an impact that are in no day's sum: degraded time of days marked down is
    in it.

    What goes on is told to go on from now on where today is such a day: else it would be a new
    claim tomorrow.
    """
    whole = Interval.between(impact.start, impact.end or now)
    if impact.level is not Level.DEGRADED or whole is None:
        yield impact
        return
    spans = subtract([whole], down)
    if impact.end is None and (not spans or spans[-1].end < whole.end):
        yield replace(impact, start=now)
    for span in spans:
        goes_on = impact.end is None and span.end == whole.end
        yield replace(impact, start=span.start, end=None if goes_on else span.end)
