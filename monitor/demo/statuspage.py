"""Prints a truth as an Atlassian Statuspage: the JSON API, the uptime record, the history and the
page itself. Pure.

Sources: https://metastatuspage.com/api, https://help.statuspage.io/help/uptime-calendar. Everything
is as of `now`. Kept on purpose: no validator but a weak one and no Last-Modified, 50 incidents
without paging, group rows among the components, a maintenance whose `started_at` is its
announcement, components that vanish from a resolved incident.
"""

import calendar
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from html import escape
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
from monitor.demo.truth import Truth, TruthComponent, TruthIncident, short_id
from monitor.intervals import ONE_DAY, day_interval, day_of, days_between
from monitor.model import Level

Json = dict[str, Any]

STATES = {
    Level.OPERATIONAL: "operational",
    Level.MAINTENANCE: "under_maintenance",
    Level.DEGRADED: "degraded_performance",
    Level.PARTIAL_OUTAGE: "partial_outage",
    Level.MAJOR_OUTAGE: "major_outage",
}
INDICATORS = {
    Level.OPERATIONAL: ("none", "All Systems Operational"),
    Level.MAINTENANCE: ("maintenance", "Service Under Maintenance"),
    Level.DEGRADED: ("minor", "Partially Degraded Service"),
    Level.PARTIAL_OUTAGE: ("minor", "Minor Service Outage"),
    Level.MAJOR_OUTAGE: ("major", "Partial System Outage"),
}
HEADERS = {
    "server": "AtlassianEdge",
    "x-statuspage-version": "5d0b7c1e9a3f48626c1f0e2d4b8a97531fedcba0",
    "x-statuspage-skip-logging": "true",
    "cache-control": (
        "max-age=10, public, s-maxage=10, stale-while-revalidate=20, stale-if-error=3600"
    ),
    "vary": "Accept,Accept-Encoding",
    "access-control-allow-origin": "*",
}
INCIDENTS_LISTED = 50
FEED_ENTRIES = 25
SHOWCASE_IDS = 60
SHOWCASE_DAYS = 90


def answer(truth: Truth, path: str, query: Query, now: datetime) -> Answer:
    """Return (status, headers, body) of a GET at `now`; 404 for a path the platform does not have.

    Header names are lower case. Conditional requests are the server's business; the validator is in
    ``etag``.
    """
    page = _Page(truth, now)
    for pattern, make in ROUTES:
        if match := re.fullmatch(pattern, path):
            made = make(page, match.groupdict(), query)
            return made if made is not None else not_found(HEADERS)
    return not_found(HEADERS)


@dataclass(frozen=True, slots=True)
class _Page:
    """A truth as of a moment, and the spellings of this platform."""

    truth: Truth
    now: datetime

    def stamp(self, at: datetime | None) -> str | None:
        return None if at is None else _iso(at.astimezone(self.truth.tz))

    @property
    def today(self) -> date:
        return day_of(self.now, self.truth.tz)

    @property
    def head(self) -> Json:
        return {
            "id": self.truth.page_id,
            "name": self.truth.name,
            "url": self.truth.url.rstrip("/"),
            "time_zone": self.truth.zone,
            "updated_at": self.stamp(self.truth.changed_at(self.now)),
        }

    def level(self, component_id: str) -> Level:
        return self.truth.level(component_id, self.now)

    @property
    def showcased(self) -> list[TruthComponent]:
        return [c for c in self.truth.components if c.showcase]

    def incidents(self) -> list[TruthIncident]:
        """Incidents the page lists, newest first by resolution or, failing that, creation."""
        listed = [i for i in self.truth.visible(self.now) if not i.maintenance]
        newest = {
            i.id: i.resolved_at if i.ended(self.now) and i.resolved_at else i.started_at
            for i in listed
        }
        return sorted(listed, key=lambda i: newest[i.id], reverse=True)

    def maintenances(self) -> list[TruthIncident]:
        listed = [i for i in self.truth.visible(self.now) if i.maintenance]
        return sorted(listed, key=lambda i: i.visible_at, reverse=True)

    def find(self, incident_id: str) -> TruthIncident | None:
        return next((i for i in self.truth.visible(self.now) if i.id == incident_id), None)

    def touching(self, component_id: str, day: date) -> list[Json]:
        """The incidents that harmed the component on a day, as the uptime record names them."""
        whole = day_interval(day, self.truth.tz)
        return [
            {"name": incident.title, "code": incident.id}
            for incident in self.truth.incidents
            if not incident.maintenance
            and any(
                start < whole.end and (end is None or end > whole.start) and start != end
                for start, end, _ in incident.spans(component_id, self.now)
            )
        ]

    def outages(self, component: TruthComponent, day: date) -> tuple[int, int]:
        """Seconds of partial and of major outage; none before the component's first day."""
        if day < component.start or day > self.today:
            return 0, 0
        seconds = self.truth.seconds(component.id, day, now=self.now)
        return int(seconds.partial), int(seconds.major)


def _iso(at: datetime) -> str:
    text = at.isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


# the JSON API


def _status(page: _Page) -> Json:
    levels = [page.level(c.id) for c in page.truth.components]
    indicator, description = INDICATORS[max(levels)]
    if min(levels) is Level.MAJOR_OUTAGE:
        indicator, description = "critical", "Major System Outage"
    return {"indicator": indicator, "description": description}


def _groups(truth: Truth) -> dict[str, list[TruthComponent]]:
    groups: dict[str, list[TruthComponent]] = {}
    for component in truth.components:
        if component.group is not None:
            groups.setdefault(component.group, []).append(component)
    return groups


def _component(page: _Page, component: TruthComponent) -> Json:
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


def _group(page: _Page, name: str, children: list[TruthComponent]) -> Json:
    created_at = page.stamp(page.truth.created_at)
    return {
        "id": page.truth.group_id(name),
        "name": name,
        "status": STATES[max(page.level(c.id) for c in children)],
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
        "components": [c.id for c in children],
    }


def _components(page: _Page) -> list[Json]:
    rows = [_component(page, c) for c in page.truth.components]
    return rows + [_group(page, name, children) for name, children in _groups(page.truth).items()]


def _update(page: _Page, incident: TruthIncident, post: Post) -> Json:
    at = page.stamp(post.at)
    affected = None
    if post.states is not None:
        affected = [
            {
                "code": key,
                "name": page.truth.component(key).full_name,
                "old_status": STATES[old],
                "new_status": STATES[new],
            }
            for key, (old, new) in post.states.items()
        ]
    return {
        "id": short_id(incident.id, "update", _iso(post.at)),
        "status": post.status,
        "body": post.text,
        "incident_id": incident.id,
        "created_at": at,
        "updated_at": at,
        "display_at": None if post.status == "postmortem" else at,
        "affected_components": affected,
        "deliver_notifications": True,
        "custom_tweet": None,
        "tweet_id": None,
    }


def _incident(page: _Page, incident: TruthIncident) -> Json:
    written = posts(incident, page.now)
    ended = incident.ended(page.now)
    linked = () if ended and incident.unlinked else incident.named(page.now)
    monitored = [post.at for post in written if post.status == "monitoring"]
    document = {
        "id": incident.id,
        "name": incident.title,
        "status": written[-1].status,
        "created_at": page.stamp(incident.visible_at),
        "updated_at": page.stamp(written[-1].at),
        "monitoring_at": page.stamp(monitored[0] if monitored else None),
        "resolved_at": page.stamp(incident.resolved_at if ended else None),
        "impact": incident.impact,
        "shortlink": f"https://stspg.io/{incident.id}",
        "started_at": page.stamp(incident.visible_at),
        "page_id": page.truth.page_id,
        "incident_updates": [_update(page, incident, post) for post in written[::-1]],
        "components": [_component(page, page.truth.component(key)) for key in linked],
        "reminder_intervals": None,
    }
    if incident.maintenance:
        until = incident.resolved_at or incident.started_at + timedelta(hours=4)
        document |= {
            "scheduled_for": page.stamp(incident.started_at),
            "scheduled_until": page.stamp(until),
        }
    return document


def _status_json(page: _Page, _parts: Mapping[str, str], _query: Query) -> Answer:
    return _json({"page": page.head, "status": _status(page)})


def _components_json(page: _Page, _parts: Mapping[str, str], _query: Query) -> Answer:
    return _json({"page": page.head, "components": _components(page)})


def _summary_json(page: _Page, _parts: Mapping[str, str], _query: Query) -> Answer:
    opened = unresolved(page.truth, page.now, maintenance=False)
    scheduled = unresolved(page.truth, page.now, maintenance=True)
    return _json(
        {
            "page": page.head,
            "components": _components(page),
            "incidents": [_incident(page, i) for i in opened],
            "scheduled_maintenances": [_incident(page, i) for i in scheduled],
            "status": _status(page),
        }
    )


def _incidents_json(page: _Page, _parts: Mapping[str, str], _query: Query) -> Answer:
    listed = page.incidents()[:INCIDENTS_LISTED]
    return _json({"page": page.head, "incidents": [_incident(page, i) for i in listed]})


def _incident_json(page: _Page, parts: Mapping[str, str], _query: Query) -> Answer | None:
    incident = page.find(parts["id"])
    return (
        None
        if incident is None
        else _json({"page": page.head, "incident": _incident(page, incident)})
    )


def _maintenances_json(page: _Page, _parts: Mapping[str, str], _query: Query) -> Answer:
    listed = page.maintenances()[:INCIDENTS_LISTED]
    return _json(
        {"page": page.head, "scheduled_maintenances": [_incident(page, i) for i in listed]}
    )


def _json(document: Json) -> Answer:
    return json_answer(document, HEADERS, etag=True)


# the uptime record


def _showcase_json(page: _Page, _parts: Mapping[str, str], query: Query) -> Answer:
    asked = [part for part in query.get("components", "").split(",") if part][:SHOWCASE_IDS]
    chosen = [c for c in page.showcased if c.id in asked]
    return _json(
        {
            "components": {c.id: f'<svg id="uptime-component-{c.id}"></svg>' for c in chosen},
            "timelines": {c.id: _timeline(page, c) for c in chosen},
            "values": [_printed(page, c) for c in chosen],
        }
    )


def _timeline(page: _Page, component: TruthComponent) -> Json:
    first = page.today - (SHOWCASE_DAYS - 1) * ONE_DAY
    return {
        "component": {
            "code": component.id,
            "name": component.name,
            "startDate": component.start.isoformat(),
        },
        "days": [_showcase_day(page, component, day) for day in days_between(first, page.today)],
    }


def _showcase_day(page: _Page, component: TruthComponent, day: date) -> Json:
    outages = dict(zip("pm", page.outages(component, day), strict=True))
    return {
        "date": day.isoformat(),
        "outages": {key: seconds for key, seconds in outages.items() if seconds},
        "related_events": page.touching(component.id, day),
    }


def _printed(page: _Page, component: TruthComponent) -> Json:
    figures = {
        word: _percent(
            page, component, days_between(page.today - (length - 1) * ONE_DAY, page.today)
        )
        for word, length in (("thirty", 30), ("sixty", 60), ("ninety", 90))
    }
    return {"component": component.id, **figures}


def _percent(page: _Page, component: TruthComponent, days: Iterable[date]) -> float | None:
    """The vendor's formula: partial 0.3, major 1, whole days of 86,400 s, cut to two decimals."""
    share = _share(page, component, days)
    return None if share is None else float(floor2(100 * share))


def _share(page: _Page, component: TruthComponent, days: Iterable[date]) -> Decimal | None:
    outages = [page.outages(component, day) for day in days if component.start <= day <= page.today]
    if not outages:
        return None
    weighted = sum((Decimal("0.3") * partial + major for partial, major in outages), Decimal(0))
    return 1 - weighted / (len(outages) * 86_400)


def _uptime_json(page: _Page, parts: Mapping[str, str], query: Query) -> Answer | None:
    children = {page.truth.group_id(name): cs for name, cs in _groups(page.truth).items()}
    months = [_month_before(page.today, 3 * _number(query) - 1 - back) for back in range(3)]
    if parts["id"] in children:
        return _json(
            _group_record(
                page, parts["id"], [c for c in children[parts["id"]] if c.showcase], months
            )
        )
    component = next((c for c in page.showcased if c.id == parts["id"]), None)
    if component is None:
        return None
    return _json(
        {
            **_record(page, _component(page, component)),
            "is_group": False,
            "group_component_data": None,
            "months": [_component_month(page, component, month) for month in months],
        }
    )


def _group_record(
    page: _Page, group_id: str, children: list[TruthComponent], months: list[date]
) -> Json:
    row = next(row for row in _components(page) if row["id"] == group_id)
    data = [
        {"code": c.id, "start_date": _midnight(page, c.start), "is_showcased": True}
        for c in children
    ]
    return {
        **_record(page, row),
        "is_group": True,
        "group_component_data": data,
        "months": [_group_month(page, children, month) for month in months],
    }


def _record(page: _Page, row: Json) -> Json:
    listed = [{"name": c.full_name, "value": c.id} for c in page.showcased]
    return {"component": row, "component_select_list": listed, "renderUptimePatternFF": False}


def _month(month: date, share: Decimal | None, days: list[Json]) -> Json:
    return {
        "name": calendar.month_name[month.month],
        "year": month.year,
        "start_offset": month.isoweekday() % 7,
        "uptime_percentage": None if share is None else float(share),
        "days": days,
    }


def _component_month(page: _Page, component: TruthComponent, month: date) -> Json:
    days = _days_of(month)
    return _month(
        month, _share(page, component, days), [_record_day(page, component, day) for day in days]
    )


def _record_day(page: _Page, component: TruthComponent, day: date) -> Json:
    if day > page.today:
        return {"color": "#EAEAEA"}
    partial, major = page.outages(component, day)
    return {
        "color": "#e04343" if partial or major else "#76ad2a",
        "date": _midnight(page, day),
        "events": page.touching(component.id, day),
        "p": partial,
        "m": major,
    }


def _group_month(page: _Page, children: list[TruthComponent], month: date) -> Json:
    days = _days_of(month)
    shares = [share for c in children if (share := _share(page, c, days)) is not None]
    mean = sum(shares, Decimal(0)) / len(shares) if shares else None
    return _month(month, mean, [_group_day(page, children, day) for day in days])


def _group_day(page: _Page, children: list[TruthComponent], day: date) -> Json:
    if day > page.today:
        return {"color": "#EAEAEA"}
    outages = [page.outages(c, day) for c in children]
    partial, major = sum(p > 0 for p, _ in outages), sum(m > 0 for _, m in outages)
    return {
        "color": "#e04343" if partial or major else "#76ad2a",
        "date": _midnight(page, day),
        "pc": partial,
        "mc": major,
    }


def _midnight(page: _Page, day: date) -> str:
    return _iso(datetime.combine(day, time(), page.truth.tz))


def _number(query: Query) -> int:
    text = query.get("page", "1")
    return max(1, int(text)) if text.isdecimal() else 1


def _month_before(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, 1)


def _days_of(month: date) -> list[date]:
    _, length = calendar.monthrange(month.year, month.month)
    return [month + number * ONE_DAY for number in range(length)]


# history, feed and page


def _history(page: _Page, query: Query) -> Json:
    months = [_month_before(page.today, 3 * (_number(query) - 1) + back) for back in range(3)]
    return {
        "page_status": {
            "page": {
                **page.head,
                "created_at": page.stamp(page.truth.created_at),
                "deleted_at": None,
            }
        },
        "components": _components(page),
        "component_filter": None,
        "months": [_history_month(page, month) for month in months],
        "start_time": _midnight(page, months[-1]),
        "end_time": _midnight(page, _days_of(months[0])[-1] + ONE_DAY),
    }


def _history_month(page: _Page, month: date) -> Json:
    days = _days_of(month)
    begun = [i for i in page.truth.visible(page.now) if i.started_at <= page.now]
    listed = [i for i in begun if days[0] <= day_of(i.started_at, page.truth.tz) <= days[-1]]
    newest = sorted(listed, key=lambda i: i.started_at, reverse=True)
    return {
        "name": calendar.month_name[month.month],
        "year": month.year,
        "starts_on": month.isoweekday() % 7,
        "days": len(days),
        "incidents": [_history_row(page, i) for i in newest],
    }


def _history_row(page: _Page, incident: TruthIncident) -> Json:
    last = posts(incident, page.now)[-1]
    return {
        "code": incident.id,
        "name": incident.title,
        "message": last.text,
        "impact": incident.impact,
        "timestamp": f"{_small(page, incident.started_at)} - {_small(page, last.at)}",
    }


def _small(page: _Page, at: datetime) -> str:
    local = at.astimezone(page.truth.tz)
    return (
        f"{local:%b} <var data-var='date'>{local.day}</var>, <var"
        f" data-var='time'>{local:%H:%M}</var> {local.tzname()}"
    )


def _history_json(page: _Page, _parts: Mapping[str, str], query: Query) -> Answer:
    return _json(_history(page, query))


def _feed(page: _Page, _parts: Mapping[str, str], _query: Query) -> Answer:
    host = page.truth.url.split("://")[-1].strip("/")
    latest = {i.id: posts(i, page.now)[-1].at for i in page.truth.visible(page.now)}
    newest = sorted(page.truth.visible(page.now), key=lambda i: latest[i.id], reverse=True)[
        :FEED_ENTRIES
    ]
    entries = "".join(_entry(page, i, host, latest[i.id]) for i in newest)
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<feed xml:lang="en-US"'
        f' xmlns="http://www.w3.org/2005/Atom">\n  <id>tag:{host},2005:/history</id>\n  <link'
        f' rel="alternate" type="text/html" href="{page.truth.url.rstrip("/")}"/>\n '
        f" <title>{escape(page.truth.name)} Status - Incident History</title>\n "
        f" <updated>{page.truth.changed_at(page.now):%Y-%m-%dT%H:%M:%SZ}</updated>\n "
        f" <author><name>{escape(page.truth.name)}</name></author>\n{entries}</feed>\n"
    )
    return ok(
        body.encode(), {**HEADERS, "content-type": "application/atom+xml; charset=utf-8"}, etag=True
    )


def _entry(page: _Page, incident: TruthIncident, host: str, at: datetime) -> str:
    texts = " ".join(
        f"<p> <small>{_small(page, post.at)}</small><br>"
        f" <strong>{post.status.replace('_', ' ').capitalize()}</strong> - {post.text} </p>"
        for post in reversed(posts(incident, page.now))
    )
    return (
        f"  <entry>\n    <id>tag:{host},2005:Incident/{int(incident.id, 36) % 10**8}</id>\n"
        f"    <published>{at:%Y-%m-%dT%H:%M:%SZ}</published>\n   "
        f" <updated>{at:%Y-%m-%dT%H:%M:%SZ}</updated>\n"
        '    <link rel="alternate" type="text/html"'
        f' href="{page.truth.url}incidents/{incident.id}"/>\n'
        f"    <title>{escape(incident.title)}</title>\n"
        f'    <content type="html">{escape(texts, quote=False)}</content>\n  </entry>\n'
    )


def _root(page: _Page, _parts: Mapping[str, str], _query: Query) -> Answer:
    status = _status(page)
    name = escape(page.truth.name)
    body = (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{name}'
        " Status</title>\n"
        f'<meta name="issued" content="{int(page.now.timestamp())}">\n'
        '<link rel="stylesheet" href="https://dka575ofm4ao0.cloudfront.net/packs/common.css">\n'
        '<link rel="alternate" type="application/atom+xml" href="/history.atom">\n</head>\n'
        f'<body class="status index status-{status["indicator"]}">\n<h1>{name}</h1>\n'
        f'<span class="status font-large">{status["description"]}</span>\n'
        f"{''.join(_row(page, c) for c in page.truth.components)}"
        '<a href="https://www.atlassian.com/software/statuspage?utm_campaign=x&amp;utm_source=SP-notifications">'
        "Powered by Atlassian Statuspage</a>\n</body>\n</html>\n"
    )
    return ok(body.encode(), {**HEADERS, "content-type": "text/html; charset=utf-8"}, etag=True)


def _row(page: _Page, component: TruthComponent) -> str:
    state = STATES[page.level(component.id)]
    bars = (
        '<div class="shared-partial uptime-90-days-wrapper"'
        f' data-uptime-lazy="{component.id}"></div>'
    )
    return (
        f'<div class="component-inner-container" data-component-id="{component.id}"'
        f' data-component-status="{state}">'
        f'<span class="name">{escape(component.name)}</span>'
        f'<span class="component-status">{state.replace("_", " ").title()}</span></div>\n'
        f"{bars if component.showcase else ''}\n"
    )


Make = Callable[[_Page, Mapping[str, str], Query], Answer | None]
ROUTES: tuple[tuple[str, Make], ...] = (
    (r"/", _root),
    (r"/api/v2/status\.json", _status_json),
    (r"/api/v2/summary\.json", _summary_json),
    (r"/api/v2/components\.json", _components_json),
    (r"/api/v2/incidents\.json", _incidents_json),
    (r"/api/v2/incidents/(?P<id>[a-z0-9]+)\.json", _incident_json),
    (r"/api/v2/scheduled-maintenances\.json", _maintenances_json),
    (r"/uptime_showcase", _showcase_json),
    (r"/uptime/(?P<id>[a-z0-9]+)\.json", _uptime_json),
    (r"/history\.json", _history_json),
    (r"/history\.atom", _feed),
)
