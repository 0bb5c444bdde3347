"""The table of incidents and maintenances: a row for each that bears on the days asked for."""

from collections.abc import Iterator

from exporters.tables.extract import Extract
from exporters.tables.table import Kind, Row, Table, columns
from monitor.intervals import day_of


def _rows(extract: Extract) -> Iterator[Row]:
    page = extract.page
    slugs = {entry.component.id: entry.slug for entry in extract.facts.components}
    for incident in sorted(extract.facts.incidents, key=lambda each: (each.started_at, each.id)):
        begin, end = incident.started_at, incident.resolved_at
        yield {
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
            "components": [slugs[key] for key in incident.component_ids if key in slugs],
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
