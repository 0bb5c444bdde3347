"""A world as Google's page: the incidents of a year with an update for each change, and the
products. Pure."""

from datetime import datetime
from typing import Any

from monitor.demo.posts import Answer, Query, json_answer, not_found
from monitor.model import Level
from timeline.pages.common import Print
from timeline.world import Telling, Update

Json = dict[str, Any]
STATES = {
    Level.OPERATIONAL: "AVAILABLE",
    Level.DEGRADED: "SERVICE_DISRUPTION",
    Level.MAJOR_OUTAGE: "SERVICE_OUTAGE",
}
IMPACTS = {
    "critical": "SERVICE_OUTAGE",
    "minor": "SERVICE_DISRUPTION",
    "none": "SERVICE_INFORMATION",
}


def answer(page: Print, path: str, _query: Query) -> Answer:
    """Return the answer to a GET."""
    if path == "/products.json":
        return json_answer({"products": [_product(page, part.id) for part in page.parts]}, {})
    if path == "/incidents.json":
        return json_answer([_incident(page, key, told) for key, told in page.told], {})
    return not_found({})


def _stamp(page: Print, at: datetime) -> str:
    return (at + page.world.skew).isoformat(timespec="seconds")


def _product(page: Print, key: str) -> Json:
    return {"title": page.name(key), "id": key, "current_title": page.name(key)}


def _incident(page: Print, key: str, told: Telling) -> Json:
    updates = [_update(page, told, post) for post in told.updates if post.status != "postmortem"][
        ::-1
    ]
    row = {
        "id": key, "number": "100", "begin": _stamp(page, told.begun), "created": _stamp(page, told.created),
        "modified": _stamp(page, told.since), "external_desc": f"**Summary**\n{told.title}", "updates": updates,
        "most_recent_update": updates[0], "status_impact": IMPACTS[told.impact],
        "severity": "high" if told.impact == "critical" else "medium", "service_key": "multiple",
        "service_name": "Multiple Products", "uri": f"incidents/{key}",
        "affected_products": [_product(page, part) for part in told.linked],
        "currently_affected_locations": [], "previously_affected_locations": [],
    }  # fmt: skip
    return row | ({"end": _stamp(page, told.ended)} if told.ended else {})


def _update(page: Print, told: Telling, post: Update) -> Json:
    level = max((post.states or {}).values(), default=None)
    return {
        "created": _stamp(page, post.at), "modified": _stamp(page, post.at), "when": _stamp(page, post.at),
        "text": "Invented.", "status": "SERVICE_INFORMATION" if level is None else STATES[level],
        "affected_locations": [],
    }  # fmt: skip
