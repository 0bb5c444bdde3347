"""The history of months, and the feed."""

import calendar
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from html import escape

from monitor.demo.posts import Answer, Post, Query, ok, posts
from monitor.demo.statuspage.api import component_rows
from monitor.demo.statuspage.page import (
    HEADERS,
    Json,
    Page,
    days_of_month,
    json_document,
    midnight,
    months_before,
    page_number,
)
from monitor.demo.truth import TruthIncident
from monitor.intervals import ONE_DAY, day_of

FEED_ENTRIES = 25


def months(page: Page, _parts: Mapping[str, str], query: Query) -> Answer:
    """Answer with three months of incidents."""
    months = months_before(page.today, 3 * (page_number(query) - 1))
    created_at = page.stamp(page.truth.created_at)
    return json_document(
        {
            "page_status": {"page": {**page.head, "created_at": created_at, "deleted_at": None}},
            "components": component_rows(page),
            "component_filter": None,
            "months": [_history_month(page, month) for month in months],
            "start_time": midnight(page, months[-1]),
            "end_time": midnight(page, days_of_month(months[0])[-1] + ONE_DAY),
        }
    )


def _history_month(page: Page, month: date) -> Json:
    days = days_of_month(month)
    incidents = _begun_between(page, days[0], days[-1])
    newest = sorted(incidents, key=lambda incident: incident.started_at, reverse=True)
    return {
        "name": calendar.month_name[month.month],
        "year": month.year,
        "starts_on": month.isoweekday() % 7,
        "days": len(days),
        "incidents": [_history_row(page, incident) for incident in newest],
    }


def _begun_between(page: Page, first: date, last: date) -> Iterator[TruthIncident]:
    for incident in page.truth.visible(page.now):
        day = day_of(incident.started_at, page.truth.tz)
        if incident.started_at <= page.now and first <= day <= last:
            yield incident


def _history_row(page: Page, incident: TruthIncident) -> Json:
    last = posts(incident, page.now)[-1]
    return {
        "code": incident.id,
        "name": incident.title,
        "message": last.text,
        "impact": incident.impact,
        "timestamp": f"{_small_text(page, incident.started_at)} - {_small_text(page, last.at)}",
    }


def _small_text(page: Page, at: datetime) -> str:
    local = at.astimezone(page.truth.tz)
    return (
        f"{local:%b} <var data-var='date'>{local.day}</var>, <var"
        f" data-var='time'>{local:%H:%M}</var> {local.tzname()}"
    )


def feed(page: Page, _parts: Mapping[str, str], _query: Query) -> Answer:
    """Answer with the Atom feed of the history."""
    host = page.truth.url.split("://")[-1].strip("/")
    entries = ""
    for incident, at in _newest(page)[:FEED_ENTRIES]:
        entries += _entry(page, incident, host, at)
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


def _newest(page: Page) -> list[tuple[TruthIncident, datetime]]:
    """Return the incidents and when the last word of each was posted, latest first."""
    pairs = [
        (incident, posts(incident, page.now)[-1].at) for incident in page.truth.visible(page.now)
    ]
    return sorted(pairs, key=lambda pair: pair[1], reverse=True)


def _paragraph(page: Page, post: Post) -> str:
    return (
        f"<p> <small>{_small_text(page, post.at)}</small><br>"
        f" <strong>{post.status.replace('_', ' ').capitalize()}</strong> - {post.text} </p>"
    )


def _entry(page: Page, incident: TruthIncident, host: str, at: datetime) -> str:
    texts = " ".join(_paragraph(page, post) for post in reversed(posts(incident, page.now)))
    return (
        f"  <entry>\n    <id>tag:{host},2005:Incident/{int(incident.id, 36) % 10**8}</id>\n"
        f"    <published>{at:%Y-%m-%dT%H:%M:%SZ}</published>\n   "
        f" <updated>{at:%Y-%m-%dT%H:%M:%SZ}</updated>\n"
        '    <link rel="alternate" type="text/html"'
        f' href="{page.truth.url}incidents/{incident.id}"/>\n'
        f"    <title>{escape(incident.title)}</title>\n"
        f'    <content type="html">{escape(texts, quote=False)}</content>\n  </entry>\n'
    )
