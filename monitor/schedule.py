"""When pages are read: the only module that imports apscheduler.

The schedule's state is the page row (`due_at`, `lease_until`), not a job store: every tick claims what is due from
the store, so identical replicas share the work and a killed one's pages come back when their lease ends. APScheduler
runs three jobs: the tick, the flush of waiting polls, and the daily clean-up.

A run per page is its own task; one slow or failing page delays no other. Draining is our own because APScheduler's
`shutdown(wait=True)` cancels running coroutines at once.
"""

import asyncio
import logging
import random
from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from typing import Any

from apscheduler.events import EVENT_JOB_MAX_INSTANCES, JobEvent
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from monitor.config import Settings
from monitor.intervals import day_of, zone_named
from monitor.pipeline import Collector
from monitor.store import PageRecord

log = logging.getLogger(__name__)

TICK_SECONDS = 1.0
LEASE_SECONDS = 120.0
"""How long a claimed page is ours. Longer than any poll may take; a killed replica's pages come back after it."""

DRAIN_SECONDS = 8.0
"""How long running polls may finish after a stop was asked for, so that all is over within 10 s."""

REREAD_AFTER = timedelta(hours=2)
"""How long after the page's midnight yesterday's record is read again; vendors settle a day some time after it."""


class Schedule:
    """Runs the collector's work when it is due, until `stop`."""

    def __init__(
        self,
        collector: Collector,
        settings: Settings,
        *,
        clock: Callable[[], datetime],
        on_lag: Callable[[float], None] = lambda _: None,
        on_skipped: Callable[[], None] = lambda: None,
        drain_seconds: float = DRAIN_SECONDS,
    ) -> None:
        self._collector = collector
        self._settings = settings
        self._clock = clock
        self._on_lag = on_lag
        self._on_skipped = on_skipped
        self._drain_seconds = drain_seconds
        self._running: dict[int, asyncio.Task[None]] = {}
        self._scheduler = AsyncIOScheduler(
            timezone="UTC",
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        self._stopping = False
        self._last_tick: datetime | None = None

    @property
    def problem(self) -> str | None:
        """Say what keeps the schedule from working, for readiness; None when it is alive."""
        if self._stopping or not self._scheduler.running:
            return "the scheduler is not running"
        late = self._last_tick is None or self._clock() - self._last_tick > timedelta(seconds=30 * TICK_SECONDS)
        return "the scheduler has not ticked for 30 s" if late else None

    async def start(self) -> None:
        """Spread first runs, then start ticking."""
        await self._collector.db(self._spread)
        add = self._scheduler.add_job
        self._scheduler.add_listener(self._skipped, EVENT_JOB_MAX_INSTANCES)
        add(self.tick, "interval", seconds=TICK_SECONDS, id="tick", next_run_time=self._clock())
        add(self._collector.flush, "interval", seconds=TICK_SECONDS, id="flush")
        add(
            self._prune, "interval", hours=24, jitter=3600, id="prune", next_run_time=self._clock() + timedelta(hours=1)
        )
        self._last_tick = self._clock()
        self._scheduler.start()

    def _spread(self) -> None:
        """Give pages that were never read a first run somewhere in their interval, few pages all soon."""
        store = self._collector.store
        new = [page for page in store.pages() if page.last_poll_at is None]
        within = min(len(new) / 4, min((page.interval_seconds for page in new), default=0))
        now = self._clock()
        for page in new:
            store.set_due(page.id, now + timedelta(seconds=random.uniform(0, within)))  # noqa: S311

    def _skipped(self, _event: JobEvent) -> None:
        self._on_skipped()

    async def tick(self) -> None:
        """Claim the pages that are due and start a task for each."""
        now = self._clock()
        self._last_tick = now
        free = self._settings.concurrency - len(self._running)
        if free <= 0 or self._stopping:
            return
        store = self._collector.store
        for page in await self._collector.db(store.claim_due, now=now, limit=free, lease_seconds=LEASE_SECONDS):
            if page.due_at is not None:
                self._on_lag(max(0.0, (now - page.due_at).total_seconds()))
            self._launch(page)

    def _launch(self, page: PageRecord) -> None:
        if page.id in self._running or page.slug not in self._collector.vendors:
            return
        task = asyncio.create_task(self._guard(page, self._work(page)), name=f"page {page.slug}")
        self._running[page.id] = task
        task.add_done_callback(lambda _: self._running.pop(page.id, None))

    async def _guard(self, page: PageRecord, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except Exception:
            # A bug in one platform must not stop the watch over the others; the page stays uncovered and due.
            log.exception("bug while reading vendor=%s", page.slug)

    async def _work(self, page: PageRecord) -> None:
        result = await self._collector.poll(page)
        if result.error is not None or self._stopping:
            return
        if page.last_success_at is None and self._settings.backfill_days:
            await self._first_backfill(page.slug)
        elif self._reread_due(page):
            await self._collector.reread(await self._fresh(page.slug))

    async def _fresh(self, slug: str) -> PageRecord:
        await self._collector.flush()
        return (await self._collector.db(self._collector.store.pages, [slug]))[0]

    async def _first_backfill(self, slug: str) -> None:
        since = self._clock() - timedelta(days=self._settings.backfill_days)
        page = await self._fresh(slug)
        await self._collector.backfill(page, since)

    def _reread_due(self, page: PageRecord) -> bool:
        """Whether the page's day is old enough and its last days were not read again on it."""
        local = day_of(self._clock() - REREAD_AFTER, zone_named(page.zone))
        return page.reread_day is None or page.reread_day < local

    async def _prune(self) -> None:
        settings = self._settings
        await self._collector.db(
            self._collector.store.prune,
            now=self._clock(),
            snapshot_days=settings.snapshot_days,
            poll_days=settings.poll_days,
        )

    async def stop(self) -> None:
        """Stop claiming, let running polls finish for `drain_seconds`, cancel the rest, write what is waiting."""
        self._stopping = True
        for job in self._scheduler.get_jobs():
            job.remove()
        running = list(self._running.values())
        if running:
            _, late = await asyncio.wait(running, timeout=self._drain_seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        await self._collector.flush()
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
