"""Until when what was answered of a page stands, if nothing more is stored of it. Pure."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from monitor.clocks import TOLERANCE, latest_ahead
from monitor.day_range import gap_seconds
from monitor.statuses.status import STALE_INTERVALS
from monitor.store import PageRecord


def stands_until(page: PageRecord, interval_seconds: float, now: datetime) -> datetime | None:
    """Return the instant until which a page's `freshness`, and whether its status is known, stay
    what they are at `now` if it is not read again; None = for ever. At that instant itself they may
    already be others. The page is polled at this interval.
    """
    edges = _edges(page, interval_seconds, now)
    return min((edge for edge in edges if edge >= now), default=None)


def _edges(page: PageRecord, interval_seconds: float, now: datetime) -> Iterator[datetime]:
    ahead = latest_ahead(page, now)
    if ahead is not None:
        yield ahead - TOLERANCE
    if page.observed_until is not None:
        yield page.observed_until + timedelta(seconds=STALE_INTERVALS * interval_seconds)
        yield page.observed_until + timedelta(seconds=gap_seconds(interval_seconds))
