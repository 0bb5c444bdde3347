"""How long the database is waited for. One `Patience` belongs to one engine; safe to use from
several threads.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import local

LOCK_SECONDS = 30.0
"""How long a write waits for another process's on SQLite."""

ANSWER_SECONDS = 25.0
"""How long a server may be silent. Longer than it may take by its own limit, so that its own word
comes first."""


@dataclass(slots=True)
class Patience:
    """Limits, in seconds. `timer` gives seconds that never go back; `sleep` waits."""

    lock_seconds: float = LOCK_SECONDS
    answer_seconds: float = ANSWER_SECONDS
    timer: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    _ends: float | None = None
    _thread: local = field(default_factory=local)

    def hurry(self, seconds: float) -> None:
        """Let every wait, also those that have begun, end within this time from now: the process is
        ending.
        """
        self._ends = self.timer() + seconds

    @property
    def is_over(self) -> bool:
        """Whether the process is ending and has no time left to wait."""
        return self._ends is not None and self.timer() >= self._ends

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Let this thread wait no longer than this for each answer inside; connecting anew is part
        of the wait.
        """
        before = getattr(self._thread, "limit", None)
        self._thread.limit, self._thread.heard = seconds, self.timer()
        try:
            yield
        finally:
            self._thread.limit = before

    @contextmanager
    def without_limit(self) -> Iterator[None]:
        """Let this thread wait as long as it takes, until the process ends: for work whose length
        nobody knows.
        """
        with self.within(float("inf")):
            yield

    def note_answer(self) -> None:
        """Note that the server has answered this thread."""
        self._thread.heard = self.timer()

    def until_lock(self) -> float:
        """Return when a wait for a lock that begins now ends at the latest."""
        limit = min(self.lock_seconds, getattr(self._thread, "limit", None) or self.lock_seconds)
        return self.timer() + limit

    def until_answer(self) -> float:
        """Return when a wait for an answer that begins now ends at the latest."""
        limit = getattr(self._thread, "limit", None)
        return (
            self.timer() + self.answer_seconds
            if limit is None
            else float(self._thread.heard) + float(limit)
        )

    def left_for_answer(self) -> float:
        """Return how long may be waited for an answer from now on; 0 or less = no longer."""
        now = self.timer()
        return min(self.until_answer(), self._ends or float("inf")) - now

    def is_past(self, end: float) -> bool:
        """Whether a wait until `end` is over, or all of them are."""
        return self.is_over or self.timer() >= end
