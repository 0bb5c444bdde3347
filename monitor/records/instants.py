"""Instants as SQLite keeps them: whole microseconds since 1970 UTC."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache

from monitor.intervals import utc

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_EXACT = 4_000_000_000_000_000
"""Up to here (the year 2096) a float of seconds names every microsecond exactly."""


def to_microseconds(instant: datetime) -> int:
    """Return whole microseconds since 1970 UTC. Raises ValueError for a naive datetime."""
    return (utc(instant) - _EPOCH) // _MICROSECOND


@lru_cache(maxsize=8_192)
def from_microseconds(value: int) -> datetime:
    """Return the instant, in UTC, that is `value` microseconds after 1970."""
    if -_EXACT < value < _EXACT:
        return datetime.fromtimestamp(value / 1e6, UTC)
    return _EPOCH + timedelta(microseconds=value)
