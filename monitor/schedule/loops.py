"""What is done every second, on a clock that nobody sets."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable

from monitor.errors import StoreError

log = logging.getLogger(__package__)

TICK_SECONDS = 1.0

STALLED_SECONDS = 30 * TICK_SECONDS
"""After how long without a tick we say that we are not ready."""

STUCK_SECONDS = 600.0
"""After how long without a tick there is no sign of life any more. A tick waits for the database,
several times for as long as a write is tried again: to end the process for that would lose what
waits to be kept.
"""

Work = Callable[[], Awaitable[None]]


async def every_tick(work: Work, stop: asyncio.Event, on_skipped: Callable[[], None]) -> None:
    """Do the work every `TICK_SECONDS` until `stop`; turns that come while it is still being done
    are left out.
    """
    timer = asyncio.get_running_loop().time
    due = timer()
    while not stop.is_set():
        await attempt(work)
        due += TICK_SECONDS
        skips = max(0, int((timer() - due) // TICK_SECONDS))
        for _ in range(skips):
            on_skipped()
        due += skips * TICK_SECONDS
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), max(0.0, due - timer()))


async def attempt(work: Work) -> None:
    """Do the work; where that fails, the next turn tries again."""
    try:
        await work()
    except StoreError:
        pass  # the store's health says it, once for all who met it
    except Exception:
        log.exception("bug in the schedule; the next turn tries again")
