"""OpenStatus pages: one JSON feed with the components, their monitors, reports and maintenances.
Pure.

`/feed/json` on the page's own host. A component that stands for a monitor has the monitor's state;
one that does not ("static") is as bad as the open reports and maintenances that name it. A report
has no severity: the page draws what it names as degraded. It is over with its update `resolved`, a
maintenance at its `to`. What is over is listed and has no impact: reports are no record of outages,
and a day without one is not known to have been good.

The shape is that of the program's source, https://github.com/openstatusHQ/openstatus (the route
`feed/json` of its status page); no answer was seen.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.errors import UnexpectedShape
from monitor.kit.events import ComponentState, Event, spans_for, unlisted
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
OWN_DOMAIN = ".openstatus.dev"

VOCABULARY: Mapping[str, Level] = {
    "success": Level.OPERATIONAL,
    "info": Level.MAINTENANCE,
    "degraded": Level.DEGRADED,
    "error": Level.MAJOR_OUTAGE,
    "statusReports": Level.DEGRADED,
    "maintenances": Level.MAINTENANCE,
}
"""By state of a monitor; what a report or a maintenance names is at the level of its list."""

END = "resolved"
PHASES: Mapping[str, Phase] = {
    "investigating": Phase.OPEN,
    "identified": Phase.OPEN,
    "monitoring": Phase.OPEN,
    END: Phase.CLOSED,
}
REMEDY = (
    "run `monitor record URL DIR` and send the folder: no real answer of OpenStatus was seen yet"
)


def probe(url: str) -> tuple[Get, ...]:
    """Return what to ask to recognise the page at this URL: its feed, on OpenStatus's own hosts."""
    host = url.partition("://")[2].partition("/")[0]
    return (Get(path=FEED),) if host.endswith(OWN_DOMAIN) else ()


def detect(response: Response) -> Iterator[Signal]:
    """Yield the signs of an OpenStatus feed."""
    if b'"pageComponents"' not in response.body and b'"statusReports"' not in response.body:
        return
    answer = try_json(response)
    if not isinstance(answer, dict):
        return
    if _has_lists(answer, "statusReports", "maintenances"):
        yield Signal("shape", "status reports beside maintenances")
    if _has_lists(answer, "pageComponents", "pageComponentGroups"):
        yield Signal("components", "page components and their groups")


def _has_lists(answer: Row, *names: str) -> bool:
    return all(isinstance(answer.get(name), list) for name in names)


@dataclass(frozen=True, slots=True)
class _Feed:
    """What the feed says. `monitors` are the words for monitors' states, by the id of their
    component.
    """

    info: PageInfo
    components: Sequence[Component]
    monitors: Mapping[str, str]
    events: Sequence[Event]


def _read_feed(response: Response, now: datetime) -> _Feed:
    answer = row(read_json(response), "the answer")
    groups: dict[str, object] = {}
    for group in rows(answer.get("pageComponentGroups"), "groups"):
        groups[identifier(group.get("id"), "group.id")] = group.get("name")
    words = _monitor_words(rows(answer.get("monitors"), "monitors"))
    components = rows(answer.get("pageComponents"), "pageComponents")
    if not components:
        raise UnexpectedShape(
            "no component is listed: such a page says nothing of any", remedy=REMEDY
        )
    return _Feed(
        components=[_component(fields, groups, at) for at, fields in enumerate(components)],
        monitors=worst_words(_component_words(components, words), VOCABULARY),
        info=_info(answer),
        events=list(_events(answer, now)),
    )


def _info(answer: Row) -> PageInfo:
    name = maybe_text(answer.get("title"))
    return PageInfo(name=name, indicator=keyword(answer.get("status"), "status"))


def _monitor_words(monitors: Iterable[Row]) -> Mapping[str, str]:
    """Return the word for each monitor's state; of one that is listed twice the worst."""
    words = []
    for monitor in monitors:
        key = identifier(monitor.get("id"), "monitor.id")
        words.append((key, keyword(monitor.get("status"), "monitor.status")))
    return worst_words(words, VOCABULARY)


def _component_words(
    components: Iterable[Row], words: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """Yield the components that stand for a monitor, each with the word for its state."""
    for component in components:
        if component.get("monitorId") is not None:
            key = identifier(component.get("id"), "component.id")
            monitor = identifier(component["monitorId"], "component.monitorId")
            yield key, words.get(monitor, "(no monitor)")


def _component(fields: Row, groups: Mapping[str, object], position: int) -> Component:
    key = identifier(fields.get("id"), "component.id")
    name = text(fields.get("name"), "component.name")
    group, group_id = None, fields.get("groupId")
    if group_id is not None:
        group = maybe_text(groups.get(identifier(group_id, "component.groupId")))
    return Component(id=key, name=name, group=group, position=position)


def _events(answer: Row, now: datetime) -> Iterator[Event]:
    for report in rows(answer.get("statusReports"), "statusReports"):
        yield _report(report)
    for maintenance in rows(answer.get("maintenances"), "maintenances"):
        yield _maintenance(maintenance, now)


def _component_ids(event: Row) -> tuple[str, ...]:
    ids = items(event.get("pageComponents"), "pageComponents")
    return tuple(identifier(value, "pageComponents") for value in ids)


def _report(report: Row) -> Event:
    """Return a report. It begins with its first update; one without any update began when it was
    last changed.
    """
    updates = []
    for update in optional_rows(report.get("statusReportUpdates"), "statusReportUpdates"):
        at = instant(update.get("date"), "update.date")
        updates.append((at, keyword(update.get("status"), "update.status")))
    status = keyword(report.get("status"), "report.status")
    start = min(updates)[0] if updates else instant(report.get("updatedAt"), "report.updatedAt")
    is_open, end = status != END, None
    if not is_open:
        end = closed_at([post_saying(at, word, PHASES) for at, word in updates], start)
    component_ids = _component_ids(report)
    return Event(
        id=f"report-{identifier(report.get('id'), 'report.id')}",
        title=text(report.get("title"), "report.title"),
        phase=Phase.OPEN if is_open else Phase.CLOSED,
        start=start,
        end=end,
        status=status,
        impact="none",
        component_ids=component_ids,
        spans=spans_for(component_ids, Level.DEGRADED, start) if is_open else (),
        unattributed=is_open and not component_ids,
        unknown_words=() if status in PHASES else (status,),
        updates=messages(report.get("statusReportUpdates"), at="date"),
    )


def _maintenance(fields: Row, now: datetime) -> Event:
    start = instant(fields.get("from"), "maintenance.from")
    end = instant(fields.get("to"), "maintenance.to")
    phase = Phase.SCHEDULED if start > now else Phase.OPEN if end > now else Phase.CLOSED
    key = identifier(fields.get("id"), "maintenance.id")
    title = text(fields.get("name"), "maintenance.name")
    component_ids = _component_ids(fields)
    spans = spans_for(component_ids, Level.MAINTENANCE, start, end, basis=Basis.DECLARED)
    return Event(
        id=f"maintenance-{key}",
        title=title,
        phase=phase,
        start=start,
        end=end,
        status=str(phase),
        impact="maintenance",
        maintenance=True,
        component_ids=component_ids,
        spans=spans if end > now else (),
    )


def _states(feed: _Feed, now: datetime) -> list[ComponentState]:
    """Return the states of every component by the open events, then those by the monitors: the
    worse one counts.
    """
    states = list(current_states(feed.components, feed.events, now))
    for component in feed.components:
        word = feed.monitors.get(component.id)
        if word is not None:
            level = VOCABULARY.get(word)
            states.append(ComponentState(component=component, level=level, word=word))
    return states


def poll(page: PageContext) -> Steps:
    """Yield every component's state in one request; the answer carries its own time and is never
    the same.
    """
    response = yield from get(FEED)
    with locate_errors(response.url):
        feed = _read_feed(response, page.now)
        yield evidence(
            SOURCE,
            page,
            info=feed.info,
            parts=_states(feed, page.now),
            events=feed.events,
            withdrawn=unlisted(page, feed.events),
        )


def backfill(page: PageContext, since: datetime) -> Steps:
    """Yield all reports and maintenances listed. They are no record of outages, so they cover
    nothing.
    """
    response = yield from get(FEED)
    with locate_errors(response.url):
        feed = _read_feed(response, page.now)
        yield evidence(SOURCE, page, components=feed.components, events=feed.events)
    yield from gap_before(
        SOURCE, page, since, page.now, "reports are posted by people and are no record of outages"
    )
