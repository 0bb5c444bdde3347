"""Atlassian Statuspage: live state from `/api/v2`, history from the uptime record and the
incidents' updates.

Sources, best first: the page's own uptime record in seconds (`/uptime_showcase`, the older embedded
`uptimeData`, `/uptime/<component>.json`), which cannot show degraded or maintenance; and the
components' states that every incident update posts (`/api/v2/incidents*.json`, found through
`/history`). A component's state is never taken from the page's indicator, and an incident that
names no component gives no level.

The format is described at https://www.statuspage.io/api and
https://support.atlassian.com/statuspage/. Everything that appears here as a rule of it and is not
documented there was measured on captured pages.

Measured on one page's 769 component-days of five months: with a posted state held until the closing
update, 741 agree with the vendor's bars to 5 s (186 of the 214 with an outage), and 737 (182) with
the end that the vendor dated back. An incident that names components and calls them operational in
every update is as bad as its impact word, with low confidence: the 26 component-days of six such
incidents agree with the bars with and without it, and so decide nothing.
"""

import html
import json
import re
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache
from itertools import pairwise
from typing import Any, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from bs4 import BeautifulSoup

from monitor.errors import (
    BadStatus,
    BotChallenge,
    EmptyBody,
    FetchError,
    PageError,
    PageUnavailable,
    ParseError,
    Truncated,
    UnexpectedShape,
)
from monitor.impacts import DEFAULT_IMPACT_MAPPING
from monitor.intervals import ONE_DAY, Interval, day_interval, day_of, utc, zone_named
from monitor.kit.messages import updates_of
from monitor.kit.protocol import About, PageContext, Response, Signal, Step, Steps, get, get_all
from monitor.kit.responses import is_challenge, read_json, require_ok, sanitize, unwrap
from monitor.kit.states import UNKNOWN
from monitor.kit.zones import own_zone
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
    title="Atlassian Statuspage",
    verified=date(2026, 9, 12),
    live="/api/v2/summary.json, 1 request",
    reach_days=None,
    reach=(
        "The page's own uptime record where it shows one (90 days at once, older month by month)"
        " and the states that incident updates post, as far back as the page has existed."
    ),
    granularity="component",
    precision="seconds",
    caveat=(
        "The vendor decides what it posts and when. Degraded time and maintenance are in no uptime"
        " record; an incident that names no component gives no level."
    ),
)

SUMMARY = "/api/v2/summary.json"
INCIDENTS = "/api/v2/incidents.json"
MAINTENANCES = "/api/v2/scheduled-maintenances.json"

INCIDENTS_LISTED = 50
"""`incidents.json` never lists more and cannot be paged; a shorter list is the page's whole
history."""

SHOWCASE_IDS = 60
"""Components asked for in one `/uptime_showcase` call: what the page itself does."""

TOGETHER = 10
"""Incidents asked for at once; the fetcher decides how many of them run at the same time."""

MONTHS_A_PAGE = 3
MOST_PAGES = 60
SETTLED_AFTER = timedelta(days=7)
"""Vendors were not seen to change a day's record or a resolved incident later than this."""

STANDSTILL = timedelta(days=3)
"""A page that says something is wrong, has nothing open and has not changed for so long is not
believed.

Of 820 hourly answers of a live page none was older than 41 hours; the abandoned address of another
one said "minor" with nothing open, four days after its last change, while the page itself was
green.
"""

UNEXPLAINED = " unexplained"
"""Ends the mark of a page whose indicator nothing explains."""

LEAST = timedelta(seconds=1)
"""What a posted state counts for whose incident ended as it was posted."""

LEVELS = {
    "operational": Level.OPERATIONAL,
    "under_maintenance": Level.MAINTENANCE,
    "degraded_performance": Level.DEGRADED,
    "partial_outage": Level.PARTIAL_OUTAGE,
    "major_outage": Level.MAJOR_OUTAGE,
}
INDICATORS = {
    Level.OPERATIONAL: ("none",),
    Level.MAINTENANCE: ("maintenance",),
    Level.DEGRADED: ("minor",),
    Level.PARTIAL_OUTAGE: ("minor",),
    Level.MAJOR_OUTAGE: ("major", "critical"),
}
"""The page's indicator by its worst component: it follows the components, never the incidents."""

WORKING = ("investigating", "identified", "monitoring", "in_progress", "verifying")
CLOSING = ("resolved", "completed")
CLOSED = (*CLOSING, "postmortem")
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)

PAGE_ID = re.compile(r"[a-z0-9]{12}")
UNREADABLE = (FetchError, ParseError)
T = TypeVar("T")
Raw = Mapping[str, Any]


# recognising

HEADERS = ("x-statuspage-version", "x-statuspage-skip-logging")
ASSET_HOST = b"dka575ofm4ao0.cloudfront.net"
MARKUP = {
    "body class": re.compile(
        rb'<body[^>]*class="status (?:index|history|inactive|incident|uptime)\b'
    ),
    "meta issued": re.compile(rb'<meta name="issued" content="\d+"'),
    "data-uptime-lazy": re.compile(rb'data-uptime-lazy="[a-z0-9]{12}"'),
    "HistoryIndex": re.compile(rb'data-react-class="HistoryIndex"'),
    "powered-by link": re.compile(rb"statuspage[^\"']*utm_[^\"']*SP-notifications"),
}
EMBED = re.compile(rb'uptimeData\s*=\s*\{\s*"[a-z0-9]{12}":\s*\{\s*"component"')


def detect(response: Response) -> list[Signal]:
    """Return the signs of Statuspage in a response, of kinds header, asset, markup, embed, ids and
    zone.

    That `/api/v2` answers is no sign: several other platforms imitate it. Atlassian's own site,
    which a deleted page leads to, and bot challenges give none.
    """
    if is_challenge(response) or _is_marketing(response):
        return []
    return [*_header_signals(response), *_body_signals(response)]


def _header_signals(response: Response) -> Iterator[Signal]:
    named = [name for name in HEADERS if name in response.headers]
    if response.headers.get("server", "").lower() == "atlassianedge":
        named.append("server: AtlassianEdge")
    if named:
        yield Signal("header", ", ".join(named))


def _body_signals(response: Response) -> Iterator[Signal]:
    if _looks_like_json(response):
        yield from _json_signals(response)
    else:
        yield from _html_signals(response.body)


def _looks_like_json(response: Response) -> bool:
    return response.body[:64].lstrip()[:1] in {b"{", b"["}


def _html_signals(body: bytes) -> Iterator[Signal]:
    if ASSET_HOST in body:
        yield Signal("asset", ASSET_HOST.decode())
    marks = [name for name, pattern in MARKUP.items() if pattern.search(body)]
    if marks:
        yield Signal("markup", ", ".join(marks))
    if EMBED.search(body):
        yield Signal("embed", "uptimeData")


def _json_signals(response: Response) -> Iterator[Signal]:
    try:
        answer = read_json(response)
        page = answer["page"]
        ids = [page["id"], *(component["id"] for component in answer.get("components", ()))]
    except (PageError, KeyError, TypeError, AttributeError):
        return
    if all(isinstance(each, str) and PAGE_ID.fullmatch(each) for each in ids):
        yield Signal("ids", f"page id {page['id']}")
        # Imitations keep old ids and may write whole seconds; the original writes milliseconds.
        if page.get("time_zone") and re.search(r":\d\d\.\d{3}", str(page.get("updated_at"))):
            yield Signal("zone", f"time_zone {page['time_zone']}")


# closed pages

INACTIVE = re.compile(r'<body[^>]*class="[^"]*\bstatus inactive\b')
MARKETING = re.compile(rb'<body[^>]*id="statuspage"[^>]*class="wac\b')
LOGIN = re.compile(r"<title>[^<]*(?:- Login|Sign In|Log in)\s*</title>", re.IGNORECASE)
HOSTS = (".statuspage.io",)
MARKETING_HOSTS = ("statuspage.io", "www.statuspage.io")


def unavailable(response: Response) -> str | None:
    """Say why there is no public page behind a response: deleted, inactive or private. None when it
    is not so.
    """
    if _is_marketing(response):
        return "the page was deleted: its address leads to Atlassian's own site"
    text = "" if _looks_like_json(response) else response.text
    if INACTIVE.search(text):
        return "the page is inactive: only its own team may see it"
    if response.status == 401 or LOGIN.search(text):  # noqa: PLR2004
        return "the page is private: it asks for a login"
    return None


def _is_marketing(response: Response) -> bool:
    return urlsplit(response.final_url).hostname in MARKETING_HOSTS or bool(
        MARKETING.search(response.body[:200_000])
    )


def _explain(
    page: PageContext, response: Response, error: PageError
) -> Generator[Step, Any, Response | None]:
    """Raise PageUnavailable when that is why the JSON could not be read; return the root page if it
    had to be read.

    The root page is not asked for where it could say nothing: a challenge, a broken transfer, other
    JSON, an error 5xx.
    """
    why, root = unavailable(response), None
    puzzling = (
        not isinstance(error, (BotChallenge, EmptyBody, Truncated, UnexpectedShape))
        and response.status < 500  # noqa: PLR2004
    )
    if why is None and puzzling:
        root = yield from _root(page)
        why = unavailable(root) if root is not None else None
    if why is not None:
        raise PageUnavailable(why, url=response.url) from error
    return root


def _root(page: PageContext) -> Generator[Step, Any, Response | None]:
    try:
        # Asked for with another Accept the root answers a different body, without the bars.
        return (yield from get(page.url, accept="text/html"))
    except FetchError:
        return None


# the live state


def poll(page: PageContext) -> Steps:
    """Read the current state; incidents in full only when the page changed or something is open.

    Raises PageUnavailable when the page is deleted, inactive or private. The mark is carried by the
    last evidence, so that incidents that could not be read are asked for again by the next poll. A
    page in trouble that nothing explains is read whole every time: that its answer does not change
    is what makes it suspect.
    """
    response = yield from get(SUMMARY, conditional=not (page.cursor or "").endswith(UNEXPLAINED))
    if response.unchanged:
        return
    try:
        state = _doubted(
            _understood(response, lambda answer: _state(answer, page)), _told_at(response, page)
        )
    except UNREADABLE as error:
        yield from _explain(page, response, error)
        raise
    evidence = _state_evidence(state, page)
    deeper = state.cursor != page.cursor or bool(state.incidents) or bool(page.open_incidents)
    if not deeper:
        yield replace(evidence, cursor=state.cursor)
        return
    yield evidence
    yield from _poll_incidents(page, state)


def _poll_incidents(page: PageContext, state: "_State") -> Steps:
    listed = _understood((yield from get(INCIDENTS)), _incident_list)
    evidence = _listed_evidence(page, state, listed)
    known = {told.id for told in (*listed, *state.incidents, *state.maintenances)}
    missing = sorted(page.open_incidents - known)
    if not missing:
        yield replace(evidence, cursor=state.cursor)
        return
    yield evidence
    found, withdrawn = yield from _look_for(missing)
    yield _incident_evidence(
        page, state, found, source="statuspage.incident", withdrawn=withdrawn, cursor=state.cursor
    )


def _look_for(
    missing: Sequence[str],
) -> Generator[Step, Any, tuple[list["_Told"], tuple[str, ...]]]:
    """Return the incidents that are still there and the ids of those that are not. Raises when it
    cannot tell.
    """
    found: dict[str, _Told] = {}
    for batch in _batches(missing, TOGETHER):
        answers = yield from get_all([_incident_path(code) for code in batch])
        for code, answer in zip(batch, answers, strict=True):
            if isinstance(answer, FetchError):
                raise answer
            if answer.status not in {404, 410}:
                found[code] = _understood(answer, _one_incident)
    if len(found) < len(missing):
        # A maintenance need not be served under its id like an incident: ask the list before
        # calling it withdrawn.
        maintenances = yield from _maintenance_list()
        found |= {told.id: told for told in maintenances or () if told.id in missing}
    return list(found.values()), tuple(code for code in missing if code not in found)


def _maintenance_list() -> Generator[Step, Any, list["_Told"] | None]:
    """Return the listed maintenances; None when the page has no such list. Raises when it cannot be
    read.
    """
    response = yield from get(MAINTENANCES)
    if response.status == 404:  # noqa: PLR2004
        return None
    return _understood(
        response, lambda answer: _incident_list(answer, key="scheduled_maintenances")
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _State:
    """What `summary.json` or `components.json` says. `born` is when the oldest component was made,
    None = unknown.

    `changed_at` is when anything in it changed last, None = unknown. The page is believed up to
    `until`, None = now.
    """

    info: PageInfo
    zone: ZoneInfo | None
    cursor: str | None = None
    components: tuple[Component, ...] = ()
    observed: tuple[Observation, ...] | None = None
    groups: frozenset[str] = frozenset()
    born: datetime | None = None
    changed_at: datetime | None = None
    until: datetime | None = None
    incidents: tuple["_Told", ...] = ()
    maintenances: tuple["_Told", ...] = ()
    unknown_words: tuple[str, ...] = ()

    @property
    def is_unexplained(self) -> bool:
        """Whether the page says by its indicator that something is wrong, while nothing on it is
        open.
        """
        going_on = self.incidents or any(told.phase is Phase.OPEN for told in self.maintenances)
        return self.info.indicator not in {None, "none"} and not going_on

    @property
    def days_zone(self) -> ZoneInfo:
        """The zone the page cuts its days in; UTC when neither the page nor the configuration
        says.
        """
        return self.zone or ZoneInfo("UTC")


def _state(answer: Raw, context: PageContext, *, live: bool = True) -> _State:
    page = _page(answer)
    indicator = _text(_dict(answer, "status", "answer"), "indicator", "status") if live else None
    rows = _list(answer, "components", "answer")
    leaves = _each_once(_in_page_order(rows))
    observed = tuple(_observation(row) for row in leaves)
    zone, zone_remark = _own_zone(page, context)
    state = _State(
        info=PageInfo(
            external_id=page["id"],
            name=str(page.get("name") or page["id"]),
            zone=zone,
            indicator=indicator,
            remark="; ".join(filter(None, (_remark(indicator, observed), zone_remark))) or None,
        ),
        zone=zone_named(zone) if zone else None,
        cursor=_mark(page, rows),
        changed_at=_changed_at(page, rows, answer.get("scheduled_maintenances") or ()),
        components=_components(leaves, {row["id"]: row["name"] for row in rows if _is_group(row)}),
        observed=observed,
        groups=frozenset(row["id"] for row in rows if _is_group(row)),
        born=min(
            (_instant(row["created_at"]) for row in rows if row.get("created_at")), default=None
        ),
        incidents=tuple(_checked(raw) for raw in answer.get("incidents") or ()),
        maintenances=tuple(_checked(raw) for raw in answer.get("scheduled_maintenances") or ()),
        unknown_words=tuple(sorted({o.word for o in observed if o.level is None and o.word})),
    )
    return replace(state, cursor=f"{state.cursor}{UNEXPLAINED}") if state.is_unexplained else state


def _changed_at(*parts: Raw | Sequence[Raw]) -> datetime | None:
    rows = [row for part in parts for row in ((part,) if isinstance(part, Mapping) else part)]
    return max((_instant(row["updated_at"]) for row in rows if row.get("updated_at")), default=None)


def _doubted(state: _State, told_at: datetime) -> _State:
    """Return the state, without its levels when the page looks like the abandoned address of a page
    that lives on.

    Such a twin answers for ever what it said when it was left: an indicator of trouble, no
    incident, and no change.
    """
    changed_at = state.changed_at
    if not state.is_unexplained or changed_at is None or told_at - changed_at < STANDSTILL:
        return state
    remark = (
        f"suspect: the page says {state.info.indicator!r} with nothing open, and nothing on it has"
        f" changed since {changed_at:%Y-%m-%d %H:%M} UTC; it may be an abandoned address of the"
        " vendor's page"
    )
    observed = tuple(replace(each, level=None) for each in state.observed or ())
    return replace(
        state, info=replace(state.info, remark=remark), observed=observed, until=changed_at
    )


def _told_at(response: Response, page: PageContext) -> datetime:
    """Return when the answer was made by the server's clock; by ours where it does not say."""
    try:
        return utc(parsedate_to_datetime(response.headers["date"]))
    except (KeyError, ValueError):
        return page.now


def _own_zone(page: Raw, context: PageContext) -> tuple[str | None, str | None]:
    """Return the page's zone and a remark on it; raises UnexpectedShape when it is none we know and
    we have no other.

    Its bars are days of that zone: in UTC, as a default, each would tell of other hours than the
    vendor's.
    """
    zone, remark = own_zone(page.get("time_zone"), context)
    if remark is not None and context.zone is None:
        raise UnexpectedShape(
            f"the page names the time zone {page.get('time_zone')!r}, which is none we know",
            remedy=(
                "set `zone:` of this vendor to the IANA zone whose days the page shows, such as"
                " Europe/Berlin"
            ),
        )
    return zone, remark


def _mark(page: Raw, rows: Sequence[Raw]) -> str | None:
    """Return when the page or one of its components changed last: imitations let the page's own
    time stand still.
    """
    return max(
        (str(each["updated_at"]) for each in (page, *rows) if each.get("updated_at")), default=None
    )


def _page(answer: Raw) -> Raw:
    page = _dict(answer, "page", "answer")
    page_id = _text(page, "id", "page")
    if not PAGE_ID.fullmatch(page_id):
        raise UnexpectedShape(
            f"not a Statuspage: page.id is {page_id!r} and not 12 lower case letters and digits",
            remedy="another platform imitates this answer; run `monitor detect URL`",
        )
    return page


def _is_group(row: Raw) -> bool:
    return row.get("group") is True


def _in_page_order(rows: Sequence[Raw]) -> list[Raw]:
    """Return the rows that are components, in the order the page shows them: groups and single ones
    share an order.
    """
    groups = {
        _text(row, "id", "components[]"): row.get("position") or 0 for row in rows if _is_group(row)
    }

    def place(row: Raw) -> tuple[int, int]:
        own = row.get("position") or 0
        return (groups[row["group_id"]], own) if row.get("group_id") in groups else (own, 0)

    return sorted((row for row in rows if not _is_group(row)), key=place)


def _each_once(leaves: Sequence[Raw]) -> list[Raw]:
    """Return each component once: of one listed twice the worse state, a word we do not know unless
    one is bad.
    """
    found: dict[str, Raw] = {}
    for row in sorted(leaves, key=lambda row: LEVELS.get(str(row.get("status")), UNKNOWN)):
        found[row["id"]] = row
    return [row for row in leaves if found[row["id"]] is row]


def _components(leaves: Sequence[Raw], group_names: Mapping[str, str]) -> tuple[Component, ...]:
    return tuple(
        Component(
            id=_text(row, "id", "components[]"),
            name=_text(row, "name", "components[]").strip() or row["id"],
            group=group_names.get(row.get("group_id") or ""),
            position=position,
            start_date=_day(row["start_date"]) if row.get("start_date") else None,
            has_bars=row.get("showcase") is True,
        )
        for position, row in enumerate(leaves)
    )


def _observation(row: Raw) -> Observation:
    word = str(row.get("status"))
    return Observation(
        component_id=_text(row, "id", "components[]"), level=LEVELS.get(word), word=word
    )


def _remark(indicator: str | None, observed: Sequence[Observation]) -> str | None:
    levels = [each.level for each in observed]
    if indicator is None or not levels or None in levels:
        return None
    worst = max(level for level in levels if level is not None)
    if indicator in INDICATORS[worst]:
        return None
    return f"the page's indicator says {indicator!r} while its worst component is in {worst.title}"


def _state_evidence(state: _State, page: PageContext) -> Evidence:
    listed = _incident_evidence(
        page, state, (*state.incidents, *state.maintenances), source="statuspage.summary"
    )
    return replace(
        listed,
        page=state.info,
        components=state.components,
        observed=state.observed,
        unknown_words=tuple(sorted({*state.unknown_words, *listed.unknown_words})),
    )


# incidents


def _incident_evidence(
    page: PageContext,
    state: _State,
    incidents: Iterable["_Told"],
    *,
    source: str,
    **more: Any,  # noqa: ANN401
) -> Evidence:
    each_once = tuple({told.id: told for told in incidents}.values())
    return Evidence(
        source=source,
        read_at=page.now,
        incidents=tuple(_incident(told, page, state.groups) for told in each_once),
        updates=tuple(
            update
            for told in each_once
            for update in updates_of(told.id, _messages(told.raw, state.groups))
        ),
        impacts=tuple(impact for told in each_once for impact in _impacts(told, state.groups)),
        unknown_words=tuple(sorted({word for told in each_once for word in told.unknown_words})),
        **more,
    )


def _listed_evidence(page: PageContext, state: _State, listed: Sequence["_Told"]) -> Evidence:
    reach = _reach(listed, state.born, state.until or page.now)
    coverage = (Coverage(span=reach, aspect=Aspect.IMPACTS),) if reach else ()
    return _incident_evidence(
        page, state, listed, source="statuspage.incidents", coverage=coverage, lists=reach
    )


def _reach(listed: Sequence["_Told"], born: datetime | None, now: datetime) -> Interval | None:
    """Return the span in which every incident is on the list.

    The list holds the newest by resolution, or by creation while unresolved; a short one holds all
    there ever were.
    """
    oldest = [_instant(told.raw.get("resolved_at") or told.raw["created_at"]) for told in listed]
    start = min(oldest) if len(listed) >= INCIDENTS_LISTED else born
    return Interval.between(start, now) if start is not None else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """An incident as it was told, each part of it read once. `updates` are oldest first.

    `named` are the components it ever named and `posted` the states it gave them, both with groups
    that only the page knows to be such. `work_began` is when a maintenance did, else `started_at`.
    """

    raw: Raw
    id: str
    phase: Phase
    started_at: datetime
    ended_at: datetime | None
    work_began: datetime
    updates: tuple["_Update", ...]
    named: tuple[str, ...]
    posted: tuple[Impact, ...]
    unknown_words: frozenset[str]


def _told(raw: Raw) -> _Told:
    """Return what an incident says. What a wrong type or time in it raises is raised here, and
    nowhere later.
    """
    updates = _updates(raw)
    started, ended = _started(raw, updates), _ended(raw, updates)
    return _Told(
        raw=raw,
        id=raw["id"],
        phase=_phase(raw),
        started_at=started,
        ended_at=ended,
        work_began=_work_began(raw, updates) or started,
        updates=tuple(updates),
        named=_named(raw, updates),
        posted=tuple(_posted_impacts(raw, updates, started, ended)),
        unknown_words=frozenset(_unknown_words(raw, updates)),
    )


def _incident(told: _Told, page: PageContext, groups: frozenset[str]) -> Incident:
    raw = told.raw
    return Incident(
        id=told.id,
        title=raw["name"],
        phase=told.phase,
        status=raw["status"],
        impact=raw["impact"],
        started_at=told.started_at,
        resolved_at=told.ended_at,
        # The vendor's short links were rewritten in bulk once; this address does not change.
        url=page.absolute(f"/incidents/{told.id}"),
        maintenance=_is_maintenance(raw),
        component_ids=tuple(code for code in told.named if code not in groups),
    )


def _is_maintenance(raw: Raw) -> bool:
    return bool(raw.get("scheduled_for")) or raw["status"] in {
        "scheduled",
        "in_progress",
        "verifying",
        "completed",
    }


def _phase(raw: Raw) -> Phase:
    if raw["status"] in CLOSED:
        return Phase.CLOSED
    if raw["status"] == "scheduled":
        return Phase.SCHEDULED
    return Phase.CLOSED if raw.get("resolved_at") and raw["status"] not in WORKING else Phase.OPEN


def _started(raw: Raw, updates: Sequence["_Update"]) -> datetime:
    if not _is_maintenance(raw):
        started, resolved = (
            _instant(raw.get("started_at") or raw["created_at"]),
            raw.get("resolved_at"),
        )
        if resolved is None or started <= _instant(resolved):
            return started
        # Entered afterwards: `started_at` is when it was typed, and only the other two were dated
        # back.
        return min(_instant(raw["created_at"]), _instant(resolved))
    # `started_at` of a maintenance is when it was announced.
    began = [update.at for update in updates if update.status == "in_progress"]
    scheduled = _instant(raw["scheduled_for"]) if raw.get("scheduled_for") else None
    return min(
        [*began[:1], *([scheduled] if scheduled else [])], default=_instant(raw["created_at"])
    )


def _ended(raw: Raw, updates: Sequence["_Update"]) -> datetime | None:
    """Return when a closed incident ended; None while it goes on.

    Vendors date an end back; the states it posted held until the closing update all the same: with
    that the page's own record agrees. An incident that posted none has only what the vendor claims.
    """
    if _phase(raw) is not Phase.CLOSED:
        return None
    final = _final_closing(updates)
    closed = updates[final].at if final is not None else None
    if raw.get("resolved_at"):
        resolved = _instant(raw["resolved_at"])
        if closed is None:
            return resolved
        # `resolved_at` of an incident opened again may still be of the first time.
        return (
            max(resolved, closed)
            if _was_reopened(updates, final) or _posts_bad(updates)
            else resolved
        )
    if closed is not None:
        return closed
    return updates[-1].at if updates else _instant(raw["created_at"])


def _was_reopened(updates: Sequence["_Update"], final: int | None) -> bool:
    return next(index for index, update in enumerate(updates) if update.status in CLOSING) != final


def _posts_bad(updates: Sequence["_Update"]) -> bool:
    posted = (
        word
        for update in updates
        if update.status != "scheduled"
        for word in update.states.values()
    )
    return any(word != "operational" for word in posted)


def _final_closing(updates: Sequence["_Update"]) -> int | None:
    """Return the index of the first closing update after which no work was reported any more."""
    last_work = max(
        (index for index, update in enumerate(updates) if update.status in WORKING), default=-1
    )
    return next((i for i, u in enumerate(updates) if i > last_work and u.status in CLOSING), None)


@dataclass(frozen=True, slots=True)
class _Update:
    """One update of an incident: the component states it posted, by component id."""

    at: datetime
    status: str
    states: Mapping[str, str]


def _updates(raw: Raw) -> list[_Update]:
    """Return the updates, oldest first, by the clock at which the state was changed.

    `display_at` is chosen by the author and `updated_at` moves with every edit: only `created_at`
    agrees with the page's own uptime record.
    """
    updates = [_update(update) for update in reversed(raw.get("incident_updates") or ())]
    return sorted(updates, key=lambda update: update.at)


def _update(update: Raw) -> _Update:
    affected = update.get("affected_components") or ()
    states = {
        str(entry["code"]): str(entry["new_status"]) for entry in affected if entry.get("code")
    }
    return _Update(_instant(update["created_at"]), update.get("status") or "", states)


def _messages(raw: Raw, groups: frozenset[str]) -> Iterator[IncidentUpdate]:
    """Yield the incident's updates as they are kept: with the vendor's text, and the states of
    components only.
    """
    for update in raw.get("incident_updates") or ():
        status, body = str(update.get("status") or ""), update.get("body")
        yield IncidentUpdate(
            incident_id=raw["id"],
            key=str(update.get("id") or f"{update['created_at']} {status}"),
            at=_instant(update["created_at"]),
            status=status,
            text=body if isinstance(body, str) else "",
            states=tuple(
                _posted(str(entry["code"]), str(entry["new_status"]), str(entry.get("old_status")))
                for entry in update.get("affected_components") or ()
                if entry.get("code") and str(entry["code"]) not in groups
            ),
        )


@lru_cache(maxsize=8_192)  # a page says the same states again with every answer
def _posted(code: str, word: str, before: str) -> PostedState:
    return PostedState(
        component_id=code, level=LEVELS.get(word), word=word, before=LEVELS.get(before)
    )


def _named(raw: Raw, updates: Iterable[_Update]) -> tuple[str, ...]:
    """Return every component the incident ever named: links are removed on resolution, updates keep
    them.
    """
    linked = raw.get("components") or ()
    not_components = {row["id"] for row in linked if _is_group(row)}
    ids = [_text(row, "id", "components[]") for row in linked] + [
        code for update in updates for code in update.states
    ]
    return tuple(code for code in dict.fromkeys(ids) if code not in not_components)


def replay(
    incident: Mapping[str, Any], *, groups: frozenset[str] = frozenset()
) -> tuple[Impact, ...]:
    """Return the impacts an incident's updates tell of: one for each component and state it held in
    the incident.

    A posted state holds until the same incident posts another one, and at the latest until the
    incident has ended; it has no end while the incident goes on. One that the end itself posts
    counts for `LEAST`, where nothing longer is told. States posted before a maintenance began are
    only announcements. A state in a word we do not know gives an impact without level, which makes
    its span unknown.

    An incident entered after it was over posts its states after the end it claims: they hold over
    the time it claims as well. An incident that names components and never posts a bad state gives
    inferred impacts over its whole length, by its impact word; with impact "none", or without
    components, it gives nothing. `groups` are ids of rows that are no components.
    """
    return _impacts(_told(incident), groups)


def _impacts(told: _Told, groups: frozenset[str]) -> tuple[Impact, ...]:
    """Return what `replay` does, of an incident that was read."""
    if told.phase is Phase.SCHEDULED:
        return ()
    named = [code for code in told.named if code not in groups]
    posted = tuple(impact for impact in told.posted if impact.component_id in named)
    if any(impact.end is None or impact.end - impact.start > LEAST for impact in posted):
        return posted
    return tuple(_inferred(told, named)) or posted


def _posted_impacts(
    raw: Raw, updates: Sequence[_Update], started: datetime, ended: datetime | None
) -> Iterator[Impact]:
    spans, claimed = _spans(updates), _claimed(raw, updates, started)
    yield from (_transition(raw, span, ended) for span in spans)
    if claimed is not None:
        yield from (
            _transition(raw, replace(span, start=claimed.start), claimed.end) for span in spans
        )


def _claimed(raw: Raw, updates: Sequence[_Update], started: datetime) -> Interval | None:
    """Return the time an incident claims that was entered after it was over; None for one told as
    it went.
    """
    resolved = raw.get("resolved_at")
    if (
        _phase(raw) is not Phase.CLOSED
        or not resolved
        or not updates
        or updates[0].at < _instant(resolved)
    ):
        return None
    return Interval.between(started, _instant(resolved))


@dataclass(frozen=True, slots=True)
class _Span:
    component_id: str
    word: str
    start: datetime
    end: datetime | None


def _spans(posted: Sequence[_Update]) -> list[_Span]:
    """Return the bad states in the order they ended; those that only the incident's own end closes
    have no end.
    """
    held: dict[str, tuple[str, datetime]] = {}
    spans: list[_Span] = []
    updates = [update for update in posted if update.status != "scheduled"]
    final = _final_closing(updates)
    for index, update in enumerate(updates):
        if final is not None and index > final:
            break  # a review of what is over
        states = dict(update.states)
        if update.status in CLOSING and index != final:
            states = dict.fromkeys(held, "operational")  # closed once, and opened again later
        for code, word in states.items():
            before, since = held.get(code, ("operational", update.at))
            if word == before:
                continue
            if before != "operational" and since < update.at:
                spans.append(_Span(code, before, since, update.at))
            held[code] = (word, update.at)
    return spans + [
        _Span(code, word, since, None)
        for code, (word, since) in held.items()
        if word != "operational"
    ]


def _transition(raw: Raw, span: _Span, ended: datetime | None) -> Impact:
    level = LEVELS.get(span.word)
    end = min(filter(None, (span.end, ended)), default=None)
    return Impact(
        component_id=span.component_id,
        level=level,
        start=span.start,
        end=None if end is None else max(end, span.start + LEAST),
        basis=Basis.TRANSITION,
        source=_source(raw),
        incident_id=raw["id"],
        word=span.word if level is None else None,
    )


def _source(raw: Raw) -> str:
    return "statuspage.maintenance" if _is_maintenance(raw) else "statuspage.incident"


def _inferred(told: _Told, named: Sequence[str]) -> Iterator[Impact]:
    word = "maintenance" if _is_maintenance(told.raw) else told.raw["impact"]
    start, end = told.work_began, told.ended_at
    if word == "none" or (end is not None and end <= start):
        return
    for code in named:
        yield Impact(
            component_id=code,
            level=None,
            start=start,
            end=end,
            basis=Basis.INFERRED,
            source=_source(told.raw),
            incident_id=told.id,
            word=word,
        )


def _work_began(raw: Raw, updates: Iterable[_Update]) -> datetime | None:
    """Return when work on a maintenance was first reported; None for an incident, and where it was
    not.
    """
    began = (update.at for update in updates if update.status in WORKING)
    return next(began, None) if _is_maintenance(raw) else None


def unknown_words(incident: Mapping[str, Any]) -> set[str]:
    """Return the words in an incident that are outside our vocabulary: states, its status, its
    impact.
    """
    return set(_unknown_words(incident, _updates(incident)))


def _unknown_words(raw: Raw, updates: Iterable[_Update]) -> Iterator[str]:
    yield from (word for update in updates for word in update.states.values() if word not in LEVELS)
    if raw["status"] not in {"scheduled", *WORKING, *CLOSED}:
        yield raw["status"]
    if raw["impact"] not in DEFAULT_IMPACT_MAPPING:
        yield raw["impact"]


def _checked(raw: Any) -> _Told:  # noqa: ANN401
    """Return what the incident says when it has what we rely on. Raises UnexpectedShape naming what
    it lacks.
    """
    if not isinstance(raw, dict):
        raise UnexpectedShape("an incident is not an object")
    for name in ("id", "name", "status", "impact", "created_at"):
        _text(raw, name, "incident")
    _instant(raw.get("resolved_at") or raw["created_at"])
    return _told(raw)


def _incident_list(answer: Raw, *, key: str = "incidents") -> list[_Told]:
    _page(answer)
    return [_checked(raw) for raw in _list(answer, key, "answer")]


def _one_incident(answer: Raw) -> _Told:
    """Return the incident of an answer, with or without its envelope."""
    return _checked(answer.get("incident", answer))


def _incident_path(code: str) -> str:
    return f"/api/v2/incidents/{code}.json"


# bars


@dataclass(frozen=True, slots=True, kw_only=True)
class _Timelines:
    """Bars of several components, as `/uptime_showcase` or the root page gave them. `first` is the
    earliest day.
    """

    components: tuple[Component, ...]
    bars: tuple[Bar, ...]
    coverage: tuple[Coverage, ...]
    reported: tuple[ReportedUptime, ...]
    unknown_words: tuple[str, ...]
    first: date | None

    @property
    def codes(self) -> tuple[str, ...]:
        """The incidents the bars are linked to, newest day first."""
        newest_first = sorted(self.bars, key=lambda bar: bar.day, reverse=True)
        return tuple(dict.fromkeys(code for bar in newest_first for code in bar.incident_ids))


def _timelines(raw: Raw, values: Sequence[Raw], zone: ZoneInfo, now: datetime) -> _Timelines:
    """Read bars. Timelines of groups are left out: a group's record is computed from its
    components'.
    """
    leaves = {code: line for code, line in raw.items() if not _is_group_line(line)}
    outages = [day.get("outages") or {} for line in leaves.values() for day in line["days"]]
    return _Timelines(
        components=_line_components(raw, leaves),
        bars=tuple(
            bar
            for code, line in leaves.items()
            for bar in _line_bars(code, line["days"])
            if _begun(bar.day, zone, now)
        ),
        coverage=tuple(
            c for code, line in leaves.items() for c in _line_coverage(code, line, zone, now)
        ),
        reported=tuple(_reported(values, leaves)),
        unknown_words=tuple(
            sorted(
                {f"outages.{key}" for outage in outages for key in outage if key not in {"p", "m"}}
            )
        ),
        first=min(
            (_day(line["days"][0]["date"]) for line in leaves.values() if line["days"]),
            default=None,
        ),
    )


def _begun(day: date, zone: ZoneInfo, now: datetime) -> bool:
    return day_interval(day, zone).start <= now


def _is_group_line(line: Raw) -> bool:
    return bool(line["component"].get("isGroup") or line["component"].get("group"))


def _line_components(raw: Raw, leaves: Raw) -> tuple[Component, ...]:
    groups = {
        child: line["component"].get("name")
        for line in raw.values()
        if _is_group_line(line)
        for child in line["component"].get("group") or ()
    }
    return tuple(
        Component(
            id=code,
            name=_text(line["component"], "name", "component").strip() or code,
            group=groups.get(code),
            position=position,
            start_date=_start_day(line),
            has_bars=True,
        )
        for position, (code, line) in enumerate(leaves.items())
    )


def _start_day(line: Raw) -> date | None:
    start = line["component"].get("startDate")
    return _day(start) if start else None


def _line_bars(code: str, days: Iterable[Raw]) -> Iterator[Bar]:
    for day in days:
        outages = day.get("outages") or {}
        yield from _bar(code, _day(day["date"]), outages, day.get("related_events"))


def _bar(code: str, day: date, seconds: Raw, events: Sequence[Raw] | None) -> Iterator[Bar]:
    partial, major = int(seconds.get("p") or 0), int(seconds.get("m") or 0)
    incidents = tuple(str(event["code"]) for event in events or () if event.get("code"))
    if partial or major or incidents:
        yield Bar(
            component_id=code,
            day=day,
            partial_seconds=partial,
            major_seconds=major,
            incident_ids=incidents,
            source="statuspage.uptime",
        )


def _line_coverage(code: str, line: Raw, zone: ZoneInfo, now: datetime) -> Iterator[Coverage]:
    if line["days"]:
        first, last = _day(line["days"][0]["date"]), _day(line["days"][-1]["date"])
        yield from _bar_coverage(code, max(first, _start_day(line) or first), last, zone, now)


def _bar_coverage(
    code: str, first: date, last: date, zone: ZoneInfo, now: datetime
) -> Iterator[Coverage]:
    end = min(now, day_interval(last, zone).end)
    span = Interval.between(day_interval(first, zone).start, end)
    if span is not None:
        yield Coverage(span=span, aspect=Aspect.BARS, component_id=code, complete=True)


WINDOWS = {"thirty": 30, "sixty": 60, "ninety": 90}


def _reported(values: Sequence[Raw], leaves: Raw) -> Iterator[ReportedUptime]:
    for value in values:
        for key, days in WINDOWS.items():
            if value.get("component") in leaves and value.get(key) is not None:
                ratio = round(float(value[key]) / 100, 8)
                yield ReportedUptime(component_id=value["component"], window_days=days, ratio=ratio)


UPTIME_DATA = re.compile(r"uptimeData\s*=\s*(?=\{)")
UPTIME_VALUES = re.compile(r"uptimeValues\s*=\s*(?=\[)")
PRINTED = re.compile(r'id="uptime-percent-([a-z0-9]{12})">\s*([\d.]+)\s*<')


def embedded(text: str) -> tuple[Mapping[str, Any], list[Mapping[str, Any]]]:
    """Return the timelines and the printed percentages in a page's HTML; both empty when it has
    none.

    Understands `var uptimeData = {...}` (until mid-2026), `window.uptimeData = {...}` (until
    September 2026) and an object of the showcase's shape in either place.
    """
    raw = _after(UPTIME_DATA, text) or {}
    values = raw.get("values") if "timelines" in raw else _after(UPTIME_VALUES, text)
    if not values:
        values = [{"component": code, "ninety": percent} for code, percent in PRINTED.findall(text)]
    return raw.get("timelines", raw), values


def _after(mark: re.Pattern[str], text: str) -> Any:  # noqa: ANN401
    for match in mark.finditer(text):
        try:
            return sanitize(json.JSONDecoder().raw_decode(text, match.end())[0])
        except json.JSONDecodeError:  # a script line that only looks like the data
            continue
    return None


# backfill


def backfill(page: PageContext, since: datetime) -> Steps:
    """Read the history back to `since`: the current structure, bars, the listed incidents, then
    what lies deeper.

    Every piece is yielded as soon as it is known. What could not be read is a gap and leaves its
    span uncovered. Raises what `poll` raises when neither the page's structure nor its bars can be
    read.
    """
    since = utc(since)
    state, root = yield from _structure(page)
    shown = yield from _shown(page, state, root)
    if shown is not None and not state.components:
        state = replace(state, components=shown.components)
    yield from _older_bars(page, state, since, shown)
    known = yield from _maintenances(page, state)
    yield from _incident_history(page, state, since, known, shown)


def _structure(page: PageContext) -> Generator[Step, Any, tuple[_State, Response | None]]:
    """Return the page's structure, and its root page when that was read; an archived page has only
    its root page.
    """
    response = yield from _try_get(SUMMARY)
    try:
        answered = unwrap(response)
        state = _doubted(
            _understood(answered, lambda answer: _state(answer, page)), _told_at(answered, page)
        )
    except UNREADABLE as error:
        root = None
        if isinstance(response, Response):
            root = yield from _explain(page, response, error)
        return (yield from _structure_without_summary(page, root, error))
    state = replace(state, zone=state.zone or _zone(page))
    yield _state_evidence(state, page)
    return state, None


def _structure_without_summary(
    page: PageContext, root: Response | None, error: PageError
) -> Generator[Step, Any, tuple[_State, Response | None]]:
    response = yield from _try_get("/api/v2/components.json")
    try:
        state = _understood(unwrap(response), lambda answer: _state(answer, page, live=False))
    except UNREADABLE:
        if root is None or root.status != 200 or not embedded(root.text)[0]:  # noqa: PLR2004
            raise error from None
        return _State(info=PageInfo(), zone=_zone(page)), root
    state = replace(state, zone=state.zone or _zone(page))
    yield replace(_state_evidence(state, page), source="statuspage.components")
    return state, root


def _zone(page: PageContext) -> ZoneInfo | None:
    return zone_named(page.zone) if page.zone else None


def _shown(
    page: PageContext, state: _State, root: Response | None
) -> Generator[Step, Any, _Timelines | None]:
    """Yield the last ninety days' bars and return them; None when the page shows none or they were
    read before.
    """
    if "bars" in page.completed_chunks:
        return None
    ids = [component.id for component in state.components if component.has_bars]
    if state.components and not ids:
        return None
    timelines, gaps = (yield from _showcase(page, state, ids)) if ids else (None, ())
    if timelines is None and not gaps:
        timelines, gaps = yield from _embedded_bars(page, state, root)
    complete = "bars" if timelines is not None and not gaps else None
    if timelines is None:
        yield Evidence(source="statuspage.uptime", read_at=page.now, gaps=gaps)
        return None
    yield Evidence(
        source="statuspage.uptime",
        read_at=page.now,
        components=None if state.components else timelines.components,
        bars=timelines.bars,
        coverage=timelines.coverage,
        reported=timelines.reported,
        unknown_words=timelines.unknown_words,
        gaps=gaps,
        chunk=complete,
    )
    return timelines


def _showcase(
    page: PageContext, state: _State, ids: Sequence[str]
) -> Generator[Step, Any, tuple[_Timelines | None, tuple[Gap, ...]]]:
    """Return the showcase's bars, None when the page has no showcase, and what of it could not be
    read.
    """
    lines: dict[str, Any] = {}
    values: list[Raw] = []
    gaps: list[Gap] = []
    for batch in _batches(ids, SHOWCASE_IDS):
        response = yield from _try_get("/uptime_showcase?components=" + ",".join(batch))
        if isinstance(response, Response) and response.status == 404:  # noqa: PLR2004
            continue
        try:
            answer = _understood(unwrap(response), lambda answer: _timed(answer, state, page))
        except UNREADABLE as error:
            gaps.append(_gap(f"uptime bars of {len(batch)} components", error))
            continue
        lines |= answer.get("timelines") or {}
        values += answer.get("values") or []
    return (
        _timelines(lines, values, state.days_zone, state.until or page.now) if lines else None
    ), tuple(gaps)


def _timed(answer: Raw, state: _State, page: PageContext) -> Raw:
    """Return the answer when its bars can be read. Raises UnexpectedShape (through the caller) when
    not.
    """
    _timelines(
        answer.get("timelines") or {},
        answer.get("values") or [],
        state.days_zone,
        state.until or page.now,
    )
    return answer


def _embedded_bars(
    page: PageContext, state: _State, root: Response | None
) -> Generator[Step, Any, tuple[_Timelines | None, tuple[Gap, ...]]]:
    if root is None:
        root = yield from _root(page)
    try:
        response = require_ok(
            unwrap(root if root is not None else FetchError("the root page did not answer"))
        )
        until = state.until or page.now
        timelines = _guarded(
            response, lambda: _timelines(*embedded(response.text), state.days_zone, until)
        )
    except UNREADABLE as error:
        return None, (_gap("uptime bars", error),)
    if not timelines.components:
        return None, (
            Gap(what="uptime bars", reason="absent", message="the page shows no uptime record"),
        )
    return timelines, ()


def _older_bars(
    page: PageContext, state: _State, since: datetime, shown: _Timelines | None
) -> Steps:
    """Read quarters of bars, newest first, for every component whose record begins before what was
    shown.
    """
    today = day_of(page.now, state.days_zone)
    first = shown.first if shown is not None else None
    if first is None:
        # Shown bars read by an earlier run reach this far; without any, everything is to be read
        # here.
        first = today - timedelta(days=89) if "bars" in page.completed_chunks else today + ONE_DAY
    wanted = day_of(since, state.days_zone)
    failed = 0
    for component in state.components:
        target = max(wanted, component.start_date or wanted)
        if not component.has_bars or target >= first:
            continue
        if failed > 1:
            gap = Gap(
                what=f"uptime record of {component.name}",
                reason="skipped",
                message="others failed before it",
            )
            yield Evidence(source="statuspage.uptime", read_at=page.now, gaps=(gap,))
            return
        failed = (
            0 if (yield from _component_bars(page, state, component, target, first)) else failed + 1
        )


def _component_bars(
    page: PageContext, state: _State, component: Component, target: date, first: date
) -> Generator[Step, Any, bool]:
    """Read one component's record from the day before `first` back to `target`; return False when a
    page failed.

    A page holds three months and the first one ends with today's month; usually the shown bars
    cover it.
    """
    today = day_of(page.now, state.days_zone)
    covered = first
    start = 1 if _months_back(today, MONTHS_A_PAGE - 1) < first else 2
    for number in range(start, MOST_PAGES + 1):
        if covered <= target:
            break
        newest = _months_back(today, MONTHS_A_PAGE * (number - 1))
        oldest = _months_back(newest, MONTHS_A_PAGE - 1)
        chunk = f"uptime:{component.id}:{newest:%Y-%m}"
        if chunk not in page.completed_chunks:
            response = yield from _try_get(f"/uptime/{component.id}.json?page={number}")
            read = _uptime_evidence(page, state, component, response, chunk)
            yield read
            if read.gaps:
                return False
            if not read.coverage:
                break  # before the component's first day
        covered = oldest
    return True


def _uptime_evidence(
    page: PageContext,
    state: _State,
    component: Component,
    response: Response | FetchError,
    chunk: str,
) -> Evidence:
    evidence = Evidence(source="statuspage.uptime", read_at=page.now)
    try:
        months = _understood(unwrap(response), _uptime_months)
    except UNREADABLE as error:
        return replace(
            evidence,
            gaps=(_gap(f"uptime record of {component.name}, {chunk.rpartition(':')[2]}", error),),
        )
    days = [
        day
        for month in months
        if month.get("uptime_percentage") is not None
        for day in month["days"]
    ]
    dated = sorted((_day(day["date"]), day) for day in days if day.get("date")) if days else []
    if not dated:
        return replace(evidence, chunk=chunk)
    first, last = max(dated[0][0], component.start_date or dated[0][0]), dated[-1][0]
    until = state.until or page.now
    return replace(
        evidence,
        bars=tuple(
            bar
            for at, day in dated
            if _begun(at, state.days_zone, until)
            for bar in _bar(component.id, at, day, day.get("events"))
        ),
        coverage=tuple(_bar_coverage(component.id, first, last, state.days_zone, until)),
        chunk=chunk,
        final=day_interval(last, state.days_zone).end < page.now - SETTLED_AFTER,
    )


def _uptime_months(answer: Raw) -> list[Raw]:
    """Return the months of a component's record. A group's answer has none: it counts components,
    not seconds.
    """
    months = _list(answer, "months", "answer")
    if answer.get("is_group"):
        return []
    for month in months:
        for day in _list(month, "days", "months[]"):
            list(_bar("", date.min, day, day.get("events")))
            _day(day.get("date") or "2000-01-01")
    return months


def _maintenances(page: PageContext, state: _State) -> Generator[Step, Any, frozenset[str]]:
    """Yield the listed maintenances and return their ids."""
    if "maintenances" in page.completed_chunks:
        return frozenset()
    try:
        listed = yield from _maintenance_list()
    except UNREADABLE as error:
        yield Evidence(
            source="statuspage.maintenances",
            read_at=page.now,
            gaps=(_gap("scheduled maintenances", error),),
        )
        return frozenset()
    if listed is None:
        return frozenset()
    yield _incident_evidence(
        page, state, listed, source="statuspage.maintenances", chunk="maintenances"
    )
    return frozenset(told.id for told in listed if told.phase is Phase.CLOSED)


# incident history


def _incident_history(
    page: PageContext,
    state: _State,
    since: datetime,
    known: frozenset[str],
    shown: _Timelines | None,
) -> Steps:
    """Read incidents: the listed ones, then through `/history`, then those the bars name, at last
    the feed.
    """
    listed, error = yield from _listed(page, state)
    known |= {told.id for told in listed or ()}
    reach = _reach(listed, state.born, state.until or page.now) if listed is not None else None
    if reach is not None and reach.start <= max(since, state.born or since):
        return
    found = yield from _history(page, state, since, known)
    if found:
        return
    codes = [code for code in (shown.codes if shown is not None else ()) if code not in known]
    yield from _read_incidents(page, state, codes)
    if listed is None and not codes:
        yield from _feed(page, state)
    reason = error or BadStatus(
        "the page has no history", status=404, url=page.absolute("/history.json")
    )
    what = f"incidents before {reach.start:%Y-%m-%d}" if reach is not None else "incidents"
    yield Evidence(source="statuspage.history", read_at=page.now, gaps=(_gap(what, reason),))


def _listed(
    page: PageContext, state: _State
) -> Generator[Step, Any, tuple[list[_Told] | None, PageError | None]]:
    """Yield the newest fifty incidents and return them; None and the error when they cannot be
    read.
    """
    response = yield from _try_get(INCIDENTS)
    try:
        listed = _understood(unwrap(response), _incident_list)
    except UNREADABLE as error:
        return None, error
    yield _listed_evidence(page, state, listed)
    return listed, None


@dataclass(frozen=True, slots=True)
class _Months:
    """One page of `/history`: its months' first days, newest first, and the incidents in them."""

    months: tuple[date, ...]
    codes: tuple[str, ...]
    born: datetime | None


def _history(
    page: PageContext, state: _State, since: datetime, known: frozenset[str]
) -> Generator[Step, Any, bool]:
    """Read `/history` until it reaches `since`; return False when the page has no history at all.

    Coverage grows page by page as long as everything in them was read; a hole ends it, reading goes
    on.
    """
    today = day_of(page.now, state.days_zone)
    whole, failures, found, floor = True, 0, False, max(since, state.born or since)
    for number in range(1, MOST_PAGES + 1):
        newest = _months_back(today, MONTHS_A_PAGE * (number - 1))
        oldest = _months_back(newest, MONTHS_A_PAGE - 1)
        chunk = f"history:{newest:%Y-%m}"
        if chunk not in page.completed_chunks:
            listed = yield from _history_page(number)
            if isinstance(listed, PageError):
                if number == 1 and _is_absent(listed):
                    return False
                yield Evidence(
                    source="statuspage.history",
                    read_at=page.now,
                    gaps=(_gap(f"history {chunk[8:]}", listed),),
                )
                whole, failures = False, failures + 1
                if failures > 1:
                    return found
                continue
            floor = max(floor, listed.born or floor)
            whole &= yield from _read_incidents(
                page, state, [code for code in listed.codes if code not in known]
            )
            oldest = min(listed.months, default=oldest)
            if whole:
                yield _months_evidence(
                    page, state, oldest, floor=listed.born or state.born, chunk=chunk
                )
        failures, found = 0, True
        if day_interval(oldest, state.days_zone).start <= floor:
            break
    return True


def _is_absent(error: PageError) -> bool:
    return isinstance(error, BadStatus) and error.status in {404, 410}


def _months_evidence(
    page: PageContext, state: _State, oldest: date, *, floor: datetime | None, chunk: str
) -> Evidence:
    start = day_interval(oldest, state.days_zone).start
    span = Interval.between(max(start, floor or start), state.until or page.now)
    settled = (
        day_interval(_months_back(oldest, -MONTHS_A_PAGE), state.days_zone).start
        < page.now - SETTLED_AFTER
    )
    return Evidence(
        source="statuspage.history",
        read_at=page.now,
        coverage=(Coverage(span=span, aspect=Aspect.IMPACTS),) if span else (),
        chunk=chunk,
        final=settled,
    )


def _history_page(number: int) -> Generator[Step, Any, _Months | PageError]:
    """Return one page of the history from its JSON or else from its HTML; the first error when
    neither can be read.
    """
    response = yield from _try_get(f"/history.json?page={number}")
    try:
        return _understood(unwrap(response), _months)
    except UNREADABLE as error:
        first = error
    response = yield from _try_get(f"/history?page={number}", accept="text/html")
    try:
        answer = require_ok(unwrap(response))
        return _guarded(answer, lambda: _months(_react_props(answer.text)))
    except UNREADABLE as error:
        return first if _is_absent(error) else error


def _react_props(text: str) -> Raw:
    at = text.find('data-react-class="HistoryIndex"')
    match = (
        re.search(r'data-react-props="([^"]*)"', text[text.rfind("<", 0, at) :])
        if at >= 0
        else None
    )
    if match is None:
        raise UnexpectedShape("the history page holds no HistoryIndex")
    props: Raw = sanitize(json.loads(html.unescape(match.group(1))))
    return props


def _months(answer: Raw) -> _Months:
    months = _list(answer, "months", "answer")
    page = (answer.get("page_status") or {}).get("page") or answer.get("page") or {}
    return _Months(
        months=tuple(date(int(m["year"]), MONTHS.index(m["name"]) + 1, 1) for m in months),
        codes=tuple(
            dict.fromkeys(
                _text(incident, "code", "months[].incidents[]")
                for m in months
                for incident in m.get("incidents") or ()
            )
        ),
        born=_instant(page["created_at"]) if page.get("created_at") else None,
    )


def _read_incidents(
    page: PageContext, state: _State, codes: Sequence[str]
) -> Generator[Step, Any, bool]:
    """Yield each incident as its own chunk; return whether all of them could be read."""
    whole = True
    wanted = [code for code in codes if f"incident:{code}" not in page.completed_chunks]
    for number, batch in enumerate(_batches(wanted, TOGETHER)):
        answers = yield from get_all([_incident_path(code) for code in batch])
        pieces = [
            _single_evidence(page, state, code, answer)
            for code, answer in zip(batch, answers, strict=True)
        ]
        yield from pieces
        whole &= not any(piece.gaps for piece in pieces)
        left = len(wanted) - (number + 1) * TOGETHER
        if left > 0 and all(piece.gaps for piece in pieces):
            gap = Gap(
                what=f"{left} more incidents",
                reason="skipped",
                message="those asked for before them all failed",
            )
            yield Evidence(source="statuspage.incident", read_at=page.now, gaps=(gap,))
            return False
    return whole


def _single_evidence(
    page: PageContext, state: _State, code: str, answer: Response | FetchError
) -> Evidence:
    try:
        told = _understood(unwrap(answer), _one_incident)
    except UNREADABLE as error:
        gap = _gap(f"incident {code}", error)
        return Evidence(source="statuspage.incident", read_at=page.now, gaps=(gap,))
    settled = told.ended_at is not None and told.ended_at < page.now - SETTLED_AFTER
    return _incident_evidence(
        page, state, [told], source="statuspage.incident", chunk=f"incident:{code}", final=settled
    )


def _feed(page: PageContext, state: _State) -> Steps:
    """Yield the feed's incidents. They name no component, so they give no level and cover
    nothing.
    """
    response = yield from _try_get("/history.atom", accept="application/atom+xml")
    try:
        answer = require_ok(unwrap(response))
        incidents = _guarded(answer, lambda: tuple(_feed_incidents(answer.text, state.days_zone)))
    except UNREADABLE:
        return
    yield Evidence(source="statuspage.feed", read_at=page.now, incidents=incidents, outline=True)


STAMP = re.compile(
    r"<small>\s*([A-Z][a-z]{2})[a-z]*\s*<var data-var='date'>\s*(\d+)</var>,\s*<var"
    r" data-var='time'>(\d+):(\d+)</var>"
    r".*?</small>.*?<strong>([^<]+)</strong>",
    re.DOTALL,
)


def _feed_incidents(text: str, zone: ZoneInfo) -> Iterator[Incident]:
    # without its XML prolog, or Beautiful Soup warns that this is not HTML
    body = text.partition("?>")[2]
    for entry in BeautifulSoup(body, "html.parser").find_all("entry"):
        link = entry.find("link", href=True)
        title, published, content = (entry.find(name) for name in ("title", "published", "content"))
        if link is None or title is None or published is None or content is None:
            raise UnexpectedShape("an entry of the feed lacks link, title, published or content")
        read_at = _instant(published.get_text())
        stamps = [
            (_before(read_at, match.groups(), zone), match[5])
            for match in STAMP.finditer(content.get_text())
        ]
        status = stamps[0][1].strip().lower() if stamps else "unknown"
        closed = status in CLOSED
        yield Incident(
            id=str(link["href"]).rstrip("/").rpartition("/")[2],
            title=title.get_text(),
            phase=Phase.CLOSED if closed else Phase.OPEN,
            status=status,
            impact="unknown",
            started_at=min((at for at, _ in stamps), default=read_at),
            resolved_at=read_at if closed else None,
            url=str(link["href"]),
        )


def _before(limit: datetime, stamp: Sequence[str], zone: ZoneInfo) -> datetime:
    """Return the last moment that reads like the stamp, which has no year, and is not later than
    the limit.
    """
    month = next(i for i, name in enumerate(MONTHS, start=1) if name.startswith(stamp[0]))
    for year in (limit.year + 1, limit.year, limit.year - 1):
        try:
            at = datetime(
                year, month, int(stamp[1]), int(stamp[2]), int(stamp[3]), tzinfo=zone
            ).astimezone(UTC)
        except ValueError:  # 29 February
            continue
        if at < limit + timedelta(minutes=1):
            return at
    raise UnexpectedShape(f"no year fits {' '.join(stamp[:2])}")


# reading


def _understood(response: Response, reader: Callable[[Any], T]) -> T:
    """Return what the reader makes of the response's JSON. Raises FetchError or ParseError, with
    the URL.
    """
    answer = read_json(response)
    if not isinstance(answer, dict):
        raise UnexpectedShape("the answer is not an object", url=response.url)
    return _guarded(response, lambda: reader(answer))


def _guarded(response: Response, read: Callable[[], T]) -> T:
    """Return what `read` returns. Raises UnexpectedShape when a value has another type than it
    should have.
    """
    try:
        return read()
    except UnexpectedShape as error:
        error.url = error.url or response.url
        raise
    except (KeyError, IndexError, TypeError, AttributeError, ValueError, OverflowError) as error:
        # Freshly decoded and foreign: a wrong type anywhere in it is the page's shape, not a
        # mistake of ours.
        raise UnexpectedShape(
            f"a value is missing or of another type: {error!r}", url=response.url
        ) from error


def _try_get(
    path: str, *, accept: str = "application/json"
) -> Generator[Step, Any, Response | FetchError]:
    try:
        return (yield from get(path, accept=accept))
    except FetchError as error:
        return error


def _gap(what: str, error: PageError) -> Gap:
    return Gap(what=what, reason=error.reason, message=str(error))


def _dict(raw: Raw, name: str, where: str) -> Raw:
    return _typed(raw, name, where, dict, "an object")


def _list(raw: Raw, name: str, where: str) -> list[Any]:
    return _typed(raw, name, where, list, "a list")


def _text(raw: Raw, name: str, where: str) -> str:
    return _typed(raw, name, where, str, "a text")


def _typed(raw: Raw, name: str, where: str, kind: type[T], noun: str) -> T:
    value = raw.get(name)
    if not isinstance(value, kind):
        raise UnexpectedShape(f"{where}.{name} is missing or not {noun}")
    return value


@lru_cache(maxsize=8_192)  # a page says the same instants again with every answer
def _instant(value: str) -> datetime:
    return utc(datetime.fromisoformat(value))


@lru_cache(maxsize=8_192)
def _day(value: str) -> date:
    """Return the calendar day a date or a timestamp names, in the offset it is written in."""
    return date.fromisoformat(value[:10])


def _months_back(day: date, months: int) -> date:
    """Return the first day of the month that many months before the day's."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, 1)


def _batches(ids: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    for start, end in pairwise([*range(0, len(ids), size), len(ids)]):
        yield ids[start:end]
