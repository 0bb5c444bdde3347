"""The rules in force: read again when the settings or the files behind them change."""

import asyncio
import logging
import ssl
from pathlib import Path

from exporters.access.rules import Rules, read_rules
from monitor.config import Settings
from monitor.errors import ConfigError

log = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
"""How often the files are looked at. A change is read at the second look that sees it: certificate
and key are written one after the other."""

_Stamps = tuple[tuple[int, int, int] | None, ...]


class Keeper:
    """Keeps the rules. Raises ConfigError, as `read_rules` does, when it is made."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.rules: Rules
        self._files: tuple[Path, ...]
        self.rules, self._files = read_rules(settings)
        if self.rules.warning is not None:
            log.warning(self.rules.warning)

    def context(self) -> ssl.SSLContext | None:
        """Return what encrypts a new connection; None = nothing does."""
        return self.rules.context

    def configure(self, settings: Settings) -> None:
        """Put the rules of other settings in force; what cannot be read is logged, and those before
        stay.
        """
        self._settings = settings
        self._read()

    async def run(self) -> None:
        """Look at the files, until cancelled."""
        before = latest = await asyncio.to_thread(_stamps, self._files)
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            previous, latest = latest, await asyncio.to_thread(_stamps, self._files)
            if latest != before and latest == previous:
                await asyncio.to_thread(self._read)
                before = latest = await asyncio.to_thread(_stamps, self._files)

    def _read(self) -> None:
        try:
            self.rules, self._files = read_rules(self._settings)
        except ConfigError as error:
            for line in str(error).split("\n"):
                log.error("who may ask: refused: %s", line)  # noqa: TRY400
            log.error("who may ask: the rules read before stay in force")  # noqa: TRY400
        except Exception:
            log.exception("bug while reading who may ask; the rules read before stay in force")
        else:
            log.info("who may ask: read again")


def _stamps(files: tuple[Path, ...]) -> _Stamps:
    """Return what changes when a file is written or another takes its place; None = no file."""
    return tuple(map(_stamp, files))


def _stamp(file: Path) -> tuple[int, int, int] | None:
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino
