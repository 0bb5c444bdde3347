"""A monitor's present state, and its last outage. Pure."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from monitor.intervals import day_of
from monitor.kit.events import ComponentState, Event, spans_for
from monitor.kit.fields import Row, keyword, maybe_text, number, row, text
from monitor.kit.times import instant, maybe_instant
from monitor.model import (
    Basis,
    Component,
    Level,
    Phase,
)
from monitor.platforms.uptimerobot.lists import Monitors, monitor_key

DOWN = "lastDowntime"
VOCABULARY: Mapping[str, Level] = {
    "success": Level.OPERATIONAL,
    "info": Level.MAINTENANCE,
    "warning": Level.DEGRADED,
    "danger": Level.MAJOR_OUTAGE,
    DOWN: Level.MAJOR_OUTAGE,
}
"""What a monitor's `statusClass` means, and the outage that has a time."""

NOT_MEASURED = frozenset({"paused", "black"})


def read_state(monitor: Row, position: int, zone: ZoneInfo | None) -> ComponentState:
    """Return a monitor and its present state."""
    key = monitor_key(monitor)
    word = keyword(monitor.get("statusClass"), f"monitor {key}.statusClass")
    component = Component(
        id=key,
        name=text(monitor.get("name"), f"monitor {key}.name"),
        group=maybe_text(monitor.get("groupName")),
        position=position,
        start_date=first_day(monitor, zone),
        has_bars=True,
    )
    return ComponentState(
        component=component,
        level=VOCABULARY.get(word),
        word=None if word in NOT_MEASURED else word,
    )


def first_day(monitor: Row, zone: ZoneInfo | None) -> date | None:
    """Return the day a monitor was made: before it nothing was measured, whatever the ratio is."""
    if zone is None:
        return None
    where = f"monitor {monitor_key(monitor)}.createdAt"
    created_at = maybe_instant(monitor.get("createdAt"), where, zone)
    return None if created_at is None else day_of(created_at, zone)


def read_downtimes(monitors: Monitors, now: datetime) -> Iterator[Event]:
    """Yield the last outage of each monitor that is up again."""
    if monitors.zone is None:
        return
    for monitor in monitors.rows:
        is_down = VOCABULARY.get(str(monitor.get("statusClass"))) is Level.MAJOR_OUTAGE
        if monitor.get(DOWN) is not None and not is_down:
            event = _downtime(monitor, monitors.zone)
            if event.end is not None and event.end <= now:
                yield event


def _downtime(monitor: Row, zone: ZoneInfo) -> Event:
    key = monitor_key(monitor)
    where = f"monitor {key}.{DOWN}"
    outage = row(monitor.get(DOWN), where)
    start = instant(outage.get("date"), f"{where}.date", zone)
    seconds = number(outage.get("duration"), f"{where}.duration")
    end = start + timedelta(seconds=max(0.0, seconds))
    return Event(
        id=f"{key}-{start:%Y%m%dT%H%M%SZ}",
        title=maybe_text(outage.get("reason")) or "Down",
        phase=Phase.CLOSED,
        start=start,
        end=end,
        status="up again",
        impact="down",
        spans=spans_for([key], VOCABULARY[DOWN], start, end, word="down", basis=Basis.DECLARED),
    )
