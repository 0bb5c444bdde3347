"""The table of incidents and maintenances: a row for each that bears on the days asked for."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from exporters.tables.extract import Extract
from exporters.tables.table import Kind, Row, Table, columns
from monitor.intervals import day_interval, day_of
from monitor.lookups import among, slugs_by_id
from monitor.model import Incident
from monitor.store import PageRecord


def incidents_of(extract: Extract) -> list[Incident]:
    """Return the incidents and maintenances that touch the days asked for, by their start."""
    zone = extract.page.zone
    begin, end = (day_interval(extract.window.first, zone), day_interval(extract.window.last, zone))
    there = (each for each in extract.facts.incidents if _touches(each, begin.start, end.end))
    return sorted(there, key=lambda each: (each.started_at, each.id))


def _touches(incident: Incident, start: datetime, end: datetime) -> bool:
    is_over = incident.resolved_at is not None and incident.resolved_at < start
    return incident.started_at < end and not is_over


def _rows(extract: Extract) -> Iterator[Row]:
    slugs = slugs_by_id(extract.facts.components)
    for incident in incidents_of(extract):
        yield incident_row(extract.page, incident, slugs)


def incident_row(page: PageRecord, incident: Incident, slugs: Mapping[str, str]) -> Row:
    """Return an incident's row; `slugs` are those of the page's components by id."""
    begin, end = incident.started_at, incident.resolved_at
    return {
        "vendor": page.slug,
        "zone": page.zone_name,
        "incident": incident.id,
        "title": incident.title,
        "phase": incident.phase.value,
        "status": incident.status,
        "impact": incident.impact,
        "maintenance": incident.maintenance,
        "first_day": day_of(begin, page.zone),
        "started_at": begin,
        "resolved_at": end,
        "duration_seconds": None if end is None else (end - begin).total_seconds(),
        "components": list(among(slugs, incident.component_ids)),
        "url": incident.url,
        "source": page.platform,
    }


INCIDENTS = Table(
    "incidents",
    {
        **columns(Kind.TEXT, "vendor", "zone", "incident", "title", "phase", "status", "impact"),
        "maintenance": Kind.TRUTH,
        "first_day": Kind.DAY,
        **columns(Kind.INSTANT, "started_at", "resolved_at"),
        "duration_seconds": Kind.NUMBER,
        "components": Kind.TEXTS,
        **columns(Kind.TEXT, "url", "source"),
    },
    _rows,
)
