"""Heroku's status API: three systems, each in a colour, and incidents. Pure.

`resolved` and `resolved_at` of an incident are often false and null long after its `state` is
resolved: `state` counts, and it ended with the post that says so. `scheduled` holds what is long
over, and its times are in prose: what is in it is listed and rates nothing, as a system that is
worked on is blue. Its items may lack a state, and one that cannot be read is counted and left out:
it rates nothing anyway. Posts carry colours (`status_prod`, `status_dev`), the worst of which is
what an incident was worth, on the `systems` it names. One that names none or has no colour does not
say what it hit, so its time is unknown in the history. The format:
https://devcenter.heroku.com/articles/heroku-status and programs that read it; of the history and of
`systems` no real answer was seen.
"""

import re
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from monitor.errors import Truncated, UnexpectedShape
from monitor.intervals import ONE_DAY, day_of
from monitor.kit.events import ComponentState, Event, spans_for
from monitor.kit.evidence import evidence
from monitor.kit.fields import (
    LONGEST_CODE,
    Row,
    identifier,
    keyword,
    maybe_text,
    optional_rows,
    row,
    rows,
    text,
)
from monitor.kit.messages import messages
from monitor.kit.posts import Post, Says, end_of, post_saying
from monitor.kit.protocol import About, Get, PageContext, Response, Signal, Step, Steps, get
from monitor.kit.responses import locate_errors, read_json, shape_error, try_json
from monitor.kit.times import instant, maybe_instant
from monitor.model import Component, Evidence, Gap, Level, PageInfo, Phase, worst_level

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

UNSAID = "not told"
"""The state of a scheduled item that has none."""

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
"""Types of posts; another one says neither that it goes on nor that it is over."""

COLOURS = re.compile(r"status(_\w+)?")
RECORD = "run `monitor record URL DIR` and send the folder: nobody has shown us a real history yet"


def detect(response: Response) -> Iterator[Signal]:
    """Return the signs of Heroku's status API; the host counts only beside another sign."""
    return _signals(try_json(response))


def _signals(told: object) -> Iterator[Signal]:
    incidents: Any = told.get("incidents") if isinstance(told, dict) else told
    if isinstance(told, dict):
        systems = told.get("status")
        if not isinstance(systems, list) or not all(
            isinstance(s, dict) and "system" in s for s in systems
        ):
            return
        if isinstance(told.get("scheduled"), list):
            yield Signal("shape", "systems in a colour, incidents and what is scheduled")
        if {"Apps", "Data", "Tools"} <= {str(each["system"]) for each in systems}:
            yield Signal("names", "the systems are Apps, Data and Tools")
    if not isinstance(incidents, list):
        return
    if any(
        isinstance(i, dict) and str(i.get("full_url")).startswith(f"https://{HOST}/")
        for i in incidents
    ):
        yield Signal("urls", f"incidents have addresses on {HOST}")


# incidents


def _events(told: Iterable[Row], where: str) -> list[Event]:
    return [_event(each, f"{where}[{index}]") for index, each in enumerate(told)]


def _event(told: Row, where: str) -> Event:
    start = instant(told.get("created_at"), f"{where}.created_at")
    state = UNSAID if told.get("state") is None else keyword(told["state"], f"{where}.state")
    if state == UNSAID and told.get("resolved") is True:
        state = "resolved"
    posts = optional_rows(told.get("updates"), f"{where}.updates")
    systems = optional_rows(told.get("systems"), f"{where}.systems")
    names = [text(each.get("name"), f"{where}.systems.name") for each in systems]
    # A system that is green now may have been red then.
    colours = [*_colours(posts), *(each for each in _colours(systems) if each != GREEN)]
    strange = [each for each in colours if each not in VOCABULARY]
    level = None if strange else worst_level(map(VOCABULARY.get, colours))
    phase = PHASES.get(state, Phase.OPEN)
    end = _end(told, posts, start, where) if phase is Phase.CLOSED else None
    return Event(
        id=identifier(told.get("id"), f"{where}.id"),
        title=text(told.get("title"), f"{where}.title"),
        phase=phase,
        start=start,
        end=end,
        status=state,
        impact=next(
            (each for each in colours if level is not None and VOCABULARY[each] is level), "none"
        ),
        url=maybe_text(told.get("full_url")),
        component_ids=tuple(names),
        spans=spans_for(names, level, start, end) if level else (),
        unattributed=phase is not Phase.SCHEDULED
        and (level is None or (bool(level) and not names)),
        unknown_words=(*strange, *({state} - PHASES.keys())),
        updates=messages(
            told.get("updates"), at="created_at", status="update_type", text="contents"
        ),
    )


def _colours(told: Iterable[Row]) -> Iterator[str]:
    """Yield the colours of posts, each of which has one or more, and of systems."""
    for each in told:
        for key, value in each.items():
            if value is not None and COLOURS.fullmatch(key):
                yield keyword(value, key)


def _end(told: Row, posts: Sequence[Row], start: datetime, where: str) -> datetime | None:
    """Return when it ended: what is said of that, else the post that says so, else the last that is
    no review, else the last change.
    """
    said = maybe_instant(told.get("resolved_at"), f"{where}.resolved_at")
    changed = maybe_instant(told.get("updated_at"), f"{where}.updated_at")
    return end_of(
        [_post(each, where) for each in posts], said, start, over=True, changed_at=changed
    )


def _post(told: Row, where: str) -> Post:
    """Return what a post says. An update in green tells more of what is over as often as of what is
    nearly so.
    """
    at, kind = (
        instant(told.get("created_at"), f"{where}.updates.created_at"),
        maybe_text(told.get("update_type")) or "",
    )
    if kind.lower() == UPDATE and set(_colours([told])) == {GREEN}:
        return Post(at, Says.UNCLEAR)
    return post_saying(at, kind.lower(), UPDATES)


def _announced(told: Iterable[Row]) -> tuple[list[Event], set[str]]:
    """Return what is announced and not over, and what of it cannot be read, as words.

    When it is to be is told in prose; it is dated by its announcement.
    """
    events, strange = [], set()
    for index, each in enumerate(told):
        state = maybe_text(each.get("state")) or UNSAID
        if each.get("resolved") is True or PHASES.get(state.lower()) is Phase.CLOSED:
            continue
        try:
            events.append(_plan(each, state.lower()[:LONGEST_CODE], f"scheduled[{index}]"))
        except UnexpectedShape as error:
            strange.add(error.message[:LONGEST_CODE])
    return events, strange


def _plan(told: Row, state: str, where: str) -> Event:
    return Event(
        id=identifier(told.get("id"), f"{where}.id"),
        title=text(told.get("title"), f"{where}.title"),
        phase=Phase.SCHEDULED,
        start=instant(told.get("created_at"), f"{where}.created_at"),
        status=state,
        impact="maintenance",
        url=maybe_text(told.get("full_url")),
        maintenance=True,
        unknown_words=() if state in PHASES or state == UNSAID else (state,),
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
        told = row(read_json(response), "the answer")
        live = _live(told, page)
        yield live
    vanished = page.open_incidents - {incident.id for incident in live.incidents}
    if vanished:
        events = yield from _history()
        gone = vanished - {event.id for event in events}
        yield evidence(SOURCE, page, events=events, since=_oldest(events), withdrawn=gone)


def _live(told: Row, page: PageContext) -> Evidence:
    parts = [
        _part(each, f"status[{index}]")
        for index, each in enumerate(rows(told.get("status"), "status"))
    ]
    if not parts:
        shape_error("status", "a colour for each system", None)
    events = _events(rows(told.get("incidents"), "incidents"), "incidents")
    announced, strange = _announced(optional_rows(told.get("scheduled"), "scheduled"))
    calm = all(part.level is Level.OPERATIONAL for part in parts)
    remark = "an incident is going on and every system is green"
    doubt = calm and any(event.phase is Phase.OPEN for event in events)
    info = PageInfo(name="Heroku", remark=remark if doubt else None)
    return evidence(
        SOURCE, page, info=info, parts=parts, events=[*announced, *events], unknown_words=strange
    )


def _part(told: Row, where: str) -> ComponentState:
    name, colour = (
        text(told.get("system"), f"{where}.system"),
        keyword(told.get("status"), f"{where}.status"),
    )
    return ComponentState(
        component=Component(id=name, name=name), level=VOCABULARY.get(colour), word=colour
    )


def backfill(page: PageContext, since: datetime) -> Steps:
    """Yield the latest incidents. They cover the time since the oldest of them; before it there is
    a gap.
    """
    events = yield from _history()
    first = _oldest(events)
    yield evidence(SOURCE, page, events=events, since=first)
    if day_of(first, UTC) > day_of(since, UTC):
        what = f"impacts {day_of(since, UTC)}..{day_of(first, UTC) - ONE_DAY}"
        gap = Gap(
            what=what,
            reason=Truncated.reason,
            message="Heroku's history was asked for its latest incidents",
        )
        yield Evidence(source=SOURCE, read_at=page.now, gaps=(gap,))


def _oldest(events: Iterable[Event]) -> datetime:
    return min(event.start for event in events)


def _history() -> Generator[Step, Any, list[Event]]:
    """Return the incidents of the history. Raises UnexpectedShape when it is empty: Heroku always
    keeps some.
    """
    response = yield from get(HISTORY)
    with locate_errors(response.url):
        events = _events(rows(read_json(response), "the answer"), "incidents")
        if not events:
            raise UnexpectedShape("the history is empty", remedy=RECORD)
        return events
