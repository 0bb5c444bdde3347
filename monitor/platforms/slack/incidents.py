"""Slack's incidents, their services and when they ended. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from operator import itemgetter

from monitor.kit.events import Event, spans_for, words_not_in
from monitor.kit.evidence import MIN_DURATION
from monitor.kit.feeds import text_lines
from monitor.kit.fields import Row, identifier, items, maybe_text, rows, text
from monitor.kit.messages import messages
from monitor.kit.posts import Post, closed_at
from monitor.kit.prose import prose
from monitor.kit.times import instant
from monitor.model import Level, Phase

SERVICES = (
    "Login/SSO",
    "Connectivity",
    "Messaging",
    "Files",
    "Notifications",
    "Huddles",
    "Search",
    "Apps/Integrations/APIs",
    "Workspace/Org Administration",
    "Workflows",
    "Canvases",
)
"""The services in the page's order."""

PRESENT_NAMES: Mapping[str, str] = {
    "Connections": "Connectivity",
    "Calls": "Huddles",
    "Posts/Files": "Files",
}
"""Today's names of services by their former ones."""

KINDS: Mapping[str, Level] = {
    "outage": Level.MAJOR_OUTAGE,
    "incident": Level.DEGRADED,
    "maintenance": Level.MAINTENANCE,
    "notice": Level.OPERATIONAL,
}
"""What a type of incident says of the services it names. Impacts are inferred by the word that
stands for the level."""

WIDE = Level.PARTIAL_OUTAGE
"""An incident that names more than half of the services."""

NEVER_TOOK_PLACE = "cancelled"
PHASES: Mapping[str, Phase] = {
    "active": Phase.OPEN,
    "resolved": Phase.CLOSED,
    "scheduled": Phase.SCHEDULED,
    "completed": Phase.CLOSED,
    NEVER_TOOK_PLACE: Phase.CLOSED,
}


def read_events(incidents: object, where: str) -> list[Event]:
    """Return the incidents; of one that is listed twice what changed last counts."""
    changes = []
    for incident in rows(incidents, where):
        changed_at = instant(incident.get("date_updated"), "incident.date_updated")
        changes.append((changed_at, _event(incident, changed_at)))
    changes.sort(key=itemgetter(0))
    events: dict[str, Event] = {}
    for _, event in changes:
        events[event.id] = event
    return list(events.values())


def _event(incident: Row, changed_at: datetime) -> Event:
    start = instant(incident.get("date_created"), "incident.date_created")
    closed_end = _end_if_closed(incident, start, changed_at)
    services = _services(incident)
    kind = text(incident.get("type"), "incident.type")
    status = text(incident.get("status"), "incident.status")
    # an incident with a word we do not know stays open until we do
    phase = PHASES.get(status, Phase.OPEN)
    end = closed_end if phase is Phase.CLOSED else None
    level = _level(kind, services)
    took_place = phase is not Phase.SCHEDULED and status != NEVER_TOOK_PLACE
    return Event(
        id=identifier(incident.get("id"), "incident.id"),
        title=text(incident.get("title"), "incident.title"),
        phase=phase,
        start=start,
        end=end,
        status=status,
        impact=kind,
        url=maybe_text(incident.get("url")),
        maintenance=kind == "maintenance",
        planned=phase is Phase.SCHEDULED,
        component_ids=services,
        spans=spans_for(services, level, start, end, word=kind) if took_place else (),
        unattributed=took_place and level is not Level.OPERATIONAL and not services,
        unknown_words=_unknown_words(kind, status, services),
        updates=messages(incident.get("notes"), at="date_created", text="body"),
    )


def _level(kind: str, services: Sequence[str]) -> Level | None:
    """Return what an incident's type says of its services; None for a type we do not know."""
    is_wide = kind == "incident" and 2 * len(services) > len(SERVICES)
    return WIDE if is_wide else KINDS.get(kind)


def _unknown_words(kind: str, status: str, services: Iterable[str]) -> tuple[str, ...]:
    return (
        *words_not_in(KINDS, kind),
        *words_not_in(PHASES, status),
        *words_not_in(SERVICES, *services),
    )


def _services(incident: Row) -> tuple[str, ...]:
    """Return the services by their present names."""
    names: dict[str, None] = {}
    for value in items(incident.get("services"), "incident.services"):
        name = text(value, "incident.services[]")
        names[PRESENT_NAMES.get(name, name)] = None
    return tuple(names)


def _end_if_closed(incident: Row, start: datetime, changed_at: datetime) -> datetime:
    """Return when an incident ended if it is closed, never as it began: with the post that says so,
    as other changes may come days later, else with the last that is no review. Where there is one
    post at most and it is as old as the incident, the last change counts.
    """
    posts = [_post(note) for note in rows(incident.get("notes"), "incident.notes")]
    end = closed_at(posts, start, changed_at)
    if end == start and len(posts) <= 1:
        end = changed_at
    return end if end > start else start + MIN_DURATION


def _post(note: Row) -> Post:
    """Return a note, which has no word for the incident's state: what it says of it stands in its
    text.
    """
    body = note.get("body")
    return Post(
        instant(note.get("date_created"), "incident.notes.date_created"),
        prose(" ".join(text_lines(body if isinstance(body, str) else ""))),
    )
