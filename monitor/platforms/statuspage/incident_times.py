"""Whether an incident goes on, when it began and when it ended. Pure.

Measured on one page's 769 component-days of five months: with a posted state held until the closing
update, 741 agree with the vendor's bars to 5 s (186 of the 214 with an outage), and 737 (182) with
the end that the vendor dated back.
"""

from collections.abc import Container, Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from monitor.kit.fields import Row
from monitor.kit.times import earliest
from monitor.model import Phase
from monitor.platforms.statuspage.answers import instant
from monitor.platforms.statuspage.updates import (
    CLOSED_STATUSES,
    SCHEDULED_STATUS,
    WORKING,
    Update,
    final_closing,
    posts_trouble,
    was_reopened,
)

MAINTENANCE = (SCHEDULED_STATUS, "in_progress", "verifying", "completed")


class IncidentTimes(NamedTuple):
    """When an incident began and ended (None = it goes on), in UTC. `work_began` is when a
    maintenance did, else `started_at`.
    """

    phase: Phase
    started_at: datetime
    ended_at: datetime | None
    work_began: datetime


def read_times(incident: Row, updates: Sequence[Update]) -> IncidentTimes:
    """Return an incident's times; its updates are oldest first."""
    phase = _phase(incident)
    ended_at = _ended_at(incident, updates) if phase is Phase.CLOSED else None
    if not is_maintenance(incident):
        started_at = _started_at(incident)
        return IncidentTimes(phase, started_at, ended_at, started_at)
    started_at = _maintenance_start(incident, updates)
    work_began = _first_at(updates, WORKING) or started_at
    return IncidentTimes(phase, started_at, ended_at, work_began)


def is_maintenance(incident: Row) -> bool:
    """Whether an incident is a maintenance, which was scheduled or has a maintenance's status."""
    return bool(incident.get("scheduled_for")) or incident["status"] in MAINTENANCE


def _phase(incident: Row) -> Phase:
    status = incident["status"]
    if status in CLOSED_STATUSES:
        return Phase.CLOSED
    if status == SCHEDULED_STATUS:
        return Phase.SCHEDULED
    is_resolved = incident.get("resolved_at") and status not in WORKING
    return Phase.CLOSED if is_resolved else Phase.OPEN


def _started_at(incident: Row) -> datetime:
    started_at = instant(incident.get("started_at") or incident["created_at"])
    resolved_at = incident.get("resolved_at")
    if resolved_at is None or started_at <= instant(resolved_at):
        return started_at
    # Entered afterwards: `started_at` is when it was typed, and only the other two were dated back.
    return min(instant(incident["created_at"]), instant(resolved_at))


def _maintenance_start(incident: Row, updates: Sequence[Update]) -> datetime:
    """Return when a maintenance is scheduled, or began if that was earlier: its `started_at` is
    when it was announced.
    """
    created_at = instant(incident["created_at"])
    began_at = _first_at(updates, ("in_progress",))
    planned_start = instant(incident["scheduled_for"]) if incident.get("scheduled_for") else None
    return earliest(began_at, planned_start) or created_at


def _first_at(updates: Iterable[Update], statuses: Container[str]) -> datetime | None:
    """Return when an update first said one of these; None where none did."""
    for update in updates:
        if update.status in statuses:
            return update.at
    return None


def _ended_at(incident: Row, updates: Sequence[Update]) -> datetime:
    """Return when a closed incident ended.

    Vendors date an end back; the states it posted held until the closing update all the same: with
    that the page's own record agrees. An incident that posted none has only what the vendor claims.
    """
    final = final_closing(updates)
    closed_at = updates[final].at if final is not None else None
    if not incident.get("resolved_at"):
        return closed_at or (updates[-1].at if updates else instant(incident["created_at"]))
    resolved_at = instant(incident["resolved_at"])
    # `resolved_at` of an incident opened again may still be of the first time.
    if closed_at is not None and (was_reopened(updates, final) or posts_trouble(updates)):
        return max(resolved_at, closed_at)
    return resolved_at
