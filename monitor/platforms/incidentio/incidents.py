"""Incidents of an incident.io page, as links and as whole objects, and what each claims of
components. Pure.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.kit.events import Event, words_not_in
from monitor.kit.fields import Row, optional_rows, optional_verbatim, rows, verbatim
from monitor.kit.messages import message
from monitor.kit.protocol import PageContext
from monitor.model import (
    Impact,
    IncidentUpdate,
    Phase,
    PostedState,
    by_id,
    without_none,
    worst_level,
)
from monitor.platforms.incidentio.reading import PageReading
from monitor.platforms.incidentio.times import instant, maybe_instant
from monitor.platforms.incidentio.words import LEVELS, PHASES, WORDS


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedIncident:
    """An incident as a link or an incident object tells it. `closed_at` is known only from an
    object.

    `is_whole`: the object lists its impacts, all of them; a link lists none, whatever there are.
    """

    id: str
    title: str
    status: str
    published_at: datetime
    maintenance: bool
    closed_at: datetime | None
    component_ids: tuple[str, ...]
    impacts: tuple[Row, ...]
    updates: tuple[IncidentUpdate, ...]
    is_whole: bool

    @property
    def phase(self) -> Phase | None:
        """The phase; None when the status is unknown to us."""
        return PHASES.get(self.status)


Incidents = Mapping[str, ListedIncident]


def ongoing_incidents(reading: PageReading) -> dict[str, ListedIncident]:
    """Return the incidents the page lists as going on or scheduled, by id."""
    where = "summary.ongoing_incidents"
    ongoing = incidents_by_id(rows(reading.summary.get("ongoing_incidents"), where), where)
    where = "summary.scheduled_maintenances"
    maintenances = optional_rows(reading.summary.get("scheduled_maintenances"), where)
    return ongoing | incidents_by_id(maintenances, where)


def all_incidents(
    reading: PageReading, history: Row, others: Iterable[Row] = ()
) -> dict[str, ListedIncident]:
    """Return every incident named anywhere, by id; an object, which says more, replaces a link."""
    links = optional_rows(history.get("incident_links"), "the answer.incident_links")
    return {
        **incidents_by_id(links, "incident_links"),
        **incidents_by_id((*others, *reading.incidents), "incidents"),
        **ongoing_incidents(reading),
    }


def incidents_by_id(entries: Iterable[Row], where: str) -> dict[str, ListedIncident]:
    """Return the incidents of a list; of an id listed twice the last one counts."""
    return by_id(_incident(entry, where) for entry in entries)


def events_of(incidents: Incidents, impacts: Iterable[Impact], page: PageContext) -> list[Event]:
    """Return the incidents as events; what they meant for components is told by the impacts."""
    by_incident: dict[str | None, list[Impact]] = {}
    for impact in impacts:
        by_incident.setdefault(impact.incident_id, []).append(impact)
    events = []
    for incident in incidents.values():
        own_impacts = by_incident.get(incident.id, [])
        events.append(_event(incident, own_impacts, page))
    return events


def _incident(entry: Row, where: str) -> ListedIncident:
    key = verbatim(entry.get("id"), f"{where}.id")
    status = verbatim(entry.get("status"), f"{where}.status")
    updates = optional_rows(entry.get("updates"), f"{where}.updates")
    return ListedIncident(
        id=key,
        title=verbatim(entry.get("name"), f"{where}.name"),
        status=status,
        published_at=instant(entry.get("published_at"), f"{where}.published_at"),
        maintenance=entry.get("type") == "maintenance" or status.startswith("maintenance_"),
        closed_at=max(_closings(updates, f"{where}.updates"), default=None),
        component_ids=tuple(_component_ids(entry, f"{where}.affected_components")),
        impacts=tuple(optional_rows(entry.get("component_impacts"), f"{where}.component_impacts")),
        updates=tuple(_messages(updates, f"{where}.updates")),
        is_whole="component_impacts" in entry,
    )


def _component_ids(entry: Row, where: str) -> Iterator[str]:
    for row in optional_rows(entry.get("affected_components"), where):
        yield verbatim(row.get("component_id"), f"{where}.component_id")


def _closings(updates: Iterable[Row], where: str) -> Iterator[datetime]:
    """Yield when updates say that the incident is over."""
    for update in updates:
        status = optional_verbatim(update.get("to_status"), f"{where}.to_status") or ""
        if PHASES.get(status) is Phase.CLOSED:
            yield instant(update.get("published_at"), f"{where}.published_at")


def _messages(updates: Iterable[Row], where: str) -> Iterator[IncidentUpdate]:
    """Yield the incident's updates; a link and the imitation of Statuspage have none."""
    for update in updates:
        at = maybe_instant(update.get("published_at"), f"{where}.published_at")
        if at is not None:
            status = optional_verbatim(update.get("to_status"), f"{where}.to_status") or ""
            yield message(
                at,
                status,
                str(update.get("message_string") or ""),
                key=str(update.get("id") or f"{at.isoformat()} {status}"),
                states=_posted_states(update, where),
            )


def _posted_states(update: Row, where: str) -> Iterator[PostedState]:
    statuses = update.get("component_statuses")
    for row in optional_rows(statuses, f"{where}.component_statuses"):
        code, word = row.get("component_id"), row.get("status")
        if isinstance(code, str) and isinstance(word, str):
            yield PostedState(component_id=code, level=LEVELS.get(word), word=word)


def _event(incident: ListedIncident, impacts: Sequence[Impact], page: PageContext) -> Event:
    phase = incident.phase or Phase.OPEN  # what it is stays open until we know the word
    start = _start(incident, impacts)
    hit_ids = [impact.component_id for impact in impacts]
    return Event(
        id=incident.id,
        title=incident.title,
        phase=phase,
        status=incident.status,
        impact=_impact_word(incident, impacts),
        start=start,
        end=_end(incident, impacts, start) if phase is Phase.CLOSED else None,
        url=page.absolute(f"incidents/{incident.id}"),
        maintenance=incident.maintenance,
        planned=phase is Phase.SCHEDULED,
        component_ids=(*incident.component_ids, *hit_ids),
        unknown_words=words_not_in(PHASES, incident.status),
        updates=incident.updates,
    )


def _end(incident: ListedIncident, impacts: Iterable[Impact], start: datetime) -> datetime:
    """Return when an incident that is over was closed, else when the last of its impacts ended."""
    if incident.closed_at is not None:
        return incident.closed_at
    return max(without_none(impact.end for impact in impacts), default=start)


def _start(incident: ListedIncident, impacts: Iterable[Impact]) -> datetime:
    """Return the first of what is known to have begun; what is planned begins when its impacts do,
    and not when it was published.
    """
    starts = [impact.start for impact in impacts]
    if incident.maintenance:
        starts += _planned_starts(incident)
    if not (incident.maintenance and starts):
        starts.append(incident.published_at)
    return min(starts)


def _planned_starts(incident: ListedIncident) -> Iterator[datetime]:
    for row in incident.impacts:
        yield instant(row.get("start_at"), "component_impacts.start_at")


def _impact_word(incident: ListedIncident, impacts: Iterable[Impact]) -> str:
    if incident.maintenance:
        return "maintenance"
    worst = worst_level(impact.level for impact in impacts)
    return "none" if worst is None else WORDS[worst]
