"""Heroku's status API: three systems, each in a colour, and incidents. Pure.

What is easily misread:

- `resolved` and `resolved_at` of an incident are often false and null long after its `state` is
  resolved: `state` counts, and the incident ended with the post that says so.
- `scheduled` holds what is long over, and its times are in prose. What is in it is listed and rates
  nothing: a system that is worked on is blue anyway. So one of its items that cannot be read is
  counted as an unknown word and left out. Items may lack a state.
- Posts carry colours (`status_prod`, `status_dev`). The worst of them is the level of the incident,
  on the `systems` it names. An incident that names none or has no colour does not say what it hit,
  so its time is unknown in the history.

The format: https://devcenter.heroku.com/articles/heroku-status and programs that read it; of the
history and of `systems` no real answer was seen.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime

from monitor.errors import UnexpectedShape
from monitor.kit.events import ComponentState, Event, open_events, spans_for, unlisted, words_not_in
from monitor.kit.evidence import evidence, gap_before
from monitor.kit.fields import (
    LONGEST_CODE,
    Row,
    identifier,
    keyword,
    lower_text,
    maybe_row,
    maybe_text,
    optional_rows,
    row,
    rows,
    text,
    with_places,
)
from monitor.kit.messages import messages
from monitor.kit.posts import Post, Says, end_of, post_saying
from monitor.kit.protocol import About, Get, PageContext, Response, Signal, Steps, StepsTo, get
from monitor.kit.responses import locate_errors, read_json, shape_error, try_json
from monitor.kit.sequences import not_among
from monitor.kit.states import in_trouble
from monitor.kit.times import instant, maybe_instant
from monitor.model import Component, Level, PageInfo, Phase

ABOUT = About(
    title="Heroku",
    verified=date(2019, 10, 24),
    live="/api/v4/current-status, 1 request (2 when an incident left it)",
    reach_days=None,
    reach=(
        "The latest 100 incidents, for three systems (read as other programs read them, not"
        " verified)."
    ),
    granularity="component",
    precision="minutes",
    caveat=(
        "An incident lasts from its first post to the one that resolves it; one told afterwards"
        " looks as short as its posts."
    ),
)

SOURCE = "heroku.incidents"
CURRENT = "/api/v4/current-status"
PROBE = Get(path=CURRENT)
HISTORY = "/api/v4/incidents?limit=100"
HOST = "status.heroku.com"
HOSTS = (HOST,)

VOCABULARY: Mapping[str, Level] = {
    "green": Level.OPERATIONAL,
    "blue": Level.MAINTENANCE,
    "yellow": Level.DEGRADED,
    "red": Level.MAJOR_OUTAGE,
}

GREEN = "green"

NO_STATE = "not told"
"""The state of an incident or a scheduled item that has none."""

PHASES: Mapping[str, Phase] = {
    "open": Phase.OPEN,
    "resolved": Phase.CLOSED,
    "upcoming": Phase.SCHEDULED,
    "completed": Phase.CLOSED,
}

UPDATE = "update"
UPDATES: Mapping[str, Phase] = {
    "investigating": Phase.OPEN,
    "issue": Phase.OPEN,
    "identified": Phase.OPEN,
    "monitoring": Phase.OPEN,
    UPDATE: Phase.OPEN,
    "resolved": Phase.CLOSED,
}
"""Types of posts; any other says neither that the incident goes on nor that it is over."""

COLOURS = re.compile(r"status(_\w+)?")
GREEN_WITH_INCIDENT = "an incident is going on and every system is green"
LATEST_ONLY = "Heroku's history was asked for its latest incidents"
RECORD = "run `monitor record URL DIR` and send the folder: nobody has shown us a real history yet"


# detection


def detect(response: Response) -> Iterator[Signal]:
    """Yield the signs of Heroku's status API: of what goes on, or of its history, a bare list."""
    answer = try_json(response)
    incidents = answer
    if isinstance(answer, dict):
        names = _system_names(answer.get("status"))
        if names is None:
            return
        if isinstance(answer.get("scheduled"), list):
            yield Signal("shape", "systems in a colour, incidents and what is scheduled")
        if {"Apps", "Data", "Tools"} <= names:
            yield Signal("names", "the systems are Apps, Data and Tools")
        incidents = answer.get("incidents")
    if isinstance(incidents, list) and any(map(_is_on_heroku, incidents)):
        yield Signal("urls", f"incidents have addresses on {HOST}")


def _system_names(systems: object) -> set[str] | None:
    """Return the names of systems; None when it is no list of them."""
    if not isinstance(systems, list):
        return None
    names = set()
    for system in systems:
        if not isinstance(system, dict) or "system" not in system:
            return None
        names.add(str(system["system"]))
    return names


def _is_on_heroku(incident: object) -> bool:
    url = maybe_row(incident).get("full_url")
    return str(url).startswith(f"https://{HOST}/")


# incidents


def _incidents(items: Iterable[Row]) -> Iterator[Event]:
    for item, where in with_places(items, "incidents"):
        yield _incident(item, where)


def _incident(item: Row, where: str) -> Event:
    start = instant(item.get("created_at"), f"{where}.created_at")
    state = _state(item, where)
    posts = optional_rows(item.get("updates"), f"{where}.updates")
    systems = optional_rows(item.get("systems"), f"{where}.systems")
    names = [text(system.get("name"), f"{where}.systems.name") for system in systems]
    # A system that is green now may have been red then.
    colours = [*_colours(posts), *not_among(_colours(systems), {GREEN})]
    colour = _worst_colour(colours)
    level = None if colour is None else VOCABULARY[colour]
    phase = PHASES.get(state, Phase.OPEN)
    end = _end(item, posts, start, where) if phase is Phase.CLOSED else None
    spans = spans_for(names, level, start, end) if level else ()
    is_bad = phase is not Phase.SCHEDULED and level is not Level.OPERATIONAL
    return Event(
        id=identifier(item.get("id"), f"{where}.id"),
        title=text(item.get("title"), f"{where}.title"),
        phase=phase,
        start=start,
        end=end,
        status=state,
        impact=colour or "none",
        url=maybe_text(item.get("full_url")),
        component_ids=tuple(names),
        spans=spans,
        unattributed=is_bad and not spans,
        unknown_words=(*words_not_in(VOCABULARY, *colours), *words_not_in(PHASES, state)),
        updates=messages(
            item.get("updates"), at="created_at", status="update_type", text="contents"
        ),
    )


def _state(item: Row, where: str) -> str:
    state = item.get("state")
    word = NO_STATE if state is None else keyword(state, f"{where}.state")
    return "resolved" if word == NO_STATE and item.get("resolved") is True else word


def _colours(items: Iterable[Row]) -> Iterator[str]:
    """Yield the colours of posts, each of which has one or more, and of systems."""
    for item in items:
        for key, value in item.items():
            if value is not None and COLOURS.fullmatch(key):
                yield keyword(value, key)


def _worst_colour(colours: Sequence[str]) -> str | None:
    """Return the colour of the worst level; None when there is none, or one of them is unknown."""
    if not colours or not VOCABULARY.keys() >= set(colours):
        return None
    return max(colours, key=lambda colour: VOCABULARY[colour])


def _end(item: Row, posts: Sequence[Row], start: datetime, where: str) -> datetime | None:
    """Return when an incident ended that is over: its stated end, else the post that says so, else
    the last that is no review, else the last change.
    """
    stated_end = maybe_instant(item.get("resolved_at"), f"{where}.resolved_at")
    changed_at = maybe_instant(item.get("updated_at"), f"{where}.updated_at")
    read_posts = [_post(post, where) for post in posts]
    return end_of(read_posts, stated_end, start, over=True, changed_at=changed_at)


def _post(item: Row, where: str) -> Post:
    """Return what a post says. An update in green is as often of what is over as of what is nearly
    so, and says neither.
    """
    at = instant(item.get("created_at"), f"{where}.updates.created_at")
    kind = lower_text(item.get("update_type"))
    if kind == UPDATE and set(_colours([item])) == {GREEN}:
        return Post(at, Says.UNCLEAR)
    return post_saying(at, kind, UPDATES)


# what is scheduled


def _plans(items: Iterable[Row]) -> tuple[list[Event], set[str]]:
    """Return what is announced and not over, and why items cannot be read, as unknown words.

    When it will be is said in prose; it is dated by its announcement.
    """
    plans, unreadable = [], set()
    for item, where in with_places(items, "scheduled"):
        state = (maybe_text(item.get("state")) or NO_STATE).lower()
        if item.get("resolved") is True or PHASES.get(state) is Phase.CLOSED:
            continue
        try:
            plans.append(_plan(item, state[:LONGEST_CODE], where))
        except UnexpectedShape as error:
            unreadable.add(error.message[:LONGEST_CODE])
    return plans, unreadable


def _plan(item: Row, state: str, where: str) -> Event:
    return Event(
        id=identifier(item.get("id"), f"{where}.id"),
        title=text(item.get("title"), f"{where}.title"),
        phase=Phase.SCHEDULED,
        start=instant(item.get("created_at"), f"{where}.created_at"),
        status=state,
        impact="maintenance",
        url=maybe_text(item.get("full_url")),
        maintenance=True,
        unknown_words=words_not_in({*PHASES, NO_STATE}, state),
    )


# poll and backfill


def poll(page: PageContext) -> Steps:
    """Yield every system's colour in one request, and in a second the end of incidents that have
    left the list.
    """
    response = yield from get(CURRENT, conditional=True)
    if response.unchanged:
        return
    with locate_errors(response.url):
        answer = row(read_json(response), "the answer")
        states = _component_states(rows(answer.get("status"), "status"))
        incidents = list(_incidents(rows(answer.get("incidents"), "incidents")))
        plans, unreadable = _plans(optional_rows(answer.get("scheduled"), "scheduled"))
        events = [*plans, *incidents]
        yield evidence(
            SOURCE,
            page,
            info=PageInfo(name="Heroku", remark=_remark(states, incidents)),
            parts=states,
            events=events,
            unknown_words=unreadable,
        )
    if unlisted(page, events):
        history = yield from _get_history()
        withdrawn = unlisted(page, [*events, *history])
        yield evidence(SOURCE, page, events=history, since=_oldest(history), withdrawn=withdrawn)


def _component_states(items: Sequence[Row]) -> list[ComponentState]:
    if not items:
        shape_error("status", "a colour for each system", None)
    states = []
    for item, where in with_places(items, "status"):
        name = text(item.get("system"), f"{where}.system")
        colour = keyword(item.get("status"), f"{where}.status")
        component = Component(id=name, name=name)
        states.append(
            ComponentState(component=component, level=VOCABULARY.get(colour), word=colour)
        )
    return states


def _remark(states: Iterable[ComponentState], incidents: Iterable[Event]) -> str | None:
    is_contradictory = open_events(incidents) and not in_trouble(states)
    return GREEN_WITH_INCIDENT if is_contradictory else None


def backfill(page: PageContext, since: datetime) -> Steps:
    """Yield the latest incidents. They cover the time since the oldest of them; before it there is
    a gap.
    """
    history = yield from _get_history()
    first = _oldest(history)
    yield evidence(SOURCE, page, events=history, since=first)
    yield from gap_before(SOURCE, page, since, first, LATEST_ONLY)


def _oldest(events: Iterable[Event]) -> datetime:
    return min(event.start for event in events)


def _get_history() -> StepsTo[list[Event]]:
    """Return the incidents of the history. Raises UnexpectedShape when it is empty: Heroku always
    keeps some.
    """
    response = yield from get(HISTORY)
    with locate_errors(response.url):
        incidents = list(_incidents(rows(read_json(response), "the answer")))
        if not incidents:
            raise UnexpectedShape("the history is empty", remedy=RECORD)
        return incidents
