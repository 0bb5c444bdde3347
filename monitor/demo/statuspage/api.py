"""The JSON API: status, components, incidents and maintenances."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from monitor.demo.posts import Answer, Post, Query, current_incidents, posts
from monitor.demo.statuspage.page import (
    INDICATORS,
    MOST_INCIDENTS,
    STATES,
    Json,
    Page,
    groups_of,
    iso,
    json_document,
)
from monitor.demo.truth import TruthComponent, TruthIncident, short_id
from monitor.intervals import day_interval
from monitor.model import Level


def overall_status(page: Page) -> Json:
    """Return what the page says of itself as a whole."""
    levels = page.truth.levels_at(page.now)
    indicator, description = INDICATORS[max(levels)]
    if min(levels) is Level.MAJOR_OUTAGE:
        indicator, description = "critical", "Major System Outage"
    return {"indicator": indicator, "description": description}


def component_row(page: Page, component: TruthComponent) -> Json:
    """Return a component as the API prints it."""
    truth = page.truth
    created_at = max(truth.created_at, day_interval(component.start, truth.tz).start)
    changed_at = max(created_at, truth.component_changed_at(component.id, page.now))
    siblings = [c for c in truth.components if c.group == component.group]
    return {
        "id": component.id,
        "name": component.name,
        "status": STATES[page.level(component.id)],
        "created_at": page.stamp(created_at),
        "updated_at": page.stamp(changed_at),
        "position": siblings.index(component) + 1,
        "description": None,
        "showcase": component.showcase,
        "start_date": component.start.isoformat() if component.showcase else None,
        "group_id": truth.group_id(component.group) if component.group else None,
        "page_id": truth.page_id,
        "group": False,
        "only_show_if_degraded": False,
    }


def _group(page: Page, name: str, children: list[TruthComponent]) -> Json:
    created_at = page.stamp(page.truth.created_at)
    return {
        "id": page.truth.group_id(name),
        "name": name,
        "status": STATES[max(page.level(each.id) for each in children)],
        "created_at": created_at,
        "updated_at": created_at,
        "position": len(page.truth.components) + 1,
        "description": f"Services in {name}",
        "showcase": False,
        "start_date": None,
        "group_id": None,
        "page_id": page.truth.page_id,
        "group": True,
        "only_show_if_degraded": False,
        "components": [each.id for each in children],
    }


def component_rows(page: Page) -> list[Json]:
    """Return all components, then the groups, which are rows among them."""
    rows = [component_row(page, component) for component in page.truth.components]
    for name, children in groups_of(page.truth).items():
        rows.append(_group(page, name, children))
    return rows


def _update(page: Page, incident: TruthIncident, post: Post) -> Json:
    at = page.stamp(post.at)
    return {
        "id": short_id(incident.id, "update", iso(post.at)),
        "status": post.status,
        "body": post.text,
        "incident_id": incident.id,
        "created_at": at,
        "updated_at": at,
        "display_at": None if post.status == "postmortem" else at,
        "affected_components": _state_changes(page, post),
        "deliver_notifications": True,
        "custom_tweet": None,
        "tweet_id": None,
    }


def _state_changes(page: Page, post: Post) -> list[Json] | None:
    if post.states is None:
        return None
    changes = []
    for key, (old, new) in post.states.items():
        change = {
            "code": key,
            "name": page.truth.component(key).full_name,
            "old_status": STATES[old],
            "new_status": STATES[new],
        }
        changes.append(change)
    return changes


def _incident(page: Page, incident: TruthIncident) -> Json:
    updates = posts(incident, page.now)
    is_over = incident.is_over(page.now)
    component_ids = incident.component_ids(page.now)
    if is_over and incident.drops_components:
        component_ids = ()
    document = {
        "id": incident.id,
        "name": incident.title,
        "status": updates[-1].status,
        "created_at": page.stamp(incident.visible_at),
        "updated_at": page.stamp(updates[-1].at),
        "monitoring_at": page.stamp(_monitoring_at(updates)),
        "resolved_at": page.stamp(incident.resolved_at if is_over else None),
        "impact": incident.impact,
        "shortlink": f"https://stspg.io/{incident.id}",
        "started_at": page.stamp(incident.visible_at),
        "page_id": page.truth.page_id,
        "incident_updates": [_update(page, incident, post) for post in reversed(updates)],
        "components": [component_row(page, page.truth.component(key)) for key in component_ids],
        "reminder_intervals": None,
    }
    if incident.maintenance:
        until = incident.resolved_at or incident.started_at + timedelta(hours=4)
        document |= {
            "scheduled_for": page.stamp(incident.started_at),
            "scheduled_until": page.stamp(until),
        }
    return document


def _monitoring_at(updates: Sequence[Post]) -> datetime | None:
    """Return when a recovery was first being watched."""
    for post in updates:
        if post.status == "monitoring":
            return post.at
    return None


def status(page: Page, _parts: Mapping[str, str], _query: Query) -> Answer:
    """Answer with what the page says of itself as a whole."""
    return json_document({"page": page.head, "status": overall_status(page)})


def components(page: Page, _parts: Mapping[str, str], _query: Query) -> Answer:
    """Answer with all components."""
    return json_document({"page": page.head, "components": component_rows(page)})


def summary(page: Page, _parts: Mapping[str, str], _query: Query) -> Answer:
    """Answer with everything that goes on or is planned."""
    return json_document(
        {
            "page": page.head,
            "components": component_rows(page),
            "incidents": _documents(
                page, current_incidents(page.truth, page.now, maintenance=False)
            ),
            "scheduled_maintenances": _documents(
                page, current_incidents(page.truth, page.now, maintenance=True)
            ),
            "status": overall_status(page),
        }
    )


def _documents(page: Page, incidents: Iterable[TruthIncident]) -> list[Json]:
    return [_incident(page, incident) for incident in incidents]


def incidents(page: Page, _parts: Mapping[str, str], _query: Query) -> Answer:
    """Answer with the latest incidents."""
    documents = _documents(page, page.incidents()[:MOST_INCIDENTS])
    return json_document({"page": page.head, "incidents": documents})


def incident(page: Page, parts: Mapping[str, str], _query: Query) -> Answer | None:
    """Answer with one incident."""
    incident = page.find(parts["id"])
    if incident is None:
        return None
    return json_document({"page": page.head, "incident": _incident(page, incident)})


def maintenances(page: Page, _parts: Mapping[str, str], _query: Query) -> Answer:
    """Answer with the latest maintenances."""
    documents = _documents(page, page.maintenances()[:MOST_INCIDENTS])
    return json_document({"page": page.head, "scheduled_maintenances": documents})
