"""The edges of what the store can say: before and after everything, the shortest time, the whole
page. Pure.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import TypeVar

from monitor.model import without_none

BEGINNING = datetime(1, 1, 2, tzinfo=UTC)
"""Before everything; a day from the edge, so that no zone falls off the calendar."""

FAR_FUTURE = datetime(9999, 12, 30, tzinfo=UTC)
"""After everything."""

MIN_DURATION = timedelta(seconds=1)
"""What a state counts for that is known of one instant only: a single reading has seen it, or it
began at the last reading.
"""

WHOLE_PAGE = ""
"""The component id of rows about the whole page or the vendor's own day."""

Moment = TypeVar("Moment", date, datetime)


def earliest(moments: Iterable[Moment | None]) -> Moment | None:
    """Return the earliest of the instants or days that are known; None when none is."""
    return min(without_none(moments), default=None)


def latest(moments: Iterable[Moment | None]) -> Moment | None:
    """Return the latest of the instants or days that are known; None when none is."""
    return max(without_none(moments), default=None)
