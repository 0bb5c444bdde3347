"""How the database is doing: when something was last written, what failed and why, and what is said
about it.

The one place that logs the database's troubles: each cause once a minute, however many tried in
that time.
"""

import logging
import time
from collections.abc import Callable, Mapping
from threading import Lock

from monitor.errors import STORE_CAUSES, StoreError
from monitor.sparing import Sparing

log = logging.getLogger(__name__)

READY_FOR_SECONDS = 15.0
"""How long something that may pass by itself is no reason to call the store unwritable: a backup
holds it for less."""

_AGAIN = "again"

SILENT_SECONDS = 60.0
"""After how long without a write one is made for its own sake: nothing else would tell a disk that
has gone."""


class Health:
    """What is known of a store's health; safe to use from several threads. `timer` gives seconds
    that never go back.

    `on_failure` is called with the cause of everything that failed.
    """

    def __init__(self, timer: Callable[[], float] = time.monotonic) -> None:
        self._timer = timer
        self._lock = Lock()
        self._began = timer()
        self._wrote: float | None = None
        self._failing: float | None = None
        self._why: StoreError | None = None
        self._failures = dict.fromkeys(STORE_CAUSES, 0)
        self._sparing = Sparing()
        self._on_failure: Callable[[str], None] = lambda _: None

    def listen(self, on_failure: Callable[[str], None]) -> None:
        """Have every failure's cause told from now on, and those so far."""
        with self._lock:
            self._on_failure = on_failure
            before = dict(self._failures)
        for cause, count in before.items():
            for _ in range(count):
                on_failure(cause)

    @property
    def failures(self) -> Mapping[str, int]:
        """How often something failed, by cause; every cause is in it."""
        with self._lock:
            return dict(self._failures)

    @property
    def written_seconds_ago(self) -> float | None:
        """How long ago something was last written, in seconds; None = nothing yet."""
        with self._lock:
            return None if self._wrote is None else self._timer() - self._wrote

    @property
    def unwritten_seconds(self) -> float:
        """For how long nothing was written, in seconds; since the beginning, if nothing was yet."""
        with self._lock:
            return self._timer() - (self._began if self._wrote is None else self._wrote)

    @property
    def is_silent(self) -> bool:
        """Whether nothing was written for so long that a write is due for its own sake."""
        ago = self.written_seconds_ago
        return ago is None or ago >= SILENT_SECONDS

    @property
    def problem(self) -> str | None:
        """Say why nothing can be written, for readiness; None while something can."""
        with self._lock:
            if self._failing is None or self._why is None:
                return None
            seconds = self._timer() - self._failing
            if self._why.passes and seconds < READY_FOR_SECONDS:
                return None
            return f"nothing could be kept for {seconds:.0f} s: {self._why}"

    def wrote(self) -> None:
        """Note that something was really written."""
        with self._lock:
            now = self._timer()
            seconds = None if self._failing is None else now - self._failing
            self._wrote, self._failing, self._why = now, None, None
            is_to_be_told = (
                seconds is not None and self._sparing.more_to_say(_AGAIN, now) is not None
            )
        if is_to_be_told:
            log.warning(
                "store cause=none: the database can be written again, after %.0f s", seconds
            )

    def failed(self, error: StoreError, *, writing: bool) -> None:
        """Note that something failed; every try counts."""
        with self._lock:
            now = self._timer()
            self._failures[error.cause] += 1
            if writing and error.is_of_database:
                self._failing = now if self._failing is None else self._failing
                self._why = error
            unsaid = self._sparing.more_to_say(error.cause, now)
        self._on_failure(error.cause)
        if unsaid is not None:
            more = f", {unsaid} more since it was last said" if unsaid else ""
            log.error("store cause=%s%s: %s", error.cause, more, error)
