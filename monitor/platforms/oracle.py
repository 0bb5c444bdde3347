"""Oracle Cloud's status page: every service of every region in one document, and incidents in a
feed. Pure.

A component is a service in a region. The page speaks of some ninety regions, so nothing is rated
before the user has chosen theirs (`regions`: names such as `us-ashburn-1` or patterns). What is
easily misread:

- Of the words for a state two are known, NormalPerformance and ServiceDisruption. Any other is
  unknown.
- `/api/v2/status.json` looks like Statuspage and says one word of all of them; it is not read.
- The feed names an incident's service and region in its title. It began and ended with its posts,
  whose times carry no year: that of the entry's date holds. Its severity is stated nowhere and is
  inferred. An incident of several services or regions does not say which.

No real answer was seen: the shape is as programs read it that follow the page, and whatever differs
from it is refused.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from typing import NamedTuple

from monitor.errors import UnexpectedShape
from monitor.kit.events import ComponentState, Event, expire_stale, spans_for, unlisted
from monitor.kit.evidence import evidence, gap_before
from monitor.kit.feeds import ACCEPT, Entry, read_feed
from monitor.kit.fields import Row, identifier, rows, text
from monitor.kit.posts import REVIEWS, closed_at, post_saying
from monitor.kit.protocol import About, Get, PageContext, Response, Signal, Steps, get
from monitor.kit.responses import locate_errors, read_json, shape_error, try_json
from monitor.model import Component, Evidence, Level, PageInfo, Phase

ABOUT = About(
    title="Oracle Cloud",
    verified=None,
    live="/api/v2/components_v2.json, 1 request; 1 more for the feed while something is wrong",
    reach_days=None,
    reach="The incidents in the feed: since the oldest last post among them.",
    granularity="component and region",
    precision="minutes",
    regions="required",
    caveat=(
        "The feed tells no severity, so a past incident counts as degraded; one about several"
        " services or regions leaves its time unknown."
    ),
)

STATES = "oracle.states"
INCIDENTS = "oracle.incidents"
HOSTS = ("ocistatus.oraclecloud.com",)
COMPONENTS = "/api/v2/components_v2.json"
PROBE = Get(path=COMPONENTS)
FEED = "/api/v2/incident-summary.rss"

ENTRY = "<item>"

VOCABULARY: Mapping[str, Level] = {
    "NormalPerformance": Level.OPERATIONAL,
    "ServiceDisruption": Level.PARTIAL_OUTAGE,
    ENTRY: Level.DEGRADED,
}
"""The states of services; and an entry of the feed, which is an incident of untold severity."""

PHASES: Mapping[str, Phase] = {
    "Investigating": Phase.OPEN,
    "Identified": Phase.OPEN,
    "Monitoring": Phase.OPEN,
    "Resolved": Phase.CLOSED,
}

POST = re.compile(
    r"<small>\s*([A-Z][a-z]{2})\s*<var data-var=['\"]date['\"]>\s*(\d{1,2})\s*</var>\s*,?\s*"
    r"<var data-var=['\"]time['\"]>\s*(\d\d):(\d\d)\s*</var>\s*UTC\s*</small>\s*(?:<br\s*/?>)?\s*"
    r"<strong>([^<]{1,60})</strong>"
)

MONTHS = {
    name: number
    for number, name in enumerate(
        ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"), 1
    )
}

LONGEST_WORD = 60

UNCHOSEN = "the page speaks of every region, and none is chosen: list yours as `regions`"
UNFOUND = "no region is called as `regions` say: correct them"
NOT_ATTRIBUTED = "an incident is going on that does not name one service in one region"


# detection


def detect(response: Response) -> Iterator[Signal]:
    """Yield the signs of Oracle Cloud's page or of its feed."""
    if b"ocid1.oraclecloudincident." in response.body and b"<rss" in response.body[:500]:
        yield Signal("feed", "a feed of incidents with Oracle's identifiers")
    if b'"regionHealthReports"' not in response.body:
        return
    reports = _region_reports(try_json(response))
    if not reports:
        return
    if all(isinstance(report.get("serviceHealthReports"), list) for report in reports):
        yield Signal("shape", "reports of services within reports of regions")
    has_names = all("regionCanonicalName" in report for report in reports)
    if has_names and b'"NormalPerformance"' in response.body:
        yield Signal("words", "regions with canonical names, services in normal performance")


def _region_reports(answer: object) -> list[Row]:
    """Return the reports of regions in what may be an answer of Oracle's; none in any other."""
    reports = answer.get("regionHealthReports") if isinstance(answer, dict) else None
    if not isinstance(reports, list) or not all(isinstance(report, dict) for report in reports):
        return []
    return reports


# the document


@dataclass(frozen=True, slots=True, kw_only=True)
class _Document:
    """What the document says. `regions`: canonical names by every name of a region;
    `rated_regions`: those the user chose, with the states of their services; `ids`: all components.
    """

    regions: Mapping[str, str]
    rated_regions: frozenset[str]
    states: Sequence[ComponentState]
    ids: frozenset[str]

    @property
    def has_trouble(self) -> bool:
        """Whether a service in a chosen region is not known to be operational."""
        return any(state.level is not Level.OPERATIONAL for state in self.states)


def _read_document(response: Response, page: PageContext) -> _Document:
    answer = read_json(response)
    reports = answer.get("regionHealthReports") if isinstance(answer, dict) else None
    regions: dict[str, str] = {}
    rated_states: list[ComponentState] = []
    rated_regions, ids = set[str](), set[str]()
    for at, report in enumerate(rows(reports, "regionHealthReports")):
        where = f"regionHealthReports[{at}]"
        key = text(report.get("regionCanonicalName"), f"{where}.regionCanonicalName")
        name = text(report.get("regionName"), f"{where}.regionName")
        regions |= {key: key, name: key}
        states = _states(report, key, where)
        ids.update(state.component.id for state in states)
        if _is_among(page.regions, key, name):
            rated_regions.add(key)
            rated_states += states
    if not ids:
        raise UnexpectedShape("the answer lists no service")
    return _Document(
        regions=regions,
        rated_regions=frozenset(rated_regions),
        states=rated_states,
        ids=frozenset(ids),
    )


def _is_among(patterns: Iterable[str], key: str, name: str) -> bool:
    """Whether the user chose a region, by its canonical name or the one it is shown by."""
    return any(fnmatchcase(key, pattern) or fnmatchcase(name, pattern) for pattern in patterns)


def _states(report: Row, region: str, where: str) -> list[ComponentState]:
    services = rows(report.get("serviceHealthReports"), f"{where}.serviceHealthReports")
    return [
        _state(service, region, f"{where}.serviceHealthReports[{at}]")
        for at, service in enumerate(services)
    ]


def _state(service: Row, region: str, where: str) -> ComponentState:
    name = text(service.get("serviceName"), f"{where}.serviceName")
    word = identifier(service.get("serviceStatus"), f"{where}.serviceStatus")[:LONGEST_WORD]
    group = text(service.get("serviceCategoryName"), f"{where}.serviceCategoryName")
    return ComponentState(
        component=Component(id=f"{region}/{name}", name=name, group=group, region=region),
        level=VOCABULARY.get(word) if word != ENTRY else None,
        word=word,
    )


# incidents


class _Incident(NamedTuple):
    """An incident, and the time of its last post."""

    event: Event
    last_post: datetime


class _Post(NamedTuple):
    """A post of an incident: when, and the state it was in."""

    at: datetime
    state: str

    @property
    def is_over(self) -> bool:
        """Whether it says that the incident is over."""
        return PHASES.get(self.state) is Phase.CLOSED


def _read_incidents(response: Response, document: _Document, now: datetime) -> list[_Incident]:
    return [_incident(entry, document, now) for entry in read_feed(response).entries]


def _incident(entry: Entry, document: _Document, now: datetime) -> _Incident:
    """Return an incident. An open one that nobody speaks of is not rated for ever."""
    where = f"entry {entry.id[:60]}"
    service, region_name = _title(entry, where)
    posts = _posts(entry, where)
    updates = [post for post in posts if post.state.lower() not in REVIEWS] or posts
    last = max(updates, key=lambda post: (post.at, post.is_over))
    start, end = min(posts).at, None
    if last.is_over:
        end = closed_at([post_saying(post.at, post.state, PHASES) for post in posts], start)
    region = document.regions.get(region_name)
    key = f"{region}/{service}"
    is_attributed = key in document.ids
    event = Event(
        id=entry.id,
        title=entry.title,
        phase=PHASES.get(last.state, Phase.OPEN),
        start=start,
        end=end,
        status=last.state,
        impact="not told",
        url=entry.link,
        spans=spans_for([key], VOCABULARY[ENTRY], start, end) if is_attributed else (),
        unattributed=not is_attributed and (region is None or region in document.rated_regions),
        unknown_words=tuple({post.state for post in updates} - PHASES.keys()),
    )
    return _Incident(expire_stale(event, last.at, now), max(posts).at)


def _title(entry: Entry, where: str) -> tuple[str, str]:
    """Return the names of the service and the region that an entry's title begins with."""
    pieces = [piece.strip() for piece in entry.title.split("|")]
    if len(pieces) < 3 or not all(pieces):  # noqa: PLR2004
        shape_error(f"{where}.title", "a service, a region and a reference", entry.title)
    return pieces[0], pieces[1]


def _posts(entry: Entry, where: str) -> list[_Post]:
    entry_date = entry.published or entry.updated
    if entry_date is None:
        shape_error(where, "its date", None)
    posts = []
    for *time, state in POST.findall(entry.body):
        posts.append(_Post(_nearest(time, entry_date, where), state.strip()))
    return posts or shape_error(f"{where}.description", "posts with their times", entry.body)


def _nearest(time: Sequence[str], entry_date: datetime, where: str) -> datetime:
    """Return the time of a post, which carries no year, in the year that brings it nearest to the
    entry's date.
    """
    month, (day, hour, minute) = MONTHS.get(time[0], 0), map(int, time[1:])
    candidates = []
    for year in (entry_date.year - 1, entry_date.year, entry_date.year + 1):
        with suppress(ValueError):  # the 29th of February, and what is no day or time at all
            candidates.append(datetime(year, month, day, hour, minute, tzinfo=UTC))
    if not candidates:
        shape_error(where, "a day of the year", " ".join(time))
    return min(candidates, key=lambda at: abs(at - entry_date))


def _concerns(event: Event, document: _Document) -> bool:
    """Whether an incident concerns a chosen region."""
    regions = {span.component_id.partition("/")[0] for span in event.spans}
    return event.unattributed or not regions.isdisjoint(document.rated_regions)


def _for_reader(piece: Evidence, events: Iterable[Event], document: _Document) -> Evidence:
    """Return the evidence with only the incidents that concern a chosen region; what the others
    meant stays, for a region chosen later.
    """
    ids = {event.id for event in events if _concerns(event, document)}
    incidents = tuple(incident for incident in piece.incidents if incident.id in ids)
    return replace(piece, incidents=incidents)


# reading


def _info(page: PageContext, document: _Document, events: Iterable[Event] = ()) -> PageInfo:
    remark = None
    if not page.regions:
        remark = UNCHOSEN
    elif not document.rated_regions:
        remark = UNFOUND
    elif any(event.unattributed and event.phase is Phase.OPEN for event in events):
        remark = NOT_ATTRIBUTED
    return PageInfo(name="Oracle Cloud", remark=remark)


def poll(page: PageContext) -> Steps:
    """Yield the states of the services in the chosen regions; while something is wrong also the
    feed's incidents.

    The answer is asked for in full when other regions are chosen than last time.
    """
    regions = "\n".join(page.regions)
    is_current = page.cursor == regions and not page.open_incidents
    response = yield from get(COMPONENTS, conditional=is_current)
    if response.unchanged:
        return
    with locate_errors(response.url):
        document = _read_document(response, page)
        info = _info(page, document)
        yield evidence(STATES, page, info=info, parts=document.states, cursor=regions)
    if document.has_trouble or page.open_incidents:
        response = yield from get(FEED, accept=ACCEPT)
        with locate_errors(response.url):
            incidents = _read_incidents(response, document, page.now)
            events = [incident.event for incident in incidents]
            info, missing = _info(page, document, events), unlisted(page, events)
            piece = evidence(INCIDENTS, page, info=info, events=events, withdrawn=missing)
            yield _for_reader(piece, events, document)


def backfill(page: PageContext, since: datetime) -> Steps:
    """Yield the services and all incidents in the feed, which cover the time since the oldest last
    post among them.
    """
    response = yield from get(COMPONENTS)
    with locate_errors(response.url):
        document = _read_document(response, page)
        yield evidence(STATES, page, info=_info(page, document), parts=document.states)
    response = yield from get(FEED, accept=ACCEPT)
    with locate_errors(response.url):
        incidents = _read_incidents(response, document, page.now)
        oldest = min((incident.last_post for incident in incidents), default=page.now)
        first, events = max(since, oldest), []
        for event, _ in incidents:
            if event.end is None or event.end >= since:
                events.append(event)
        yield _for_reader(evidence(INCIDENTS, page, events=events, since=first), events, document)
    yield from gap_before(
        INCIDENTS, page, since, first, "the feed has no incident that was last spoken of before"
    )
