"""Days: what we conclude. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

from monitor.model.levels import BAD_LEVELS, Aspect, Confidence, Level
from monitor.shares import share


@dataclass(frozen=True, slots=True, kw_only=True)
class Seconds:
    """Seconds at each bad level on one day; at every instant only the worst level counts, so they
    add up.
    """

    maintenance: float = 0.0
    degraded: float = 0.0
    partial: float = 0.0
    major: float = 0.0

    @property
    def outage(self) -> float:
        """Seconds of partial or major outage."""
        return self.partial + self.major

    @property
    def bad(self) -> float:
        """Seconds worse than maintenance."""
        return self.degraded + self.partial + self.major

    @property
    def total(self) -> float:
        """Seconds at any bad level."""
        return self.maintenance + self.degraded + self.partial + self.major

    def __add__(self, other: "Seconds") -> "Seconds":
        return Seconds(
            maintenance=self.maintenance + other.maintenance,
            degraded=self.degraded + other.degraded,
            partial=self.partial + other.partial,
            major=self.major + other.major,
        )

    def of(self, level: Level) -> float:
        """Return the seconds at one bad level."""
        return (0.0, self.maintenance, self.degraded, self.partial, self.major)[level]

    @property
    def levels(self) -> list[Level]:
        """The bad levels that there were, the worst first."""
        return [level for level in BAD_LEVELS if self.of(level)]


NO_SECONDS = Seconds()


class Absence(StrEnum):
    """Why there was no such component on a day: nothing is missing from our knowledge of it."""

    UNBORN = "unborn"  # the page did not list it yet
    GONE = "gone"  # the page listed it no more


@dataclass(frozen=True, slots=True)
class Life:
    """The days on which a component was there, first to last inclusive; None = it was there before
    all days we know of, and still is.
    """

    first: date | None = None
    last: date | None = None

    def absence(self, day: date) -> Absence | None:
        """Return why it was not there on a day; None = it was."""
        if self.first is not None and day < self.first:
            return Absence.UNBORN
        return Absence.GONE if self.last is not None and day > self.last else None

    def within(self, window: "Window") -> "Window | None":
        """Return the days of the window on which it was there; None = on none of them."""
        first = max(window.first, self.first or window.first)
        last = min(window.last, self.last or window.last)
        return Window(first, last) if first <= last else None


ALWAYS = Life()


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """Our classification of one component's (or vendor's) calendar day.

    `level` None = unknown: nothing bad was said, and too little is known to call it operational;
    `seconds` and `covered_seconds` say what is. `length_seconds` is the day's length in its zone,
    for today the part that has elapsed. 0 <= seconds.total <= covered_seconds <= length_seconds.
    `source` is the aspect the outage seconds came from. A `disputed` day keeps the value that
    counts in `seconds`; `other` holds what the other sources say. `absence` says that there was no
    such component, which is why the day is unknown.

    Of a vendor's day, `component_id` is the component whose seconds, source and confidence these
    are (the one that was out longest), and `known_components` of `counted_components` are known;
    None = all of them, or a component's day.
    """

    day: date
    level: Level | None
    length_seconds: float
    covered_seconds: float
    seconds: Seconds = NO_SECONDS
    source: Aspect | None = None
    confidence: Confidence | None = None
    disputed: bool = False
    other: Seconds | None = None
    incident_ids: tuple[str, ...] = ()
    component_id: str | None = None
    known_components: int | None = None
    counted_components: int | None = None
    absence: Absence | None = None

    @property
    def is_outage(self) -> bool:
        """Whether its level is known, and an outage."""
        return self.level is not None and self.level.is_outage

    @property
    def says_nothing(self) -> bool:
        """Whether the day is unknown and there is nothing to say of it either."""
        return self.level is None and not self.covered_seconds and not self.incident_ids

    @property
    def known_seconds(self) -> Seconds | None:
        """The seconds at each bad level; None where nothing of the day is known."""
        return self.seconds if self.covered_seconds else None

    @property
    def coverage(self) -> float:
        """Covered share of the (elapsed) day, 0..1; 1 only when all of it is covered."""
        return share(self.covered_seconds, self.length_seconds)


def quiet_day(day: date, length_seconds: float, source: Aspect, confidence: Confidence) -> Day:
    """Return a day that was operational, fully covered and of which there is nothing to say."""
    return Day(
        day=day,
        level=Level.OPERATIONAL,
        length_seconds=length_seconds,
        covered_seconds=length_seconds,
        source=source,
        confidence=confidence,
    )


@dataclass(frozen=True, slots=True)
class DayRun:
    """Consecutive days, first to last inclusive, fully covered and without anything to say:
    operational.
    """

    first: date
    last: date
    source: Aspect
    confidence: Confidence


@dataclass(frozen=True, slots=True)
class Window:
    """`first` to `last` inclusive, in days of the page's zone."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """The classified days of one component or vendor from `first` to `last`, sparse.

    `days` holds the days with something to say; days inside a `quiet` run are operational and fully
    covered; every other day is unknown. `lengths` gives the day lengths that differ from 86,400 s
    (clock changes, today). Outside its `life` there was no such component.
    """

    first: date
    last: date
    days: Mapping[date, Day]
    quiet: tuple[DayRun, ...] = ()
    lengths: Mapping[date, float] = field(default_factory=dict)
    life: Life = ALWAYS

    def day(self, day: date) -> Day:
        """Return the classification of any day; unknown outside what was derived."""
        row = self.days.get(day)
        absence = self.life.absence(day)
        if row is not None:
            is_absent = absence is not None and row.level is None
            return replace(row, absence=absence) if is_absent else row
        length = self.lengths.get(day, 86_400.0)
        for run in self.quiet:
            if run.first <= day <= run.last:
                return quiet_day(day, length, run.source, run.confidence)
        return Day(day=day, level=None, length_seconds=length, covered_seconds=0.0, absence=absence)

    @property
    def has_outage(self) -> bool:
        """Whether any of its days is an outage."""
        return any(day.is_outage for day in self.days.values())

    def rows_in(self, window: Window) -> list[Day]:
        """Return the days of the window with something to say, in no particular order."""
        return [day for day in self.days.values() if day.day in window]

    def each(self, window: Window) -> Iterator[Day]:
        """Yield every day of the window in order."""
        for offset in range(window.days):
            yield self.day(date.fromordinal(window.first.toordinal() + offset))


@dataclass(frozen=True, slots=True, kw_only=True)
class PageHistory:
    """A page's derived days: the vendor's own (worst of its included components) and each
    component's, by id.

    `excluded` are ids the user left out of the vendor's figure; they keep their own history.
    """

    vendor: History
    components: Mapping[str, History]
    excluded: frozenset[str] = frozenset()
