"""Past days as series: what `/metrics` says that stays true of a day when it is over, one value a
day.

The names and labels are those of `exporters.samples`, so that history and live scrapes are one
series. A value is stamped 12:00 UTC of its day, never in the future; a day is the page's. A window
is the one that ends with that day, and every value is what we know of that day *now*: a vendor that
rewrote its past rewrote it here too. What is unknown has no value, but of a day `UNKNOWN`. A day's
level has the labels it has when it is scraped: it is told on its own date, on the next, and at the
end of the one after, where it goes before what was scraped (`told_at`). Reads the store; writes
nothing.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from operator import attrgetter

from exporters.history_query import HistoryQuery, LevelStamps, StampedDay, level_stamps
from exporters.samples import (
    LONGEST_WINDOW,
    WINDOW_DAYS,
    component_info,
    component_labels,
    day_level,
    formula_sample,
    vendor_info,
    vendor_labels,
    window_samples,
)
from exporters.series import Series, series_of
from exporters.text_format import Labels
from monitor.component_patterns import named_ids
from monitor.config import VendorConfig
from monitor.intervals import day_of
from monitor.model import Aspect, History, KnownComponent, Level, PageFacts, PageHistory
from monitor.ratios import POLICIES, Policy, figures, window_ending
from monitor.store import PageRecord, Store


def vendor_series(
    store: Store,
    page: PageRecord,
    settings: VendorConfig,
    query: HistoryQuery,
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
        record=PageFacts() if query.components == "none" else store.published(page.id, first),
        level_stamps=list(level_stamps(days, page.zone, query)),
    )
    yield from _vendor(reading)
    for entry in _components(store, reading, query.components):
        yield from _component(reading, entry)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    """One vendor as the store has it."""

    page: PageRecord
    settings: VendorConfig
    policy: Policy
    days: list[StampedDay]
    history: PageHistory
    record: PageFacts
    level_stamps: list[LevelStamps]

    def days_of(
        self, history: History, first_seen_at: datetime, removed_at: datetime | None
    ) -> list[StampedDay]:
        """Return the days on which there was such a thing, as far as we know."""
        first_known = _first_known(history) or date.max
        first = min(day_of(first_seen_at, self.page.zone), first_known)
        end = math.inf if removed_at is None else removed_at.timestamp()
        return [item for item in self.days if item.day >= first and item.stamp < end]


def _first_known(history: History) -> date | None:
    return min(_known_days(history), default=None)


def _known_days(history: History) -> Iterator[date]:
    """Yield the days whose level is known, of each quiet run the first alone."""
    for run in history.quiet:
        yield run.first
    for row in history.days.values():
        if row.level is not None:
            yield row.day


def _components(store: Store, reading: _Reading, which: str) -> list[KnownComponent]:
    """Return the components that have series, by slug; those that left the page too."""
    if which == "none":
        return []
    components = sorted(store.known_components(reading.page.id), key=attrgetter("slug"))
    if which == "all":
        return components
    levels = store.current(reading.page.id).levels
    critical = named_ids(components, reading.settings.critical)
    return [
        entry
        for entry in components
        if entry.component.id in critical or _matters(entry, reading.history, levels)
    ]


def _matters(
    entry: KnownComponent, history: PageHistory, levels: Mapping[str, Level | None]
) -> bool:
    """Whether it is on the page and not known to be operational now, or had an outage day."""
    key = entry.component.id
    if entry.removed_at is None and levels.get(key) is not Level.OPERATIONAL:
        return True
    return history.components[key].has_outage


def _vendor(reading: _Reading) -> Iterator[Series]:
    page, history = reading.page, reading.history.vendor
    own, days = vendor_labels(page.slug), reading.days_of(history, page.added_at, None)
    info = vendor_info(
        name=page.name, platform=page.platform, url=page.url, tier=reading.settings.tier
    )
    yield from series_of(own, _stamps(days), [(info,)] * len(days))
    yield from _level_series("vendor", own, history, days, reading)
    yield from _window_series("vendor", own, history, days, reading.policy)


def _component(reading: _Reading, entry: KnownComponent) -> Iterator[Series]:
    history = reading.history.components[entry.component.id]
    own = component_labels(reading.page.slug, entry)
    days = reading.days_of(history, entry.first_seen_at, entry.removed_at)
    critical = named_ids([entry], reading.settings.critical)
    info = component_info(entry, critical=bool(critical))
    yield from series_of(own, _stamps(days), [(info,)] * len(days))
    yield from _level_series("component", own, history, days, reading)
    yield from _window_series("component", own, history, days, reading.policy)
    yield from _formula_series(own, history, days, entry, reading.record)


def _stamps(days: Sequence[StampedDay]) -> list[int]:
    return [item.stamp for item in days]


def _level_series(
    subject: str,
    own: Labels,
    history: History,
    days: Sequence[StampedDay],
    reading: _Reading,
) -> Iterator[Series]:
    levels = {item.day: history.day(item.day).level for item in days}
    for ago, is_closed, every in reading.level_stamps:
        stamped_days = [item for item in every if item.day in levels]
        rows = [
            (day_level(subject, ago, levels[item.day], is_closed=is_closed),)
            for item in stamped_days
        ]
        yield from series_of(own, _stamps(stamped_days), rows)


def _window_series(
    subject: str,
    own: Labels,
    history: History,
    days: Sequence[StampedDay],
    policy: Policy,
) -> Iterator[Series]:
    for length in sorted(WINDOW_DAYS, key=str):  # in the order of their labels
        windows = [figures(history, window_ending(item.day, length)) for item in days]
        rows = [window_samples(subject, length, window, policy) for window in windows]
        yield from series_of(own, _stamps(days), rows)


def _formula_series(
    own: Labels,
    history: History,
    days: Sequence[StampedDay],
    entry: KnownComponent,
    record: PageFacts,
) -> Iterator[Series]:
    """Yield the vendor's own formula. Days whose window no bars can fill are not worked out, which
    would take long to say nothing.
    """
    first_bar = _first_bar(history)
    start = entry.component.start_date or date.min
    rows, stamps = [], []
    for item in days:
        window = window_ending(item.day, LONGEST_WINDOW)
        if max(window.first, start) >= first_bar:
            rows.append((formula_sample(entry, record, history, item.day),))
            stamps.append(item.stamp)
    yield from series_of(own, stamps, rows)


def _first_bar(history: History) -> date:
    """Return the first day that rests on the vendor's bars; the last there is when none does."""
    return min(_days_of_bars(history), default=date.max)


def _days_of_bars(history: History) -> Iterator[date]:
    """Yield the days that rest on the vendor's bars, of each quiet run the first alone."""
    for run in history.quiet:
        if run.source is Aspect.BARS:
            yield run.first
    for row in history.days.values():
        if row.source is Aspect.BARS:
            yield row.day
