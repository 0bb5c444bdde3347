"""Better Stack (formerly Better Uptime) status pages: one answer, `/index.json`, holds the state
and 90 days. Pure.

The format:
https://betterstack.com/docs/uptime/status-pages/subscribing-to-status-updates/subscribing-to-api;
the rest was measured on captured pages. What is easily misread:

- A day's `downtime_duration` is outage time only when the day is marked `downtime` or `recovered`
  (down earlier today, up now). On a day marked `degraded` it is degraded time, and the page's own
  `availability` leaves it out.
- A day is marked by its worst state and its seconds are summed over all of them: on a day marked
  down, degraded seconds count as downtime, here as in the page's `availability`. What the reports
  say of degraded time on such a day is therefore left out: it is in the sum.
- Days are cut in the page's zone, which carries a Rails name. Without the zone the days cannot be
  placed.
- One monitor may be shown as several resources, so `resource_id` is no key; the resource's own id
  is.
- `not_monitored` is no state: such a day, or such a resource, is unknown.
- A monitor can be down without any report, reports reach back less far than the days, a report's
  updates are in no order, and a closed report's affected resources read `resolved`: how bad it was
  is only in its updates.

A day's degraded or maintenance seconds that no report explains have no time of day. They are put at
the beginning of the day, where only their number and the day are meant.
"""

import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from monitor.errors import UnexpectedShape
from monitor.intervals import (
    ONE_DAY,
    Interval,
    day_interval,
    day_of,
    subtract,
    total_seconds,
    zone_named,
)
from monitor.kit.evidence import MIN_DURATION
from monitor.kit.messages import messages, posted_states, updates_of
from monitor.kit.posts import Post, Says, end_of
from monitor.kit.prose import prose
from monitor.kit.protocol import About, PageContext, Response, Signal, Steps, get
from monitor.kit.responses import locate_errors, read_json, shape_error
from monitor.kit.states import UNKNOWN
from monitor.model import (
    Aspect,
    Bar,
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
    title="Better Stack",
    verified=date(2026, 9, 19),
    live="/index.json, 1 request",
    reach_days=90,
    reach="90 days of each component, in seconds a day of the page's own zone.",
    granularity="component",
    precision="seconds",
    caveat=(
        "On a day marked down the page counts degraded seconds as downtime; older days are not"
        " explained by reports, which reach back about ten weeks."
    ),
)

INDEX = "/index.json"
COMMON_PATHS = (INDEX,)
SOURCE = "betterstack.index"

LEVELS: Mapping[str, Level] = {
    "operational": Level.OPERATIONAL,
    "resolved": Level.OPERATIONAL,  # a resource in an update that ends a report
    "maintenance": Level.MAINTENANCE,
    "degraded": Level.DEGRADED,
    "downtime": Level.MAJOR_OUTAGE,
}
"""States of resources, of the page, and of resources in a report's updates."""

NOT_MONITORED = "not_monitored"

DAY_LEVELS: Mapping[str, Level] = {
    "operational": Level.OPERATIONAL,
    "maintenance": Level.MAINTENANCE,
    "degraded": Level.DEGRADED,
    "downtime": Level.MAJOR_OUTAGE,
    # only of today: was down, is up; reads `downtime` once the day is over
    "recovered": (Level.MAJOR_OUTAGE),
}
"""What a day's mark says its `downtime_duration` was."""

WORDS = {level: word for word, level in LEVELS.items() if word != "resolved"}
RESOLVED = "resolved"
REPORT_TYPES = ("manual", "automatic", "maintenance")

RECENT_DAYS = 3
"""Days of history kept with a poll. Of 232 days read two months apart only the one in progress had
changed."""

UPTIME_DAYS = 90
"""Window of the availability the page prints."""

ROUNDING = 1.0
"""Seconds by which a day's sum and the reports that explain it may differ: the sums are exact,
reports less so."""

Row = dict[str, Any]

# time zones

ALIKE: Mapping[str, str] = {
    "Africa": "Algiers Cairo Casablanca Harare Johannesburg Monrovia Nairobi",
    "America": (
        "Bogota Caracas Chihuahua Halifax La_Paz Lima Mazatlan Mexico_City Monterrey Montevideo"
        " Puerto_Rico Santiago Tijuana"
    ),
    "Asia": (
        "Almaty Baghdad Baku Bangkok Chongqing Colombo Dhaka Hong_Kong Irkutsk Jakarta Jerusalem"
        " Kabul Kamchatka Karachi Kathmandu Kolkata Krasnoyarsk Kuala_Lumpur Kuwait Magadan Muscat"
        " Novosibirsk Rangoon Riyadh Seoul Shanghai Singapore Srednekolymsk Taipei Tashkent Tbilisi"
        " Tehran Tokyo Ulaanbaatar Urumqi Vladivostok Yakutsk Yerevan"
    ),
    "Atlantic": "Azores",
    "Australia": "Adelaide Brisbane Darwin Hobart Melbourne Perth Sydney",
    "Europe": (
        "Amsterdam Athens Belgrade Berlin Bratislava Brussels Bucharest Budapest Copenhagen Dublin"
        " Helsinki Istanbul Kaliningrad Lisbon Ljubljana London Madrid Minsk Moscow Paris Prague"
        " Riga Rome Samara Sarajevo Skopje Sofia Stockholm Tallinn Vienna Vilnius Volgograd Warsaw"
        " Zagreb Zurich"
    ),
    "Pacific": "Auckland Fiji Guam Port_Moresby",
}
"""Zones that Rails calls by the last part of their IANA name, with spaces for underscores."""

RAILS_ZONES: Mapping[str, str] = {
    **{
        name.replace("_", " "): f"{area}/{name}"
        for area, names in ALIKE.items()
        for name in names.split()
    },
    "Abu Dhabi": "Asia/Muscat",
    "Alaska": "America/Juneau",
    "American Samoa": "Pacific/Pago_Pago",
    "Arizona": "America/Phoenix",
    "Astana": "Asia/Almaty",
    "Atlantic Time (Canada)": "America/Halifax",
    "Beijing": "Asia/Shanghai",
    "Bern": "Europe/Zurich",
    "Brasilia": "America/Sao_Paulo",
    "Buenos Aires": "America/Argentina/Buenos_Aires",
    "Canberra": "Australia/Canberra",
    "Cape Verde Is.": "Atlantic/Cape_Verde",
    "Central America": "America/Guatemala",
    "Central Time (US & Canada)": "America/Chicago",
    "Chatham Is.": "Pacific/Chatham",
    "Chennai": "Asia/Kolkata",
    "Eastern Time (US & Canada)": "America/New_York",
    "Edinburgh": "Europe/London",
    "Ekaterinburg": "Asia/Yekaterinburg",
    "Georgetown": "America/Guyana",
    "Greenland": "America/Nuuk",
    "Guadalajara": "America/Mexico_City",
    "Hanoi": "Asia/Bangkok",
    "Hawaii": "Pacific/Honolulu",
    "Indiana (East)": "America/Indiana/Indianapolis",
    "International Date Line West": "Etc/GMT+12",
    "Islamabad": "Asia/Karachi",
    "Kyiv": "Europe/Kyiv",
    "Marshall Is.": "Pacific/Majuro",
    "Mid-Atlantic": "Atlantic/South_Georgia",
    "Midway Island": "Pacific/Midway",
    "Mountain Time (US & Canada)": "America/Denver",
    "Mumbai": "Asia/Kolkata",
    "New Caledonia": "Pacific/Noumea",
    "New Delhi": "Asia/Kolkata",
    "Newfoundland": "America/St_Johns",
    "Nuku'alofa": "Pacific/Tongatapu",
    "Osaka": "Asia/Tokyo",
    "Pacific Time (US & Canada)": "America/Los_Angeles",
    "Pretoria": "Africa/Johannesburg",
    "Quito": "America/Lima",
    "Samoa": "Pacific/Apia",
    "Sapporo": "Asia/Tokyo",
    "Saskatchewan": "America/Regina",
    "Solomon Is.": "Pacific/Guadalcanal",
    "Sri Jayawardenepura": "Asia/Colombo",
    "St. Petersburg": "Europe/Moscow",
    "Tokelau Is.": "Pacific/Fakaofo",
    "UTC": "Etc/UTC",
    "Wellington": "Pacific/Auckland",
    "West Central Africa": "Africa/Algiers",
}
"""IANA zones by the names of Rails (`ActiveSupport::TimeZone::MAPPING`), of which the page shows
one."""


def iana_zone(name: str) -> str | None:
    """Return the IANA name of a zone given by its Rails or its IANA name; None when nobody calls a
    zone so.
    """
    known = RAILS_ZONES.get(name, name)
    try:
        zone_named(known)
    except ValueError:
        return None
    return known


# recognising

MARKUP = (b"status-page__overview", b"status-page__resource", b"text-statuspage-")
HOSTS = (".betteruptime.com",)
LINKS = (b"uptime.betterstack.com", b"betterstack.com/", b"betteruptime.com")
LOGOS = "https://d1lppblt9t2x15.cloudfront.net/"


def detect(response: Response) -> list[Signal]:
    """Return the signs of a Better Stack page, of kinds shape, history, assets and markup.

    That `/index.json` answers is no sign: some other generators write a file of that name.
    """
    head = response.body[:512].removeprefix(b"\xef\xbb\xbf").lstrip()
    if head[:1] == b"{":
        return list(_json_signals(response))
    return list(_html_signals(response.body)) if head[:1] == b"<" else []


def _json_signals(response: Response) -> Iterator[Signal]:
    try:
        told = json.loads(response.text)
        page, included = told["data"], told["included"]
        if page["type"] != "status_page" or "aggregate_state" not in page["attributes"]:
            return
        yield Signal("shape", "a JSON:API document of type status_page with an aggregate_state")
        if any(
            row["type"] == "status_page_resource" and "status_history" in row["attributes"]
            for row in included
        ):
            yield Signal("history", "resources of type status_page_resource with a status_history")
        if str(page["attributes"].get("logo_url")).startswith(LOGOS):
            yield Signal("assets", f"the logo is kept on {LOGOS}")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return


def _html_signals(body: bytes) -> Iterator[Signal]:
    marks = [mark.decode() for mark in MARKUP if mark in body]
    if marks:
        yield Signal("markup", ", ".join(marks))
        hosts = [host.decode() for host in LINKS if host in body]
        if hosts:  # on any other page a link to them is no sign
            yield Signal("assets", ", ".join(hosts))


# decoding, with the place


def _object(owner: Row, key: str, where: str) -> Row:
    value = owner.get(key)
    return value if isinstance(value, dict) else shape_error(f"{where}.{key}", "an object", value)


def _rows(owner: Row, key: str, where: str) -> list[Row]:
    value = owner.get(key)
    if not isinstance(value, list):
        shape_error(f"{where}.{key}", "a list", value)
    return [
        row if isinstance(row, dict) else shape_error(f"{where}.{key}[]", "an object", row)
        for row in value
    ]


def _text(owner: Row, key: str, where: str) -> str:
    value = owner.get(key)
    return (
        value if isinstance(value, str) and value else shape_error(f"{where}.{key}", "text", value)
    )


def _id(owner: Row, key: str, where: str) -> str:
    """Return an id as text: the same one is text in one place and a number in another."""
    value = owner.get(key)
    if isinstance(value, str) and value:
        return value
    return (
        str(value)
        if isinstance(value, int) and not isinstance(value, bool)
        else shape_error(where, "an id", value)
    )


def _time(owner: Row, key: str, where: str) -> datetime:
    return _time_or_none(owner, key, where) or shape_error(f"{where}.{key}", "a time", None)


def _time_or_none(owner: Row, key: str, where: str) -> datetime | None:
    value = owner.get(key)
    if value is None:
        return None
    try:
        instant = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        shape_error(f"{where}.{key}", "a time", value)
    return (
        instant.astimezone(UTC)
        if instant.tzinfo
        else shape_error(f"{where}.{key}", "a time with its zone", value)
    )


def _seconds(owner: Row, key: str, where: str) -> float:
    value = owner.get(key)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < math.inf:
        shape_error(f"{where}.{key}", "a number of seconds", value)
    return float(value)


def _day(owner: Row, key: str, where: str) -> date:
    value = owner.get(key)
    try:
        return date.fromisoformat(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        shape_error(f"{where}.{key}", "a day", value)


def _once(rows: Iterable[Row], key: Callable[[Row], Any], where: str) -> dict[Any, Row]:
    """Return the rows by key. The same row twice counts once; two that differ under one key are an
    error.
    """
    found: dict[Any, Row] = {}
    for row in rows:
        if found.setdefault(key(row), row) != row:
            raise UnexpectedShape(f"{where}: {key(row)} is there twice and differs")
    return found


# the document


@dataclass(frozen=True, slots=True, kw_only=True)
class _Document:
    """The answer, sorted: `sections`, `reports` and `updates` are attributes by id, `resources` in
    the page's order.
    """

    page_id: str
    known_zone: str | None
    attributes: Row
    sections: Mapping[str, Row]
    resources: Mapping[str, Row]
    reports: Mapping[str, Row]
    updates: Mapping[str, Row]
    updates_of: Mapping[str, Sequence[str]]

    @property
    def own_zone(self) -> str | None:
        """The IANA name of the zone the page says it cuts its days in; None when it names none we
        know.
        """
        name = self.attributes.get("timezone")
        return iana_zone(name) if isinstance(name, str) else None

    @property
    def zone(self) -> ZoneInfo | None:
        """The zone the days are cut in: the page's own, else the user's or the one it named
        last.
        """
        known = self.own_zone or self.known_zone
        return zone_named(known) if known else None


def _document(told: object, known_zone: str | None) -> _Document:
    """Return the answer as a document. Raises UnexpectedShape when it is not one, or lacks what it
    names itself.
    """
    answer = told if isinstance(told, dict) else shape_error("the answer", "an object", told)
    page = _object(answer, "data", "the answer")
    if page.get("type") != "status_page":
        shape_error("data.type", "status_page", page.get("type"))
    included = _once(_rows(answer, "included", "the answer"), _key, "included")
    relations = _object(page, "relationships", "data")
    resources = _related(relations, "resources", included, "status_page_resource")
    if not resources:
        raise UnexpectedShape("the page has no resources: it says nothing of any state")
    reports = _related(relations, "status_reports", included, "status_report")
    return _Document(
        page_id=_id(page, "id", "data"),
        known_zone=known_zone,
        attributes=_object(page, "attributes", "data"),
        sections=_attributes(_related(relations, "sections", included, "status_page_section")),
        resources=_attributes(resources),
        reports=_attributes(reports),
        updates=_attributes(
            {key: row for (kind, key), row in included.items() if kind == "status_update"}
        ),
        updates_of={key: _update_ids(row) for key, row in reports.items()},
    )


def _key(row: Row) -> tuple[str, str]:
    return _text(row, "type", "included[]"), _id(row, "id", "included[].id")


def _related(
    relations: Row, name: str, included: Mapping[tuple[str, str], Row], kind: str
) -> dict[str, Row]:
    """Return the included rows of a relation in its order. Raises UnexpectedShape when one of them
    is missing.
    """
    where = f"data.relationships.{name}"
    found = {}
    for row in _rows(_object(relations, name, "data.relationships"), "data", where):
        key = _id(row, "id", where)
        if (kind, key) not in included:
            raise UnexpectedShape(f"{where} names {key}, which is not included")
        found[key] = included[kind, key]
    return found | {
        key: row for (one, key), row in included.items() if one == kind and key not in found
    }


def _attributes(rows: Mapping[str, Row]) -> dict[str, Row]:
    return {key: _object(row, "attributes", f"{row['type']} {key}") for key, row in rows.items()}


def _update_ids(report: Row) -> list[str]:
    where = "status_report.relationships"
    updates = _object(_object(report, "relationships", "status_report"), "status_updates", where)
    return [_id(row, "id", where) for row in _rows(updates, "data", f"{where}.status_updates")]


@dataclass(slots=True)
class _Notes:
    """Words that a reading came across and that are in no table."""

    words: set[str] = field(default_factory=set)

    def level(self, word: str, table: Mapping[str, Level] = LEVELS) -> Level | None:
        """Return the word's level; None for `not_monitored`, and for a word nobody knows, which is
        noted.
        """
        level = table.get(word)
        if level is None and word != NOT_MONITORED:
            self.words.add(word)
        return level


# reports of incidents


@dataclass(frozen=True, slots=True, kw_only=True)
class _Report:
    """One report and what it says of each resource: pieces with the level or, in `word`, a state
    nobody knows.
    """

    incident: Incident
    impacts: tuple[Impact, ...]
    updates: tuple[IncidentUpdate, ...] = ()


def _reports(document: _Document, now: datetime, notes: _Notes) -> list[_Report]:
    return [_report(key, row, document, now, notes) for key, row in document.reports.items()]


def _report(key: str, row: Row, document: _Document, now: datetime, notes: _Notes) -> _Report:
    where = f"status_report {key}"
    kind = _text(row, "report_type", where)
    if kind not in REPORT_TYPES:
        notes.words.add(kind)
    starts = _time(row, "starts_at", where)
    status = _text(row, "aggregate_state", where)
    if status != NOT_MONITORED:
        notes.level(status)
    posts = _posts(key, document)
    phase, end = _phase(row, kind, starts, posts, now)
    affected = _states(row, where)
    basis = Basis.DECLARED if kind == "maintenance" else Basis.TRANSITION
    impacts = _impacts(
        key, _timeline(kind, starts, affected, posts, phase), end, now, notes, basis=basis
    )
    named = {
        resource for states in (affected, *(post.states for post in posts)) for resource in states
    }
    worst = max(
        (impact.level or Level.OPERATIONAL for impact in impacts), default=Level.OPERATIONAL
    )
    incident = Incident(
        id=key,
        title=_text(row, "title", where),
        phase=phase,
        status=status,
        impact="maintenance" if kind == "maintenance" else WORDS[worst] if worst else "none",
        started_at=starts,
        resolved_at=end if phase is Phase.CLOSED else None,
        maintenance=kind == "maintenance",
        component_ids=tuple(sorted(named)),
    )
    rows = (
        document.updates[name] | {"id": name} for name in dict.fromkeys(document.updates_of[key])
    )
    updates = messages(list(rows), at="published_at", states=_posted)
    return _Report(incident=incident, impacts=impacts, updates=tuple(updates_of(key, updates)))


def _posted(update: Row) -> Iterator[PostedState]:
    return posted_states(update.get("affected_resources"), LEVELS, key="status_page_resource_id")


@dataclass(frozen=True, slots=True)
class _Update:
    """An update of a report: when, the state of each resource it names, and its text."""

    at: datetime
    states: Mapping[str, str]
    message: str


def _posts(key: str, document: _Document) -> list[_Update]:
    """Return the report's updates, oldest first."""
    posts = []
    for name in dict.fromkeys(document.updates_of[key]):
        where = f"status_update {name}"
        if name not in document.updates:
            raise UnexpectedShape(f"status_report {key} names {where}, which is not included")
        row = document.updates[name]
        message = row.get("message")
        posts.append(
            _Update(
                _time(row, "published_at", where),
                _states(row, where),
                message if isinstance(message, str) else "",
            )
        )
    return sorted(posts, key=lambda post: post.at)


def _said(updates: Iterable[_Update]) -> Iterator[Post]:
    """Yield what updates say of their report: it goes on while a resource that they named is not
    well again.

    One that names no resource may say in its text that it is over, or that it is a review.
    """
    held: dict[str, str] = {}
    for update in updates:
        held.update(update.states)
        says = prose(update.message)
        if update.states:
            well = all(
                LEVELS.get(word) is Level.OPERATIONAL or word == NOT_MONITORED
                for word in held.values()
            )
            says = Says.OVER if well else Says.GOES_ON
        yield Post(update.at, Says.UNCLEAR if says is Says.GOES_ON and not update.states else says)


def _states(row: Row, where: str) -> dict[str, str]:
    """Return the state word of every resource a report or an update names; the worst where one is
    named twice.
    """
    states: dict[str, str] = {}
    if row.get("affected_resources") is None:
        return states
    for one in _rows(row, "affected_resources", where):
        key, word = _id(one, "status_page_resource_id", where), _text(one, "status", where)
        states[key] = _worse(states.get(key), word)
    return states


def _worse(one: str | None, other: str) -> str:
    """Return the worse of two state words; a word nobody knows counts unless one is bad."""
    return other if one is None else max(one, other, key=lambda word: LEVELS.get(word, UNKNOWN))


def _phase(
    row: Row, kind: str, starts: datetime, posts: Sequence[_Update], now: datetime
) -> tuple[Phase, datetime | None]:
    """Return the report's phase and its end, None = not ended.

    A manual report carries no `ends_at` even when it is over: then the update that says so ended
    it, and those after it are reviews. An end in the future is a plan. A maintenance is marked
    `maintenance` days before it begins, so that only its times tell.
    """
    ends = _time_or_none(row, "ends_at", "status_report")
    if starts > now:
        return Phase.SCHEDULED, None
    ends = None if ends is not None and ends > now else ends
    over = row["aggregate_state"] == RESOLVED or (kind == "maintenance" and ends is not None)
    end = end_of(_said(post for post in posts if post.at <= now), ends, starts, over=over)
    return (Phase.OPEN, None) if end is None else (Phase.CLOSED, end)


def _timeline(
    kind: str, starts: datetime, affected: dict[str, str], posts: Sequence[_Update], phase: Phase
) -> dict[str, list[tuple[datetime, str]]]:
    """Return each resource's states in order, from the report's start on.

    An update names what it changes; the first that names any is taken to hold since the report's
    start. A maintenance's updates name nothing: what the report names is under maintenance for its
    whole length.
    """
    lines: dict[str, list[tuple[datetime, str]]] = {}
    if kind == "maintenance":
        return {key: [(starts, "maintenance")] for key in affected}
    said: list[tuple[datetime, Mapping[str, str]]] = [
        (post.at, post.states) for post in posts if post.states
    ]
    if not said and phase is not Phase.CLOSED:
        said = [(starts, affected)]
    for index, (at, states) in enumerate(said):
        since = min(at, starts) if index == 0 else at
        for key, word in states.items():
            line = lines.setdefault(key, [])
            if not line or line[-1][1] != word:
                line.append((max(since, starts), word))
    return lines


def _impacts(
    report: str,
    lines: Mapping[str, Sequence[tuple[datetime, str]]],
    end: datetime | None,
    now: datetime,
    notes: _Notes,
    *,
    basis: Basis,
) -> tuple[Impact, ...]:
    impacts = []
    for key, line in lines.items():
        nexts = [at for at, _ in line[1:]] + [end]
        for (at, word), until in zip(line, nexts, strict=True):
            level = notes.level(word)
            stop = min(until, end) if until is not None and end is not None else until
            if level is Level.OPERATIONAL or at >= now or until == at:
                continue
            if stop is not None and stop <= at:
                # a bad state was posted, however early the report is said to have ended
                stop = at + MIN_DURATION
            impacts.append(
                Impact(
                    component_id=key,
                    level=level,
                    start=at,
                    end=stop if stop is None or stop <= now else None,
                    basis=basis,
                    source=SOURCE,
                    incident_id=report,
                    word=word if level is None else None,
                )
            )
    return tuple(impacts)


# history, day by day


@dataclass(frozen=True, slots=True)
class _Marked:
    """One day of a resource: the level of its mark, and the seconds the page counts. `span` is its
    elapsed part.
    """

    day: date
    level: Level | None
    down: float
    maintained: float
    span: Interval
    is_unmonitored: bool = False

    @property
    def is_down(self) -> bool:
        """Whether the day's seconds are outage time."""
        return self.level is Level.MAJOR_OUTAGE

    @property
    def disagrees(self) -> bool:
        """Whether the day has seconds of trouble and a mark that denies them: nothing can be said
        of it.
        """
        return self.down > 0 and self.level in {Level.OPERATIONAL, Level.MAINTENANCE}


def _marked_days(key: str, row: Row, zone: ZoneInfo, now: datetime, notes: _Notes) -> list[_Marked]:
    """Return the begun days of a resource's history in order. A resource may have none."""
    where = f"status_page_resource {key}.status_history"
    if row.get("status_history") is None:
        return []
    days = []
    listed = _once(_rows(row, "status_history", where), lambda one: _day(one, "day", where), where)
    for day, one in sorted(listed.items()):
        elapsed = _elapsed(day, zone, now)
        word = _text(one, "status", where)
        level = notes.level(word, DAY_LEVELS)
        down, maintained = (
            _seconds(one, "downtime_duration", where),
            _seconds(one, "maintenance_duration", where),
        )
        if elapsed is not None:
            # A day cannot hold more than its length; days of groups of monitors may be summed over
            # them.
            span, length = elapsed
            days.append(
                _Marked(day, level, min(down, length), maintained, span, word == NOT_MONITORED)
            )
    return days


@lru_cache(maxsize=1_024)  # every resource has the same days
def _elapsed(day: date, zone: ZoneInfo, now: datetime) -> tuple[Interval, float] | None:
    """Return the part of the day that has elapsed and the whole day's length in seconds; None
    before it begins.
    """
    whole = day_interval(day, zone)
    span = Interval.between(whole.start, min(whole.end, now))
    return (span, whole.seconds) if span is not None else None


def _bar(key: str, marked: _Marked) -> Bar:
    """Return the outage of a day that is marked down; a mark without seconds counts for one."""
    return Bar(
        component_id=key, day=marked.day, major_seconds=max(1, round(marked.down)), source=SOURCE
    )


def _coverage(key: str, days: Iterable[_Marked]) -> Iterator[Coverage]:
    """Yield what a resource's history speaks for: what no report tells it tells, except on a day
    marked down.

    On such a day the sum is the whole truth about outages and says nothing of when they were.
    """
    told = [marked for marked in days if marked.level is not None and not marked.disagrees]
    for span in _runs(told):
        yield Coverage(span=span, aspect=Aspect.BARS, component_id=key, complete=True)
    for span in _runs(marked for marked in told if not marked.is_down):
        yield Coverage(span=span, aspect=Aspect.IMPACTS, component_id=key, complete=True)


def _runs(days: Iterable[_Marked]) -> Iterator[Interval]:
    """Yield the spans of consecutive days."""
    run: Interval | None = None
    for marked in days:
        if run is not None and run.end == marked.span.start:
            run = Interval(run.start, marked.span.end)
            continue
        if run is not None:
            yield run
        run = marked.span
    if run is not None:
        yield run


def _unexplained(
    key: str, marked: _Marked, impacts: Sequence[Impact], now: datetime
) -> Iterator[Impact]:
    """Yield the day's degraded and maintenance seconds that no report explains, at the beginning of
    the day.
    """
    degraded = marked.down if marked.level is Level.DEGRADED else 0.0
    if max(degraded, marked.maintained) <= ROUNDING:
        return
    taken = [
        (impact.level, span)
        for impact in impacts
        if (span := _within(impact, marked.span, now)) is not None
    ]
    for level, seconds in ((Level.DEGRADED, degraded), (Level.MAINTENANCE, marked.maintained)):
        explained = total_seconds(
            span for told, span in taken if told is not None and told >= level
        )
        missing = seconds - explained
        if missing <= ROUNDING:
            continue
        for span in _first_seconds(subtract([marked.span], [span for _, span in taken]), missing):
            taken.append((level, span))
            yield Impact(
                component_id=key,
                level=level,
                start=span.start,
                end=span.end,
                basis=Basis.DECLARED,
                source=SOURCE,
            )


def _within(impact: Impact, span: Interval, now: datetime) -> Interval | None:
    whole = Interval.between(impact.start, impact.end or now)
    return whole.clip(span) if whole is not None else None


def _first_seconds(spans: Iterable[Interval], seconds: float) -> Iterator[Interval]:
    """Yield the earliest parts of the spans that together last that long, or all of them when they
    are too short.
    """
    for span in spans:
        end = min(span.end, span.start + timedelta(seconds=min(seconds, span.seconds)))
        part = Interval.between(span.start, end)
        if part is not None:
            yield part
            seconds -= part.seconds
        if seconds <= 0:
            return


def _outside_sums(impact: Impact, down: Sequence[Interval], now: datetime) -> Iterator[Impact]:
    """Yield the parts of an impact that are in no day's sum: degraded time of days marked down is
    in it. What goes on is told to go on from now on where today is such a day: else it would be a
    new claim tomorrow.
    """
    whole = Interval.between(impact.start, impact.end or now)
    if impact.level is not Level.DEGRADED or whole is None:
        yield impact
        return
    spans = subtract([whole], down)
    if impact.end is None and (not spans or spans[-1].end < whole.end):
        yield replace(impact, start=now)
    for span in spans:
        goes_on = impact.end is None and span.end == whole.end
        yield Impact(
            component_id=impact.component_id,
            level=impact.level,
            start=span.start,
            end=None if goes_on else span.end,
            basis=impact.basis,
            source=impact.source,
            incident_id=impact.incident_id,
        )


@dataclass(slots=True)
class _History:
    """What the days say, collected over the resources. `disagreements` counts days whose mark
    denies their seconds.
    """

    bars: list[Bar] = field(default_factory=list)
    impacts: list[Impact] = field(default_factory=list)
    coverage: list[Coverage] = field(default_factory=list)
    disagreements: int = 0

    def add(
        self, key: str, days: Sequence[_Marked], impacts: Sequence[Impact], now: datetime
    ) -> None:
        """Add one resource's days, with the impacts that its reports tell."""
        self.coverage += _coverage(key, days)
        self.disagreements += sum(marked.disagrees for marked in days)
        for marked in days:
            if marked.is_down:
                self.bars.append(_bar(key, marked))
            self.impacts += _unexplained(key, marked, impacts, now)


def _history(
    document: _Document, reports: Iterable[_Report], page: PageContext, first: date, notes: _Notes
) -> _History:
    """Return what the days from `first` on say, and all that the reports say beside them."""
    history = _History()
    told: dict[str, list[Impact]] = {}
    for impact in (impact for report in reports for impact in report.impacts):
        told.setdefault(impact.component_id, []).append(impact)
    days_of = _days_of(document, page.now, notes)
    for key, days in days_of.items():
        history.add(
            key, [marked for marked in days if marked.day >= first], told.get(key, ()), page.now
        )
    for key, impacts in told.items():
        down = [marked.span for marked in days_of.get(key, ()) if marked.is_down]
        history.impacts += (
            part for impact in impacts for part in _outside_sums(impact, down, page.now)
        )
    return history


def _days_of(document: _Document, now: datetime, notes: _Notes) -> dict[str, list[_Marked]]:
    """Return every resource's days; none when they cannot be placed for want of a zone."""
    zone = document.zone
    if zone is None:
        return {}
    return {
        key: _marked_days(key, row, zone, now, notes) for key, row in document.resources.items()
    }


# poll and backfill


def poll(page: PageContext) -> Steps:
    """Read the current state, the reports and the last days' sums: all in one request, conditional.

    Raises NotJson when the page answers HTML in place of its data: some pages have it switched off.
    """
    response = yield from get(INDEX, conditional=True)
    if not response.unchanged:
        yield _read(response, page, None)


def backfill(page: PageContext, since: datetime) -> Steps:
    """Read the days since `since`, at most the 90 the page keeps, with the same request as
    `poll`.
    """
    response = yield from get(INDEX)
    yield _read(response, page, since)


def _read(response: Response, page: PageContext, since: datetime | None) -> Evidence:
    told = read_json(response)
    with locate_errors(response.url):
        return _evidence(_document(told, page.zone), page, since)


def _evidence(document: _Document, page: PageContext, since: datetime | None) -> Evidence:
    """Return all of the answer; days only since `since`, None = the last few, which alone still
    change.
    """
    notes = _Notes()
    zone = document.zone or UTC
    recent = day_of(page.now, zone) - (RECENT_DAYS - 1) * ONE_DAY
    reports = _reports(document, page.now, notes)
    history = _history(
        document, reports, page, recent if since is None else day_of(since, zone), notes
    )
    observed = tuple(_observation(key, row, notes) for key, row in document.resources.items())
    listed = {report.incident.id for report in reports}
    info = _page_info(document, observed, history.disagreements, notes)
    return Evidence(
        source=SOURCE,
        read_at=page.now,
        page=info,
        components=tuple(_components(document, page.now, notes)),
        incidents=tuple(report.incident for report in reports),
        updates=tuple(update for report in reports for update in report.updates),
        impacts=tuple(dict.fromkeys(history.impacts)),
        bars=tuple(history.bars),
        observed=observed,
        coverage=tuple(history.coverage),
        reported=tuple(_reported(document)),
        withdrawn=tuple(sorted(page.open_incidents - listed)),
        gaps=() if since is None or document.zone else (_zone_gap(document),),
        unknown_words=tuple(sorted(notes.words)),
    )


def _components(document: _Document, now: datetime, notes: _Notes) -> Iterator[Component]:
    days_of = _days_of(document, now, notes)
    for position, (key, row) in enumerate(document.resources.items()):
        where = f"status_page_resource {key}"
        section = None
        if row.get("status_page_section_id") is not None:
            section = document.sections.get(_id(row, "status_page_section_id", where))
        yield Component(
            id=key,
            name=_text(row, "public_name", where),
            group=_text(section, "name", "status_page_section") if section else None,
            position=position,
            start_date=_first_monitored(days_of.get(key, ())),
            has_bars=bool(row.get("status_history")),
        )


def _first_monitored(days: Sequence[_Marked]) -> date | None:
    """Return the day a resource's record begins, if it is among those shown: before it, the vendor
    did not count it.
    """
    monitored = (marked.day for marked in days if not marked.is_unmonitored)
    first = next(monitored, None)
    return first if days and first is not None and first > days[0].day else None


def _observation(key: str, row: Row, notes: _Notes) -> Observation:
    word = _text(row, "status", f"status_page_resource {key}")
    return Observation(component_id=key, level=notes.level(word), word=word)


def _reported(document: _Document) -> Iterator[ReportedUptime]:
    for key, row in document.resources.items():
        if row.get("availability") is None:
            continue
        ratio = _seconds(row, "availability", f"status_page_resource {key}")
        if ratio > 1:
            shape_error(f"status_page_resource {key}.availability", "a share of 1", ratio)
        yield ReportedUptime(component_id=key, window_days=UPTIME_DAYS, ratio=ratio)


def _page_info(
    document: _Document, observed: Iterable[Observation], disagreements: int, notes: _Notes
) -> PageInfo:
    attributes = document.attributes
    state = _text(attributes, "aggregate_state", "data.attributes")
    zone = attributes.get("timezone")
    if document.own_zone is None and isinstance(zone, str) and zone:
        notes.words.add(zone)
    remarks = [_disagreement(notes.level(state), state, observed)]
    if disagreements:
        remarks.append(
            f"days with seconds of downtime under a mark that denies them: {disagreements}"
        )
    name = attributes.get("company_name")
    return PageInfo(
        external_id=document.page_id,
        name=name if isinstance(name, str) and name else None,
        zone=document.own_zone,
        indicator=state,
        remark="; ".join(remark for remark in remarks if remark) or None,
    )


def _disagreement(said: Level | None, word: str, observed: Iterable[Observation]) -> str | None:
    """Say how the page's own state contradicts its resources: one of them is well and the other is
    not.
    """
    levels = [one.level for one in observed]
    if said is None or None in levels:
        return None
    worst = max(level for level in levels if level is not None)
    if (said is Level.OPERATIONAL) == (worst is Level.OPERATIONAL):
        return None
    return f"the page says {word}, its worst resource {WORDS[worst]}"


def _zone_gap(document: _Document) -> Gap:
    zone = document.attributes.get("timezone")
    told = (
        f"the page cuts its days in {zone!r}, which is no time zone we know"
        if zone
        else "it names no time zone"
    )
    message = f"{told}; set `zone:` of this vendor"
    return Gap(what="the days of the history", reason=UnexpectedShape.reason, message=message)
