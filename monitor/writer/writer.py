"""One thread that writes what polls read, for many pages at once, and derives days from it.

A transaction costs more than a poll. Polls that found nothing new wait for each other
(`Writer.enqueue`); a poll with news is written at once, together with everything that came while
the last transaction was busy (`Writer.write`). Days are derived from it at the next `flush`, for
all pages that had news together, once however often each had some.

A database that is busy, or does not answer, is asked again for `RETRY_SECONDS`, and everybody else
waits in line meanwhile. What was read and could not be written after that stays here, one reading a
page, and goes first at the next `flush`: it is lost only when the process ends before the database
can be written again.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import ParamSpec, TypeVar

from monitor.config import EVIDENCE_NONE, VendorConfig
from monitor.errors import StoreError
from monitor.identity import Identity
from monitor.model import Evidence
from monitor.store import Body, PageRecord, Store
from monitor.writer.deriving import Deriving
from monitor.writer.page_cache import PageCache, PageCaches
from monitor.writer.parts import Parts
from monitor.writer.pinning import Pinning
from monitor.writer.poll_write import PollWrite, unwritten
from monitor.writer.polls import PollStore

log = logging.getLogger(__package__)

P = ParamSpec("P")
R = TypeVar("R")

RETRY_SECONDS = 90.0
"""How long a database that may be back in a moment is asked again; less than a page is leased."""

RETRY_PAUSE_SECONDS = 0.5


class Writer:
    """The one writer of a process. Every store call of the collecting side goes through its
    thread.
    """

    def __init__(
        self,
        store: Store,
        vendors: Mapping[str, VendorConfig],
        *,
        clock: Callable[[], datetime],
        on_revised: Callable[[str, int], None],
        flush_after: int,
        keep_snapshots: bool,
        evidence: str,
        retry_seconds: float = RETRY_SECONDS,
    ) -> None:
        self._store = store
        self._retry_seconds = retry_seconds
        self._clock = clock
        self._on_revised = on_revised
        self._flush_after = flush_after
        self._pinning = Pinning(store, vendors, evidence if keep_snapshots else EVIDENCE_NONE)
        self._caches = PageCaches(store)
        parts = Parts(store, vendors, self._caches, self._pinning, clock)
        self._polls = PollStore(parts, keeps_snapshots=keep_snapshots)
        self._deriving = Deriving(parts)
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")
        self._lock = asyncio.Lock()
        self._waiting: list[PollWrite] = []

    # the thread

    async def db(self, call: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run a store call in the writer's thread; again and again, for a while, when the database
        is only busy.
        """
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(
            self._thread, lambda: self._patiently(lambda: call(*args, **kwargs))
        )

    def _patiently(self, call: Callable[[], R]) -> R:
        patience = self._store.patience
        end = patience.timer() + self._retry_seconds
        while True:
            try:
                return call()
            except StoreError as error:
                if not error.passes or patience.is_past(end):
                    raise
            patience.sleep(RETRY_PAUSE_SECONDS)

    def has_waiting(self, page_id: int) -> bool:
        """Whether something that was read of this page waits to be written."""
        return any(write.page.id == page_id for write in self._waiting)

    def waiting_slugs(self) -> frozenset[str]:
        """Return the slugs of the vendors of which something that was read waits to be written."""
        return frozenset(write.page.slug for write in self._waiting)

    async def close(self) -> None:
        """Write what is waiting and end the thread. The store stays open. Raises StoreError when
        that is lost.
        """
        try:
            await self.flush()
        except StoreError:
            log.error(  # noqa: TRY400 - the error itself is raised
                "what was read is lost, it could not be kept: %s",
                ", ".join(sorted(self.waiting_slugs())) or "days to be derived again",
            )
            raise
        finally:
            self._thread.shutdown(wait=True)

    # polls

    async def cached(self, page: PageRecord) -> PageCache:
        """Return what makes the page's next poll cheap; read from the store when the page has
        changed since.
        """
        cache = self._caches.get(page.id, page.version)
        return await self.db(self._caches.load, page) if cache is None else cache

    async def enqueue(self, write: PollWrite) -> None:
        """Write a poll without news at the next `flush`, at the latest when `flush_after` are
        waiting.
        """
        self._waiting.append(write)
        if len(self._waiting) >= self._flush_after:
            await self._write_waiting()

    async def write(self, write: PollWrite) -> None:
        """Write a poll now. Raises what kept it from being written; other polls are written all the
        same.

        After a StoreError the poll waits here for the next `flush`.
        """
        self._waiting.append(write)
        await self._write_waiting()
        if write.error is not None:
            raise write.error

    async def flush(self) -> None:
        """Write what is waiting, then derive the days of the pages that had news. Raises
        StoreError.
        """
        await self._write_waiting()
        await self._derive_waiting()

    async def _write_waiting(self) -> None:
        """Write what is waiting; what comes meanwhile is written together afterwards. Raises
        StoreError.
        """
        async with self._lock:
            waiting, self._waiting = self._waiting, []
            try:
                if waiting:
                    await self.db(self._write_batch, waiting)
            finally:
                self._waiting = [*unwritten(waiting), *self._waiting]
        for write in waiting:
            if write.derive and write.error is None:
                self._deriving.enqueue(write.page)

    def _write_batch(self, waiting: Sequence[PollWrite]) -> None:
        """Write polls in one transaction; if something in it cannot be written, each in its own.

        Raises StoreError when some are to be tried again; those are not `is_done`.
        """
        self._polls.mark_stored(waiting)
        batch = list(unwritten(waiting))
        if not batch:
            return
        for write in batch:
            write.error, write.may_be_stored = None, True
        try:
            self._polls.write(batch)
        except StoreError as error:
            for write in batch:
                write.error = error
            if _is_to_be_tried_again(error, len(batch)):
                raise
            self._write_apart(batch, error)
        except Exception as error:
            if len(batch) == 1:
                log.exception("cannot keep what was read vendor=%s", batch[0].page.slug)
            self._write_apart(batch, error)
        for write in batch:
            write.is_done = True

    def _write_apart(self, batch: Sequence[PollWrite], error: Exception) -> None:
        """Write each poll in its own transaction: where all is too much, some may not be."""
        for write in batch:
            self._caches.drop(write.page.id)
        if len(batch) == 1:
            batch[0].error = error
            return
        for write in batch:
            self._write_batch([write])

    # beside polls

    async def heal(self, page: PageRecord) -> PageRecord:
        """Re-time or set aside what is stored of the page later than now; return the page as it is
        then.
        """
        if await self.db(self._store.heal, page.id, now=self._clock()) is None:
            return page
        self._caches.drop(page.id)
        self._pinning.forget(page.id)
        return await self.db(self._store.page, page.id)

    async def write_piece(
        self, page: PageRecord, evidence: Evidence, bodies: Sequence[Body] = ()
    ) -> None:
        """Write one piece of a backfill, in a transaction of its own: an interrupted one goes on
        after it.

        `bodies` are the answers behind it; they are kept when it tells something new.
        """
        await self.db(self._polls.write_piece, page, evidence, bodies)

    async def pin_unreadable(self, page: PageRecord, bodies: Sequence[Body], reason: str) -> None:
        """Keep for good what a backfill could not read: the first of a kind a day."""
        if bodies and self._pinning.is_active:
            await self.db(self._pinning.pin_unreadable, page, bodies, reason, self._clock())

    async def write_identity(
        self, page: PageRecord, *, own: Identity | None = None, other: Identity | None = None
    ) -> None:
        """Write what a page is known by after a backfill, or the other page that was read in its
        place.
        """
        if own is not None:
            await self.db(self._store.know, page.id, own)
        elif other is not None:
            await self.db(self._store.refuse, page.id, other)
        self._caches.drop(page.id)

    # deriving

    async def derive(self, slug: str, *, since: datetime | None = None) -> int:
        """Derive the page's days that facts have touched since the last time; return the number of
        revised days.

        `since` also derives the days from that instant on.
        """
        await self.flush()
        return await self._derive({slug: since})

    async def _derive_waiting(self) -> None:
        waiting, self._deriving.queue = self._deriving.queue, {}
        if not waiting:
            return
        try:
            await self._derive(waiting)
        except StoreError:
            self._deriving.queue = waiting | self._deriving.queue
            raise

    async def _derive(self, since_by_slug: Mapping[str, datetime | None]) -> int:
        revisions = await self.db(self._deriving.derive, since_by_slug)
        total = 0
        for platform, days in revisions:
            total += days
            if days:
                self._on_revised(platform, days)
        return total


def _is_to_be_tried_again(error: StoreError, number: int) -> bool:
    """Whether so many polls are tried again as they are: a full database may have room for some of
    several.
    """
    return error.is_of_database and (number == 1 or error.cause != "full")
