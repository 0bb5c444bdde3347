"""Half-open intervals of aware UTC instants, and days in a zone. Pure.

An instant t is in an interval when ``start <= t < end``. Naive datetimes are refused: a guessed
zone is a false outage. Days are calendar days of an IANA zone and last 23, 24 or 25 hours.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from itertools import pairwise
from typing import Protocol, Self, TypeVar
from zoneinfo import ZoneInfo

ONE_DAY = timedelta(days=1)
ONE_SECOND = timedelta(seconds=1)


def utc(instant: datetime) -> datetime:
    """Return the instant in UTC. Raises ValueError when it is naive."""
    if instant.tzinfo is UTC:
        return instant
    if instant.utcoffset() is None:
        raise ValueError(f"naive datetime {instant!r}: a zone is required")
    return instant.astimezone(UTC)


@dataclass(frozen=True, slots=True, order=True)
class Interval:
    """The instants t with start <= t < end, in UTC.

    An aware start or end in another zone is converted. Raises ValueError when either is naive or
    when the interval would be empty or backwards; use `between` where emptiness is an ordinary
    case.
    """

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.tzinfo is not UTC:
            object.__setattr__(self, "start", utc(self.start))
        if self.end.tzinfo is not UTC:
            object.__setattr__(self, "end", utc(self.end))
        if self.end <= self.start:
            raise ValueError(f"empty or backwards interval {self.start} .. {self.end}")

    @classmethod
    def between(cls, start: datetime, end: datetime) -> Self | None:
        """Return the interval, or None when it is empty or backwards (a zero-length or backdated
        incident).
        """
        return cls(start, end) if utc(start) < utc(end) else None

    @property
    def seconds(self) -> float:
        """Length in seconds."""
        return (self.end - self.start).total_seconds()

    def __contains__(self, instant: datetime) -> bool:
        return self.start <= instant < self.end

    def clip(self, other: "Interval") -> "Interval | None":
        """Return the part of this interval inside the other, or None."""
        if self.start >= other.start and self.end <= other.end:
            return self
        return Interval.between(max(self.start, other.start), min(self.end, other.end))


def merge(intervals: Iterable[Interval]) -> list[Interval]:
    """Return the union as sorted, disjoint, non-touching intervals. Idempotent, and the order given
    does not matter.
    """
    union: list[Interval] = []
    for interval in sorted(intervals):
        if not union or interval.start > union[-1].end:
            union.append(interval)
        elif interval.end > union[-1].end:
            union[-1] = Interval(union[-1].start, interval.end)
    return union


SLIVER = timedelta(milliseconds=1)
"""A gap shorter than this is how somebody writes instants (a day's end as 23:59:59.999999, a
moment rounded to other digits), not time of which nothing was said."""
_SLIVER_MICROSECONDS = 1_000
_LATEST_MICROSECOND = 999_000


def merge_adjacent(intervals: Iterable[Interval]) -> list[Interval]:
    """Return the union as `merge` does, without gaps shorter than `SLIVER`. An edge nearer than
    that to a whole second lies on it.
    """
    union: list[Interval] = []
    for interval in merge(map(_on_whole_seconds, intervals)):
        if union and interval.start - union[-1].end < SLIVER:
            union[-1] = Interval(union[-1].start, interval.end)
        else:
            union.append(interval)
    return union


def _on_whole_seconds(interval: Interval) -> Interval:
    start, end = _on_whole_second(interval.start), _on_whole_second(interval.end)
    if start >= end or (start is interval.start and end is interval.end):
        return interval
    return Interval(start, end)


def _on_whole_second(instant: datetime) -> datetime:
    after = instant.microsecond
    if after == 0 or _SLIVER_MICROSECONDS <= after <= _LATEST_MICROSECOND:
        return instant
    on_second = instant.replace(microsecond=0)
    return on_second if after < _SLIVER_MICROSECONDS else on_second + ONE_SECOND


def intersect(intervals: Iterable[Interval], within: Interval) -> list[Interval]:
    """Return the parts of the intervals inside `within`, in the order given."""
    return [part for interval in intervals if (part := interval.clip(within)) is not None]


def subtract(intervals: Iterable[Interval], holes: Iterable[Interval]) -> list[Interval]:
    """Return the union of the intervals without the union of the holes."""
    rest: list[Interval] = []
    gaps = merge(holes)
    for interval in merge(intervals):
        start = interval.start
        for gap in gaps:
            if gap.end <= start:
                continue
            if gap.start >= interval.end:
                break
            if gap.start > start:
                rest.append(Interval(start, gap.start))
            start = max(start, gap.end)
        if start < interval.end:
            rest.append(Interval(start, interval.end))
    return rest


def total_seconds(intervals: Iterable[Interval]) -> float:
    """Return the length in seconds of the union: overlaps count once."""
    lengths = (interval.end - interval.start for interval in merge(intervals))
    return sum(lengths, timedelta()).total_seconds()


@lru_cache(maxsize=16_384)
def day_interval(day: date, zone: tzinfo) -> Interval:
    """Return the instants of a calendar day in the zone: 23 or 25 hours at changes of clock.

    In a zone whose clock skips midnight, the day begins at the first instant that exists.
    """
    return Interval(_midnight(day, zone), _midnight(day + ONE_DAY, zone))


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def window_start(days: int, zone: tzinfo, now: datetime) -> datetime:
    """Return the first instant of the window of so many days that ends with the zone's today; at
    least one day.
    """
    return day_interval(day_of(now, zone) - timedelta(days=days - 1), zone).start


def day_of(instant: datetime, zone: tzinfo) -> date:
    """Return the calendar day of the instant in the zone."""
    return utc(instant).astimezone(zone).date()


def days_touched(interval: Interval, zone: tzinfo) -> Iterator[date]:
    """Yield, in order, every calendar day of the zone that shares an instant with the interval."""
    day = day_of(interval.start, zone)
    while day_interval(day, zone).start < interval.end:
        yield day
        day += ONE_DAY


def days_between(first: date, last: date) -> Iterator[date]:
    """Yield the days from first to last, both included; nothing when last is before first."""
    for offset in range((last - first).days + 1):
        yield first + timedelta(days=offset)


def between_edges(spans: Iterable[Interval]) -> Iterator[tuple[datetime, datetime]]:
    """Yield each stretch of time between two edges of these intervals that follow each other, in
    order: in none of them does one begin or end.
    """
    edges: set[datetime] = set()
    for span in spans:
        edges.update((span.start, span.end))
    yield from pairwise(sorted(edges))


class HasSpan(Protocol):
    """What holds for a span of time."""

    @property
    def span(self) -> Interval: ...  # noqa: D102


Spanning = TypeVar("Spanning", bound=HasSpan)


def spans_of(items: Iterable[HasSpan]) -> Iterator[Interval]:
    """Yield the spans of the items, in their order."""
    for item in items:
        yield item.span


def throughout(items: Iterable[Spanning], start: datetime, end: datetime) -> Iterator[Spanning]:
    """Yield the items that hold all the time from start to end."""
    for item in items:
        if item.span.start <= start and item.span.end >= end:
            yield item


NO_ZONES = frozenset({"localtime", "posixrules", "Factory"})
"""Files beside the zones' that are none: this machine's own zone, which is another one elsewhere,
and placeholders."""


def is_zone_name(name: str) -> bool:
    """Whether the name could be an IANA zone's; files beside the zones' on some machines have other
    names.
    """
    return name not in NO_ZONES and name.partition("/")[0] not in ("posix", "right")


@lru_cache(maxsize=1_024)
def zone_named(name: str) -> ZoneInfo:
    """Return the IANA zone. Raises ValueError with the name when there is none; "localtime" is
    none.
    """
    if not is_zone_name(name):
        raise ValueError(f"no time zone is called {name!r}")
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"no time zone is called {name!r}") from error
