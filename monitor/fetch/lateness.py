"""How late the event loop is: what has arrived waits until it turns to it, and a timeout may fire
before that.
"""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable

NAP_SECONDS = 0.25

LEAST_SECONDS = 0.02
"""A loop that wakes this late is on time: timers are not more exact."""

KEPT_SECONDS = 300.0
"""So far back lateness is remembered: longer than any request may take."""

OUR_SHARE = 0.2
"""A wait of which the loop stood still for this share says nothing about the one who was waited
for."""


class Lateness:
    """Naps again and again, and remembers when the loop woke up late. `on_wake` hears of each nap,
    in seconds late.

    `clock` is in seconds and never goes back.
    """

    def __init__(
        self,
        *,
        on_wake: Callable[[float], None] = lambda _: None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._on_wake = on_wake
        self._clock = clock
        self._sleep = sleep
        self._spans: deque[tuple[float, float]] = deque()
        self._due: float | None = None

    async def watch(self) -> None:
        """Nap until cancelled."""
        while True:
            due = self._due = self._clock() + NAP_SECONDS
            await self._sleep(NAP_SECONDS)
            woke = self._clock()
            self._on_wake(max(0.0, woke - due))
            if woke - due > LEAST_SECONDS:
                self._spans.append((due, woke))
            while self._spans and self._spans[0][1] < woke - KEPT_SECONDS:
                self._spans.popleft()

    def within(self, start: float, end: float) -> float:
        """Return for how many seconds between two instants of `clock` the loop stood still.

        A nap that should have ended by now counts: a timeout may wake up before it does.
        """
        spans = list(self._spans)
        if self._due is not None and end - self._due > LEAST_SECONDS:
            spans.append((self._due, end))
        return sum(max(0.0, min(until, end) - max(since, start)) for since, until in spans)
