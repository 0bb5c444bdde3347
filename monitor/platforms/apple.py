"""Apple's system status: every service with its recent events, in one JSON document for each of two
pages. Pure.

The document used to be wrapped in `jsonCallback(...)` and may be again. An event stands under every
service it is about, with the same `messageId`. Its times count in milliseconds since 1970 (the
texts beside them are Pacific time), and by them it is over, whatever `eventStatus` says. Events
leave the list soon after they are resolved, so nothing is told of past days. While there is a
`drMessage`, which speaks of no service, none is called well. The format is as observed. There are
two such pages, www.apple.com/support/systemstatus/ and developer.apple.com/system-status/.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlsplit

from monitor.errors import Truncated
from monitor.intervals import day_of
from monitor.kit.events import ComponentState, Event, spans_for
from monitor.kit.evidence import evidence
from monitor.kit.fields import Row, identifier, keyword, maybe_text, optional_rows, row, rows, text
from monitor.kit.open_events import closed_since, dump_open
from monitor.kit.protocol import About, Get, PageContext, Response, Signal, Steps, get
from monitor.kit.responses import locate_errors, read_json, shape_error, try_json
from monitor.kit.times import epoch
from monitor.model import Component, Evidence, Gap, Level, PageInfo, Phase

ABOUT = About(
    title="Apple",
    verified=date(2026, 7, 31),
    live="system_status_en_US.js, 1 request",
    reach_days=0,
    reach="Events of the last days; none before the first poll is certain to be there.",
    granularity="component",
    precision="minutes",
    caveat=(
        "Events are published hours after they began and removed soon after; an outage of some"
        " users is partial."
    ),
)

SOURCE = "apple.events"
SUPPORT = "https://www.apple.com/support/systemstatus/data/system_status_en_US.js"
DEVELOPER = "https://www.apple.com/support/systemstatus/data/developer/system_status_en_US.js"
PAGES: Mapping[str, tuple[str, str]] = {
    "www.apple.com": ("/support/systemstatus", SUPPORT),
    "developer.apple.com": ("/system-status", DEVELOPER),
}
"""The pages by host: how their path begins, and where their document is."""
HOSTS = tuple(PAGES)

SOME = "some users"
VOCABULARY: Mapping[str, Level] = {
    "outage": Level.MAJOR_OUTAGE,
    SOME: Level.PARTIAL_OUTAGE,  # how many an outage hit is told beside its type
    "issue": Level.DEGRADED,
    "performance": Level.DEGRADED,
    "maintenance": Level.MAINTENANCE,
}
OVER = frozenset({"resolved", "completed"})
STATES = OVER | {"ongoing", "upcoming"}

RATED_FOR = timedelta(days=30)
"""How long an event that nobody ends is rated."""

LONGEST_TITLE = 300

CALLBACK = re.compile(rb"\s*jsonCallback\(")
END_OF_CALLBACK = re.compile(rb"\)\s{0,9};?\s{0,9}\Z")


def probe(url: str) -> tuple[Get, ...]:
    """Return what to ask to recognise the page at this URL: its document, when it is one of Apple's
    two pages.
    """
    parts = urlsplit(url)
    path, document = PAGES.get(parts.hostname or "", ("", ""))
    return (Get(path=document),) if document and parts.path.startswith(path) else ()


def detect(response: Response) -> list[Signal]:
    """Return the signs of Apple's system status; the host counts only beside another sign."""
    return list(_signals(try_json(_unwrapped(response))))


def _signals(told: object) -> Iterator[Signal]:
    services = told.get("services") if isinstance(told, dict) else None
    if not isinstance(services, list) or not services:
        return
    if not all(
        isinstance(each, dict) and {"serviceName", "events"} <= each.keys() for each in services
    ):
        return
    yield Signal("shape", "services with a serviceName and events")
    if any(
        each["serviceName"] in ("App Store", "TestFlight", "App Store Connect") for each in services
    ):
        yield Signal("names", "the services are Apple's")


def _unwrapped(response: Response) -> Response:
    """Return the answer without the function call it may be wrapped in."""
    called = CALLBACK.match(response.body)
    if called is None:
        return response
    return replace(response, body=END_OF_CALLBACK.sub(b"", response.body[called.end() :]))


# poll and backfill


def poll(page: PageContext) -> Steps:
    """Yield every service's state and the events told, in one request; what was open and is gone
    has ended.

    The request is never conditional: the same document means something else once a time in it has
    passed.
    """
    host = urlsplit(page.url).hostname or ""
    response = yield from get(
        PAGES.get(host, ("", SUPPORT))[1], accept="application/json, */*;q=0.8"
    )
    with locate_errors(response.url):
        yield _live(row(read_json(_unwrapped(response)), "the answer"), page)


def backfill(page: PageContext, since: datetime) -> Steps:
    """Yield what is told now: the events of the last days, and nothing of the time before."""
    yield from poll(page)
    what = f"days {day_of(since, UTC)}..{day_of(page.now, UTC)}"
    gap = Gap(what=what, reason=Truncated.reason, message="Apple tells only recent events")
    yield Evidence(source=SOURCE, read_at=page.now, gaps=(gap,))


def _live(told: Row, page: PageContext) -> Evidence:
    services = rows(told.get("services"), "services")
    if not services:
        shape_error("services", "at least one", None)
    said, parts, message = [], [], maybe_text(told.get("drMessage"))
    for index, service in enumerate(services):
        name = text(service.get("serviceName"), f"services[{index}].serviceName")
        where = f"services[{index}].events"
        told_here = enumerate(optional_rows(service.get("events"), where))
        here = [_event(each, name, f"{where}[{place}]", page.now) for place, each in told_here]
        parts += _parts(Component(id=name, name=name, position=index), here, calm=message is None)
        said += here
    events = _merged(said)
    over, withdrawn = closed_since(page, events)
    return evidence(
        SOURCE,
        page,
        info=PageInfo(name="Apple", remark="; ".join(_remarks(message, events)) or None),
        parts=parts,
        events=[*over, *events],
        withdrawn=withdrawn,
        cursor=dump_open(events),
    )


# events


def _event(told: Row, service: str, where: str, now: datetime) -> Event:
    """Return an event as it stands under one service; one that is over at a time nobody tells has
    no length.
    """
    kind, state = (
        keyword(told.get("statusType"), f"{where}.statusType"),
        keyword(told.get("eventStatus"), f"{where}.status"),
    )
    start = epoch(told.get("epochStartDate"), f"{where}.epochStartDate", per_second=1000)
    last = told.get("epochEndDate")
    end = epoch(last, f"{where}.epochEndDate", per_second=1000) if last is not None else None
    phase = _phase(state, start, end, now)
    silent, over = start + RATED_FOR, phase is Phase.CLOSED
    until = min(end or start, now) if over else silent if silent <= now else None
    timeless = over and last is None
    said = kind if state in STATES else state
    return Event(
        id=identifier(told.get("messageId"), f"{where}.messageId"),
        title=(maybe_text(told.get("message")) or f"{kind} of {service}")[:LONGEST_TITLE],
        phase=phase,
        start=start,
        end=until if over else None,
        status=state,
        impact=kind,
        maintenance=kind == "maintenance",
        component_ids=(service,),
        spans=(
            ()
            if timeless
            else spans_for([service], _level(told, kind, state), start, until, word=said)
        ),
        unknown_words=tuple(({state} - STATES) | ({kind} - VOCABULARY.keys())),
    )


def _phase(state: str, start: datetime, end: datetime | None, now: datetime) -> Phase:
    """Return the phase, by its times as far as they are told; what a word beside them ends is over
    too.
    """
    if state in OVER or (end is not None and end <= now):
        return Phase.CLOSED
    return Phase.SCHEDULED if start > now else Phase.OPEN


def _level(told: Row, kind: str, state: str) -> Level | None:
    """Return how bad it is; of an event in a state we do not know that is not known either."""
    some = (maybe_text(told.get("usersAffected")) or "").lower().startswith(SOME)
    known = VOCABULARY[SOME] if kind == "outage" and some else VOCABULARY.get(kind)
    return known if state in STATES else None


def _merged(said: Iterable[Event]) -> list[Event]:
    """Return the events, each once, with all the services it stands under."""
    found: dict[str, list[Event]] = {}
    for event in said:
        found.setdefault(event.id, []).append(event)
    return [
        replace(
            next((event for event in same if event.phase is Phase.OPEN), same[-1]),
            component_ids=tuple(key for event in same for key in event.component_ids),
            spans=tuple(span for event in same for span in event.spans),
            unknown_words=tuple(word for event in same for word in event.unknown_words),
        )
        for same in found.values()
    ]


def _parts(component: Component, events: Iterable[Event], *, calm: bool) -> list[ComponentState]:
    """Return a service's state by each event that goes on; one that nobody ended for long rates it
    no more.
    """
    spans = [span for event in events if event.phase is Phase.OPEN for span in event.spans]
    if not spans:
        return [ComponentState(component=component, level=Level.OPERATIONAL if calm else None)]
    return [
        (
            ComponentState(component=component, level=None)
            if span.end
            else ComponentState(component=component, level=span.level, word=span.word)
        )
        for span in spans
    ]


def _remarks(message: str | None, events: Iterable[Event]) -> Iterator[str]:
    if message is not None:
        yield f"Apple says of the page: {message[:LONGEST_TITLE]}"
    for event in events:
        if event.phase is Phase.OPEN and any(span.end is not None for span in event.spans):
            yield f"{event.title[:80]} goes on since {event.start:%Y-%m-%d}: shown, not rated"
