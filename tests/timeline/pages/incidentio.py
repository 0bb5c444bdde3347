"""A world as an incident.io page: the data behind its own page. Pure."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from monitor.demo.incidentio import HEADERS, STATES
from monitor.demo.posts import Answer, Query, json_answer, not_found
from monitor.demo.truth import ulid
from monitor.model import Level
from timeline.pages.common import Print
from timeline.world import Part, Telling

Json = dict[str, Any]
WORDS = {
    "postmortem": "resolved", "scheduled": "maintenance_scheduled", "in_progress": "maintenance_in_progress",
    "completed": "maintenance_complete", "cancelled": "maintenance_complete",
}  # fmt: skip


def answer(page: Print, path: str, query: Query) -> Answer:
    """Return the answer to a GET."""
    if re.fullmatch(r"/proxy/[^/]+", path):
        return json_answer({"summary": _summary(page)}, HEADERS)
    if re.fullmatch(r"/proxy/[^/]+/incidents", path):
        return json_answer(
            {"incidents": [_incident(page, key, told) for key, told in page.told]}, HEADERS
        )
    if re.fullmatch(r"/proxy/[^/]+/component_impacts", path):
        return json_answer(_data(page, query), HEADERS)
    return not_found(HEADERS)


def _id(page: Print, *what: str) -> str:
    return ulid(page.world.begin, page.world.page, *what)


def _impacts(page: Print, key: str, told: Telling) -> list[Json]:
    """Return the incident's impacts; components that are unlinked take theirs with them."""
    return [
        {
            "id": ulid(start, key, part, str(start)), "component_id": part, "status": STATES[level],
            "start_at": page.utc(start), "status_page_incident_id": key,
            **({"end_at": page.utc(end)} if end is not None else {}),
        }
        for part, start, end, level in told.claims()
        if part in told.linked
    ] + _plans(page, key, told)  # fmt: skip


def _plans(page: Print, key: str, told: Telling) -> list[Json]:
    """Return the impacts that a maintenance will have."""
    if told.planned is None or told.status != "scheduled":
        return []
    start, end = told.planned.start, told.planned.end
    return [
        {
            "id": ulid(start, key, part), "component_id": part, "status": STATES[Level.MAINTENANCE],
            "start_at": page.utc(start), "end_at": page.utc(end), "status_page_incident_id": key,
        }
        for part in told.linked
    ]  # fmt: skip


def _incident(page: Print, key: str, told: Telling) -> Json:
    impacts = _impacts(page, key, told)
    shown = [post for post in told.updates if post.status != "postmortem"]
    return {
        "id": key, "name": told.title, "status_page_id": _id(page, "page"), "published_at": page.utc(told.created),
        "status": WORDS.get(told.status, told.status), "type": "maintenance" if told.planned else "incident", "component_impacts": impacts,
        "affected_components": [
            {"component_id": part, "status": STATES[_worst(told, part)], "current_status": STATES[told.state(part)]}
            for part in told.linked
        ],
        "status_summaries": [],
        "updates": [
            {
                "id": ulid(post.at, key, "update"), "published_at": page.utc(post.at), "to_status": WORDS.get(post.status, post.status),
                "message": {"type": "doc", "content": []}, "message_string": "Invented.", "automated_update": False,
                "component_statuses": [
                    {"component_id": part, "status": STATES[level]} for part, level in (post.states or {}).items()
                ],
            }
            for post in shown
        ],
    }  # fmt: skip


def _worst(told: Telling, part: str) -> Level:
    return max(
        (level for key, _, _, level in told.claims() if key == part), default=Level.OPERATIONAL
    )


def _slot(page: Print, part: Part) -> Json:
    since = max(part.begin, datetime(2024, 1, 1, 12, tzinfo=UTC))
    return {
        "component_id": part.id, "name": part.name(page.now)[0], "hidden": False, "display_uptime": True,
        "data_available_since": page.utc(since),
    }  # fmt: skip


def _structure(page: Print) -> list[Json]:
    items: list[Json] = [
        {"component": _slot(page, part)} for part in page.parts if part.name(page.now)[1] is None
    ]
    for group in sorted({name for part in page.parts if (name := part.name(page.now)[1])}):
        inside = [_slot(page, part) for part in page.parts if part.name(page.now)[1] == group]
        row = {
            "id": _id(page, group),
            "name": group,
            "hidden": False,
            "display_aggregated_uptime": True,
        }
        items.append({"group": {**row, "components": inside}})
    return items


def _summary(page: Print) -> Json:
    levels = {part.id: page.word(part, STATES) for part in page.parts}
    return {
        "id": _id(page, "page"), "name": page.world.page.title(), "subpath": "acme", "public_url": page.world.url,
        "page_type": "standalone", "locale": "en-US", "date_view": "list", "history_window_days": 90,
        "display_uptime_mode": "chart_and_percentage", "expose_status_summary_api": False,
        "data_available_since": page.utc(datetime(2024, 1, 1, tzinfo=UTC)),
        "components": [
            {"id": part.id, "name": part.name(page.now)[0], "status_page_id": _id(page, "page")}
            for part in page.parts
        ],
        "affected_components": [
            {"component_id": key, "status": word} for key, word in levels.items() if word != "operational"
        ],
        "structure": {
            "id": _id(page, "structure"), "status_page_id": _id(page, "page"), "items": _structure(page),
        },
        "ongoing_incidents": [_incident(page, key, told) for key, told in page.incidents if not told.over],
        "scheduled_maintenances": [_incident(page, key, told) for key, told in page.works if not told.over],
    }  # fmt: skip


def _data(page: Print, query: Query) -> Json:
    since, until = (
        datetime.fromisoformat(query[key]).astimezone(UTC) for key in ("start_at", "end_at")
    )
    since, until = since - page.world.skew, until - page.world.skew + timedelta(seconds=1)
    found, links = [], []
    for key, told in page.told:
        reach = [start <= until and (end or until) >= since for _, start, end, _ in told.claims()]
        impacts = _impacts(page, key, told)
        if impacts and any(reach):
            found += impacts
            links.append(
                {
                    "id": key, "name": told.title, "permalink": f"{page.world.url}incidents/{key}",
                    "published_at": page.utc(told.created), "status": WORDS.get(told.status, told.status),
                }
            )  # fmt: skip
    uptimes = [
        {
            "component_id": part.id,
            "data_available_since": _slot(page, part)["data_available_since"],
            "uptime": "99.99",
        }
        for part in page.parts
    ]
    return {"component_impacts": found, "component_uptimes": uptimes, "incident_links": links}
