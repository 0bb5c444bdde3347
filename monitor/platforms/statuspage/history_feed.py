"""The feed of a page's history. Its incidents name no component, so they give no level and cover
nothing. Pure.
"""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from monitor.errors import UnexpectedShape
from monitor.kit.feeds import Entry, read_feed
from monitor.kit.fields import last_segment
from monitor.kit.protocol import Steps
from monitor.kit.responses import unwrap
from monitor.model import Evidence, Incident, Phase
from monitor.platforms.statuspage.answers import UNREADABLE, shape_of, try_get
from monitor.platforms.statuspage.live import PageState
from monitor.platforms.statuspage.quarters import MONTHS
from monitor.platforms.statuspage.updates import CLOSED_STATUSES

STAMP = re.compile(
    r"<small>\s*([A-Z][a-z]{2})[a-z]*\s*<var data-var='date'>\s*(\d+)</var>,\s*<var"
    r" data-var='time'>(\d+):(\d+)</var>"
    r".*?</small>.*?<strong>([^<]+)</strong>",
    re.DOTALL,
)
"""An update in an entry, newest first: its month, day, hour and minute, and its status."""


def read_feed_incidents(state: PageState) -> Steps:
    """Yield the feed's incidents; nothing where it cannot be read."""
    response = yield from try_get("/history.atom", accept="application/atom+xml")
    try:
        answer = unwrap(response)
        with shape_of(answer):
            entries = read_feed(answer).entries
            incidents = tuple(_incident(entry, state.days_zone) for entry in entries)
    except UNREADABLE:
        return
    yield Evidence(
        source="statuspage.feed", read_at=state.page.now, incidents=incidents, outline=True
    )


def _incident(entry: Entry, zone: ZoneInfo) -> Incident:
    published_at = entry.published
    if entry.link is None or published_at is None or not entry.body:
        raise UnexpectedShape("an entry of the feed lacks link, published or content")
    stamps = list(STAMP.finditer(entry.body))
    posted_at = [_before(published_at, stamp, zone) for stamp in stamps]
    status = stamps[0][5].strip().lower() if stamps else "unknown"
    is_closed = status in CLOSED_STATUSES
    return Incident(
        id=last_segment(entry.link),
        title=entry.title,
        phase=Phase.CLOSED if is_closed else Phase.OPEN,
        status=status,
        impact="unknown",
        started_at=min(posted_at, default=published_at),
        resolved_at=published_at if is_closed else None,
        url=entry.link,
    )


def _before(limit: datetime, stamp: re.Match[str], zone: ZoneInfo) -> datetime:
    """Return the last moment that reads like the stamp, which has no year, and is not later than
    the limit.
    """
    short, day, hour, minute = stamp.groups()[:4]
    month = MONTHS.index(short) + 1
    for year in (limit.year + 1, limit.year, limit.year - 1):
        try:
            local = datetime(year, month, int(day), int(hour), int(minute), tzinfo=zone)
        except ValueError:  # 29 February
            continue
        at = local.astimezone(UTC)
        if at < limit + timedelta(minutes=1):
            return at
    raise UnexpectedShape(f"no year fits {short} {day}")
