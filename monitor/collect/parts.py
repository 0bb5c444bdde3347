"""What polls and backfills work with, and what both do."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.bounds import apply_bounds, require_few_new
from monitor.clocks import ClockLedger
from monitor.collect.driver import Driver
from monitor.collect.reports import Reports
from monitor.collect.vendor_settings import VendorSettings
from monitor.kit.protocol import PageContext
from monitor.model import Evidence, id_set
from monitor.store import PageRecord, Store
from monitor.writer import PageCache, Writer


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The parts of one collector."""

    clock: Callable[[], datetime]
    clocks: ClockLedger
    store: Store
    writer: Writer
    settings: VendorSettings
    driver: Driver
    reports: Reports

    def context(self, page: PageRecord, cache: PageCache) -> PageContext:
        """Return what the page's platform is told of it now."""
        return self.settings.context(page, cache, self.clock())

    async def within_bounds(
        self, page: PageRecord, cache: PageCache, evidence: Evidence
    ) -> Evidence:
        """Return evidence within the page's bounds. Raises TooManyComponents or NameTooLong."""
        bounds = self.settings.vendors[page.slug].bounds
        evidence = apply_bounds(evidence, bounds, url=page.url)
        new = id_set(evidence.components or ()) - cache.component_ids
        if new:
            since = self.clock() - timedelta(days=1)
            count = await self.writer.db(self.store.count_new, page.id, new, since=since)
            require_few_new(count, bounds, url=page.url)
        return evidence

    async def heal(self, page: PageRecord) -> PageRecord:
        """Re-time or set aside what is stored of the page later than now; return the page as it is
        then.
        """
        await self.writer.flush()
        page_now = await self.writer.heal(page)
        if page_now is not page:
            self.clocks.note_healed()
        return page_now
