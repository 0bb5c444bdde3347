"""A site's days of downtime, and its file, which says since when it is checked. Pure."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from urllib.parse import quote

from monitor.errors import FetchError, ParseError
from monitor.intervals import ONE_DAY, Interval, day_interval, day_of
from monitor.kit.evidence import gap_evidence
from monitor.kit.fallback import gap_of
from monitor.kit.protocol import (
    PageContext,
    Response,
)
from monitor.kit.responses import (
    locate_errors,
    require_ok,
    unwrap,
)
from monitor.kit.times import instant
from monitor.model import (
    Aspect,
    Bar,
    Coverage,
    Evidence,
)
from monitor.platforms.upptime.detection import HISTORY
from monitor.platforms.upptime.summary import Site

SOURCE = "upptime.summary"

REACH = timedelta(days=363)
"""How far back before today the days of the summary surely reach."""

FIELD = re.compile(r"^(?:- )?(startTime|lastUpdated): *(\S[^\n]{0,100})$", re.MULTILINE)
JAVASCRIPT_TIME = "%a %b %d %Y %H:%M:%S GMT%z"
"""How JavaScript writes a time as text, before the name of the zone in brackets: files made until
2022 have it."""


class SiteTimes(NamedTuple):
    """Since when a site is checked, and when its record was last written."""

    start: datetime
    last_update: datetime


def read_times(response: Response) -> SiteTimes:
    """Return the times in a site's file."""
    with locate_errors(response.url):
        times = dict(FIELD.findall(require_ok(response).text[:10_000]))
        start = _time(times.get("startTime"), "startTime")
        return SiteTimes(start, _time(times.get("lastUpdated"), "lastUpdated"))


def _time(value: str | None, where: str) -> datetime:
    """Return a time as ISO 8601, in quotes or not, or as JavaScript's own text."""
    clean = (value or "").strip().strip("'\"")
    try:
        return datetime.strptime(clean.partition(" (")[0], JAVASCRIPT_TIME).astimezone(UTC)
    except (ValueError, OverflowError):
        return instant(clean, where)


def file_of(repository: str, site: Site) -> str:
    """Return the address of a site's file."""
    return HISTORY.format(repository=repository, file=f"{quote(site.component.id, safe='')}.yml")


def past_of(
    site: Site,
    answer: Response | FetchError,
    page: PageContext,
    since: datetime,
) -> Evidence:
    """Return one site's days, until its file was last written or today begins; a gap when that
    cannot be read.
    """
    try:
        times = read_times(unwrap(answer))
    except (FetchError, ParseError) as error:
        return gap_evidence(SOURCE, page, gap_of(f"days of {site.component.name}", error))
    today = _midnight(page.now)
    end = min(_midnight(times.last_update) + ONE_DAY, today)
    span = Interval.between(max(times.start, _midnight(since), today - REACH), end)
    if span is None:
        return Evidence(source=SOURCE, read_at=page.now)
    key = site.component.id
    cover = Coverage(span=span, aspect=Aspect.BARS, component_id=key, complete=True)
    return Evidence(
        source=SOURCE, read_at=page.now, bars=tuple(_bars(site, span)), coverage=(cover,)
    )


def _bars(site: Site, span: Interval) -> Iterator[Bar]:
    key = site.component.id
    for day, seconds in site.downtime.items():
        if span.start.date() <= day < span.end.date():
            yield Bar(component_id=key, day=day, major_seconds=seconds, source=SOURCE)


def _midnight(at: datetime) -> datetime:
    return day_interval(day_of(at, UTC), UTC).start
