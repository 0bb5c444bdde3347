"""What days are classified in: a page's options, the derived days, their zone and the moment of
knowledge. Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo

from monitor.impacts import DEFAULT_IMPACT_MAPPING
from monitor.intervals import SLIVER, Interval, day_interval, day_of, days_between
from monitor.model import Level
from monitor.standing import DEFAULT_MIN_COVERAGE

GAP_INTERVALS = 3
"""A silence of more than this many poll intervals is a gap: nothing is known about it."""

CLOCK_TOLERANCE = timedelta(minutes=2)
"""How far clocks that are kept right may differ. What lies less than this ahead of now counts as
now."""

USUAL_DAY_SECONDS = 86_400.0


def gap_seconds(interval_seconds: float) -> float:
    """Return the longest silence of a page polled this often that is no gap, in seconds."""
    return GAP_INTERVALS * interval_seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How to classify one page. `exclude` are component ids left out of the vendor's own figure.

    `min_coverage` is the share that must be known, of a day and of the counted components, to call
    it operational.
    """

    zone: tzinfo
    impact_mapping: Mapping[str, Level] = field(default_factory=lambda: DEFAULT_IMPACT_MAPPING)
    exclude: frozenset[str] = frozenset()
    min_outage_seconds: float = 0.0
    min_coverage: float = DEFAULT_MIN_COVERAGE
    interval_seconds: float = 300.0


@dataclass(frozen=True, slots=True)
class DayRange:
    """The derived days, `first` to `last` inclusive, and the moment of knowledge `now`.

    `lengths` are the seconds of the days that differ from 86,400.
    """

    first: date
    last: date
    now: datetime
    options: Options
    lengths: Mapping[date, float]

    @classmethod
    def of(cls, first: date, last: date, now: datetime, options: Options) -> "DayRange":
        """Return the range with its days' lengths."""
        return cls(first, last, now, options, lengths_of(first, last, options.zone, now))

    @property
    def zone(self) -> tzinfo:
        """The zone of the page's days."""
        return self.options.zone

    @property
    def span(self) -> Interval | None:
        """The range until now; None for one that has not begun."""
        start = day_interval(self.first, self.zone).start
        return Interval.between(start, min(day_interval(self.last, self.zone).end, self.now))

    @property
    def slack_seconds(self) -> float:
        """How long ago the last reading may be for today to count as covered so far."""
        return gap_seconds(self.options.interval_seconds)

    def is_present(self, instant: datetime) -> bool:
        """Whether what was covered until this instant of today counts as covered until now."""
        fresh = self.now - timedelta(seconds=self.slack_seconds)
        is_fresh = fresh <= instant < self.now + SLIVER
        return is_fresh and day_of(instant, self.zone) == day_of(self.now, self.zone)

    def length(self, day: date) -> float:
        """Return the day's length in seconds, for today as far as it has elapsed."""
        return self.lengths.get(day, USUAL_DAY_SECONDS)


def lengths_of(first: date, last: date, zone: tzinfo, now: datetime) -> dict[date, float]:
    """Return the lengths in seconds of the days that differ from 86,400: clock changes, and what
    has elapsed so far, to the millisecond, as all that is compared with it.
    """
    lengths = {}
    for day in days_between(first, last):
        whole = day_interval(day, zone)
        seconds = min(whole.seconds, max(0.0, round((now - whole.start).total_seconds(), 3)))
        if seconds != USUAL_DAY_SECONDS:
            lengths[day] = seconds
    return lengths
