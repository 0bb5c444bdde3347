"""A world as Slack's page: one level an incident, its services, and notes. Pure."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from monitor.demo.posts import Answer, Query, json_answer, not_found
from timeline.pages.common import Print
from timeline.world import Telling

Json = dict[str, Any]
PACIFIC = ZoneInfo("America/Los_Angeles")
KINDS = {
    "critical": "outage",
    "major": "outage",
    "minor": "incident",
    "none": "notice",
    "maintenance": "maintenance",
}


def answer(page: Print, path: str, _query: Query) -> Answer:
    """Return the answer to a GET."""
    if path == "/api/v2.0.0/history":
        return json_answer([_incident(page, key, told) for key, told in page.told], {})
    if path != "/api/v2.0.0/current":
        return not_found({})
    going_on = [_incident(page, key, told) for key, told in page.told if not told.over]
    changed = _stamp(page, max((told.since for _, told in page.told), default=page.world.begin))
    word = "active" if any(row["status"] == "active" for row in going_on) else "ok"
    head = {"status": word, "date_created": changed, "date_updated": changed}
    return json_answer({**head, "active_incidents": going_on}, {})


def _stamp(page: Print, at: datetime) -> str:
    return (at + page.world.skew).astimezone(PACIFIC).isoformat(timespec="seconds")


def _incident(page: Print, key: str, told: Telling) -> Json:
    return {
        "id": int(key), "title": told.title, "type": KINDS[told.impact],
        "status": STATUS.get(told.status, "resolved" if told.over else "active"), "url": f"https://slack-status.com/2026-01/{int(key):016x}",
        "date_created": _stamp(page, told.begun), "date_updated": _stamp(page, told.updates[-1].at),
        "services": list(told.linked),
        "notes": [
            {"body": f"<p>{TEXTS[post.status]}</p>", "date_created": _stamp(page, post.at)}
            for post in told.updates[::-1]
        ],
    }  # fmt: skip


STATUS = {
    "scheduled": "scheduled",
    "in_progress": "active",
    "completed": "completed",
    "cancelled": "cancelled",
}
TEXTS = {
    "scheduled": "We plan to work on this service.",
    "in_progress": "The work has begun.",
    "completed": "The work is done.",
    "cancelled": "This work will not take place.",
    "investigating": "We are looking into reports of trouble.",
    "identified": "We have found the cause.",
    "monitoring": "We are watching the recovery.",
    "resolved": "This issue has been resolved. Thank you for your patience.",
    "postmortem": "Issue summary: an invented cause had invented effects, as promised.",
}
