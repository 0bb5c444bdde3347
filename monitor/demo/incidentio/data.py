"""The page's own data calls: summary, incidents, impacts and uptimes."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal

from monitor.demo.incidentio.page import Json, Page, iso, json_document, recorded_since
from monitor.demo.incidentio.summary import impact_rows, incident_documents, page_summary
from monitor.demo.posts import Answer, Query, floor2, newest_first
from monitor.demo.truth import TruthComponent, TruthIncident
from monitor.intervals import Interval, total_seconds


def impact_data(page: Page, since: datetime, until: datetime) -> Json:
    """Return the impacts of a span of time, the incidents they belong to and the uptimes."""
    impacts: list[Json] = []
    links = []
    for incident in page.truth.visible(page.now):
        own = list(_impacts_between(page, incident, since, until))
        if own:
            impacts += own
            links.append(_link(page, incident))
    return {
        "component_impacts": sorted(impacts, key=lambda impact: str(impact["start_at"])),
        "component_uptimes": _uptimes(page, since, until),
        "incident_links": links,
    }


def _impacts_between(
    page: Page, incident: TruthIncident, since: datetime, until: datetime
) -> Iterator[Json]:
    for impact in impact_rows(page, incident):
        end = impact.get("end_at")
        if impact["start_at"] <= iso(until) and (end is None or end >= iso(since)):
            yield impact


def _link(page: Page, incident: TruthIncident) -> Json:
    return {
        "id": incident.id,
        "name": incident.title,
        "permalink": f"{page.truth.url}incidents/{incident.id}",
        "published_at": iso(incident.visible_at),
        "status": page.status(incident),
    }


def _uptimes(page: Page, since: datetime, until: datetime) -> list[Json]:
    rows: list[Json] = []
    groups: dict[str, list[TruthComponent]] = {}
    for component in page.truth.showcase_components:
        row = _uptime_row(page, [component], since, until)
        rows.append({"component_id": component.id, **row})
        if component.group:
            groups.setdefault(component.group, []).append(component)
    for group, children in groups.items():
        key = {"component_id": None, "status_page_component_group_id": page.truth.group_id(group)}
        rows.append({**key, **_uptime_row(page, children, since, until)})
    return rows


def _uptime_row(
    page: Page,
    children: list[TruthComponent],
    since: datetime,
    until: datetime,
) -> Json:
    return {
        "data_available_since": iso(_first_record(page, children)),
        "uptime": _uptime(page, children, since, until),
    }


def _first_record(page: Page, children: list[TruthComponent]) -> datetime:
    return min(recorded_since(page, component) for component in children)


def _uptime(
    page: Page,
    children: list[TruthComponent],
    since: datetime,
    until: datetime,
) -> str | None:
    """Return the uptime by the documented rule: partial and full outage are down, and a group is
    down when any of its parts is.
    """
    start = max(since, _first_record(page, children))
    window = Interval.between(start, min(until, page.now))
    if window is None:
        return None
    outages = []
    for component in children:
        for span, level in page.truth.levels(component.id, now=page.now):
            part = span.clip(window) if level.is_outage else None
            if part is not None:
                outages.append(part)
    down = total_seconds(outages)
    return str(floor2(100 * (1 - Decimal(down) / Decimal(window.seconds))))


def summary(page: Page, _query: Query) -> Answer:
    """Answer with the page's summary."""
    return json_document({"summary": page_summary(page)})


def incidents(page: Page, _query: Query) -> Answer:
    """Answer with all incidents and maintenances, newest first."""
    newest = newest_first(page.truth, page.now)
    return json_document({"incidents": incident_documents(page, newest)})


def impacts(page: Page, query: Query) -> Answer:
    """Answer with the impacts between two instants; 422 when they are missing."""
    try:
        since = datetime.fromisoformat(query["start_at"]).astimezone(UTC)
        until = datetime.fromisoformat(query["end_at"]).astimezone(UTC)
    except (KeyError, ValueError):
        _, headers, body = json_document({"type": "validation_error", "status": 422})
        return 422, headers, body
    return json_document(impact_data(page, since, until))
