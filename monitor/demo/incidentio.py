"""Prints a truth as an incident.io status page: the page's own data calls, the page and its feed.
Pure.

Sources: https://docs.incident.io/status-pages/widget-api,
https://docs.incident.io/status-pages/uptime-calculation. Everything is as of `now`. Kept on
purpose: a component that is not listed is operational, an open impact has no `end_at`, absent
values are the text ``$undefined`` inside the HTML, the Statuspage-compatible summary shows only 25
components in changing order and cannot say which component an incident concerns, and nothing
carries a validator.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from html import escape
from random import Random
from typing import Any

from monitor.demo.posts import (
    Answer,
    Post,
    Query,
    floor2,
    json_answer,
    not_found,
    ok,
    posts,
    unresolved,
)
from monitor.demo.truth import Truth, TruthComponent, TruthIncident, ulid
from monitor.intervals import Interval, day_interval, day_of, total_seconds
from monitor.model import Level

Json = dict[str, Any]

STATES = {
    Level.OPERATIONAL: "operational",
    Level.MAINTENANCE: "under_maintenance",
    Level.DEGRADED: "degraded_performance",
    Level.PARTIAL_OUTAGE: "partial_outage",
    Level.MAJOR_OUTAGE: "full_outage",
}
COMPAT_STATES = {**STATES, Level.MAJOR_OUTAGE: "major_outage"}
COMPAT_INDICATORS = {
    Level.OPERATIONAL: ("none", "All Systems Operational"),
    Level.MAINTENANCE: ("maintenance", "Service Under Maintenance"),
    Level.DEGRADED: ("minor", "Partial System Degradation"),
    Level.PARTIAL_OUTAGE: ("minor", "Partial System Degradation"),
    Level.MAJOR_OUTAGE: ("major", "Major System Outage"),
}
MAINTENANCE_WORDS = {
    "scheduled": "maintenance_scheduled",
    "in_progress": "maintenance_in_progress",
    "completed": "maintenance_complete",
}
HEADERS = {
    "server": "Vercel",
    "content-security-policy": (
        "default-src 'self'; connect-src 'self' https://*-incident-io-team.vercel.app"
    ),
    "cache-control": "public, max-age=0, must-revalidate",
}
COMPAT_ROWS = 25
PAGE_DAYS = 91
CHUNK = 700


def answer(truth: Truth, path: str, query: Query, now: datetime) -> Answer:
    """Return (status, headers, body) of a GET at `now`; 404 for a path the platform does not have.

    Header names are lower case. Any host name is accepted after ``/proxy/``.
    """
    page = _Page(truth, now)
    for pattern, make in ROUTES:
        if re.fullmatch(pattern, path):
            made = make(page, query)
            return made if made is not None else not_found(HEADERS)
    return not_found(HEADERS)


@dataclass(frozen=True, slots=True)
class _Page:
    """A truth as of a moment."""

    truth: Truth
    now: datetime

    def level(self, component_id: str) -> Level:
        return self.truth.level(component_id, self.now)

    @property
    def span(self) -> tuple[datetime, datetime]:
        """The 91 calendar days, ending with all of today, that the page itself shows."""
        zone = self.truth.tz
        today = day_of(self.now, zone)
        first = today - timedelta(days=PAGE_DAYS - 1)
        return day_interval(first, zone).start, day_interval(today, zone).end

    def status(self, incident: TruthIncident) -> str:
        return _word(_shown(incident, self.now)[-1].status)


def _word(status: str) -> str:
    return MAINTENANCE_WORDS.get(status, status)


def _shown(incident: TruthIncident, now: datetime) -> list[Post]:
    """The posts of this platform: write-ups are not among them."""
    return [post for post in posts(incident, now) if post.status != "postmortem"]


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _without_none(document: Json) -> Json:
    return {key: value for key, value in document.items() if value is not None}


def _json(document: Json) -> Answer:
    return json_answer(document, HEADERS)


# the page's data


def _impacts(page: _Page, incident: TruthIncident) -> list[Json]:
    return [
        _without_none(
            {
                "id": ulid(start, incident.id, key, str(number)),
                "component_id": key,
                "status": STATES[level],
                "start_at": _iso(start),
                "end_at": _iso(end) if end is not None else None,
                "status_page_incident_id": incident.id,
            }
        )
        for key in incident.effects
        for number, (start, end, level) in enumerate(incident.spans(key, page.now))
    ]


def _states(page: _Page, incident: TruthIncident) -> list[Json]:
    """The worst level each named component had in the incident, and its level now."""
    rows = []
    for key in incident.named(page.now):
        worst = max(
            (level for *_, level in incident.spans(key, page.now)), default=Level.OPERATIONAL
        )
        now = incident.level(key, page.now)
        rows.append({"component_id": key, "status": STATES[worst], "current_status": STATES[now]})
    return rows


def _update(incident: TruthIncident, post: Post) -> Json:
    paragraph = {"type": "paragraph", "content": [{"type": "text", "text": post.text}]}
    states = [
        {"component_id": key, "status": STATES[new]}
        for key, (_, new) in (post.states or {}).items()
    ]
    return {
        "id": ulid(post.at, incident.id, "update"),
        "published_at": _iso(post.at),
        "to_status": _word(post.status),
        "message": {"type": "doc", "content": [paragraph]},
        "message_string": post.text,
        "component_statuses": states,
        "automated_update": False,
    }


def _summaries(page: _Page, incident: TruthIncident) -> list[Json]:
    written = _shown(incident, page.now)
    ends = [post.at for post in written[1:]] + [None]
    found = []
    for post, end in zip(written, ends, strict=True):
        worst = max(
            (incident.level(key, post.at) for key in incident.effects), default=Level.OPERATIONAL
        )
        if not incident.ended(post.at):
            found.append(
                {
                    "start_at": _iso(post.at),
                    "end_at": _iso(end) if end else None,
                    "worst_component_status": STATES[worst],
                }
            )
    return found


def _incident(page: _Page, incident: TruthIncident) -> Json:
    return {
        "id": incident.id,
        "name": incident.title,
        "status_page_id": page.truth.page_id,
        "published_at": _iso(incident.visible_at),
        "status": page.status(incident),
        "type": "maintenance" if incident.maintenance else "incident",
        "affected_components": _states(page, incident),
        "component_impacts": _impacts(page, incident),
        "status_summaries": _summaries(page, incident),
        "updates": [_update(incident, post) for post in _shown(incident, page.now)],
    }


def _since(page: _Page, component: TruthComponent) -> datetime:
    """When the vendor's data on a component begins: noon UTC, so that it is the same date in every
    zone in use.
    """
    first = datetime(
        component.start.year, component.start.month, component.start.day, 12, tzinfo=UTC
    )
    return max(page.truth.created_at, first)


def _slot(page: _Page, component: TruthComponent) -> Json:
    return {
        "component_id": component.id,
        "name": component.name,
        "hidden": False,
        "display_uptime": component.showcase,
        "data_available_since": _iso(_since(page, component)),
    }


def _structure(page: _Page) -> list[Json]:
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


def _summary(page: _Page) -> Json:
    truth = page.truth
    levels = {c.id: page.level(c.id) for c in truth.components}
    opened = unresolved(truth, page.now, maintenance=False)
    scheduled = unresolved(truth, page.now, maintenance=True)
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
        "data_available_since": _iso(truth.created_at),
        "components": [
            {"id": c.id, "name": c.name, "status_page_id": truth.page_id} for c in truth.components
        ],
        "affected_components": [
            {"component_id": key, "status": STATES[level]} for key, level in levels.items() if level
        ],
        "structure": {
            "id": ulid(truth.created_at, truth.slug, "structure"),
            "status_page_id": truth.page_id,
            "items": _structure(page),
        },
        "ongoing_incidents": [_incident(page, i) for i in opened],
        "scheduled_maintenances": [_incident(page, i) for i in scheduled],
    }


def _data(page: _Page, since: datetime, until: datetime) -> Json:
    impacts = []
    for incident in page.truth.visible(page.now):
        for impact in _impacts(page, incident):
            end = impact.get("end_at")
            if impact["start_at"] <= _iso(until) and (end is None or end >= _iso(since)):
                impacts.append(impact)
    linked = {impact["status_page_incident_id"] for impact in impacts}
    return {
        "component_impacts": sorted(impacts, key=lambda impact: str(impact["start_at"])),
        "component_uptimes": _uptimes(page, since, until),
        "incident_links": [_link(page, i) for i in page.truth.visible(page.now) if i.id in linked],
    }


def _link(page: _Page, incident: TruthIncident) -> Json:
    return {
        "id": incident.id,
        "name": incident.title,
        "permalink": f"{page.truth.url}incidents/{incident.id}",
        "published_at": _iso(incident.visible_at),
        "status": page.status(incident),
    }


def _uptimes(page: _Page, since: datetime, until: datetime) -> list[Json]:
    shown = [c for c in page.truth.components if c.showcase]
    rows: list[Json] = [
        {
            "component_id": c.id,
            "data_available_since": _iso(_since(page, c)),
            "uptime": _uptime(page, [c], since, until),
        }
        for c in shown
    ]
    for group in dict.fromkeys(c.group for c in shown if c.group):
        children = [c for c in shown if c.group == group]
        rows.append(
            {
                "component_id": None,
                "status_page_component_group_id": page.truth.group_id(group),
                "data_available_since": _iso(min(_since(page, c) for c in children)),
                "uptime": _uptime(page, children, since, until),
            }
        )
    return rows


def _uptime(
    page: _Page, children: list[TruthComponent], since: datetime, until: datetime
) -> str | None:
    """The documented rule: partial and full outage are down, and a group is down when any of its
    parts is.
    """
    start = max(since, min(_since(page, c) for c in children))
    window = Interval.between(start, min(until, page.now))
    if window is None:
        return None
    spans = [
        span
        for c in children
        for span, level in page.truth.levels(c.id, now=page.now)
        if level.is_outage
    ]
    down = total_seconds([part for span in spans if (part := span.clip(window)) is not None])
    return str(floor2(100 * (1 - Decimal(down) / Decimal(window.seconds))))


def _proxy_summary(page: _Page, _query: Query) -> Answer:
    return _json({"summary": _summary(page)})


def _proxy_incidents(page: _Page, _query: Query) -> Answer:
    newest = sorted(page.truth.visible(page.now), key=lambda i: i.visible_at, reverse=True)
    return _json({"incidents": [_incident(page, i) for i in newest]})


def _proxy_impacts(page: _Page, query: Query) -> Answer:
    try:
        since, until = (
            datetime.fromisoformat(query[key]).astimezone(UTC) for key in ("start_at", "end_at")
        )
    except (KeyError, ValueError):
        _, headers, body = _json({"type": "validation_error", "status": 422})
        return 422, headers, body
    return _json(_data(page, since, until))


# ------------------------------------------------------------------------------------- the
# Statuspage-compatible API


def _seconds_iso(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _compat_head(page: _Page) -> Json:
    return {
        "id": page.truth.page_id,
        "name": page.truth.name,
        "url": page.truth.url,
        "updated_at": _seconds_iso(page.truth.changed_at(page.now)),
    }


def _compat_status(page: _Page) -> Json:
    indicator, description = COMPAT_INDICATORS[max(page.level(c.id) for c in page.truth.components)]
    return {"description": description, "indicator": indicator}


def _compat_components(page: _Page) -> list[Json]:
    """Every component, in an order that changes every minute as it does on real pages."""
    shuffled = list(page.truth.components)
    Random(int(page.now.timestamp()) // 60).shuffle(shuffled)  # noqa: S311
    return [
        {
            "created_at": _seconds_iso(_since(page, c)),
            "id": c.id,
            "name": c.name,
            "page_id": page.truth.page_id,
            "position": place,
            "status": COMPAT_STATES[page.level(c.id)],
            "updated_at": _seconds_iso(page.truth.changed_at(page.now)),
        }
        for place, c in enumerate(shuffled)
    ]


def _compat_update(incident: TruthIncident, post: Post) -> Json:
    at = _seconds_iso(post.at)
    return {
        "body": post.text,
        "created_at": at,
        "display_at": at,
        "id": ulid(post.at, incident.id, "update"),
        "incident_id": incident.id,
        "status": post.status,
        "updated_at": at,
    }


def _compat_incident(page: _Page, incident: TruthIncident) -> Json:
    written = _shown(incident, page.now)
    document: Json = {
        "created_at": _seconds_iso(incident.visible_at),
        "id": incident.id,
        "impact": incident.impact,
        "incident_updates": [_compat_update(incident, post) for post in reversed(written)],
        "name": incident.title,
        "page_id": page.truth.page_id,
        "status": written[-1].status,
        "updated_at": _seconds_iso(written[-1].at),
    }
    if incident.resolved_at is not None and incident.ended(page.now):
        document["resolved_at"] = _seconds_iso(incident.resolved_at)
    return document


def _compat_status_json(page: _Page, _query: Query) -> Answer:
    return _json({"page": _compat_head(page), "status": _compat_status(page)})


def _compat_summary_json(page: _Page, _query: Query) -> Answer:
    opened = [
        _compat_incident(page, i) for i in unresolved(page.truth, page.now, maintenance=False)
    ]
    document = {
        "components": _compat_components(page)[:COMPAT_ROWS],
        "incidents": opened or None,
        "page": _compat_head(page),
        "status": _compat_status(page),
    }
    return _json(_without_none(document))


def _compat_components_json(page: _Page, _query: Query) -> Answer:
    return _json({"components": _compat_components(page), "page": _compat_head(page)})


def _compat_incidents_json(page: _Page, _query: Query) -> Answer:
    listed = [i for i in page.truth.visible(page.now) if not i.maintenance]
    newest = sorted(listed, key=lambda i: i.visible_at, reverse=True)[:COMPAT_ROWS]
    return _json(
        {"incidents": [_compat_incident(page, i) for i in newest], "page": _compat_head(page)}
    )


# page and feed


def _undefined(value: Any) -> Any:  # noqa: ANN401
    """The value as the page's scripts carry it: what is absent is a text."""
    if isinstance(value, dict):
        return {key: _undefined(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_undefined(inner) for inner in value]
    return "$undefined" if value is None else value


def _flight(page: _Page) -> str:
    """The lines of the page's server-side rendering; the data refers back to the summary."""
    summary = _undefined(_summary(page))
    for slot in summary["structure"]["items"]:
        slot |= {key: "$undefined" for key in ("component", "group", "sub_page") if key not in slot}
    data = _undefined(_data(page, *page.span))
    for impact in data["component_impacts"]:
        impact.setdefault("end_at", "$undefined")
    initial = {"isoDate": _iso(page.now), "locale": "en-US", "zone": "UTC"}
    lines = {
        "1": "$Sreact.fragment",
        "5": [False, ["$", "$L1a", None, {"summary": summary}]],
        "1b": ["$", "$L1e", None, {"summary": "$5:1:props:summary", "data": data}],
        "20": [
            "$",
            "$L20",
            None,
            {"slug": page.truth.slug, "initialNow": initial, "summary": "$5:1:props:summary"},
        ],
    }
    return "".join(
        f"{key}:{json.dumps(line, separators=(',', ':'))}\n" for key, line in lines.items()
    )


def _root(page: _Page, _query: Query) -> Answer:
    flight = _flight(page)
    pushes = "".join(
        f"<script>self.__next_f.push({_script([1, flight[at : at + CHUNK]])})</script>"
        for at in range(0, len(flight), CHUNK)
    )
    name = escape(page.truth.name)
    body = (
        f'<!DOCTYPE html><html lang="en" class="h-full"><head><meta charSet="utf-8"/><title>{name}'
        ' Status</title><link rel="preload" as="image"'
        ' href="https://storage.googleapis.com/incident-io-status-page-logos/x"/><link'
        ' rel="alternate" type="application/atom+xml"'
        f' href="{page.truth.url}feed.atom"/></head><body><h1>{name}</h1><a'
        f' href="https://incident.io?utm_source={page.truth.slug}&amp;utm_medium=status-pages">Powered'
        f" by</a><script>(self.__next_f=self.__next_f||[]).push([0])</script>{pushes}</body></html>"
    )
    return ok(body.encode(), {**HEADERS, "content-type": "text/html; charset=utf-8"})


def _script(value: object) -> str:
    """JSON that may stand inside a script element."""
    return json.dumps(value, separators=(",", ":")).replace("<", "\\u003c").replace(">", "\\u003e")


def _feed(page: _Page, _query: Query) -> Answer:
    newest = sorted(page.truth.visible(page.now), key=lambda i: i.visible_at, reverse=True)
    body = (
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">\n'
        f"  <id>{page.truth.url}</id>\n  <title>{escape(page.truth.name)} - Incident"
        " history</title>\n"
        f"  <updated>{_iso(page.truth.changed_at(page.now))}</updated>\n "
        " <generator>incident.io</generator>\n"
        f"{''.join(_entry(page, i) for i in newest)}</feed>\n"
    )
    return ok(body.encode(), {**HEADERS, "content-type": "application/atom+xml; charset=utf-8"})


def _entry(page: _Page, incident: TruthIncident) -> str:
    last = _shown(incident, page.now)[-1]
    rows = "".join(
        f"<li>{escape(page.truth.component(key).name)}"
        f" ({_title(STATES[incident.level(key, page.now)])})</li>"
        for key in incident.named(page.now)
    )
    status = _title(_word(last.status))
    summary = (
        f"<b>Status: {status}</b><br/><br/>{last.text}<br/><br/><b>Affected"
        f" components</b><ul>{rows}</ul>"
    )
    return (
        f"  <entry>\n    <id>{page.truth.url}/incidents/{incident.id}</id>\n"
        f"    <title>{escape(incident.title)}</title>\n    <updated>{_iso(last.at)}</updated>\n"
        f'    <link href="{page.truth.url}/incidents/{incident.id}"/>\n'
        f"    <summary><![CDATA[{summary}]]></summary>\n  </entry>\n"
    )


def _title(word: str) -> str:
    return word.replace("_", " ").capitalize()


ROUTES: tuple[tuple[str, Callable[[_Page, Query], Answer | None]], ...] = (
    (r"/", _root),
    (r"/proxy/[^/]+", _proxy_summary),
    (r"/proxy/[^/]+/component_impacts", _proxy_impacts),
    (r"/proxy/[^/]+/incidents", _proxy_incidents),
    (r"/api/v2/status\.json", _compat_status_json),
    (r"/api/v2/summary\.json", _compat_summary_json),
    (r"/api/v2/components\.json", _compat_components_json),
    (r"/api/v2/incidents\.json", _compat_incidents_json),
    (r"/feed\.atom", _feed),
)
