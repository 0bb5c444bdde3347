"""A world as an Instatus page: its JSON, and the data in its HTML with the intervals of each
component. Pure."""

import json
import re
from datetime import UTC, timedelta
from typing import Any

from monitor.demo.posts import Answer, Query, json_answer, not_found, ok
from monitor.intervals import day_of
from monitor.model import Level
from timeline.pages.common import Print
from timeline.world import Part, Telling

Json = dict[str, Any]
STATES = {
    Level.OPERATIONAL: "OPERATIONAL",
    Level.MAINTENANCE: "UNDERMAINTENANCE",
    Level.DEGRADED: "DEGRADEDPERFORMANCE",
    Level.PARTIAL_OUTAGE: "PARTIALOUTAGE",
    Level.MAJOR_OUTAGE: "MAJOROUTAGE",
}
IMPACTS = {
    "none": "OPERATIONAL",
    "maintenance": "UNDERMAINTENANCE",
    "minor": "DEGRADEDPERFORMANCE",
    "major": "PARTIALOUTAGE",
    "critical": "MAJOROUTAGE",
}
PHASES = {
    "scheduled": "NOTSTARTEDYET", "in_progress": "INPROGRESS", "completed": "COMPLETED", "cancelled": "COMPLETED",
}  # fmt: skip
SHOWN = timedelta(days=90)
NUMBERS = 90


def answer(page: Print, path: str, _query: Query) -> Answer:
    """Return the answer to a GET."""
    if path == "/summary.json":
        going_on = [_active(page, key, told) for key, told in page.incidents if not told.over]
        planned = [_planned(page, key, told) for key, told in page.works if not told.over]
        head = {"name": "Acme", "url": page.world.url.rstrip("/"), "status": _word(page)}
        return json_answer(
            {"page": head, "activeIncidents": going_on, "activeMaintenances": planned}, {}
        )
    if path == "/v3/components.json":
        return json_answer({"components": [_component(page, part) for part in page.parts]}, {})
    if path in {"", "/"}:
        return _html({"site": _site(page)}, _data(page))
    for key, told in page.told:
        if path == f"/{key}":
            return _html({"incident": _notice(page, key, told)})
    if re.fullmatch(r"/history/\d+", path):
        return _html({"notices": {key: _notice(page, key, told) for key, told in page.told}})
    return not_found({})


def _html(*parts: Json) -> Answer:
    text = "".join(
        f'{number}:["$","$L{number}",null,{_dump(part)}]\n' for number, part in enumerate(parts, 10)
    )
    script = f"self.__next_f.push([1,{_dump(text)}])"
    body = (
        '<!DOCTYPE html><html lang="en"><head><title>Acme - Status</title>'
        '<meta property="og:image" content="https://acme.instatus.com/api/og"/></head><body>'
        f"<script>(self.__next_f=self.__next_f||[]).push([0])</script><script>{script}</script></body></html>"
    )
    return ok(body.encode(), {"content-type": "text/html; charset=utf-8"})


def _dump(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))


def _word(page: Print) -> str:
    words = {Level.OPERATIONAL: "UP", Level.MAINTENANCE: "UNDERMAINTENANCE"}
    return words.get(page.worst, "HASISSUES")


def _component(page: Print, part: Part) -> Json:
    state = page.word(part, STATES, "SLEEPING")
    return {
        "id": part.id,
        "name": part.name(page.now)[0],
        "description": "",
        "status": state,
        "group": None,
    }


def _active(page: Print, key: str, told: Telling) -> Json:
    return {
        "id": key, "name": told.title, "started": page.utc(told.begun), "status": told.status.upper(),
        "impact": IMPACTS[told.impact], "url": f"{page.world.url}{key}", "updatedAt": page.utc(told.since),
    }  # fmt: skip


def _planned(page: Print, key: str, told: Telling) -> Json:
    row = _active(page, key, told)
    return {name: value for name, value in row.items() if name not in {"impact", "started"}} | {
        "start": page.utc(told.begun), "status": PHASES[told.status], "duration": "60",
    }  # fmt: skip


def _notice(page: Print, key: str, told: Telling) -> Json:
    return {
        "id": key, "name": {"default": told.title}, "impact": IMPACTS[told.impact],
        "resolved": page.utc(told.ended), "started": page.utc(told.begun),
        "status": PHASES[told.status] if told.planned else "RESOLVED" if told.over else told.status.upper(),
        "components": [{"id": part} for part in told.linked],
    }  # fmt: skip


def _site(page: Print) -> Json:
    return {
        "id": "cacme00000000000000000site", "createdAt": "2024-01-01T00:00:00.000Z", "status": _word(page),
        "mainStatus": _word(page), "name": {"default": "Acme"}, "language": "en", "subdomain": "acme",
        "customDomain": "status.acme.example", "private": False, "maxUptimeDays": 90,
        "components": [
            {
                "id": part.id, "name": {"default": part.name(page.now)[0]}, "description": {"default": ""},
                "isCollapsed": False, "order": number, "showUptime": True,
                "status": page.word(part, STATES, "SLEEPING"), "archivedAt": None, "isThirdParty": False,
                "isParent": False, "startDate": None, "metrics": [], "group": None, "children": [],
            }
            for number, part in enumerate(page.parts)
        ],
    }  # fmt: skip


def _data(page: Print) -> Json:
    today = day_of(page.now, UTC)
    stamp = "%a %b %d %Y {} GMT+0000 (Coordinated Universal Time)"
    return {
        "activeIncidents": [_notice(page, key, told) for key, told in page.incidents if not told.over],
        "activeMaintenances": [_notice(page, key, told) for key, told in page.works if not told.over], "dailyGroupedNotices": [],
        "startDate": f"{today - SHOWN:{stamp.format('00:00:00')}}",
        "endDate": f"{today:{stamp.format('23:59:59')}}",
        "componentsUptime": {part.id: _uptime(page, part) for part in page.parts},
        "notices": {key: _notice(page, key, told) for key, told in page.told if told.over},
        "metrics": [],
    }  # fmt: skip


def _uptime(page: Print, part: Part) -> Json:
    outages = [
        {
            "id": f"{key}{number}"[-26:], "from": page.utc(start), "to": page.utc(end), "status": STATES[level],
            "incidentUpdateId": f"{key}u", "customImpactPercentage": None, "isCustomPercentage": False,
            "noticeId": key,
        }
        for key, told in page.told
        for number, (name, start, end, level) in enumerate(told.claims())
        if name == part.id and part.id in told.linked
    ]  # fmt: skip
    return {
        "notices": sorted({row["noticeId"] for row in outages}),
        "outages": outages,
        "uptime": "100.0",
    }
