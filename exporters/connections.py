"""Which connections of the web server may stay: how many, how long, and whose turn it is when there
are too many. Pure.

A connection takes a descriptor, and polls and the database need theirs. Whoever opens many and says
nothing, or asks and does not read the answer, must neither use them up nor keep a probe from being
answered.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from operator import itemgetter
from typing import TypeVar

K = TypeVar("K")

SHARE = 4
"""The web server has one in so many of the descriptors that the process may open."""

FEWEST, MOST = 16, 512
"""So many connections whatever that share is. A scrape, a probe and a person each need one."""

REQUEST_SECONDS = 10.0
"""How long a client may take to ask, head and body, counted from its connection or from the answer
before."""

ANSWER_SECONDS = 60.0
"""How long a client may take to read what was answered."""

SLOW_SECONDS = 1.0
"""After how long one that does not read may be dropped for another: whoever scrapes does not let us
wait at all."""

HEAD_BYTES = 16_384
"""How long a request's head may be."""


class Phase(StrEnum):
    """What a connection waits for."""

    ASKING = "asking"
    """For the client: its request is not here as a whole, or there is none."""
    WORKING = "working"
    """For us: the answer is being made."""
    READING = "reading"
    """For the client: an answer, or what there is of it, is not read."""


_LIMITS = {Phase.ASKING: REQUEST_SECONDS, Phase.READING: ANSWER_SECONDS}


@dataclass(frozen=True, slots=True)
class Standing:
    """Since when a connection waits for what, in seconds of a clock that never goes back."""

    phase: Phase
    since: float

    def in_phase(self, phase: Phase, now: float) -> "Standing":
        """Return how it stands at `now` when it waits for this now; unchanged when it did so
        before.
        """
        return self if phase is self.phase else Standing(phase, now)

    def is_overdue(self, now: float) -> bool:
        """Whether the client has had its time. What waits for us has none."""
        return now - self.since >= _LIMITS.get(self.phase, float("inf"))


def most_connections(descriptors: int) -> int:
    """Return how many connections may be open at once where the process may open so many
    descriptors.
    """
    return min(max(descriptors // SHARE, FEWEST), MOST)


def expendable(standings: Iterable[tuple[K, Standing]], now: float) -> K | None:
    """Return the connection to drop for a new one, None = none: all are being answered.

    It is the one that has asked nothing for longest; else the one that has not read for longest, if
    that is more than `SLOW_SECONDS`. A client that asks at once is so never dropped for those that
    come after it and only wait. `standings` begin with the connection that was made, or answered,
    first, and are not looked at further than needed.
    """
    slow = []
    for key, standing in standings:
        if standing.phase is Phase.ASKING:
            return key
        if standing.phase is Phase.READING and now - standing.since >= SLOW_SECONDS:
            slow.append((standing.since, key))
    return min(slow, key=itemgetter(0))[1] if slow else None
