"""Instatus status pages: two small JSON answers for the present, the page's own HTML for the past.
Pure.

`/summary.json` has the page's word and what is going on (its two lists are absent when empty; until
2023 what is in them had no id, only an address), `/v3/components.json` (once `/v2/components.json`,
`/components.json`) has the components' states. The root page's HTML carries all of that and the
uptime record it draws: for every component the intervals at each level in the days it shows, and
the incidents behind them. There is no JSON history. Older incidents are listed by `/history/<n>`
and `/history.rss`, by name, without components' states.

An incident's `impact` is the state its latest update left, not the worst it was: an outage reads
OPERATIONAL while it is monitored. So no level is taken from it where the record shows intervals; of
a component without a record, such as one that has left the page, it is all that is told, and is
believed with low confidence. A page describes its JSON at `/public-api`; the rest is as observed.
"""

import json
import re
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from html import unescape
from typing import Any, NoReturn
from urllib.parse import quote, urlsplit
from xml.etree import ElementTree as ET

from monitor.errors import (
    BadStatus,
    EmptyBody,
    Moved,
    NotJson,
    PageError,
    Truncated,
    UnexpectedShape,
)
from monitor.impacts import IMPACT_WORDS
from monitor.intervals import ONE_DAY, Interval, day_of
from monitor.kit.posts import REVIEWS, closed_at, post_saying
from monitor.kit.protocol import About, PageContext, Response, Signal, Step, Steps, get
from monitor.kit.responses import locate_errors, read_json, require_ok, sanitize
from monitor.model import (
    Aspect,
    Basis,
    Component,
    Coverage,
    Evidence,
    Gap,
    Impact,
    Incident,
    Level,
    Observation,
    PageInfo,
    Phase,
    ReportedUptime,
    worst_level,
)

ABOUT = About(
    title="Instatus",
    verified=date(2026, 9, 4),
    live="/summary.json and /v3/components.json, 2 requests; one more when what goes on changes",
    reach_days=90,
    reach=(
        "The days the page's uptime record shows, usually 90; older incidents are listed by name"
        " only and cover nothing."
    ),
    granularity="component",
    precision="seconds",
    caveat=(
        "The vendor decides which components show an uptime record; an incident's own impact word"
        " is that of its latest update and may read operational on an outage; pages with automatic"
        " monitoring post incidents of under a minute."
    ),
)

STATE = "instatus.state"
RECORD = "instatus.record"
NOTICES = "instatus.notices"

SUMMARY = "/summary.json"
COMMON_PATHS = (SUMMARY,)
COMPONENTS = ("/v3/components.json", "/v2/components.json", "/components.json")

LEVELS: Mapping[str, Level] = {
    "OPERATIONAL": Level.OPERATIONAL,
    "UNDERMAINTENANCE": Level.MAINTENANCE,
    "DEGRADEDPERFORMANCE": Level.DEGRADED,
    "MINOROUTAGE": Level.DEGRADED,
    "PARTIALOUTAGE": Level.PARTIAL_OUTAGE,
    "MAJOROUTAGE": Level.MAJOR_OUTAGE,
}
"""A component's state, an interval's and an incident's impact."""

PAGE_LEVELS: Mapping[str, Level] = {
    "UP": Level.OPERATIONAL,
    "HASISSUES": Level.DEGRADED,
    "UNDERMAINTENANCE": Level.MAINTENANCE,
} | {
    f"{many}{word}": level
    for many in ("ALL", "SOME", "ONE")
    for word, level in LEVELS.items()
    if level is not Level.OPERATIONAL
}
"""The page's 18 words, as the level of the worst component. Never a component's level: they have
their own words."""

ISSUES = "HASISSUES"
"""The page word that says that something is wrong and not how much."""

PHASES: Mapping[str, Phase] = {
    "INVESTIGATING": Phase.OPEN,
    "IDENTIFIED": Phase.OPEN,
    "MONITORING": Phase.OPEN,
    "RESOLVED": Phase.CLOSED,
    "NOTSTARTEDYET": Phase.SCHEDULED,
    "INPROGRESS": Phase.OPEN,
    "COMPLETED": Phase.CLOSED,
}
_STATES = LEVELS.keys() | PHASES.keys()

MAINTENANCE_WORDS = frozenset({"NOTSTARTEDYET", "INPROGRESS", "COMPLETED"})

LEAST = timedelta(seconds=1)
"""What an interval counts for that began, is over, and whose end nobody published."""

SHOWN_DAYS = 90
"""Window of the uptime a page prints, where it does not say another; the numbers fit one day
more."""

HISTORY_PAGES = 24
"""Most `/history/<n>` pages read in one backfill."""

UNREADABLE = 10
"""After so many values of a key that cannot be read there is nothing to find in the page's data,
only time to lose."""

ID = r"c[a-z0-9]{24,27}"
"""Ids are cuids; older ones are some characters longer."""

Row = dict[str, Any]
Reading = Generator[Step, Any, Any]

ACTIVE = ("activeIncidents", "activeMaintenances")

_FALL_BACK = (BadStatus, EmptyBody, NotJson, Truncated, Moved, UnexpectedShape)
"""After these the next source is worth asking. A block, a timeout or a request to wait is not
worked around."""


# detection


def detect(response: Response) -> list[Signal]:
    """Return the signs that a response comes from an Instatus page; `host` only ever beside another
    sign.
    """
    head = response.body[:512].lstrip().removeprefix(b"\xef\xbb\xbf")
    if head[:1] in (b"{", b"["):
        signals = list(_json_signals(response))
    elif head[:1] == b"<":
        signals = list(_html_signals(response.text))
    else:
        signals = []
    host = urlsplit(response.final_url or response.url).hostname or ""
    if signals and host.endswith(".instatus.com"):
        signals.append(Signal("host", "served under instatus.com"))
    return signals


def _json_signals(response: Response) -> Iterator[Signal]:
    try:
        told = json.loads(response.text)
    except (ValueError, RecursionError):
        return
    owner = told if isinstance(told, dict) else {"components": told}
    page = owner.get("page")
    if (
        isinstance(page, dict)
        and isinstance(page.get("status"), str)
        and page["status"] in PAGE_LEVELS
    ):
        yield Signal("shape", f"a summary whose page status is {page['status']}")
    rows = [
        each
        for key in ("components", "activeIncidents", "activeMaintenances")
        for each in _list(owner.get(key))
    ]
    if any(
        _has_own_id(row) and isinstance(row.get("status"), str) and row["status"] in _STATES
        for row in rows
    ):
        yield Signal("ids", "a cuid beside a state in capitals")


def _has_own_id(row: object) -> bool:
    return (
        isinstance(row, dict)
        and isinstance(row.get("id"), str)
        and bool(re.fullmatch(ID, row["id"]))
    )


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _html_signals(text: str) -> Iterator[Signal]:
    if match := re.search(
        r"https://(?:lang\.|[a-z0-9-]+\.)?instatus\.com/(?:user-content|api/og)", text
    ):
        yield Signal("assets", f"the page loads {match[0]}")
    if match := re.search(r'\\?"mainStatus\\?":\\?"([A-Z]+)\\?"', text):
        yield Signal("markup", f"the page's data has the main status {match[1]}")


# decoding, with the place


def _wrong(where: str, due: str, found: object) -> NoReturn:
    shown = "nothing" if found is None else type(found).__name__
    if isinstance(found, str | int | float):
        shown += f" {str(found)[:40]!r}"
    raise UnexpectedShape(f"{where}: expected {due}, found {shown}")


def _row(value: object, where: str) -> Row:
    return value if isinstance(value, dict) else _wrong(where, "an object", value)


def _rows(owner: Row, key: str, where: str, *, optional: bool = False) -> list[Row]:
    value = owner.get(key)
    if value is None and optional:
        return []
    if not isinstance(value, list):
        _wrong(f"{where}.{key}", "a list", value)
    return [_row(item, f"{where}.{key}[{index}]") for index, item in enumerate(value)]


def _text(owner: Row, key: str, where: str) -> str:
    value = owner.get(key)
    return value if isinstance(value, str) and value else _wrong(f"{where}.{key}", "text", value)


def _text_or_none(owner: Row, key: str, where: str) -> str | None:
    value = owner.get(key)
    return (
        value
        if value is None or isinstance(value, str)
        else _wrong(f"{where}.{key}", "text", value)
    )


def _name(owner: Row, where: str) -> str:
    """Return the name, which is a text or an object of translations with a `default`."""
    value = owner.get("name")
    if isinstance(value, dict):
        value = value.get("default") or next(iter(value.values()), None)
    return value if isinstance(value, str) and value else _wrong(f"{where}.name", "text", value)


def _time(owner: Row, key: str, where: str) -> datetime:
    return _time_or_none(owner, key, where) or _wrong(f"{where}.{key}", "a time", None)


def _time_or_none(owner: Row, key: str, where: str) -> datetime | None:
    value = owner.get(key)
    if value is None or value == "":
        return None
    return _instant(value) or _wrong(f"{where}.{key}", "a time with its zone", value)


def _instant(value: object) -> datetime | None:
    """Return the instant of an ISO text or of a JavaScript date's own text; None when it is
    neither, or has no zone.
    """
    if not isinstance(value, str):
        return None
    try:
        at = (
            datetime.strptime(value.partition(" (")[0], "%a %b %d %Y %H:%M:%S GMT%z")
            if "GMT" in value
            else datetime.fromisoformat(value)
        )
        return at.astimezone(UTC) if at.utcoffset() is not None else None
    except (ValueError, OverflowError):
        return None


# reading the sources


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """One reading of the page. `told` = the incidents and maintenances going on or planned;
    `record` and `notices` are known only from the root page's HTML, `shown` is then the span the
    record is about, `created` the page's own start, `groups` are the ids of rows that are no
    components.
    """

    url: str
    name: str | None
    word: str
    parts: Sequence["_Part"]
    told: Sequence[Row]
    record: Row | None = None
    notices: Sequence[Row] = ()
    groups: frozenset[str] = frozenset()
    shown: Interval | None = None
    window_days: int = SHOWN_DAYS
    created: datetime | None = None


def _read_state(page: PageContext) -> Reading:
    """Return the page as `_Seen`, from its two JSON answers or else from its HTML; None =
    unchanged.

    When only one of the two has changed the other is read too: an observation without both would
    hide a contradiction, and incidents without an observation would leave the time since the last
    one uncovered.
    """
    try:
        summary = yield from get(SUMMARY, conditional=True)
        if not summary.unchanged:
            read_json(summary)  # a page that blocks us is not asked again
        path, components = yield from _read_components()
        if summary.unchanged and components.unchanged:
            return None
        if summary.unchanged:
            summary = yield from get(SUMMARY)
        if components.unchanged:
            components = yield from get(path)
        return _state(summary, components)
    except _FALL_BACK as error:
        return (yield from _root_or(page, error))


def _read_components() -> Reading:
    """Return the first address that answers and its answer."""
    first: PageError | None = None
    for path in COMPONENTS:
        response = yield from get(path, conditional=True)
        if response.unchanged:
            return path, response
        try:
            read_json(response)
        except _FALL_BACK as error:
            first = first or error
            continue
        return path, response
    raise first or UnexpectedShape("no address of the components is known")


def _root_or(page: PageContext, first: PageError) -> Reading:
    """Return what the root page says. Raises the more telling of both errors when it says nothing
    either.
    """
    try:
        return (yield from _read_root(page))
    except _FALL_BACK as error:
        telling = next((each for each in (first, error) if not isinstance(each, BadStatus)), first)
        raise telling from error


def _state(summary: Response, components: Response) -> _Seen:
    with locate_errors(summary.url):
        told = _row(read_json(summary), "the answer")
        owner = _row(told.get("page"), "page")
        word = _text(owner, "status", "page")
        name = _text_or_none(owner, "name", "page")
        going_on = _rows(told, "activeIncidents", "the answer", optional=True)
        going_on += _rows(told, "activeMaintenances", "the answer", optional=True)
    with locate_errors(components.url):
        listed = read_json(components)
        listed = {"components": listed} if isinstance(listed, list) else _row(listed, "the answer")
        rows = _parts(_rows(listed, "components", "the answer"))
    return _Seen(url=summary.url, name=name, word=word, parts=rows, told=going_on)


def _read_root(page: PageContext) -> Reading:
    response = require_ok((yield from get("", accept="text/html")))
    with locate_errors(response.url):
        data = _page_data(response.text)
        site = next((each for each in _values(data, "site", "{") if "components" in each), None)
        if site is None:
            raise UnexpectedShape("the page's HTML carries no Instatus data")
        notices = _notices(data)
        rows = _rows(site, "components", "site")
        return _Seen(
            url=response.url,
            name=_name(site, "site"),
            word=_text(site, "mainStatus" if "mainStatus" in site else "status", "site"),
            parts=_parts(rows),
            groups=frozenset(_groups(rows)),
            told=_all_going_on(data, notices),
            record=next(_values(data, "componentsUptime", "{"), None),
            notices=notices,
            shown=_shown(data, _rendered(response, page)),
            window_days=_window_days(site),
            created=_time_or_none(site, "createdAt", "site"),
        )


def _page_data(text: str) -> str:
    """Return the page's data as text: what its scripts push, joined, or the one JSON of older
    pages.

    Raises Truncated when a piece breaks off.
    """
    decoder = json.JSONDecoder()
    parts = []
    for match in re.finditer(r"self\.__next_f\.push\(\[1,\s*(?=\")", text):
        try:
            parts.append(decoder.raw_decode(text, match.end())[0])
        except json.JSONDecodeError as error:
            raise Truncated(f"the page's data breaks off at character {error.pos}") from error
    if older := re.search(r'<script id="__NEXT_DATA__"[^>]*>', text):
        parts.append(text[older.end() :].partition("</script>")[0])
    return "".join(parts)


def _values(data: str, key: str, opening: str) -> Iterator[Any]:
    """Yield every object (`{`) or list (`[`) that is the key's value and can be read, until too
    many could not be.
    """
    decoder, place, failures = json.JSONDecoder(), 0, 0
    pattern = re.compile(rf'"{key}":(?=\{opening})')
    while failures < UNREADABLE and (match := pattern.search(data, place)):
        try:
            value, place = decoder.raw_decode(data, match.end())
            value = _plain(sanitize(value))
        except (ValueError, RecursionError):
            failures, place = failures + 1, match.end()
            continue
        yield value


def _plain(value: Any) -> Any:  # noqa: ANN401
    """Return the value without null and `$undefined` members, and with marked dates and dollars as
    plain text.
    """
    if isinstance(value, dict):
        return {
            key: _plain(item)
            for key, item in value.items()
            if item is not None and item != "$undefined"
        }
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, str) and value.startswith(("$D", "$$")):
        return value[2:] if value[1] == "D" else value[1:]
    return value


def _all_going_on(data: str, notices: Sequence[Row]) -> list[Row]:
    """Return what goes on or is planned; pages of 2023 have no lists of that, only one of all there
    was lately.
    """
    if notices and all(next(_values(data, key, "["), None) is None for key in ACTIVE):
        return [row for row in notices if PHASES.get(str(row["status"])) is not Phase.CLOSED]
    return [row for key in ACTIVE for row in _going_on(data, key)]


def _going_on(data: str, key: str) -> list[Row]:
    """Return the incidents the HTML lists. Unlike in the summary the list is there when empty;
    without it nothing is known of what is going on.
    """
    rows = next(_values(data, key, "["), None)
    return _rows({key: rows}, key, "the page's data")


def _notices(data: str) -> list[Row]:
    """Return every incident the data holds by its id or in a list."""
    found = [row for each in _values(data, "notices", "{") for row in each.values()]
    found += [row for each in _values(data, "notices", "[") for row in each]
    return [
        row for row in found if isinstance(row, dict) and {"id", "name", "status"} <= row.keys()
    ]


def _shown(data: str, until: datetime) -> Interval | None:
    """Return the span the record is about, at most until the page was made; None when the page does
    not say.
    """
    match = re.search(r'"startDate":"(?:\$D)?([^"]+)","endDate":"(?:\$D)?([^"]+)"', data)
    first, last = (_instant(match[1]), _instant(match[2])) if match else (None, None)
    return Interval.between(first, min(last, until)) if first and last else None


def _rendered(response: Response, page: PageContext) -> datetime:
    """Return when the answer was made: an intermediate cache says how many seconds it has kept
    it.
    """
    age = response.headers.get("age", "")
    kept = timedelta(seconds=int(age)) if re.fullmatch(r"[0-9]{1,7}", age) else timedelta()
    return page.now - kept


def _window_days(site: Row) -> int:
    days = site.get("maxUptimeDays")
    return days if type(days) is int and 0 < days < 1000 else SHOWN_DAYS  # noqa: PLR2004


# components and their state


@dataclass(slots=True)
class _Notes:
    """What a reading came across that we do not understand."""

    words: set[str] = field(default_factory=set)

    def level(self, word: str) -> Level | None:
        if word not in LEVELS:
            self.words.add(word)
        return LEVELS.get(word)

    def phase(self, word: str) -> Phase:
        """Return the phase; an incident with a word we do not know stays open until we do."""
        if word not in PHASES:
            self.words.add(word)
        return PHASES.get(word, Phase.OPEN)

    @property
    def sorted(self) -> tuple[str, ...]:
        return tuple(sorted(self.words))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """A component as the page lists it. `since` is the day its record begins, `incidents` what it
    names as its own.
    """

    id: str
    name: str
    word: str
    group: str | None
    since: datetime | None
    incidents: tuple[str, ...]


def _parts(rows: Sequence[Row]) -> tuple[_Part, ...]:
    """Return the components in the page's order. Raises UnexpectedShape when there is none.

    A group is a row with children, a row that says so, or one that others name as theirs. What is
    archived is not shown. Of a component listed twice the worse state counts.
    """
    groups = _groups(rows)
    listed = [(row, groups.get(_group_id(row) or "")) for row in rows if row["id"] not in groups]
    at_top = {row["id"] for row, _ in listed}
    for row in rows:
        inside = (
            _row(each, "components.children")
            for each in _list(row.get("children"))
            if not isinstance(each, str)
        )
        listed += [
            (each, groups[row["id"]])
            for each in inside
            if _text(each, "id", "components") not in at_top
        ]
    parts: dict[str, _Part] = {}
    for row, group in sorted(listed, key=_order):
        if not row.get("archivedAt"):
            part = _part(row, group)
            before = parts.get(part.id)
            parts[part.id] = (
                replace(before, word=_worse(before.word, part.word)) if before else part
            )
    if not parts:
        raise UnexpectedShape(
            "components is empty: a page without components says nothing of their state"
        )
    return tuple(parts.values())


def _groups(rows: Iterable[Row]) -> dict[str, str]:
    """Return the names of the groups by id."""
    names, groups = {}, {}
    for row in rows:
        key = _text(row, "id", "components")
        names[key] = _name(row, "components")
        if row.get("isParent") is True or _list(row.get("children")):
            groups[key] = names[key]
        owner = row.get("group")
        if isinstance(owner, dict) and isinstance(owner.get("id"), str):
            groups[owner["id"]] = _name(owner, "components.group")
    return groups


def _group_id(row: Row) -> str | None:
    owner = row.get("group")
    return owner.get("id") if isinstance(owner, dict) and isinstance(owner.get("id"), str) else None


def _order(listed: tuple[Row, str | None]) -> int:
    order = listed[0].get("order")
    return order if type(order) is int else 0


def _part(row: Row, group: str | None) -> _Part:
    where = "components"
    named = row.get("group")
    return _Part(
        id=_text(row, "id", where),
        name=_name(row, where),
        word=_text(row, "status", where),
        group=group or (named if isinstance(named, str) and named else None),
        since=_first_day(row, where),
        incidents=tuple(
            each["id"] for each in _list(row.get("activeIncidents")) if _has_own_id(each)
        ),
    )


def _first_day(row: Row, where: str) -> datetime | None:
    """Return the start of the component's record, which may be a bare date; the record's days are
    UTC.
    """
    value = row.get("startDate")
    bare = isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value)
    return _time_or_none({"startDate": f"{value}T00:00:00Z"} if bare else row, "startDate", where)


def _worse(one: str, other: str) -> str:
    """Return the worse of two words for one component; a word nobody knows is not outvoted."""
    if other not in LEVELS:
        return other
    return one if one not in LEVELS or LEVELS[one] >= LEVELS[other] else other


def _components(seen: _Seen) -> tuple[Component, ...]:
    """Return the components. The days before a record begins are left uncovered rather than told as
    a first day: the JSON answers do not have it, and a first day that comes and goes would be a
    change at every reading.
    """
    return tuple(
        Component(id=part.id, name=part.name, group=part.group, position=position)
        for position, part in enumerate(seen.parts)
    )


def _observed(seen: _Seen, notes: _Notes) -> tuple[Observation, ...]:
    return tuple(
        Observation(component_id=part.id, level=notes.level(part.word), word=part.word)
        for part in seen.parts
    )


def _page_info(seen: _Seen, notes: _Notes) -> PageInfo:
    if seen.word not in PAGE_LEVELS:
        notes.words.add(seen.word)
    return PageInfo(name=seen.name, indicator=seen.word, remark=_contradiction(seen))


def _contradiction(seen: _Seen) -> str | None:
    """Return the disagreement between the page's word and its components, None when none is
    known.
    """
    said = PAGE_LEVELS.get(seen.word)
    worst = worst_level(LEVELS.get(part.word) for part in seen.parts)
    if said is None or worst is None or said is worst:
        return None
    if seen.word == ISSUES and worst is not Level.OPERATIONAL:
        return None
    return f"the page says {seen.word} and its worst component is {worst.title}"


# incidents and impacts


def _incidents(
    rows: Iterable[Row], seen: _Seen, page: PageContext, notes: _Notes
) -> tuple[Incident, ...]:
    """Return the incidents; of one told twice the row that says more counts, components are put
    together.
    """
    told: dict[str, Row] = {}
    for row in rows:
        key = _id(row)
        told[key] = told.get(key, {}) | row
    hit = _hit(seen)
    return tuple(_incident(row, hit.get(key, ()), page, notes) for key, row in told.items())


def _hit(seen: _Seen) -> dict[str, list[str]]:
    """Return the ids of the components that name an incident as theirs, or whose record does, by
    incident.
    """
    hit: dict[str, list[str]] = {}
    for part in seen.parts:
        named = [*part.incidents, *(row.get("noticeId") for row in _intervals(seen, part))]
        for key in named:
            if isinstance(key, str):
                hit.setdefault(key, []).append(part.id)
    return hit


def _incident(row: Row, hit: Iterable[str], page: PageContext, notes: _Notes) -> Incident:
    where = "incident"
    key, status = _id(row), _text(row, "status", where)
    impact = _text_or_none(row, "impact", where)
    maintenance = status in MAINTENANCE_WORDS or impact == "UNDERMAINTENANCE"
    started = _began(row)
    phase = notes.phase(status)
    named = (each.get("id") for each in _list(row.get("components")) if isinstance(each, dict))
    ids = [*hit, *(each for each in named if isinstance(each, str))]
    return Incident(
        id=key,
        title=_name(row, where),
        phase=phase,
        status=status,
        impact="maintenance" if maintenance else impact or "none",
        started_at=started,
        resolved_at=_resolved(row, started) if phase is Phase.CLOSED else None,
        url=_text_or_none(row, "url", where) or page.absolute(quote(key, safe="")),
        maintenance=maintenance,
        component_ids=tuple(dict.fromkeys(ids)),
    )


def _id(row: Row) -> str:
    """Return the id; until 2023 it stood at the end of the incident's address only."""
    address = row.get("url")
    if row.get("id") is None and isinstance(address, str):
        return urlsplit(address).path.rstrip("/").rpartition("/")[2] or _wrong(
            "incident.id", "text", None
        )
    return _text(row, "id", "incident")


def _began(row: Row) -> datetime:
    """Return when an incident started or a maintenance is to start."""
    return _time_or_none(row, "started", "incident") or _time(row, "start", "incident")


def _resolved(row: Row, started: datetime) -> datetime:
    """Return when a closed incident ended: where that is not published, its last update, else its
    start.
    """
    told = _time_or_none(row, "resolved", "incident") or _time_or_none(row, "updatedAt", "incident")
    return max(started, told or started)


def _intervals(seen: _Seen, part: _Part) -> list[Row]:
    """Return the component's intervals of the record; none when the record does not name it."""
    if seen.record is None or part.id not in seen.record:
        return []
    return _rows(_row(seen.record[part.id], "componentsUptime"), "outages", "componentsUptime")


def _impacts(seen: _Seen, page: PageContext, notes: _Notes) -> tuple[Impact, ...]:
    """Return the intervals that have begun and last, overlaps included; one given twice counts
    once.
    """
    told = {_id(row): row for row in (*seen.told, *seen.notices)}
    found = (
        _impact(row, part, told, page, notes)
        for part in seen.parts
        for row in _intervals(seen, part)
    )
    return tuple(dict.fromkeys(impact for impact in found if impact is not None))


def _impact(
    row: Row, part: _Part, told: Mapping[str, Row], page: PageContext, notes: _Notes
) -> Impact | None:
    where = "componentsUptime.outages"
    word = _text(row, "status", where)
    start, end = _time(row, "from", where), _time_or_none(row, "to", where)
    incident_id = _text_or_none(row, "noticeId", where)
    notice = told.get(incident_id or "")
    if (
        end is None
        and notice is not None
        and PHASES.get(_text(notice, "status", "incident")) is Phase.OPEN
    ):
        # what goes on has begun, though the page's clock is ahead of ours
        start = min(start, page.now)
    level = notes.level(word)
    if level is Level.OPERATIONAL or start > page.now or (end is not None and end <= start):
        return None
    return Impact(
        component_id=part.id,
        level=level,
        start=start,
        end=_end(start, end, part, notice, page.now),
        basis=Basis.DECLARED,
        source=RECORD,
        incident_id=incident_id,
        word=word if level is None else None,
    )


def _inferred(incidents: Iterable[Incident], seen: _Seen, now: datetime) -> Iterator[Impact]:
    """Yield what incidents say of components that the record does not list: as bad as their impact
    word, all along.

    The record forgets a component that leaves the page; the incident still names it. Ids of groups
    are no components. Nothing is taken from the word OPERATIONAL: it tells how the incident was
    left, not how bad it was.
    """
    for incident in incidents if seen.record is not None else ():
        word, start, end = _severity(incident), incident.started_at, incident.resolved_at
        if (
            word is None
            or incident.phase is Phase.SCHEDULED
            or start >= now
            or (end is not None and end <= start)
        ):
            continue
        for key in incident.component_ids:
            if key not in (seen.record or {}) and key not in seen.groups:
                yield Impact(
                    component_id=key,
                    level=None,
                    start=start,
                    end=end,
                    basis=Basis.INFERRED,
                    source=RECORD,
                    incident_id=incident.id,
                    word=word,
                )


def _severity(incident: Incident) -> str | None:
    """Return the incident's impact in the words of the user's `impact_mapping`; one that we do not
    know as it is.
    """
    level = Level.MAINTENANCE if incident.maintenance else LEVELS.get(incident.impact)
    if level is None:
        return incident.impact if incident.impact != "none" else None
    return IMPACT_WORDS[level] if level is not Level.OPERATIONAL else None


def _end(
    start: datetime, end: datetime | None, part: _Part, notice: Row | None, now: datetime
) -> datetime | None:
    """Return when an interval ended; None = it goes on, and so does one whose end is only planned.
    An end that lies ahead of an incident that is over is left as it is told: the store ends it when
    that was first read.

    An interval without an end whose incident is over goes on while the component is still shown as
    bad: people close incidents and forget the component, and the vendor's own uptime then counts
    on. Once the component is operational again the interval ended no later than its incident.
    """
    over = notice is not None and PHASES.get(_text(notice, "status", "incident")) is Phase.CLOSED
    if end is not None:
        return end if end <= now or over else None
    if notice is None or not over or LEVELS.get(part.word) is not Level.OPERATIONAL:
        return None
    resolved = _time_or_none(notice, "resolved", "incident")
    return resolved if resolved is not None and start < resolved <= now else start + LEAST


def _coverage(seen: _Seen) -> tuple[Coverage, ...]:
    """Return, for every component the record names, the days it shows since the page and the
    component began.
    """
    if seen.shown is None or seen.record is None:
        return ()
    covered = []
    for part in seen.parts:
        starts = [each for each in (seen.shown.start, seen.created, part.since) if each is not None]
        span = Interval.between(max(starts), seen.shown.end)
        if part.id in seen.record and span is not None:
            covered.append(
                Coverage(span=span, aspect=Aspect.IMPACTS, component_id=part.id, complete=True)
            )
    return tuple(covered)


def _uptimes(seen: _Seen, notes: _Notes) -> tuple[ReportedUptime, ...]:
    reported = []
    for part in seen.parts:
        printed = _row((seen.record or {}).get(part.id, {}), "componentsUptime").get("uptime")
        if printed is None:
            continue
        ratio = _ratio(str(printed))
        if ratio is None:
            notes.words.add(str(printed)[:40])
        else:
            reported.append(
                ReportedUptime(component_id=part.id, window_days=seen.window_days, ratio=ratio)
            )
    return tuple(reported)


def _ratio(percent: str) -> float | None:
    try:
        ratio = Decimal(percent) / 100
        return float(ratio) if 0 <= ratio <= 1 else None
    except InvalidOperation:
        return None


# poll


def poll(page: PageContext) -> Steps:
    """Yield the current state of every component and what is going on, what that means for which
    component, and the end of what no longer is.

    Raises the more telling of the errors met when neither the JSON answers nor the HTML can be
    read.
    """
    with locate_errors(page.url):
        seen = yield from _read_state(page)
        if seen is None:
            return
        with locate_errors(seen.url):
            yield _live(seen, page)
        yield from _follow(seen, page)


def _live(seen: _Seen, page: PageContext) -> Evidence:
    notes = _Notes()
    return Evidence(
        source=STATE,
        read_at=page.now,
        page=_page_info(seen, notes),
        components=_components(seen),
        observed=_observed(seen, notes),
        incidents=_incidents(seen.told, seen, page, notes),
        unknown_words=notes.sorted,
        cursor=_mark(seen),
        outline=True,
    )


def _mark(seen: _Seen) -> str:
    """Return how what goes on or is planned is told, to notice when it is told otherwise."""
    names = ("status", "impact", "updatedAt")
    return json.dumps(
        sorted([_id(row), *(str(row.get(name, "")) for name in names)] for row in seen.told)
    )


def _follow(seen: _Seen, page: PageContext) -> Steps:
    """Yield what incidents that are told otherwise than by the last poll claim of components, which
    the list does not say, and the end of those that have left it: from the root page's record, or
    from their own pages.

    What is claimed could not be known to be wrong if it were read only when all is over.
    """
    vanished = page.open_incidents - {_id(row) for row in seen.told}
    if not vanished:
        yield from _claimed(seen, page)
        return
    root = seen if seen.record is not None else (yield from _read_root(page))
    with locate_errors(root.url):
        evidence = _history(root, page)
    missing = sorted(vanished - {incident.id for incident in evidence.incidents})
    found, withdrawn, gaps = yield from _look_for(missing, root, page)
    yield replace(evidence, withdrawn=withdrawn, gaps=evidence.gaps + gaps)
    if found:
        yield Evidence(source=NOTICES, read_at=page.now, incidents=found, outline=True)


def _claimed(seen: _Seen, page: PageContext) -> Steps:
    """Yield the record if what is listed has changed. A record that cannot be read is a gap: the
    state is known.
    """
    if not seen.told or _mark(seen) == page.cursor:
        return
    try:
        root = seen if seen.record is not None else (yield from _read_root(page))
        with locate_errors(root.url):
            evidence = _history(root, page)
    except PageError as error:
        yield _unread(page, "what goes on", error)
        return
    yield evidence


def _look_for(missing: Sequence[str], seen: _Seen, page: PageContext) -> Reading:
    """Return the incidents that have their own page, the ids of those that have none, and what is
    unreadable.
    """
    found: list[Incident] = []
    withdrawn, gaps = [], []
    for key in missing:
        response = yield from get(f"/{quote(key, safe='')}", accept="text/html")
        if response.status in {404, 410}:
            withdrawn.append(key)
            continue
        try:
            with locate_errors(response.url):
                row = _own_page(require_ok(response).text, key)
                found += _incidents([row], seen, page, _Notes())
        except _FALL_BACK as error:
            gaps.append(Gap(what=f"incident {key}", reason=error.reason, message=str(error)))
    return tuple(found), tuple(withdrawn), tuple(gaps)


def _own_page(text: str, key: str) -> Row:
    """Return the incident that its own page is about."""
    data = _page_data(text)
    decoder = json.JSONDecoder()
    for match in re.finditer(rf'\{{"id":"{re.escape(key)}"', data):
        try:
            row = _plain(sanitize(decoder.raw_decode(data, match.start())[0]))
        except (ValueError, RecursionError):
            continue
        if {"name", "status"} <= row.keys() and row.keys() & {"started", "start"}:
            return _row(row, "incident")
    raise UnexpectedShape("the incident's page does not carry the incident")


# backfill


def backfill(page: PageContext, since: datetime) -> Steps:
    """Yield the intervals of the days that the page's uptime record shows, and by name what is
    older, back to `since`.

    The days before the record are a gap. Where the HTML cannot be read the feed names incidents and
    covers nothing.
    """
    with locate_errors(page.url):
        try:
            seen = yield from _read_root(page)
        except _FALL_BACK as error:
            yield from _from_feed(page, error)
            return
        with locate_errors(seen.url):
            yield replace(_history(seen, page), components=_components(seen))
        if seen.shown is None or day_of(seen.shown.start, UTC) > day_of(since, UTC):
            yield from _older(seen, page, since)


def _history(seen: _Seen, page: PageContext) -> Evidence:
    notes = _Notes()
    gaps = []
    if seen.record is None or seen.shown is None:
        what = (
            "carries no uptime record"
            if seen.record is None
            else "does not say which days its uptime record shows"
        )
        error = UnexpectedShape(f"the page's HTML {what}", url=seen.url)
        gaps.append(Gap(what="the components' past", reason=error.reason, message=str(error)))
    incidents = _incidents([*seen.notices, *seen.told], seen, page, notes)
    return Evidence(
        source=RECORD,
        read_at=page.now,
        page=_page_info(seen, notes),
        incidents=incidents,
        impacts=(*_impacts(seen, page, notes), *_inferred(incidents, seen, page.now)),
        coverage=_coverage(seen),
        reported=_uptimes(seen, notes),
        gaps=tuple(gaps),
        unknown_words=notes.sorted,
    )


def _older(seen: _Seen, page: PageContext, since: datetime) -> Steps:
    """Yield the gap before the record, and the incidents of the history pages, until one is older
    than `since`.
    """
    if seen.shown is not None:
        what = f"impacts {day_of(since, UTC)}..{day_of(seen.shown.start, UTC) - ONE_DAY}"
        yield _unread(
            page, what, UnexpectedShape("the uptime record shows no older days", url=seen.url)
        )
    known = {_id(row) for row in (*seen.notices, *seen.told)}
    listed: set[str] = set()
    for number in range(1, HISTORY_PAGES + 1):
        chunk = f"history {number}"
        if chunk in page.completed_chunks:
            continue
        try:
            rows = yield from _read_history(number)
        except _FALL_BACK as error:
            yield from _instead(page, number, error, known)
            return
        yield _listed(rows, known, seen, page, chunk)
        ids = {_id(row) for row in rows}
        if ids <= listed or any(_began(row) < since for row in rows):
            return
        listed |= ids


def _instead(page: PageContext, number: int, error: PageError, known: Iterable[str]) -> Steps:
    """Yield the gap a history page leaves; in place of the first one, what the feed names."""
    if number == 1:
        try:
            yield from _from_feed(page, error, known)
        except _FALL_BACK:
            pass
        else:
            return
    yield _unread(page, f"history {number}", error)


def _read_history(number: int) -> Reading:
    """Return the incidents of one history page. Raises UnexpectedShape when it has no list, not
    even an empty one.
    """
    response = require_ok((yield from get(f"/history/{number}", accept="text/html")))
    with locate_errors(response.url):
        data = _page_data(response.text)
        if (
            next(_values(data, "notices", "{"), None) is None
            and next(_values(data, "notices", "["), None) is None
        ):
            raise UnexpectedShape("the history page carries no list of notices")
        return _notices(data)


def _listed(
    rows: Sequence[Row], known: set[str], seen: _Seen, page: PageContext, chunk: str
) -> Evidence:
    """Return the incidents that the record does not know better already."""
    notes = _Notes()
    incidents = _incidents((row for row in rows if _id(row) not in known), seen, page, notes)
    return Evidence(
        source=NOTICES,
        read_at=page.now,
        incidents=incidents,
        chunk=chunk,
        unknown_words=notes.sorted,
        outline=True,
    )


def _unread(page: PageContext, what: str, error: PageError) -> Evidence:
    gap = Gap(what=what, reason=error.reason, message=str(error))
    return Evidence(source=NOTICES, read_at=page.now, gaps=(gap,))


# feed


_UPDATE = re.compile(
    r"\b([A-Z][a-z]{2}) (\d{1,2}), (\d{2}:\d{2}:\d{2})"
    r" GMT(?:([+-])(\d{1,2})(?::(\d{2}))?)?\s+-\s+([^-<]{1,40}?)\s+-"
)
"""An update in a feed entry: `Jul 23, 17:50:11 GMT+0 - Monitoring - text`. It has no year."""

_FEED_PHASES = {word.casefold(): phase for word, phase in PHASES.items()} | {
    "planned": Phase.SCHEDULED,
    "in progress": Phase.OPEN,
}


def _from_feed(page: PageContext, first: PageError, known: Iterable[str] = ()) -> Steps:
    """Yield the incidents the feed names, without components and without coverage. Raises `first`
    when it cannot.
    """
    try:
        response = require_ok((yield from get("/history.rss", accept="application/rss+xml")))
        with locate_errors(response.url):
            notes = _Notes()
            found = _feed(response.text, page, notes)
    except _FALL_BACK as error:
        raise first from error
    gap = Gap(what="the components' past", reason=first.reason, message=str(first))
    yield Evidence(
        source=NOTICES,
        read_at=page.now,
        incidents=tuple(incident for incident in found if incident.id not in set(known)),
        gaps=(gap,),
        unknown_words=notes.sorted,
        outline=True,
    )


def _feed(text: str, page: PageContext, notes: _Notes) -> list[Incident]:
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise UnexpectedShape("the feed declares entities")
    try:
        root = ET.fromstring(text)  # noqa: S314 - a document that declares entities was refused above
    except (ET.ParseError, ValueError) as error:
        raise UnexpectedShape(f"not a feed: {error}") from error
    if root.tag != "rss":
        raise UnexpectedShape(f"not a feed: the root is {root.tag[:40]}")
    found = (_feed_incident(node, page, notes) for node in root.iter("item"))
    return list({incident.id: incident for incident in found if incident is not None}.values())


def _feed_incident(node: ET.Element, page: PageContext, notes: _Notes) -> Incident | None:
    """Return the incident of an entry, None when its state cannot be read: the words are localised,
    and a guess would keep it open for ever. The word is counted.
    """
    told = {child.tag: (child.text or "").strip() for child in node}
    key = (told.get("guid") or told.get("link") or "").rstrip("/").rpartition("/")[2]
    began = _feed_time(told.get("pubDate", ""))
    if not key or began is None:
        raise UnexpectedShape("a feed entry without an id or a time")
    text = re.sub(r"<[^>]*>", " ", unescape(told.get("description", "")))
    updates = sorted(
        (_update_time(match, began), match[7].strip()) for match in _UPDATE.finditer(text)
    )
    words = [word for _, word in updates if word.casefold() not in REVIEWS]
    word = words[-1] if words else "(no status)"
    if word.casefold() not in _FEED_PHASES:
        notes.words.add(word)
        return None
    phase = _FEED_PHASES[word.casefold()]
    started = min(began, updates[0][0])
    ended = closed_at(
        (post_saying(at, said.casefold(), _FEED_PHASES) for at, said in updates), started
    )
    return Incident(
        id=key,
        title=told.get("title") or key,
        phase=phase,
        status=word.upper().replace(" ", ""),
        impact="maintenance" if re.search(r"Type:\s*Maintenance", text) else "none",
        started_at=started,
        resolved_at=ended if phase is Phase.CLOSED else None,
        url=told.get("link") or page.absolute(quote(key, safe="")),
        maintenance=bool(re.search(r"Type:\s*Maintenance", text)),
    )


def _feed_time(text: str) -> datetime | None:
    try:
        return datetime.strptime(
            text.replace("GMT", "+0000"), "%a, %d %b %Y %H:%M:%S %z"
        ).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _update_time(match: re.Match[str], began: datetime) -> datetime:
    """Return the time of an update: in the year that brings it nearest to the entry's own date."""
    month, day, clock, sign, hours, minutes, _ = match.groups()
    offset = f"{sign or '+'}{int(hours or 0):02}{int(minutes or 0):02}"
    years = (began.year - 1, began.year, began.year + 1)
    read = (_feed_time(f"Mon, {day} {month} {year:04} {clock} {offset}") for year in years)
    return min((at for at in read if at is not None), key=lambda at: abs(at - began), default=began)
