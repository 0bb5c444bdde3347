"""The AWS Health Dashboard: one list of events for every service in every region. Pure.

`/public/currentevents` lists what is going on or was over a short while ago; `historyevents.json`,
of which storage in several regions has copies, lists about a year. Both hold events with a code (0
resolved, 1 informational, 2 degradation, 3 disruption), a log, and for large events a table of
services with every change of their codes: seconds in the first, milliseconds in the last. Nothing
lists the services that are well, so a page's components are those an event ever named in the
regions chosen (`regions` of the vendor), and one for each region that stands for all others.

The dashboard speaks of regions a user has nothing to do with, so AWS is never rated as a whole:
without `regions` its events are listed and nothing is rated. Facts are kept of every region all the
same, so that a region chosen later has its history. An event that stays open and of which nothing
was said for `SILENT_AFTER` is listed with its age and rates nothing from then on: all that it names
is unknown, and so is the rest of its region.

The format is published nowhere. That of the events is as observed, that of the history as programs
read it.
"""

import json
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from fnmatch import fnmatchcase
from itertools import pairwise
from typing import Any, NoReturn
from urllib.parse import urlsplit

from monitor.errors import FetchError, NotJson, PageError, ParseError, TooLarge, Truncated
from monitor.intervals import Interval
from monitor.kit.messages import messages, updates_of
from monitor.kit.posts import Post, Says, closed_at
from monitor.kit.protocol import About, Get, PageContext, Response, Signal, Steps, get
from monitor.kit.responses import locate_errors, read_json, shape_error
from monitor.kit.states import UNKNOWN
from monitor.kit.times import epoch
from monitor.model import (
    Aspect,
    Basis,
    Component,
    Coverage,
    Evidence,
    Gap,
    Impact,
    Incident,
    IncidentUpdate,
    Level,
    Observation,
    PageInfo,
    Phase,
)

ABOUT = About(
    title="AWS Health Dashboard",
    verified=date(2026, 7, 31),
    live="/public/currentevents, 1 request",
    reach_days=365,
    reach="About a year of events, per service and region.",
    granularity="component and region",
    precision="seconds",
    regions="required",
    caveat=(
        "AWS posts an event only for trouble that many customers have; informational events (code"
        " 1), with which most outages begin, count as operational. The shape of its history is"
        " known from programs that read it, no answer of it was seen."
    ),
)

SOURCE = "aws.events"
CURRENT = "/public/currentevents"
PROBE = Get(path=CURRENT)
HISTORY_COPIES = tuple(
    f"https://history-events-{region}-prod.s3.amazonaws.com/historyevents.json"
    for region in ("us-east-1", "eu-west-1", "us-west-2", "ap-northeast-1")
)
"""Copies of one file; the first that can be read is read."""

HOSTS = ("health.aws.amazon.com", "status.aws.amazon.com")
PAGE = "https://health.aws.amazon.com/health/status"

LEVELS: Mapping[str, Level] = {
    "0": Level.OPERATIONAL,
    "1": Level.OPERATIONAL,  # informational: policy notices too, and nothing ever resolves them
    "2": Level.DEGRADED,
    "3": Level.MAJOR_OUTAGE,
}
WORDS: Mapping[str, str] = {
    "0": "resolved",
    "1": "informational",
    "2": "degradation",
    "3": "disruption",
}
RESOLVED = "[RESOLVED]"

SILENT_AFTER = timedelta(days=7)
"""How long an open event speaks for the present after its last update; two were left open for
months."""

HISTORY_DAYS = 365
"""The most the history is trusted to reach back: single older events may linger in it."""

MOST_BYTES = 16 * 1024 * 1024
"""Largest history after decompression; it is compressed without a header that says so."""

SECONDS_END = 100_000_000_000
"""A moment from this number on is in milliseconds: in seconds it would be in the year 5138, in them
it is 1973."""

YEARS = range(2000, 2100)
"""What is said of other years is no date."""

GLOBAL = "global"
REGION = re.compile(r"[a-z]{2}(?:-[a-z]+)+-\d{1,2}")
IN_KEY = re.compile(rf"(?:.*-)?({REGION.pattern})")

_COUNTS: Mapping[str, int] = {
    "us-east": 2,
    "us-west": 2,
    "us-gov-east": 1,
    "us-gov-west": 1,
    "ca-central": 1,
    "ca-west": 1,
    "mx-central": 1,
    "sa-east": 1,
    "eu-central": 2,
    "eu-north": 1,
    "eu-south": 2,
    "eu-west": 3,
    "il-central": 1,
    "me-central": 1,
    "me-south": 1,
    "af-south": 1,
    "ap-east": 2,
    "ap-northeast": 3,
    "ap-south": 2,
    "ap-southeast": 7,
}
REGIONS = frozenset(
    f"{area}-{number}" for area, count in _COUNTS.items() for number in range(1, count + 1)
)
"""Regions the dashboard was known to have in 2026. A misspelt one would look calm for ever, so one
that is neither here nor in any event is pointed out and not observed."""

Row = dict[str, Any]


# detection


def detect(response: Response) -> Iterator[Signal]:
    """Yield the signs of AWS's dashboard: its host, the ids of its events, its unusual encoding,
    its feeds.
    """
    host = urlsplit(response.final_url or response.url).hostname or ""
    if host in HOSTS or re.fullmatch(r"history-events-[a-z0-9-]+-prod\.s3\.amazonaws\.com", host):
        yield Signal("host", f"the host is {host}")
    if response.status != 200:  # noqa: PLR2004
        return
    if any(
        "arn:aws:health:".encode(encoding) in response.body
        for encoding in ("ascii", "utf-16-be", "utf-16-le")
    ):
        yield Signal("ids", "events have ids that begin with arn:aws:health:")
    if (
        "charset=utf-16" in response.headers.get("content-type", "")
        and "json" in response.headers["content-type"]
    ):
        yield Signal("header", "the content type is JSON in UTF-16")
    if (
        b"<generator>AWS RSS Generator" in response.body
        or b"AWS Service Health Dashboard RSS" in response.body[:1024]
    ):
        yield Signal("feed", "the feed's generator is the AWS Service Health Dashboard")


# decoding


def _wrong(where: str, due: str, found: object) -> NoReturn:
    shape_error(_clean(where), due, found)


def _read(response: Response) -> Any:  # noqa: ANN401
    """Return the JSON of a body that may be compressed or in UTF-16, whatever its headers say."""
    body = response.body
    if response.status == 200 and body:  # noqa: PLR2004
        response = replace(response, body=_utf8(_inflated(body)), text_encoding="utf-8")
    try:
        return read_json(response)
    except ValueError as error:  # a number of more digits than Python reads
        raise NotJson(f"not JSON: {error}", url=response.url) from error


def _inflated(body: bytes) -> bytes:
    if not body.startswith(b"\x1f\x8b"):
        return body
    inflate = zlib.decompressobj(16 + zlib.MAX_WBITS)
    try:
        plain = inflate.decompress(body, MOST_BYTES)
    except zlib.error as error:
        raise NotJson(f"the compressed body is damaged: {error}") from error
    if inflate.unconsumed_tail:
        raise TooLarge(
            f"the decompressed body is longer than {MOST_BYTES} bytes", remedy="report it as a bug"
        )
    if not inflate.eof:
        raise Truncated("the compressed body breaks off")
    return plain


def _utf8(body: bytes) -> bytes:
    encoding = {b"\xfe\xff": "utf-16-be", b"\xff\xfe": "utf-16-le"}.get(body[:2])
    if encoding is None:
        return body
    if len(body) % 2:
        raise Truncated("the text in UTF-16 breaks off in the middle of a character")
    # Half a pair of a character outside the first 65,536 stands in no word we read.
    return body[2:].decode(encoding, errors="replace").encode()


def _row(value: object, where: str) -> Row:
    return value if isinstance(value, dict) else _wrong(where, "an object", value)


def _rows(owner: Row, key: str) -> list[Row]:
    """Return a list of objects; one that is missing is empty."""
    value = owner.get(key)
    if value is not None and not isinstance(value, list):
        _wrong(key, "a list", value)
    return [_row(item, f"{key}[{index}]") for index, item in enumerate(value or ())]


def _text(owner: Row, key: str) -> str:
    value = owner.get(key)
    if not isinstance(value, str) or not value:
        _wrong(key, "text", value)
    return _clean(value)


def _clean(text: str) -> str:
    return text.encode(
        errors="replace"
    ).decode()  # JSON can spell half a character, which no database takes


def _code(owner: Row, key: str) -> str:
    """Return a status code, which is a number here and the same as text there."""
    value = owner.get(key)
    if isinstance(value, bool) or not isinstance(value, (str, int)) or value == "":
        _wrong(key, "a status code", value)
    return _clean(str(value)[:20])


def _moment(owner: Row, key: str) -> datetime:
    """Return a moment given as a number or its text, in seconds or milliseconds."""
    value = owner.get(key)
    try:
        number = (
            int(value)
            if isinstance(value, (str, int, float)) and not isinstance(value, bool)
            else 0
        )
        at = datetime.fromtimestamp(number / 1000 if number >= SECONDS_END else number, UTC)
    except (ValueError, OverflowError, OSError):
        _wrong(key, "a moment", value)
    return at if at.year in YEARS else _wrong(key, "a moment of our time", value)


# events


@dataclass(frozen=True, slots=True)
class _Said:
    """A code from a moment on."""

    at: datetime
    code: str


@dataclass(frozen=True, slots=True)
class _Part:
    """One service in one event: its present code, and the codes it had."""

    name: str
    code: str
    course: tuple[_Said, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Event:
    """An event. `region` is `GLOBAL` when it names none; `parts` are its services by component id;
    `spoke` is when anything was last said of it; `ended` None = it goes on.
    """

    arn: str
    region: str
    title: str
    code: str
    begun: datetime
    spoke: datetime
    ended: datetime | None
    parts: Mapping[str, _Part]
    updates: tuple[IncidentUpdate, ...] = ()

    def is_over(self, now: datetime) -> bool:
        return self.ended is not None and self.ended <= now

    def silent_since(self, now: datetime) -> datetime | None:
        """Return when the event ceased to speak for the present; None = it has not, is over, or
        tells of no trouble.
        """
        until = self.spoke + SILENT_AFTER
        if until >= now or self.is_over(now):
            return None
        calm = all(LEVELS.get(part.code) is Level.OPERATIONAL for part in self.parts.values())
        return None if calm else until


def _current(told: object) -> dict[str, _Event]:
    """Return the events of the current list by id."""
    if not isinstance(told, list):
        _wrong("the answer", "a list of events", told)
    return _by_arn(_event(_row(each, f"[{index}]"), "") for index, each in enumerate(told))


def _past(told: object) -> dict[str, _Event]:
    """Return the events of the history by id. An empty history is an error: there never was a year
    without events.
    """
    by_service = _row(told, "the answer")
    events = _by_arn(_event(each, key) for key in by_service for each in _rows(by_service, key))
    return events or _wrong("the answer", "a history with events", told)


def _by_arn(events: Iterable[_Event]) -> dict[str, _Event]:
    """Return the events by id. One that is listed under several services counts once, with all of
    them.
    """
    found: dict[str, _Event] = {}
    for event in events:
        known = found.get(event.arn)
        found[event.arn] = (
            event if known is None else replace(known, parts={**event.parts, **known.parts})
        )
    return found


def _event(row: Row, key: str) -> _Event:
    """Return one event; `key` is the service it is listed under in the history."""
    begun, code, title = _moment(row, "date"), _code(row, "status"), _text(row, "summary")
    service = row.get("service") or key or _wrong("service", "text", None)
    service = _clean(service) if isinstance(service, str) else _wrong("service", "text", service)
    arn = _text(row, "arn") if "arn" in row or not key else f"{service}:{begun:%Y%m%dT%H%M%SZ}"
    region = _region(arn, service)
    log = _said(row, "event_log", "status")
    changes = _changes(row)
    said = sorted(
        [*log, *(each for course in changes.values() for each in course)], key=lambda each: each.at
    )
    return _Event(
        arn=arn,
        region=region,
        title=title.removeprefix(RESOLVED).strip() or title,
        code=code,
        begun=begun,
        spoke=max([begun, *(each.at for each in said)]),
        ended=_ended(row, log, said, begun),
        parts=_parts(row, service, region, changes, _course(log, begun, code)),
        updates=_messages(row),
    )


def _messages(row: Row) -> tuple[IncidentUpdate, ...]:
    """Return what was posted. A status is a number, which `WORDS` puts into words."""
    told = messages(row.get("event_log"), at="timestamp", read_time=epoch)
    return tuple(replace(each, status=WORDS.get(each.status, each.status)) for each in told)


def _region(arn: str, service: str) -> str:
    told = (arn.split(":") + [""] * 4)[3]
    if REGION.fullmatch(told):
        return told
    return _region_in(service)


def _region_in(key: str) -> str:
    """Return the region a service's key ends in."""
    named = IN_KEY.fullmatch(key)
    return named[1] if named else GLOBAL


def _said(row: Row, key: str, name: str) -> tuple[_Said, ...]:
    said = [_Said(_moment(each, "timestamp"), _code(each, name)) for each in _rows(row, key)]
    return tuple(sorted(said, key=lambda each: each.at))


def _changes(row: Row) -> dict[str, tuple[_Said, ...]]:
    """Return the codes each service had, by its key."""
    key = "impacted_service_status_changes"
    of: dict[str, list[Row]] = {}
    for change in _rows(row, key):
        of.setdefault(_text(change, "service"), []).append(change)
    return {
        service: _said({key: changes}, key, "current_status") for service, changes in of.items()
    }


def _ended(
    row: Row, log: Sequence[_Said], said: Sequence[_Said], begun: datetime
) -> datetime | None:
    """Return when the event ended, None = it goes on. In the history the event's own code is the
    worst it had.
    """
    marked = [_moment(each, "timestamp") for each in _rows(row, "event_log") if _is_resolved(each)]
    over = row.get("end_time") or _code(row, "status") == "0" or _is_resolved(row)
    if not over and not (log and (log[-1].code == "0" or log[-1].at in marked)):
        return None
    if row.get("end_time"):
        return max(_moment(row, "end_time"), begun)
    posts = [
        Post(each.at, Says.OVER if each.code == "0" or each.at in marked else Says.GOES_ON)
        for each in log
    ]
    return closed_at(posts, begun, max((each.at for each in said), default=None))


def _is_resolved(row: Row) -> bool:
    return str(row.get("summary", "")).lstrip().startswith(RESOLVED)


def _course(log: Sequence[_Said], begun: datetime, code: str) -> tuple[_Said, ...]:
    """Return the codes of an event as a whole.

    Where no update carries the event's own code, the vendor says that it was reached and not when:
    it counts from the beginning.
    """
    told = any(each.code == code for each in log) or (log and LEVELS.get(code) is Level.OPERATIONAL)
    return tuple(log) if told else (_Said(begun, code),)


def _parts(
    row: Row,
    service: str,
    region: str,
    changes: Mapping[str, tuple[_Said, ...]],
    course: tuple[_Said, ...],
) -> dict[str, _Part]:
    """Return the services of an event by component id; an event without a table of them has only
    its own.
    """
    table = _row(row.get("impacted_services") or {}, "impacted_services")
    parts = {}
    for written, value in table.items():
        key = _clean(written) or _wrong("impacted_services", "the name of a service", written)
        told = _row(value, f"impacted_services.{key}")
        code = _code(told, "current")
        parts[_component_id(key, region)] = _Part(
            _text(told, "service_name"), code, changes.get(key, course)
        )
    if not parts:
        name = _text(row, "service_name") if row.get("service_name") else service
        parts[_component_id(service, region)] = _Part(
            name, _code(row, "status"), changes.get(service, course)
        )
    return parts


def _component_id(key: str, region: str) -> str:
    """Return the component's id: the vendor's key, which ends in the region.

    A key without one, under a regional event, is that service as far as this region goes:
    CloudFront troubled by one region's event is not CloudFront down everywhere.
    """
    return key if region == GLOBAL or _region_in(key) != GLOBAL else f"{key}@{region}"


# regions and components


@dataclass(frozen=True, slots=True)
class _Scope:
    """The regions the user chose, as names or patterns."""

    chosen: tuple[str, ...]

    def holds(self, component_id: str) -> bool:
        """Whether the component belongs to a chosen region. What belongs to no region concerns all
        of them.
        """
        if not self.chosen:
            return False
        key, _, beside = component_id.partition("@")
        region = beside or _region_in(key)
        return region == GLOBAL or (bool(beside) and GLOBAL in self.chosen) or self.has(region)

    def has(self, region: str) -> bool:
        return any(fnmatchcase(region, pattern) for pattern in self.chosen)

    def regions(self, seen: Iterable[str]) -> list[str]:
        """Return the chosen regions that exist, as far as we or the events know."""
        return sorted(
            region for region in {*REGIONS, *seen} if region != GLOBAL and self.has(region)
        )

    def strangers(self, seen: Iterable[str]) -> list[str]:
        known = {*REGIONS, *seen, GLOBAL}
        return [
            pattern
            for pattern in self.chosen
            if not any(fnmatchcase(region, pattern) for region in known)
        ]


@dataclass(frozen=True, slots=True)
class _Mark:
    """What one poll hands to the next: the day and regions it was made for, and the named
    components ever seen.

    An unchanged answer stands only on the same day and for the same regions: an open event falls
    silent by the passing of time alone.
    """

    day: str
    chosen: tuple[str, ...]
    names: Mapping[str, str]

    def written(self) -> str:
        return json.dumps(
            [self.day, list(self.chosen), dict(sorted(self.names.items()))], ensure_ascii=False
        )


def _mark(text: str | None) -> _Mark:
    """Return the mark of an earlier poll; an empty one when there is none or another version wrote
    it.
    """
    try:
        day, chosen, names = json.loads(text or "")
        return _Mark(
            str(day), tuple(map(str, chosen)), {str(key): str(name) for key, name in names.items()}
        )
    except (ValueError, TypeError, AttributeError):
        return _Mark("", (), {})


def _components(names: Mapping[str, str], regions: Iterable[str]) -> tuple[Component, ...]:
    """Return a component for each region's other services, then those named, in a stable order."""
    rest = [
        Component(
            id=region,
            name=f"All other services ({region})",
            group=region,
            region=region,
            position=at,
        )
        for at, region in enumerate(regions)
    ]
    named = []
    for at, (key, name) in enumerate(sorted(names.items()), start=len(rest)):
        service, _, beside = key.partition("@")
        region = beside or _region_in(service)
        shown = name if region == GLOBAL else f"{name} ({region})"
        named.append(Component(id=key, name=shown, group=region, region=region, position=at))
    return (*rest, *named)


# what it means


@dataclass(frozen=True, slots=True)
class _View:
    """Events as seen at one moment by somebody who chose these regions."""

    events: Mapping[str, _Event]
    scope: _Scope
    names: Mapping[str, str]
    now: datetime

    @property
    def regions(self) -> list[str]:
        return self.scope.regions(event.region for event in self.events.values())

    @property
    def components(self) -> tuple[Component, ...]:
        return _components(self.names, self.regions)

    @property
    def shown(self) -> list[_Event]:
        """The events that concern the chosen regions; all of them when none is chosen."""
        return [
            event
            for event in self.events.values()
            if not self.scope.chosen or any(map(self.scope.holds, event.parts))
        ]

    @property
    def words(self) -> tuple[str, ...]:
        codes = {event.code for event in self.events.values()}
        for event in self.events.values():
            for part in event.parts.values():
                codes |= {part.code, *(said.code for said in part.course)}
        return tuple(sorted(codes - LEVELS.keys()))

    def mark(self) -> str:
        return _Mark(f"{self.now:%Y-%m-%d}", self.scope.chosen, self.names).written()


def _view(page: PageContext, events: Mapping[str, _Event]) -> _View:
    scope = _Scope(page.regions)
    named = {key: part.name for event in events.values() for key, part in event.parts.items()}
    names = {
        key: name for key, name in {**_mark(page.cursor).names, **named}.items() if scope.holds(key)
    }
    # What is listed has begun, though by a clock that is ahead of ours it begins later.
    here = {key: replace(event, begun=min(event.begun, page.now)) for key, event in events.items()}
    return _View(here, scope, names, page.now)


def _observed(view: _View) -> tuple[Observation, ...]:
    """Return the present state of every component. What no open event names is operational: the
    list is complete.
    """
    told: dict[str, list[Observation]] = {}
    for event in view.events.values():
        if not event.is_over(view.now):
            for seen in _said_now(event, view.now):
                told.setdefault(seen.component_id, []).append(seen)
    return tuple(_worst(component.id, told.get(component.id, ())) for component in view.components)


def _said_now(event: _Event, now: datetime) -> Iterator[Observation]:
    """Yield what an open event says of its services; when it is silent, that nobody knows, of its
    region too.
    """
    if event.silent_since(now) is None:
        for key, part in event.parts.items():
            yield Observation(component_id=key, level=LEVELS.get(part.code), word=part.code)
    else:
        for key in (*event.parts, event.region):
            yield Observation(component_id=key, level=None, word=_silence(event))


def _silence(event: _Event) -> str:
    return f"silent since {event.spoke:%Y-%m-%d}"


def _worst(key: str, told: Sequence[Observation]) -> Observation:
    """Return the worst known state; what is unknown is not outvoted by what is well."""
    if not told:
        return Observation(component_id=key, level=Level.OPERATIONAL, word="0")
    return max(told, key=lambda each: UNKNOWN if each.level is None else float(each.level))


def _impacts(events: Iterable[_Event], now: datetime) -> tuple[Impact, ...]:
    """Return the impacts of all events, whatever the regions chosen."""
    return tuple(dict.fromkeys(impact for event in events for impact in _of_event(event, now)))


def _of_event(event: _Event, now: datetime) -> Iterator[Impact]:
    """Yield an event's impacts, and the unknown time after it fell silent."""
    silent = event.silent_since(now)
    for key, part in event.parts.items():
        for start, end, code in _spans(part, event):
            if start < now:
                open_end = silent if end is None or end > now else end
                yield from _impact(key, event, _Said(start, code), open_end)
    if silent is not None:
        for key in (*event.parts, event.region):
            yield _unknown(key, silent, None, _silence(event))


def _spans(part: _Part, event: _Event) -> Iterator[tuple[datetime, datetime | None, str]]:
    """Yield from when until when which code held. Nothing holds beyond the end of the event."""
    for said, following in pairwise([*part.course, None]):
        if said is None:
            continue
        end = event.ended if following is None else min(filter(None, (following.at, event.ended)))
        if end is None or said.at < end:
            yield said.at, end, said.code


def _impact(key: str, event: _Event, said: _Said, end: datetime | None) -> Iterator[Impact]:
    level = LEVELS.get(said.code)
    if level is None:
        yield _unknown(key, said.at, end, said.code)
    elif level is not Level.OPERATIONAL:
        yield Impact(
            component_id=key,
            level=level,
            start=said.at,
            end=end,
            basis=Basis.TRANSITION,
            source=SOURCE,
            incident_id=event.arn,
            word=said.code,
        )


def _unknown(key: str, start: datetime, end: datetime | None, word: str) -> Impact:
    # An inferred impact gives way to known ones of its incident; this one must not, or it would
    # read as green.
    return Impact(
        component_id=key,
        level=None,
        start=start,
        end=end,
        basis=Basis.INFERRED,
        source=SOURCE,
        word=word,
    )


def _incidents(view: _View) -> tuple[Incident, ...]:
    return tuple(_incident(event, view) for event in view.shown)


def _incident(event: _Event, view: _View) -> Incident:
    over, silent = event.is_over(view.now), event.silent_since(view.now)
    state = WORDS["0"] if over else WORDS.get(event.code, event.code)
    return Incident(
        id=event.arn,
        title=event.title,
        phase=Phase.CLOSED if over else Phase.OPEN,
        status=state if silent is None else f"{state}, {_silence(event)}",
        impact=WORDS.get(event.code, event.code),
        started_at=event.begun,
        resolved_at=max(event.ended, event.begun) if over and event.ended is not None else None,
        url=PAGE,
        component_ids=tuple(filter(view.scope.holds, event.parts)),
    )


def _remark(view: _View) -> str | None:
    """Return what a reader must know: that no region is chosen or one is unheard of, and events
    without news.
    """
    notes = []
    seen = {event.region for event in view.events.values()}
    if not view.scope.chosen:
        notes.append(
            "no regions are chosen, so nothing is rated: set `regions`, like [us-east-1, eu-west-1]"
        )
    if strangers := view.scope.strangers(seen):
        notes.append(f"no region is called {', '.join(strangers)}: correct `regions`")
    for event in view.shown:
        if event.silent_since(view.now) is not None:
            days, quiet = (view.now - event.begun).days, (view.now - event.spoke).days
            notes.append(
                f"{event.title} ({event.region}) is open for {days} days without news for {quiet}:"
                " listed, not rated"
            )
    return "; ".join(notes) or None


# poll and backfill


def poll(page: PageContext) -> Steps:
    """Yield what is going on in the chosen regions, in one request.

    Two when an event we hold as open has left the list: the history then says how it ended, and
    what is in neither was withdrawn. Raises the errors of the answers that cannot be read.
    """
    before = _mark(page.cursor)
    stands = before.day == f"{page.now:%Y-%m-%d}" and before.chosen == page.regions
    response = yield from get(CURRENT, conditional=stands)
    if response.unchanged:
        return
    with locate_errors(response.url):
        current = _current(_read(response))
    vanished = page.open_incidents - current.keys()
    past = (yield from _read_history()) if vanished else {}
    events = current | {arn: past[arn] for arn in sorted(vanished & past.keys())}
    yield _present(_view(page, events), withdrawn=tuple(sorted(vanished - past.keys())))


def _present(
    view: _View, *, withdrawn: tuple[str, ...] = (), gaps: tuple[Gap, ...] = ()
) -> Evidence:
    return Evidence(
        source=SOURCE,
        read_at=view.now,
        page=PageInfo(name="AWS", zone="UTC", remark=_remark(view)),
        components=view.components,
        observed=_observed(view),
        incidents=_incidents(view),
        updates=tuple(
            update for event in view.shown for update in updates_of(event.arn, event.updates)
        ),
        impacts=_impacts(view.events.values(), view.now),
        withdrawn=withdrawn,
        gaps=gaps,
        unknown_words=view.words,
        cursor=view.mark(),
    )


def backfill(page: PageContext, since: datetime) -> Steps:
    """Yield the events since then, from the current list and the history together, in two requests.

    The history covers the time since its oldest event, at most `HISTORY_DAYS`. When no copy of it
    can be read the current list is kept alone: it covers nothing of the past, which the evidence
    says as a gap.
    """
    response = yield from get(CURRENT)
    with locate_errors(response.url):
        current = _current(_read(response))
    try:
        past = yield from _read_history()
    except (FetchError, ParseError) as error:
        gap = Gap(what="history", reason=error.reason, message=str(error))
        yield _present(_view(page, current), gaps=(gap,))
        return
    wanted = {
        arn: event for arn, event in past.items() if event.ended is None or event.ended > since
    }
    view = _view(page, wanted | current)
    oldest = min(event.begun for event in past.values())
    span = Interval.between(max(oldest, since, page.now - timedelta(days=HISTORY_DAYS)), page.now)
    covered = (Coverage(span=span, aspect=Aspect.IMPACTS, complete=True),) if span else ()
    yield replace(_present(view), coverage=covered)


def _read_history() -> Any:  # noqa: ANN401
    """Return the events of the first copy of the history that can be read. Raises the last copy's
    error.
    """
    failure: PageError | None = None
    for address in HISTORY_COPIES:
        try:
            response = yield from get(address)
            with locate_errors(response.url):
                return _past(_read(response))
        except (FetchError, ParseError) as error:
            failure = error
    raise failure or AssertionError("there are copies")
