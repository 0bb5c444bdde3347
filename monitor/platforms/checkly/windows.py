"""Checkly's maintenance windows. What one looks like is taken from Checkly's own API. Pure."""

from collections.abc import Iterator
from datetime import datetime

from monitor.kit.events import Event, phase_at, spans_for
from monitor.kit.fields import Row, identifier, optional_rows, text
from monitor.kit.times import instant
from monitor.model import Level, Phase
from monitor.platforms.checkly.incidents import MAINTENANCE, service_ids

LISTS = ("active", "upcoming", "recentlyCompleted", "past")


def read_windows(answer: Row, now: datetime) -> Iterator[Event]:
    """Yield the maintenance windows that were, go on or are planned."""
    for key in LISTS:
        for window in optional_rows(answer.get(key), key):
            yield _event(window, now)


def _event(window: Row, now: datetime) -> Event:
    """Return a maintenance window. While one goes on that names no service, nobody knows which ones
    are operational.
    """
    key = identifier(window.get("id"), "window.id")
    start = instant(window.get("startsAt"), "window.startsAt")
    end = instant(window.get("endsAt"), "window.endsAt")
    spans = spans_for(service_ids(window, "window"), Level.MAINTENANCE, start, end)
    phase = phase_at(start, end, now)
    return Event(
        id=key,
        title=text(window.get("name"), "window.name"),
        phase=phase,
        start=start,
        end=end,
        status=str(phase),
        impact=MAINTENANCE,
        maintenance=True,
        spans=spans,
        unattributed=phase is Phase.OPEN and not spans,
    )
