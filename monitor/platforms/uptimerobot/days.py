"""What share of each day monitors were up. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from monitor.intervals import ONE_DAY, Interval, day_interval, day_of, merge
from monitor.kit.fields import Row, number, row, rows
from monitor.kit.responses import (
    shape_error,
)
from monitor.kit.times import instant
from monitor.model import (
    Aspect,
    Bar,
    Coverage,
    Evidence,
    ReportedUptime,
)
from monitor.platforms.uptimerobot.lists import Monitors, monitor_key
from monitor.platforms.uptimerobot.monitors import first_day

SOURCE = "uptimerobot.monitors"

NO_DATA = "black"


class Day(NamedTuple):
    """A day that was measured: the part of it that has passed, and the share of that (0 to 1) that
    the monitor was up.
    """

    date: date
    span: Interval
    ratio: float


def with_days(
    piece: Evidence,
    monitors: Monitors,
    since: datetime,
    *,
    days_before: int = 0,
) -> Evidence:
    """Return the evidence with the days from that of `since` on, or from so many days before it.

    Where the page's zone is not known it has only the page's own figures.
    """
    bars: list[Bar] = []
    coverage: list[Coverage] = []
    if monitors.zone is not None:
        first = day_of(since, monitors.zone) - days_before * ONE_DAY
        for key, monitor in monitors.by_key().items():
            days = list(read_days(monitor, monitors.zone, first, piece.read_at))
            bars += [_bar(key, day) for day in days if day.ratio < 1]
            coverage += _coverage(key, days)
    figures = tuple(read_reported(monitors))
    return replace(piece, bars=tuple(bars), coverage=tuple(coverage), reported=figures)


def read_days(monitor: Row, zone: ZoneInfo, first: date, now: datetime) -> Iterator[Day]:
    """Yield the days that were measured, from `first` on; of one that is listed twice the last."""
    where = f"monitor {monitor_key(monitor)}.dailyRatios"
    created_on = first_day(monitor, zone)
    figures = {}
    for figure in rows(monitor.get("dailyRatios"), where):
        figures[_day(figure.get("date"), where)] = figure
    for day, figure in figures.items():
        ratio, whole = _ratio(figure, where), day_interval(day, zone)
        span = Interval.between(whole.start, min(whole.end, now))
        if ratio is not None and span is not None and day >= max(first, created_on or first):
            yield Day(day, span, ratio)


def _day(value: object, where: str) -> date:
    """Return a day, written as such."""
    return instant(f"{value}T00:00:00+00:00", f"{where}.date").date()


def _ratio(value: object, where: str) -> float | None:
    """Return a share of 1; None where nothing was measured."""
    figure = row(value, where)
    if figure.get("label") == NO_DATA:
        return None
    percent = number(figure.get("ratio"), f"{where}.ratio")
    if not 0 <= percent <= 100:  # noqa: PLR2004
        shape_error(f"{where}.ratio", "a percentage", percent)
    return percent / 100


def _bar(key: str, day: Day) -> Bar:
    """Return a day's outage; one that is too short for the ratio's decimals counts for a second."""
    seconds = max(1, round((1 - day.ratio) * day.span.seconds))
    return Bar(component_id=key, day=day.date, major_seconds=seconds, source=SOURCE)


def _coverage(key: str, days: Iterable[Day]) -> Iterator[Coverage]:
    for span in merge(day.span for day in days):
        yield Coverage(span=span, aspect=Aspect.BARS, component_id=key, complete=True)


def read_reported(monitors: Monitors) -> Iterator[ReportedUptime]:
    """Yield the page's own figures of 30 and of 90 days."""
    for key, monitor in monitors.by_key().items():
        for days in (30, 90):
            name = f"{days}dRatio"
            if monitor.get(name) is None:
                continue
            ratio = _ratio(monitor[name], f"monitor {key}.{name}")
            if ratio is not None:
                yield ReportedUptime(component_id=key, window_days=days, ratio=ratio)
