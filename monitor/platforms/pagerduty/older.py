"""PagerDuty pages of the older generation: JSON in the page's HTML. Pure."""

import re
from collections.abc import Iterator

from monitor.errors import UnexpectedShape
from monitor.kit.embedded import json_after
from monitor.kit.events import first_start, unlisted
from monitor.kit.fields import Row, identifier, maybe_text, optional_rows, row, rows
from monitor.kit.protocol import PageContext, Response
from monitor.kit.responses import locate_errors
from monitor.kit.states import worst_words
from monitor.kit.times import instant
from monitor.platforms.pagerduty.events import events_of
from monitor.platforms.pagerduty.posts import (
    RECORD,
    VOCABULARY,
    Post,
    Update,
    components_of,
    post_of,
    word_of,
)
from monitor.platforms.pagerduty.reading import PageReading

OLDER = "older"
"""The cursor of a page of the older generation."""

IN_PAGE = re.compile(r'<script id="data" type="application/json">\s*')


def is_older(response: Response) -> bool:
    """Whether this is a page of the older generation."""
    return response.status == 200 and b'"open_incidents"' in response.body  # noqa: PLR2004


def read_older(response: Response, page: PageContext) -> PageReading:
    """Return what the page says. Raises what `json_after` raises."""
    with locate_errors(response.url):
        data = row(json_after(response, IN_PAGE), "script#data")
        summary = row(data.get("summary"), "summary")
        if summary.get("posts"):
            raise UnexpectedShape(
                "summary.posts has never been seen with anything in it", remedy=RECORD
            )
        events = events_of(list(_posts(summary)), page.now)
        layout = row(row(data.get("layout"), "layout").get("layout_settings"), "layout_settings")
        services = summary.get("post_status_page_services")
        return PageReading(
            name=maybe_text(layout.get("name")),
            components=components_of(
                rows(services, "summary.post_status_page_services"), _groups(layout)
            ),
            events=events,
            first=first_start(events),
            withdrawn=unlisted(page, events),
            cursor=OLDER,
        )


def _posts(summary: Row) -> Iterator[Post]:
    incidents: list[Row] = []
    for key in ("open_incidents", "resolved_incidents"):
        incidents += rows(summary.get(key), f"summary.{key}")
    for incident in incidents:
        updates = rows(incident.get("updates"), "incident.updates")
        yield post_of(incident, [_update(update) for update in updates])


def _update(entry: Row) -> Update:
    services = entry.get("impacted_business_services")
    pairs = []
    for service in rows(services, "update.impacted_business_services"):
        key = identifier(service.get("id"), "service.id")
        pairs.append((key, word_of(service.get("severity"), "service.severity")))
    return Update(
        at=instant(entry.get("reported_at"), "update.reported_at"),
        status=word_of(entry.get("status"), "update.status"),
        severity=word_of(entry.get("severity"), "update.severity"),
        services=worst_words(pairs, VOCABULARY),
        key=maybe_text(entry.get("id")),
        text=maybe_text(entry.get("message")),
    )


def _groups(layout: Row) -> dict[str, str]:
    """Return the name of the group each business service is in."""
    groups = {}
    for head in optional_rows(layout.get("business_services"), "layout.business_services"):
        name = maybe_text(head.get("name"))
        if head.get("grouping_element") is not True or name is None:
            continue
        for child in head.get("child_business_services") or ():
            if isinstance(child, str):
                groups[child] = name
    return groups
