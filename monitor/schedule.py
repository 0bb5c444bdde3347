"""When pages are read: the only module that imports apscheduler.

The schedule's state is the page row (`due_at`, `lease_until`), not a job store: every tick claims
what is due from the store, so identical replicas share the work and a killed one's pages come back
when their lease ends. Where more is due than there is room for, the next is claimed as soon as a
poll ends and not at the next tick. The tick and the flush of waiting polls are loops of our own,
which wait on a clock that nobody sets. APScheduler waits until a time of day, for hours when the
clock is set back: it runs the daily clean-up only.

A page row is written by the wall clock. When that is set, pages that wait are re-timed
(`Schedule._set_clock`): none waits longer than its interval for it, and not all are asked at once.

A run per page is its own task; one slow or failing page delays no other. History has a lane of its
own: the first pass of a page that was never polled, and backfills and rereads of others, hold up no
poll of a page that is known.

Draining is our own because APScheduler's
`shutdown(wait=True)` cancels running coroutines at once.
"""

import asyncio
import contextlib
import logging
import random
import time
from collections.abc import Awaitable, Callable, Collection, Coroutine, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from monitor.collect import Answers, Collector, Headers, spec, timing
from monitor.config import Settings
from monitor.errors import Overloaded, StoreError
from monitor.fetch import half
from monitor.intervals import window_start
from monitor.load import POLL_SECONDS, Load, smoothed, wanted_per_second
from monitor.settings_changes import by_slug, differing_slugs, vendors_meanwhile
from monitor.store import PageRecord

log = logging.getLogger(__name__)

TICK_SECONDS = 1.0

DRAIN_SECONDS = 5.0
"""How long running polls may finish after a stop was asked for, so that all is over within 10 s,
busy as we may be."""

LAST_WRITE_SECONDS = 1.0
"""How long the database may take at the end for what was read last; connecting anew may take a
second more."""

_OF_DRAIN = 0.6
"""Share of that time for which the database is waited for, so that what it holds up ends before the
rest."""

RETIME_SECONDS = 60.0
"""How often pages are looked for that a clock which is ahead, another replica's maybe, has put
off."""

SAY_LOAD_SECONDS = 3600.0
"""How often the log says that more polls are asked for than can be done."""

STALLED_SECONDS = 30 * TICK_SECONDS
"""After how long without a tick we say that we are not ready."""

STUCK_SECONDS = 600.0
"""After how long without a tick there is no sign of life any more. A tick waits for the database,
several times for as long as a write is tried again: to end the process for that would lose what
waits to be kept.
"""


@dataclass(frozen=True, slots=True)
class _Wanted:
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
        drain_seconds: float = DRAIN_SECONDS,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self._collector = collector
        self._writer = collector.writer
        self._store = collector.store
        self._settings = settings
        self._watched = dict(collector.vendors)
        self._changing: frozenset[str] = frozenset()
        self._wanted: _Wanted | None = None
        self._clock = clock
        self._on_lag = on_lag
        self._on_load = on_load
        self._on_skipped = on_skipped
        self._on_alive = on_alive
        self._drain_seconds = drain_seconds
        self._timer = timer
        self._running: dict[int, asyncio.Task[None]] = {}
        self._being_read: dict[int, str] = {}
        self._begun: dict[int, float] = {}
        self._owed: dict[int, datetime] = {}
        self._behind: set[int] = set()
        self._histories: dict[int, PageRecord] = {}
        self._filled: set[int] = set()
        self._loops: list[asyncio.Task[None]] = []
        self._scheduler = AsyncIOScheduler(
            timezone="UTC",
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        self._stopping = False
        self._stop = asyncio.Event()
        self._claiming = asyncio.Lock()
        self._room = asyncio.Event()
        self._backlog = False
        self._poll_seconds = POLL_SECONDS
        self._said_load: float | None = None
        self._last_tick: float | None = None
        self._last_retimed: float | None = None
        self._clock_set: float | None = None

    @property
    def problem(self) -> str | None:
        """Say what keeps the schedule from working, for readiness; None when it is alive."""
        if self._stopping or not self._scheduler.running:
            return "the scheduler is not running"
        late = self._last_tick is None or self._timer() - self._last_tick > STALLED_SECONDS
        return f"the scheduler has not ticked for {STALLED_SECONDS:.0f} s" if late else None

    def reconfigure(self, settings: Settings, headers: Mapping[str, Headers]) -> None:
        """Read pages by these settings from the next tick on; one that is being read is read to its
        end by the old.

        `headers` are those of the vendors that have some, by slug. Settings given before and not
        yet in force are left out.
        """
        self._wanted = _Wanted(settings, headers)

    async def start(self) -> None:
        """Spread first runs, then start ticking."""
        await self._retime()
        await self._writer.db(self._spread, None)
        self._last_tick = self._timer()
        self._scheduler.start()
        self._plan_pruning()
        self._loops = [
            asyncio.create_task(self._every(self.tick), name="tick"),
            asyncio.create_task(self._every(self._writer.flush), name="flush"),
            asyncio.create_task(self._every(self._sign_of_life), name="sign of life"),
            asyncio.create_task(self._refill(), name="refill"),
        ]

    def _plan_pruning(self) -> None:
        """Prune an hour from now and daily from then on."""
        first = self._clock() + timedelta(hours=1)
        self._scheduler.add_job(
            self._prune,
            "interval",
            hours=24,
            jitter=3600,
            id="prune",
            next_run_time=first,
            replace_existing=True,
        )

    async def _every(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do the work every `TICK_SECONDS`; turns that come while it is still being done are left
        out.
        """
        timer = asyncio.get_running_loop().time
        due = timer()
        while not self._stopping:
            await self._tried(work)
            due += TICK_SECONDS
            missed = int((timer() - due) // TICK_SECONDS)
            for _ in range(missed):
                self._on_skipped()
            due += max(0, missed) * TICK_SECONDS
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), max(0.0, due - timer()))

    @staticmethod
    async def _tried(work: Callable[[], Awaitable[None]]) -> None:
        try:
            await work()
        except StoreError:
            pass  # the store's health says it, once for all who met it; the next turn tries again
        except Exception:
            log.exception("bug in the schedule; the next turn tries again")

    async def _refill(self) -> None:
        """Claim again whenever polls have ended, as long as more is due than there was room for."""
        while not self._stopping:
            await self._room.wait()
            self._room.clear()
            if self._backlog or self._histories:
                await self._tried(self._claim)

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
        self._last_tick = self._timer()
        self._look_at_load()
        await self._look_at_store()
        async with self._claiming:  # no page is begun by other settings than it is claimed by
            await self._look_at_settings()
        await self._claim()

    @property
    def load(self) -> Load:
        """What the pages' intervals ask of this process, by how long its polls took lately."""
        return Load(
            wanted_per_second=wanted_per_second(
                each.interval_seconds for each in self._watched.values()
            ),
            concurrency=self._settings.concurrency,
            poll_seconds=self._poll_seconds,
        )

    def _look_at_load(self) -> None:
        """Tell how much is asked of us, and log it once an hour where that is too much."""
        load = self.load
        self._on_load(load.ratio)
        said_lately = (
            self._said_load is not None and self._timer() - self._said_load < SAY_LOAD_SECONDS
        )
        if load.problem is not None and not said_lately:
            self._said_load = self._timer()
            log.warning("%s, unless other replicas share the work", load.problem)

    async def _claim(self) -> None:
        """Claim as many due pages as there is room for."""
        async with self._claiming:
            now = self._clock()
            await self._look_at_clock(now)
            if self._stopping:
                return
            concurrency = self._settings.concurrency
            known = await self._claim_some(
                now, concurrency - len(self._running) + len(self._behind), new=False
            )
            self._begin_histories(half(concurrency))
            new = await self._claim_some(now, half(concurrency) - len(self._behind), new=True)
            self._backlog = known or new

    async def _claim_some(self, now: datetime, room: int, *, new: bool) -> bool:
        """Claim so many of the pages that were polled before, or never; return whether more may be
        due.
        """
        if room <= 0:
            return True
        claimed = await self._writer.db(
            self._store.claim_due, now=now, limit=room, lease_seconds=timing.LEASE_SECONDS, new=new
        )
        for page in claimed:
            if page.due_at is not None and not new:
                self._on_lag(max(0.0, (now - page.due_at).total_seconds()))
            if not await self._put_off(page, now):
                self._launch(page)
        return len(claimed) == room

    async def _sign_of_life(self) -> None:
        """Say that the loop turns, unless the ticks in it have got stuck for longer than any
        wait.
        """
        if self._last_tick is not None and self._timer() - self._last_tick <= STUCK_SECONDS:
            self._on_alive()

    async def _look_at_store(self) -> None:
        """Give back the pages that a trouble of the store kept us from reading, and write when
        nobody has for long.
        """
        owed = dict(self._owed)
        if owed:
            await self._writer.db(self._store.release, owed)
            self._owed = {key: lease for key, lease in self._owed.items() if owed.get(key) != lease}
        if self._store.health.is_silent:
            await self._writer.db(self._store.beat)

    async def _look_at_settings(self) -> None:
        """Watch what the new settings name, as far as nothing is being read of it; the rest at a
        later tick.

        No page is claimed meanwhile.
        """
        wanted = self._wanted
        if wanted is None:
            return
        vendors = by_slug(wanted.settings.vendors)
        busy = differing_slugs(self._watched, vendors) & (
            set(self._being_read.values()) | self._writer.waiting_slugs()
        )
        watched = vendors_meanwhile(self._watched, vendors, busy)
        if watched != self._watched:
            specs = [spec(vendor) for vendor in watched.values()]
            await self._writer.db(self._store.sync_pages, specs, now=self._clock())
            added = watched.keys() - self._watched.keys()
            self._watched = watched
            await self._writer.db(self._spread, added)
        self._collector.configure(watched, wanted.headers)
        self._settings, self._changing = wanted.settings, busy
        if not busy and self._wanted is wanted:
            self._wanted = None

    async def _look_at_clock(self, now: datetime) -> None:
        """Re-time the pages that wait when our clock was set, and now and then for another
        replica's clock.
        """
        step = self._collector.clocks.look(now)
        if step:
            await self._set_clock(now, step)
        elif self._last_retimed is None or self._timer() - self._last_retimed > RETIME_SECONDS:
            await self._retime()

    async def _set_clock(self, now: datetime, step: timedelta) -> None:
        way = "ahead" if step > timedelta() else "back"
        log.warning("our clock was set %s by %s, it is %s now", way, abs(step), now)
        self._clock_set = self._timer()
        if step > timedelta():
            await self._writer.db(self._store.put_off, due_after=now - step, due_until=now, by=step)
        await self._retime(step)
        self._plan_pruning()

    async def _retime(self, step: timedelta = timedelta()) -> None:
        self._last_retimed = self._timer()
        retimed = await self._writer.db(self._store.retime, now=self._clock(), step=step)
        if retimed:
            log.warning(
                "pages were due too late for our clock, due again within their interval: %s",
                ", ".join(retimed),
            )

    async def _put_off(self, page: PageRecord, now: datetime) -> bool:
        """Whether the page must wait: for its own history, or because our clock was set just
        now.
        """
        if page.id in self._behind:  # its history is being read
            await self._writer.db(self._store.set_due, page.id, timing.after_history(now))
            return True
        left = timing.left_to_wait(self._begun.get(page.id), self._clock_set, self._timer())
        if left is None or page.id in self._running:
            return False
        await self._writer.db(self._store.set_due, page.id, now + timedelta(seconds=left))
        return True

    def _launch(self, page: PageRecord) -> None:
        if page.id in self._running:
            return
        if page.slug in self._changing:
            self._give_back(page)  # first what was read of it is kept, then its settings change
            return
        if page.slug not in self._watched:
            return
        if self._writer.has_waiting(page.id):
            return  # its last reading first: what waits is never more than a reading a page
        self._begun[page.id] = self._timer()
        self._begin(page, self._guard(page, self._work(page)), behind=page.last_poll_at is None)

    def _begin_histories(self, room: int) -> None:
        """Begin to read the histories that wait, as many as there is room for; not while their page
        is polled.
        """
        ready = [
            page
            for page in self._histories.values()
            if page.id not in self._running and page.slug not in self._changing
        ]
        for page in ready[: max(0, room - len(self._behind))]:
            del self._histories[page.id]
            if page.slug in self._watched:
                self._begin(page, self._tried(partial(self._history, page)), behind=True)

    def _begin(self, page: PageRecord, work: Coroutine[Any, Any, None], *, behind: bool) -> None:
        if behind:
            self._behind.add(page.id)
        begun = self._timer()
        task = asyncio.create_task(work, name=f"page {page.slug}")
        self._running[page.id], self._being_read[page.id] = task, page.slug
        task.add_done_callback(lambda _: self._ended(page.id, begun))

    def _ended(self, page_id: int, begun: float) -> None:
        self._running.pop(page_id, None)
        self._being_read.pop(page_id, None)
        if page_id in self._behind:
            self._behind.discard(page_id)
        else:
            self._poll_seconds = smoothed(self._poll_seconds, self._timer() - begun)
        self._room.set()

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
            self._owed[page.id] = page.lease_until

    async def _work(self, page: PageRecord) -> None:
        """Poll a page. The history of a new one follows at once, out of what the poll was answered;
        others' waits.
        """
        new = page.last_poll_at is None
        answers = Answers() if new and self._fills(page) else None
        result = await self._collector.poll(page, answers=answers, gives_way=new)
        if result.error is not None or self._stopping:
            return
        if answers is not None:
            await self._fill(page, answers)
        elif self._fills(page) or self._reread_due(page):
            self._histories[page.id] = page

    def _fills(self, page: PageRecord) -> bool:
        """Whether the page's history was never read to its end, and not tried either since this
        process began.
        """
        return (
            bool(self._settings.backfill_days)
            and page.reread_day is None
            and page.id not in self._filled
        )

    async def _history(self, page: PageRecord) -> None:
        """Read the whole history of a page where that was not done yet, else the last days
        again.
        """
        page = await self._fresh(page)
        if self._fills(page):
            await self._fill(page)
        elif self._reread_due(page):
            await self._collector.reread(page, gives_way=True)

    async def _fresh(self, page: PageRecord) -> PageRecord:
        await self._writer.flush()
        return await self._writer.db(self._store.page, page.id)

    async def _fill(self, page: PageRecord, answers: Answers | None = None) -> None:
        page = await self._fresh(page)
        since = window_start(self._settings.backfill_days, page.zone, self._clock())
        result = await self._collector.backfill(page, since, answers=answers, gives_way=True)
        if not isinstance(result.error, Overloaded):
            self._filled.add(page.id)

    def _reread_due(self, page: PageRecord) -> bool:
        """Whether the page's last days are to be read again."""
        return timing.reread_due(page.reread_day, self._clock(), page.zone)

    async def _prune(self) -> None:
        if self._collector.clocks.problems:
            log.warning(
                "nothing is pruned while our clock is off: by a clock ahead, everything is old"
            )
            return
        settings = self._settings
        with contextlib.suppress(StoreError):  # its health says it; what is old can wait a day
            await self._writer.db(
                self._store.prune,
                now=self._clock(),
                snapshot_days=settings.snapshot_days,
                poll_days=settings.poll_days,
            )

    async def stop(self) -> None:
        """Stop claiming, let running polls finish for `drain_seconds`, cancel the rest, write what
        is waiting.

        Nothing waits for the database longer than that. Raises StoreError when what was read cannot
        be written.
        """
        self._stopping = True
        self._stop.set()
        self._room.set()
        self._store.patience.hurry(self._drain_seconds * _OF_DRAIN)
        for job in self._scheduler.get_jobs():
            job.remove()
        running = list(self._running.values())
        if running:
            _, late = await asyncio.wait(running, timeout=self._drain_seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        # not cancelled: what a flush is about to write would be lost
        await asyncio.gather(*self._loops)
        self._store.patience.hurry(LAST_WRITE_SECONDS)
        try:
            if self._owed:
                await self._writer.db(self._store.release, self._owed)
            await self._writer.flush()
        finally:
            if self._scheduler.running:
                self._scheduler.shutdown(wait=False)
