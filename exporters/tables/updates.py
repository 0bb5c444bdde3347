"""The table of incidents' updates: a row for each message of the incidents asked for, as it now
stands.
"""

from collections.abc import Iterator, Mapping

from exporters.tables.extract import Extract
from exporters.tables.incidents import incidents_of
from exporters.tables.table import Kind, Row, Table, columns
from exporters.wording import level_key
from monitor.lookups import slugs_by_id
from monitor.store import PageRecord, UpdateVersion


def _rows(extract: Extract) -> Iterator[Row]:
    page = extract.page
    slugs = slugs_by_id(extract.facts.components)
    known_at = extract.known_at or extract.query.now
    for incident in incidents_of(extract):
        for version in extract.store.incident_updates(page.id, incident.id, known_at=known_at):
            yield update_row(page, version, slugs)


def update_row(page: PageRecord, version: UpdateVersion, slugs: Mapping[str, str]) -> Row:
    """Return a message's row; `slugs` are those of the page's components by id."""
    update = version.update
    components, levels = [], []
    for state in update.states:
        if state.component_id in slugs:
            components.append(slugs[state.component_id])
            levels.append(level_key(state.level))
    return {
        "vendor": page.slug,
        "zone": page.zone_name,
        "incident": update.incident_id,
        "update": update.key,
        "posted_at": update.at,
        "read_at": version.recorded_at,
        "status": update.status,
        "text": update.text,
        "components": components,
        "levels": levels,
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
