"""Whether pages can be polled as often as the settings ask for. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil

POLL_SECONDS = 1.0
"""What a poll is taken to last until some were measured: two requests of one host, a quarter of a
second apart."""

SMOOTHED_OVER = 100
"""Polls over which their duration is averaged, the latest counting most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What one process is asked to do against what it can: polls a second, polls at the same time,
    seconds a poll.
    """

    wanted_per_second: float
    concurrency: int
    poll_seconds: float = POLL_SECONDS

    @property
    def possible_per_second(self) -> float:
        """How many polls a second there is room for."""
        return self.concurrency / max(self.poll_seconds, 1e-6)

    @property
    def ratio(self) -> float:
        """The share of that room that is asked for; above 1 polls begin ever later."""
        return self.wanted_per_second / self.possible_per_second

    @property
    def problem(self) -> str | None:
        """Say that more is asked for than can be done, and what to do; None when it can."""
        if self.ratio <= 1:
            return None
        enough = ceil(self.wanted_per_second * self.poll_seconds)
        return (
            f"the intervals ask for {self.wanted_per_second:.1f} polls a second, and `concurrency`"
            f" {self.concurrency} allows {self.possible_per_second:.1f} where a poll takes"
            f" {self.poll_seconds:.1f} s, so pages are polled late; raise `concurrency` to"
            f" {enough}, or `interval`"
        )


def wanted_per_second(interval_seconds: Iterable[float]) -> float:
    """Return how many polls a second pages with these intervals, in seconds, ask for."""
    return sum(1 / seconds for seconds in interval_seconds)


def smooth(before: float, latest: float) -> float:
    """Return the average duration of polls after one more."""
    return before + (latest - before) / SMOOTHED_OVER
