"""Checkly's incidents, which stand in the days of every service that they hit, and where they go
on in a list of their own. Pure.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from monitor.kit.events import Event, expire_stale, phase_by_end, spans_for
from monitor.kit.fields import Row, identifier, ids_of, keyword, number, optional_rows, rows, text
from monitor.kit.messages import messages
from monitor.kit.times import instant
from monitor.model import Level
from monitor.platforms.checkly.services import services_with_days

VOCABULARY: Mapping[str, Level] = {
    "MINOR": Level.DEGRADED,
    "MEDIUM": Level.PARTIAL_OUTAGE,
    "MAJOR": Level.MAJOR_OUTAGE,
    "CRITICAL": Level.MAJOR_OUTAGE,
    "MAINTENANCE": Level.MAINTENANCE,
}
"""What severities are worth. MAINTENANCE is also what an update of a maintenance is called."""

MAINTENANCE = "MAINTENANCE"
OVER = "RESOLVED"
STATUSES = frozenset({"INVESTIGATING", "IDENTIFIED", "MONITORING", MAINTENANCE, OVER})


@dataclass(frozen=True, slots=True)
class Incidents:
    """Incidents by id, and the ids of the services that each hit, in the order in which they were
    added.
    """

    rows: dict[str, Row] = field(default_factory=dict)
    services: dict[str, dict[str, None]] = field(default_factory=dict)

    def add_days(self, answer: Row) -> datetime | None:
        """Add what services' days hold. Return the first of the days, None when there are none."""
        dates: set[datetime] = set()
        for key, service in services_with_days(answer):
            where = f"service {key}.days"
            for day in optional_rows(service.get("days"), where):
                dates.add(instant(day.get("date"), f"{where}.date"))
                for incident in rows(day.get("events"), f"{where}.events"):
                    self._add(incident, [key])
        return min(dates, default=None)

    def add_open(self, answer: Row) -> None:
        """Add the incidents that go on; what is said of them here counts."""
        for incident in rows(answer.get("incidents"), "incidents"):
            self._add(incident, service_ids(incident, "incident"))

    def _add(self, incident: Row, services: Iterable[str]) -> None:
        key = identifier(incident.get("id"), "incident.id")
        self.rows[key] = incident
        self.services.setdefault(key, {}).update(dict.fromkeys(services))

    def events(self, now: datetime) -> Iterator[Event]:
        """Yield the incidents as events."""
        for key, row in self.rows.items():
            yield _event(row, self.services[key], now)

    def unknown_words(self) -> frozenset[str]:
        """Return the words for an incident's state that mean nothing to us."""
        return frozenset(map(_status, self.rows.values())) - STATUSES


def service_ids(item: Row, where: str) -> list[str]:
    """Return the ids of the services that an incident or a window names."""
    where = f"{where}.services"
    return ids_of(optional_rows(item.get("services"), where), where)


def _event(incident: Row, services: Iterable[str], now: datetime) -> Event:
    """Return an incident; an open one nobody speaks of any more is not rated for ever."""
    key, status = identifier(incident.get("id"), "incident.id"), _status(incident)
    start = instant(incident.get("created_at"), f"incident {key}.created_at")
    seconds = number(incident.get("duration"), f"incident {key}.duration")
    last_update = start + timedelta(seconds=max(0.0, seconds))
    end = last_update if status == OVER else None
    severity = text(incident.get("severity"), f"incident {key}.severity").upper()
    level = VOCABULARY.get(MAINTENANCE if status == MAINTENANCE else severity)
    spans = spans_for(services, level, start, end, word=severity)
    event = Event(
        id=key,
        title=text(incident.get("name"), f"incident {key}.name"),
        phase=phase_by_end(end, now),
        start=start,
        end=end,
        status=status.lower(),
        impact=severity,
        maintenance=level is Level.MAINTENANCE,
        spans=spans,
        unattributed=not spans,
        updates=messages(
            incident.get("incidentUpdates"), at="publicIncidentUpdateDate", text="description"
        ),
    )
    changed_at = incident.get("updated_at")
    if changed_at:
        last_update = max(last_update, instant(changed_at, "incident.updated_at"))
    return expire_stale(event, last_update, now)


def _status(incident: Row) -> str:
    return keyword(incident.get("lastUpdateStatus"), "incident.lastUpdateStatus").upper()
