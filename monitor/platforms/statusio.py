"""Status.io pages: one JSON document about the present. Pure.

A page's own host serves only HTML; its state is at `api.status.io/1.0/status/<page id>`. The id is in the page's
address, in `PAGES`, in what the last poll remembered, or else in the page's HTML. A component is a part of the page at
one location (Status.io's "container"): the same location stands under several parts, each time with a code of its own,
so the two ids together name it.

The document lists what is open and nothing that is over. An incident that leaves it has ended, and a poll that saw it
remembers what it was. Each location says when its state was last set, which every message of an incident does anew:
that far back its own state speaks for the past. Before that the messages of what is open do, each with the state from
its time on; the first holds since the incident was opened. A location that was last set before that was not hit, though
a part and a location of the incident name it.

The format is described at https://kb.status.io/developers/public-status-api/ and otherwise as observed.
"""

import json
import re
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlsplit

from monitor.errors import NotJson, UnexpectedShape
from monitor.intervals import Interval, utc
from monitor.model import (
    Aspect,
    Basis,
    Component,
    Coverage,
    Evidence,
    Impact,
    Incident,
    IncidentUpdate,
    Level,
    Observation,
    PageInfo,
    Phase,
    worst_level,
)
from monitor.protocol import (
    About,
    Get,
    PageContext,
    Response,
    Signal,
    Step,
    Steps,
    get,
    read_json,
    reading_of,
    require_ok,
    wrong,
)
from monitor.told import UNKNOWN, closed_at, messages, posted, updates_of

ABOUT = About(
    title="Status.io",
    verified=date(2026, 9, 19),
    live="api.status.io/1.0/status/<id>, 1 request",
    reach_days=0,
    reach="None before the first poll, except since each component was last set or its open incident began.",
    per="component",
    precision="seconds",
    trust=(
        "Status.io pages show only what is open: what came and went before the first poll, or between two, is not "
        "known."
    ),
)

SOURCE = "statusio.status"
API = "https://api.status.io/1.0/status/"

PAGES: Mapping[str, str] = {
    "letsencrypt.status.io": "55957a99e800baa4470002da",
    "neonstatus.com": "6878fc85709daa75be6c7e3c",
    "status.coreweave.com": "5e126e998f2f032e1f8f0f4b",
    "status.gitlab.com": "5b36dc6502d06804c08349f7",
    "status.roblox.com": "59db90dbcdeb2f04dadcf16d",
    "www.dockerstatus.com": "533c6539221ae15e3f000031",
}
"""Ids of well-known pages by host, which spares reading their HTML."""

LEVELS: Mapping[str, Level] = {
    "100": Level.OPERATIONAL,
    "200": Level.MAINTENANCE,
    "300": Level.DEGRADED,
    "400": Level.PARTIAL_OUTAGE,
    "500": Level.MAJOR_OUTAGE,
    "600": Level.DEGRADED,  # a security event: something is wrong, and it is not unavailability
}
"""By code: the words beside it were changed over the years."""

IMPACTS: Mapping[str, str] = {
    "100": "operational",
    "200": "maintenance",
    "300": "degraded",
    "400": "partial disruption",
    "500": "disruption",
    "600": "security",
}
STATES: Mapping[str, str] = {"100": "investigating", "200": "identified", "300": "monitoring", "400": "resolved"}
CLOSED = "400"
PHASES: Mapping[str, Phase] = {**dict.fromkeys(STATES, Phase.OPEN), CLOSED: Phase.CLOSED}

OBJECT_ID = r"[0-9a-f]{24}"
IN_ADDRESS = re.compile(rf"/(?:1\.0/status|pages(?:/history)?)/({OBJECT_ID})(?![0-9a-f])")
YEARS = range(2000, 2100)
"""What is said of other years is no date."""

Row = dict[str, Any]


# ------------------------------------------------------------------------------------------------------ detection


def probe(url: str) -> tuple[Get, ...]:
    """Return what to ask to recognise the page at this URL: its state, when its id is known without reading it."""
    known = _id_of(url)
    return (Get(path=API + known),) if known else ()


def detect(response: Response) -> list[Signal]:
    """Return the signs of a Status.io page: its host, links with page ids, its scripts, and the state's shape."""
    return list(_signals(response))


def _signals(response: Response) -> Iterator[Signal]:
    host = urlsplit(response.final_url or response.url).hostname or ""
    if _is_hosted(host):
        yield Signal("host", f"the host is {host}")
    head = response.body[:256].lstrip().removeprefix(b"\xef\xbb\xbf")
    if head[:1] == b"{" and b'"status_overall"' in response.body:
        yield from _shape(response)
    elif head[:1] == b"<" and response.status == 200:  # noqa: PLR2004
        if named := _ids_in(response.text):
            yield Signal("markup", f"the page links to /pages/{named[0]}")
        if re.search(rb"https?://(?:[a-z0-9-]+\.)*(?:status\.io|hostedstatus\.com)[/\"'?]", response.body):
            yield Signal("assets", "the page refers to status.io")


def _shape(response: Response) -> Iterator[Signal]:
    try:
        result = json.loads(response.text)["result"]
        overall, status = result["status_overall"], result["status"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return
    if isinstance(overall, dict) and "status_code" in overall and isinstance(status, list):
        yield Signal("shape", "the state has status_overall with a status_code")


def _id_of(url: str) -> str | None:
    """Return the page id that a page's address tells."""
    parts = urlsplit(url)
    named = IN_ADDRESS.search(parts.path)
    if named and _is_hosted(parts.hostname or ""):
        return named[1]
    return PAGES.get(parts.hostname or "")


def _is_hosted(host: str) -> bool:
    return f".{host}".endswith((".status.io", ".hostedstatus.com"))


def _ids_in(text: str) -> list[str]:
    """Return the page ids in a page's HTML, the one most often named first."""
    found = IN_ADDRESS.findall(text)
    return sorted(dict.fromkeys(found), key=found.count, reverse=True)


# ------------------------------------------------------------------------------------------------------- decoding


def _json(response: Response) -> Any:  # noqa: ANN401
    try:
        return read_json(response)
    except ValueError as error:  # a number of more digits than Python reads
        raise NotJson(f"not JSON: {error}", url=response.url) from error


def _row(value: object, where: str) -> Row:
    return value if isinstance(value, dict) else wrong(where, "an object", value)


def _rows(owner: Row, key: str) -> list[Row]:
    value = owner.get(key)
    if not isinstance(value, list):
        wrong(key, "a list", value)
    return [_row(item, f"{key}[{index}]") for index, item in enumerate(value)]


def _text(owner: Row, key: str) -> str:
    value = owner.get(key)
    if not isinstance(value, str) or not value:
        wrong(key, "text", value)
    return value.encode(errors="replace").decode()  # JSON can spell half a character, which no database takes


def _code(owner: Row, key: str) -> str:
    value = owner.get(key)
    if isinstance(value, bool) or not isinstance(value, (str, int)) or value == "":
        wrong(key, "a code", value)
    return str(value).encode(errors="replace").decode()[:20]


def _time(owner: Row, key: str) -> datetime:
    value = _text(owner, key)
    try:
        at = datetime.fromisoformat(value)
        if at.utcoffset() is not None and at.year in YEARS:
            return at.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    return wrong(key, "a time", value)


# -------------------------------------------------------------------------------------------------------- the state


@dataclass(frozen=True, slots=True)
class _Place:
    """One part at one location, with its code and since when it has it."""

    component: Component
    code: str
    since: datetime


@dataclass(frozen=True, slots=True)
class _Said:
    """The state that messages of an incident say a component was in, from one of them to the next or to its own."""

    component_id: str
    code: str
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class _State:
    """What the document says."""

    places: tuple[_Place, ...]
    incidents: tuple[Incident, ...]
    said: Mapping[str, Sequence["_Said"]]
    words: tuple[str, ...]
    remark: str | None
    updates: tuple[IncidentUpdate, ...] = ()


def _state(told: object) -> _State:
    result = _row(_row(told, "the answer").get("result"), "result")
    _code(_row(result.get("status_overall"), "result.status_overall"), "status_code")
    parts = _rows(result, "status")
    if not parts:
        raise UnexpectedShape("result.status is empty: a page without components says nothing of their state")
    places: dict[str, _Place] = {}
    for part in parts:
        for place in _places(part, len(places)):
            held = places.setdefault(place.component.id, place)
            if LEVELS.get(place.code, UNKNOWN) > LEVELS.get(held.code, UNKNOWN):
                places[place.component.id] = replace(place, component=held.component)
    planned = _row(result.get("maintenance"), "result.maintenance")
    told = [
        (incident, row)
        for rows, phase, maintenance in (
            (_rows(planned, "upcoming"), Phase.SCHEDULED, True),
            (_rows(planned, "active"), Phase.OPEN, True),
            (_rows(result, "incidents"), Phase.OPEN, False),
        )
        for row in rows
        for incident in (_incident(row, places, phase, maintenance=maintenance),)
    ]
    said = {incident.id: tuple(_said(row, incident, places)) for incident, row in told}
    codes = {each.code for every in said.values() for each in every} | {place.code for place in places.values()}
    return _State(
        places=tuple(places.values()),
        incidents=tuple({incident.id: incident for incident, _ in told}.values()),
        said=said,
        words=tuple(sorted(codes - LEVELS.keys())),
        remark=_remark(parts),
        updates=tuple(
            update
            for key, row in {incident.id: row for incident, row in told}.items()
            for update in updates_of(key, _messages(row))
        ),
    )


def _messages(row: Row) -> Iterator[IncidentUpdate]:
    """Yield what was posted. A message's state is a code, which `STATES` puts into words."""
    for update in messages(row.get("messages"), at="datetime", status="state", text="details"):
        yield replace(update, status=STATES.get(update.status, update.status))


def _places(part: Row, position: int) -> Iterator[_Place]:
    """Yield a part at each of its locations; a part without any is one place of its own."""
    key, name = _text(part, "id"), _text(part, "name")
    containers = _rows(part, "containers") if part.get("containers") is not None else []
    for at, container in enumerate(containers, start=position):
        location = _text(container, "name")
        several = len(containers) > 1
        component = Component(
            id=f"{key}.{_text(container, 'id')}",
            name=f"{name} ({location})" if several else name,
            group=name if several else None,
            region=location,
            position=at,
        )
        yield _Place(component, _code(container, "status_code"), _time(container, "updated"))
    if not containers:
        component = Component(id=key, name=name, position=position)
        yield _Place(component, _code(part, "status_code"), _time(part, "updated"))


def _remark(parts: Sequence[Row]) -> str | None:
    """Return where a part is said to be worse than all of its locations."""
    notes = []
    for part in parts:
        own = LEVELS.get(_code(part, "status_code"))
        codes = [LEVELS.get(_code(each, "status_code")) for each in part.get("containers") or ()]
        if own and codes and None not in codes and own > (worst_level(codes) or Level.OPERATIONAL):
            notes.append(f"{_text(part, 'name')} is said to be at {own.title}, and none of its locations is")
    return "; ".join(notes) or None


def _incident(row: Row, places: Mapping[str, _Place], phase: Phase, *, maintenance: bool) -> Incident:
    messages = sorted(_rows(row, "messages"), key=lambda each: _time(each, "datetime"))
    state, code = (_code(messages[-1], "state"), _code(messages[-1], "status")) if messages else ("", "")
    parts = [_text(each, "_id") for each in _rows(row, "components_affected")]
    locations = [_text(each, "_id") for each in _rows(row, "containers_affected")]
    pairs = [f"{part}.{location}" for part in parts for location in locations]
    started = _time(row, "datetime_planned_start" if maintenance else "datetime_open")
    over = phase is Phase.OPEN and state == CLOSED
    return Incident(
        id=_text(row, "_id"),
        title=_text(row, "name"),
        phase=Phase.CLOSED if over else phase,
        status="scheduled" if phase is Phase.SCHEDULED else STATES.get(state, state or "open"),
        impact="maintenance" if maintenance else IMPACTS.get(code, code or "unknown"),
        started_at=started,
        resolved_at=_over(messages, started) if over else None,
        maintenance=maintenance,
        component_ids=tuple(dict.fromkeys(key for key in (*pairs, *parts) if key in places)),
    )


def _over(messages: Iterable[Row], started: datetime) -> datetime:
    return closed_at((posted(_time(each, "datetime"), _code(each, "state"), PHASES) for each in messages), started)


def _said(row: Row, incident: Incident, places: Mapping[str, _Place]) -> Iterator[_Said]:
    """Yield what messages say of each component before its own state was last set; of what is only planned nothing."""
    if incident.phase is Phase.SCHEDULED:
        return
    messages = sorted(_rows(row, "messages"), key=lambda each: _time(each, "datetime"))
    starts = [max(_time(each, "datetime"), incident.started_at) for each in messages]
    starts[:1] = [incident.started_at][: len(starts)]
    for key in incident.component_ids:
        since = min(places[key].since, incident.resolved_at or places[key].since)
        for message, start, end in zip(messages, starts, [*starts[1:], since], strict=True):
            if start < min(end, since):
                yield _Said(key, _code(message, "status"), start, min(end, since))


# --------------------------------------------------------------------------------------------- from poll to poll


@dataclass(frozen=True, slots=True)
class _Mark:
    """What a poll hands to the next one and to a backfill, which then need not ask for the same document again.

    `states` are each component's code and since when it has it, as read at `at`; `open` what was listed as open or
    announced, `said` what its messages said.
    """

    page_id: str
    at: datetime
    states: Mapping[str, tuple[str, datetime]]
    open: Mapping[str, Incident] = field(default_factory=dict)
    said: Mapping[str, Sequence[_Said]] = field(default_factory=dict)

    def written(self) -> str:
        told = {
            "id": self.page_id,
            "at": self.at.isoformat(),
            "states": {key: [code, since.isoformat()] for key, (code, since) in self.states.items()},
            "open": {key: _written(incident) for key, incident in self.open.items()},
            "said": {
                key: [[each.component_id, each.code, each.start.isoformat(), each.end.isoformat()] for each in said]
                for key, said in self.said.items()
            },
        }
        return json.dumps(told, ensure_ascii=False)


def _mark(text: str | None) -> _Mark | None:
    """Return the mark of an earlier poll; None when there is none or another version wrote it."""
    try:
        told = json.loads(text or "")
        if not re.fullmatch(OBJECT_ID, told["id"]):
            return None
        return _Mark(
            told["id"],
            _instant(told["at"]),
            {key: (str(code), _instant(since)) for key, (code, since) in told["states"].items()},
            {key: _remembered(key, fields) for key, fields in told["open"].items()},
            {
                key: tuple(
                    _Said(str(part), str(code), _instant(start), _instant(end)) for part, code, start, end in said
                )
                for key, said in told.get("said", {}).items()
            },
        )
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
        return None


def _instant(text: str) -> datetime:
    return utc(datetime.fromisoformat(text))


def _written(incident: Incident) -> list[Any]:
    return [
        incident.title,
        incident.impact,
        incident.started_at.isoformat(),
        incident.maintenance,
        list(incident.component_ids),
    ]


def _remembered(key: str, fields: Sequence[Any]) -> Incident:
    title, impact, started, maintenance, component_ids = fields
    return Incident(
        id=key,
        title=str(title),
        phase=Phase.OPEN,
        status="open",
        impact=str(impact),
        started_at=_instant(started),
        maintenance=bool(maintenance),
        component_ids=tuple(map(str, component_ids)),
    )


def _ended(page: PageContext, state: _State, before: _Mark | None) -> tuple[tuple[Incident, ...], tuple[str, ...]]:
    """Return the incidents that have left the list, as ended now, and the ids of what never took place."""
    listed = {incident.id for incident in state.incidents}
    held = before.open if before else {}
    over, withdrawn = [], []
    for key in sorted(page.open_incidents - listed):
        told = held.get(key)
        if told is None or told.started_at > page.now:
            withdrawn.append(key)
        else:
            over.append(_closed(told, page.now))
    return tuple(over), tuple(withdrawn)


def _closed(told: Incident, now: datetime) -> Incident:
    return Incident(
        id=told.id,
        title=told.title,
        phase=Phase.CLOSED,
        status="completed" if told.maintenance else "resolved",
        impact=told.impact,
        started_at=told.started_at,
        resolved_at=max(now, told.started_at),
        maintenance=told.maintenance,
        component_ids=told.component_ids,
    )


def _of_messages(said: Mapping[str, Sequence[_Said]], now: datetime) -> Iterator[Impact]:
    """Yield the trouble that messages of incidents tell of; a code we do not know leaves its time unknown."""
    for key, each in ((key, each) for key, told in said.items() for each in told):
        level = LEVELS.get(each.code)
        end = min(each.end, now)
        if level is not Level.OPERATIONAL and each.start < end:
            yield Impact(
                component_id=each.component_id,
                level=level,
                start=each.start,
                end=end,
                basis=Basis.TRANSITION,
                source=SOURCE,
                incident_id=key,
                word=each.code,
            )


def _told_coverage(said: Mapping[str, Sequence[_Said]], since: datetime, at: datetime) -> Iterator[Coverage]:
    """Yield the spans that messages speak for."""
    for each in (each for told in said.values() for each in told):
        span = Interval.between(max(each.start, since), min(each.end, at))
        if each.code in LEVELS and span is not None:
            yield Coverage(span=span, aspect=Aspect.IMPACTS, component_id=each.component_id)


def _impacts(states: Mapping[str, tuple[str, datetime]], at: datetime) -> tuple[Impact, ...]:
    """Return the trouble that components were in from when it began until it was read; polls tell how it goes on."""
    impacts = []
    for key, (code, since) in states.items():
        level = LEVELS.get(code)
        if level and since < at:
            impacts.append(
                Impact(
                    component_id=key,
                    level=level,
                    start=since,
                    end=at,
                    basis=Basis.TRANSITION,
                    source=SOURCE,
                    word=code,
                )
            )
    return tuple(impacts)


def _coverage(states: Mapping[str, tuple[str, datetime]], since: datetime, at: datetime) -> tuple[Coverage, ...]:
    """Return the spans since each component's last change: inferred from there having been none."""
    covered = []
    for key, (code, changed) in states.items():
        span = Interval.between(max(changed, since), at)
        if code in LEVELS and span is not None:
            covered.append(Coverage(span=span, aspect=Aspect.IMPACTS, component_id=key))
    return tuple(covered)


# -------------------------------------------------------------------------------------------------- poll and backfill


def poll(page: PageContext) -> Steps:
    """Yield the present state in one request; two when the page's id must first be read from its HTML.

    Raises the errors of an answer that cannot be read.
    """
    evidence = yield from _read(page, _mark(page.mark))
    if evidence is not None:
        yield evidence


def _read(page: PageContext, before: _Mark | None) -> Generator[Step, Any, Evidence | None]:
    """Return what the page says now; None when it is what the last poll read."""
    page_id = yield from _page_id(page, before)
    response = yield from get(API + page_id, conditional=before is not None)
    if response.unchanged:
        return None
    with reading_of(response.url):
        state = _state(_json(response))
    return _evidence(page, state, page_id, before)


def _evidence(page: PageContext, state: _State, page_id: str, before: _Mark | None) -> Evidence:
    states = {place.component.id: (place.code, place.since) for place in state.places}
    news = {key: told for key, told in states.items() if before is None or before.states.get(key) != told}
    over, withdrawn = _ended(page, state, before)
    unfinished = {each.id: each for each in state.incidents if each.phase is not Phase.CLOSED}
    ended = {incident.id: before.said.get(incident.id, ()) for incident in over} if before else {}
    return Evidence(
        source=SOURCE,
        read_at=page.now,
        page=PageInfo(external_id=page_id, remark=state.remark),
        components=tuple(place.component for place in state.places),
        observed=tuple(
            Observation(component_id=place.component.id, level=LEVELS.get(place.code), word=place.code)
            for place in state.places
        ),
        incidents=(*state.incidents, *over),
        updates=state.updates,
        impacts=(*_impacts(news, page.now), *_of_messages({**state.said, **ended}, page.now)),
        withdrawn=withdrawn,
        unknown_words=state.words,
        mark=_Mark(page_id, page.now, states, unfinished, state.said).written(),
    )


def _page_id(page: PageContext, before: _Mark | None) -> Generator[Step, Any, str]:
    """Return the page's id: from its address, from the last poll, else from its HTML."""
    known = _id_of(page.url) or (before and before.page_id)
    if known:
        return known
    response = require_ok((yield from get("", accept="text/html")))
    with reading_of(response.url):
        found = _ids_in(response.text)
        if not found:
            raise UnexpectedShape("the page's HTML names no page id")
        return found[0]


def backfill(page: PageContext, since: datetime) -> Steps:
    """Yield since when each component has been in its present state, and what the messages of what is open say of the
    time before; the page publishes no other history.

    What the last poll read is enough: the host wants to be asked for a page once a minute at most. Without one the
    state is read first.
    """
    read = _mark(page.mark)
    if read is None:
        evidence = yield from _read(page, None)
        if evidence is None:
            return
        yield evidence
        read = _mark(evidence.mark)
    if read is not None:
        at = min(read.at, page.now)
        yield Evidence(
            source=SOURCE,
            read_at=page.now,
            impacts=(*_impacts(read.states, at), *_of_messages(read.said, at)),
            coverage=(*_coverage(read.states, since, at), *_told_coverage(read.said, since, at)),
        )
