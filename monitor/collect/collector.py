"""The collector: it puts the parts together, polls, backfills, and hands on to the writer.

Page errors are caught where a poll or a backfill ends, nowhere else: a page that cannot be read is
recorded as failed, and the others go on.
"""

import random
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial

from monitor.clocks import ClockLedger
from monitor.collect import detection, timing
from monitor.collect.backfills import Backfills
from monitor.collect.detection import Detection
from monitor.collect.driver import Driver
from monitor.collect.identification import Identification
from monitor.collect.observer import NoObserver, PollObserver
from monitor.collect.parts import Parts
from monitor.collect.polls import Polls
from monitor.collect.reports import Reports
from monitor.collect.results import BackfillResult, PollResult, Progress
from monitor.collect.session import Answers, FetchSession
from monitor.collect.timetable import Timetable
from monitor.collect.vendor_settings import Headers, VendorSettings
from monitor.config import EVIDENCE_BAD_DAYS, VendorConfig
from monitor.fetch import Fetches, Limits
from monitor.store import PageRecord, Store
from monitor.writer import RETRY_SECONDS, Writer


class Collector:
    """Polls, backfills and derives pages.

    Polls that found nothing new are written together (`flush`).
    """

    def __init__(
        self,
        store: Store,
        fetcher: Fetches,
        vendors: Mapping[str, VendorConfig],
        *,
        clock: Callable[[], datetime],
        observer: PollObserver | None = None,
        flush_after: int = 100,
        keep_snapshots: bool = True,
        evidence: str = EVIDENCE_BAD_DAYS,
        headers: Mapping[str, Headers] | None = None,
        timer: Callable[[], float] = time.monotonic,
        retry_seconds: float = RETRY_SECONDS,
        uniform: timing.Uniform = random.uniform,
    ) -> None:
        observer = observer or NoObserver()
        self.clocks = ClockLedger(timer)
        self.store = store
        self.vendors = dict(vendors)
        self._settings = VendorSettings(self.vendors, headers or {})
        self._timetable = Timetable(self._settings, clock=clock, uniform=uniform)
        self._driver = Driver(fetcher, clock=clock, clocks=self.clocks)
        self.writer = Writer(
            store,
            self.vendors,
            clock=clock,
            on_revised=observer.revised,
            flush_after=flush_after,
            keep_snapshots=keep_snapshots,
            evidence=evidence,
            retry_seconds=retry_seconds,
        )
        parts = Parts(
            clock=clock,
            clocks=self.clocks,
            store=store,
            writer=self.writer,
            settings=self._settings,
            driver=self._driver,
            reports=Reports(observer),
        )
        identification = Identification(parts)
        self._polls = Polls(parts, identification=identification, timetable=self._timetable)
        self._backfills = Backfills(parts, identification=identification)

    def configure(
        self, vendors: Mapping[str, VendorConfig], headers: Mapping[str, Headers]
    ) -> None:
        """Read pages with these settings from now on; vendors that are gone stay known."""
        self._settings.configure(vendors, headers)
        self._timetable.clear()

    async def close(self) -> None:
        """Write what is waiting and end the writer's thread. The store stays open."""
        await self.writer.close()

    async def flush(self) -> None:
        """Write the polls that are waiting and derive the days of the pages that had news."""
        await self.writer.flush()

    async def derive(self, slug: str, *, since: datetime | None = None) -> int:
        """Derive the days that facts have touched since the last time.

        Returns the number of revised days.
        """
        return await self.writer.derive(slug, since=since)

    async def poll(
        self, page: PageRecord, *, answers: Answers | None = None, gives_way: bool = False
    ) -> PollResult:
        """Read the page's current state once, keep it, and set when it is due again.

        A PageError is in the result. `answers` takes what the page answered, for a backfill at
        once. What `gives_way` holds up no other reading.
        """
        return await self._polls.poll(page, answers=answers, gives_way=gives_way)

    async def backfill(
        self,
        page: PageRecord,
        since: datetime,
        *,
        again: bool = False,
        progress: Progress | None = None,
        answers: Answers | None = None,
        gives_way: bool = False,
    ) -> BackfillResult:
        """Rebuild the page's history back to `since` from the vendor's own records.

        The best source comes first. `again` asks anew also for what an earlier run completed. What
        was read stays when a later request fails: the result then carries gaps or an error, and the
        next run goes on from there. `answers` of a poll just before are used instead of asking
        again. What `gives_way` holds up no other reading.
        """
        return await self._backfills.backfill(
            page, since, again=again, progress=progress, answers=answers, gives_way=gives_way
        )

    async def reread(self, page: PageRecord, *, gives_way: bool = False) -> BackfillResult:
        """Read the last days of history again.

        Vendors edit a day's record until some hours after it closed.
        """
        return await self._backfills.reread(page, gives_way=gives_way)

    def session(self, page: PageRecord) -> FetchSession:
        """Return the bookkeeping for a detection of the page, with the page's limits."""
        return self._settings.session(page)

    async def detect(self, url: str, session: FetchSession | None = None) -> Detection:
        """Return the platform of the page at this URL; see `detection.detect`."""
        session = session or FetchSession(url, Limits())
        return await detection.detect(url, partial(self._driver.ask, session=session))
