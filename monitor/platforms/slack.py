"""Slack's own status API: what is going on in one answer, the last incidents in another. Pure.

`/api/v2.0.0/current` lists the incidents going on, `/api/v2.0.0/history` some of the past ones;
both name the services an incident is about, and neither lists the services there are. So the
services are those of Slack's documentation, and one that an incident names is added. Services have
no ids: their name is the key, and their former names are known here.

How bad an incident is for a service is not told, only the incident's type: impacts are inferred
from it, in the words that `impact_mapping` knows. The format is described at
https://docs.slack.dev/reference/slack-status-api.
"""

import re
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from monitor.errors import UnexpectedShape
from monitor.kit.events import ComponentState, Event, spans_for, unlisted
from monitor.kit.evidence import MIN_DURATION, evidence, gap_before
from monitor.kit.feeds import text_lines
from monitor.kit.fields import Row, identifier, items, maybe_text, row, rows, text
from monitor.kit.messages import messages
from monitor.kit.posts import Post, closed_at
from monitor.kit.prose import prose
from monitor.kit.protocol import About, Get, PageContext, Response, Signal, Step, Steps, get
from monitor.kit.responses import locate_errors, read_json, try_json
from monitor.kit.states import current_states
from monitor.kit.times import instant
from monitor.model import Component, Evidence, Level, Observation, PageInfo, Phase

ABOUT = About(
    title="Slack",
    verified=date(2026, 8, 18),
    live="/api/v2.0.0/current, 1 request",
    reach_days=None,
    reach=(
        "The last 37 or so incidents, usually some months to a year; an incident ends with the post"
        " that says so."
    ),
    granularity="component",
    precision="seconds",
    caveat=(
        "Slack keeps some 37 incidents, gives each one type and no severity per service (a type"
        " that changes while it is open holds for its whole length), and may post what it noticed"
        " hours later or call it a notice."
    ),
)

INCIDENTS = "slack.incidents"

CURRENT = "/api/v2.0.0/current"
PROBE = Get(path=CURRENT)
HISTORY = "/api/v2.0.0/history"
HOSTS = frozenset({"slack-status.com", "www.slack-status.com", "status.slack.com"})

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

FORMER: Mapping[str, str] = {
    "Connections": "Connectivity",
    "Calls": "Huddles",
    "Posts/Files": "Files",
}
"""Former names of services, with today's."""


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

PHASES: Mapping[str, Phase] = {
    "active": Phase.OPEN,
    "resolved": Phase.CLOSED,
    "scheduled": Phase.SCHEDULED,
    "completed": Phase.CLOSED,
    "cancelled": Phase.CLOSED,
}
CANCELLED = "cancelled"

QUIET = "ok"
BUSY = "active"

FARTHEST_AHEAD = timedelta(days=7)
"""How far a clock may be ahead of ours. What is dated later was written later: it says nothing of
now."""

ADDRESS = re.compile(r"https://(slack-status|status\.slack)\.com/\d{4}-\d\d/[0-9a-f]{8,}")


# detection


def detect(response: Response) -> Iterator[Signal]:
    """Return the signs of Slack's status API; `host` only ever beside another sign."""
    return _signals(try_json(response))


def _signals(told: object) -> Iterator[Signal]:
    listed = _listed(told)
    if not isinstance(listed, list) or not all(_looks_right(each) for each in listed):
        return
    if isinstance(told, dict) or listed:
        yield Signal("shape", "incidents with a type, services and notes")
    if any(ADDRESS.match(str(each["url"])) for each in listed):
        yield Signal("urls", "incidents have addresses on Slack's status host")


def _listed(told: object) -> object:
    """Return what stands where either answer has its incidents."""
    if (
        isinstance(told, dict)
        and told.get("status") in (QUIET, BUSY)
        and isinstance(told.get("date_created"), str)
    ):
        return told.get("active_incidents")
    return told


def _looks_right(told: object) -> bool:
    return (
        isinstance(told, dict)
        and {"id", "type", "status", "url", "services", "notes"} <= told.keys()
    )


# incidents


def _events(told: object, where: str) -> list[Event]:
    """Return the incidents; of one told twice what changed last counts."""
    dated = [
        (instant(each.get("date_updated"), "incident.date_updated"), _event(each))
        for each in rows(told, where)
    ]
    dated.sort(key=lambda each: each[0])
    return list({event.id: event for _, event in dated}.values())


def _event(told: Row) -> Event:
    start = instant(told.get("date_created"), "incident.date_created")
    ended, services = _ended(told, start), _services(told)
    kind, status = (
        text(told.get("type"), "incident.type"),
        text(told.get("status"), "incident.status"),
    )
    # an incident with a word we do not know stays open until we do
    phase = PHASES.get(status, Phase.OPEN)
    end = ended if phase is Phase.CLOSED else None
    level = _level(kind, services)
    took_place = phase is not Phase.SCHEDULED and status != CANCELLED
    return Event(
        id=identifier(told.get("id"), "incident.id"),
        title=text(told.get("title"), "incident.title"),
        phase=phase,
        start=start,
        end=end,
        status=status,
        impact=kind,
        url=maybe_text(told.get("url")),
        maintenance=kind == "maintenance",
        planned=phase is Phase.SCHEDULED,
        component_ids=services,
        spans=spans_for(services, level, start, end, word=kind) if took_place else (),
        unattributed=took_place and level is not Level.OPERATIONAL and not services,
        unknown_words=_unknown(kind, status, services),
        updates=messages(told.get("notes"), at="date_created", text="body"),
    )


def _level(kind: str, services: Sequence[str]) -> Level | None:
    """Return what an incident's type says of its services; None for a type we do not know."""
    wide = kind == "incident" and 2 * len(services) > len(SERVICES)
    return WIDE if wide else KINDS.get(kind)


def _unknown(kind: str, status: str, services: Iterable[str]) -> tuple[str, ...]:
    return (*({kind} - KINDS.keys()), *({status} - PHASES.keys()), *(set(services) - set(SERVICES)))


def _services(told: Row) -> tuple[str, ...]:
    """Return the services by their present names."""
    named = (
        text(each, "incident.services[]")
        for each in items(told.get("services"), "incident.services")
    )
    return tuple(dict.fromkeys(FORMER.get(name, name) for name in named))


def _ended(told: Row, start: datetime) -> datetime:
    """Return when an incident ended if it is closed, never as it began: with the post that says so,
    as other changes may come days later, else with the last that is no review. A single post and
    the last change are all there is.
    """
    changed = instant(told.get("date_updated"), "incident.date_updated")
    posts = [_post(note) for note in rows(told.get("notes"), "incident.notes")]
    ended = closed_at(posts, start, changed)
    if ended == start and len(posts) <= 1:
        ended = changed
    return ended if ended > start else start + MIN_DURATION


def _post(note: Row) -> Post:
    """Return a note, which has no word for the incident's state: what it says of it stands in its
    text.
    """
    body = note.get("body")
    return Post(
        instant(note.get("date_created"), "incident.notes.date_created"),
        prose(" ".join(text_lines(body if isinstance(body, str) else ""))),
    )


# poll and backfill


def poll(page: PageContext) -> Steps:
    """Yield every service's state in one request, and in a second the end of incidents that have
    left the list.
    """
    response = yield from get(CURRENT, conditional=True)
    if response.unchanged:
        return
    with locate_errors(response.url):
        answer = row(read_json(response), "the answer")
        word = text(answer.get("status"), "the answer.status")
        events = _events(answer.get("active_incidents"), "active_incidents")
        yield _current(word, events, page)
    if unlisted(page, events):
        past = yield from _read_history()
        yield _history(past, page, withdrawn=unlisted(page, [*events, *past]))


def backfill(page: PageContext, since: datetime) -> Steps:
    """Yield all incidents that Slack keeps. They cover the time since the oldest of them; before it
    there is a gap.
    """
    past = yield from _read_history()
    told = _history(past, page)
    yield told
    first = min((cover.span.start for cover in told.coverage), default=page.now)
    yield from gap_before(INCIDENTS, page, since, first, "Slack's history holds no older incidents")


def _read_history() -> Generator[Step, Any, list[Event]]:
    """Return the incidents of the history. Raises UnexpectedShape when it is empty: Slack always
    keeps some.
    """
    response = yield from get(HISTORY)
    with locate_errors(response.url):
        past = _events(read_json(response), "the answer")
        if not past:
            raise UnexpectedShape("the history is empty")
        return past


def _history(past: Sequence[Event], page: PageContext, withdrawn: Iterable[str] = ()) -> Evidence:
    """Return what the history tells; what it does not have though we hold it as open was
    withdrawn.
    """
    return evidence(
        INCIDENTS,
        page,
        components=_components(past, page),
        events=_so_far(past, page.now),
        since=min(event.start for event in past),
        withdrawn=withdrawn,
    )


def _current(word: str, events: Sequence[Event], page: PageContext) -> Evidence:
    """Return what the present answer tells, in the `word` for its state and in its incidents."""
    components, remarks = _components(events, page), list(_remarks(word, events))
    told = evidence(
        INCIDENTS,
        page,
        info=PageInfo(name="Slack", indicator=word, remark="; ".join(remarks) or None),
        components=components,
        events=_so_far(events, page.now),
        unknown_words={word} - {QUIET, BUSY},
    )
    parts = current_states(components, [_begun(event, page.now) for event in events], page.now)
    sure = word == QUIET or (word == BUSY and bool(events))
    return replace(told, observed=tuple(_observation(part, word, sure=sure) for part in parts))


def _remarks(word: str, events: Sequence[Event]) -> Iterator[str]:
    """Yield where the answer contradicts itself, and what leaves a service's state open."""
    going = [event for event in events if event.phase is Phase.OPEN]
    if word == BUSY and not events:
        yield "the state is active and no incident is listed"
    if word == QUIET and going:
        yield "the state is ok and an incident is going on"
    if any(event.unattributed for event in going):
        yield "an incident is going on that names no service"


def _observation(part: ComponentState, word: str, *, sure: bool) -> Observation:
    """Return a service's state, with the answer's own word where no incident has one for it;
    `sure`: what is not named may be called operational.
    """
    if part.level is Level.OPERATIONAL and not sure:
        return Observation(component_id=part.component.id, level=None, word=word)
    return Observation(component_id=part.component.id, level=part.level, word=part.word or word)


def _components(events: Iterable[Event], page: PageContext) -> tuple[Component, ...]:
    """Return the documented services, then those an incident names now or once named."""
    named = {name for event in events for name in event.component_ids} | page.components
    names = (*SERVICES, *sorted(named - set(SERVICES)))
    return tuple(
        Component(id=name, name=name, position=position) for position, name in enumerate(names)
    )


def _so_far(events: Iterable[Event], now: datetime) -> list[Event]:
    """Return the incidents as of now: what goes on has begun, unless it is dated too far ahead of
    us.
    """
    return [event if event.start > now + FARTHEST_AHEAD else _begun(event, now) for event in events]


def _begun(event: Event, now: datetime) -> Event:
    """Return an incident that goes on as begun, though its clock is ahead of ours."""
    if event.phase is not Phase.OPEN or event.start <= now:
        return event
    return replace(event, spans=tuple(replace(span, start=now) for span in event.spans))
