"""PagerDuty status pages: services, and posts whose updates say how each service is. Pure.

There are two generations. The older one carries everything in its HTML, as JSON in `script#data`:
services, open incidents and the latest resolved ones. The newer one answers `/api/services`,
`/api/posts` (`is_featured=true`: what goes on or is planned; `since` and `until`: what was) and
`/api/posts/<id>`, where states are ids that `/api/post_enums` explains. What is easily misread:

- Names of states are the customer's; `layout_settings.key` (`incident/severity/minor`) says what
  one is.
- A post has a severity, and each service its own in the same update, which counts. A service that
  is not named again has recovered, but an update that names none changes nothing. The closing
  update often repeats the last severities.
- Posts begin as "detected", often for no service: which ones were hit is told later, and not since
  when.
- The older generation answers any path with its HTML.

Of the newer generation no real answer was seen: it is read, strictly, as several programs read it.
"""

from datetime import date, datetime

from monitor.errors import BadStatus, Moved, NotJson
from monitor.kit.events import events_since, is_any_unattributed, recent_or_open
from monitor.kit.evidence import evidence, gap_before
from monitor.kit.protocol import About, PageContext, Steps, StepsTo, get
from monitor.kit.states import current_states
from monitor.model import PageInfo
from monitor.platforms.pagerduty.detection import HOSTS, detect, probe
from monitor.platforms.pagerduty.newer import ENUMS, SERVICES, ask_current, ask_since
from monitor.platforms.pagerduty.older import OLDER, is_older, read_older
from monitor.platforms.pagerduty.posts import VOCABULARY
from monitor.platforms.pagerduty.reading import PageReading

__all__ = [
    "ABOUT",
    "COMMON_PATHS",
    "HOSTS",
    "VOCABULARY",
    "backfill",
    "detect",
    "poll",
    "probe",
]

ABOUT = About(
    title="PagerDuty",
    verified=date(2023, 12, 11),
    live="/api/, 3 requests and one for each post that goes on; older pages 1 request",
    reach_days=None,
    reach=(
        "As far as a page has existed; older pages the latest 80 incidents. (Newer pages are read"
        " unverified.)"
    ),
    granularity="component",
    precision="seconds",
    caveat=(
        "Which services were hit is often told some minutes after an incident was: until then they"
        " are unknown."
    ),
)

SOURCE = "pagerduty.posts"

COMMON_PATHS = (SERVICES, ENUMS)

NO_SERVICE = "something is going on that names no service"


def poll(page: PageContext) -> Steps:
    """Yield every service's state: three requests and one for each post that goes on, or one for an
    older page.
    """
    reading = yield from _ask(page, ask_current(page), conditional=True)
    if reading is None:
        return
    remark = NO_SERVICE if is_any_unattributed(reading.events) else None
    yield evidence(
        SOURCE,
        page,
        info=PageInfo(name=reading.name, remark=remark),
        parts=current_states(reading.components, reading.events, page.now),
        events=recent_or_open(reading.events, page),
        withdrawn=reading.withdrawn,
        cursor=reading.cursor,
    )


def backfill(page: PageContext, since: datetime) -> Steps:
    """Yield the posts since then, as far as the page has existed; what lies before it is a gap."""
    reading = yield from _ask(page, ask_since(page, since), conditional=False)
    if reading is None:
        return
    first = min(page.now, max(since, reading.first or page.now))
    yield evidence(
        SOURCE,
        page,
        info=PageInfo(name=reading.name),
        components=reading.components,
        events=events_since(reading.events, since),
        since=first,
        cursor=reading.cursor,
    )
    yield from gap_before(SOURCE, page, since, first, "the page's record begins later")


def _ask(
    page: PageContext, newer: StepsTo[PageReading], *, conditional: bool
) -> StepsTo[PageReading | None]:
    """Return what the page tells, of whichever generation it is; None when nothing has changed."""
    if page.cursor == OLDER:
        response = yield from get("", accept="text/html", conditional=conditional)
        if response.unchanged:
            return None
        if is_older(response):
            return read_older(response, page)
    try:
        return (yield from newer)
    except (BadStatus, NotJson, Moved):
        response = yield from get("", accept="text/html")
        if not is_older(response):
            raise
        return read_older(response, page)
