"""The table of incidents' updates: a row for each message of the incidents asked for, as it now
stands.
"""

from collections.abc import Iterator

from exporters.tables.extract import Extract
from exporters.tables.incidents import incidents_of
from exporters.tables.table import Kind, Row, Table, columns
from exporters.wording import level_key
from monitor.store import UpdateVersion


def _rows(extract: Extract) -> Iterator[Row]:
    page = extract.page
    slugs = {entry.id: entry.slug for entry in extract.facts.components}
    for incident in incidents_of(extract):
        versions = extract.store.incident_updates(
            page.id, incident.id, known_at=extract.known_at or extract.query.now
        )
        for version in versions:
            yield {"vendor": page.slug, "zone": page.zone_name} | _update(version, slugs)


def _update(version: UpdateVersion, slugs: dict[str, str]) -> Row:
    update = version.update
    states = [state for state in update.states if state.component_id in slugs]
    return {
        "incident": update.incident_id,
        "update": update.key,
        "posted_at": update.at,
        "read_at": version.recorded_at,
        "status": update.status,
        "text": update.text,
        "components": [slugs[state.component_id] for state in states],
        "levels": [level_key(state.level) for state in states],
    }


INCIDENT_UPDATES = Table(
    "incident_updates",
    {
        **columns(Kind.TEXT, "vendor", "zone", "incident", "update"),
        **columns(Kind.INSTANT, "posted_at", "read_at"),
        **columns(Kind.TEXT, "status", "text"),
        **columns(Kind.TEXTS, "components", "levels"),
    },
    _rows,
)
