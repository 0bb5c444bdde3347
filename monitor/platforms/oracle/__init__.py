"""Oracle Cloud's status page: every service of every region in one document, and incidents in a
feed. Pure.

A component is a service in a region. The page speaks of some ninety regions, so nothing is rated
before the user has chosen theirs (`regions`: names such as `us-ashburn-1` or patterns). What is
easily misread:

- Of the words for a state two are known, NormalPerformance and ServiceDisruption. Any other is
  unknown.
- `/api/v2/status.json` looks like Statuspage and says one word of all of them; it is not read.
- The feed names an incident's service and region in its title. It began and ended with its posts,
  whose times carry no year: that of the entry's date holds. Its severity is stated nowhere and is
  inferred. An incident of several services or regions does not say which.

No real answer was seen: the shape is as programs read it that follow the page, and whatever differs
from it is refused.
"""

from collections.abc import Iterable
from datetime import datetime

from monitor.kit.events import Event, events_since, is_any_unattributed, unlisted
from monitor.kit.evidence import evidence, gap_before
from monitor.kit.feeds import ACCEPT
from monitor.kit.protocol import About, PageContext, Steps, get
from monitor.kit.responses import locate_errors
from monitor.model import PageInfo
from monitor.platforms.oracle.detection import COMPONENTS, HOSTS, PROBE, detect
from monitor.platforms.oracle.document import VOCABULARY, Document, read_document
from monitor.platforms.oracle.incidents import rated_only, read_incidents

__all__ = ["ABOUT", "HOSTS", "PROBE", "VOCABULARY", "backfill", "detect", "poll"]

ABOUT = About(
    title="Oracle Cloud",
    verified=None,
    live="/api/v2/components_v2.json, 1 request; 1 more for the feed while something is wrong",
    reach_days=None,
    reach="The incidents in the feed: since the oldest last post among them.",
    granularity="component and region",
    precision="minutes",
    regions="required",
    caveat=(
        "The feed tells no severity, so a past incident counts as degraded; one about several"
        " services or regions leaves its time unknown."
    ),
)

STATES = "oracle.states"
INCIDENTS = "oracle.incidents"

FEED = "/api/v2/incident-summary.rss"

UNCHOSEN = "the page speaks of every region, and none is chosen: list yours as `regions`"
UNFOUND = "no region is called as `regions` say: correct them"
NOT_ATTRIBUTED = "an incident is going on that does not name one service in one region"


def _info(page: PageContext, document: Document, events: Iterable[Event] = ()) -> PageInfo:
    remark = None
    if not page.regions:
        remark = UNCHOSEN
    elif not document.rated_regions:
        remark = UNFOUND
    elif is_any_unattributed(events):
        remark = NOT_ATTRIBUTED
    return PageInfo(name="Oracle Cloud", remark=remark)


def poll(page: PageContext) -> Steps:
    """Yield the states of the services in the chosen regions; while something is wrong also the
    feed's incidents.

    The answer is asked for in full when other regions are chosen than last time.
    """
    regions = "\n".join(page.regions)
    is_current = page.cursor == regions and not page.open_incidents
    response = yield from get(COMPONENTS, conditional=is_current)
    if response.unchanged:
        return
    with locate_errors(response.url):
        document = read_document(response, page)
        info = _info(page, document)
        yield evidence(STATES, page, info=info, parts=document.states, cursor=regions)
    if document.has_trouble or page.open_incidents:
        response = yield from get(FEED, accept=ACCEPT)
        with locate_errors(response.url):
            events, _ = read_incidents(response, document, page.now)
            info, missing = _info(page, document, events), unlisted(page, events)
            piece = evidence(INCIDENTS, page, info=info, events=events, withdrawn=missing)
            yield rated_only(piece, events, document)


def backfill(page: PageContext, since: datetime) -> Steps:
    """Yield the services and all incidents in the feed, which cover the time since the oldest last
    post among them.
    """
    response = yield from get(COMPONENTS)
    with locate_errors(response.url):
        document = read_document(response, page)
        yield evidence(STATES, page, info=_info(page, document), parts=document.states)
    response = yield from get(FEED, accept=ACCEPT)
    with locate_errors(response.url):
        incidents = read_incidents(response, document, page.now)
        first = max(since, incidents.oldest or page.now)
        events = events_since(incidents.events, since)
        yield rated_only(evidence(INCIDENTS, page, events=events, since=first), events, document)
    yield from gap_before(
        INCIDENTS, page, since, first, "the feed has no incident that was last spoken of before"
    )
