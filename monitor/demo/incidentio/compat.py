"""The Statuspage-compatible API."""

from collections.abc import Iterable
from datetime import UTC, datetime
from random import Random

from monitor.demo.incidentio.page import (
    STATES,
    Json,
    Page,
    json_document,
    recorded_since,
    status_posts,
    without_none,
)
from monitor.demo.posts import Answer, Post, Query, current_incidents, newest_of
from monitor.demo.truth import TruthComponent, TruthIncident, ulid
from monitor.model import Level

COMPAT_STATES = {**STATES, Level.MAJOR_OUTAGE: "major_outage"}


COMPAT_INDICATORS = {
    Level.OPERATIONAL: ("none", "All Systems Operational"),
    Level.MAINTENANCE: ("maintenance", "Service Under Maintenance"),
    Level.DEGRADED: ("minor", "Partial System Degradation"),
    Level.PARTIAL_OUTAGE: ("minor", "Partial System Degradation"),
    Level.MAJOR_OUTAGE: ("major", "Major System Outage"),
}
COMPAT_ROWS = 25


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _head(page: Page) -> Json:
    return {
        "id": page.truth.page_id,
        "name": page.truth.name,
        "url": page.truth.url,
        "updated_at": _iso(page.truth.changed_at(page.now)),
    }


def _overall_status(page: Page) -> Json:
    indicator, description = COMPAT_INDICATORS[max(page.truth.levels_at(page.now))]
    return {"description": description, "indicator": indicator}


def _component_rows(page: Page) -> list[Json]:
    """Return every component, in an order that changes every minute as it does on real pages."""
    components = list(page.truth.components)
    Random(int(page.now.timestamp()) // 60).shuffle(components)  # noqa: S311
    return [_component_row(page, place, c) for place, c in enumerate(components)]


def _component_row(page: Page, place: int, component: TruthComponent) -> Json:
    return {
        "created_at": _iso(recorded_since(page, component)),
        "id": component.id,
        "name": component.name,
        "page_id": page.truth.page_id,
        "position": place,
        "status": COMPAT_STATES[page.level(component.id)],
        "updated_at": _iso(page.truth.changed_at(page.now)),
    }


def _update(incident: TruthIncident, post: Post) -> Json:
    at = _iso(post.at)
    return {
        "body": post.text,
        "created_at": at,
        "display_at": at,
        "id": ulid(post.at, incident.id, "update"),
        "incident_id": incident.id,
        "status": post.status,
        "updated_at": at,
    }


def _incidents(page: Page, incidents: Iterable[TruthIncident]) -> list[Json]:
    return [_incident(page, incident) for incident in incidents]


def _incident(page: Page, incident: TruthIncident) -> Json:
    updates = status_posts(incident, page.now)
    document: Json = {
        "created_at": _iso(incident.visible_at),
        "id": incident.id,
        "impact": incident.impact,
        "incident_updates": [_update(incident, post) for post in reversed(updates)],
        "name": incident.title,
        "page_id": page.truth.page_id,
        "status": updates[-1].status,
        "updated_at": _iso(updates[-1].at),
    }
    if incident.resolved_at is not None and incident.is_over(page.now):
        document["resolved_at"] = _iso(incident.resolved_at)
    return document


def status(page: Page, _query: Query) -> Answer:
    """Answer with what the page says of itself as a whole."""
    return json_document({"page": _head(page), "status": _overall_status(page)})


def summary(page: Page, _query: Query) -> Answer:
    """Answer with what goes on, and the first components."""
    incidents = current_incidents(page.truth, page.now, maintenance=False)
    document = {
        "components": _component_rows(page)[:COMPAT_ROWS],
        "incidents": _incidents(page, incidents) or None,
        "page": _head(page),
        "status": _overall_status(page),
    }
    return json_document(without_none(document))


def components(page: Page, _query: Query) -> Answer:
    """Answer with all components."""
    return json_document({"components": _component_rows(page), "page": _head(page)})


def incidents(page: Page, _query: Query) -> Answer:
    """Answer with the latest incidents."""
    incidents = newest_of(page.truth, page.now, maintenance=False)
    rows = _incidents(page, incidents[:COMPAT_ROWS])
    return json_document({"incidents": rows, "page": _head(page)})
