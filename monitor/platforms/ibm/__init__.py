"""IBM Cloud status: one list of incidents, maintenances and much else, for every service in every
region. Pure.

`getEnhancedStatus` is what the status page itself reads; nothing describes it. What is easily
misread:

- Nine in ten of its items are release notes, announcements and security bulletins, which say
  nothing of a state.
- Only incidents classified `confirmed-cie` (a customer impacting event) are rated. What is
  suspected is listed.
- `sev` 1 is the worst. A time that is not known is 0 or an empty text. An incident is over when it
  has an `outageEnd`, or when it is called resolved: then with its last change.
- Services have no state of their own (`status` is empty): one that no incident names is
  operational. Resolved incidents stay for about a year, so one that goes missing was withdrawn.

A component is a service in a region, and `global` is one. The components are those that incidents
name; with `regions`, all services of these regions, and what is global.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime

from monitor.errors import Truncated
from monitor.kit.events import first_start, unlisted
from monitor.kit.evidence import evidence, gap_evidence
from monitor.kit.patterns import unmatched_patterns
from monitor.kit.protocol import About, PageContext, Steps, get
from monitor.model import Evidence, Gap, Incident, PageInfo
from monitor.platforms.ibm.answer import Answer, read_answer
from monitor.platforms.ibm.components import ids_of_events, states_of
from monitor.platforms.ibm.detection import HOSTS, STATUS, detect, probe
from monitor.platforms.ibm.incidents import LEVELS
from monitor.platforms.ibm.regions import GLOBAL, region_of, wanted_ids

__all__ = ["ABOUT", "HOSTS", "LEVELS", "STATUS", "backfill", "detect", "poll", "probe"]

ABOUT = About(
    title="IBM Cloud",
    verified=date(2026, 8, 1),
    live="/status/getEnhancedStatus, 1 request of some 2.5 MB",
    reach_days=365,
    reach="Incidents of about a year, with their services and regions.",
    granularity="component and region",
    precision="minutes",
    regions="optional",
    caveat=(
        "IBM publishes few incidents (26 in a year), gives each one severity for all of its"
        " services and regions."
    ),
)

SOURCE = "ibm.incidents"


def poll(page: PageContext) -> Steps:
    """Yield what goes on, in one request. What is not listed any more was withdrawn: what ended
    stays listed.
    """
    cursor = f"regions {' '.join(page.regions)}"
    response = yield from get(STATUS, conditional=page.cursor == cursor)
    if not response.unchanged:
        yield _evidence(read_answer(response, page), page, cursor=cursor)


def backfill(page: PageContext, since: datetime) -> Steps:
    """Yield what goes on and what was, since the oldest incident listed; of the time before it
    nothing is known.
    """
    response = yield from get(STATUS)
    answer = read_answer(response, page)
    incidents = [event for event in answer.events if not event.maintenance]
    oldest = first_start(incidents) or page.now
    yield _evidence(answer, page, since=max(since, oldest))
    if oldest > since:
        what = f"incidents {since:%Y-%m-%d}..{oldest:%Y-%m-%d}"
        gap = Gap(what=what, reason=Truncated.reason, message="IBM lists no older incidents")
        yield gap_evidence(SOURCE, page, gap)


def _evidence(
    answer: Answer,
    page: PageContext,
    since: datetime | None = None,
    cursor: str | None = None,
) -> Evidence:
    piece = evidence(
        SOURCE,
        page,
        info=PageInfo(name="IBM Cloud", remark=_remark(answer, page)),
        parts=list(states_of(answer, page)),
        events=answer.events,
        since=since,
        withdrawn=unlisted(page, answer.events),
        unknown_words=answer.unknown_kinds,
        cursor=cursor,
    )
    return replace(piece, incidents=tuple(_wanted_incidents(piece.incidents, page)))


def _remark(answer: Answer, page: PageContext) -> str | None:
    """Return which of the user's regions there are not."""
    ids = answer.words.keys() | ids_of_events(answer.events)
    regions = [GLOBAL, *map(region_of, ids)]
    strange = unmatched_patterns(page.regions, regions)
    return f"no region is called {', '.join(strange)}: correct `regions`" if strange else None


def _wanted_incidents(incidents: Iterable[Incident], page: PageContext) -> Iterator[Incident]:
    """Yield the incidents that concern a region the user chose or none; what the others meant is
    kept beside them.
    """
    for incident in incidents:
        ids = wanted_ids(incident.component_ids, page)
        if ids or not incident.component_ids:
            yield replace(incident, component_ids=tuple(ids))
