"""A running server's place in its database: it gives signs of life, and notices when others put
other settings in force.

It follows them only when its own settings, read again, say the same.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime
from typing import Any

from monitor.config import Settings
from monitor.errors import ConfigError, StoreError
from monitor.kept_settings import digest
from monitor.store import AppliedSettings, ServerRecord, Store
from monitor.watch_list import WatchList
from monitor.watching import BEAT

log = logging.getLogger(__name__)

BEATS_BETWEEN_LOOKS = 6
"""After so many signs of life its own settings are looked at again, while others are in force."""


class Presence:
    """Gives signs of life of a server with these settings, which are those `in_force` at any time.

    `load` returns the settings as they are written now, and raises ConfigError; `hang_up` has them
    read again and put in force. `work` runs what asks the database outside the loop.
    """

    def __init__(
        self,
        store: Store,
        server: ServerRecord,
        *,
        clock: Callable[[], datetime],
        in_force: Callable[[], Settings],
        load: Callable[[], Settings],
        hang_up: Callable[[], None],
        work: Callable[..., Awaitable[Any]] = asyncio.to_thread,
    ) -> None:
        self._store = store
        self._server = server
        self._clock = clock
        self._in_force = in_force
        self._load = load
        self._hang_up = hang_up
        self._work = work
        self._digested: tuple[Settings, str] | None = None
        self._strange: AppliedSettings | None = None
        self._beats = 0
        self.problem: str | None = None
        """Why what the database watches is not what this server's settings say; None = it is."""

    async def run(self) -> None:
        """Give signs of life until cancelled. While the database cannot be written it gives none,
        and its health says why.
        """
        while True:
            with suppress(StoreError):
                await self.beat()
            await asyncio.sleep(BEAT.total_seconds())

    async def beat(self) -> None:
        """Give one sign of life. Raises StoreError."""
        latest = await self._work(self._sign, self._own_digest())
        if latest is None or latest.digest == self._own_digest():
            self._strange, self.problem = None, None
            return
        is_new = self._strange is None or self._strange.digest != latest.digest
        self._beats = 0 if is_new else self._beats + 1
        self._strange = latest
        if self._beats % BEATS_BETWEEN_LOOKS == 0:
            await self._follow(latest, is_new=is_new)

    def _sign(self, own: str) -> AppliedSettings | None:
        with self._store.together():
            self._store.enroll(self._server._replace(digest=own, seen_at=self._clock()))
            return self._store.applied()

    def _own_digest(self) -> str:
        settings = self._in_force()
        if self._digested is None or self._digested[0] is not settings:
            self._digested = settings, digest(settings)
        return self._digested[1]

    async def _follow(self, latest: AppliedSettings, *, is_new: bool) -> None:
        """Have our settings read again if they say what is in force now; else say that they do
        not.
        """
        try:
            our_digest = digest(await asyncio.to_thread(self._load))
        except ConfigError:
            our_digest = ""
        if our_digest == latest.digest:
            log.info("%s was put in force by others, and our settings say the same", latest.source)
            self._hang_up()
            return
        if is_new:
            self.problem = await self._work(self._describe, latest)
            log.error("%s", self.problem)

    def _describe(self, latest: AppliedSettings) -> str:
        changes = WatchList.read(self._store, self._clock()).changes(self._in_force())
        differences = f" ({changes.differences})" if changes else ""
        return (
            f"{latest.source} was put in force by others, and differs from our settings"
            f"{differences}; make both the same, or send SIGHUP to put ours in force"
        )
