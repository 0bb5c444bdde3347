"""Atlassian Statuspage: live state from `/api/v2`, history from the uptime record and the
incidents' updates. Pure.

Sources, best first: the page's own uptime record in seconds (`/uptime_showcase`, the older embedded
`uptimeData`, `/uptime/<component>.json`), which cannot show degraded or maintenance; and the
components' states that every incident update posts (`/api/v2/incidents*.json`, found through
`/history`). A component's state is never taken from the page's indicator, and an incident that
names no component gives no level.

The format is described at https://www.statuspage.io/api and
https://support.atlassian.com/statuspage/. Everything that appears here as a rule of it and is not
documented there was measured on captured pages.
"""

from datetime import date

from monitor.kit.protocol import About
from monitor.platforms.statuspage.answers import LEVELS
from monitor.platforms.statuspage.backfilling import backfill
from monitor.platforms.statuspage.detection import HOSTS, detect
from monitor.platforms.statuspage.polling import poll

__all__ = ["ABOUT", "HOSTS", "LEVELS", "backfill", "detect", "poll"]

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
