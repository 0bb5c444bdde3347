"""What a clock that was set does to pages that wait.

A page row is written by the wall clock. When that is set, pages that wait are re-timed: none waits
longer than its interval for it, and not all are asked at once.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from monitor.collect import Collector

log = logging.getLogger(__package__)

RETIME_SECONDS = 60.0
"""How often pages are looked for that a clock which is ahead, another replica's maybe, has put
off."""


class Retiming:
    """Notices that our clock was set. `timer` is a monotonic clock in seconds."""

    def __init__(
        self, collector: Collector, *, clock: Callable[[], datetime], timer: Callable[[], float]
    ) -> None:
        self._clocks = collector.clocks
        self._writer = collector.writer
        self._store = collector.store
        self._clock = clock
        self._timer = timer
        self._retimed_at: float | None = None
        self.clock_set_at: float | None = None
        """When our clock was set last, on the timer; None = not since this process began."""

    async def check_clock(self, now: datetime) -> bool:
        """Re-time the pages that wait when our clock was set, and now and then for another
        replica's clock. Returns whether ours was set.
        """
        step = self._clocks.look(now)
        if step:
            await self._follow_clock(now, step)
        elif self._retimed_at is None or self._timer() - self._retimed_at > RETIME_SECONDS:
            await self.retime()
        return bool(step)

    async def _follow_clock(self, now: datetime, step: timedelta) -> None:
        is_ahead = step > timedelta()
        way = "ahead" if is_ahead else "back"
        log.warning("our clock was set %s by %s, it is %s now", way, abs(step), now)
        self.clock_set_at = self._timer()
        if is_ahead:
            await self._writer.db(self._store.put_off, due_after=now - step, due_until=now, by=step)
        await self.retime(step)

    async def retime(self, step: timedelta = timedelta()) -> None:
        """Have pages that are due too late for our clock due again within their interval."""
        self._retimed_at = self._timer()
        slugs = await self._writer.db(self._store.retime, now=self._clock(), step=step)
        if slugs:
            log.warning(
                "pages were due too late for our clock, due again within their interval: %s",
                ", ".join(slugs),
            )
