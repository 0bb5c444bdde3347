"""What polls and backfills work with, and what both do."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.bounds import bounded, require_few_new
from monitor.clocks import ClockLedger
from monitor.collect.driver import Driver
from monitor.collect.reports import Reports
from monitor.collect.watched import Watched
from monitor.kit.protocol import PageContext
from monitor.model import Evidence
from monitor.store import PageRecord, Store
from monitor.writer import PageCache, Writer


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The parts of one collector."""

    clock: Callable[[], datetime]
    clocks: ClockLedger
    store: Store
    writer: Writer
    watched: Watched
    driver: Driver
    reports: Reports

    def context(self, page: PageRecord, memory: PageCache) -> PageContext:
        """Return what the page's platform is told of it now."""
        return self.watched.context(page, memory, self.clock())

    async def bounded(self, page: PageRecord, memory: PageCache, evidence: Evidence) -> Evidence:
        """Return evidence within the page's bounds. Raises TooManyComponents or NameTooLong."""
        bounds = self.watched.vendors[page.slug].bounds
        evidence = bounded(evidence, bounds, url=page.url)
        new = {component.id for component in evidence.components or ()} - memory.component_ids
        if new:
            since = self.clock() - timedelta(days=1)
            count = await self.writer.db(self.store.count_new, page.id, new, since=since)
            require_few_new(count, bounds, url=page.url)
        return evidence

    async def healed(self, page: PageRecord) -> PageRecord:
        """Return the page after what is stored of it later than now was re-timed or set aside."""
        await self.writer.flush()
        healed = await self.writer.heal(page)
        if healed is not page:
            self.clocks.healed()
        return healed
