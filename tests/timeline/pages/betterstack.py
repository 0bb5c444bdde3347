"""A world as a Better Stack page: one document with seconds of downtime for each day. Pure."""

from datetime import timedelta
from typing import Any

from monitor.demo.posts import Answer, Query, json_answer, not_found
from monitor.intervals import Interval, day_interval, day_of, days_between
from monitor.model import Level
from timeline.pages.common import Print
from timeline.world import Part, Telling

Json = dict[str, Any]
STATES = {
    Level.OPERATIONAL: "operational",
    Level.MAINTENANCE: "maintenance",
    Level.DEGRADED: "degraded",
    Level.MAJOR_OUTAGE: "downtime",
}
RAILS = {
    "Etc/UTC": "UTC",
    "America/Los_Angeles": "Pacific Time (US & Canada)",
    "Europe/Berlin": "Berlin",
    "Asia/Kolkata": "Kolkata",
}
SHOWN = timedelta(days=9)
"""How many days before the world it shows. A real page's ninety are all well then, and take half of
a run to read."""


def answer(page: Print, path: str, _query: Query) -> Answer:
    """Return the answer to a GET."""
    if path != "/index.json":
        return not_found({})
    sections = [_row("11", "status_page_section", {"name": "Parts", "position": 0})]
    resources = [
        _row(part.id, "status_page_resource", _resource(page, part)) for part in page.parts
    ]
    reports, updates = [], []
    for key, told in page.told:
        made = _updates(page, key, told)
        reports.append(
            _row(key, "status_report", _report(page, told))
            | {"relationships": {"status_updates": {"data": [_ref(row) for row in made]}}}
        )
        updates += made
    relations = {"sections": sections, "resources": resources, "status_reports": reports}
    head = {
        "id": "7001" if page.world.page == "acme" else "7002", "type": "status_page", "attributes": _page(page),
        "relationships": {name: {"data": [_ref(row) for row in rows]} for name, rows in relations.items()},
    }  # fmt: skip
    return json_answer({"data": head, "included": [*sections, *resources, *reports, *updates]}, {})


def _row(key: str, kind: str, attributes: Json) -> Json:
    return {"id": key, "type": kind, "attributes": attributes}


def _ref(row: Json) -> Json:
    return {"id": row["id"], "type": row["type"]}


def _page(page: Print) -> Json:
    return {
        "company_name": page.world.page.title(), "company_url": "https://acme.example/", "contact_url": None, "logo_url": None,
        "timezone": RAILS[page.world.zone], "subdomain": "acme", "custom_domain": "status.acme.example",
        "announcement": None, "logo_remote_url": None, "aggregate_state": STATES[page.worst],
        "created_at": "2024-01-01T00:00:00.000Z", "updated_at": page.utc(page.now),
    }  # fmt: skip


def _resource(page: Print, part: Part) -> Json:
    today = day_of(page.now, page.tz)
    first = max(day_of(page.world.begin, page.tz) - SHOWN, page.start(part))
    truth = page.truth()
    history = []
    for day in days_between(first, today):
        whole = day_interval(day, page.tz)
        touched = any(span.clip(whole) for span, _ in page.world.truth[part.id])
        seconds = truth.seconds(part.id, day, now=page.now) if touched else None
        down, slow = (seconds.major, seconds.degraded) if seconds else (0, 0)
        work = 0 if down or slow else _work(page, part, whole)
        mark = (
            "downtime" if down else "degraded" if slow else "maintenance" if work else "operational"
        )
        history.append(
            {
                "day": day.isoformat(),
                "status": mark,
                "downtime_duration": down or slow,
                "maintenance_duration": work,
            }
        )
    return {
        "status_page_section_id": 11, "resource_id": int(part.id), "resource_type": "Monitor",
        "public_name": part.name(page.now)[0], "explanation": "", "position": 0, "availability": 1.0,
        "status": page.word(part, STATES), "status_history": history,
    }  # fmt: skip


def _work(page: Print, part: Part, whole: Interval) -> int:
    """Return the seconds of a day until now in which work was done as planned."""
    done = page.world.works.get(part.id)
    until = Interval.between(whole.start, min(whole.end, page.now))
    held = done.clip(until) if done is not None and until is not None else None
    return int(held.seconds) if held is not None else 0


def _affected(states: dict[str, Level]) -> list[Json]:
    return [
        {
            "status_page_resource_id": key,
            "status": "resolved" if level is Level.OPERATIONAL else STATES[level],
        }
        for key, level in states.items()
    ]


def _report(page: Print, told: Telling) -> Json:
    if told.planned is not None:
        return _planned(page, told, told.planned)
    now = {key: told.state(key) for key in told.linked}
    worst = max(now.values(), default=Level.OPERATIONAL)
    return {
        "title": told.title, "report_type": "manual", "starts_at": page.utc(told.begun),
        "ends_at": page.utc(told.ended), "affected_resources": _affected(now),
        "aggregate_state": "resolved" if told.over or worst is Level.OPERATIONAL else STATES[worst],
    }  # fmt: skip


def _planned(page: Print, told: Telling, planned: Interval) -> Json:
    """Return a maintenance, which is called so before it begins and after it has ended."""
    return {
        "title": told.title, "report_type": "maintenance", "starts_at": page.utc(planned.start),
        "ends_at": page.utc(planned.end), "aggregate_state": "maintenance",
        "affected_resources": _affected(dict.fromkeys(told.linked, Level.MAINTENANCE)),
    }  # fmt: skip


def _updates(page: Print, key: str, told: Telling) -> list[Json]:
    return [
        _row(
            f"{key}{number}", "status_update",
            {
                "message": "Invented.", "published_at": page.utc(post.at), "published_at_timezone": None,
                "notify_subscribers": False, "affected_resources": _affected({} if told.planned else dict(post.states or {})),
            },
        )
        for number, post in enumerate(told.updates)
    ]  # fmt: skip
