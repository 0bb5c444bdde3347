"""Slack's own status API: what is going on in one answer, the last incidents in another. Pure.

`/api/v2.0.0/current` lists the incidents going on, `/api/v2.0.0/history` some of the past ones; both name the services
an incident is about, and neither lists the services there are. So the services are those of Slack's documentation, and
one that an incident names is added. Services have no ids: their name is the key, and their former names are known here.

How bad an incident is for a service is not told, only the incident's type: impacts are inferred from it, in the words
that `impact_mapping` knows. The format is described at https://docs.slack.dev/reference/slack-status-api.
"""

import json
import re
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, NoReturn
from urllib.parse import urlsplit

from monitor.errors import Truncated, UnexpectedShape
from monitor.feeds import text_lines
from monitor.intervals import ONE_DAY, Interval, day_of, subtract
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
    worst_level,
)
from monitor.protocol import About, Get, PageContext, Response, Signal, Step, Steps, get, read_json, reading_of
from monitor.standing import is_bad
from monitor.told import Post, closed_at, messages, prose, updates_of

ABOUT = About(
    title="Slack",
    verified=date(2026, 8, 18),
    live="/api/v2.0.0/current, 1 request",
    reach_days=None,
    reach="The last 37 or so incidents, usually some months to a year; an incident ends with the post that says so.",
    per="component",
    precision="seconds",
    trust=(
        "Slack keeps some 37 incidents, gives each one type and no severity per service (a type that changes "
        "while it is open holds for its whole length), and may post what it noticed hours later or call it a "
        "notice."
    ),
)

INCIDENTS = "slack.incidents"

CURRENT = "/api/v2.0.0/current"
HISTORY = "/api/v2.0.0/history"
HOSTS = frozenset({"slack-status.com", "www.slack-status.com", "status.slack.com"})

SERVICES = (
    "Login/SSO",
    "Connectivity",
    "Messaging",
    "Files",
    "Notifications",
    "Huddles",
    "Search",
    "Apps/Integrations/APIs",
    "Workspace/Org Administration",
    "Workflows",
    "Canvases",
)
"""The services in the page's order."""

FORMER: Mapping[str, str] = {
    "Connections": "Connectivity",
    "Calls": "Huddles",
    "Posts/Files": "Files",
}
"""Former names of services, with today's."""


@dataclass(frozen=True, slots=True)
class _Kind:
    """What a type of incident says of the services it names: the level now, and the word impacts are inferred by."""

    level: Level
    word: str


KINDS: Mapping[str, _Kind] = {
    "outage": _Kind(Level.MAJOR_OUTAGE, "critical"),
    "incident": _Kind(Level.DEGRADED, "minor"),
    "maintenance": _Kind(Level.MAINTENANCE, "maintenance"),
    "notice": _Kind(Level.OPERATIONAL, "none"),
}

WIDE = _Kind(Level.PARTIAL_OUTAGE, "major")
"""An incident that names more than half of the services."""

PHASES: Mapping[str, Phase] = {
    "active": Phase.OPEN,
    "resolved": Phase.CLOSED,
    "scheduled": Phase.SCHEDULED,
    "completed": Phase.CLOSED,
    "cancelled": Phase.CLOSED,
}
CANCELLED = "cancelled"

QUIET = "ok"
BUSY = "active"

LEAST = timedelta(seconds=1)
"""What a closed incident with a single post counts for: it held when it was posted, and no more is known."""

FAR = 9000
"""A year no incident is in. The last days of the calendar have no instant after them to end in."""

Row = dict[str, Any]
Reading = Generator[Step, Any, Any]


# ------------------------------------------------------------------------------------------------------ detection


def probe(url: str) -> tuple[Get, ...]:
    """Return what to ask to recognise the page at this URL: the current state, when the host is Slack's."""
    return (Get(path=CURRENT),) if urlsplit(url).hostname in HOSTS else ()


def detect(response: Response) -> list[Signal]:
    """Return the signs of Slack's status API; `host` only ever beside another sign."""
    signals = list(_signals(response))
    host = urlsplit(response.final_url or response.url).hostname or ""
    if signals and host in HOSTS:
        signals.append(Signal("host", f"the host is {host}"))
    return signals


def _signals(response: Response) -> Iterator[Signal]:
    if response.body[:64].lstrip().removeprefix(b"\xef\xbb\xbf")[:1] not in (b"{", b"["):
        return
    try:
        told = json.loads(response.text)
    except (ValueError, RecursionError):
        return
    rows = told if isinstance(told, list) else None
    if isinstance(told, dict) and told.get("status") in (QUIET, BUSY) and isinstance(told.get("date_created"), str):
        rows = told.get("active_incidents")
    if not isinstance(rows, list) or not all(_looks_right(row) for row in rows):
        return
    if isinstance(told, dict) or rows:
        yield Signal("shape", "incidents with a type, services and notes")
    if any(re.match(r"https://(slack-status|status\.slack)\.com/\d{4}-\d\d/[0-9a-f]{8,}", str(r["url"])) for r in rows):
        yield Signal("urls", "incidents have addresses on Slack's status host")


def _looks_right(row: object) -> bool:
    return isinstance(row, dict) and {"id", "type", "status", "url", "services", "notes"} <= row.keys()


# ------------------------------------------------------------------------------------------- decoding, with the place


def _wrong(where: str, due: str, found: object) -> NoReturn:
    shown = "nothing" if found is None else type(found).__name__
    if isinstance(found, str | int | float):
        shown += f" {str(found)[:40]!r}"
    raise UnexpectedShape(f"{where}: expected {due}, found {shown}")


def _rows(value: object, where: str) -> list[Row]:
    if not isinstance(value, list):
        _wrong(where, "a list", value)
    return [row if isinstance(row, dict) else _wrong(where, "objects", row) for row in value]


def _text(owner: Row, key: str, where: str) -> str:
    value = owner.get(key)
    return value if isinstance(value, str) and value else _wrong(f"{where}.{key}", "text", value)


def _time(owner: Row, key: str, where: str) -> datetime:
    """Return a time in UTC; Slack writes Pacific time with its offset."""
    value = owner.get(key)
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) else None
        if at is not None and at.utcoffset() is not None and at.year < FAR:
            return at.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    _wrong(f"{where}.{key}", "a time with its offset", value)


def _key(row: Row) -> str:
    """Return the id, which is a number or, in the documentation, a text."""
    value = row.get("id")
    if type(value) is int or (isinstance(value, str) and value):
        return str(value)
    _wrong("incident.id", "a number", value)


# ----------------------------------------------------------------------------------------------------------- incidents


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """One incident as Slack tells it, its services by their present names.

    `ended` is when it ended if it is closed: with the post that says so, else with the last that is no review or, with
    a single post, its last change.
    """

    id: str
    title: str
    kind: str
    status: str
    start: datetime
    ended: datetime
    changed: datetime
    url: str | None
    services: tuple[str, ...]
    updates: tuple[IncidentUpdate, ...] = ()

    @property
    def phase(self) -> Phase:
        """The phase; an incident with a word we do not know stays open until we do."""
        return PHASES.get(self.status, Phase.OPEN)

    @property
    def end(self) -> datetime | None:
        """The end of a closed incident, never its start; None = not ended."""
        if self.phase is not Phase.CLOSED:
            return None
        return self.ended if self.ended > self.start else self.start + LEAST

    @property
    def meant(self) -> _Kind | None:
        """What its type says; None for a type we do not know."""
        wide = self.kind == "incident" and 2 * len(self.services) > len(SERVICES)
        return WIDE if wide else KINDS.get(self.kind)


def _told(row: Row) -> _Told:
    where = "incident"
    start, changed = _time(row, "date_created", where), _time(row, "date_updated", where)
    posts = [_post(note) for note in _rows(row.get("notes"), "incident.notes")]
    ended = closed_at(posts, start, changed)
    url = row.get("url")
    return _Told(
        id=_key(row),
        title=_text(row, "title", where),
        kind=_text(row, "type", where),
        status=_text(row, "status", where),
        start=start,
        # A post ends an incident: other changes may come days later. With a single post they are all there is.
        ended=ended if ended > start or len(posts) > 1 else changed,
        changed=changed,
        url=url if isinstance(url, str) and url else None,
        services=_services(row),
        updates=messages(row.get("notes"), at="date_created", text="body"),
    )


def _post(note: Row) -> Post:
    """Return a note, which has no word for the incident's state: what it says of it stands in its text."""
    body = note.get("body")
    return Post(
        _time(note, "date_created", "incident.notes"),
        prose(" ".join(text_lines(body if isinstance(body, str) else ""))),
    )


def _services(row: Row) -> tuple[str, ...]:
    named = row.get("services")
    if not isinstance(named, list) or not all(isinstance(name, str) and name for name in named):
        _wrong("incident.services", "a list of names", named)
    return tuple(dict.fromkeys(FORMER.get(name, name) for name in named))


def _all_told(rows: Iterable[Row]) -> list[_Told]:
    """Return the incidents; of one told twice what changed last counts."""
    told: dict[str, _Told] = {}
    for one in sorted(map(_told, rows), key=lambda one: one.changed):
        told[one.id] = one
    return list(told.values())


def _incident(one: _Told) -> Incident:
    return Incident(
        id=one.id,
        title=one.title,
        phase=one.phase,
        status=one.status,
        impact=one.kind,
        started_at=one.start,
        resolved_at=one.end,
        url=one.url,
        maintenance=one.kind == "maintenance",
        component_ids=one.services,
    )


FARTHEST_AHEAD = timedelta(days=7)
"""How far a clock may be ahead of ours. What is dated later was written later: it says nothing of now."""


def _impacts(told: Iterable[_Told], now: datetime) -> tuple[Impact, ...]:
    """Return what the incidents that have begun mean for their services. What goes on has begun, though its clock is
    ahead of ours; an end that lies ahead is told as it is, and the store ends it when that was first read.
    """
    return tuple(
        Impact(
            component_id=service,
            level=None,
            start=min(one.start, now),
            end=one.end,
            basis=Basis.INFERRED,
            source=INCIDENTS,
            incident_id=one.id,
            word=one.meant.word if one.meant else one.kind,
        )
        for one in told
        if (one.start <= now or (one.end is None and one.start <= now + FARTHEST_AHEAD)) and _counts(one)
        for service in one.services
    )


def _counts(one: _Told) -> bool:
    """Whether the incident has or had a level: a notice has none, and what is planned or was called off neither."""
    known = one.meant is None or one.meant.level is not Level.OPERATIONAL
    return known and one.phase is not Phase.SCHEDULED and one.status != CANCELLED


def _words(told: Iterable[_Told]) -> set[str]:
    """Return the words we do not know: of types, states and services."""
    found = {one.kind for one in told} - KINDS.keys()
    found |= {one.status for one in told} - PHASES.keys()
    return found | {name for one in told for name in one.services if name not in SERVICES}


# ------------------------------------------------------------------------------------------------------------ services


def _components(told: Iterable[_Told], page: PageContext) -> tuple[Component, ...]:
    """Return the documented services, then those an incident names now or once named."""
    named = {name for one in told for name in one.services} | page.components
    names = (*SERVICES, *sorted(named - set(SERVICES)))
    return tuple(Component(id=name, name=name, position=position) for position, name in enumerate(names))


@dataclass(slots=True)
class _State:
    """What the current answer says as a whole."""

    word: str
    told: Sequence[_Told]
    remarks: list[str] = field(default_factory=list)
    sure: bool = True

    def __post_init__(self) -> None:
        """Find out whether a service that is not named may be called operational."""
        if self.word not in {QUIET, BUSY}:
            self.sure = False
        if self.word == BUSY and not self.told:
            self._doubt("the state is active and no incident is listed")
        if self.word == QUIET and any(one.phase is Phase.OPEN for one in self.told):
            self.remarks.append("the state is ok and an incident is going on")
        if any(one.phase is Phase.OPEN and _counts(one) and not one.services for one in self.told):
            self._doubt("an incident is going on that names no service")

    def _doubt(self, why: str) -> None:
        self.sure = False
        self.remarks.append(why)

    def level(self, name: str) -> tuple[Level | None, str]:
        """Return a service's level and the word for it: the worst that is going on if it is bad, unknown where a word
        for it is. What no incident names is operational, if that can be told.
        """
        kinds = [(one.meant, one.kind) for one in self.told if one.phase is Phase.OPEN and name in one.services]
        worst = worst_level(meant.level for meant, _ in kinds if meant is not None) or Level.OPERATIONAL
        unknown = next((kind for meant, kind in kinds if meant is None), None)
        if unknown is not None and not is_bad(worst):
            return None, unknown
        if worst is Level.OPERATIONAL and not self.sure:
            return None, self.word
        return worst, next((kind for meant, kind in kinds if meant is not None and meant.level is worst), self.word)


def _observed(state: _State, components: Iterable[Component]) -> tuple[Observation, ...]:
    observed = []
    for component in components:
        level, word = state.level(component.id)
        observed.append(Observation(component_id=component.id, level=level, word=word))
    return tuple(observed)


# -------------------------------------------------------------------------------------------------------------- poll


def poll(page: PageContext) -> Steps:
    """Yield every service's state in one request, and in a second the end of incidents that have left the list."""
    response = yield from get(CURRENT, conditional=True)
    if response.unchanged:
        return
    with reading_of(response.url):
        state = _state(response)
        yield _live(state, page)
    vanished = page.open_incidents - {one.id for one in state.told}
    if vanished:
        yield from _follow(vanished, page)


def _state(response: Response) -> _State:
    answer = read_json(response)
    if not isinstance(answer, dict):
        _wrong("the answer", "an object", answer)
    word = _text(answer, "status", "the answer")
    return _State(word, _all_told(_rows(answer.get("active_incidents"), "active_incidents")))


def _live(state: _State, page: PageContext) -> Evidence:
    components = _components(state.told, page)
    words = _words(state.told) | ({state.word} - {QUIET, BUSY})
    return Evidence(
        source=INCIDENTS,
        read_at=page.now,
        page=PageInfo(name="Slack", indicator=state.word, remark="; ".join(state.remarks) or None),
        components=components,
        observed=_observed(state, components),
        incidents=tuple(_incident(one) for one in state.told),
        updates=tuple(update for one in state.told for update in updates_of(one.id, one.updates)),
        impacts=_impacts(state.told, page.now),
        unknown_words=tuple(sorted(words)),
    )


def _follow(vanished: Iterable[str], page: PageContext) -> Steps:
    """Yield the end of incidents that are no longer listed; what the history does not have either was withdrawn."""
    told = yield from _read_history()
    gone = sorted(set(vanished) - {one.id for one in told})
    yield _history(told, page, withdrawn=tuple(gone))


# ---------------------------------------------------------------------------------------------------------- backfill


def backfill(page: PageContext, since: datetime) -> Steps:
    """Yield all incidents that Slack keeps. They cover the time since the oldest of them; before it there is a gap."""
    told = yield from _read_history()
    evidence = _history(told, page)
    yield evidence
    first = min((cover.span.start for cover in evidence.coverage), default=page.now)
    if day_of(first, UTC) > day_of(since, UTC):
        what = f"impacts {day_of(since, UTC)}..{day_of(first, UTC) - ONE_DAY}"
        gap = Gap(what=what, reason=Truncated.reason, message="Slack's history holds no older incidents")
        yield Evidence(source=INCIDENTS, read_at=page.now, gaps=(gap,))


def _read_history() -> Reading:
    """Return the incidents of the history. Raises UnexpectedShape when it is empty: Slack always keeps some."""
    response = yield from get(HISTORY)
    with reading_of(response.url):
        told = _all_told(_rows(read_json(response), "the answer"))
        if not told:
            raise UnexpectedShape("the history is empty")
        return told


def _history(told: Sequence[_Told], page: PageContext, withdrawn: tuple[str, ...] = ()) -> Evidence:
    return Evidence(
        source=INCIDENTS,
        read_at=page.now,
        components=_components(told, page),
        incidents=tuple(_incident(one) for one in told),
        updates=tuple(update for one in told for update in updates_of(one.id, one.updates)),
        impacts=_impacts(told, page.now),
        coverage=_coverage(told, page.now),
        lists=Interval.between(min(one.start for one in told), page.now),
        withdrawn=withdrawn,
        unknown_words=tuple(sorted(_words(told))),
    )


def _coverage(told: Sequence[_Told], now: datetime) -> tuple[Coverage, ...]:
    """Return the time since the oldest incident listed, without the time of those that name no service."""
    whole = Interval.between(min(one.start for one in told), now)
    vague = (Interval.between(one.start, one.end or now) for one in told if _counts(one) and not one.services)
    spans = subtract([whole], (span for span in vague if span is not None)) if whole else []
    return tuple(Coverage(span=span, aspect=Aspect.IMPACTS, complete=True) for span in spans)
