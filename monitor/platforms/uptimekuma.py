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
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from operator import attrgetter
from statistics import median
from typing import NamedTuple
from urllib.parse import urlsplit

from monitor.errors import UnexpectedShape
from monitor.intervals import Interval, merge
from monitor.kit.events import ComponentState, Event
from monitor.kit.evidence import evidence, gap_before
from monitor.kit.fields import Row, identifier, maybe_text, number, optional_rows, row, rows, text
from monitor.kit.open_events import closed_since, dump_open
from monitor.kit.protocol import About, PageContext, Response, Signal, Steps, StepsTo, get
from monitor.kit.responses import get_responses, locate_errors, read_json, shape_error, try_json
from monitor.kit.states import components_of
from monitor.kit.times import instant
from monitor.lookups import by_key
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
    id_set,
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
MATCHED_DOMAIN = "statusPageMatchedDomain"
PAGE_ENTRY = "statusPage-"
"""What `entryPage` begins with when the host's root leads to a status page."""

PINNED_STATUS = "pinned"
REMEDY = "configure the status page's own address, https://host/status/<slug>"


# detection


def detect(response: Response) -> Iterator[Signal]:
    """Yield the signs of an Uptime Kuma page or of its answers."""
    if b"window.preloadData" in response.body:
        yield Signal("preload", "the page carries its data as window.preloadData")
        if re.search(rb"/api/status-page/[\w-]{1,200}/manifest\.json", response.body):
            yield Signal("manifest", "its manifest is that of a status page")
    answer = try_json(response)
    if isinstance(answer, dict):
        yield from _signals(answer)


def _signals(answer: Row) -> Iterator[Signal]:
    config = answer.get("config")
    if isinstance(answer.get("publicGroupList"), list) and isinstance(config, dict):
        yield Signal("shape", "a page's settings beside groups of monitors")
        if {"slug", "showPoweredBy"} <= config.keys():
            yield Signal("settings", "settings have a slug and say whether to name Uptime Kuma")
    if isinstance(answer.get("heartbeatList"), dict) and isinstance(answer.get("uptimeList"), dict):
        yield Signal("beats", "beats beside uptimes")
    if {"type", "entryPage"} <= answer.keys() or {"type", "statusPageSlug"} <= answer.keys():
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
        steps = []
        for (earlier, _), (later, _) in pairwise(self.beats):
            steps.append((later - earlier).total_seconds())
        return max(FRESH, timedelta(seconds=3 * median(steps))) if steps else FRESH


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    info: PageInfo
    monitors: Sequence[_Monitor]
    incidents: Sequence[Event]
    reported: Sequence[ReportedUptime]


def _read(page: PageContext) -> StepsTo[_Answer]:
    slug = _slug_in(page.url) or (yield from _slug_of_entry())
    paths = [CONFIG.format(slug=slug), BEATS.format(slug=slug)]
    config, beats = yield from get_responses(paths)
    with locate_errors(beats.url):
        lists = row(read_json(beats), "the answer")
        beat_lists = row(lists.get("heartbeatList"), "heartbeatList")
        shares = row(lists.get("uptimeList"), "uptimeList")
        timelines = {key: _beats(beat_list, key) for key, beat_list in beat_lists.items()}
        uptimes: list[ReportedUptime] = []
        for key in timelines:
            uptimes += _uptimes(key, shares)
    with locate_errors(config.url):
        document = row(read_json(config), "the answer")
        components = _components(document)
        ids = id_set(components)
        return _Answer(
            info=_info(document, slug),
            monitors=[_Monitor(each, timelines.get(each.id, ())) for each in components],
            incidents=list(_incidents(document)),
            reported=[uptime for uptime in uptimes if uptime.component_id in ids],
        )


def _slug_in(url: str) -> str | None:
    """Return the slug that an address tells; a status page without one is called default."""
    match = IN_ADDRESS.fullmatch(urlsplit(url).path)
    return (match[1] or "default").lower() if match else None


def _slug_of_entry() -> StepsTo[str]:
    response = yield from get(ENTRY)
    with locate_errors(response.url):
        answer = row(read_json(response), "the answer")
        if answer.get("type") == MATCHED_DOMAIN:
            return text(answer.get("statusPageSlug"), "statusPageSlug")
        entry = maybe_text(answer.get("entryPage")) or ""
        if not entry.startswith(PAGE_ENTRY):
            raise UnexpectedShape("the host's root leads to no status page", remedy=REMEDY)
        return text(entry.removeprefix(PAGE_ENTRY), "entryPage")


# the answers


def _info(document: Row, slug: str) -> PageInfo:
    config = row(document.get("config"), "config")
    maintenances = optional_rows(document.get("maintenanceList"), "list")
    titles = [text(maintenance.get("title"), "maintenance.title") for maintenance in maintenances]
    remark = f"under maintenance: {'; '.join(titles)}" if titles else None
    return PageInfo(external_id=slug, name=maybe_text(config.get("title")), remark=remark)


def _components(document: Row) -> list[Component]:
    components: list[Component] = []
    for group in rows(document.get("publicGroupList"), "publicGroupList"):
        for monitor in rows(group.get("monitorList"), "group.monitorList"):
            component = Component(
                id=identifier(monitor.get("id"), "monitor.id"),
                name=text(monitor.get("name"), "monitor.name"),
                group=maybe_text(group.get("name")),
                position=len(components),
            )
            components.append(component)
    if not components:
        raise UnexpectedShape("no monitor is listed: such a page says nothing of any")
    return components


def _beats(beat_list: object, key: str) -> list[tuple[datetime, str]]:
    where = f"heartbeatList.{key[:40]}"
    beats = []
    for beat in rows(beat_list, where):
        at = instant(beat.get("time"), f"{where}.time", UTC)
        beats.append((at, identifier(beat.get("status"), f"{where}.status")[:20]))
    return sorted(beats)


def _uptimes(key: str, shares: Row) -> Iterator[ReportedUptime]:
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


def _incidents(document: Row) -> Iterator[Event]:
    """Yield the pinned incidents; up to version 1 there was one at most, under another name."""
    if document.get("incidents") is not None:
        for incident in rows(document["incidents"], "incidents"):
            yield _incident(incident)
    elif document.get("incident") is not None:
        yield _incident(row(document["incident"], "incident"))


def _incident(incident: Row) -> Event:
    key = identifier(incident.get("id"), "incident.id")
    return Event(
        id=key,
        title=text(incident.get("title"), f"incident {key}.title"),
        phase=Phase.OPEN,
        start=instant(incident.get("createdDate"), f"incident {key}.createdDate", UTC),
        status=PINNED_STATUS,
        impact=maybe_text(incident.get("style")) or "none",
    )


# reading


def poll(page: PageContext) -> Steps:
    """Yield every monitor's state. There is a new beat nearly every time, so nothing is
    conditional.
    """
    answer = yield from _read(page)
    endings, withdrawn = closed_since(page, answer.incidents)
    piece = evidence(
        SOURCE,
        page,
        info=answer.info,
        parts=[_state(monitor, page.now) for monitor in answer.monitors],
        events=[*answer.incidents, *endings],
        withdrawn=withdrawn,
        cursor=dump_open(answer.incidents),
    )
    yield replace(piece, reported=tuple(answer.reported))


def _state(monitor: _Monitor, now: datetime) -> ComponentState:
    """Return a monitor's state by its last beat; nothing is known of it when that is old or
    missing.
    """
    if not monitor.beats:
        return ComponentState(component=monitor.component, level=None)
    at, word = monitor.beats[-1]
    if abs(now - at) > monitor.patience:
        return ComponentState(component=monitor.component, level=None)
    return ComponentState(component=monitor.component, level=VOCABULARY.get(word), word=word)


def backfill(page: PageContext, since: datetime) -> Steps:
    """Yield what the last beats found; they cover the time from each to the next, unless that is
    long.
    """
    answer = yield from _read(page)
    monitors = by_key(answer.monitors, attrgetter("component.id"))
    impacts: list[Impact] = []
    coverage: list[Coverage] = []
    words: set[str] = set()
    first = page.now
    for key, monitor in monitors.items():
        runs = [run for run in _runs(monitor, page.now) if run.span.end > since]
        coverage += _coverage(key, runs)
        for run in runs:
            words.add(run.word)
            first = min(first, run.span.start)
            if not run.is_quiet:
                impacts.append(_impact(key, run, page.now))
    piece = evidence(
        SOURCE,
        page,
        components=components_of(answer.monitors),
        events=answer.incidents,
        unknown_words=words - VOCABULARY.keys(),
    )
    yield replace(
        piece,
        reported=tuple(answer.reported),
        impacts=tuple(impacts),
        coverage=tuple(coverage),
    )
    yield from gap_before(SOURCE, page, since, first, "a page shows the last hundred checks only")


class _Run(NamedTuple):
    """Checks that follow each other and came to the same, and from when to when."""

    word: str
    span: Interval

    @property
    def is_quiet(self) -> bool:
        """Whether the checks found the monitor up."""
        return VOCABULARY.get(self.word) is Level.OPERATIONAL


def _runs(monitor: _Monitor, now: datetime) -> Iterator[_Run]:
    """Yield the runs of a monitor's beats, oldest first."""
    run: _Run | None = None
    for check in _checks(monitor, now):
        if run is not None and run.word == check.word and run.span.end == check.span.start:
            run = _Run(run.word, Interval(run.span.start, check.span.end))
            continue
        if run is not None:
            yield run
        run = check
    if run is not None:
        yield run


def _checks(monitor: _Monitor, now: datetime) -> Iterator[_Run]:
    """Yield each beat so far as a run of its own, for as long as it counts."""
    patience = monitor.patience
    beats = [beat for beat in monitor.beats if beat[0] < now]
    for (start, word), (until, _) in pairwise([*beats, (now, "")]):
        span = Interval.between(start, min(until, start + patience))
        if span is not None:
            yield _Run(word, span)


def _coverage(key: str, runs: Iterable[_Run]) -> Iterator[Coverage]:
    for span in merge(run.span for run in runs):
        yield Coverage(span=span, aspect=Aspect.IMPACTS, component_id=key, complete=True)


def _impact(key: str, run: _Run, now: datetime) -> Impact:
    return Impact(
        component_id=key,
        level=VOCABULARY.get(run.word),
        start=run.span.start,
        end=run.span.end if run.span.end < now else None,
        basis=Basis.TRANSITION,
        source=SOURCE,
        word=run.word,
    )
