"""Incidents and maintenances of an Uptime.com page. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

from monitor.kit.events import Event, ImpactSpan, phase_at
from monitor.kit.fields import Row, identifier, keyword, maybe_text, optional_rows, text
from monitor.kit.messages import messages
from monitor.kit.posts import Post, calls_over, end_of, post_saying
from monitor.kit.states import worst_word
from monitor.kit.times import instant, maybe_instant
from monitor.model import Phase
from monitor.platforms.uptimecom.components import VOCABULARY, id_and_state

PHASES: Mapping[str, Phase] = {
    "investigating": Phase.OPEN,
    "identified": Phase.OPEN,
    "monitoring": Phase.OPEN,
    "resolved": Phase.CLOSED,
}
"""States of an incident after an update."""

MAINTENANCE = "scheduled_maintenance"
TYPES = frozenset({"incident", MAINTENANCE})


class _Update(NamedTuple):
    """When an update was posted, and the incident's state after it; "" = it gives none."""

    at: datetime
    state: str


def incident_id(record: Row) -> str:
    """Return an incident's id."""
    return identifier(record.get("id"), "incident.id")


def unknown_types(records: Iterable[Row]) -> set[str]:
    """Return the types of incidents that mean nothing to us."""
    return {_type(record) for record in records} - TYPES


def _type(record: Row) -> str:
    return keyword(record.get("incident_type"), "incident.incident_type")


def events_of(records: Iterable[Row], now: datetime) -> list[Event]:
    """Return incidents and maintenances as of `now`."""
    return [_event(record, now) for record in records]


def _event(record: Row, now: datetime) -> Event:
    """Return an incident or a maintenance as of `now`, with one state for the whole of it for each
    component.
    """
    key = incident_id(record)
    where = f"incident {key}"
    start = instant(record.get("starts_at"), f"{where}.starts_at")
    updates = _updates(record, where)
    status = _status(record, updates)
    stated_end = maybe_instant(record.get("ends_at"), f"{where}.ends_at")
    is_over = calls_over(status.lower(), PHASES)
    end = end_of(_posts(updates), stated_end, start, over=is_over)
    maintenance = _type(record) == MAINTENANCE
    spans = tuple(_spans(record, start, end, where))
    return Event(
        id=key,
        title=text(record.get("name"), f"{where}.name"),
        phase=phase_at(start, end, now),
        start=start,
        end=end,
        status=status or "unknown",
        impact=worst_word(spans) or "unknown",
        maintenance=maintenance,
        spans=spans,
        unattributed=not spans,
        updates=messages(
            record.get("updates"), at="updated_at", status="incident_state", text="description"
        ),
    )


def _updates(record: Row, where: str) -> list[_Update]:
    """Return the updates, oldest first."""
    updates: list[_Update] = []
    for update in optional_rows(record.get("updates"), f"{where}.updates"):
        at = instant(update.get("updated_at"), f"{where}.updates.updated_at")
        updates.append(_Update(at, maybe_text(update.get("incident_state")) or ""))
    return sorted(updates)


def _posts(updates: Iterable[_Update]) -> Iterator[Post]:
    for update in updates:
        yield post_saying(update.at, update.state.lower(), PHASES)


def _status(record: Row, updates: list[_Update]) -> str:
    """Return the state of an incident, which the history has in its newest update only."""
    newest = updates[-1].state if updates else ""
    return maybe_text(record.get("latest_update_incident_state")) or newest


def _spans(record: Row, start: datetime, end: datetime | None, where: str) -> Iterator[ImpactSpan]:
    hits = optional_rows(record.get("affected_components"), f"{where}.affected_components")
    for hit in hits:
        key, state = id_and_state(hit)
        level = VOCABULARY.get(state)
        yield ImpactSpan(component_id=key, level=level, start=start, end=end, word=state)
