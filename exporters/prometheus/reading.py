"""One vendor as the store has it at a scrape."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from exporters.prometheus.cache import CacheKey
from exporters.samples import DATES_AGO, LONGEST_WINDOW, Sample, day_level
from monitor import overrides
from monitor.answers import verdict
from monitor.component_patterns import left_out, named_ids
from monitor.config import VendorConfig
from monitor.days.since import DAYS, Since, outage_since
from monitor.history import options
from monitor.model import History, KnownComponent, Level, PageFacts, PageHistory
from monitor.ratios import WindowFigures, figures, reported_ratios, window_ending
from monitor.standing import Verdict, is_bad, is_outage
from monitor.store import CurrentState, PageState, Store


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorReading:
    """One vendor as the store has it, and the settings its figures rest on.

    `critical` are the ids of the components the settings name; `verdict` is what the counted ones
    came to at the last success; `printed_uptimes` are the page's own, by component
    id (None = the page) and days. `record` is what the vendor published.
    """

    key: CacheKey
    settings: VendorConfig
    current: CurrentState
    critical: frozenset[str]
    verdict: Verdict
    since: Since
    history: PageHistory
    record: PageFacts
    printed_uptimes: Mapping[tuple[str | None, int], float]
    revised_days: int

    def history_of(self, component_id: str) -> History:
        """Return a component's days; all are unknown where none were derived."""
        nothing = History(first=self.key.today, last=self.key.today, days={})
        return self.history.components.get(component_id, nothing)

    def figures(self, history: History, days: int) -> WindowFigures:
        """Return what the window of so many days that ends with the page's today adds up to."""
        return figures(history, window_ending(self.key.today, days))

    def day_levels(self, subject: str, history: History, current: Level | None) -> Iterator[Sample]:
        """Yield the levels of the page's days that have begun; `current` is the level now."""
        for ago in DATES_AGO:
            day = self.key.utc_today - timedelta(days=ago)
            if day > self.key.today:
                continue
            is_closed = day < self.key.today
            level = history.day(day).level if is_closed else self._today(history, current)
            yield day_level(subject, ago, level, is_closed=is_closed)

    def _today(self, history: History, current: Level | None) -> Level | None:
        """Return today's level so far: what was derived, or anything worse that holds now, if that
        was read today.

        Until today is derived for the first time, what holds now is all that is known of it.
        """
        key = self.key
        derived_level = history.day(key.today).level
        is_derived = key.derived_day is not None and key.derived_day >= key.today
        if current is None or not key.was_read_today or (is_derived and not is_bad(current)):
            return derived_level
        return current if derived_level is None else max(derived_level, current)

    def exported_components(self, which: str) -> Sequence[KnownComponent]:
        """Return the components that have series, by the setting `component_metrics`: all, none, or
        those that matter now or did in the longest window.
        """
        if which == "all":
            return self.current.components
        if which != "degraded":
            return []
        return [entry for entry in self.current.components if self._matters(entry.component.id)]

    def _matters(self, component_id: str) -> bool:
        """Whether it is marked critical, not known to be operational now, or had an outage day."""
        if component_id in self.critical:
            return True
        if self.current.levels.get(component_id) is not Level.OPERATIONAL:
            return True
        return self.history_of(component_id).has_outage


def read_vendor(
    store: Store,
    page: PageState,
    key: CacheKey,
    settings: VendorConfig,
) -> VendorReading:
    """Read the vendor. Raises what the store raises."""
    first = key.today - timedelta(days=LONGEST_WINDOW - 1)
    current, record = store.current(page.id), store.published(page.id, first)
    # What the settings leave out now, not when the days were derived last.
    current = replace(current, excluded=left_out(current.components, settings))
    return VendorReading(
        key=key,
        settings=settings,
        current=current,
        critical=named_ids(current.components, settings.critical),
        verdict=verdict(current, settings.min_coverage),
        since=_since(store, page, settings, current),
        history=store.listed_history(page.id, first, key.today),
        record=record,
        printed_uptimes=reported_ratios(record),
        revised_days=store.revised_days(page.id, first, key.today),
    )


def _since(store: Store, page: PageState, settings: VendorConfig, current: CurrentState) -> Since:
    """Return since when outages go on. What was told and seen is read only of pages that are in
    one.
    """
    read_at = page.last_success_at
    if read_at is None or not any(map(is_outage, current.levels.values())):
        return Since()
    facts = store.facts(page.id, since=read_at - timedelta(days=DAYS))
    facts = overrides.apply(facts, settings.overrides)
    return outage_since(facts, options(settings, page.zone, facts), read_at)
