"""How gently hosts are asked: concurrency, spacing, and the waits they asked for. Knows no HTTP."""

import asyncio
import random
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from datetime import timedelta

from monitor.errors import Throttled

Sleep = Callable[[float], Awaitable[None]]
Clock = Callable[[], float]
"""A clock in seconds that never goes back, such as `time.monotonic`."""

PATIENCE_SECONDS = 2.0
"""A wait that a host asked for is sat out up to this length; a longer one is the schedule's."""

UNSAID_PAUSE = timedelta(seconds=60)
"""How long a host rests that said "too many requests" without saying for how long."""

PER_PROVIDER = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How many requests a host gets at once, and how far apart they start (up to half as much again
    at random).

    `rest_seconds` is the least time between the end of one and the start of the next.
    """

    concurrency: int = 2
    spacing_seconds: float = 0.2
    rest_seconds: float = 0.0


PACES: Mapping[str, Pace] = {
    "api.status.io": Pace(concurrency=1, spacing_seconds=1.0, rest_seconds=1.0)
}
"""Hosts that publish stricter rules: one request at a time, the next a second after the last one's
end. Source: https://kb.status.io/developers/api-best-practices/. That no page is asked more than
once a minute is the schedule's."""


class Slots:
    """So many at a time, in the order they came; those that give way after all others, and never in
    all places.
    """

    def __init__(self, count: int) -> None:
        self._free = count
        self._few = asyncio.Semaphore(max(1, count - 1))
        self._waiting: tuple[deque[asyncio.Future[None]], deque[asyncio.Future[None]]] = (
            deque(),
            deque(),
        )

    @asynccontextmanager
    async def hold(self, *, gives_way: bool) -> AsyncIterator[None]:
        """Wait for a place and hold it."""
        async with self._few if gives_way else nullcontext():
            await self._acquire(gives_way=gives_way)
            try:
                yield
            finally:
                self._release()

    async def _acquire(self, *, gives_way: bool) -> None:
        if self._free > 0:
            self._free -= 1
            return
        turn, waiting = asyncio.get_running_loop().create_future(), self._waiting[gives_way]
        waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.cancelled():
                with suppress(ValueError):
                    waiting.remove(turn)
            else:  # the place was given to us as we left
                self._release()
            raise

    def _release(self) -> None:
        for waiting in self._waiting:
            while waiting:
                turn = waiting.popleft()
                if not turn.done():
                    turn.set_result(None)
                    return
        self._free += 1


@dataclass(slots=True)
class Lane:
    """One host's queue. `users` counts who is in it, `used_at` is when it was last entered, on the
    fetcher's clock.
    """

    pace: Pace
    slots: Slots
    users: int = 0
    used_at: float = 0.0
    next_start: float = 0.0


@dataclass(slots=True, kw_only=True)
class Politeness:
    """Lets requests through when their host, their provider and the whole are ready for them.

    Requests that give way wait for all others of their host, and have half as many places of their
    own in the provider and the whole, so that they hold up none.
    """

    concurrency: int
    per_provider: int
    clock: Clock
    sleep: Sleep
    jitter: Callable[[], float] = random.random
    _all: tuple[asyncio.Semaphore, asyncio.Semaphore] = field(init=False)
    _providers: dict[tuple[str, bool], asyncio.Semaphore] = field(default_factory=dict)
    _rest_until: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._all = (asyncio.Semaphore(self.concurrency), asyncio.Semaphore(half(self.concurrency)))

    @asynccontextmanager
    async def turn(
        self,
        host: str,
        lane: Lane,
        provider: str | None,
        *,
        gives_way: bool = False,
    ) -> AsyncIterator[None]:
        """Wait for this host's turn and hold it. Raises Throttled when the host asked for a longer
        rest.

        The order (host, provider, all) never changes and nobody holds two hosts, so nobody waits in
        a circle.
        """
        lane.users += 1
        lane.used_at = self.clock()
        try:
            async with lane.slots.hold(gives_way=gives_way):
                await self._space(lane)
                try:
                    async with self._provider(provider, gives_way=gives_way), self._all[gives_way]:
                        await self._rest(host)
                        yield
                finally:
                    lane.next_start = max(lane.next_start, self.clock() + lane.pace.rest_seconds)
        finally:
            lane.users -= 1

    def throttle(self, host: str, wait: timedelta | None) -> None:
        """Remember that the host asked to be left alone, for a minute if it did not say for how
        long.
        """
        until = self.clock() + (UNSAID_PAUSE if wait is None else wait).total_seconds()
        self._rest_until[host] = max(until, self._rest_until.get(host, 0.0))

    async def _space(self, lane: Lane) -> None:
        now = self.clock()
        start = max(now, lane.next_start)
        lane.next_start = start + lane.pace.spacing_seconds * (1 + self.jitter() / 2)
        if start > now:
            await self.sleep(start - now)

    async def _rest(self, host: str) -> None:
        if host not in self._rest_until:
            return
        seconds = self._rest_until[host] - self.clock()
        if seconds > PATIENCE_SECONDS:
            raise Throttled(
                f"{host} asked us to wait {seconds:.0f} s longer",
                retry_after=timedelta(seconds=seconds),
            )
        if seconds > 0:
            await self.sleep(seconds)
        self._rest_until.pop(host, None)

    def _provider(
        self, name: str | None, *, gives_way: bool
    ) -> AbstractAsyncContextManager[object]:
        if name is None:
            return nullcontext()
        key = (name, gives_way)
        if key not in self._providers:
            self._providers[key] = asyncio.Semaphore(
                half(self.per_provider) if gives_way else self.per_provider
            )
        return self._providers[key]


def half(count: int) -> int:
    """Return how many may give way at a time beside so many that do not: half as many, and at least
    one.
    """
    return max(1, count // 2)
