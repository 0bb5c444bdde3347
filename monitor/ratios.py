"""From classified days to the figures of a window. Pure.

Every ratio keeps its numerator and denominator, and is None when its denominator is zero: nothing
known is not 100 %. Seconds are added up in whole milliseconds, so that no figure depends on the
order of what is added.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from monitor.model import (
    NO_SECONDS,
    Aspect,
    Day,
    History,
    KnownComponent,
    Level,
    PageFacts,
    Seconds,
    Window,
)
from monitor.shares import milliseconds, share

WINDOWS = (7, 30, 90, 365)
"""The window lengths in days that are offered everywhere."""

DAY_SECONDS = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A named set of weights, in tenths, that turns seconds per level into downtime."""

    name: str
    degraded: int
    partial: int
    major: int

    def weigh(self, seconds: Seconds) -> int:
        """Return the downtime in tenths of milliseconds, weighted. Maintenance never counts."""
        return (
            self.degraded * milliseconds(seconds.degraded)
            + self.partial * milliseconds(seconds.partial)
            + self.major * milliseconds(seconds.major)
        )


POLICIES: Mapping[str, Policy] = {
    # Statuspage's own rule; see `statuspage_uptime`.
    "statuspage": Policy(name="statuspage", degraded=0, partial=3, major=10),
    # incident.io documents partial and full outage as down: help.incident.io, "How is uptime
    # calculated?"
    "strict": Policy(name="strict", degraded=0, partial=10, major=10),
    "any": Policy(name="any", degraded=10, partial=10, major=10),
    # As `statuspage`, and nothing the user has overridden counts: the figure as the vendor's record
    # gives it.
    "raw": Policy(name="raw", degraded=0, partial=3, major=10),
}
RAW_POLICY = "raw"
DEFAULT_POLICY = "statuspage"


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowFigures:
    """What a window adds up to. Day counts are by the day's level, so they exclude each other:
    known_days = operational + maintenance_days + degraded_days + outage_days; major_days is part of
    outage_days.

    Where no day is known they are None, since 0 would read as "all well"; `seconds` are None where
    nothing was covered. `length_seconds` counts only what has elapsed of the last day. Days on
    which there was no such component are `absent_days`: they are not unknown, and have no seconds.
    """

    window: Window
    known_days: int = 0
    outage_days: int | None = None
    major_days: int | None = None
    degraded_days: int | None = None
    maintenance_days: int | None = None
    unknown_days: int = 0
    absent_days: int = 0
    disputed_days: int | None = None
    seconds: Seconds | None = None
    covered_seconds: float = 0.0
    length_seconds: float = 0.0

    @property
    def outage_day_ratio(self) -> float | None:
        """Days with a partial or major outage among the known days, 0..1; None when no day is
        known.
        """
        return None if self.outage_days is None else self.outage_days / self.known_days

    @property
    def outage_day_bounds(self) -> tuple[int, int] | None:
        """How many of the window's days were outage days, unknown ones too: all of those good,
        all of them bad. None when no day is known.
        """
        if self.outage_days is None:
            return None
        return self.outage_days, self.outage_days + self.unknown_days

    @property
    def coverage_ratio(self) -> float | None:
        """Covered share of the window's elapsed seconds in which the component was there, 0..1;
        None where there are none.
        """
        if not self.length_seconds:
            return None
        return share(self.covered_seconds, self.length_seconds)

    def downtime_ratio(self, policy: Policy) -> float | None:
        """Weighted seconds of downtime among the covered seconds, 0..1; None when nothing was
        covered.
        """
        if self.seconds is None:
            return None
        return policy.weigh(self.seconds) / (10 * milliseconds(self.covered_seconds))


def window_ending(as_of: date, days: int) -> Window:
    """Return the window of the last `days` days, `as_of` included. Raises ValueError for fewer than
    one day.
    """
    if days < 1:
        raise ValueError(f"a window has at least one day, not {days}")
    return Window(as_of - timedelta(days=days - 1), as_of)


def figures(history: History, window: Window) -> WindowFigures:
    """Add up the window. Days outside what was derived are unknown."""
    rows = history.rows_in(window)
    levels = [day.level for day in rows if day.level is not None]
    quiet_days, quiet_seconds = _quiet(history, window, rows)
    known_days = quiet_days + len(levels)
    there = history.life.within(window)
    days_there = 0 if there is None else there.days
    covered_seconds = _sum([quiet_seconds, *(day.covered_seconds for day in rows)])
    return WindowFigures(
        window=window,
        known_days=known_days,
        unknown_days=max(0, days_there - known_days),
        absent_days=window.days - max(days_there, known_days),
        seconds=_total(rows) if covered_seconds else None,
        covered_seconds=covered_seconds,
        length_seconds=0.0 if there is None else _length_seconds(history, there),
        **_day_counts(levels, rows) if known_days else {},
    )


def _day_counts(levels: Sequence[Level], rows: Sequence[Day]) -> dict[str, int]:
    return {
        "outage_days": sum(level.is_outage for level in levels),
        "major_days": levels.count(Level.MAJOR_OUTAGE),
        "degraded_days": levels.count(Level.DEGRADED),
        "maintenance_days": levels.count(Level.MAINTENANCE),
        "disputed_days": sum(day.disputed for day in rows),
    }


def _quiet(history: History, window: Window, rows: Sequence[Day]) -> tuple[int, float]:
    """Return the number and the seconds of the window's quiet days; a day with a row of its own is
    not quiet.
    """
    row_days = {row.day for row in rows}
    days, odd_seconds = 0, 0.0
    for run in history.quiet:
        first, last = max(run.first, window.first), min(run.last, window.last)
        if first <= last:
            inside = Window(first, last)
            days += inside.days - sum(first <= day <= last for day in row_days)
            odd_seconds += _odd_seconds(history, inside, except_for=row_days)
    return days, DAY_SECONDS * days + odd_seconds


def _length_seconds(history: History, window: Window) -> float:
    return round(DAY_SECONDS * window.days + _odd_seconds(history, window), 3)


def _odd_seconds(
    history: History, window: Window, *, except_for: Collection[date] = frozenset()
) -> float:
    """Return by how much the window's days are longer than 86,400 s each, today as elapsed."""
    odd_seconds = 0.0
    for day, seconds in history.lengths.items():
        if day in window and day not in except_for:
            odd_seconds += seconds - DAY_SECONDS
    return odd_seconds


def _total(days: Sequence[Day]) -> Seconds:
    if not days:
        return NO_SECONDS
    maintenance = degraded = partial = major = 0
    for day in days:
        maintenance += milliseconds(day.seconds.maintenance)
        degraded += milliseconds(day.seconds.degraded)
        partial += milliseconds(day.seconds.partial)
        major += milliseconds(day.seconds.major)
    return Seconds(
        maintenance=maintenance / 1000,
        degraded=degraded / 1000,
        partial=partial / 1000,
        major=major / 1000,
    )


def _sum(lengths: Iterable[float]) -> float:
    """Return the sum of lengths in seconds, to the millisecond; their order does not matter."""
    return sum(map(milliseconds, lengths)) / 1000


# the vendors' own formula, exactly

STATUSPAGE_BARS = {90: 90, 60: 61, 30: 31}
"""How many bars the percentages labelled 90, 60 and 30 days are computed from on a Statuspage page
(measured on 324 displayed values of 21 pages)."""


def statuspage_downtime(partial_seconds: int, major_seconds: int, days: int) -> Fraction:
    """Return (0.3 p + 1.0 m) / (days * 86400), exactly.

    Source: Atlassian weighs a partial outage 30 % and a major one 100 %, degraded performance and
    maintenance 0 (help.statuspage.io "Display historical uptime of components"); confirmed on
    published values. The denominator counts every day as 86,400 s, today included whole. Raises
    ValueError when days < 1.
    """
    if days < 1:
        raise ValueError(f"at least one day is needed, not {days}")
    return Fraction(3 * partial_seconds + 10 * major_seconds, 10 * days * DAY_SECONDS)


def statuspage_uptime(partial_seconds: int, major_seconds: int, days: int) -> Decimal:
    """Return the percentage a Statuspage page displays: truncated, not rounded, to two decimals.

    A bar edited to more seconds than the days have gives 0, never a negative uptime.
    """
    share = max(Fraction(0), 1 - statuspage_downtime(partial_seconds, major_seconds, days))
    return Decimal(share.numerator * 10_000 // share.denominator) / 100


def statuspage_group_seconds(children: list[tuple[int, int]]) -> tuple[int, int]:
    """Return a group's (partial, major) seconds of one day from those of its showcased children.

    The sum divided by the number of children, truncated (measured on captured group bars). No
    children: (0, 0).
    """
    if not children:
        return 0, 0
    partial, major = (sum(seconds) // len(children) for seconds in zip(*children, strict=True))
    return partial, major


def vendor_formula(
    component: KnownComponent,
    facts: PageFacts,
    history: History,
    window: Window,
) -> Decimal | None:
    """Return the percentage the vendor's own formula gives for the window, from its bars; None
    without bars.

    The formula counts every day with data whole, from the component's start, today included.
    """
    first = window.last - timedelta(days=STATUSPAGE_BARS.get(window.days, window.days) - 1)
    first = max(first, component.component.start_date or first)
    window = Window(first, window.last)
    component_id = component.id
    if window.days < 1 or not _has_bars(component_id, facts):
        return None
    if not _is_covered_by_bars(history, window):
        return None
    partial = major = 0
    for bar in facts.bars:
        if bar.component_id == component_id and bar.day in window:
            partial += bar.partial_seconds
            major += bar.major_seconds
    return statuspage_uptime(partial, major, window.days)


def _has_bars(component_id: str, facts: PageFacts) -> bool:
    for cover in facts.coverage:
        if cover.aspect is Aspect.BARS and cover.component_id in (component_id, None):
            return True
    return False


def _is_covered_by_bars(history: History, window: Window) -> bool:
    """Whether bars were read for every day of the window (today as far as it has elapsed)."""
    # As numbers: 90 dates of every component at each scrape would take a third of its time.
    days = set()
    for row in history.rows_in(window):
        if row.source is not Aspect.BARS:
            return False
        days.add(row.day.toordinal())
    for run in history.quiet:
        if run.source is Aspect.BARS:
            first, last = max(run.first, window.first), min(run.last, window.last)
            days.update(range(first.toordinal(), last.toordinal() + 1))
    return len(days) == window.days


def reported_ratios(facts: PageFacts) -> dict[tuple[str | None, int], float]:
    """Return the uptimes the vendor prints, 0..1, by component id (None = the whole page) and days
    of the window.
    """
    return {(figure.component_id, figure.window_days): figure.ratio for figure in facts.reported}
