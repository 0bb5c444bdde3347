"""Small evidence and moments for the tests of what evidence changes."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from monitor.intervals import Interval
from monitor.model import (
    Evidence,
    Level,
)

NOW = datetime(2026, 5, 22, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
GAP = timedelta(minutes=15)
ZONE = ZoneInfo("America/New_York")
IDS = st.sampled_from(["a", "b", "c"])
PAST = st.integers(-96, 0).map(lambda hours: NOW + hours * HOUR)
SPANS = st.tuples(PAST, st.integers(1, 72)).map(
    lambda each: Interval(each[0], each[0] + each[1] * HOUR)
)
LEVELS = st.sampled_from([None, *Level])


def unique(elements, key):
    return st.lists(elements, max_size=6, unique_by=key).map(tuple)


def told(**parts):
    return Evidence(source="acme.incident", read_at=NOW, **parts)
