"""The document of a page's present state: parts at locations, and what is open or announced. Pure.

A location that was last set before an incident's messages was not hit by what they say, though a
part and a location of the incident name it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from monitor.errors import UnexpectedShape
from monitor.kit.events import ComponentState, Event
from monitor.kit.fields import Row, identifier, optional_rows, row, rows
from monitor.kit.messages import messages
from monitor.kit.posts import Post, closed_at, post_saying
from monitor.kit.responses import shape_error
from monitor.kit.states import UNKNOWN
from monitor.kit.times import instant
from monitor.model import Component, IncidentUpdate, Level, Phase, worst_level

LEVELS: Mapping[str, Level] = {
    "100": Level.OPERATIONAL,
    "200": Level.MAINTENANCE,
    "300": Level.DEGRADED,
    "400": Level.PARTIAL_OUTAGE,
    "500": Level.MAJOR_OUTAGE,
    "600": Level.DEGRADED,  # a security event: something is wrong, and it is not unavailability
}
"""By code: the words beside it were changed over the years."""

IMPACTS: Mapping[str, str] = {
    "100": "operational",
    "200": "maintenance",
    "300": "degraded",
    "400": "partial disruption",
    "500": "disruption",
    "600": "security",
}
STATES: Mapping[str, str] = {
    "100": "investigating",
    "200": "identified",
    "300": "monitoring",
    "400": "resolved",
}
CLOSED = "400"
PHASES: Mapping[str, Phase] = {**dict.fromkeys(STATES, Phase.OPEN), CLOSED: Phase.CLOSED}

LONGEST = 20
"""How much of a code is kept; all that are known have three digits."""


@dataclass(frozen=True, slots=True)
class Place:
    """One part at one location, with its code and since when it has it."""

    component: Component
    code: str
    since: datetime

    @property
    def part(self) -> ComponentState:
        """The component and its present state."""
        return ComponentState(component=self.component, level=LEVELS.get(self.code), word=self.code)


@dataclass(frozen=True, slots=True)
class Said:
    """The state that messages say a component was in, from one to the next or to its own."""

    component_id: str
    code: str
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Document:
    """What the document says. `said` is what each event's messages say, by its id.

    `words` are codes nobody knows.
    """

    places: tuple[Place, ...]
    events: tuple[Event, ...]
    said: Mapping[str, Sequence[Said]]
    words: frozenset[str]
    remark: str | None


def read_document(told: object) -> Document:
    """Return what a decoded answer says. Raises UnexpectedShape when it lists no components."""
    result = row(row(told, "the answer").get("result"), "result")
    _code(row(result.get("status_overall"), "result.status_overall"), "status_code")
    parts = rows(result.get("status"), "status")
    if not parts:
        why = "a page without components says nothing of their state"
        raise UnexpectedShape(f"result.status is empty: {why}")
    places = _places(parts)
    events, said = {}, {}
    for entry in list(_entries(result)):
        event = _event(entry, places)
        events[event.id] = event
        said[event.id] = tuple(_said(entry, event, places))
    codes = {place.code for place in places.values()}
    codes.update(each.code for every in said.values() for each in every)
    return Document(
        places=tuple(places.values()),
        events=tuple(events.values()),
        said=said,
        words=frozenset(codes - LEVELS.keys()),
        remark=_remark(parts),
    )


def _text(owner: Row, key: str) -> str:
    """Return a text as it is, blanks around it too: pages do have titles that end in one."""
    value = owner.get(key)
    return value if isinstance(value, str) and value else shape_error(key, "text", value)


def _code(owner: Row, key: str) -> str:
    return identifier(owner.get(key), key)[:LONGEST]


# ------------------------------------------------------------------------------------------- places


def _places(parts: Iterable[Row]) -> dict[str, Place]:
    """Return the places by id; of one told twice the worst state counts, and unknown is worse than
    green.
    """
    places: dict[str, Place] = {}
    for part in parts:
        for place in _places_of(part, len(places)):
            held = places.setdefault(place.component.id, place)
            if LEVELS.get(place.code, UNKNOWN) > LEVELS.get(held.code, UNKNOWN):
                places[place.component.id] = replace(place, component=held.component)
    return places


def _places_of(part: Row, position: int) -> Iterator[Place]:
    """Yield a part at each of its locations; a part without any is one place of its own."""
    key, name = _text(part, "id"), _text(part, "name")
    containers = optional_rows(part.get("containers"), "containers")
    if not containers:
        yield _place(part, Component(id=key, name=name, position=position))
    several = len(containers) > 1
    for at, container in enumerate(containers, start=position):
        location = _text(container, "name")
        component = Component(
            id=f"{key}.{_text(container, 'id')}",
            name=f"{name} ({location})" if several else name,
            group=name if several else None,
            region=location,
            position=at,
        )
        yield _place(container, component)


def _place(told: Row, component: Component) -> Place:
    return Place(component, _code(told, "status_code"), instant(told.get("updated"), "updated"))


def _remark(parts: Iterable[Row]) -> str | None:
    """Return where a part is said to be worse than all of its locations."""
    notes = []
    for part in parts:
        own = LEVELS.get(_code(part, "status_code"))
        codes = [LEVELS.get(_code(each, "status_code")) for each in part.get("containers") or ()]
        if own and codes and None not in codes and own > (worst_level(codes) or Level.OPERATIONAL):
            name = _text(part, "name")
            notes.append(f"{name} is said to be at {own.title}, and none of its locations is")
    return "; ".join(notes) or None


# ------------------------------------------------------------------------------------------- events


@dataclass(frozen=True, slots=True)
class _Entry:
    """An incident or a maintenance as it is listed, and what the list it is in says of it."""

    told: Row
    phase: Phase
    maintenance: bool

    @property
    def posts(self) -> list[Row]:
        """Its messages, oldest first."""
        listed = rows(self.told.get("messages"), "messages")
        return sorted(listed, key=lambda each: instant(each.get("datetime"), "datetime"))


def _entries(result: Row) -> Iterator[_Entry]:
    planned = row(result.get("maintenance"), "result.maintenance")
    for each in rows(planned.get("upcoming"), "upcoming"):
        yield _Entry(each, Phase.SCHEDULED, maintenance=True)
    for each in rows(planned.get("active"), "active"):
        yield _Entry(each, Phase.OPEN, maintenance=True)
    for each in rows(result.get("incidents"), "incidents"):
        yield _Entry(each, Phase.OPEN, maintenance=False)


def _event(entry: _Entry, places: Mapping[str, Place]) -> Event:
    told, posts = entry.told, entry.posts
    state, impact = (_code(posts[-1], "state"), _code(posts[-1], "status")) if posts else ("", "")
    named = _named(told, places)
    opened = "datetime_planned_start" if entry.maintenance else "datetime_open"
    start = instant(told.get(opened), opened)
    over = entry.phase is Phase.OPEN and state == CLOSED
    scheduled = entry.phase is Phase.SCHEDULED
    return Event(
        id=_text(told, "_id"),
        title=_text(told, "name"),
        phase=Phase.CLOSED if over else entry.phase,
        status="scheduled" if scheduled else STATES.get(state, state or "open"),
        impact="maintenance" if entry.maintenance else IMPACTS.get(impact, impact or "unknown"),
        start=start,
        end=_ended(posts, start) if over else None,
        maintenance=entry.maintenance,
        component_ids=named,
        updates=tuple(_messages(told)),
    )


def _named(told: Row, places: Mapping[str, Place]) -> tuple[str, ...]:
    """Return the places that an event's parts and locations name, each part at each location."""
    parts = _ids(told, "components_affected")
    locations = _ids(told, "containers_affected")
    pairs = [f"{part}.{location}" for part in parts for location in locations]
    return tuple(dict.fromkeys(key for key in (*pairs, *parts) if key in places))


def _ids(told: Row, key: str) -> list[str]:
    return [_text(each, "_id") for each in rows(told.get(key), key)]


def _ended(posts: Iterable[Row], start: datetime) -> datetime:
    return closed_at(map(_post, posts), start)


def _post(told: Row) -> Post:
    return post_saying(instant(told.get("datetime"), "datetime"), _code(told, "state"), PHASES)


def _messages(told: Row) -> Iterator[IncidentUpdate]:
    """Yield what was posted. A message's state is a code, which `STATES` puts into words."""
    listed = messages(told.get("messages"), at="datetime", status="state", text="details")
    for update in listed:
        yield replace(update, status=STATES.get(update.status, update.status))


def _said(entry: _Entry, event: Event, places: Mapping[str, Place]) -> Iterator[Said]:
    """Yield what messages say of each component before its own state was last set; of what is only
    planned nothing. The first holds since the incident was opened.
    """
    if event.phase is Phase.SCHEDULED:
        return
    posts = entry.posts
    starts = [max(instant(each.get("datetime"), "datetime"), event.start) for each in posts]
    starts[:1] = [event.start][: len(starts)]
    for key in event.component_ids:
        since = min(places[key].since, event.end or places[key].since)
        for post, start, end in zip(posts, starts, [*starts[1:], since], strict=True):
            if start < min(end, since):
                yield Said(key, _code(post, "status"), start, min(end, since))
