"""Past days as series: what `/metrics` says that stays true of a day when it is over, one value a
day.

The names and labels are those of `exporters.prometheus`, so that history and live scrapes are one
series. A value is stamped 12:00 UTC of its day, never in the future; a day is the page's. A window
is the one that ends with that day, and every value is what we know of that day *now*: a vendor that
rewrote its past rewrote it here too. What is unknown has no value, but of a day `UNKNOWN`. A day's
level has the labels it has when it is scraped: it is told on its own date, on the next, and at the
end of the one after, where it goes before what was scraped (`told_at`). Reads the store; writes
nothing.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from exporters.prometheus import (
    DATES_AGO,
    LONGEST_WINDOW,
    PREFIX,
    STATE_FAMILIES,
    UNKNOWN,
    WINDOW_DAYS,
    day_labels,
)
from monitor.config import VendorConfig
from monitor.history import named_ids
from monitor.intervals import day_of, days_between
from monitor.model import Aspect, History, KnownComponent, Level, PageFacts, PageHistory
from monitor.ratios import (
    DEFAULT_POLICY,
    POLICIES,
    Policy,
    WindowFigures,
    figures,
    vendor_formula,
    window_ending,
)
from monitor.store import PageRecord, Store

ONLY_NOW: Mapping[str, str] = {
    "up": "tells of our reading at one moment",
    "last_poll_timestamp_seconds": "tells of our reading at one moment",
    "last_success_timestamp_seconds": "tells of our reading at one moment",
    "unreadable_info": "tells of our reading at one moment",
    "vendor_clock_offset_seconds": "tells of our reading at one moment",
    "vendor_level": "is the state of one moment; a day has `vendor_day_level`",
    "vendor_open_incidents": "is the page's list at one moment",
    "vendor_open_incident_start_timestamp_seconds": "is the page's list at one moment",
    "vendor_outage_since_timestamp_seconds": (
        "is the state of one moment; a day has `vendor_day_level`"
    ),
    "component_outage_since_timestamp_seconds": (
        "is the state of one moment; a day has `component_day_level`"
    ),
    "vendor_components": "is the page's list at one moment",
    "vendor_overrides": "is the present settings'",
    "vendor_counted_components": "is the page's list at one moment",
    "vendor_known_components": "is the page's list at one moment",
    "vendor_reported_uptime_ratio": "is what the page printed at one moment",
    "vendor_revised_dates": "counts changes we saw: before we looked it would say 0",
    "component_level": "is the state of one moment; a day has `component_day_level`",
    "component_reported_uptime_ratio": "is what the page printed at one moment",
    "database_size_bytes": "is the monitor's own state",
    "store_last_write_timestamp_seconds": "is the monitor's own state",
    "rollup_last_success_timestamp_seconds": "is the monitor's own state",
    "monitor_clock_timestamp_seconds": "is the monitor's own state",
    "monitor_clock_offset_seconds": "is the monitor's own state",
    "monitor_clock_step_seconds": "is the monitor's own state",
    "monitor_clock_healed_pages": "is the monitor's own state",
}
"""The families that are no statement about a past day, and why."""

HISTORIC = tuple(short for short in STATE_FAMILIES if short not in ONLY_NOW)
"""The families that have a past, without the prefix, in the order of `/metrics`."""

_NOON = time(12, tzinfo=UTC)
_LAST = time(23, 59, tzinfo=UTC)
"""The end of what queries look at of a day: what is imported then is newer than what was
scraped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryQuery:
    """A range of past days: `days` days that end with `until` (None = today), both in each
    page's zone.

    `components` (one of `monitor.config.COMPONENT_METRICS`) and `policy` are as for `/metrics`;
    `degraded` looks for outage days in those days and the 89 before. A noon counts as past when it
    is `settled` ago.
    """

    now: datetime
    days: int = 90
    until: date | None = None
    policy: str = DEFAULT_POLICY
    components: str = "all"
    settled: timedelta = timedelta(0)

    def stamped_days(self, zone: tzinfo) -> "list[StampedDay]":
        """Return the days wanted whose noon (UTC) is past, in order."""
        today = day_of(self.now, zone)
        last = today if self.until is None else min(self.until, today)
        wanted = days_between(last - timedelta(days=self.days - 1), last)
        return [
            StampedDay(day, int(noon.timestamp()))
            for day in wanted
            if (noon := noon_of(day)) <= self.now - self.settled
        ]


@dataclass(frozen=True, slots=True)
class StampedDay:
    """A day and the instant its values are stamped with, in whole Unix seconds."""

    day: date
    stamp: int


Labels = tuple[tuple[str, str], ...]
Points = Sequence[tuple[int, float]]


@dataclass(frozen=True, slots=True)
class Series:
    """One series: the family without the prefix, its labels without job and instance, and its
    points.

    A point is (whole Unix seconds, value). There is at least one; the seconds ascend strictly.
    """

    family: str
    labels: Labels
    points: Points

    @property
    def name(self) -> str:
        """The metric's full name."""
        return PREFIX + self.family


def refuse_future(series: Series, now: float) -> None:
    """Raise ValueError for a sample after `now` (Unix seconds): a Prometheus would take nothing
    else until then.
    """
    if series.points[-1][0] > now:
        raise ValueError(f"{series.name} has a sample in the future of {now}")


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


def vendor_series(
    store: Store, page: PageRecord, settings: VendorConfig, query: HistoryQuery
) -> Iterator[Series]:
    """Yield the series of a vendor and its components, by component and window; nothing before we
    know of them.

    A subject's series begin with its first known day of those stored, or with the day we first saw
    it if that is earlier; a component that left the page ends with its last noon there. Raises
    KeyError for an unknown policy.
    """
    days = query.stamped_days(page.zone)
    if not days:
        return
    first = days[0].day - timedelta(days=LONGEST_WINDOW - 1)
    reading = _Reading(
        page=page,
        settings=settings,
        policy=POLICIES[query.policy],
        days=days,
        history=store.page_history(page.id, first, days[-1].day),
        published=PageFacts() if query.components == "none" else store.published(page.id, first),
        told=_told(days, page.zone, query),
    )
    for series in _vendor(reading):
        if series.points:
            yield series
    for known in _components(store, reading, query.components):
        for series in _component(reading, known):
            if series.points:
                yield series


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    """One vendor as the store told it."""

    page: PageRecord
    settings: VendorConfig
    policy: Policy
    days: list[StampedDay]
    history: PageHistory
    published: PageFacts
    told: Mapping[Labels, Sequence[tuple[date, int]]]
    """When each day is told, by the labels under which."""

    def days_of(
        self, history: History, seen_at: datetime, gone_at: datetime | None
    ) -> list[StampedDay]:
        """Return the days on which there was such a thing, as far as we know."""
        begins = min(day_of(seen_at, self.page.zone), _first_known(history) or date.max)
        ends = None if gone_at is None else gone_at.timestamp()
        return [
            each for each in self.days if each.day >= begins and (ends is None or each.stamp < ends)
        ]


def _components(store: Store, reading: _Reading, which: str) -> list[KnownComponent]:
    """Return the components that have series, by slug; those that left the page too."""
    if which == "none":
        return []
    known = sorted(store.known_components(reading.page.id), key=lambda each: each.slug)
    if which == "all":
        return known
    levels = store.current(reading.page.id).levels
    critical = named_ids(known, reading.settings.critical)
    return [
        each
        for each in known
        if each.component.id in critical or _failed(each, reading.history, levels)
    ]


def _failed(
    known: KnownComponent, history: PageHistory, levels: Mapping[str, Level | None]
) -> bool:
    """Whether it is on the page and not known to be operational now, or had an outage day."""
    key = known.component.id
    if known.removed_at is None and levels.get(key) is not Level.OPERATIONAL:
        return True
    return any(
        day.level is not None and day.level.is_outage
        for day in history.components[key].days.values()
    )


def _first_known(history: History) -> date | None:
    rows = (day.day for day in history.days.values() if day.level is not None)
    return min((*rows, *(run.first for run in history.quiet)), default=None)


def _vendor(reading: _Reading) -> Iterator[Series]:
    page, history = reading.page, reading.history.vendor
    days = reading.days_of(history, page.added_at, None)
    own: Labels = (("vendor", page.slug),)
    info = {
        "name": page.name,
        "platform": page.platform or "unknown",
        "url": page.url,
        "tier": reading.settings.tier,
    }
    yield Series("vendor_info", own + tuple(info.items()), [(each.stamp, 1) for each in days])
    yield from _days("vendor", own, history, days, reading)
    for length in _WINDOWS:
        yield from _window("vendor", own, _found(history, days, length), length, reading.policy)


def _component(reading: _Reading, known: KnownComponent) -> Iterator[Series]:
    part = known.component
    history = reading.history.components[part.id]
    days = reading.days_of(history, known.first_seen_at, known.removed_at)
    own: Labels = (("vendor", reading.page.slug), ("component", known.slug))
    critical = named_ids([known], reading.settings.critical)
    info = {"name": part.name, "group": part.group or "", "critical": "yes" if critical else "no"}
    yield Series("component_info", own + tuple(info.items()), [(each.stamp, 1) for each in days])
    yield from _days("component", own, history, days, reading)
    for length in _WINDOWS:
        yield from _window("component", own, _found(history, days, length), length, reading.policy)
    yield _formula(own, history, days, known, reading.published)


def _days(
    subject: str, own: Labels, history: History, days: Sequence[StampedDay], reading: _Reading
) -> Iterator[Series]:
    levels = {each.day: _level(history, each.day) for each in days}
    for labels, stamps in reading.told.items():
        points = [(stamp, levels[day]) for day, stamp in stamps if day in levels]
        yield Series(f"{subject}_day_level", (*own, *labels), points)


def _told(
    days: Sequence[StampedDay], zone: tzinfo, query: HistoryQuery
) -> dict[Labels, list[tuple[date, int]]]:
    """Return when each day is told under which labels, as far as that is past; in the order of the
    series.
    """
    today, until = day_of(query.now, zone), query.now - query.settled
    found: dict[Labels, list[tuple[date, int]]] = {}
    for ago in DATES_AGO:
        for closed in (False, True):
            stamps = (
                (each.day, told_at(each.day, ago)) for each in days if (each.day < today) is closed
            )
            told = [(day, int(at.timestamp())) for day, at in stamps if at <= until]
            found[day_labels(ago, closed=closed)] = told
    return found


def _level(history: History, day: date) -> float:
    level = history.day(day).level
    return UNKNOWN if level is None else level


Found = list[tuple[int, WindowFigures]]

_WINDOWS = sorted(WINDOW_DAYS, key=lambda days: f"{days}d")
"""In the order of their labels, which is the order of the series."""

# As on `/metrics`: with no known day "0 outage days" would read as green and is left out.
_FIGURES: Mapping[str, Callable[[WindowFigures], float | None]] = {
    "outage_ratio": lambda found: found.outage_day_ratio,
    "outage_dates": lambda found: found.outage_days if found.known_days else None,
    "major_dates": lambda found: found.major_days if found.known_days else None,
    "disputed_dates": lambda found: found.disputed_days if found.known_days else None,
    "known_dates": lambda found: found.known_days,
    "coverage_ratio": lambda found: found.coverage_ratio,
}


def _found(history: History, days: Sequence[StampedDay], length: int) -> Found:
    return [(each.stamp, figures(history, window_ending(each.day, length))) for each in days]


def _window(
    subject: str, own: Labels, found: Found, length: int, policy: Policy
) -> Iterator[Series]:
    """Yield a window's series: those that the subject has on `/metrics`."""
    labels = (*own, ("window", f"{length}d"))
    for short, value in _FIGURES.items():
        family = f"{subject}_{short}"
        if family not in STATE_FAMILIES or (short == "disputed_dates" and length != LONGEST_WINDOW):
            continue
        told = ((stamp, value(each)) for stamp, each in found)
        yield Series(
            family, labels, [(stamp, number) for stamp, number in told if number is not None]
        )
    weighed = ((stamp, each.downtime_ratio(policy)) for stamp, each in found)
    points = [(stamp, number) for stamp, number in weighed if number is not None]
    yield Series(f"{subject}_downtime_ratio", (*labels, ("policy", policy.name)), points)


def _formula(
    own: Labels,
    history: History,
    days: Sequence[StampedDay],
    known: KnownComponent,
    published: PageFacts,
) -> Series:
    """Return the vendor's own formula for the longest window; it has no value before bars fill the
    whole of it.
    """
    barred = [day.day for day in history.days.values() if day.source is Aspect.BARS]
    barred += [run.first for run in history.quiet if run.source is Aspect.BARS]
    reach = min(barred, default=date.max)
    points = []
    for each in days:
        window = window_ending(each.day, LONGEST_WINDOW)
        if max(window.first, known.component.start_date or window.first) < reach:
            continue  # a cheap way to the answer None
        percent = vendor_formula(known, published, history, window)
        if percent is not None:
            points.append((each.stamp, float(percent / 100)))
    return Series(
        "component_formula_uptime_ratio", (*own, ("window", f"{LONGEST_WINDOW}d")), points
    )
