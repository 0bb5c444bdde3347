"""What the tables need of one vendor, read from the store."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from exporters.history_query import HistoryQuery
from exporters.names import NO_NAMES, name_columns
from exporters.samples import LONGEST_WINDOW
from monitor.config import VendorConfig
from monitor.intervals import day_interval, day_of
from monitor.model import History, KnownComponent, PageFacts, PageHistory, Window
from monitor.store import PageRecord, Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """The vendor itself or one of its components: its own columns, its days, and the last of them
    that has rows.
    """

    columns: dict[str, Any]
    history: History
    last: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Extract:
    """One vendor as the store holds it, its settings, and the days that are asked for. `known_at`
    leaves out what was learnt later (None = nothing), `is_raw` the user's overrides.
    """

    store: Store
    page: PageRecord
    vendor: VendorConfig
    query: HistoryQuery
    window: Window
    history: PageHistory
    facts: PageFacts
    known_at: datetime | None = None
    is_raw: bool = False

    def subjects(self) -> Iterator[Subject]:
        """Yield the vendor itself, then its components by slug; one that left the page ends on the
        day it left.
        """
        vendor = {
            "vendor": self.page.slug,
            "zone": self.page.zone_name,
            **NO_NAMES,
            "excluded": None,
        }
        yield Subject(columns=vendor, history=self.history.vendor, last=self.window.last)
        if self.query.components == "none":
            return
        for entry in sorted(self.facts.components, key=lambda entry: entry.slug):
            yield self._component(vendor, entry)

    def subjects_by_id(self) -> dict[str | None, Subject]:
        """Return the vendor itself (None) and its components by their ids."""
        return {subject.columns["component_id"]: subject for subject in self.subjects()}

    def _component(self, vendor: dict[str, Any], entry: KnownComponent) -> Subject:
        part, last = entry.component, self.window.last
        if entry.removed_at is not None:
            last = min(last, day_of(entry.removed_at, self.page.zone))
        columns = vendor | {
            **name_columns(entry.slug, part),
            "excluded": part.id in self.history.excluded,
        }
        return Subject(columns=columns, history=self.history.components[part.id], last=last)


def read(store: Store, page: PageRecord, vendor: VendorConfig, query: HistoryQuery) -> Extract:
    """Return what the tables need of one vendor. The last day is `query.until`, or today in the
    page's zone.
    """
    window = query.window(day_of(query.now, page.zone))
    reach = timedelta(days=LONGEST_WINDOW - 1)
    return Extract(
        store=store,
        page=page,
        vendor=vendor,
        query=query,
        window=window,
        history=store.page_history(page.id, window.first - reach, window.last),
        facts=store.facts(page.id, since=day_interval(window.first, page.zone).start),
    )
