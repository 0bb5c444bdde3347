"""A world as a Statuspage; its uptime record is the demo's. Pure."""

import re
from datetime import timedelta
from typing import Any

from monitor.demo import statuspage as demo
from monitor.demo.posts import Answer, Query, json_answer, not_found
from monitor.demo.statuspage import HEADERS, INDICATORS, STATES
from monitor.demo.truth import short_id
from monitor.intervals import Interval
from monitor.model import Level
from timeline.pages.common import Print
from timeline.world import Part, Telling, Update

Json = dict[str, Any]
WORDS = {"cancelled": "completed"}
RECORD = re.compile(r"/uptime_showcase|/uptime/[a-z0-9]+\.json|/")


def answer(page: Print, path: str, query: Query) -> Answer:
    """Return the answer to a GET."""
    if RECORD.fullmatch(path) and page.parts:  # its demo knows no page without components
        return demo.answer(page.truth(), path, query, page.now)
    head = {"page": _head(page)}
    incidents = [_incident(page, key, told) for key, told in page.incidents]
    works = [_work(page, key, told) for key, told in page.works]
    if path == "/api/v2/summary.json":
        indicator, description = INDICATORS[page.worst]
        status = {"indicator": indicator, "description": description}
        going_on = [row for row in incidents if row["status"] not in {"resolved", "postmortem"}]
        planned = [row for row in works if row["status"] != "completed"]
        rest = {"incidents": going_on, "scheduled_maintenances": planned, "status": status}
        return json_answer(
            {**head, "components": [_component(page, part) for part in page.parts], **rest}, HEADERS
        )
    if path == "/api/v2/incidents.json":
        return json_answer({**head, "incidents": incidents[:50]}, HEADERS)
    if path == "/api/v2/scheduled-maintenances.json":
        return json_answer({**head, "scheduled_maintenances": works}, HEADERS)
    for row in incidents:
        if path == f"/api/v2/incidents/{row['id']}.json":
            return json_answer({**head, "incident": row}, HEADERS)
    return not_found(HEADERS)


def _head(page: Print) -> Json:
    edges = [
        at
        for spans in page.world.truth.values()
        for span, _ in spans
        for at in (span.start, span.end)
    ]
    changes = [*(told.since for _, told in page.told), *(at for at in edges if at <= page.now)]
    return {
        "id": short_id(page.world.page, "page"), "name": page.world.page.title(), "url": page.world.url.rstrip("/"),
        "time_zone": page.world.zone, "updated_at": page.local(max(changes, default=page.world.begin)),
    }  # fmt: skip


def _component(page: Print, part: Part) -> Json:
    name, group = part.name(page.now)
    del group  # a group is a row of its own; the demo prints them
    return {
        "id": part.id, "name": name, "status": page.word(part, STATES), "created_at": page.local(part.begin),
        "updated_at": page.local(part.begin), "position": 1, "description": None, "showcase": page.world.record,
        "start_date": page.start(part).isoformat() if page.world.record else None, "group_id": None,
        "page_id": short_id(page.world.page, "page"), "group": False, "only_show_if_degraded": False,
    }  # fmt: skip


def _incident(page: Print, key: str, told: Telling) -> Json:
    rows = []
    before: dict[str, Level] = {}
    for post in told.updates:
        rows.append(_update(page, key, post, before))
        before |= post.states or {}
    return {
        "id": key, "name": told.title, "status": told.status, "created_at": page.local(told.created),
        "updated_at": page.local(told.since), "monitoring_at": None, "resolved_at": page.local(told.ended),
        "impact": told.impact, "shortlink": f"https://stspg.io/{key}", "started_at": page.local(told.begun),
        "page_id": short_id(page.world.page, "page"), "incident_updates": rows[::-1], "reminder_intervals": None,
        "components": [_component(page, part) for part in page.parts if part.id in told.linked],
    }  # fmt: skip


def _work(page: Print, key: str, told: Telling) -> Json:
    """Return a maintenance, whose `started_at` is its announcement. Its page knows no word for one
    called off."""
    planned = told.planned or Interval(told.begun, told.begun + timedelta(hours=1))
    row = _incident(page, key, told)
    posts = [
        post | {"status": WORDS.get(post["status"], post["status"])}
        for post in row["incident_updates"]
    ]
    return row | {
        "status": WORDS.get(told.status, told.status), "started_at": page.local(told.created),
        "scheduled_for": page.local(planned.start), "scheduled_until": page.local(planned.end),
        "incident_updates": posts,
    }  # fmt: skip


def _update(page: Print, key: str, post: Update, before: dict[str, Level]) -> Json:
    at = page.local(post.at)
    states = [
        {
            "code": part, "name": page.name(part), "old_status": STATES[before.get(part, Level.OPERATIONAL)],
            "new_status": STATES[level],
        }
        for part, level in (post.states or {}).items()
    ]  # fmt: skip
    return {
        "id": short_id(key, str(post.at)), "status": post.status, "body": "Invented.", "incident_id": key,
        "created_at": at, "updated_at": at, "display_at": at, "affected_components": states or None,
        "deliver_notifications": True, "custom_tweet": None, "tweet_id": None,
    }  # fmt: skip
