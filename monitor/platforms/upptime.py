"""Upptime pages: a file in a GitHub repository with each site's state and its minutes of downtime,
day by day. Pure.

The page is only drawn from `history/summary.json` of the repository that makes it, so its own
address serves to find that; `history/<slug>.yml` tells since when a site is checked and when it was
last written down. What is easily misread:

- Nothing in the summary tells its age. GitHub stops the checks of a repository that nobody touches,
  and the file goes on saying "up". Every day something is written down, so when that did not happen
  the states are not known.
- `dailyMinutesDown` lists days with downtime only: all others since a site's `startTime` are good,
  those before are not known. Its days are UTC, it reaches a year back, and today's minutes are as
  old as the file.
- Minutes are counted from issues. Older versions count those that overlap twice, so a day may have
  more than 1440; and a site that was slow ("degraded") is counted as down there.

The format is described at https://upptime.js.org; `history/summary.json` and a site's file were
seen, the page was not: its signs are those of https://github.com/upptime/status-page.
"""

import re
from collections import Counter
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlsplit

from monitor.errors import FetchError, PageError, ParseError, UnexpectedShape
from monitor.intervals import ONE_DAY, Interval, day_interval, day_of
from monitor.kit.events import ComponentState
from monitor.kit.evidence import evidence, gap_before
from monitor.kit.fields import Row, keyword, maybe_text, number, row, rows, text
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
from monitor.kit.responses import locate_errors, read_json, require_ok, shape_error, try_json
from monitor.kit.states import worst_words
from monitor.kit.times import instant
from monitor.model import (
    Aspect,
    Bar,
    Component,
    Coverage,
    Evidence,
    Gap,
    Level,
    PageInfo,
    ReportedUptime,
)

ABOUT = About(
    title="Upptime",
    verified=date(2026, 8, 22),
    live=(
        "history/summary.json and one site's file on raw.githubusercontent.com, 2 requests; the"
        " page once, for those"
    ),
    reach_days=364,
    reach=(
        "A year of each site, minutes of downtime a day, and a request each for when it was first"
        " checked."
    ),
    granularity="component",
    precision="days",
    caveat=(
        "Checks run every five minutes at best, often far less on GitHub's free machines; days"
        " count a slow site as down."
    ),
)

MAX_BODY_MIB = 4
"""A real summary has some 100 kB."""

SOURCE = "upptime.summary"
HISTORY = "https://raw.githubusercontent.com/{repository}/HEAD/history/{file}"
SUMMARY = "summary.json"
REPOSITORY_HOSTS = frozenset({"raw.githubusercontent.com", "github.com"})
AT_ONCE = 10
"""Sites whose files are asked for together."""

STALE = timedelta(days=3)
"""A file is written every day at least; when it was not for so long, nothing is checked any
more."""

REACH = timedelta(days=363)
"""How far back before today the days of the summary surely reach."""

VOCABULARY: Mapping[str, Level] = {
    "up": Level.OPERATIONAL,
    "degraded": Level.DEGRADED,
    "down": Level.MAJOR_OUTAGE,
}

SHARES: Mapping[str, int] = {"uptimeDay": 1, "uptimeWeek": 7, "uptimeMonth": 30, "uptimeYear": 365}
MINUTES = 1440

REPOSITORY = re.compile(r"[\w.-]{1,100}/[\w.-]{1,100}")
LINK = re.compile(rb"https://(?:github|raw\.githubusercontent)\.com/([\w.-]{1,100}/[\w.-]{1,100})")
FIELD = re.compile(r"^(?:- )?(startTime|lastUpdated): *(\S[^\n]{0,100})$", re.MULTILINE)
SCRIPTED = "%a %b %d %Y %H:%M:%S GMT%z"
"""How JavaScript writes a time as text, before the name of the zone in brackets: files made until
2022 have it."""
MAKER = "upptime/"

REMEDY = (
    "configure the address of the repository that makes the page,"
    " https://github.com/<owner>/<repository>"
)


# detection


def probe(url: str) -> tuple[Get, ...]:
    """Return what to ask to recognise the page at this URL: the summary, if it is a repository on
    GitHub.
    """
    repository = _repository_in(url)
    return (Get(path=HISTORY.format(repository=repository, file=SUMMARY)),) if repository else ()


def detect(response: Response) -> Iterator[Signal]:
    """Yield the signs of an Upptime page or of its summary."""
    if b"upptime.js.org" in response.body or b"upptime-icon.svg" in response.body:
        yield Signal("brand", "the page names Upptime or has its icon")
        if b'<div id="sapper">' in response.body:
            yield Signal("sapper", "the page is drawn as Upptime's are")
    if b'"dailyMinutesDown"' not in response.body:
        return
    told = try_json(response)
    first = told[0] if isinstance(told, list) and told and isinstance(told[0], dict) else {}
    if {"slug", "status", "uptime"} <= first.keys() and isinstance(
        first.get("dailyMinutesDown"), dict
    ):
        yield Signal("shape", "sites have a slug, a state and minutes of downtime by day")
    if {"uptimeWeek", "uptimeYear", "timeWeek", "timeYear"} <= first.keys():
        yield Signal("spans", "sites have uptimes and response times of the week and the year")


def _repository_in(url: str) -> str | None:
    """Return the repository that an address on GitHub tells."""
    parts = urlsplit(url)
    found = REPOSITORY.match(parts.path.lstrip("/")) if parts.hostname in REPOSITORY_HOSTS else None
    return str(found[0]).removesuffix(".git") if found else None


def _repository_of(page: Response) -> str:
    """Return the repository that a page links most: it stands in its head line and at its end."""
    links: Counter[str] = Counter(
        found.decode().removesuffix(".git") for found in LINK.findall(require_ok(page).body)
    )
    found = next((name for name, _ in links.most_common() if not name.startswith(MAKER)), None)
    if found is None:
        raise UnexpectedShape("the page links no repository", url=page.url, remedy=REMEDY)
    return found


# reading


@dataclass(frozen=True, slots=True, kw_only=True)
class _Site:
    """A site, the word for its state, and its seconds of downtime on the days that had any."""

    component: Component
    said: str
    down: Mapping[date, int]
    reported: Sequence[ReportedUptime]


Reading = Generator[Step, Any, tuple[str, list[_Site]]]


def _read(page: PageContext) -> Reading:
    """Return the repository and its sites; one that was known and is gone is looked for on the page
    again.
    """
    known = _repository_in(page.url)
    kept = page.cursor if page.cursor and REPOSITORY.fullmatch(page.cursor) else None
    if known or kept:
        response = yield from get(HISTORY.format(repository=known or kept, file=SUMMARY))
        if known or response.status == 200:  # noqa: PLR2004
            return known or kept or "", _sites(response)
    found = _repository_of((yield from get("", accept="text/html")))
    response = yield from get(HISTORY.format(repository=found, file=SUMMARY))
    return found, _sites(response)


def _sites(response: Response) -> list[_Site]:
    with locate_errors(response.url):
        listed = rows(read_json(response), "the answer")
        if not listed:
            raise UnexpectedShape("no site is listed: such a page says nothing of any")
        found: dict[str, _Site] = {}
        for site in (_site(each, at) for at, each in enumerate(listed)):
            held = found.get(site.component.id)
            found[site.component.id] = site if held is None else _worse(held, site)
        return list(found.values())


def _worse(one: _Site, other: _Site) -> _Site:
    """Return a site that is listed twice: in the worse state, and with the longer of its downtimes
    a day.
    """
    ((_, said),) = worst_words(
        ((one.component.id, each.said) for each in (one, other)), VOCABULARY
    ).items()
    down = {
        day: max(one.down.get(day, 0), other.down.get(day, 0))
        for day in one.down.keys() | other.down.keys()
    }
    return replace(one, said=said, down=down)


def _site(told: Row, at: int) -> _Site:
    key = text(told.get("slug"), "site.slug")
    where = f"site {key[:60]}"
    name = text(told.get("name"), f"{where}.name")
    return _Site(
        component=Component(id=key, name=name, position=at, has_bars=True),
        said=keyword(told.get("status"), f"{where}.status"),
        down=dict(_down(told, f"{where}.dailyMinutesDown")),
        reported=tuple(_reported(told, key)),
    )


def _down(told: Row, where: str) -> Iterator[tuple[date, int]]:
    for written, minutes in row(told.get("dailyMinutesDown"), where).items():
        try:
            day = date.fromisoformat(written)
        except ValueError:
            shape_error(where, "days", written)
        lasted = number(minutes, where)
        if lasted < 0:
            shape_error(where, "minutes", minutes)
        if lasted:
            yield day, round(min(lasted, MINUTES) * 60)


def _reported(told: Row, key: str) -> Iterator[ReportedUptime]:
    """Yield the page's own figures. Minutes counted twice make some of them no share of anything:
    they are left out.
    """
    for name, days in SHARES.items():
        written = maybe_text(told.get(name))
        if written is not None:
            share = number(written.removesuffix("%"), f"site {key[:60]}.{name}") / 100
            if 0 <= share <= 1:
                yield ReportedUptime(component_id=key, window_days=days, ratio=share)


def _times(response: Response) -> tuple[datetime, datetime]:
    """Return since when a site is checked and when it was last written down."""
    with locate_errors(response.url):
        told = dict(FIELD.findall(require_ok(response).text[:10_000]))
        return _time(told.get("startTime"), "startTime"), _time(
            told.get("lastUpdated"), "lastUpdated"
        )


def _time(written: str | None, where: str) -> datetime:
    """Return a time as ISO 8601, in quotes or not, or as JavaScript's own text."""
    clean = (written or "").strip().strip("'\"")
    try:
        return datetime.strptime(clean.partition(" (")[0], SCRIPTED).astimezone(UTC)
    except (ValueError, OverflowError):
        return instant(clean, where)


def _file(repository: str, site: _Site) -> str:
    return HISTORY.format(repository=repository, file=f"{quote(site.component.id, safe='')}.yml")


def poll(page: PageContext) -> Steps:
    """Yield every site's state, and ask one site's file whether that is of today. Nothing is
    conditional: a file that stays the same is what tells that the checks have stopped.
    """
    repository, sites = yield from _read(page)
    response = yield from get(_file(repository, sites[0]))
    _, written = _times(response)
    stopped = page.now - written > STALE
    remark = f"nothing was checked since {written:%Y-%m-%d}" if stopped else None
    piece = evidence(
        SOURCE,
        page,
        info=PageInfo(zone="UTC", remark=remark),
        parts=[_part(site, stopped=stopped) for site in sites],
        cursor=repository,
    )
    yield replace(
        piece, reported=tuple(each for site in sites for each in site.reported if not stopped)
    )


def _part(site: _Site, *, stopped: bool) -> ComponentState:
    if stopped:
        return ComponentState(component=site.component, level=None)
    return ComponentState(component=site.component, level=VOCABULARY.get(site.said), word=site.said)


def backfill(page: PageContext, since: datetime) -> Steps:
    """Yield each site's days of downtime; they cover the time since it was first checked, until
    today begins.
    """
    repository, sites = yield from _read(page)
    yield evidence(
        SOURCE,
        page,
        info=PageInfo(zone="UTC"),
        components=[site.component for site in sites],
        cursor=repository,
    )
    begun = [page.now]
    for first in range(0, len(sites), AT_ONCE):
        some = sites[first : first + AT_ONCE]
        answers = yield from get_all([_file(repository, site) for site in some])
        for site, answer in zip(some, answers, strict=True):
            piece = _past(site, answer, page, since)
            begun += [cover.span.start for cover in piece.coverage]
            yield piece
    yield from gap_before(
        SOURCE, page, since, min(begun), "no site was checked before, or it is more than a year ago"
    )


def _past(
    site: _Site, answer: Response | FetchError, page: PageContext, since: datetime
) -> Evidence:
    """Return one site's days, until its file was last written or today begins; a gap when that
    cannot be read.
    """
    try:
        if isinstance(answer, FetchError):
            raise answer
        started, written = _times(answer)
    except (FetchError, ParseError) as error:
        return _unread(site, page, error)
    today = _midnight(page.now)
    over = min(_midnight(written) + ONE_DAY, today)
    span = Interval.between(max(started, _midnight(since), today - REACH), over)
    if span is None:
        return Evidence(source=SOURCE, read_at=page.now)
    days = {
        day: lasted for day, lasted in site.down.items() if span.start.date() <= day < over.date()
    }
    return Evidence(
        source=SOURCE,
        read_at=page.now,
        bars=tuple(
            Bar(component_id=site.component.id, day=day, major_seconds=lasted, source=SOURCE)
            for day, lasted in days.items()
        ),
        coverage=(
            Coverage(span=span, aspect=Aspect.BARS, component_id=site.component.id, complete=True),
        ),
    )


def _unread(site: _Site, page: PageContext, error: PageError) -> Evidence:
    gap = Gap(what=f"days of {site.component.name}", reason=error.reason, message=str(error))
    return Evidence(source=SOURCE, read_at=page.now, gaps=(gap,))


def _midnight(at: datetime) -> datetime:
    return day_interval(day_of(at, UTC), UTC).start
