"""OpenStatus pages: one JSON feed with the components, their monitors, reports and maintenances.
Pure.

`/feed/json` on the page's own host. A component that stands for a monitor has the monitor's state;
one that does not ("static") is as bad as the open reports and maintenances that name it. A report
has no severity: the page draws what it names as degraded. It is over with its update `resolved`, a
maintenance at its `to`. What is over is listed and rates nothing: reports are no record of outages,
and no day without one is known to have been good.

The shape is that of the program's source, https://github.com/openstatusHQ/openstatus (the route
`feed/json` of its status page); no answer was seen.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.errors import UnexpectedShape
from monitor.kit.events import ComponentState, Event, spans_for
from monitor.kit.evidence import evidence, gap_before
from monitor.kit.fields import (
    Row,
    identifier,
    items,
    keyword,
    maybe_text,
    optional_rows,
    row,
    rows,
    text,
)
from monitor.kit.messages import messages
from monitor.kit.posts import closed_at, post_saying
from monitor.kit.protocol import About, Get, PageContext, Response, Signal, Steps, get
from monitor.kit.responses import locate_errors, read_json, try_json
from monitor.kit.states import current_states, worst_words
from monitor.kit.times import instant
from monitor.model import Basis, Component, Level, PageInfo, Phase

ABOUT = About(
    title="OpenStatus",
    verified=None,
    live="/feed/json, 1 request",
    reach_days=0,
    reach=(
        "None before the first poll: the reports and maintenances the page lists are no record of"
        " its outages."
    ),
    granularity="nothing",
    precision="none",
    caveat=(
        "Reports have no severity and count as degraded; outages that monitors found and nobody"
        " reported are known only from polls."
    ),
)

SOURCE = "openstatus.feed"
FEED = "/feed/json"
COMMON_PATHS = (FEED,)
HOSTED = ".openstatus.dev"

VOCABULARY: Mapping[str, Level] = {
    "success": Level.OPERATIONAL,
    "info": Level.MAINTENANCE,
    "degraded": Level.DEGRADED,
    "error": Level.MAJOR_OUTAGE,
    "statusReports": Level.DEGRADED,
    "maintenances": Level.MAINTENANCE,
}
"""By state of a monitor; what a report or a maintenance names is at the level of its list."""

RESOLVED = "resolved"
PHASES: Mapping[str, Phase] = {
    "investigating": Phase.OPEN,
    "identified": Phase.OPEN,
    "monitoring": Phase.OPEN,
    RESOLVED: Phase.CLOSED,
}
REMEDY = (
    "run `monitor record URL DIR` and send the folder: no real answer of OpenStatus was seen yet"
)


def probe(url: str) -> tuple[Get, ...]:
    """Return what to ask to recognise the page at this URL: its feed, on OpenStatus's own hosts."""
    host = url.partition("://")[2].partition("/")[0]
    return (Get(path=FEED),) if host.endswith(HOSTED) else ()


def detect(response: Response) -> Iterator[Signal]:
    """Yield the signs of an OpenStatus feed."""
    if b'"pageComponents"' not in response.body and b'"statusReports"' not in response.body:
        return
    told = try_json(response)
    if not isinstance(told, dict):
        return
    if isinstance(told.get("statusReports"), list) and isinstance(told.get("maintenances"), list):
        yield Signal("shape", "status reports beside maintenances")
    if isinstance(told.get("pageComponents"), list) and isinstance(
        told.get("pageComponentGroups"), list
    ):
        yield Signal("components", "page components and their groups")


@dataclass(frozen=True, slots=True)
class _Told:
    """What the feed says. `monitors` are the words of monitors' states, by the id of their
    component.
    """

    info: PageInfo
    components: Sequence[Component]
    monitors: Mapping[str, str]
    events: Sequence[Event]


def _told(response: Response, now: datetime) -> _Told:
    told = row(read_json(response), "the answer")
    groups = {
        identifier(each.get("id"), "group.id"): each.get("name")
        for each in rows(told.get("pageComponentGroups"), "groups")
    }
    said = worst_words(
        (
            (
                identifier(each.get("id"), "monitor.id"),
                keyword(each.get("status"), "monitor.status"),
            )
            for each in rows(told.get("monitors"), "monitors")
        ),
        VOCABULARY,
    )
    listed = rows(told.get("pageComponents"), "pageComponents")
    if not listed:
        raise UnexpectedShape(
            "no component is listed: such a page says nothing of any", remedy=REMEDY
        )
    components = [_component(each, groups, at) for at, each in enumerate(listed)]
    watched = [
        (
            identifier(each.get("id"), "component.id"),
            identifier(each["monitorId"], "component.monitorId"),
        )
        for each in listed
        if each.get("monitorId") is not None
    ]
    return _Told(
        info=PageInfo(
            name=maybe_text(told.get("title")), indicator=keyword(told.get("status"), "status")
        ),
        components=components,
        monitors=worst_words(
            ((key, said.get(monitor, "(no monitor)")) for key, monitor in watched), VOCABULARY
        ),
        events=[
            *(_report(each) for each in rows(told.get("statusReports"), "statusReports")),
            *(_maintenance(each, now) for each in rows(told.get("maintenances"), "maintenances")),
        ],
    )


def _component(told: Row, groups: Mapping[str, object], at: int) -> Component:
    group = told.get("groupId")
    return Component(
        id=identifier(told.get("id"), "component.id"),
        name=text(told.get("name"), "component.name"),
        group=(
            maybe_text(groups.get(identifier(group, "component.groupId")))
            if group is not None
            else None
        ),
        position=at,
    )


def _named(told: Row) -> list[str]:
    return [
        identifier(each, "pageComponents")
        for each in items(told.get("pageComponents"), "pageComponents")
    ]


def _report(told: Row) -> Event:
    """Return a report. It begins with its first update; one without any update began when it was
    last changed.
    """
    updates = sorted(
        (instant(each.get("date"), "update.date"), keyword(each.get("status"), "update.status"))
        for each in optional_rows(told.get("statusReportUpdates"), "statusReportUpdates")
    )
    said = keyword(told.get("status"), "report.status")
    start = updates[0][0] if updates else instant(told.get("updatedAt"), "report.updatedAt")
    end = (
        closed_at([post_saying(at, state, PHASES) for at, state in updates], start)
        if said == RESOLVED
        else None
    )
    named = _named(told)
    return Event(
        id=f"report-{identifier(told.get('id'), 'report.id')}",
        title=text(told.get("title"), "report.title"),
        phase=Phase.OPEN if end is None else Phase.CLOSED,
        start=start,
        end=end,
        status=said,
        impact="none",
        component_ids=tuple(named),
        spans=spans_for(named, Level.DEGRADED, start) if end is None else (),
        unattributed=not named and end is None,
        unknown_words=() if said in PHASES else (said,),
        updates=messages(told.get("statusReportUpdates"), at="date"),
    )


def _maintenance(told: Row, now: datetime) -> Event:
    start, end = (
        instant(told.get("from"), "maintenance.from"),
        instant(told.get("to"), "maintenance.to"),
    )
    phase = Phase.SCHEDULED if start > now else Phase.OPEN if end > now else Phase.CLOSED
    return Event(
        id=f"maintenance-{identifier(told.get('id'), 'maintenance.id')}",
        title=text(told.get("name"), "maintenance.name"),
        phase=phase,
        start=start,
        end=end,
        status=str(phase),
        impact="maintenance",
        maintenance=True,
        component_ids=tuple(_named(told)),
        spans=(
            spans_for(_named(told), Level.MAINTENANCE, start, end, basis=Basis.DECLARED)
            if end > now
            else ()
        ),
    )


def _parts(told: _Told, now: datetime) -> list[ComponentState]:
    """Return the state of every component: the worse of what its monitor and what the open events
    say.
    """
    parts = list(current_states(told.components, told.events, now))
    return parts + [
        ComponentState(component=part.component, level=VOCABULARY.get(said), word=said)
        for part in parts
        if (said := told.monitors.get(part.component.id)) is not None
    ]


def poll(page: PageContext) -> Steps:
    """Yield every component's state in one request; the answer carries its own time and is never
    the same.
    """
    response = yield from get(FEED)
    with locate_errors(response.url):
        told = _told(response, page.now)
        listed = {event.id for event in told.events}
        yield evidence(
            SOURCE,
            page,
            info=told.info,
            parts=_parts(told, page.now),
            events=told.events,
            withdrawn=page.open_incidents - listed,
        )


def backfill(page: PageContext, since: datetime) -> Steps:
    """Yield all reports and maintenances listed. They are no record of outages, so they cover
    nothing.
    """
    response = yield from get(FEED)
    with locate_errors(response.url):
        told = _told(response, page.now)
        yield evidence(SOURCE, page, components=told.components, events=told.events)
    yield from gap_before(
        SOURCE, page, since, page.now, "reports are posted by people and are no record of outages"
    )
