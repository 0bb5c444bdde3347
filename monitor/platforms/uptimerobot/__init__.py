"""UptimeRobot's public pages: every monitor's state now, and what share of each of the last 90 days
it was up. Pure.

`/api/getMonitorList/<key>?page=N` on the page's own host lists 30 monitors at a time. The key is
the page's path on stats.uptimerobot.com, and elsewhere stands in the page's HTML (`pspApiPath`).
What is easily misread:

- Ratios are percentages, as text, of plain time: 98.845 of a day is 998 seconds down. They are
  measured, so they become bars; a monitor knows only up and down. A day nobody measured has ratio
  "0.000" and the label "black": not an outage.
- Days, and times without an offset, are in the page's zone, which is given as an offset
  (`psp.timezone`). Today's ratio is taken to be one of the time that has passed.
- `paused` and `black` monitors are not measured now: nothing is known of them.
- `lastDowntime` is the one outage with a time. While the monitor is down it has no length yet.

What the vendor posts on the page (`/api/getEventFeed/<key>`) names no monitors and is not read.
Nothing is documented.
"""

from dataclasses import replace
from datetime import date, datetime

from monitor.errors import UnexpectedShape
from monitor.kit.events import ComponentState
from monitor.kit.evidence import evidence, first_covered, gap_before
from monitor.kit.protocol import (
    About,
    PageContext,
    Steps,
)
from monitor.kit.responses import (
    locate_errors,
)
from monitor.kit.states import components_of
from monitor.model import (
    Gap,
    PageInfo,
)
from monitor.platforms.uptimerobot.days import SOURCE, with_days
from monitor.platforms.uptimerobot.detection import HOSTS, detect, probe
from monitor.platforms.uptimerobot.lists import Monitors, read_monitors
from monitor.platforms.uptimerobot.monitors import VOCABULARY, read_downtimes, read_state

__all__ = ["ABOUT", "HOSTS", "VOCABULARY", "backfill", "detect", "poll", "probe"]

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

RECENT_DAYS = 3
"""A poll reads so many days: yesterday's ratio may still have been wrong at the last poll of the
day."""


def poll(page: PageContext) -> Steps:
    """Yield every monitor's state, and the last days' ratios."""
    monitors = yield from read_monitors(page)
    with locate_errors(monitors.url):
        zone, remark = monitors.own_zone, monitors.unknown_zone
        piece = evidence(
            SOURCE,
            page,
            info=PageInfo(zone=zone.key if zone else None, remark=remark),
            parts=_states(monitors),
            events=list(read_downtimes(monitors, page.now)),
            unknown_words=[monitors.zone_name] if remark else (),
            cursor=monitors.key,
        )
        yield with_days(piece, monitors, page.now, days_before=RECENT_DAYS - 1)


def _states(monitors: Monitors) -> list[ComponentState]:
    states = []
    for position, monitor in enumerate(monitors.rows):
        states.append(read_state(monitor, position, monitors.zone))
    return states


def backfill(page: PageContext, since: datetime) -> Steps:
    """Yield the ratios of all days the page has."""
    monitors = yield from read_monitors(page)
    with locate_errors(monitors.url):
        piece = evidence(
            SOURCE,
            page,
            components=components_of(_states(monitors)),
            events=list(read_downtimes(monitors, page.now)),
            cursor=monitors.key,
        )
        piece = with_days(piece, monitors, since)
    if monitors.zone is None:
        why = monitors.unknown_zone or ""
        gap = Gap(what="bars", reason=UnexpectedShape.reason, message=why)
        yield replace(piece, gaps=(gap,))
        return
    yield piece
    first = first_covered(piece, page)
    yield from gap_before(
        SOURCE, page, since, max(since, first), "the page has no older days", what="bars"
    )
