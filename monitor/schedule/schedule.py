"""Claims the pages that are due and has them read.

The schedule's state is the page row (`due_at`, `lease_until`), not a job store: every tick claims
what is due from the store, so identical replicas share the work and a killed one's pages come back
when their lease ends. Where more is due than there is room for, the next is claimed as soon as a
poll ends and not at the next tick.

A run per page is its own task; one slow or failing page delays no other.
"""

import asyncio
import contextlib
import logging
import random
import time
from collections.abc import Callable, Collection, Coroutine, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from monitor.applied_settings import put_in_force
from monitor.collect import Answers, Collector, Headers, timing
from monitor.config import Settings
from monitor.errors import StoreError
from monitor.fetch import half
from monitor.load import Load, wanted_per_second
from monitor.lookups import by_slug
from monitor.schedule.histories import Describe, Histories
from monitor.schedule.loops import STALLED_SECONDS, STUCK_SECONDS, attempt, every_tick
from monitor.schedule.pruning import Pruning
from monitor.schedule.retiming import Retiming
from monitor.schedule.tasks import PageTasks
from monitor.settings_changes import differing_slugs, vendors_meanwhile
from monitor.store import PageRecord

log = logging.getLogger(__package__)

DRAIN_SECONDS = 5.0
"""How long running polls may finish after a stop was asked for, so that all is over within 10 s,
busy as we may be."""

LAST_WRITE_SECONDS = 1.0
"""How long the database may take at the end for what was read last; connecting anew may take a
second more."""

_OF_DRAIN = 0.6
"""Share of that time for which the database is waited for, so that what it holds up ends before the
rest."""

SAY_LOAD_SECONDS = 3600.0
"""How often the log says that more polls are asked for than can be done."""


@dataclass(frozen=True, slots=True)
class _NewSettings:
    """Settings that are to be in force."""

    settings: Settings
    headers: Mapping[str, Headers]


class Schedule:
    """Runs the collector's work when it is due, until `stop`."""

    def __init__(
        self,
        collector: Collector,
        settings: Settings,
        *,
        clock: Callable[[], datetime],
        on_lag: Callable[[float], None] = lambda _: None,
        on_load: Callable[[float], None] = lambda _: None,
        on_skipped: Callable[[], None] = lambda: None,
        on_alive: Callable[[], None] = lambda: None,
        describe: Describe = lambda _page, _days: "",
        drain_seconds: float = DRAIN_SECONDS,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self._collector = collector
        self._writer = collector.writer
        self._store = collector.store
        self._settings = settings
        self._vendors = dict(collector.vendors)
        self._changing_slugs: frozenset[str] = frozenset()
        self._new_settings: _NewSettings | None = None
        self._clock = clock
        self._on_lag = on_lag
        self._on_load = on_load
        self._on_skipped = on_skipped
        self._on_alive = on_alive
        self._drain_seconds = drain_seconds
        self._timer = timer
        self._tasks = PageTasks(timer)
        self._histories = Histories(
            collector, settings.backfill_days, clock=clock, describe=describe
        )
        self._retiming = Retiming(collector, clock=clock, timer=timer)
        self._pruning = Pruning(self._prune)
        self._poll_started_at: dict[int, float] = {}
        self._leases_to_end: dict[int, datetime] = {}
        self._loops: list[asyncio.Task[None]] = []
        self._stop = asyncio.Event()
        self._claiming = asyncio.Lock()
        self._has_backlog = False
        self._load_logged_at: float | None = None
        self._last_tick_at: float | None = None

    @property
    def problem(self) -> str | None:
        """Say what keeps the schedule from working, for readiness; None when it is alive."""
        if self._stop.is_set() or not self._pruning.is_running:
            return "the scheduler is not running"
        if self._ticked_within(STALLED_SECONDS):
            return None
        return f"the scheduler has not ticked for {STALLED_SECONDS:.0f} s"

    @property
    def settings(self) -> Settings:
        """The settings that are in force, or are as soon as what is being read is kept."""
        return self._settings

    def _ticked_within(self, seconds: float) -> bool:
        return self._last_tick_at is not None and self._timer() - self._last_tick_at <= seconds

    def reconfigure(self, settings: Settings, headers: Mapping[str, Headers]) -> None:
        """Read pages by these settings from the next tick on; one that is being read is read to its
        end by the old.

        `headers` are those of the vendors that have some, by slug. Settings given before and not
        yet in force are left out.
        """
        self._new_settings = _NewSettings(settings, headers)

    async def start(self) -> None:
        """Spread first runs, then start ticking."""
        await self._retiming.retime()
        await self._writer.db(self._spread, None)
        self._last_tick_at = self._timer()
        self._pruning.start(self._clock())
        every = partial(every_tick, stop=self._stop, on_skipped=self._on_skipped)
        self._loops = [
            asyncio.create_task(every(self.tick), name="tick"),
            asyncio.create_task(every(self._writer.flush), name="flush"),
            asyncio.create_task(every(self._sign_of_life), name="sign of life"),
            asyncio.create_task(self._refill(), name="refill"),
        ]

    def _spread(self, slugs: Collection[str] | None) -> None:
        """Give pages that were never read, of these, a first run somewhere in their interval, few
        pages all soon.
        """
        new = [page for page in self._store.pages(slugs) if page.last_poll_at is None]
        within = timing.first_runs_within(page.interval_seconds for page in new)
        now = self._clock()
        for page in new:
            self._store.set_due(page.id, timing.first_due(now, within, random.uniform))

    async def tick(self) -> None:
        """Claim the pages that are due and start a task for each."""
        self._last_tick_at = self._timer()
        self._report_load()
        await self._care_for_store()
        async with self._claiming:  # no page is begun by other settings than it is claimed by
            await self._apply_settings()
        await self._claim()

    async def _sign_of_life(self) -> None:
        """Say that the loop turns, unless the ticks in it have got stuck for longer than any
        wait.
        """
        if self._ticked_within(STUCK_SECONDS):
            self._on_alive()

    async def _refill(self) -> None:
        """Claim again whenever polls have ended, as long as more is due than there was room for."""
        while not self._stop.is_set():
            await self._tasks.has_room.wait()
            self._tasks.has_room.clear()
            if self._has_backlog or self._histories:
                await attempt(self._claim)

    @property
    def load(self) -> Load:
        """What the pages' intervals ask of this process, by how long its polls took lately."""
        intervals = (vendor.interval_seconds for vendor in self._vendors.values())
        return Load(
            wanted_per_second=wanted_per_second(intervals),
            concurrency=self._settings.concurrency,
            poll_seconds=self._tasks.poll_seconds,
        )

    def _report_load(self) -> None:
        """Tell how much is asked of us, and log it once an hour where that is too much."""
        load, now = self.load, self._timer()
        self._on_load(load.ratio)
        is_due = self._load_logged_at is None or now - self._load_logged_at >= SAY_LOAD_SECONDS
        if load.problem is not None and is_due:
            self._load_logged_at = now
            log.warning("%s, unless other replicas share the work", load.problem)

    async def _care_for_store(self) -> None:
        """Give back the pages that a trouble of the store kept us from reading, and write when
        nobody has for long.
        """
        leases = dict(self._leases_to_end)
        if leases:
            await self._writer.db(self._store.release, leases)
            for page_id, lease in leases.items():
                if self._leases_to_end[page_id] == lease:
                    del self._leases_to_end[page_id]
        if self._store.health.is_silent:
            await self._writer.db(self._store.beat)

    async def _apply_settings(self) -> None:
        """Watch what the new settings name, as far as nothing is being read of it; the rest at a
        later tick.

        No page is claimed meanwhile.
        """
        new = self._new_settings
        if new is None:
            return
        next_vendors = by_slug(new.settings.vendors)
        busy = self._tasks.slugs | self._writer.waiting_slugs()
        changing = differing_slugs(self._vendors, next_vendors) & busy
        vendors = vendors_meanwhile(self._vendors, next_vendors, changing)
        if vendors != self._vendors or new.settings is not self._settings:
            await self._writer.db(
                put_in_force, self._store, new.settings, vendors.values(), self._clock()
            )
            new_slugs = vendors.keys() - self._vendors.keys()
            self._vendors = vendors
            await self._writer.db(self._spread, new_slugs)
        self._collector.configure(vendors, new.headers)
        self._settings, self._changing_slugs = new.settings, changing
        self._histories.backfill_days = new.settings.backfill_days
        if not changing and self._new_settings is new:
            self._new_settings = None

    # claiming

    async def _claim(self) -> None:
        """Claim as many due pages as there is room for."""
        async with self._claiming:
            now = self._clock()
            if await self._retiming.check_clock(now):
                self._pruning.plan(self._clock())
            if self._stop.is_set():
                return
            concurrency, tasks = self._settings.concurrency, self._tasks
            room = concurrency - len(tasks) + tasks.histories
            more_known = await self._claim_some(now, room, new=False)
            self._start_histories(half(concurrency) - tasks.histories)
            more_new = await self._claim_some(now, half(concurrency) - tasks.histories, new=True)
            self._has_backlog = more_known or more_new

    async def _claim_some(self, now: datetime, room: int, *, new: bool) -> bool:
        """Claim so many of the pages that were polled before, or never; return whether more may be
        due.
        """
        if room <= 0:
            return True
        pages = await self._writer.db(
            self._store.claim_due, now=now, limit=room, lease_seconds=timing.LEASE_SECONDS, new=new
        )
        for page in pages:
            if page.due_at is not None and not new:
                self._on_lag(max(0.0, (now - page.due_at).total_seconds()))
            if not await self._put_off(page, now):
                self._launch(page)
        return len(pages) == room

    async def _put_off(self, page: PageRecord, now: datetime) -> bool:
        """Whether the page must wait: for its own history, or because our clock was set just
        now.
        """
        due_at = None
        if self._tasks.is_in_history(page.id):
            due_at = timing.after_history(now)
        elif page.id not in self._tasks:
            started_at = self._poll_started_at.get(page.id)
            wait = timing.left_to_wait(started_at, self._retiming.clock_set_at, self._timer())
            due_at = None if wait is None else now + timedelta(seconds=wait)
        if due_at is not None:
            await self._writer.db(self._store.set_due, page.id, due_at)
        return due_at is not None

    def _launch(self, page: PageRecord) -> None:
        if page.id in self._tasks:
            return
        if page.slug in self._changing_slugs:
            self._give_back(page)  # first what was read of it is kept, then its settings change
            return
        if page.slug not in self._vendors:
            return
        if self._writer.has_waiting(page.id):
            return  # its last reading first: what waits is never more than a reading a page
        self._poll_started_at[page.id] = self._timer()
        is_new = page.last_poll_at is None
        self._tasks.start(page, self._guard(page, self._work(page)), is_history=is_new)

    def _start_histories(self, room: int) -> None:
        """Start to read the histories that wait, as many as there is room for; not while their page
        is polled.
        """
        for page in self._histories.dequeue(room, self._tasks, self._changing_slugs):
            if page.slug in self._vendors:
                work = attempt(partial(self._histories.read, page))
                self._tasks.start(page, work, is_history=True)

    async def _guard(self, page: PageRecord, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except StoreError:
            self._give_back(page)
        except asyncio.CancelledError:
            self._give_back(page)
            raise
        except Exception:
            # A bug in one platform must not stop the watch over the others; the page stays
            # uncovered and due.
            log.exception("bug while reading vendor=%s", page.slug)

    def _give_back(self, page: PageRecord) -> None:
        """Have the page's lease ended by the next tick that can; a reading that waits to be kept
        ends it by itself.
        """
        if page.lease_until is not None and not self._writer.has_waiting(page.id):
            self._leases_to_end[page.id] = page.lease_until

    async def _work(self, page: PageRecord) -> None:
        """Poll a page. The history of a new one follows at once, out of what the poll was answered;
        others' waits.
        """
        is_new = page.last_poll_at is None
        answers = Answers() if is_new and self._histories.is_unread(page) else None
        result = await self._collector.poll(page, answers=answers, gives_way=is_new)
        if result.error is not None or self._stop.is_set():
            return
        if answers is not None:
            await self._histories.read_whole(page, answers)
        else:
            self._histories.enqueue(page)

    async def _prune(self) -> None:
        if self._collector.clocks.problems:
            log.warning(
                "nothing is pruned while our clock is off: by a clock ahead, everything is old"
            )
            return
        with contextlib.suppress(StoreError):  # its health says it; what is old can wait a day
            await self._writer.db(
                self._store.prune,
                now=self._clock(),
                snapshot_days=self._settings.snapshot_days,
                poll_days=self._settings.poll_days,
            )

    async def stop(self) -> None:
        """Stop claiming, let running polls finish for `drain_seconds`, cancel the rest, write what
        is waiting.

        Nothing waits for the database longer than that. Raises StoreError when what was read cannot
        be written.
        """
        self._stop.set()
        self._tasks.has_room.set()
        self._store.patience.hurry(self._drain_seconds * _OF_DRAIN)
        self._pruning.stop()
        await self._tasks.drain(self._drain_seconds)
        # not cancelled: what a flush is about to write would be lost
        await asyncio.gather(*self._loops)
        self._store.patience.hurry(LAST_WRITE_SECONDS)
        try:
            if self._leases_to_end:
                await self._writer.db(self._store.release, self._leases_to_end)
            await self._writer.flush()
        finally:
            self._pruning.shut_down()
