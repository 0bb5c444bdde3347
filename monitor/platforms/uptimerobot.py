"""UptimeRobot's public pages: every monitor's state now, and what share of each of the last 90 days
it was up. Pure.

`/api/getMonitorList/<key>?page=N` on the page's own host tells of 30 monitors at a time. The key is
the page's path on stats.uptimerobot.com, and elsewhere stands in the page's HTML (`pspApiPath`).
What is easily misread:

- Ratios are percentages, as text, of plain time: 98.845 of a day is 998 seconds down. They are
  measured, so they become bars; a monitor knows only up and down. A day nobody measured has ratio
  "0.000" and the label "black": not an outage.
- Days, and times without an offset, are in the page's zone, which is told as an offset
  (`psp.timezone`). Today's ratio is taken to be one of the time that has passed.
- `paused` and `black` monitors are not measured now: nothing is known of them.
- `lastDowntime` is the one outage that is told with its time. While the monitor is down its length
  is not told yet.

What the vendor posts on the page (`/api/getEventFeed/<key>`) names no monitors and is not read.
Nothing is documented.
"""

import re
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from monitor.errors import BadStatus, ParseError, UnexpectedShape
from monitor.intervals import ONE_DAY, Interval, day_interval, day_of, merge, zone_named
from monitor.kit.events import ComponentState, Event, spans_for
from monitor.kit.evidence import evidence, gap_before
from monitor.kit.fields import Row, identifier, keyword, maybe_text, number, row, rows, text
from monitor.kit.protocol import (
    About,
    Get,
    PageContext,
    Response,
    Signal,
    Step,
    Steps,
    get,
    get_all,
)
from monitor.kit.responses import (
    locate_errors,
    read_json,
    require_ok,
    shape_error,
    try_json,
    unwrap,
)
from monitor.kit.times import instant, maybe_instant
from monitor.model import (
    Aspect,
    Bar,
    Basis,
    Component,
    Coverage,
    Evidence,
    Gap,
    Level,
    PageInfo,
    Phase,
    ReportedUptime,
)

ABOUT = About(
    title="UptimeRobot",
    verified=date(2026, 9, 19),
    live=(
        "/api/getMonitorList/<key>, 1 request for each 30 monitors; the page itself once, for"
        " the key"
    ),
    reach_days=90,
    reach="90 days of each monitor, as the share of the day it was up (to about a second).",
    granularity="component",
    precision="seconds",
    caveat=(
        "Monitors know up and down only, as measured from outside: a slow or partly failing service"
        " is up."
    ),
)

SOURCE = "uptimerobot.monitors"

LIST = "/api/getMonitorList/{key}?page={page}"
HOST = "stats.uptimerobot.com"
HOSTS = (HOST,)
KEY = re.compile(rb"/api/getMonitorList/([\w-]{1,100})")
MOST_PAGES = 100

DOWN = "lastDowntime"
VOCABULARY: Mapping[str, Level] = {
    "success": Level.OPERATIONAL,
    "info": Level.MAINTENANCE,
    "warning": Level.DEGRADED,
    "danger": Level.MAJOR_OUTAGE,
    DOWN: Level.MAJOR_OUTAGE,
}
"""What a monitor's `statusClass` means, and the outage that is told with its time."""

UNMEASURED = frozenset({"paused", "black"})
NO_DATA = "black"

RECENT_DAYS = 3
"""A poll tells of so many days: yesterday's ratio may still have been wrong at the last poll of the
day."""

HALF_HOURS: Mapping[str, str] = {
    "+03:30": "Asia/Tehran",
    "+04:30": "Asia/Kabul",
    "+05:30": "Asia/Kolkata",
    "+05:45": "Asia/Kathmandu",
    "+06:30": "Asia/Yangon",
    "+09:30": "Australia/Darwin",
    "-09:30": "Pacific/Marquesas",
}
"""Places that keep such an offset all year."""


# detection


def probe(url: str) -> tuple[Get, ...]:
    """Return what to ask to recognise the page at this URL: its monitors, on UptimeRobot's own
    host.
    """
    key = _hosted(url)
    return (Get(path=LIST.format(key=key, page=1)),) if key else ()


def detect(response: Response) -> Iterator[Signal]:
    """Yield the signs of an UptimeRobot page or of its answers; `host` only ever beside another
    sign.
    """
    body = response.body
    if b"pspApiPath" in body:
        yield Signal("path", "the page names the address of its monitors")
        if b"eventsApiPath" in body:
            yield Signal("events", "the page names the address of its events")
    if b'"psp"' not in body or b'"dailyRatios"' not in body:
        return
    told = try_json(response)
    if not isinstance(told, dict) or not {"psp", "statistics", "days"} <= told.keys():
        return
    yield Signal("shape", "a list of monitors with statistics and days")
    if (
        isinstance(told["psp"], dict)
        and {"totalMonitors", "perPage", "timezone"} <= told["psp"].keys()
    ):
        yield Signal("psp", "the page's number of monitors and time zone")


def _hosted(url: str) -> str | None:
    """Return the key that the path on UptimeRobot's own host tells; None elsewhere."""
    parts = urlsplit(url)
    key = parts.path.strip("/").partition("/")[0]
    return (
        key
        if parts.hostname == HOST and re.fullmatch(r"[\w-]{1,100}", key) and key != "api"
        else None
    )


# asking for answers


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """All monitors of a page, and the zone their days are cut in; None = the page tells none that
    we know.

    `own_zone` is the page's own zone where we know it, `zone` else the user's or the one it told
    last.
    """

    key: str
    url: str
    monitors: Sequence[Row]
    timezone: str
    own_zone: ZoneInfo | None
    zone: ZoneInfo | None


Reading = Generator[Step, Any, _Told]


def _read(page: PageContext) -> Reading:
    """Ask for all monitors; a key that leads nowhere any more is looked for in the page's HTML."""
    known, failure = page.cursor or _hosted(page.url), None
    fallback = zone_named(page.zone) if page.zone else None
    if known is not None:
        try:
            return (yield from _monitors(known, fallback))
        except (ParseError, BadStatus) as error:
            failure = error
            if known != page.cursor:
                raise
    response = yield from get("", accept="text/html")
    found = KEY.search(require_ok(response).body)
    key = found[1].decode() if found is not None else None
    if failure is not None and key in {None, known}:
        raise failure
    if key is None:
        raise UnexpectedShape(
            "the page does not tell the address of its monitors", url=response.url
        )
    return (yield from _monitors(key, fallback))


def _monitors(key: str, fallback: ZoneInfo | None) -> Reading:
    response = yield from get(LIST.format(key=key, page=1))
    first = row(read_json(response), "the answer")
    with locate_errors(response.url):
        psp = row(first.get("psp"), "psp")
        pages = _pages(psp)
        timezone = text(psp.get("timezone"), "psp.timezone")
    answers = [response]
    if pages > 1:
        more = yield from get_all([LIST.format(key=key, page=page) for page in range(2, pages + 1)])
        answers += [unwrap(answer) for answer in more]
    monitors = [each for answer in answers for each in _rows(answer)]
    own = _zone(timezone)
    return _Told(
        key=key,
        url=response.url,
        monitors=monitors,
        timezone=timezone,
        own_zone=own,
        zone=own or fallback,
    )


def _pages(psp: Row) -> int:
    total, size = (
        number(psp.get("totalMonitors"), "psp.totalMonitors"),
        number(psp.get("perPage"), "psp.perPage"),
    )
    if size < 1 or not 0 <= total <= MOST_PAGES * size:
        shape_error(
            "psp", f"at most {MOST_PAGES} pages of monitors", f"{total:g} monitors, {size:g} a page"
        )
    return max(1, -int(-total // size))


def _rows(answer: Response) -> list[Row]:
    told = read_json(answer)
    with locate_errors(answer.url):
        whole = row(told, "the answer")
        if whole.get("status") != "ok":
            shape_error("status", "ok", whole.get("status"))
        return rows(whole.get("data"), "data")


def _zone(offset: str) -> ZoneInfo | None:
    """Return the zone of an offset as it is told, or of a name; None when no zone has such an
    offset all year.
    """
    told = re.fullmatch(r"([+-])(\d\d):00", offset)
    name = HALF_HOURS.get(offset, offset)
    if told is not None:
        hours = int(told[2]) * (1 if told[1] == "+" else -1)
        name = f"Etc/GMT{-hours:+d}" if hours else "UTC"
    try:
        return zone_named(name)
    except ValueError:
        return None


# monitors


def _part(told: Row, position: int, zone: ZoneInfo | None) -> ComponentState:
    key = _key(told)
    state = keyword(told.get("statusClass"), f"monitor {key}.statusClass")
    component = Component(
        id=key,
        name=text(told.get("name"), f"monitor {key}.name"),
        group=maybe_text(told.get("groupName")),
        position=position,
        start_date=_made(told, zone),
        has_bars=True,
    )
    return ComponentState(
        component=component,
        level=VOCABULARY.get(state),
        word=None if state in UNMEASURED else state,
    )


def _key(told: Row) -> str:
    return identifier(told.get("monitorId"), "monitor.monitorId")


def _made(told: Row, zone: ZoneInfo | None) -> date | None:
    """Return the day a monitor was made: before it nothing was measured, whatever the ratio is."""
    if zone is None:
        return None
    made = maybe_instant(told.get("createdAt"), f"monitor {_key(told)}.createdAt", zone)
    return None if made is None else day_of(made, zone)


def _ratio(told: object, where: str) -> float | None:
    """Return a share of 1; None where nothing was measured."""
    figure = row(told, where)
    if figure.get("label") == NO_DATA:
        return None
    percent = number(figure.get("ratio"), f"{where}.ratio")
    if not 0 <= percent <= 100:  # noqa: PLR2004
        shape_error(f"{where}.ratio", "a percentage", percent)
    return percent / 100


def _days(told: Row, zone: ZoneInfo, now: datetime) -> Iterator[tuple[date, Interval, float]]:
    """Yield the days that were measured: the part of each that has passed, and the share of it that
    was up.
    """
    where, made = f"monitor {_key(told)}.dailyRatios", _made(told, zone)
    days = {_day(each.get("date"), where): each for each in rows(told.get("dailyRatios"), where)}
    for day, figure in days.items():
        ratio, whole = _ratio(figure, where), day_interval(day, zone)
        passed = Interval.between(whole.start, min(whole.end, now))
        if ratio is not None and passed is not None and (made is None or day >= made):
            yield day, passed, ratio


def _day(told: object, where: str) -> date:
    """Return a day, written as such."""
    return instant(f"{told}T00:00:00+00:00", f"{where}.date").date()


def _reported(monitors: Iterable[Row]) -> Iterator[ReportedUptime]:
    """Yield the page's own figures of 30 and of 90 days."""
    for told in {_key(each): each for each in monitors}.values():
        for days in (30, 90):
            name = f"{days}dRatio"
            ratio = (
                _ratio(told[name], f"monitor {_key(told)}.{name}")
                if told.get(name) is not None
                else None
            )
            if ratio is not None:
                yield ReportedUptime(component_id=_key(told), window_days=days, ratio=ratio)


def _downtime(told: Row, zone: ZoneInfo | None, now: datetime) -> Iterator[Event]:
    """Yield the last outage of a monitor that is up again."""
    last, where = told.get(DOWN), f"monitor {_key(told)}.{DOWN}"
    if (
        last is None
        or zone is None
        or VOCABULARY.get(str(told.get("statusClass"))) is Level.MAJOR_OUTAGE
    ):
        return
    last = row(last, where)
    start = instant(last.get("date"), f"{where}.date", zone)
    end = start + timedelta(seconds=max(0.0, number(last.get("duration"), f"{where}.duration")))
    if end <= now:
        yield Event(
            id=f"{_key(told)}-{start:%Y%m%dT%H%M%SZ}",
            title=maybe_text(last.get("reason")) or "Down",
            phase=Phase.CLOSED,
            start=start,
            end=end,
            status="up again",
            impact="down",
            spans=spans_for(
                [_key(told)], VOCABULARY[DOWN], start, end, word="down", basis=Basis.DECLARED
            ),
        )


# reading


def poll(page: PageContext) -> Steps:
    """Yield every monitor's state, and the last days' ratios."""
    told = yield from _read(page)
    with locate_errors(told.url):
        parts = [_part(each, position, told.zone) for position, each in enumerate(told.monitors)]
        own = told.own_zone
        info = PageInfo(zone=own.key if own else None, remark=None if own else _unplaced(told))
        piece = evidence(
            SOURCE,
            page,
            info=info,
            parts=parts,
            events=_downtimes(told, page),
            unknown_words=() if own else [told.timezone],
            cursor=told.key,
        )
        since = (
            None if told.zone is None else day_of(page.now, told.zone) - (RECENT_DAYS - 1) * ONE_DAY
        )
        yield _with_days(piece, told, since)


def _unplaced(told: _Told) -> str:
    return f"the page cuts its days at {told.timezone!r}, which is no time zone we know"


def _downtimes(told: _Told, page: PageContext) -> list[Event]:
    return [event for each in told.monitors for event in _downtime(each, told.zone, page.now)]


def _with_days(piece: Evidence, told: _Told, since: date | None) -> Evidence:
    """Return the evidence with the days since then; of a monitor that is told twice the last
    counts.
    """
    if told.zone is None or since is None:
        return replace(piece, reported=tuple(_reported(told.monitors)))
    bars: list[Bar] = []
    coverage: list[Coverage] = []
    for key, monitor in {_key(each): each for each in told.monitors}.items():
        days = [each for each in _days(monitor, told.zone, piece.read_at) if each[0] >= since]
        bars += [_bar(key, day, passed, ratio) for day, passed, ratio in days if ratio < 1]
        coverage += [
            Coverage(span=span, aspect=Aspect.BARS, component_id=key, complete=True)
            for span in merge(passed for _, passed, _ in days)
        ]
    return replace(
        piece, bars=tuple(bars), coverage=tuple(coverage), reported=tuple(_reported(told.monitors))
    )


def _bar(key: str, day: date, passed: Interval, ratio: float) -> Bar:
    """Return a day's outage; one that is too short for the ratio's decimals counts for a second."""
    return Bar(
        component_id=key,
        day=day,
        major_seconds=max(1, round((1 - ratio) * passed.seconds)),
        source=SOURCE,
    )


def backfill(page: PageContext, since: datetime) -> Steps:
    """Yield the ratios of all days the page has."""
    told = yield from _read(page)
    with locate_errors(told.url):
        components = [
            _part(each, position, told.zone).component
            for position, each in enumerate(told.monitors)
        ]
        piece = evidence(
            SOURCE, page, components=components, events=_downtimes(told, page), cursor=told.key
        )
        whole = _with_days(piece, told, None if told.zone is None else day_of(since, told.zone))
    if told.zone is None:
        whole = replace(
            whole, gaps=(Gap(what="bars", reason=UnexpectedShape.reason, message=_unplaced(told)),)
        )
    yield whole
    if told.zone is not None:
        first = min((cover.span.start for cover in whole.coverage), default=page.now)
        yield from gap_before(
            SOURCE, page, since, max(since, first), "the page has no older days", what="bars"
        )
