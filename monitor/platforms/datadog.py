"""Datadog status pages: one JSON document with the components, all incidents and all maintenances.
Pure.

`/config.json` is what the page is drawn from. What is easily misread in it:

- `componentsAffected` of an incident shows what its components are now, which after its end is
  "operational". What they were stands in its `timeline`: each update names components and the state
  they were in from `startedAt` on.
- `startedAt` is when it happened, `createdAt` when somebody typed it in, perhaps months later.
  Incidents older than the page itself (`created`) were typed in; they are told, and the time around
  them is not known to be good.
- `resolvedDate` may lie before an update that says it goes on: then the update that says it is over
  ends it. What is posted after the end is a review.
- `maintenances` is null when there are none. What one looks like is known from programs that read
  it only.

The page computes its percentages itself, from the partial and major outages in the timelines.
Nothing is documented.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import zip_longest

from monitor.errors import PageUnavailable
from monitor.kit.events import ComponentState, Event, ImpactSpan, recent_or_open, spans_for
from monitor.kit.evidence import evidence, gap_before
from monitor.kit.fields import (
    Row,
    identifier,
    keyword,
    maybe_text,
    number,
    optional_rows,
    row,
    rows,
    text,
)
from monitor.kit.hosts import is_on
from monitor.kit.messages import messages, posted_states
from monitor.kit.posts import calls_over, end_of, post_saying
from monitor.kit.protocol import About, Get, PageContext, Response, Signal, Steps, get
from monitor.kit.responses import locate_errors, read_json, shape_error, try_json
from monitor.kit.states import worst_words
from monitor.kit.times import instant, maybe_instant
from monitor.model import Basis, Component, Level, PageInfo, Phase, PostedState

ABOUT = About(
    title="Datadog",
    verified=date(2026, 9, 11),
    live="/config.json, 1 request",
    reach_days=None,
    reach="Every incident since the page exists.",
    granularity="component",
    precision="as typed",
    caveat="Incidents may be typed in days later, with times rounded to minutes.",
)

SOURCE = "datadog.config"

CONFIG = "/config.json"
PROBE = Get(path=CONFIG)
COMMON_PATHS = (CONFIG,)
HOSTED = ".statuspage.datadoghq.com"
HOSTS = (HOSTED,)

VOCABULARY: Mapping[str, Level] = {
    "operational": Level.OPERATIONAL,
    "maintenance": Level.MAINTENANCE,
    "degraded": Level.DEGRADED,
    "partial_outage": Level.PARTIAL_OUTAGE,
    "major_outage": Level.MAJOR_OUTAGE,
}

DEEPEST = 9
"""Groups stand in groups; more of them in each other are no page."""

INCIDENT_PHASES: Mapping[str, Phase] = {
    "investigating": Phase.OPEN,
    "identified": Phase.OPEN,
    "monitoring": Phase.OPEN,
    "resolved": Phase.CLOSED,
}
MAINTENANCE_PHASES: Mapping[str, Phase] = {
    "scheduled": Phase.SCHEDULED,
    "in_progress": Phase.OPEN,
    "completed": Phase.CLOSED,
    "canceled": Phase.WITHDRAWN,
}


# detection


def detect(response: Response) -> Iterator[Signal]:
    """Yield the signs of a Datadog page's document; `host` only ever beside another sign."""
    if b'"domainPrefix"' not in response.body:
        return
    told = try_json(response)
    if not isinstance(told, dict):
        return
    if {"pageType", "domainPrefix", "components", "incidents"} <= told.keys():
        yield Signal("shape", "a page with a type and a domain prefix")
    if {"sourceDatacenter", "visualizationType"} <= told.keys():
        yield Signal("settings", "Datadog's data centre and way of drawing")
    if is_on(str(told.get("pageUrl")), HOSTS):
        yield Signal("address", f"the page says that its address is on *{HOSTED}")


# the document


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    """What the document says. `created` is when the page began."""

    info: PageInfo
    created: datetime
    parts: Sequence[ComponentState]
    events: Sequence[Event]
    words: frozenset[str]


def _page(response: Response) -> _Page:
    told = row(read_json(response), "the answer")
    if told.get("enabled") is False:
        raise PageUnavailable("the vendor has switched this page off", url=response.url)
    incidents = _kept(rows(told.get("incidents"), "incidents"))
    plans = _kept(optional_rows(told.get("maintenances"), "maintenances"))
    words = {_status(each) for each in incidents} - INCIDENT_PHASES.keys()
    return _Page(
        info=PageInfo(external_id=maybe_text(told.get("id")), name=maybe_text(told.get("name"))),
        created=instant(told.get("created"), "created"),
        parts=[
            _part(each, group, position)
            for position, (each, group) in enumerate(_leaves(told.get("components")))
        ],
        events=[*map(_incident, incidents), *map(_maintenance, plans)],
        words=frozenset(words | {_status(each) for each in plans} - MAINTENANCE_PHASES.keys()),
    )


def _kept(told: Sequence[Row]) -> list[Row]:
    return [each for each in told if each.get("deletedAt") is None]


def _leaves(told: object, groups: tuple[str, ...] = ()) -> Iterator[tuple[Row, str | None]]:
    """Yield the components in the page's order, with the group they are in; groups have no state of
    their own.
    """
    for each in sorted(
        rows(told, "components"), key=lambda each: number(each.get("position", 0), "position")
    ):
        if each.get("type") == "ComponentGroup" and len(groups) < DEEPEST:
            yield from _leaves(
                each.get("components"), (*groups, text(each.get("name"), "component.name"))
            )
        elif each.get("type") == "Component":
            yield each, groups[-1] if groups else None
        else:
            shape_error("component.type", "Component or ComponentGroup", each.get("type"))


def _part(told: Row, group: str | None, position: int) -> ComponentState:
    key, state = _state(told, "component")
    name = text(told.get("name"), f"component {key}.name")
    component = Component(id=key, name=name, group=group, position=position)
    return ComponentState(component=component, level=VOCABULARY.get(state), word=state)


def _state(told: Row, where: str) -> tuple[str, str]:
    key = identifier(told.get("id"), f"{where}.id")
    return key, keyword(told.get("status"), f"{where} {key}.status")


def _status(told: Row) -> str:
    return keyword(told.get("currentStatus"), "currentStatus")


# events


def _incident(told: Row) -> Event:
    where, status = f"incident {identifier(told.get('id'), 'incident.id')}", _status(told)
    posts = _posts(told, where)
    start = min(
        [instant(told.get("publishedDate"), f"{where}.publishedDate"), *(at for at, _ in posts)]
    )
    end = _end(
        told, where, start, over=told.get("resolved") is True or calls_over(status, INCIDENT_PHASES)
    )
    spans = tuple(_spans(posts, end))
    named = [
        identifier(each.get("id"), f"{where}.componentsAffected.id")
        for each in _affected(told, where)
    ]
    if (
        not spans
    ):  # the state they were in is not told, and the one they are in now is that of after the end
        spans = spans_for(named, None, start, end, basis=Basis.DECLARED)
    return Event(
        id=identifier(told.get("id"), "incident.id"),
        title=text(told.get("title"), f"{where}.title"),
        phase=Phase.OPEN if end is None else Phase.CLOSED,
        start=start,
        end=end,
        status=status,
        impact=_worst(spans),
        component_ids=tuple(named),
        spans=spans,
        unattributed=not spans,
        updates=messages(told.get("timeline"), at="startedAt", text="description", states=_posted),
    )


def _posted(update: Row) -> Iterator[PostedState]:
    return posted_states(update.get("componentsAffected"), VOCABULARY, key="id")


def _end(told: Row, where: str, start: datetime, *, over: bool) -> datetime | None:
    said = maybe_instant(told.get("resolvedDate"), f"{where}.resolvedDate")
    posts = [
        post_saying(
            instant(each.get("startedAt"), f"{where}.timeline.startedAt"),
            keyword(each.get("status") or "none", f"{where}.timeline.status"),
            INCIDENT_PHASES,
        )
        for each in optional_rows(told.get("timeline"), f"{where}.timeline")
    ]
    return end_of(posts, said, start, over=over)


def _affected(told: Row, where: str) -> list[Row]:
    return optional_rows(told.get("componentsAffected"), f"{where}.componentsAffected")


def _posts(told: Row, where: str) -> list[tuple[datetime, list[tuple[str, str]]]]:
    """Return the updates, oldest first: when each was true, and the state it says components were
    in.
    """
    posts = [
        (
            instant(each.get("startedAt"), f"{where}.timeline.startedAt"),
            [_state(part, f"{where}.timeline") for part in _affected(each, f"{where}.timeline")],
        )
        for each in reversed(optional_rows(told.get("timeline"), f"{where}.timeline"))
    ]
    return sorted(posts, key=lambda post: post[0])


def _spans(
    posts: Sequence[tuple[datetime, list[tuple[str, str]]]], end: datetime | None
) -> Iterator[ImpactSpan]:
    """Yield what the updates make of each component: it keeps a state until an update names it
    again, or the end.
    """
    courses: dict[str, list[tuple[datetime, str]]] = defaultdict(list)
    for at, states in posts:
        for key, state in worst_words(states, VOCABULARY).items():
            courses[key].append((at, state))
    for key, course in courses.items():
        for (at, state), following in zip_longest(course, course[1:]):
            until = (
                end
                if following is None
                else following[0]
                if end is None
                else min(following[0], end)
            )
            if end is None or at < end or at == end == course[0][0]:
                level = VOCABULARY.get(state)
                yield ImpactSpan(
                    component_id=key,
                    level=level,
                    start=at,
                    end=until,
                    word=state,
                    basis=Basis.TRANSITION,
                )


def _worst(spans: Sequence[ImpactSpan]) -> str:
    """Return the vendor's word for the worst of an incident, which has no severity of its own."""
    worst = max((span.level for span in spans if span.level is not None), default=None)
    return next((span.word for span in spans if span.word and span.level is worst), "unknown")


def _maintenance(told: Row) -> Event:
    where, status = f"maintenance {identifier(told.get('id'), 'maintenance.id')}", _status(told)
    start = instant(told.get("startDate"), f"{where}.startDate")
    end = maybe_instant(told.get("completedDate"), f"{where}.completedDate")
    named = [
        identifier(each.get("id"), f"{where}.componentsAffected.id")
        for each in _affected(told, where)
    ]
    return Event(
        id=identifier(told.get("id"), "maintenance.id"),
        title=text(told.get("title"), f"{where}.title"),
        phase=MAINTENANCE_PHASES.get(status, Phase.OPEN),
        start=start,
        end=end,
        status=status,
        impact="maintenance",
        maintenance=True,
        component_ids=tuple(named),
        spans=spans_for(
            named, Level.MAINTENANCE, start, end, word="maintenance", basis=Basis.DECLARED
        ),
    )


# reading


def poll(page: PageContext) -> Steps:
    """Yield every component's state in one request."""
    response = yield from get(CONFIG, conditional=True)
    if response.unchanged:
        return
    with locate_errors(response.url):
        told = _page(response)
        yield evidence(
            SOURCE,
            page,
            info=told.info,
            parts=told.parts,
            events=recent_or_open(told.events, page),
            withdrawn=page.open_incidents - {event.id for event in told.events},
            unknown_words=told.words,
        )


def backfill(page: PageContext, since: datetime) -> Steps:
    """Yield all incidents; they cover the time since the page began."""
    response = yield from get(CONFIG)
    with locate_errors(response.url):
        told = _page(response)
        first = min(page.now, max(since, told.created))
        yield evidence(
            SOURCE,
            page,
            components=[part.component for part in told.parts],
            events=[event for event in told.events if event.end is None or event.end >= since],
            since=first,
            unknown_words=told.words,
        )
    yield from gap_before(
        SOURCE, page, since, first, "the page began then; what it tells of before was typed in"
    )
