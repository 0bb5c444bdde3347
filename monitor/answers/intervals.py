"""When a vendor's components were at which bad level over a range of days."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from monitor import history
from monitor.config import VendorConfig
from monitor.days.level_spans import LevelSpan, level_spans
from monitor.model import KnownComponent, by_id
from monitor.store import PageRecord, Store


@dataclass(frozen=True, slots=True, kw_only=True)
class IntervalQuery:
    """The days `first` to `last`, both included, of a page's zone, asked about at `now`.

    `known_at` leaves out what was learnt later; None = everything known at `now`. `raw` leaves out
    the user's overrides.
    """

    first: date
    last: date
    now: datetime
    known_at: datetime | None = None
    raw: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BadIntervals:
    """The spans at bad levels of a page's components, by component and time; `components` are all
    of the page by id, `excluded` those that do not count for the vendor.
    """

    spans: tuple[LevelSpan, ...]
    components: Mapping[str, KnownComponent]
    excluded: frozenset[str]


def bad_intervals(
    store: Store,
    page: PageRecord,
    vendor: VendorConfig,
    query: IntervalQuery,
) -> BadIntervals:
    """Return when each component was at a bad level. Raises ValueError when `last` is before
    `first`.
    """
    moment = history.knowledge_at(query.now, query.known_at)
    facts, days = history.read(
        store,
        page,
        vendor,
        first=query.first,
        last=query.last,
        now=query.now,
        known_at=query.known_at,
        raw=query.raw,
    )
    options = history.options(vendor, page.zone, facts)
    return BadIntervals(
        spans=tuple(
            level_spans(facts, options, days, first=query.first, last=query.last, now=moment)
        ),
        components=by_id(facts.components),
        excluded=days.excluded,
    )
