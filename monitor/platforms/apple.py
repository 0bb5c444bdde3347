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
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit

from monitor.kit.events import (
    ComponentState,
    Event,
    ImpactSpan,
    all_spans,
    open_events,
    phase_at,
    spans_for,
    words_not_in,
)
from monitor.kit.evidence import evidence, gap_until_now, one_remark
from monitor.kit.fields import (
    Row,
    identifier,
    is_list_of,
    keyword,
    lower_text,
    maybe_text,
    optional_rows,
    row,
    rows,
    text,
    with_places,
)
from monitor.kit.hosts import host_of
from monitor.kit.open_events import closed_since, dump_open
from monitor.kit.protocol import About, Get, PageContext, Response, Signal, Steps, get
from monitor.kit.responses import locate_errors, read_json, shape_error, try_row
from monitor.kit.times import epoch
from monitor.model import Component, Evidence, Level, PageInfo, Phase

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

FAMILIAR = ("App Store", "TestFlight", "App Store Connect")
"""Services that only Apple has."""

CALLBACK = re.compile(rb"\s*jsonCallback\(")
END_OF_CALLBACK = re.compile(rb"\)\s{0,9};?\s{0,9}\Z")


def probe(url: str) -> tuple[Get, ...]:
    """Return what to ask to recognise the page at this URL: its document, when it is one of Apple's
    two pages.
    """
    path, document = PAGES.get(host_of(url), ("", ""))
    is_own = document and urlsplit(url).path.startswith(path)
    return (Get(path=document),) if is_own else ()


def detect(response: Response) -> Iterator[Signal]:
    """Yield the signs of Apple's system status; the host counts only beside another sign."""
    services = try_row(_without_callback(response)).get("services")
    if not is_list_of(services, {"serviceName", "events"}):
        return
    yield Signal("shape", "services with a serviceName and events")
    if any(service["serviceName"] in FAMILIAR for service in services):
        yield Signal("names", "the services are Apple's")


def _without_callback(response: Response) -> Response:
    """Return the answer without the function call it may be wrapped in."""
    call = CALLBACK.match(response.body)
    if call is None:
        return response
    return replace(response, body=END_OF_CALLBACK.sub(b"", response.body[call.end() :]))


# poll and backfill


def poll(page: PageContext) -> Steps:
    """Yield every service's state and the events listed, in one request; what was open and is gone
    has ended.

    The request is never conditional: the same document means something else once a time in it has
    passed.
    """
    _, document = PAGES.get(host_of(page.url), ("", SUPPORT))
    response = yield from get(document, accept="application/json, */*;q=0.8")
    with locate_errors(response.url):
        answer = row(read_json(_without_callback(response)), "the answer")
        yield _current_evidence(answer, page)


def backfill(page: PageContext, since: datetime) -> Steps:
    """Yield what is listed now: the events of the last days, and nothing of the time before."""
    yield from poll(page)
    yield gap_until_now(SOURCE, page, since, "Apple tells only recent events")


def _current_evidence(answer: Row, page: PageContext) -> Evidence:
    services = rows(answer.get("services"), "services")
    if not services:
        shape_error("services", "at least one", None)
    message = maybe_text(answer.get("drMessage"))
    listed_events: list[Event] = []
    states: list[ComponentState] = []
    for index, service in enumerate(services):
        name = text(service.get("serviceName"), f"services[{index}].serviceName")
        component = Component(id=name, name=name, position=index)
        own_events = list(_events(service, name, f"services[{index}].events", page.now))
        states += _states(component, own_events, calm=message is None)
        listed_events += own_events
    events = _merge(listed_events)
    ended_events, withdrawn = closed_since(page, events)
    return evidence(
        SOURCE,
        page,
        info=PageInfo(name="Apple", remark=one_remark(_remarks(message, events))),
        parts=states,
        events=[*ended_events, *events],
        withdrawn=withdrawn,
        cursor=dump_open(events),
    )


# events


def _events(service: Row, name: str, where: str, now: datetime) -> Iterator[Event]:
    for event, place in with_places(optional_rows(service.get("events"), where), where):
        yield _event(event, name, place, now)


def _event(event: Row, service: str, where: str, now: datetime) -> Event:
    """Return an event as it stands under one service."""
    kind = keyword(event.get("statusType"), f"{where}.statusType")
    state = keyword(event.get("eventStatus"), f"{where}.status")
    start = epoch(event.get("epochStartDate"), f"{where}.epochStartDate", per_second=1000)
    stated_end = _stated_end(event, where)
    phase = _phase(state, start, stated_end, now)
    end = min(stated_end or start, now) if phase is Phase.CLOSED else None
    silent_from = start + RATED_FOR if start + RATED_FOR <= now else None
    has_length = end is None or stated_end is not None
    return Event(
        id=identifier(event.get("messageId"), f"{where}.messageId"),
        title=(maybe_text(event.get("message")) or f"{kind} of {service}")[:LONGEST_TITLE],
        phase=phase,
        start=start,
        end=end,
        status=state,
        impact=kind,
        maintenance=kind == "maintenance",
        component_ids=(service,),
        spans=spans_for(
            [service] if has_length else [],
            _level(event, kind, state),
            start,
            end or silent_from,
            word=kind if state in STATES else state,
        ),
        unknown_words=(*words_not_in(STATES, state), *words_not_in(VOCABULARY, kind)),
    )


def _stated_end(event: Row, where: str) -> datetime | None:
    end = event.get("epochEndDate")
    return None if end is None else epoch(end, f"{where}.epochEndDate", per_second=1000)


def _phase(state: str, start: datetime, stated_end: datetime | None, now: datetime) -> Phase:
    """Return the phase, by its times as far as they are told; what a word beside them ends is over
    too.
    """
    return Phase.CLOSED if state in OVER else phase_at(start, stated_end, now)


def _level(event: Row, kind: str, state: str) -> Level | None:
    """Return how bad it is; of an event in a state we do not know that is not known either."""
    if state not in STATES:
        return None
    hits_some = lower_text(event.get("usersAffected")).startswith(SOME)
    return VOCABULARY.get(SOME if kind == "outage" and hits_some else kind)


def _merge(events: Iterable[Event]) -> list[Event]:
    """Return the events, each once, with all the services it stands under."""
    statements: dict[str, list[Event]] = {}
    for event in events:
        statements.setdefault(event.id, []).append(event)
    return list(map(_join, statements.values()))


def _join(statements: Sequence[Event]) -> Event:
    """Return the statements of one event as one: the first that it goes on counts, else the
    last.
    """
    component_ids: list[str] = []
    unknown_words: list[str] = []
    for event in statements:
        component_ids += event.component_ids
        unknown_words += event.unknown_words
    return replace(
        next(iter(open_events(statements)), statements[-1]),
        component_ids=tuple(component_ids),
        spans=tuple(all_spans(statements)),
        unknown_words=tuple(unknown_words),
    )


def _states(component: Component, events: Iterable[Event], *, calm: bool) -> list[ComponentState]:
    """Return a service's state by each event that goes on; one that nobody ended for long rates it
    no more.
    """
    states = [_state(component, span) for span in all_spans(open_events(events))]
    calm_state = ComponentState(component=component, level=Level.OPERATIONAL if calm else None)
    return states or [calm_state]


def _state(component: Component, span: ImpactSpan) -> ComponentState:
    if span.end is not None:
        return ComponentState(component=component, level=None)
    return ComponentState(component=component, level=span.level, word=span.word)


def _remarks(message: str | None, events: Iterable[Event]) -> Iterator[str]:
    if message is not None:
        yield f"Apple says of the page: {message[:LONGEST_TITLE]}"
    for event in open_events(events):
        if any(span.end is not None for span in event.spans):
            yield f"{event.title[:80]} goes on since {event.start:%Y-%m-%d}: shown, not rated"
