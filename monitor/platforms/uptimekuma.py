"""Uptime Kuma status pages: what is watched in one answer, its last hundred checks in another.
Pure.

`/api/status-page/<slug>` has the monitors in groups, `/api/status-page/heartbeat/<slug>` their
beats, oldest first. The slug stands in the page's address, `/status/<slug>`; a page on a host of
its own tells it at `/api/entry-page`. What is easily misread:

- A beat is one check: 0 down, 1 up, 2 pending (it failed and is tried again, or was never made), 3
  maintenance. Times have no offset and are UTC.
- A paused monitor keeps its last beats, so a beat counts only for some time after it.
- Incidents are texts that somebody pinned to the page. They name no monitor, their style is a
  colour, and what is unpinned is listed no more. Maintenances are listed while they go on, without
  what they are about: the beats tell it.

The shapes are those of real answers and of the program's source,
https://github.com/louislam/uptime-kuma (server/routers, server/model). Changed copies of the
program serve sums of many checks as beats: those are refused.
"""

import re
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import Any
from urllib.parse import urlsplit

from monitor.errors import UnexpectedShape
from monitor.intervals import Interval, merge
from monitor.kit.events import ComponentState, Event
from monitor.kit.evidence import evidence, gap_before
from monitor.kit.fields import Row, identifier, maybe_text, number, optional_rows, row, rows, text
from monitor.kit.open_events import closed_since, dump_open
from monitor.kit.protocol import About, PageContext, Response, Signal, Step, Steps, get, get_all
from monitor.kit.responses import locate_errors, read_json, shape_error, try_json, unwrap
from monitor.kit.times import instant
from monitor.model import (
    Aspect,
    Basis,
    Component,
    Coverage,
    Impact,
    Level,
    PageInfo,
    Phase,
    ReportedUptime,
)

ABOUT = About(
    title="Uptime Kuma",
    verified=date(2026, 9, 12),
    live=(
        "/api/status-page/<slug> and its heartbeat, 2 requests; /api/entry-page where the address"
        " has no slug"
    ),
    reach_days=0,
    reach="The last hundred checks of each monitor, mostly less than two hours.",
    granularity="component",
    precision="seconds",
    caveat=(
        "A monitor is up or down as Uptime Kuma's own checks see it; what came and went while"
        " nobody polled the page is known only as far as its last hundred checks reach."
    ),
)

SOURCE = "uptimekuma.beats"
ENTRY = "/api/entry-page"
CONFIG = "/api/status-page/{slug}"
BEATS = "/api/status-page/heartbeat/{slug}"
COMMON_PATHS = (ENTRY, "/api/status-page/default")

FRESH = timedelta(hours=1)
"""For so long a beat counts, or for three times what usually lies between two of a monitor's."""

VOCABULARY: Mapping[str, Level] = {
    "0": Level.MAJOR_OUTAGE,
    "1": Level.OPERATIONAL,
    "2": Level.DEGRADED,
    "3": Level.MAINTENANCE,
}
"""By status of a beat. The page calls itself partially degraded while one is pending."""

IN_ADDRESS = re.compile(r"/status(?:-page)?(?:/([\w-]{1,200}))?/?")
MATCHED = "statusPageMatchedDomain"
CHOSEN = "statusPage-"
"""What `entryPage` begins with when the host's root leads to a status page."""

PINNED = "pinned"
REMEDY = "configure the status page's own address, https://host/status/<slug>"


# detection


def detect(response: Response) -> Iterator[Signal]:
    """Yield the signs of an Uptime Kuma page or of its answers."""
    if b"window.preloadData" in response.body:
        yield Signal("preload", "the page carries its data as window.preloadData")
        if re.search(rb"/api/status-page/[\w-]{1,200}/manifest\.json", response.body):
            yield Signal("manifest", "its manifest is that of a status page")
    told = try_json(response)
    if not isinstance(told, dict):
        return
    if isinstance(told.get("publicGroupList"), list) and isinstance(told.get("config"), dict):
        yield Signal("shape", "a page's settings beside groups of monitors")
        if {"slug", "showPoweredBy"} <= told["config"].keys():
            yield Signal("settings", "settings have a slug and say whether to name Uptime Kuma")
    if isinstance(told.get("heartbeatList"), dict) and isinstance(told.get("uptimeList"), dict):
        yield Signal("beats", "beats beside uptimes")
    if {"type", "entryPage"} <= told.keys() or {"type", "statusPageSlug"} <= told.keys():
        yield Signal("entry", "the host says which page its root leads to")


# asking for answers


@dataclass(frozen=True, slots=True)
class _Monitor:
    """A monitor and its checks: when each was made and the code of what it found, oldest first."""

    component: Component
    beats: Sequence[tuple[datetime, str]]

    @property
    def patience(self) -> timedelta:
        """For how long a beat counts."""
        between = [
            (later - earlier).total_seconds() for (earlier, _), (later, _) in pairwise(self.beats)
        ]
        return max(FRESH, timedelta(seconds=3 * median(between))) if between else FRESH


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    info: PageInfo
    monitors: Sequence[_Monitor]
    incidents: Sequence[Event]
    reported: Sequence[ReportedUptime]


def _read(page: PageContext) -> Generator[Step, Any, _Told]:
    slug = _slug_in(page.url) or (yield from _slug_told())
    config, beats = map(
        unwrap, (yield from get_all([CONFIG.format(slug=slug), BEATS.format(slug=slug)]))
    )
    with locate_errors(beats.url):
        listed = row(read_json(beats), "the answer")
        found = row(listed.get("heartbeatList"), "heartbeatList")
        shares = row(listed.get("uptimeList"), "uptimeList")
        timelines = {key: _beats(each, key) for key, each in found.items()}
        reported = [each for key in timelines for each in _reported(key, shares)]
    with locate_errors(config.url):
        told = row(read_json(config), "the answer")
        monitors = [_Monitor(each, timelines.get(each.id, ())) for each in _components(told)]
        known = {monitor.component.id for monitor in monitors}
        return _Told(
            info=_info(told, slug),
            monitors=monitors,
            incidents=[_incident(each) for each in _pinned(told)],
            reported=[each for each in reported if each.component_id in known],
        )


def _slug_in(url: str) -> str | None:
    """Return the slug that an address tells; a status page without one is called default."""
    found = IN_ADDRESS.fullmatch(urlsplit(url).path)
    return (found[1] or "default").lower() if found else None


def _slug_told() -> Generator[Step, Any, str]:
    response = yield from get(ENTRY)
    with locate_errors(response.url):
        told = row(read_json(response), "the answer")
        if told.get("type") == MATCHED:
            return text(told.get("statusPageSlug"), "statusPageSlug")
        entry = maybe_text(told.get("entryPage")) or ""
        if not entry.startswith(CHOSEN):
            raise UnexpectedShape("the host's root leads to no status page", remedy=REMEDY)
        return text(entry.removeprefix(CHOSEN), "entryPage")


# the answers


def _info(told: Row, slug: str) -> PageInfo:
    config = row(told.get("config"), "config")
    going = [
        text(each.get("title"), "maintenance.title")
        for each in optional_rows(told.get("maintenanceList"), "list")
    ]
    remark = f"under maintenance: {'; '.join(going)}" if going else None
    return PageInfo(external_id=slug, name=maybe_text(config.get("title")), remark=remark)


def _components(told: Row) -> list[Component]:
    listed = [
        (group, monitor)
        for group in rows(told.get("publicGroupList"), "publicGroupList")
        for monitor in rows(group.get("monitorList"), "group.monitorList")
    ]
    if not listed:
        raise UnexpectedShape("no monitor is listed: such a page says nothing of any")
    return [
        Component(
            id=identifier(monitor.get("id"), "monitor.id"),
            name=text(monitor.get("name"), "monitor.name"),
            group=maybe_text(group.get("name")),
            position=at,
        )
        for at, (group, monitor) in enumerate(listed)
    ]


def _beats(told: object, key: str) -> list[tuple[datetime, str]]:
    where = f"heartbeatList.{key[:40]}"
    return sorted(
        (
            instant(each.get("time"), f"{where}.time", UTC),
            identifier(each.get("status"), f"{where}.status")[:20],
        )
        for each in rows(told, where)
    )


def _reported(key: str, shares: Row) -> Iterator[ReportedUptime]:
    """Yield a monitor's share of the last day. Where sums of beats are served it is not called
    so.
    """
    day = f"{key}_24"
    if day not in shares:
        shape_error(f"uptimeList.{day[:40]}", "a share of 24 hours", None)
    if shares[day] is not None:
        share = number(shares[day], f"uptimeList.{day[:40]}")
        if not 0 <= share <= 1:
            shape_error(f"uptimeList.{day[:40]}", "a share", shares[day])
        yield ReportedUptime(component_id=key, window_days=1, ratio=share)


def _pinned(told: Row) -> list[Row]:
    """Return the pinned incidents; up to version 1 there was one at most, under another name."""
    if told.get("incidents") is not None:
        return rows(told["incidents"], "incidents")
    return [] if told.get("incident") is None else [row(told["incident"], "incident")]


def _incident(told: Row) -> Event:
    key = identifier(told.get("id"), "incident.id")
    return Event(
        id=key,
        title=text(told.get("title"), f"incident {key}.title"),
        phase=Phase.OPEN,
        start=instant(told.get("createdDate"), f"incident {key}.createdDate", UTC),
        status=PINNED,
        impact=maybe_text(told.get("style")) or "none",
    )


# reading


def poll(page: PageContext) -> Steps:
    """Yield every monitor's state. There is a new beat nearly every time, so nothing is
    conditional.
    """
    told = yield from _read(page)
    over, withdrawn = closed_since(page, told.incidents)
    piece = evidence(
        SOURCE,
        page,
        info=told.info,
        parts=[_part(monitor, page.now) for monitor in told.monitors],
        events=[*told.incidents, *over],
        withdrawn=withdrawn,
        cursor=dump_open(told.incidents),
    )
    yield replace(piece, reported=tuple(told.reported))


def _part(monitor: _Monitor, now: datetime) -> ComponentState:
    """Return a monitor's state by its last beat; nothing is known of it when that is old or
    missing.
    """
    at, said = monitor.beats[-1] if monitor.beats else (None, None)
    if at is None or said is None or abs(now - at) > monitor.patience:
        return ComponentState(component=monitor.component, level=None)
    return ComponentState(component=monitor.component, level=VOCABULARY.get(said), word=said)


def backfill(page: PageContext, since: datetime) -> Steps:
    """Yield what the last beats found; they cover the time from each to the next, unless that is
    long.
    """
    told = yield from _read(page)
    monitors = {monitor.component.id: monitor for monitor in told.monitors}
    runs = {
        key: [run for run in _runs(each, page.now) if run[1].end > since]
        for key, each in monitors.items()
    }
    found = [(key, said, span) for key, each in runs.items() for said, span in each]
    piece = evidence(
        SOURCE,
        page,
        components=[monitor.component for monitor in told.monitors],
        events=told.incidents,
        unknown_words={said for _, said, _ in found} - VOCABULARY.keys(),
    )
    yield replace(
        piece,
        reported=tuple(told.reported),
        impacts=tuple(
            _impact(*each, page.now)
            for each in found
            if VOCABULARY.get(each[1]) is not Level.OPERATIONAL
        ),
        coverage=tuple(
            Coverage(span=span, aspect=Aspect.IMPACTS, component_id=key, complete=True)
            for key, each in runs.items()
            for span in merge(span for _, span in each)
        ),
    )
    first = min([page.now, *(span.start for _, _, span in found)])
    yield from gap_before(SOURCE, page, since, first, "a page shows the last hundred checks only")


def _runs(monitor: _Monitor, now: datetime) -> Iterator[tuple[str, Interval]]:
    """Yield what checks found, and from when to when: those that follow each other and found the
    same are one.
    """
    patience = monitor.patience
    beats = [beat for beat in monitor.beats if beat[0] < now]
    run: tuple[str, Interval] | None = None
    for (start, said), (until, _) in pairwise([*beats, (now, "")]):
        span = Interval.between(start, min(until, start + patience))
        if span is None:
            continue
        if run is not None and run[0] == said and run[1].end == start:
            run = said, Interval(run[1].start, span.end)
            continue
        if run is not None:
            yield run
        run = said, span
    if run is not None:
        yield run


def _impact(key: str, said: str, span: Interval, now: datetime) -> Impact:
    return Impact(
        component_id=key,
        level=VOCABULARY.get(said),
        start=span.start,
        end=span.end if span.end < now else None,
        basis=Basis.TRANSITION,
        source=SOURCE,
        word=said,
    )
