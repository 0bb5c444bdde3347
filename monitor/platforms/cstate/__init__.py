"""cState pages: the systems in one document, all issues in another or in a feed, written when the
site is made. Pure.

`index.json` has the systems with the worst severity of their unresolved issues, `issues/index.json`
every issue: its severity, the systems it affected, when it began and when it was resolved, as
people typed it. What is easily misread:

- Texts are put into the JSON as they are, so a quotation mark in a title breaks the document; such
  a document is mended.
- An issue that begins in the future counts as unresolved in a system's status already.
- A `notice` is what the page itself shows as maintenance; without a system it is an announcement,
  and so is an `informational` issue. Any other issue that names no system does not say what it is
  about.
- Times are Go's (`2026-05-20 10:00:00 +0000 UTC`) or have no offset: then they are in the site's
  zone, which is UTC unless it is configured. What is not there reads `<no value>`.
- An issue may be resolved and not say when: its last change is the latest that can be.
- Sites may hide their past issues; then one that leaves the index has ended.
- Up to version 4 systems have no state, and no document lists the issues: each is in its own, which
  the feed links to. The present state is `summaryStatus`, the worst of all unresolved issues; then
  the page as a whole is a component.
- A summary that is worse than anything that is known of the systems leaves them unknown: an issue
  may name none.

The shapes are those of the program's source, https://github.com/cstate/cstate (layouts/index.json,
layouts/index.xml, layouts/_default/list.json, layouts/issues/single.json), and of pages built with
it from their own files.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta

from monitor.kit.events import Event, events_since, is_any_unattributed, recent_or_open, unlisted
from monitor.kit.evidence import evidence, gap_before
from monitor.kit.open_events import closed_since, dump_open
from monitor.kit.protocol import About, PageContext, Steps, get
from monitor.kit.responses import locate_errors
from monitor.model import PageInfo
from monitor.platforms.cstate.detection import detect
from monitor.platforms.cstate.index import OK, Index, read_index
from monitor.platforms.cstate.issues import VOCABULARY
from monitor.platforms.cstate.lists import IssueList, get_issues

__all__ = ["ABOUT", "COMMON_PATHS", "VOCABULARY", "backfill", "detect", "poll"]

ABOUT = About(
    title="cState",
    verified=date(2025, 9, 12),
    live=(
        "/index.json, 1 request; /issues/index.json (version 4: the feed and its issues) when that"
        " has changed or something goes on"
    ),
    reach_days=None,
    reach="Every issue since the page exists, unless the site hides its history.",
    granularity="component",
    precision="as typed",
    caveat=(
        "People write the issues, one severity for all systems and the whole length; some call an"
        " outage a notice, which the page shows as maintenance."
    ),
)

SOURCE = "cstate.issues"
INDEX = "index.json"
COMMON_PATHS = (f"/{INDEX}",)

MOST_POLLED = 20
"""Issues of the feed that a poll reads, where each is a document of its own."""

MOST_ISSUES = 200
"""Issues of the feed that a backfill reads."""

LONGEST = timedelta(days=30)
"""How long before the time asked for an issue may have begun."""

BEGINNING = datetime.min.replace(tzinfo=UTC)

NO_SYSTEM = "an issue is going on that names no system"
UNEXPLAINED_SUMMARY = "the page as a whole is {summary}, and it is not known which systems are"
NO_OLDER_ISSUE = "the page lists no older issue; it may hide them"


def poll(page: PageContext) -> Steps:
    """Yield every system's state.

    While something goes on or is planned the index is read even if it is the same: what it means
    changes by itself.
    """
    response = yield from get(INDEX, conditional=not page.open_incidents)
    if response.unchanged:
        return
    with locate_errors(response.url):
        index = read_index(response, page.now)
    since = page.now - LONGEST if index.summary == OK else BEGINNING
    issues = yield from get_issues(page, since, most=MOST_POLLED, in_feed=index.is_bare)
    events = index.events(issues.events)
    ended_events, withdrawn, cursor = _departures(page, index, issues, events)
    yield evidence(
        SOURCE,
        page,
        info=PageInfo(
            name=index.name, indicator=index.summary, remark=_remark(index, events, page.now)
        ),
        parts=list(index.states(events, page.now)),
        events=[*recent_or_open(events, page), *ended_events],
        withdrawn=withdrawn,
        cursor=cursor,
    )


def _departures(
    page: PageContext,
    index: Index,
    issues: IssueList,
    events: Sequence[Event],
) -> tuple[Iterable[Event], Iterable[str], str | None]:
    """Return the issues that have left the page, as ended; the ids of those that were withdrawn;
    and the cursor.

    Where nothing lists issues and the summary says that some go on, those we know of may be among
    them.
    """
    if issues.events:
        return (), unlisted(page, events), dump_open(events)
    if index.is_bare and index.summary != OK:
        return (), (), page.cursor
    ended_events, withdrawn = closed_since(page, events)
    return ended_events, withdrawn, dump_open(events)


def _remark(index: Index, events: Sequence[Event], now: datetime) -> str | None:
    if is_any_unattributed(events):
        return NO_SYSTEM
    if index.is_explained(events, now):
        return None
    return UNEXPLAINED_SUMMARY.format(summary=index.summary)


def backfill(page: PageContext, since: datetime) -> Steps:
    """Yield all issues; they cover the time since the oldest of them, before which nothing says
    there was a page.
    """
    response = yield from get(INDEX)
    with locate_errors(response.url):
        index = read_index(response, page.now)
    issues = yield from get_issues(page, since - LONGEST, most=MOST_ISSUES, in_feed=index.is_bare)
    events = index.events(issues.events)
    first = max(since, issues.since or page.now)
    yield evidence(
        SOURCE,
        page,
        components=index.components,
        events=events_since(events, since),
        since=first if issues.since else None,
    )
    why = NO_OLDER_ISSUE if issues.error is None else str(issues.error)
    yield from gap_before(SOURCE, page, since, first, why)
