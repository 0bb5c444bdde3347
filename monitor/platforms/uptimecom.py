"""Uptime.com status pages: the present in one answer, the incidents of a span of days in another.
Pure.

Both stand beside the page, `ajax` and `history` at `/statuspage/<slug>/`; on a vendor's own host
the page's HTML tells where. What is easily misread:

- Components tell their own state; a group's is made of those of its parts.
- Incidents and maintenances are one list (`incident_type`). It also holds what is only announced,
  and `ends_at` of a maintenance is planned.
- An affected component keeps the state the incident gave it after the end. It holds for the whole
  incident.
- The state of an incident is in `latest_update_incident_state` or, in the history, in its newest
  update.
- The history tells the span it is about (`period_start`), which may be shorter than what was asked
  for.

How an ended incident looks is known from programs that read it. Nothing is documented.
"""

import re
from collections.abc import Generator, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from monitor.errors import BadStatus, ParseError, UnexpectedShape
from monitor.intervals import Interval
from monitor.kit.embedded import json_after
from monitor.kit.events import ComponentState, Event, ImpactSpan
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
from monitor.kit.messages import messages
from monitor.kit.posts import calls_over, end_of, post_saying
from monitor.kit.protocol import About, Get, PageContext, Response, Signal, Step, Steps, get
from monitor.kit.responses import locate_errors, read_json, shape_error, try_json
from monitor.kit.times import epoch, instant, maybe_instant
from monitor.model import Basis, Component, Coverage, Level, PageInfo, Phase, ReportedUptime

ABOUT = About(
    title="Uptime.com",
    verified=date(2026, 9, 10),
    live="/statuspage/<slug>/ajax, 1 request; the page itself once, for the slug",
    reach_days=90,
    reach="The incidents of the span that the page is willing to tell of.",
    granularity="component",
    precision="as typed",
    caveat="An affected component has one state for the whole length of an incident.",
)

SOURCE = "uptimecom.incidents"

HOST = "uptime.com"
HOSTS = (HOST,)
LIVE, HISTORY = "ajax", "history"
OWN_PATH = re.compile(r"/statuspage/[\w-]+/$")
CONTROLLER = re.compile(r"createElement\(\s*StatusPageDisplayController\s*,\s*")

VOCABULARY: Mapping[str, Level] = {
    "operational": Level.OPERATIONAL,
    "under-maintenance": Level.MAINTENANCE,
    "degraded-performance": Level.DEGRADED,
    "partial-outage": Level.PARTIAL_OUTAGE,
    "major-outage": Level.MAJOR_OUTAGE,
}

RESOLVED = "resolved"
UPDATES: Mapping[str, Phase] = {
    "investigating": Phase.OPEN,
    "identified": Phase.OPEN,
    "monitoring": Phase.OPEN,
    RESOLVED: Phase.CLOSED,
}
"""States of an incident after an update."""
MAINTENANCE = "scheduled_maintenance"
TYPES = frozenset({"incident", MAINTENANCE})

DEEPEST = 9
"""Groups stand in groups; more of them in each other are no page."""

LONGEST = timedelta(days=90)
"""What the page itself shows at most."""

DISAGREES = "the page calls itself not operational, and all of its components operational"


# detection


def probe(url: str) -> tuple[Get, ...]:
    """Return what to ask to recognise the page at this URL: its state, on Uptime.com's own host."""
    return (Get(path=LIVE),) if _hosted(url) else ()


def detect(response: Response) -> Iterator[Signal]:
    """Yield the signs of an Uptime.com page or of its answers; `host` only ever beside another
    sign.
    """
    if b'"has_components_under_critical_state"' in response.body:
        yield Signal("flags", "the page says whether components are in a critical state")
        told = try_json(response)
        data = told.get("data") if isinstance(told, dict) else None
        if (
            isinstance(data, dict)
            and {"global_is_operational", "components", "active_incidents"} <= data.keys()
        ):
            yield Signal("shape", "components and active incidents beside an overall flag")
    if b"StatusPageDisplayController" in response.body:
        yield Signal("controller", "the page is drawn by Uptime.com's controller")


def _hosted(url: str) -> bool:
    parts = urlsplit(url)
    return parts.hostname == HOST and OWN_PATH.match(parts.path) is not None


# asking for answers

Reading = Generator[Step, Any, tuple[str, Response]]


def _live(page: PageContext, *, conditional: bool = False) -> Reading:
    """Ask for the present. Return its path too; one that leads nowhere any more is looked for in
    the page's HTML.
    """
    known, failure = (
        page.cursor or (LIVE if OWN_PATH.search(urlsplit(page.url).path) else None),
        None,
    )
    if known is not None:
        try:
            return known, (yield from _answer(known, conditional=conditional))
        except (ParseError, BadStatus) as error:
            failure = error
            if known == LIVE:
                raise
    response = yield from get("", accept="text/html")
    try:
        path = _told_path(response)
    except ParseError:
        if failure is not None:
            raise failure from None
        raise
    if failure is not None and path == known:
        raise failure
    return path, (yield from _answer(path))


def _told_path(response: Response) -> str:
    """Return where a page on a vendor's own host says that its state is."""
    props = row(json_after(response, CONTROLLER), "the controller's properties")
    with locate_errors(response.url):
        slug = text(row(props.get("statuspage"), "statuspage").get("slug"), "statuspage.slug")
    if not re.fullmatch(r"[\w-]+", slug):
        raise UnexpectedShape(f"{slug[:40]!r} is no slug", url=response.url)
    return f"/statuspage/{slug}/{LIVE}"


def _answer(path: str, *, conditional: bool = False) -> Generator[Step, Any, Response]:
    response = yield from get(path, conditional=conditional)
    if not response.unchanged:
        _data(response)
    return response


def _data(response: Response) -> Row:
    told = row(read_json(response), "the answer")
    with locate_errors(response.url):
        if told.get("error"):
            shape_error("error", "null", told["error"])
        return row(told.get("data"), "data")


def _past(path: str, since: datetime, now: datetime) -> Generator[Step, Any, Response]:
    """Ask for the incidents from one day to another; the answer says which span it is about."""
    base = path.removesuffix(LIVE) + HISTORY
    response = yield from get(f"{base}?start={since:%Y%m%d}&end={now:%Y%m%d}")
    return response


# components


def _parts(data: Row) -> list[ComponentState]:
    leaves = enumerate(_leaves(data.get("components")))
    return [_part(each, group, position) for position, (each, group) in leaves]


def _leaves(told: object, groups: tuple[str, ...] = ()) -> Iterator[tuple[Row, str | None]]:
    """Yield the components in the page's order, with the group they are in."""
    for each in sorted(
        rows(told, "components"), key=lambda each: number(each.get("sorting_weight", 0), "weight")
    ):
        if each.get("is_group") is not True:
            yield each, groups[-1] if groups else None
        elif len(groups) < DEEPEST:
            name = text(each.get("name"), "component.name")
            yield from _leaves(each.get("subcomponents"), (*groups, name))
        else:
            shape_error("components", f"at most {DEEPEST} groups in each other", "more")


def _part(told: Row, group: str | None, position: int) -> ComponentState:
    key, state = _state(told)
    component = Component(
        id=key, name=text(told.get("name"), f"component {key}.name"), group=group, position=position
    )
    return ComponentState(component=component, level=VOCABULARY.get(state), word=state)


def _state(told: Row) -> tuple[str, str]:
    key = identifier(told.get("id"), "component.id")
    return key, keyword(told.get("status"), f"component {key}.status").replace("_", "-")


# incidents


def _incident(told: Row, now: datetime) -> Event:
    key = identifier(told.get("id"), "incident.id")
    where = f"incident {key}"
    start = instant(told.get("starts_at"), f"{where}.starts_at")
    updates = _updates(told, where)
    status = maybe_text(told.get("latest_update_incident_state")) or (
        updates[-1][1] if updates else ""
    )
    posts = [post_saying(at, state.lower(), UPDATES) for at, state in updates]
    end = end_of(
        posts,
        maybe_instant(told.get("ends_at"), f"{where}.ends_at"),
        start,
        over=calls_over(status.lower(), UPDATES),
    )
    maintenance = _type(told) == MAINTENANCE
    spans = tuple(_spans(told, start, end, where))
    return Event(
        id=key,
        title=text(told.get("name"), f"{where}.name"),
        phase=(
            Phase.CLOSED
            if end is not None and end <= now
            else Phase.SCHEDULED
            if start > now
            else Phase.OPEN
        ),
        start=start,
        end=end,
        status=status or "unknown",
        impact=_worst(spans),
        maintenance=maintenance,
        spans=spans,
        unattributed=not spans,
        updates=messages(
            told.get("updates"), at="updated_at", status="incident_state", text="description"
        ),
    )


def _type(told: Row) -> str:
    return keyword(told.get("incident_type"), "incident.incident_type")


def _updates(told: Row, where: str) -> list[tuple[datetime, str]]:
    """Return the updates' times and states, oldest first."""
    updates = optional_rows(told.get("updates"), f"{where}.updates")
    return sorted(
        (
            instant(each.get("updated_at"), f"{where}.updates.updated_at"),
            maybe_text(each.get("incident_state")) or "",
        )
        for each in updates
    )


def _spans(told: Row, start: datetime, end: datetime | None, where: str) -> Iterator[ImpactSpan]:
    for each in optional_rows(told.get("affected_components"), f"{where}.affected_components"):
        key, state = _state(each)
        level = VOCABULARY.get(state)
        yield ImpactSpan(
            component_id=key, level=level, start=start, end=end, word=state, basis=Basis.DECLARED
        )


def _worst(spans: Iterable[ImpactSpan]) -> str:
    """Return the vendor's word for the worst of an incident, which has no severity of its own."""
    known = [(span.level, span.word) for span in spans if span.level is not None and span.word]
    return max(known)[1] if known else "unknown"


def _unknown(told: Iterable[Row]) -> set[str]:
    return {_type(each) for each in told} - TYPES


# reading


def poll(page: PageContext) -> Steps:
    """Yield every component's state in one request, and in a second the end of incidents that left
    the list.
    """
    path, response = yield from _live(page, conditional=True)
    if response.unchanged:
        return
    data = _data(response)
    with locate_errors(response.url):
        told = [*rows(data.get("active_incidents"), "active_incidents"), *_announced(data)]
        events = [_incident(each, page.now) for each in told]
        parts = _parts(data)
        yield evidence(
            SOURCE,
            page,
            info=PageInfo(
                external_id=maybe_text(data.get("slug")),
                name=maybe_text(data.get("name")),
                remark=_remark(data, parts),
            ),
            parts=parts,
            events=events,
            unknown_words=_unknown(told),
            cursor=path,
        )
    vanished = page.open_incidents - {event.id for event in events}
    if vanished:
        yield from _follow(path, vanished, page)


def _announced(data: Row) -> list[Row]:
    return optional_rows(data.get("upcoming_maintenance"), "upcoming_maintenance")


def _remark(data: Row, parts: Iterable[ComponentState]) -> str | None:
    calm = all(part.level is Level.OPERATIONAL for part in parts)
    return DISAGREES if data.get("global_is_operational") is False and calm else None


def _follow(path: str, vanished: Iterable[str], page: PageContext) -> Steps:
    """Yield the end of incidents that do not go on any more; what the history does not have was
    removed.
    """
    response = yield from _past(path, page.now - LONGEST, page.now)
    with locate_errors(response.url):
        told = {
            identifier(each.get("id"), "incident.id"): each for each in _incidents(_data(response))
        }
        found = [told[key] for key in sorted(vanished) if key in told]
        events = [_incident(each, page.now) for each in found]
        yield evidence(
            SOURCE,
            page,
            events=events,
            withdrawn=set(vanished) - told.keys(),
            unknown_words=_unknown(found),
        )


def _incidents(history: Row) -> list[Row]:
    return [
        *rows(history.get("past_incidents"), "past_incidents"),
        *optional_rows(history.get("active_incidents"), "active_incidents"),
    ]


def backfill(page: PageContext, since: datetime) -> Steps:
    """Yield the incidents of up to 90 days; they cover the span that the answer says it is
    about.
    """
    path, response = yield from _live(page)
    asked = max(since, page.now - LONGEST)
    history = yield from _past(path, asked, page.now)
    with locate_errors(response.url):
        components = [part.component for part in _parts(_data(response))]
    with locate_errors(history.url):
        data = _data(history)
        told = _incidents(data)
        begun, ended = (epoch(data.get(key), key) for key in ("period_start", "period_end"))
        first = min(page.now, max(asked, begun))
        piece = evidence(
            SOURCE,
            page,
            components=components,
            events=[_incident(each, page.now) for each in told],
            since=first,
            unknown_words=_unknown(told),
            cursor=path,
        )
        days = round((ended - begun).total_seconds() / 86_400)
        figures = _reported(data, {component.id for component in components}, days)
        yield replace(piece, coverage=tuple(_until(ended, piece.coverage)), reported=tuple(figures))
    yield from gap_before(SOURCE, page, since, first, "the page tells of no older days")


def _until(ended: datetime, coverage: Iterable[Coverage]) -> Iterator[Coverage]:
    """Yield what is covered no later than the answer's own end."""
    for cover in coverage:
        span = Interval.between(cover.span.start, min(cover.span.end, ended))
        if span is not None:
            yield replace(cover, span=span)


def _reported(history: Row, known: set[str], days: int) -> Iterator[ReportedUptime]:
    """Yield the page's own figures, as shares of the span that the history is about."""
    figures = row(history.get("component_history") or {}, "component_history")
    for key in sorted(figures.keys() & known):
        yield from _figure(key, row(figures[key], f"component_history.{key}"), days)
    yield from _figure(None, row(history.get("global_metrics") or {}, "global_metrics"), days)


def _figure(key: str | None, told: Row, days: int) -> Iterator[ReportedUptime]:
    if told.get("uptime_pct") is not None and days > 0:
        ratio = number(told["uptime_pct"], "uptime_pct")
        if not 0 <= ratio <= 1:
            shape_error("uptime_pct", "a share of 1", ratio)
        yield ReportedUptime(component_id=key, window_days=days, ratio=ratio)
