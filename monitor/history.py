"""Read one page's facts and classify them: the one way days are made, for the schedule, reports and
rebuilds alike.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta, tzinfo

from monitor import overrides
from monitor.clocks import believable, is_ahead
from monitor.component_patterns import left_out
from monitor.config import VendorConfig
from monitor.day_range import gap_seconds
from monitor.days.classify import Options, derive
from monitor.intervals import day_interval
from monitor.model import KnownComponent, PageFacts, PageHistory
from monitor.store import PageRecord, Store


def options(vendor: VendorConfig, zone: tzinfo, facts: PageFacts) -> Options:
    """Return how the days of a page in this zone are to be classified."""
    return Options(
        zone=zone,
        impact_mapping=vendor.impact_mapping,
        exclude=left_out(facts.components, vendor),
        min_outage_seconds=vendor.min_outage_seconds,
        min_coverage=vendor.min_coverage,
        interval_seconds=vendor.interval_seconds,
    )


def knowledge_at(now: datetime, known_at: datetime | None) -> datetime:
    """Return the instant whose knowledge counts: nothing that is learnt after now is known."""
    return min(now, known_at or now)


def read(
    store: Store,
    page: PageRecord,
    vendor: VendorConfig,
    *,
    first: date,
    last: date,
    now: datetime,
    known_at: datetime | None = None,
    raw: bool = False,
    with_gone: bool = True,
) -> tuple[PageFacts, PageHistory]:
    """Return the page's facts as known at `known_at` (None = now) and the days they give from
    `first` to `last`.

    The facts are as the user has overridden them, unless `raw`. Without `with_gone`, components
    that had left the page before the first day have no days: nothing new can be said of them, and
    there may be very many. What is stored as read later than `now`, by a clock that was ahead, is
    not believed.
    """
    facts = read_facts(store, page, vendor, first=first, now=now, known_at=known_at, raw=raw)
    moment = knowledge_at(now, known_at)
    how = options(vendor, page.zone, facts)
    about = facts if with_gone else _without_gone(facts, day_interval(first, page.zone).start)
    return facts, derive(about, how, first=first, last=last, now=moment)


def read_facts(
    store: Store,
    page: PageRecord,
    vendor: VendorConfig,
    *,
    first: date,
    now: datetime,
    known_at: datetime | None = None,
    raw: bool = False,
) -> PageFacts:
    """Return the page's facts that bear on the days from `first` on, as `read` does."""
    # What ended shortly before the first day explains what a poll still saw, and held on to, at its
    # beginning.
    margin = timedelta(seconds=gap_seconds(vendor.interval_seconds) + vendor.interval_seconds)
    since = day_interval(first, page.zone).start - margin
    facts = store.facts(page.id, known_at=known_at, since=since)
    if is_ahead(page, now):
        facts = believable(facts, store.last_reading(page.id, now=now), now)
    return facts if raw else overrides.apply(facts, vendor.overrides)


def _without_gone(facts: PageFacts, start: datetime) -> PageFacts:
    return replace(facts, components=tuple(_present_since(facts.components, start)))


def _present_since(
    components: Iterable[KnownComponent], start: datetime
) -> Iterator[KnownComponent]:
    for component in components:
        if component.removed_at is None or component.removed_at >= start:
            yield component
