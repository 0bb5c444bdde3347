"""incident.io status pages: the page's own data calls, the data inside its HTML, and its Statuspage
imitation. Pure.

Best source first: `/proxy/<host>` (state, complete) and `/proxy/<host>/component_impacts`
(history); the same two answers inside the root page's HTML; `/api/v2/...`, which imitates
Statuspage and cuts its component list at 25; the feeds, which name incidents only. The page
publishes no time zone and no bars.

A component that the state does not list as affected is operational: that is how the page itself
reads it, and why an answer without that list is an error and never green. The format is described
at
https://docs.incident.io/status-pages/widget-api and otherwise as observed.
"""

import json
import re
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from html import unescape
from typing import Any
from urllib.parse import urlencode, urlsplit
from xml.etree import ElementTree as ET

from monitor.errors import (
    BadStatus,
    EmptyBody,
    FetchError,
    Moved,
    NotJson,
    PageError,
    PageUnavailable,
    Truncated,
    UnexpectedShape,
)
from monitor.intervals import ONE_DAY, Interval, day_interval, day_of, zone_named
from monitor.kit.messages import updates_of
from monitor.kit.protocol import About, PageContext, Response, Signal, Step, Steps, get, get_all
from monitor.kit.responses import locate_errors, read_json, require_ok, sanitize, shape_error
from monitor.kit.states import UNKNOWN
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
    PostedState,
    ReportedUptime,
)

ABOUT = About(
    title="incident.io",
    verified=date(2026, 9, 29),
    live="/proxy/<host>, 1 request",
    reach_days=None,
    reach="As far back as the page has existed: every component's impacts.",
    granularity="component",
    precision="seconds",
    caveat=(
        "Components an incident names without a state of their own count by its impact; the"
        " Statuspage imitation of a page shows 25 components at most."
    ),
)

SUMMARY = "incidentio.summary"
IMPACTS = "incidentio.impacts"
COMPAT = "incidentio.compat"
FEED = "incidentio.feed"

LEVELS: Mapping[str, Level] = {
    "operational": Level.OPERATIONAL,
    "under_maintenance": Level.MAINTENANCE,
    "degraded_performance": Level.DEGRADED,
    "partial_outage": Level.PARTIAL_OUTAGE,
    "full_outage": Level.MAJOR_OUTAGE,
    "major_outage": Level.MAJOR_OUTAGE,  # the imitated Statuspage addresses use this word
}
WORDS = {level: word for word, level in LEVELS.items() if word != "major_outage"}

PHASES: Mapping[str, Phase] = {
    "investigating": Phase.OPEN,
    "identified": Phase.OPEN,
    "monitoring": Phase.OPEN,
    "resolved": Phase.CLOSED,
    "postmortem": Phase.CLOSED,
    "maintenance_scheduled": Phase.SCHEDULED,
    "maintenance_in_progress": Phase.OPEN,
    "maintenance_complete": Phase.CLOSED,
    "scheduled": Phase.SCHEDULED,
    "in_progress": Phase.OPEN,
    "verifying": Phase.OPEN,
    "completed": Phase.CLOSED,
    "resolvido": Phase.CLOSED,  # feed labels are localised; this one was seen
}

PAGE_DAYS = 91
"""Days of history the page itself asks for, today included; asking for the same makes use of the
vendor's cache."""

LIVE_DAYS = 3
"""Days of impacts read with a poll while an incident is open."""

SHORT_LIST = 25
"""The imitated Statuspage summary never lists more components than this, a different choice at
every reading."""

UPTIME_DAYS = 90
"""Window of the uptime the page prints, as labelled; the window that fits the numbers is some days
longer."""

LEAST = timedelta(seconds=1)
"""What a stale impact of unknown end counts for; see `_end`."""

ULID = r"01[0-9A-HJKMNP-TV-Z]{24}"

Row = dict[str, Any]
Reading = Generator[Step, Any, Any]

_FALL_BACK = (BadStatus, EmptyBody, NotJson, Truncated, Moved, UnexpectedShape)
"""After these the next source is worth asking. A block, a timeout or a request to wait is not
worked around."""


# detection


def detect(response: Response) -> list[Signal]:
    """Return the signs that a response comes from an incident.io page; `host` only ever beside
    another sign.

    That `/api/v2/summary.json` answers is no sign: many platforms imitate it.
    """
    signals = []
    if "incident-io-team" in response.headers.get("content-security-policy", ""):
        signals.append(Signal("header", "the content security policy names incident-io-team"))
    head = response.body[:512].lstrip().removeprefix(b"\xef\xbb\xbf")
    if head[:1] == b"{":
        signals += _json_signals(response)
    elif head[:1] == b"<":
        signals += _text_signals(response.text)
    if signals and response.headers.get("server", "").lower() == "vercel":
        signals.append(Signal("host", "served by Vercel"))
    return signals


def _json_signals(response: Response) -> list[Signal]:
    try:
        told = json.loads(response.text)
    except ValueError:
        return []
    summary, page = told.get("summary"), told.get("page")
    if isinstance(summary, dict) and isinstance(summary.get("structure"), dict):
        shape = "a summary with structure" if "display_uptime_mode" in summary else ""
        owner = summary
    elif isinstance(page, dict) and isinstance(told.get("components", told.get("incidents")), list):
        imitates = "time_zone" not in page and str(page.get("url", "")).endswith("/")
        shape = (
            "a Statuspage imitation: no time zone, address with a trailing slash"
            if imitates
            else ""
        )
        owner = page
    else:
        return []
    signals = [Signal("shape", shape)] if shape else []
    if re.fullmatch(ULID, str(owner.get("id", ""))):
        signals.append(Signal("ids", f"page id {owner['id']} is a ULID"))
    return signals


def _text_signals(text: str) -> list[Signal]:
    signals = []
    if re.search(r"<generator[^>]*>\s*incident\.io\s*</generator>", text[:4096]):
        signals.append(Signal("feed", "the feed's generator is incident.io"))
        if re.search(rf"/incidents/{ULID}", text):
            signals.append(Signal("ids", "incident ids are ULIDs"))
    if "self.__next_f" in text:
        for mark in ("incident-io-status-page-logos", "https://incident.io?utm_source="):
            if mark in text:
                signals.append(Signal("markup", f"the page contains {mark}"))
                break
        if match := re.search(rf'status_page_id\\*":\\*"({ULID})', text):
            signals.append(Signal("ids", f"page id {match[1]} is a ULID"))
    return signals


# decoding, with the place


def _row(value: object, where: str) -> Row:
    return value if isinstance(value, dict) else shape_error(where, "an object", value)


def _rows(owner: Row, key: str, where: str, *, optional: bool = False) -> list[Row]:
    value = owner.get(key)
    if value is None and optional:
        return []
    if not isinstance(value, list):
        shape_error(f"{where}.{key}", "a list", value)
    return [_row(item, f"{where}.{key}[{index}]") for index, item in enumerate(value)]


def _text(owner: Row, key: str, where: str) -> str:
    value = owner.get(key)
    return (
        value if isinstance(value, str) and value else shape_error(f"{where}.{key}", "text", value)
    )


def _text_or_none(owner: Row, key: str, where: str) -> str | None:
    value = owner.get(key)
    return (
        value
        if value is None or isinstance(value, str)
        else shape_error(f"{where}.{key}", "text", value)
    )


def _time(owner: Row, key: str, where: str) -> datetime:
    return _time_or_none(owner, key, where) or shape_error(f"{where}.{key}", "a time", None)


def _time_or_none(owner: Row, key: str, where: str) -> datetime | None:
    value = owner.get(key)
    if value is None or value == "":
        return None
    try:
        return (
            datetime.fromisoformat(value).astimezone(UTC)
            if _zoned(value)
            else shape_error(where, "a zone", value)
        )
    except (TypeError, ValueError):
        shape_error(f"{where}.{key}", "a time", value)


def _zoned(value: str) -> bool:
    return datetime.fromisoformat(value).utcoffset() is not None


# reading the sources


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """One reading of the page. `history` and `until` are known only when it came from the root
    page's HTML; `incidents` are the incident objects found beside the summary's own.
    """

    url: str
    summary: Row
    history: Row | None = None
    until: datetime | None = None
    incidents: Sequence[Row] = ()


def _read_page(page: PageContext, *, conditional: bool) -> Reading:
    """Return the page as `_Seen`, from its data call or else from its HTML; None = unchanged since
    the last poll.

    A page below its host's root has no data call we know of, only HTML.
    """
    first: PageError
    if not _has_calls(page):
        return (yield from _read_root())
    try:
        return (yield from _read_proxy(page, conditional=conditional))
    except (*_FALL_BACK, PageUnavailable) as error:
        first = error
    try:
        return (yield from _read_root())
    except _FALL_BACK as error:
        raise _telling(first, error) from error


def _telling(*errors: PageError) -> PageError:
    """Return the error that says most: what an answer lacked rather than that an address has no
    answer.
    """
    return next((error for error in errors if not isinstance(error, BadStatus)), errors[0])


def _has_calls(page: PageContext) -> bool:
    """Whether the page has data calls we know of. Those of a sub-page's host would tell of its
    parent.
    """
    return not urlsplit(page.url).path.strip("/")


def _proxy(page: PageContext) -> str:
    return f"/proxy/{urlsplit(page.url).netloc}"


def _read_proxy(page: PageContext, *, conditional: bool) -> Reading:
    response = yield from get(_proxy(page), conditional=conditional)
    if response.unchanged:
        return None
    with locate_errors(response.url):
        told = _row(_drop_empty(read_json(response)), "the answer")
        summary = _row(told.get("summary"), "summary")
        _check(summary, _rows(told, "subpages", "the answer", optional=True))
        return _Seen(url=response.url, summary=summary)


def _read_root() -> Reading:
    response = require_ok((yield from get("", accept="text/html")))
    with locate_errors(response.url):
        flight = _flight(response.text)
        summaries = [found for found in _objects(flight, "summary") if "structure" in found]
        if not summaries:
            raise UnexpectedShape("the page's HTML carries no summary")
        summary = next((found for found in summaries if _is_whole(found)), summaries[0])
        _check(summary, next(_lists(flight, "initialSubpages"), []))
        clock = next((found for found in _objects(flight, "initialNow") if "isoDate" in found), {})
        return _Seen(
            url=response.url,
            summary=summary,
            history=next(
                (found for found in _objects(flight, "data") if "component_impacts" in found), None
            ),
            until=_time_or_none(clock, "isoDate", "initialNow"),
            incidents=[
                row for rows in _lists(flight, "incidents") for row in rows if _is_incident(row)
            ],
        )


def _read_impacts(page: PageContext, first: date, last: date) -> Reading:
    """Return the impacts that touch the UTC days from first to last, with the incidents they belong
    to.
    """
    query = urlencode({"start_at": f"{first}T00:00:00.000Z", "end_at": f"{last}T23:59:59.999Z"})
    response = yield from get(f"{_proxy(page)}/component_impacts?{query}")
    with locate_errors(response.url):
        history = _row(_drop_empty(read_json(response)), "the answer")
        _rows(history, "component_impacts", "the answer")
        return history


def _read_incidents(page: PageContext) -> Reading:
    """Return the incident objects the page lists, or none when it does not serve the list."""
    try:
        response = yield from get(f"{_proxy(page)}/incidents")
        with locate_errors(response.url):
            return _rows(
                _row(_drop_empty(read_json(response)), "the answer"), "incidents", "the answer"
            )
    except _FALL_BACK:
        return []


def _check(summary: Row, subpages: Sequence[Any]) -> None:
    """Raise PageUnavailable for a parent page and UnexpectedShape for a page that names no
    components.
    """
    structure = _row(summary.get("structure"), "summary.structure")
    if summary.get("page_type") == "parent" or structure.get("id") == "fake":
        raise _parent(summary, subpages)
    if not _listed(summary):
        raise UnexpectedShape(
            "summary.components is empty: a page without components says nothing of their state"
        )


def _parent(summary: Row, subpages: Sequence[Any]) -> PageUnavailable:
    items = _rows(summary["structure"], "items", "summary.structure", optional=True)
    rows = [*subpages, *(item.get("sub_page") for item in items)]
    pages = [
        f"{row.get('name', '?')} {row.get('public_url', '')}".strip()
        for row in rows
        if isinstance(row, dict)
    ]
    named = f": {', '.join(pages)}" if pages else ""
    return PageUnavailable(
        f"this is a parent page; only its sub-pages have components{named}",
        remedy="configure each sub-page as a vendor of its own",
    )


def _is_whole(summary: Row) -> bool:
    return all(
        isinstance(summary.get(key), list)
        for key in ("components", "affected_components", "ongoing_incidents")
    )


def _is_incident(row: object) -> bool:
    return isinstance(row, dict) and {"id", "name", "status", "published_at"} <= row.keys()


def _flight(text: str) -> str:
    """Return the page's data: the strings its scripts push, joined. Raises Truncated when one
    breaks off.
    """
    decoder = json.JSONDecoder()
    parts = []
    for match in re.finditer(r"self\.__next_f\.push\(\[1,\s*(?=\")", text):
        try:
            parts.append(decoder.raw_decode(text, match.end())[0])
        except json.JSONDecodeError as error:
            raise Truncated(f"the page's data breaks off at character {error.pos}") from error
    return "".join(parts)


def _objects(flight: str, key: str) -> Iterator[Row]:
    """Yield every object that is the value of the key; references to an object elsewhere are passed
    over.
    """
    return _values(flight, key, "{")


def _lists(flight: str, key: str) -> Iterator[list[Any]]:
    """Yield every list that is the value of the key."""
    return _values(flight, key, "[")


def _values(flight: str, key: str, opening: str) -> Iterator[Any]:
    decoder = json.JSONDecoder()
    for match in re.finditer(rf'"{key}":(?=\{opening})', flight):
        try:
            value = sanitize(decoder.raw_decode(flight, match.end())[0])
        except json.JSONDecodeError:
            continue
        yield _drop_empty(value)


def _drop_empty(value: Any) -> Any:  # noqa: ANN401
    """Return the value without null and `$undefined` members, and with marked dates and dollars as
    plain text.

    A reference (`"$5:1:props:summary"`) stays text, so that where an object or a list is due it is
    an error, not empty.
    """
    if isinstance(value, dict):
        return {
            key: _drop_empty(item)
            for key, item in value.items()
            if item is not None and item != "$undefined"
        }
    if isinstance(value, list):
        return [_drop_empty(item) for item in value]
    if isinstance(value, str) and value.startswith(("$D", "$$")):
        return value[2:] if value[1] == "D" else value[1:]
    return value


# components and their state


@dataclass(slots=True)
class _Notes:
    """What a reading came across that we do not understand."""

    words: set[str] = field(default_factory=set)
    remarks: list[str] = field(default_factory=list)

    def level(self, word: str) -> Level | None:
        level = LEVELS.get(word)
        if level is None:
            self.words.add(word)
        return level

    def phase(self, word: str) -> Phase:
        """Return the phase; an incident with a word we do not know stays open until we do."""
        if word not in PHASES:
            self.words.add(word)
        return PHASES.get(word, Phase.OPEN)


def _listed(summary: Row) -> dict[str, tuple[Row, str | None]]:
    """Return the visible components by id, in the page's order, each with its group's name."""
    listed: dict[str, tuple[Row, str | None]] = {}
    hidden = set()
    structure = _row(summary.get("structure"), "summary.structure")
    for item in _rows(structure, "items", "summary.structure", optional=True):
        group = _row(item.get("group", {}), "summary.structure.group")
        rows = (
            _rows(group, "components", "summary.structure.group")
            if group
            else [item.get("component", {})]
        )
        for row in (_row(one, "summary.structure.component") for one in rows if one != {}):
            key = _text(row, "component_id", "summary.structure.component")
            if row.get("hidden") is True or group.get("hidden") is True:
                hidden.add(key)
            else:
                listed[key] = (row, _text_or_none(group, "name", "summary.structure.group"))
    for row in _rows(summary, "components", "summary"):
        key = _text(row, "id", "summary.components")
        if key not in listed and key not in hidden:
            listed[key] = (row, None)
    return listed


def _components(summary: Row, zone: str | None) -> tuple[Component, ...]:
    where = "summary.structure.component"
    days = zone_named(zone) if zone else UTC
    components = []
    for position, (key, (row, group)) in enumerate(_listed(summary).items()):
        since = _time_or_none(row, "data_available_since", where)
        components.append(
            Component(
                id=key,
                name=_text(row, "name", where),
                group=group,
                position=position,
                start_date=day_of(since, days) if since else None,
            )
        )
    return tuple(components)


def _observed(summary: Row, notes: _Notes) -> tuple[Observation, ...]:
    """Return every component's state. Whatever is not listed as affected is operational."""
    words: dict[str, str] = {}
    for row in _rows(summary, "affected_components", "summary"):
        key = _text(row, "component_id", "summary.affected_components")
        current = _text_or_none(row, "current_status", "summary.affected_components")
        word = current or _text(row, "status", "summary.affected_components")
        words[key] = _worse(words.get(key), word)
    listed = _listed(summary)
    strangers = sorted(words.keys() - listed.keys())
    if strangers:
        notes.remarks.append(f"affected and not shown on the page: {', '.join(strangers)}")
    return tuple(_observation(key, words.get(key, "operational"), notes) for key in listed)


def _observation(key: str, word: str, notes: _Notes) -> Observation:
    return Observation(component_id=key, level=notes.level(word), word=word)


def _worse(one: str | None, other: str) -> str:
    """Return the worse of two status words for one component; a word nobody knows counts unless one
    is bad.
    """
    return other if one is None else max(one, other, key=lambda word: LEVELS.get(word, UNKNOWN))


def _page_info(summary: Row, notes: _Notes) -> PageInfo:
    return PageInfo(
        external_id=_text_or_none(summary, "id", "summary"),
        name=_text_or_none(summary, "name", "summary"),
        remark="; ".join(notes.remarks) or None,
    )


# incidents and impacts


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """What is said of one incident, in a link or in an incident object. `closed_at` is known only
    from an object.

    `is_whole`: the object lists its impacts, all of them; a link lists none, whatever there are.
    """

    id: str
    title: str
    status: str
    published_at: datetime
    maintenance: bool
    closed_at: datetime | None = None
    component_ids: tuple[str, ...] = ()
    impacts: tuple[Row, ...] = ()
    updates: tuple[IncidentUpdate, ...] = ()
    is_whole: bool = False

    @property
    def is_closed(self) -> bool:
        return PHASES.get(self.status) is Phase.CLOSED


def _told(row: Row, where: str) -> _Told:
    status = _text(row, "status", where)
    closes = [
        _time(update, "published_at", f"{where}.updates")
        for update in _rows(row, "updates", where, optional=True)
        if PHASES.get(_text_or_none(update, "to_status", f"{where}.updates") or "") is Phase.CLOSED
    ]
    affected = _rows(row, "affected_components", where, optional=True)
    return _Told(
        id=_text(row, "id", where),
        title=_text(row, "name", where),
        status=status,
        published_at=_time(row, "published_at", where),
        maintenance=row.get("type") == "maintenance" or status.startswith("maintenance_"),
        closed_at=max(closes, default=None),
        component_ids=tuple(
            _text(one, "component_id", f"{where}.affected_components") for one in affected
        ),
        impacts=tuple(_rows(row, "component_impacts", where, optional=True)),
        updates=tuple(updates_of(_text(row, "id", where), _messages(row, where))),
        is_whole="component_impacts" in row,
    )


def _messages(row: Row, where: str) -> Iterator[IncidentUpdate]:
    """Yield the incident's updates; a link and the imitation of Statuspage have none."""
    for update in _rows(row, "updates", where, optional=True):
        at = _time_or_none(update, "published_at", f"{where}.updates")
        if at is not None:
            status = _text_or_none(update, "to_status", f"{where}.updates") or ""
            yield IncidentUpdate(
                incident_id=_text(row, "id", where),
                key=str(update.get("id") or f"{at.isoformat()} {status}"),
                at=at,
                status=status,
                text=str(update.get("message_string") or ""),
                states=tuple(_posted(update, f"{where}.updates")),
            )


def _posted(update: Row, where: str) -> Iterator[PostedState]:
    for row in _rows(update, "component_statuses", where, optional=True):
        code, word = row.get("component_id"), row.get("status")
        if isinstance(code, str) and isinstance(word, str):
            yield PostedState(component_id=code, level=LEVELS.get(word), word=word)


def _updates(told: Mapping[str, _Told]) -> tuple[IncidentUpdate, ...]:
    return tuple(update for one in told.values() for update in one.updates)


def _ongoing(seen: _Seen) -> dict[str, _Told]:
    """Return the incidents the page lists as going on or scheduled."""
    told = [
        _told(row, "summary.ongoing_incidents")
        for row in _rows(seen.summary, "ongoing_incidents", "summary")
    ]
    key = "scheduled_maintenances"
    told += [
        _told(row, f"summary.{key}") for row in _rows(seen.summary, key, "summary", optional=True)
    ]
    return {one.id: one for one in told}


def _all_told(seen: _Seen, history: Row, more: Iterable[Row] = ()) -> dict[str, _Told]:
    """Return every incident named anywhere; an object, which says more, replaces a link."""
    links = [
        _told(row, "incident_links")
        for row in _rows(history, "incident_links", "the answer", optional=True)
    ]
    objects = [_told(row, "incidents") for row in (*more, *seen.incidents)]
    return {one.id: one for one in (*links, *objects)} | _ongoing(seen)


def _impacts(
    rows: Iterable[Row], told: Mapping[str, _Told], now: datetime, notes: _Notes
) -> tuple[Impact, ...]:
    """Return the impacts that have begun and last; one row given twice counts once, overlaps are
    kept.
    """
    impacts: dict[str, Impact] = {}
    for row in rows:
        impact = _impact(row, told, now, notes)
        if impact is not None:
            impacts[_text(row, "id", "component_impacts")] = impact
    return tuple(impacts.values())


def _impact(row: Row, told: Mapping[str, _Told], now: datetime, notes: _Notes) -> Impact | None:
    where = "component_impacts"
    word = _text(row, "status", where)
    incident_id = _text_or_none(row, "status_page_incident_id", where)
    incident = told.get(incident_id or "")
    start, end = _time(row, "start_at", where), _time_or_none(row, "end_at", where)
    if end is None and incident is not None and PHASES.get(incident.status) is Phase.OPEN:
        start = min(start, now)  # what goes on has begun, though the page's clock is ahead of ours
    end = _end(start, end, incident, now)
    level = notes.level(word)
    if level is Level.OPERATIONAL or start > now or (end is not None and end <= start):
        return None
    return Impact(
        component_id=_text(row, "component_id", where),
        level=level,
        start=start,
        end=end,
        basis=Basis.INFERRED if level is None else Basis.DECLARED,
        source=IMPACTS,
        # An inferred impact gives way to declared ones of its incident; this one must not, or it
        # would read as green.
        incident_id=None if level is None else incident_id,
        word=word if level is None else None,
    )


def _end(
    start: datetime, end: datetime | None, incident: _Told | None, now: datetime
) -> datetime | None:
    """Return when an impact ended; None = it goes on.

    An end in the future is a plan, so the impact goes on; that of an incident that is over is left
    as it is told, and the store ends it when that was first read. An open impact of an incident
    that is over is stale: the page forgot to close it, in one observed case for years. It ended no
    later than the incident was closed; where that moment is not published all that is certain is
    that it held when it began, and it counts for `LEAST`. The time after that stands on what else
    is known, such as our own polls.
    """
    over = incident is not None and incident.is_closed
    if end is not None:
        return end if end <= now or over else None
    if incident is None or not over:
        return None
    if incident.closed_at is not None and incident.closed_at > start:
        return incident.closed_at
    return start + LEAST


def _incident(told: _Told, impacts: Sequence[Impact], page: PageContext, notes: _Notes) -> Incident:
    starts = [impact.start for impact in impacts]
    if told.maintenance:
        starts += [_time(row, "start_at", "component_impacts") for row in told.impacts]
    if not (told.maintenance and starts):
        starts.append(told.published_at)
    phase = notes.phase(told.status)
    ends = [impact.end for impact in impacts if impact.end is not None]
    worst = max((impact.level for impact in impacts if impact.level is not None), default=None)
    return Incident(
        id=told.id,
        title=told.title,
        phase=phase,
        status=told.status,
        impact="maintenance" if told.maintenance else WORDS[worst] if worst else "none",
        started_at=min(starts),
        resolved_at=(
            (told.closed_at or max(ends, default=min(starts))) if phase is Phase.CLOSED else None
        ),
        url=page.absolute(f"incidents/{told.id}"),
        maintenance=told.maintenance,
        component_ids=tuple(
            dict.fromkeys([*told.component_ids, *(impact.component_id for impact in impacts)])
        ),
    )


def _incidents(
    told: Mapping[str, _Told], impacts: Iterable[Impact], page: PageContext, notes: _Notes
) -> tuple[Incident, ...]:
    of: dict[str | None, list[Impact]] = {}
    for impact in impacts:
        of.setdefault(impact.incident_id, []).append(impact)
    return tuple(_incident(one, of.get(one.id, []), page, notes) for one in told.values())


def _uptimes(history: Row, notes: _Notes) -> tuple[ReportedUptime, ...]:
    """Return the uptime the page prints for each component. Rows without a component are groups."""
    reported = []
    for row in _rows(history, "component_uptimes", "the answer", optional=True):
        key, printed = _text_or_none(row, "component_id", "component_uptimes"), row.get("uptime")
        if not key or not printed:
            continue
        ratio = _ratio(str(printed))
        if ratio is None:
            notes.words.add(str(printed)[:40])
        else:
            reported.append(ReportedUptime(component_id=key, window_days=UPTIME_DAYS, ratio=ratio))
    return tuple(reported)


def _ratio(percent: str) -> float | None:
    try:
        ratio = Decimal(percent) / 100
        return float(ratio) if 0 <= ratio <= 1 else None
    except InvalidOperation:
        return None


# poll


def poll(page: PageContext) -> Steps:
    """Yield the current state of every component and, while something is going on, the last days'
    impacts.

    Raises PageUnavailable for a parent page, Truncated when only the short list of 25 components
    can be read, and the most telling of the errors met when no source can be read.
    """
    with locate_errors(page.url):
        try:
            seen = yield from _read_page(page, conditional=True)
        except _FALL_BACK as error:
            yield from _poll_compat(page, error)
            return
        if seen is None:
            return
        with locate_errors(seen.url):
            yield _live(seen, page)
        yield from _follow(seen, page)


def _live(seen: _Seen, page: PageContext) -> Evidence:
    notes = _Notes()
    told = _ongoing(seen)
    impacts = _impacts((row for one in told.values() for row in one.impacts), told, page.now, notes)
    observed = _observed(seen.summary, notes)
    return Evidence(
        source=SUMMARY,
        read_at=page.now,
        page=_page_info(seen.summary, notes),
        components=_components(seen.summary, page.zone),
        observed=observed,
        incidents=_incidents(told, impacts, page, notes),
        updates=_updates(told),
        impacts=impacts,
        unknown_words=tuple(sorted(notes.words)),
        outline=not all(one.is_whole for one in told.values()),
    )


def _follow(seen: _Seen, page: PageContext) -> Steps:
    """Yield the last days' impacts while an incident is open, and the end of incidents that have
    left the list.

    An incident we hold as open and that is named nowhere any more was withdrawn by the vendor.
    """
    ongoing = _ongoing(seen)
    vanished = page.open_incidents - ongoing.keys()
    if not vanished and all(PHASES.get(one.status) is Phase.SCHEDULED for one in ongoing.values()):
        return
    try:
        history, span = yield from _recent(seen, page, PAGE_DAYS if vanished else LIVE_DAYS)
    except _FALL_BACK:
        if vanished:
            raise
        # The summary carries the impacts of what is going on; only what came and went is missed
        # until backfill.
        return
    told = _all_told(seen, history)
    more = (yield from _read_incidents(page)) if vanished - told.keys() and _has_calls(page) else []
    listed = {one.id: one for one in (_told(row, "incidents") for row in more)}
    told |= {key: listed[key] for key in vanished & listed.keys()}
    evidence = _history(seen, history, told, span, page)
    yield replace(evidence, reported=(), withdrawn=tuple(sorted(vanished - told.keys())))


def _recent(seen: _Seen, page: PageContext, days: int) -> Reading:
    """Return the history of the last days and its span, from the data call or else from the
    HTML.
    """
    today = day_of(page.now, UTC)
    if seen.history is not None:
        return seen.history, _root_span(seen, page)
    if not _has_calls(page):
        raise UnexpectedShape("the page's HTML carries no history", url=seen.url)
    try:
        history = yield from _read_impacts(page, today - (days - 1) * ONE_DAY, today)
    except _FALL_BACK as error:
        if days < PAGE_DAYS:
            raise
        root = yield from _root_or(error)
        return root.history, _root_span(root, page)
    return history, Interval(day_interval(today - (days - 1) * ONE_DAY, UTC).start, page.now)


def _root_or(first: PageError) -> Reading:
    """Return the root page with its history. Raises the more telling of both errors when it has
    none.
    """
    try:
        root = yield from _read_root()
    except _FALL_BACK as error:
        raise _telling(first, error) from error
    if root.history is None:
        raise first
    return root


def _root_span(seen: _Seen, page: PageContext) -> Interval:
    """Return the span the root page's history speaks for: its 91 days, until it was rendered."""
    until = min(seen.until or page.now, page.now)
    return Interval(day_interval(day_of(until, UTC) - (PAGE_DAYS - 1) * ONE_DAY, UTC).start, until)


def _coverage(seen: _Seen, span: Interval) -> tuple[Coverage, ...]:
    """Return the span without the time before the page had any data."""
    since = _time_or_none(seen.summary, "data_available_since", "summary")
    covered = Interval.between(max(span.start, since) if since else span.start, span.end)
    return (Coverage(span=covered, aspect=Aspect.IMPACTS, complete=True),) if covered else ()


def _history(
    seen: _Seen, history: Row, told: Mapping[str, _Told], span: Interval, page: PageContext
) -> Evidence:
    """Return what a window tells: all the impacts that touch it, and of its incidents no more than
    that.

    So an incident's impacts outside the window stay, and inside it those no longer told are gone.
    """
    with locate_errors(seen.url):
        notes = _Notes()
        rows = [row for one in told.values() for row in one.impacts]
        rows += _rows(history, "component_impacts", "the answer")
        impacts = _impacts(rows, told, page.now, notes)
        return Evidence(
            source=IMPACTS,
            read_at=page.now,
            incidents=_incidents(told, impacts, page, notes),
            updates=_updates(told),
            impacts=impacts,
            coverage=_coverage(seen, span),
            reported=_uptimes(history, notes),
            unknown_words=tuple(sorted(notes.words)),
            outline=True,
        )


# --------------------------------------------------------------------------------------------- the
# Statuspage imitation


def _poll_compat(page: PageContext, first: PageError) -> Steps:
    """Yield the state from the Statuspage imitation, provided that its list of components is
    complete.
    """
    answers = yield from get_all(["/api/v2/summary.json", "/api/v2/components.json"])
    try:
        summary = _compat_answer(answers[0])
        try:
            complete = _compat_answer(answers[1])
        except _FALL_BACK:
            complete = {}
        with locate_errors(page.absolute("/api/v2/summary.json")):
            evidence = _compat(summary, _complete_list(summary, complete), page)
    except _FALL_BACK as error:
        raise _telling(first, error) from error
    yield evidence


STATUSPAGE_ID = "[0-9a-z]{12}"
"""The ids of the platform that is imitated: a page with one has moved there."""


def _compat_answer(answer: Response | FetchError) -> Row:
    if isinstance(answer, FetchError):
        raise answer
    with locate_errors(answer.url):
        told = _row(_drop_empty(read_json(answer)), "the answer")
        if re.fullmatch(STATUSPAGE_ID, str(_row(told.get("page"), "page").get("id"))):
            raise UnexpectedShape(
                "this is a Statuspage, whose answers incident.io imitates",
                remedy="run `monitor detect URL`",
            )
        if not _rows(told, "components", "the answer"):
            raise UnexpectedShape(
                "components is empty: a page without components says nothing of their state"
            )
        return told


def _complete_list(summary: Row, complete: Row) -> list[Row]:
    """Return the complete list of components. Raises Truncated when all we have is the summary's
    short list.
    """
    short = _rows(summary, "components", "the answer")
    rows = _rows(complete, "components", "the answer", optional=True)
    if {_text(row, "id", "components") for row in short} <= {
        _text(row, "id", "components") for row in rows
    }:
        return rows
    if len(short) >= SHORT_LIST:
        raise Truncated(
            f"only {len(short)} components are listed, where the platform cuts the list; the"
            " others' state is unknown"
        )
    return short


def _compat(summary: Row, rows: Sequence[Row], page: PageContext) -> Evidence:
    """Return the state. The list has neither groups nor start dates: it is not given where we know
    the components.
    """
    notes = _Notes()
    where = "components"
    rows = _each_once(rows)
    observed = [
        _observation(_text(row, "id", where), _text(row, "status", where), notes) for row in rows
    ]
    components = tuple(
        Component(id=_text(row, "id", where), name=_text(row, "name", where), position=position)
        for position, row in enumerate(sorted(rows, key=lambda row: str(row.get("name"))))
    )
    owner = _row(summary.get("page"), "page")
    indicator = _text_or_none(_row(summary.get("status", {}), "status"), "indicator", "status")
    remark = _contradiction(indicator, observed)
    incidents = _rows(summary, "incidents", "the answer", optional=True)
    incidents += _rows(summary, "scheduled_maintenances", "the answer", optional=True)
    return Evidence(
        source=COMPAT,
        read_at=page.now,
        page=PageInfo(
            external_id=_text_or_none(owner, "id", "page"),
            name=_text_or_none(owner, "name", "page"),
            indicator=indicator,
            remark=remark,
        ),
        components=None if page.components == {one.id for one in components} else components,
        observed=tuple(observed),
        incidents=tuple(
            {
                _text(row, "id", "incidents"): _compat_incident(row, page, notes)
                for row in incidents
            }.values()
        ),
        unknown_words=tuple(sorted(notes.words)),
        outline=True,
    )


def _each_once(rows: Sequence[Row]) -> list[Row]:
    """Return each component once: of one listed twice the worse state, a word we do not know unless
    one is bad.
    """
    found: dict[str, Row] = {}
    for row in sorted(rows, key=lambda row: LEVELS.get(str(row.get("status")), UNKNOWN)):
        found[_text(row, "id", "components")] = row
    return [row for row in rows if found[row["id"]] is row]


def _contradiction(indicator: str | None, observed: Sequence[Observation]) -> str | None:
    worst = max((one.level for one in observed if one.level is not None), default=Level.OPERATIONAL)
    if indicator is None or not observed or (indicator == "none") is (worst is Level.OPERATIONAL):
        return None
    return f"the page's indicator is {indicator} and its worst component {worst.title}"


def _compat_incident(row: Row, page: PageContext, notes: _Notes) -> Incident:
    """Return an incident of the imitation, which never says what components it is about."""
    where = "incidents"
    status = _text(row, "status", where)
    phase = notes.phase(status)
    planned = _time_or_none(row, "scheduled_for", where)
    return Incident(
        id=_text(row, "id", where),
        title=_text(row, "name", where),
        phase=phase,
        status=status,
        impact=str(row.get("impact", "none")),
        started_at=planned or _time(row, "created_at", where),
        resolved_at=_time_or_none(row, "resolved_at", where) if phase is Phase.CLOSED else None,
        url=page.absolute(f"incidents/{row['id']}"),
        maintenance=planned is not None or row.get("impact") == "maintenance",
    )


# backfill


def backfill(page: PageContext, since: datetime) -> Steps:
    """Yield the page's impacts back to `since`, newest first, at least the 91 days the page itself
    shows.

    Impacts are asked for in windows of 91 UTC days, each a chunk. An older window that cannot be
    read is a gap; the newest one is then taken from the root page's HTML, which reaches no further
    back. Where neither can be read the feeds name incidents and cover nothing.
    """
    with locate_errors(page.url):
        yield from _backfill(page, since)


def _backfill(page: PageContext, since: datetime) -> Steps:
    try:
        seen = yield from _read_page(page, conditional=False)
    except _FALL_BACK as error:
        yield from _from_feeds(page, error)
        return
    with locate_errors(seen.url):
        notes = _Notes()
        components = _components(seen.summary, page.zone)
        start = _time_or_none(seen.summary, "data_available_since", "summary")
        yield Evidence(
            source=SUMMARY,
            read_at=page.now,
            page=_page_info(seen.summary, notes),
            components=components,
        )
    first = day_of(max(since, start) if start else since, UTC)
    newest, *older = _windows(first, day_of(page.now, UTC))
    known: frozenset[str] = frozenset()
    if seen.history is None and not _has_calls(page):
        raise UnexpectedShape("the page's HTML carries no history", url=seen.url)
    if seen.history is None:
        try:
            known = yield from _window(seen, page, *newest, newest=True)
        except _FALL_BACK as error:
            seen = yield from _root_or(error)
    if seen.history is not None:
        yield from _shown(seen, page, first)
        return
    for window in older:
        known |= yield from _older(seen, page, *window, known)


def _windows(first: date, today: date) -> list[tuple[date, date]]:
    """Return windows of 91 days, both ends included, from today back to `first`; the newest one is
    always whole.
    """
    windows = [(today - (PAGE_DAYS - 1) * ONE_DAY, today)]
    while windows[-1][0] > first:
        last = windows[-1][0] - ONE_DAY
        windows.append((max(first, last - (PAGE_DAYS - 1) * ONE_DAY), last))
    return windows


def _window(
    seen: _Seen,
    page: PageContext,
    first: date,
    last: date,
    known: frozenset[str] = frozenset(),
    *,
    newest: bool = False,
) -> Reading:
    """Yield what a window tells and return the incidents in it. Those `known` from a newer window
    were told there, with their end: here only their impacts are.
    """
    chunk = f"impacts {first}..{last}"
    if chunk in page.completed_chunks:
        return frozenset()
    history = yield from _read_impacts(page, first, last)
    told = _all_told(seen, history)
    rows = _rows(history, "component_impacts", "the answer")
    if any(_is_undated(row, told, first) for row in rows):
        told = _all_told(seen, history, (yield from _read_incidents(page)))
    if not newest:
        named = {_text_or_none(row, "status_page_incident_id", "component_impacts") for row in rows}
        told = {key: one for key, one in told.items() if key in named}
    span = Interval(day_interval(first, UTC).start, min(day_interval(last, UTC).end, page.now))
    evidence = _history(seen, history, told, span, page)
    fresh = tuple(incident for incident in evidence.incidents if incident.id not in known)
    yield replace(
        evidence, incidents=fresh, reported=evidence.reported if newest else (), chunk=chunk
    )
    return frozenset(told)


def _is_undated(row: Row, told: Mapping[str, _Told], first: date) -> bool:
    """Whether an impact of this window is open, its incident over, and the moment it was closed not
    known yet.
    """
    incident = told.get(_text_or_none(row, "status_page_incident_id", "component_impacts") or "")
    if (
        "end_at" in row
        or incident is None
        or not incident.is_closed
        or incident.closed_at is not None
    ):
        return False
    return day_of(_time(row, "start_at", "component_impacts"), UTC) >= first


def _older(
    seen: _Seen, page: PageContext, first: date, last: date, known: frozenset[str]
) -> Reading:
    try:
        return (yield from _window(seen, page, first, last, known))
    except _FALL_BACK as error:
        yield _unread(page, f"impacts {first}..{last}", error)
        return frozenset()


def _shown(seen: _Seen, page: PageContext, first: date) -> Steps:
    """Yield the history the root page shows, and the gap before it."""
    history = _row(seen.history, "data")
    span = _root_span(seen, page)
    yield _history(seen, history, _all_told(seen, history), span, page)
    if day_of(span.start, UTC) > first:
        what = f"impacts {first}..{day_of(span.start, UTC) - ONE_DAY}"
        yield _unread(
            page, what, UnexpectedShape("the page's HTML shows no older days", url=seen.url)
        )


def _unread(page: PageContext, what: str, error: PageError) -> Evidence:
    gap = Gap(what=what, reason=error.reason, message=str(error))
    return Evidence(source=IMPACTS, read_at=page.now, gaps=(gap,))


# feeds


def _from_feeds(page: PageContext, first: PageError) -> Steps:
    """Yield the incidents a feed names, without impacts and without coverage. Raises the first
    error when none can.
    """
    for path in ("feed.atom", "feed.rss"):
        try:
            response = require_ok(
                (yield from get(path, accept="application/atom+xml, application/rss+xml"))
            )
            with locate_errors(response.url):
                notes = _Notes()
                incidents = _feed(response.text, page, notes)
        except _FALL_BACK:
            continue
        gap = Gap(what="component impacts", reason=first.reason, message=str(first))
        words = tuple(sorted(notes.words))
        yield Evidence(
            source=FEED,
            read_at=page.now,
            incidents=incidents,
            gaps=(gap,),
            unknown_words=words,
            outline=True,
        )
        return
    raise first


def _feed(text: str, page: PageContext, notes: _Notes) -> tuple[Incident, ...]:
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise UnexpectedShape("the feed declares entities")
    try:
        root = ET.fromstring(text)  # noqa: S314 - a document that declares entities was refused above
    except ET.ParseError as error:
        raise UnexpectedShape(f"not a feed: {error}") from error
    entries = [node for node in root.iter() if _tag(node) in ("entry", "item")]
    return tuple(
        incident for node in entries if (incident := _feed_incident(node, page, notes)) is not None
    )


def _feed_incident(node: ET.Element, page: PageContext, notes: _Notes) -> Incident | None:
    """Return the incident of an entry, None when its status cannot be read: labels are localised,
    and a guess would keep it open for ever. The word is counted.
    """
    told = {_tag(child): child.text or "" for child in node}
    links = " ".join([*told.values(), *(child.get("href", "") for child in node)])
    named = re.search(rf"/incidents/({ULID})", links)
    body = unescape(told.get("summary") or told.get("content") or told.get("description") or "")
    status = re.search(r"<b>[^<:]*:\s*([^<]+)</b>", body)
    word = status[1].strip().lower().replace(" ", "_") if status else ""
    at = _feed_time(told.get("published") or told.get("pubDate") or told.get("updated") or "")
    if word not in PHASES and f"maintenance_{word}" not in PHASES:
        notes.words.add(word or "(no status)")
        return None
    phase = PHASES.get(word) or PHASES[f"maintenance_{word}"]
    if named is None or at is None:
        raise UnexpectedShape("a feed entry without an incident id or a time")
    return Incident(
        id=named[1],
        title=told.get("title", "").strip() or named[1],
        phase=phase,
        status=word,
        impact="none",
        started_at=at,
        resolved_at=(_feed_time(told.get("updated", "")) or at) if phase is Phase.CLOSED else None,
        url=page.absolute(f"incidents/{named[1]}"),
    )


def _feed_time(text: str) -> datetime | None:
    for parse in (
        datetime.fromisoformat,
        lambda value: datetime.strptime(value, "%a, %d %b %Y %H:%M:%S %z"),
    ):
        try:
            at = parse(text.strip().replace("GMT", "+0000"))
        except ValueError:
            continue
        return at.astimezone(UTC) if at.utcoffset() is not None else None
    return None


def _tag(node: ET.Element) -> str:
    return node.tag.rpartition("}")[2]
