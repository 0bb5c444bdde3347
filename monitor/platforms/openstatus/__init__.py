"""OpenStatus pages: one JSON feed with the components, their monitors, reports and maintenances.
Pure.

`/feed/json` on the page's own host. A component that stands for a monitor has the monitor's state;
one that does not ("static") is as bad as the open reports and maintenances that name it. A report
has no severity: the page draws what it names as degraded. It is over with its update `resolved`, a
maintenance at its `to`. What is over is listed and has no impact: reports are no record of outages,
and a day without one is not known to have been good.

The shape is that of the program's source, https://github.com/openstatusHQ/openstatus (the route
`feed/json` of its status page); no answer was seen.
"""

from datetime import datetime

from monitor.kit.events import ComponentState, unlisted
from monitor.kit.evidence import evidence, gap_before
from monitor.kit.protocol import About, PageContext, Steps, get
from monitor.kit.responses import locate_errors
from monitor.kit.states import current_states
from monitor.platforms.openstatus.detection import COMMON_PATHS, FEED, detect, probe
from monitor.platforms.openstatus.document import VOCABULARY, Feed, read_feed

__all__ = ["ABOUT", "COMMON_PATHS", "VOCABULARY", "backfill", "detect", "poll", "probe"]

ABOUT = About(
    title="OpenStatus",
    verified=None,
    live="/feed/json, 1 request",
    reach_days=0,
    reach=(
        "None before the first poll: the reports and maintenances the page lists are no record of"
        " its outages."
    ),
    granularity="nothing",
    precision="none",
    caveat=(
        "Reports have no severity and count as degraded; outages that monitors found and nobody"
        " reported are known only from polls."
    ),
)

SOURCE = "openstatus.feed"


def poll(page: PageContext) -> Steps:
    """Yield every component's state in one request; the answer carries its own time and is never
    the same.
    """
    response = yield from get(FEED)
    with locate_errors(response.url):
        feed = read_feed(response, page.now)
        yield evidence(
            SOURCE,
            page,
            info=feed.info,
            parts=_states(feed, page.now),
            events=feed.events,
            withdrawn=unlisted(page, feed.events),
        )


def _states(feed: Feed, now: datetime) -> list[ComponentState]:
    """Return the states of every component by the open events, then those by the monitors: the
    worse one counts.
    """
    states = list(current_states(feed.components, feed.events, now))
    for component in feed.components:
        word = feed.monitors.get(component.id)
        if word is not None:
            level = VOCABULARY.get(word)
            states.append(ComponentState(component=component, level=level, word=word))
    return states


def backfill(page: PageContext, since: datetime) -> Steps:
    """Yield all reports and maintenances listed. They are no record of outages, so they cover
    nothing.
    """
    response = yield from get(FEED)
    with locate_errors(response.url):
        feed = read_feed(response, page.now)
        yield evidence(SOURCE, page, components=feed.components, events=feed.events)
    yield from gap_before(
        SOURCE, page, since, page.now, "reports are posted by people and are no record of outages"
    )
