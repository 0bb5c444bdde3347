"""Checkly status pages: what goes on in one answer, 90 days of every service in another. Pure.

A page's JSON is at `/api/status-page/<slug>/`; the slug is the host's label on
checkly-status-page.com, and elsewhere stands in the page's HTML. `unresolved-incidents` lists what
goes on, `uptime` the services and what happened to each, day by day, `maintenance-windows` what is
planned. What is easily misread:

- Services have no state: it is that of the incidents that name them. Severities are of an incident
  as a whole, in four steps: MEDIUM is one of them, and for most pages the usual one.
- An incident's `duration` runs from `created_at` to its last update, so it tells the end of a
  resolved one only. One that lasts for days stands in each of them, whole.
- Any path that does not exist answers 200 and the page's HTML.
- `partialError` says that the days are incomplete: then those without incidents are not known to be
  good.

What a maintenance window looks like is taken from Checkly's own API: one that looks otherwise is
left out, and said so in a remark. Nothing is documented.
"""

import re
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from monitor.errors import BadStatus, FetchError, PageError, ParseError, UnexpectedShape
from monitor.kit.events import Event, expire_stale, recent_or_open, spans_for
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
from monitor.kit.protocol import About, PageContext, Response, Signal, Step, Steps, get, get_all
from monitor.kit.responses import (
    locate_errors,
    read_json,
    require_ok,
    shape_error,
    try_json,
    unwrap,
)
from monitor.kit.states import current_states
from monitor.kit.times import instant
from monitor.model import Component, Level, PageInfo, Phase, ReportedUptime

ABOUT = About(
    title="Checkly",
    verified=date(2026, 9, 4),
    live="/api/status-page/<slug>/, 3 requests; the page itself once, for the slug",
    reach_days=90,
    reach="90 days of each service, with every incident's severity, start and length.",
    granularity="component",
    precision="seconds",
    caveat=(
        "An incident has one severity for all services it names and for its whole length; many last"
        " a minute or two."
    ),
)

SOURCE = "checkly.uptime"

API = "/api/status-page/{slug}/"
WINDOWS = ("active", "upcoming", "recentlyCompleted", "past")
ANSWERS = ("uptime", "unresolved-incidents", "maintenance-windows")
HOSTED = ".checkly-status-page.com"
HOSTS = (HOSTED,)

SLUG = re.compile(
    rb'"maintenance-windows-([\w-]{1,100})"|/api/status-page/([\w-]{1,100})/(?:uptime|unresolved-inc|maintenance-w)'
)

VOCABULARY: Mapping[str, Level] = {
    "MINOR": Level.DEGRADED,
    "MEDIUM": Level.PARTIAL_OUTAGE,
    "MAJOR": Level.MAJOR_OUTAGE,
    "CRITICAL": Level.MAJOR_OUTAGE,
    "MAINTENANCE": Level.MAINTENANCE,
}
"""What severities are worth. MAINTENANCE is also what an update of a maintenance is called."""

MAINTENANCE = "MAINTENANCE"
GOING = frozenset({"INVESTIGATING", "IDENTIFIED", "MONITORING", MAINTENANCE})
RESOLVED = "RESOLVED"

UPTIME_DAYS = 90

INCOMPLETE = "the page says that its answer is incomplete"
UNNAMED = "something is going on that names no service"
NO_WINDOWS = (
    "the maintenance windows cannot be read; run `monitor record URL DIR` and send the folder"
)
REMEDY = (
    "configure the page's address on checkly-status-page.com, or run `monitor record URL DIR` and"
    " send the folder"
)


# detection


def detect(response: Response) -> Iterator[Signal]:
    """Yield the signs of a Checkly page or of its answers; `host` only ever beside another
    sign.
    """
    body = response.body
    if b"__NUXT_DATA__" in body:
        if b'"status-page-resolver-' in body:
            yield Signal("resolver", "the page found its status page by its host")
        if b'"unresolved-incidents-' in body or b'"maintenance-windows-' in body:
            yield Signal("state", "the page carries unresolved incidents and maintenance windows")
    if b'"partialError"' not in body and b'"incidentUpdates"' not in body:
        return
    told = try_json(response)
    if isinstance(told, dict) and {"metadata", "uptime", "partialError"} <= told.keys():
        yield Signal("uptime", "services' days beside metadata")
        if b'"lastUpdateStatus"' in body:
            yield Signal("events", "days hold incidents with their last update's status")
    listed = told.get("incidents") if isinstance(told, dict) else None
    if isinstance(listed, list) and listed and all(_looks_right(each) for each in listed):
        yield Signal(
            "incidents", "incidents with a severity, services and the last update's status"
        )
        if b'"publicIncidentUpdateDate"' in body:
            yield Signal("updates", "updates have Checkly's date")


def _looks_right(each: object) -> bool:
    return (
        isinstance(each, dict)
        and {"severity", "lastUpdateStatus", "services", "incidentUpdates"} <= each.keys()
    )


def _hosted(url: str) -> str | None:
    """Return the slug a host on Checkly's own domain tells; None on any other."""
    host = urlsplit(url).hostname or ""
    return host.removesuffix(HOSTED) if host.endswith(HOSTED) else None


# asking for answers


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """The answers together. `first` is the first day they tell of, None when they tell of none."""

    slug: str
    components: Sequence[Component]
    events: Sequence[Event]
    reported: Sequence[ReportedUptime]
    words: frozenset[str]
    first: datetime | None
    complete: bool
    remarks: Sequence[str]


Reading = Generator[Step, Any, _Told]


def _read(page: PageContext) -> Reading:
    """Ask for the three answers; a slug that leads nowhere any more is looked for in the page's
    HTML.
    """
    known, failure = page.cursor or _hosted(page.url), None
    if known is not None:
        try:
            return (yield from _answers(known, page))
        except (ParseError, BadStatus) as error:
            failure = error
            if known != page.cursor:
                raise
    response = yield from get("", accept="text/html")
    found = SLUG.search(require_ok(response).body)
    slug = (found[1] or found[2]).decode() if found is not None else None
    if failure is not None and slug in {None, known}:
        raise failure
    if slug is None:
        raise UnexpectedShape(
            "the page does not tell the slug of its API", url=response.url, remedy=REMEDY
        )
    return (yield from _answers(slug, page))


def _answers(slug: str, page: PageContext) -> Reading:
    *needed, windows = yield from get_all([API.format(slug=slug) + each for each in ANSWERS])
    uptime, unresolved = map(unwrap, needed)
    book = _Book()
    with locate_errors(uptime.url):
        days = row(read_json(uptime), "the answer")
        components, first = list(_components(days)), book.take_days(days)
        reported = list(_reported(days, {component.id for component in components}))
    with locate_errors(unresolved.url):
        book.take(rows(row(read_json(unresolved), "the answer").get("incidents"), "incidents"))
        events = [_event(told, book.hit[key], page.now) for key, told in book.rows.items()]
    plans = _plans(windows, page.now)
    complete = days.get("partialError") is False
    return _Told(
        slug=slug,
        components=components,
        events=events + (plans or []),
        reported=reported,
        words=frozenset(map(_status, book.rows.values())) - GOING - {RESOLVED},
        first=first,
        complete=complete,
        remarks=[*([] if plans is not None else [NO_WINDOWS]), *([] if complete else [INCOMPLETE])],
    )


# services


def _components(days: Row) -> Iterator[Component]:
    """Yield the services in the page's order. Days before one was made are not known."""
    services = (
        (group, each)
        for group in sorted(rows(days.get("metadata"), "metadata"), key=_order)
        for each in sorted(rows(group.get("services"), "metadata.services"), key=_order)
    )
    for position, (group, each) in enumerate(services):
        yield Component(
            id=identifier(each.get("id"), "service.id"),
            name=text(each.get("name"), "service.name"),
            group=maybe_text(group.get("name")),
            position=position,
            start_date=(
                instant(each["createdAt"], "service.createdAt").date()
                if each.get("createdAt")
                else None
            ),
        )


def _order(told: Row) -> float:
    return number(told.get("order", 0), "order")


def _services(days: Row) -> Iterator[tuple[str, Row]]:
    for group in rows(days.get("uptime"), "uptime"):
        for service in rows(group.get("services"), "uptime.services"):
            yield identifier(service.get("id"), "service.id"), service


def _reported(days: Row, known: Iterable[str]) -> Iterator[ReportedUptime]:
    """Yield the page's own figures of its services, in percent of 90 days."""
    told = {key: service.get("uptime") for key, service in _services(days)}
    for key in sorted(told.keys() & set(known)):
        if told[key] is not None:
            share = number(told[key], f"service {key}.uptime") / 100
            if not 0 <= share <= 1:
                shape_error(f"service {key}.uptime", "a percentage", told[key])
            yield ReportedUptime(component_id=key, window_days=UPTIME_DAYS, ratio=share)


# events


@dataclass(frozen=True, slots=True)
class _Book:
    """Incidents by id, and the services that each hit."""

    rows: dict[str, Row] = field(default_factory=dict)
    hit: dict[str, dict[str, None]] = field(default_factory=dict)

    def take_days(self, days: Row) -> datetime | None:
        """Note what services' days hold. Return the first of the days, None when there are none."""
        begun: set[datetime] = set()
        for key, service in _services(days):
            for day in optional_rows(service.get("days"), f"service {key}.days"):
                begun.add(instant(day.get("date"), f"service {key}.days.date"))
                for incident in rows(day.get("events"), f"service {key}.days.events"):
                    self._note(incident, [key])
        return min(begun, default=None)

    def take(self, incidents: Iterable[Row]) -> None:
        """Note the incidents that go on; what is said of them here counts."""
        for incident in incidents:
            services = optional_rows(incident.get("services"), "incident.services")
            self._note(
                incident,
                [identifier(service.get("id"), "incident.services.id") for service in services],
            )

    def _note(self, told: Row, services: Iterable[str]) -> None:
        key = identifier(told.get("id"), "incident.id")
        self.rows[key] = told
        self.hit.setdefault(key, {}).update(dict.fromkeys(services))


def _event(told: Row, services: Iterable[str], now: datetime) -> Event:
    """Return an incident; an open one nobody speaks of any more is not rated for ever."""
    key, status = identifier(told.get("id"), "incident.id"), _status(told)
    start = instant(told.get("created_at"), f"incident {key}.created_at")
    spoke = start + timedelta(
        seconds=max(0.0, number(told.get("duration"), f"incident {key}.duration"))
    )
    end = spoke if status == RESOLVED else None
    severity = text(told.get("severity"), f"incident {key}.severity").upper()
    level = VOCABULARY.get(MAINTENANCE if status == MAINTENANCE else severity)
    spans = spans_for(services, level, start, end, word=severity)
    event = Event(
        id=key,
        title=text(told.get("name"), f"incident {key}.name"),
        phase=Phase.OPEN if end is None or end > now else Phase.CLOSED,
        start=start,
        end=end,
        status=status.lower(),
        impact=severity,
        maintenance=level is Level.MAINTENANCE,
        spans=spans,
        unattributed=not spans,
        updates=messages(
            told.get("incidentUpdates"), at="publicIncidentUpdateDate", text="description"
        ),
    )
    return expire_stale(event, max(spoke, _updated(told, start)), now)


def _status(told: Row) -> str:
    return keyword(told.get("lastUpdateStatus"), "incident.lastUpdateStatus").upper()


def _updated(told: Row, start: datetime) -> datetime:
    return instant(told["updated_at"], "incident.updated_at") if told.get("updated_at") else start


def _plans(answer: Response | FetchError, now: datetime) -> list[Event] | None:
    """Return the maintenance windows that go on or are planned; None when the page does not tell
    any.
    """
    try:
        told = row(read_json(unwrap(answer)), "the answer")
        return [
            _window(each, now)
            for which in WINDOWS
            for each in optional_rows(told.get(which), which)
        ]
    except PageError:
        return None


def _window(told: Row, now: datetime) -> Event:
    """Return a maintenance window. While one goes on that names no service, nobody knows which ones
    are well.
    """
    key = identifier(told.get("id"), "window.id")
    start, end = (
        instant(told.get("startsAt"), "window.startsAt"),
        instant(told.get("endsAt"), "window.endsAt"),
    )
    named = optional_rows(told.get("services"), "window.services")
    spans = spans_for(
        [identifier(each.get("id"), "window.services.id") for each in named],
        Level.MAINTENANCE,
        start,
        end,
    )
    phase = Phase.CLOSED if end <= now else Phase.SCHEDULED if start > now else Phase.OPEN
    return Event(
        id=key,
        title=text(told.get("name"), "window.name"),
        phase=phase,
        start=start,
        end=end,
        status=str(phase),
        impact=MAINTENANCE,
        maintenance=True,
        spans=spans,
        unattributed=phase is Phase.OPEN and not spans,
    )


# reading


def poll(page: PageContext) -> Steps:
    """Yield every service's state, and what happened lately: the end of an incident is only told in
    the days.
    """
    told = yield from _read(page)
    vague = any(event.phase is Phase.OPEN and event.unattributed for event in told.events)
    piece = evidence(
        SOURCE,
        page,
        info=PageInfo(remark="; ".join([*told.remarks, *([UNNAMED] if vague else [])]) or None),
        parts=current_states(told.components, told.events, page.now),
        events=recent_or_open(told.events, page),
        withdrawn=(
            page.open_incidents - {event.id for event in told.events} if told.complete else ()
        ),
        unknown_words=told.words,
        cursor=told.slug,
    )
    yield replace(piece, reported=tuple(told.reported))


def backfill(page: PageContext, since: datetime) -> Steps:
    """Yield 90 days of incidents; the days before them, or all of them when they are incomplete,
    are a gap.
    """
    told = yield from _read(page)
    known = told.first if told.complete else None
    first = page.now if known is None else min(page.now, max(since, known))
    events = [event for event in told.events if event.end is None or event.end >= since]
    piece = evidence(
        SOURCE,
        page,
        components=told.components,
        events=events,
        since=None if known is None else first,
        unknown_words=told.words,
        cursor=told.slug,
    )
    yield replace(piece, reported=tuple(told.reported))
    yield from gap_before(
        SOURCE, page, since, first, "the page has no older days" if told.complete else INCOMPLETE
    )
