"""Incidents and maintenances of an Instatus page, from whichever list. Pure."""

from collections.abc import Iterable
from datetime import datetime
from urllib.parse import quote, urlsplit

from monitor.kit.events import Event, words_not_in
from monitor.kit.fields import Row, last_segment, maybe_row, optional_verbatim, verbatim
from monitor.kit.protocol import PageContext
from monitor.model import Phase
from monitor.platforms.instatus.reading import PageReading
from monitor.platforms.instatus.rows import as_list, instant, maybe_instant, name_of
from monitor.platforms.instatus.words import MAINTENANCE_WORDS, PHASES


def events_of(rows: Iterable[Row], reading: PageReading, page: PageContext) -> tuple[Event, ...]:
    """Return the incidents. Of one listed twice the later row counts, with what only the first one
    has.

    The components are those that the page or its record connects with an incident, then those that
    the incident names.
    """
    by_id: dict[str, Row] = {}
    for row in rows:
        key = incident_id(row)
        by_id[key] = by_id.get(key, {}) | row
    hit = _components_by_incident(reading)
    return tuple(_event(row, hit.get(key, ()), page) for key, row in by_id.items())


def incident_id(row: Row) -> str:
    """Return the id; until 2023 it stood at the end of the incident's address only."""
    key, address = row.get("id"), row.get("url")
    if key is None and isinstance(address, str):
        key = last_segment(urlsplit(address).path)
    return verbatim(key, "incident.id")


def incident_ids(rows: Iterable[Row]) -> set[str]:
    """Return the ids of incidents."""
    return set(map(incident_id, rows))


def start_of(row: Row) -> datetime:
    """Return when an incident started or a maintenance is to start."""
    start = maybe_instant(row.get("started"), "incident.started")
    return start or instant(row.get("start"), "incident.start")


def phase_of(row: Row) -> Phase | None:
    """Return the phase of an incident; None when its word is unknown to us."""
    return PHASES.get(verbatim(row.get("status"), "incident.status"))


def _components_by_incident(reading: PageReading) -> dict[str, list[str]]:
    """Return the ids of the components that name an incident as theirs, or whose record does."""
    hit: dict[str, list[str]] = {}
    for component in reading.components:
        for key in component.incident_ids:
            hit.setdefault(key, []).append(component.id)
        for interval in reading.intervals_of(component.id):
            notice_id = interval.get("noticeId")
            if isinstance(notice_id, str):
                hit.setdefault(notice_id, []).append(component.id)
    return hit


def _event(row: Row, hit: Iterable[str], page: PageContext) -> Event:
    key, status = incident_id(row), verbatim(row.get("status"), "incident.status")
    impact = optional_verbatim(row.get("impact"), "incident.impact")
    maintenance = status in MAINTENANCE_WORDS or impact == "UNDERMAINTENANCE"
    start = start_of(row)
    return Event(
        id=key,
        title=name_of(row, "incident"),
        phase=phase_of(row) or Phase.OPEN,  # what it is stays open until we know the word
        status=status,
        impact="maintenance" if maintenance else impact or "none",
        start=start,
        end=_end(row, start),
        url=optional_verbatim(row.get("url"), "incident.url") or page.absolute(quote(key, safe="")),
        maintenance=maintenance,
        component_ids=(*hit, *_component_ids(row)),
        unknown_words=words_not_in(PHASES, status),
    )


def _component_ids(row: Row) -> Iterable[str]:
    for component in as_list(row.get("components")):
        key = maybe_row(component).get("id")
        if isinstance(key, str):
            yield key


def _end(row: Row, start: datetime) -> datetime | None:
    """Return when a closed incident ended: where that is not published, its last update, else its
    start.
    """
    if phase_of(row) is not Phase.CLOSED:
        return None
    end = maybe_instant(row.get("resolved"), "incident.resolved")
    return end or maybe_instant(row.get("updatedAt"), "incident.updatedAt") or start
