"""What the page knows of itself: its components, and the incidents of now."""

from collections.abc import Iterable
from itertools import zip_longest

from monitor.demo.incidentio.page import (
    STATES,
    Json,
    Page,
    iso,
    recorded_since,
    status_posts,
    status_word,
    without_none,
)
from monitor.demo.posts import Post, current_incidents
from monitor.demo.truth import TruthComponent, TruthIncident, ulid
from monitor.model import Level


def impact_rows(page: Page, incident: TruthIncident) -> list[Json]:
    """Return the spans in which an incident harms its components; one that goes on has no
    `end_at`.
    """
    rows = []
    for key in incident.effects:
        for number, (start, end, level) in enumerate(incident.spans(key, page.now)):
            row = {
                "id": ulid(start, incident.id, key, str(number)),
                "component_id": key,
                "status": STATES[level],
                "start_at": iso(start),
                "end_at": iso(end) if end is not None else None,
                "status_page_incident_id": incident.id,
            }
            rows.append(without_none(row))
    return rows


def _states(page: Page, incident: TruthIncident) -> list[Json]:
    """Return the worst level each named component had in the incident, and its level now."""
    rows = []
    for key in incident.component_ids(page.now):
        worst = Level.OPERATIONAL
        for span in incident.spans(key, page.now):
            worst = max(worst, span.level)
        now = incident.level(key, page.now)
        rows.append({"component_id": key, "status": STATES[worst], "current_status": STATES[now]})
    return rows


def _update(incident: TruthIncident, post: Post) -> Json:
    paragraph = {"type": "paragraph", "content": [{"type": "text", "text": post.text}]}
    states = []
    for key, (_, new) in (post.states or {}).items():
        states.append({"component_id": key, "status": STATES[new]})
    return {
        "id": ulid(post.at, incident.id, "update"),
        "published_at": iso(post.at),
        "to_status": status_word(post.status),
        "message": {"type": "doc", "content": [paragraph]},
        "message_string": post.text,
        "component_statuses": states,
        "automated_update": False,
    }


def _summaries(page: Page, incident: TruthIncident) -> list[Json]:
    updates = status_posts(incident, page.now)
    rows = []
    for post, after in zip_longest(updates, updates[1:]):
        if incident.is_over(post.at):
            continue
        worst = Level.OPERATIONAL
        for key in incident.effects:
            worst = max(worst, incident.level(key, post.at))
        rows.append(
            {
                "start_at": iso(post.at),
                "end_at": iso(after.at) if after else None,
                "worst_component_status": STATES[worst],
            }
        )
    return rows


def incident_documents(page: Page, incidents: Iterable[TruthIncident]) -> list[Json]:
    """Return incidents and maintenances with their posts."""
    return [incident_document(page, incident) for incident in incidents]


def incident_document(page: Page, incident: TruthIncident) -> Json:
    """Return an incident or a maintenance with its posts."""
    return {
        "id": incident.id,
        "name": incident.title,
        "status_page_id": page.truth.page_id,
        "published_at": iso(incident.visible_at),
        "status": page.status(incident),
        "type": "maintenance" if incident.maintenance else "incident",
        "affected_components": _states(page, incident),
        "component_impacts": impact_rows(page, incident),
        "status_summaries": _summaries(page, incident),
        "updates": [_update(incident, post) for post in status_posts(incident, page.now)],
    }


def _slot(page: Page, component: TruthComponent) -> Json:
    return {
        "component_id": component.id,
        "name": component.name,
        "hidden": False,
        "display_uptime": component.showcase,
        "data_available_since": iso(recorded_since(page, component)),
    }


def _structure(page: Page) -> list[Json]:
    items: list[Json] = []
    groups: dict[str, Json] = {}
    for component in page.truth.components:
        if component.group is None:
            items.append({"component": _slot(page, component)})
            continue
        if component.group not in groups:
            groups[component.group] = {
                "id": page.truth.group_id(component.group),
                "name": component.group,
                "hidden": False,
                "display_aggregated_uptime": True,
                "components": [],
            }
            items.append({"group": groups[component.group]})
        groups[component.group]["components"].append(_slot(page, component))
    return items


def _current_documents(page: Page, *, maintenance: bool) -> list[Json]:
    incidents = current_incidents(page.truth, page.now, maintenance=maintenance)
    return incident_documents(page, incidents)


def page_summary(page: Page) -> Json:
    """Return the page's summary."""
    truth = page.truth
    components: list[Json] = []
    affected_rows: list[Json] = []
    for component in truth.components:
        row = {"id": component.id, "name": component.name, "status_page_id": truth.page_id}
        components.append(row)
        if level := page.level(component.id):
            affected_rows.append({"component_id": component.id, "status": STATES[level]})
    return {
        "id": truth.page_id,
        "name": truth.name,
        "subpath": truth.slug,
        "public_url": truth.url,
        "page_type": "standalone",
        "locale": "en-US",
        "date_view": "list",
        "history_window_days": 90,
        "display_uptime_mode": "chart_and_percentage",
        "expose_status_summary_api": False,
        "data_available_since": iso(truth.created_at),
        "components": components,
        "affected_components": affected_rows,
        "structure": {
            "id": ulid(truth.created_at, truth.slug, "structure"),
            "status_page_id": truth.page_id,
            "items": _structure(page),
        },
        "ongoing_incidents": _current_documents(page, maintenance=False),
        "scheduled_maintenances": _current_documents(page, maintenance=True),
    }
