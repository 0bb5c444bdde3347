"""Okta's own status page: Salesforce records in the page itself. Pure.

The page at https://status.okta.com/ holds its records as JSON in elements that are not shown:
`incidents`, `planned-outages`, and `cellList`, the names of all cells. A component is a cell, such
as `okta.com:7`. What is easily misread:

- An incident has one category for all of its cells: what it meant for one of them is inferred.
- It began at `Start_Time__c` and lasted `Duration__c` minutes. `End_Date__c` is a day and often
  missing, and `Last_Updated__c` of a resolved one is when its analysis was published, days later.
- Records stand in the order of their last change, so a list that is cut off is whole since the
  oldest change in it.
- An overrun maintenance is an incident and has an incident's category.

The format is not documented. States other than "Resolved", planned outages and the list of cells
are as programs read them that follow the page; a page without the list of cells has those that its
incidents name.
"""

from datetime import date, datetime

from monitor.kit.events import events_since, is_any_unattributed
from monitor.kit.evidence import evidence, gap_before
from monitor.kit.open_events import closed_since, dump_open
from monitor.kit.protocol import About, PageContext, Steps, get
from monitor.kit.responses import locate_errors
from monitor.kit.states import current_states
from monitor.model import PageInfo
from monitor.platforms.okta.records import VOCABULARY
from monitor.platforms.okta.status import HOSTS, detect, read_status

__all__ = ["ABOUT", "HOSTS", "VOCABULARY", "backfill", "detect", "poll"]

ABOUT = About(
    title="Okta",
    verified=date(2026, 7, 31),
    live="the page itself, 1 request",
    reach_days=None,
    reach="The incidents the page lists, usually some months: since the oldest change among them.",
    granularity="component",
    precision="as typed",
    caveat=(
        "An incident has one category for all cells it names, whatever each of them saw, and its"
        " start and length are typed by people."
    ),
)

SOURCE = "okta.incidents"

NO_CELL = "an incident is going on that names no cell"


def poll(page: PageContext) -> Steps:
    """Yield every cell's state in one request.

    While something goes on or is planned the answer is read even if it is the same: what it means
    changes by itself.
    """
    response = yield from get("", accept="text/html", conditional=not page.open_incidents)
    if response.unchanged:
        return
    with locate_errors(response.url):
        status = read_status(response, page.now)
        ended_events, withdrawn = closed_since(page, status.events)
        remark = NO_CELL if is_any_unattributed(status.events) else None
        yield evidence(
            SOURCE,
            page,
            info=PageInfo(name="Okta", remark=remark),
            parts=current_states(status.components(page), status.events, page.now),
            events=[*status.events, *ended_events],
            withdrawn=withdrawn,
            cursor=dump_open(status.plans),
        )


def backfill(page: PageContext, since: datetime) -> Steps:
    """Yield all incidents the page lists; they cover the time since the oldest change among
    them.
    """
    response = yield from get("", accept="text/html")
    with locate_errors(response.url):
        status = read_status(response, page.now)
        first = max(since, status.whole_since or page.now)
        events = events_since(status.events, since)
        yield evidence(SOURCE, page, components=status.components(page), events=events, since=first)
    yield from gap_before(
        SOURCE, page, since, first, "the page lists no incident that was last changed before"
    )
