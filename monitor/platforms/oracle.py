"""Oracle Cloud's status page: every service of every region in one document, and incidents in a
feed. Pure.

A component is a service in a region. The page speaks of some ninety regions, so nothing is rated
before the user has chosen theirs (`regions`: names such as `us-ashburn-1` or patterns). What is
easily misread:

- Of the words for a state two are known, NormalPerformance and ServiceDisruption. Any other is
  unknown.
- `/api/v2/status.json` looks like Statuspage and says one word of all of them; it is not read.
- The feed tells an incident's service and region in its title, when it began and ended in the times
  of its posts, whose year is that of the entry's date, and nowhere how bad it was: that is
  inferred. One about several services or regions does not say which.

Nobody has shown us a real answer: the shape is as programs read it that follow the page, and
whatever differs from it is refused.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from fnmatch import fnmatchcase

from monitor.errors import UnexpectedShape
from monitor.kit.events import ComponentState, Event, expire_stale, spans_for
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
    name: at + 1
    for at, name in enumerate(
        ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    )
}

LONGEST_WORD = 60

UNCHOSEN = "the page speaks of every region, and none is chosen: list yours as `regions`"
UNFOUND = "no region is called as `regions` say: correct them"
UNNAMED = "an incident is going on that does not name one service in one region"


# detection


def detect(response: Response) -> Iterator[Signal]:
    """Yield the signs of Oracle Cloud's page; `host` only ever beside another sign."""
    if b"ocid1.oraclecloudincident." in response.body and b"<rss" in response.body[:500]:
        yield Signal("feed", "a feed of incidents with Oracle's identifiers")
    if b'"regionHealthReports"' not in response.body:
        return
    told = try_json(response)
    regions = told.get("regionHealthReports") if isinstance(told, dict) else None
    if isinstance(regions, list) and regions and all(isinstance(each, dict) for each in regions):
        if all(isinstance(each.get("serviceHealthReports"), list) for each in regions):
            yield Signal("shape", "reports of services within reports of regions")
        if (
            all("regionCanonicalName" in each for each in regions)
            and b'"NormalPerformance"' in response.body
        ):
            yield Signal("words", "regions with canonical names, services in normal performance")


# the document


@dataclass(frozen=True, slots=True, kw_only=True)
class _World:
    """What the document says. `regions`: canonical names by every name of a region; `chosen`: those
    that are rated.
    """

    regions: Mapping[str, str]
    chosen: frozenset[str]
    parts: Sequence[ComponentState]
    ids: frozenset[str]

    @property
    def troubled(self) -> bool:
        """Whether a chosen service is not known to be well."""
        return any(part.level is not Level.OPERATIONAL for part in self.parts)


def _world(response: Response, page: PageContext) -> _World:
    told = read_json(response)
    listed = rows(
        told.get("regionHealthReports") if isinstance(told, dict) else None, "regionHealthReports"
    )
    names: dict[str, str] = {}
    parts: list[ComponentState] = []
    chosen, ids = set(), set()
    for at, each in enumerate(listed):
        where = f"regionHealthReports[{at}]"
        key = text(each.get("regionCanonicalName"), f"{where}.regionCanonicalName")
        shown = text(each.get("regionName"), f"{where}.regionName")
        names |= {key: key, shown: key}
        found = [
            _part(service, key, f"{where}.serviceHealthReports[{index}]")
            for index, service in enumerate(
                rows(each.get("serviceHealthReports"), f"{where}.serviceHealthReports")
            )
        ]
        ids |= {part.component.id for part in found}
        if any(fnmatchcase(name, pattern) for name in (key, shown) for pattern in page.regions):
            chosen.add(key)
            parts += found
    if not ids:
        raise UnexpectedShape("the answer lists no service")
    return _World(regions=names, chosen=frozenset(chosen), parts=parts, ids=frozenset(ids))


def _part(told: Row, region: str, where: str) -> ComponentState:
    name = text(told.get("serviceName"), f"{where}.serviceName")
    state = identifier(told.get("serviceStatus"), f"{where}.serviceStatus")[:LONGEST_WORD]
    group = text(told.get("serviceCategoryName"), f"{where}.serviceCategoryName")
    return ComponentState(
        component=Component(id=f"{region}/{name}", name=name, group=group, region=region),
        level=VOCABULARY.get(state) if state != ENTRY else None,
        word=state,
    )


# incidents


@dataclass(frozen=True, slots=True)
class _Post:
    """A post of an incident: when, and the state it was in."""

    at: datetime
    state: str


def _event(entry: Entry, world: _World, now: datetime) -> tuple[Event, datetime]:
    """Return an incident, and when it was last spoken of. An open one nobody speaks of is not rated
    for ever.
    """
    where = f"entry {entry.id[:60]}"
    titles = [part.strip() for part in entry.title.split("|")]
    if len(titles) < 3 or not all(titles):  # noqa: PLR2004
        shape_error(f"{where}.title", "a service, a region and a reference", entry.title)
    posts = _posts(entry, where)
    told = [post for post in posts if post.state.lower() not in REVIEWS] or posts
    last = max(told, key=lambda post: (post.at, PHASES.get(post.state) is Phase.CLOSED))
    start, end = min(post.at for post in posts), None
    if PHASES.get(last.state) is Phase.CLOSED:
        end = closed_at([post_saying(post.at, post.state, PHASES) for post in posts], start)
    region = world.regions.get(titles[1])
    key = f"{region}/{titles[0]}"
    named = key in world.ids
    event = Event(
        id=entry.id,
        title=entry.title,
        phase=PHASES.get(last.state, Phase.OPEN),
        start=start,
        end=end,
        status=last.state,
        impact="not told",
        url=entry.link,
        spans=spans_for([key], VOCABULARY[ENTRY], start, end) if named else (),
        unattributed=not named and (region is None or region in world.chosen),
        unknown_words=tuple({post.state for post in told} - PHASES.keys()),
    )
    return expire_stale(event, last.at, now), max(post.at for post in posts)


def _posts(entry: Entry, where: str) -> list[_Post]:
    published = entry.published or entry.updated
    if published is None:
        shape_error(where, "its date", None)
    found = [
        _Post(_nearest(written, published, where), state.strip())
        for *written, state in POST.findall(entry.body)
    ]
    return found or shape_error(f"{where}.description", "posts with their times", entry.body)


def _nearest(written: Sequence[str], published: datetime, where: str) -> datetime:
    """Return the time of a post, which carries no year, in the year that brings it nearest to the
    entry's date.
    """
    month, (day, hour, minute) = MONTHS.get(written[0], 0), map(int, written[1:])
    found = []
    for year in (published.year - 1, published.year, published.year + 1):
        with suppress(ValueError):  # the 29th of February, and what is no day or time at all
            found.append(datetime(year, month, day, hour, minute, tzinfo=UTC))
    return (
        min(found, key=lambda at: abs(at - published))
        if found
        else shape_error(where, "a day of the year", " ".join(written))
    )


def _concerns(events: Iterable[Event], world: _World) -> frozenset[str]:
    """Return the ids of the incidents that concern a chosen region."""
    return frozenset(
        event.id
        for event in events
        if event.unattributed
        or any(span.component_id.partition("/")[0] in world.chosen for span in event.spans)
    )


def _shown(piece: Evidence, shown: frozenset[str]) -> Evidence:
    """Return the evidence with these incidents only; what the others meant stays, for a region
    chosen later.
    """
    return replace(piece, incidents=tuple(each for each in piece.incidents if each.id in shown))


# reading


def _info(page: PageContext, world: _World, events: Iterable[Event] = ()) -> PageInfo:
    remark = None
    if not page.regions:
        remark = UNCHOSEN
    elif not world.chosen:
        remark = UNFOUND
    elif any(event.unattributed and event.phase is Phase.OPEN for event in events):
        remark = UNNAMED
    return PageInfo(name="Oracle Cloud", remark=remark)


def _events(response: Response, world: _World, now: datetime) -> list[tuple[Event, datetime]]:
    return [_event(entry, world, now) for entry in read_feed(response).entries]


def poll(page: PageContext) -> Steps:
    """Yield the states of the services in the chosen regions; while something is wrong also the
    feed's incidents.

    The answer is asked for in full when other regions are chosen than last time.
    """
    chosen = "\n".join(page.regions)
    response = yield from get(
        COMPONENTS, conditional=page.cursor == chosen and not page.open_incidents
    )
    if response.unchanged:
        return
    with locate_errors(response.url):
        world = _world(response, page)
        yield evidence(STATES, page, info=_info(page, world), parts=world.parts, cursor=chosen)
    if world.troubled or page.open_incidents:
        response = yield from get(FEED, accept=ACCEPT)
        with locate_errors(response.url):
            events = [event for event, _ in _events(response, world, page.now)]
            gone = page.open_incidents - {event.id for event in events}
            piece = evidence(
                INCIDENTS, page, info=_info(page, world, events), events=events, withdrawn=gone
            )
            yield _shown(piece, _concerns(events, world))


def backfill(page: PageContext, since: datetime) -> Steps:
    """Yield the services and all incidents in the feed, which cover the time since the oldest last
    post among them.
    """
    response = yield from get(COMPONENTS)
    with locate_errors(response.url):
        world = _world(response, page)
        yield evidence(STATES, page, info=_info(page, world), parts=world.parts)
    response = yield from get(FEED, accept=ACCEPT)
    with locate_errors(response.url):
        found = _events(response, world, page.now)
        first = max(since, min((spoke for _, spoke in found), default=page.now))
        told = [event for event, _ in found if event.end is None or event.end >= since]
        yield _shown(evidence(INCIDENTS, page, events=told, since=first), _concerns(told, world))
    yield from gap_before(
        INCIDENTS, page, since, first, "the feed has no incident that was last spoken of before"
    )
