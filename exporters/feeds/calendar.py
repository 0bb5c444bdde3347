"""Maintenances as a calendar. Pure. The format: https://www.rfc-editor.org/rfc/rfc5545."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import icalendar

from exporters.feeds.entries import incident_id, incident_lines
from exporters.feeds.texts import paragraphs, title
from monitor.answers import Chronicle, IncidentStory
from monitor.model import Phase

MEDIA_TYPE = "text/calendar; charset=utf-8"

_PRODUCT = "-//vendorstatus//maintenances//EN"
_ASK_AGAIN = "PT1H"


@dataclass(frozen=True, slots=True, kw_only=True)
class Maintenance:
    """A maintenance that is announced, goes on, is over or was withdrawn. `end` None = no end is
    known. `sequence` grows with everything the vendor changes.
    """

    uid: str
    vendor: str
    title: str
    lines: tuple[str, ...]
    url: str
    start: datetime
    end: datetime | None
    is_withdrawn: bool
    sequence: int
    published_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """Maintenances under a name."""

    name: str
    maintenances: tuple[Maintenance, ...]


def maintenances_of(chronicle: Chronicle) -> Iterator[Maintenance]:
    """Yield a vendor's maintenances, by start."""
    for story in chronicle.incidents:
        if story.incident.maintenance:
            yield _maintenance(chronicle, story)


def _maintenance(chronicle: Chronicle, story: IncidentStory) -> Maintenance:
    incident, end = story.incident, story.incident.resolved_at
    is_withdrawn = incident.phase is Phase.WITHDRAWN
    if is_withdrawn or end is None or end <= incident.started_at:
        end = None
    return Maintenance(
        uid=incident_id(chronicle, story),
        vendor=chronicle.page.slug,
        title=title(f"{chronicle.vendor.name}: {incident.title}"),
        lines=paragraphs(*incident_lines(story)),
        url=incident.url or chronicle.page.url,
        start=incident.started_at,
        end=end,
        is_withdrawn=is_withdrawn,
        sequence=story.changes,
        published_at=story.published_at,
        updated_at=story.updated_at,
    )


def ics(calendar: Calendar) -> bytes:
    """Return the calendar as a document in UTF-8. Its events block no time."""
    document = icalendar.Calendar()
    for name, value in (
        ("version", "2.0"),
        ("prodid", _PRODUCT),
        ("method", "PUBLISH"),
        ("x-wr-calname", calendar.name),
        ("x-published-ttl", _ASK_AGAIN),
    ):
        document.add(name, value)
    for maintenance in calendar.maintenances:
        document.add_component(_event(maintenance))
    body: bytes = document.to_ical()
    return body


def _event(maintenance: Maintenance) -> icalendar.Event:
    event = icalendar.Event()
    event.add("uid", maintenance.uid)
    event.add("sequence", maintenance.sequence)
    event.add("status", "CANCELLED" if maintenance.is_withdrawn else "CONFIRMED")
    event.add("transp", "TRANSPARENT")
    event.add("created", maintenance.published_at)
    event.add("dtstamp", maintenance.updated_at)
    event.add("last-modified", maintenance.updated_at)
    event.add("dtstart", maintenance.start)
    if maintenance.end is not None:
        event.add("dtend", maintenance.end)
    event.add("summary", maintenance.title)
    event.add("description", "\n".join(maintenance.lines))
    event.add("url", maintenance.url)
    event.add("categories", [maintenance.vendor])
    return event
