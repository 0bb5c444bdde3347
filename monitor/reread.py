"""Read the settings again while serving: on SIGHUP, which from the beginning of the command on ends
nothing.

What is wrong with the new settings is logged as `monitor check` says it, and the old ones stay in
force.
"""

import asyncio
import logging
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from types import FrameType, TracebackType
from typing import Self

from monitor.collect import Headers
from monitor.config import Settings
from monitor.errors import ConfigError
from monitor.kept_settings import kept_settings
from monitor.network import headers_by_slug
from monitor.settings_changes import SettingsChanges, compare_settings
from monitor.watch_changes import WatchedVendor, compare_watched

log = logging.getLogger(__name__)


class Hangups:
    """SIGHUP: counts from the moment this is entered, whoever waits for it. To be used in the main
    thread.
    """

    def __init__(self) -> None:
        self._heard = False
        self._waiting: tuple[asyncio.AbstractEventLoop, asyncio.Event] | None = None
        self._before: object = None

    def __enter__(self) -> Self:
        self._before = signal.signal(signal.SIGHUP, self._hear)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        signal.signal(signal.SIGHUP, self._before)  # type: ignore[arg-type]

    def _hear(self, _number: int, _frame: FrameType | None) -> None:
        self.hang_up()

    def hang_up(self) -> None:
        """Do as if the signal had come."""
        self._heard = True
        if self._waiting is not None:
            loop, event = self._waiting
            with suppress(RuntimeError):  # the loop is closed: the process is ending
                loop.call_soon_threadsafe(event.set)

    async def next(self) -> None:
        """Wait until one came since the last time, or before; several are one."""
        event = asyncio.Event()
        self._waiting = asyncio.get_running_loop(), event
        if not self._heard:
            await event.wait()
        self._heard = False


@dataclass(slots=True)
class Rereading:
    """Reads the settings again and puts them in force.

    `load` returns the settings as they are written now, and raises ConfigError; it runs in a
    thread. `apply` is called with what changes, and with the headers of the vendors that have some.
    `observe` is told of each reading whether the new settings are in force.
    """

    settings: Settings
    load: Callable[[], Settings]
    apply: Callable[[SettingsChanges, Mapping[str, Headers]], None]
    observe: Callable[[bool], None]

    async def run(
        self, hangups: Hangups, begin: Callable[[], None], end: Callable[[str], None]
    ) -> None:
        """Read them again at each hangup, until cancelled. `begin` is called before, `end` after
        with how it went.
        """
        while True:
            await hangups.next()
            begin()
            end(await self.reread())

    async def reread(self) -> str:
        """Read them once, and return how that went, in a line for people. Raises nothing."""
        try:
            after, headers = await asyncio.to_thread(self._read)
            changes = compare_settings(self.settings, after)
            self.apply(changes, headers)
        except ConfigError as error:
            for line in str(error).split("\n"):
                log.error("settings refused: %s", line)  # noqa: TRY400
            log.error("the settings read before stay in force")  # noqa: TRY400
            return self._refuse(str(error).split("\n")[-1])
        except Exception as error:
            log.exception("bug while reading the settings; those read before stay in force")
            return self._refuse(repr(error))
        if changes.restart_keys:
            keys = ", ".join(changes.restart_keys)
            log.warning("needs a restart, until then what was set before holds: %s", keys)
        details = list(_details(self.settings, changes))
        self.settings = changes.settings
        self.observe(True)  # noqa: FBT003
        log.info("settings read again: %s", changes)
        for detail in details:
            log.info("settings read again: %s", detail)
        return str(changes)

    def _read(self) -> tuple[Settings, Mapping[str, Headers]]:
        settings = self.load()
        return settings, headers_by_slug(settings.vendors)

    def _refuse(self, why: str) -> str:
        self.observe(False)  # noqa: FBT003
        return f"settings refused, those from before hold: {why}"


def _details(before: Settings, changes: SettingsChanges) -> Iterator[str]:
    """Yield a line for each vendor whose settings change, with the old and new values that are not
    secret.
    """
    old = [WatchedVendor(vendor.slug, kept_settings(vendor)) for vendor in before.vendors]
    watch_changes = compare_watched(old, changes.settings.vendors)
    for line in watch_changes.lines():
        if line.startswith("changed: "):
            yield line
    for slug in changes.changed_slugs:
        if slug not in watch_changes.changed:
            yield f"changed: {slug}: how its page is reached"
