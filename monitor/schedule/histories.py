"""Pages whose history is to be read: whole once, and the last days again every day."""

import logging
from collections.abc import Callable, Container
from datetime import datetime

from monitor.collect import Answers, BackfillResult, Collector, timing
from monitor.errors import Overloaded
from monitor.intervals import window_start
from monitor.plain import duration
from monitor.store import PageRecord

news = logging.getLogger(f"{__package__}.news")
"""What is told to who runs a server, whatever else is logged."""

Describe = Callable[[PageRecord, int], str]
"""Says in words how much is known of a page's last so many days."""


class Histories:
    """Reads pages' histories, of those that are in the queue as soon as there is room."""

    def __init__(
        self,
        collector: Collector,
        backfill_days: int,
        *,
        clock: Callable[[], datetime],
        describe: Describe = lambda _page, _days: "",
    ) -> None:
        self._collector = collector
        self._clock = clock
        self._describe = describe
        self.backfill_days = backfill_days
        """How many days are read of a page's history; 0 = none."""
        self._queue: dict[int, PageRecord] = {}
        self._attempted_ids: set[int] = set()

    def __len__(self) -> int:
        return len(self._queue)

    def enqueue(self, page: PageRecord) -> None:
        """Have the page's history read when there is room, if it is due."""
        if self.is_unread(page) or self.is_reread_due(page):
            self._queue[page.id] = page

    def dequeue(
        self, most: int, busy_ids: Container[int], busy_slugs: Container[str]
    ) -> list[PageRecord]:
        """Return the next pages, at most so many, that are none of the busy ones."""
        ready: list[PageRecord] = []
        for page in self._queue.values():
            if len(ready) < most and page.id not in busy_ids and page.slug not in busy_slugs:
                ready.append(page)
        for page in ready:
            del self._queue[page.id]
        return ready

    def is_unread(self, page: PageRecord) -> bool:
        """Whether the page's history was never read to its end, and not tried either since this
        process began.
        """
        is_new = page.reread_day is None and page.id not in self._attempted_ids
        return is_new and self.backfill_days > 0

    def is_reread_due(self, page: PageRecord) -> bool:
        """Whether the page's last days are to be read again."""
        return timing.reread_due(page.reread_day, self._clock(), page.zone)

    async def read(self, page: PageRecord) -> None:
        """Read the whole history of a page where that was not done yet, else the last days
        again.
        """
        page = await self._as_stored(page)
        if self.is_unread(page):
            await self.read_whole(page)
        elif self.is_reread_due(page):
            await self._collector.reread(page, gives_way=True)

    async def read_whole(self, page: PageRecord, answers: Answers | None = None) -> None:
        """Read the whole history of a page, out of `answers` as far as they go."""
        page = await self._as_stored(page)
        days, begun_at = self.backfill_days, self._clock()
        since = window_start(days, page.zone, begun_at)
        news.info("backfill begins vendor=%s days=%d", page.slug, days)
        result = await self._collector.backfill(page, since, answers=answers, gives_way=True)
        if not isinstance(result.error, Overloaded):
            self._attempted_ids.add(page.id)
        await self._tell_end(result, await self._as_stored(page), days, begun_at)

    async def _tell_end(
        self,
        result: BackfillResult,
        page: PageRecord,
        days: int,
        begun_at: datetime,
    ) -> None:
        """Log what a backfill came to; why it failed is logged where that is known."""
        description = await self._collector.writer.db(self._describe, page, days)
        level = logging.INFO if result.complete else logging.WARNING
        seconds = (self._clock() - begun_at).total_seconds()
        how = "ends" if result.complete else "ends before all was read"
        message = f"backfill {how} vendor=%s requests=%d took=%s: %s"
        news.log(
            level, message, page.slug, result.requests, duration(max(0.0, seconds)), description
        )

    async def _as_stored(self, page: PageRecord) -> PageRecord:
        """Return the page as it is stored once all that was read is written."""
        writer = self._collector.writer
        await writer.flush()
        return await writer.db(self._collector.store.page, page.id)
