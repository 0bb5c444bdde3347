"""Concur's incidents, as each day of a service and the list of all have them. Pure."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from monitor.kit.events import Event, phase_by_end, spans_for
from monitor.kit.fields import (
    Row,
    identifier,
    lower_text,
    maybe_text,
    optional_rows,
    texts,
    with_places,
)
from monitor.kit.messages import messages
from monitor.kit.posts import closed_at, post_saying
from monitor.kit.times import epoch
from monitor.model import IncidentUpdate, Level, Phase

HOST = "open.concur.com"
PAGE = f"https://{HOST}/"

CENTRES: Mapping[str, str] = {
    "us2": "US2",
    "eu2": "EU2",
    "apj1": "APJ1",
    "usg": "Concur Cloud for Public Sector",
}
"""The data centres in use: the code that the query takes, and the name that incidents use."""

CODES: Mapping[str, str] = {name.lower(): code for code, name in CENTRES.items()}

VOCABULARY: Mapping[str, Level] = {
    "normal": Level.OPERATIONAL,
    "degradation": Level.DEGRADED,
    "disruption": Level.MAJOR_OUTAGE,
}

OVER = "resolved"

MESSAGES: Mapping[str, Phase] = {
    "issue identified": Phase.OPEN,
    "issue status update": Phase.OPEN,
    "issue resolved": Phase.CLOSED,
    "issue identified and resolved": Phase.CLOSED,
}
"""Types of messages. A "Root Cause Analysis" follows days after the end."""


def component_id(service: str, centre: str) -> str:
    """Return the id of a service in a data centre."""
    return f"{service}@{centre}"


def read_incidents(
    incidents: object,
    where: str,
    now: datetime,
    since: datetime | None = None,
) -> Iterator[Event]:
    """Yield the incidents of a list, of those that ended before `since` none, and no tests."""
    for incident, place in with_places(optional_rows(incidents, where), where):
        is_test = incident.get("is_test") == "Y"
        if not is_test and not _ended_before(incident.get("end_epoch"), since):
            yield _event(incident, place, now)


def _ended_before(end: object, since: datetime | None) -> bool:
    """Whether this is the end of something long past, which need not be read: it is years older
    than our vocabulary.
    """
    return since is not None and type(end) is int and 0 < end < since.timestamp()


def _event(incident: Row, where: str, now: datetime) -> Event:
    services = _names(incident, "affected_services", where)
    centres = _names(incident, "data_centers", where)
    start = epoch(incident.get("start_epoch"), f"{where}.start_epoch")
    end = _end(incident, where, start)
    severity = _word(incident, "severity")[:60]
    return Event(
        id=identifier(incident.get("id"), f"{where}.id"),
        title=f"{severity or 'incident'}: {', '.join(services)} ({', '.join(centres)})",
        phase=phase_by_end(end, now),
        start=start,
        end=end,
        status=maybe_text(incident.get("status")) or "not told",
        impact=severity or "not told",
        url=PAGE,
        spans=spans_for(
            _component_ids(services, centres),
            VOCABULARY.get(severity),
            start,
            end,
            word=severity or None,
        ),
        unattributed=not services or not centres,
        unknown_words=tuple(_unknown_centres(centres)),
        updates=_updates(incident),
    )


def _names(incident: Row, key: str, where: str) -> list[str]:
    return texts(incident.get(key), f"{where}.{key}")


def _component_ids(services: list[str], centres: list[str]) -> Iterator[str]:
    """Yield the ids of all these services in all these data centres, which are told by name."""
    for centre in centres:
        code = CODES.get(centre.lower(), centre.lower())
        for service in services:
            yield component_id(service, code)


def _unknown_centres(centres: list[str]) -> Iterator[str]:
    for centre in centres:
        if centre.lower() not in CODES:
            yield centre


def _word(item: Row, key: str) -> str:
    return lower_text(item.get(key))


def _updates(incident: Row) -> tuple[IncidentUpdate, ...]:
    return messages(
        list(_english_posts(incident.get("messages"))),
        at="created_epoch",
        status="message_type",
        text="text",
        read_time=epoch,
    )


def _english_posts(posts: object) -> Iterator[Row]:
    """Yield what was posted, in English: every message is there in four languages."""
    for post in posts if isinstance(posts, list) else ():
        if isinstance(post, dict) and isinstance(post.get("body"), dict):
            yield post | {"text": post["body"].get("en")}


def _end(incident: Row, where: str, start: datetime) -> datetime | None:
    """Return the end; of a resolved incident without one, the message that says so. None = going
    on.
    """
    if incident.get("end_epoch"):
        return epoch(incident["end_epoch"], f"{where}.end_epoch")
    if _word(incident, "status") != OVER:
        return None
    posts = []
    for post in optional_rows(incident.get("messages"), f"{where}.messages"):
        if post.get("created_epoch"):
            at = epoch(post["created_epoch"], f"{where}.messages.created_epoch")
            posts.append(post_saying(at, _word(post, "message_type"), MESSAGES))
    return closed_at(posts, start)
