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

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from monitor.kit.embedded import json_after
from monitor.kit.events import Event, ImpactSpan, expire_stale, spans_for
from monitor.kit.evidence import MIN_DURATION, evidence, gap_before
from monitor.kit.fields import Row, maybe_text, number, rows, text
from monitor.kit.open_events import closed_since, dump_open
from monitor.kit.protocol import About, PageContext, Response, Signal, Steps, get
from monitor.kit.responses import locate_errors
from monitor.kit.states import current_states
from monitor.kit.times import instant, maybe_instant
from monitor.model import Component, Level, PageInfo, Phase

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
HOSTS = ("status.okta.com",)
PLANS = "planned-outages"

VOCABULARY: Mapping[str, Level] = {
    PLANS: Level.MAINTENANCE,
    "Performance Issue": Level.DEGRADED,
    "Service Degradation": Level.DEGRADED,
    "Minor Service Disruption": Level.DEGRADED,
    "Feature Disruption": Level.PARTIAL_OUTAGE,
    "Service Disruption": Level.PARTIAL_OUTAGE,
    "Major Service Disruption": Level.MAJOR_OUTAGE,
}
"""An incident's category; and the list whose records are maintenance, whatever their category
is."""

PHASES: Mapping[str, Phase] = {
    "investigating": Phase.OPEN,
    "identified": Phase.OPEN,
    "monitoring": Phase.OPEN,
    "in progress": Phase.OPEN,
    "scheduled": Phase.SCHEDULED,
    "resolved": Phase.CLOSED,
    "completed": Phase.CLOSED,
    "closed": Phase.CLOSED,
    "cancelled": Phase.WITHDRAWN,
    "canceled": Phase.WITHDRAWN,
}

RECORDS = re.compile(
    r'data-id="incidents"[^<>]{0,200}>\s*|(?=\[\s*\{"attributes":\s*\{"type":\s*"Incident__c")'
)
PLANNED = re.compile(r'data-id="planned-outages"[^<>]{0,200}>\s*')
CELLS = re.compile(r'data-id="cellList"[^<>]{0,200}>')

LONGEST_WORD = 60

UNNAMED = "an incident is going on that names no cell"


# detection


def detect(response: Response) -> Iterator[Signal]:
    """Return the signs of Okta's page; `host` only ever beside another sign."""
    return _signals(response.body)


def _signals(body: bytes) -> Iterator[Signal]:
    if body[:64].lstrip()[:1] != b"<":
        return
    if b"<title>Okta Status" in body:
        yield Signal("title", "the page calls itself Okta Status")
    if b'"Incident__c"' in body and b'"Impacted_Cells__c"' in body:
        yield Signal("records", "incidents that name the cells they hit")
    if b'data-id="incidents"' in body and b'data-id="cellList"' in body:
        yield Signal("elements", "hidden elements with incidents and cells")


# the document


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    """What the page says. `whole_since`: the oldest change among its incidents, None = it lists
    none.
    """

    cells: Sequence[str]
    incidents: Sequence[Event]
    plans: Sequence[Event]
    whole_since: datetime | None

    @property
    def events(self) -> list[Event]:
        """Incidents and planned outages."""
        return [*self.incidents, *self.plans]

    def components(self, page: PageContext) -> list[Component]:
        """Return the cells: all there are if the page lists them, and those that are named."""
        named = [
            key
            for event in self.events
            if event.phase is Phase.OPEN or not self.cells
            for key in event.component_ids
        ]
        known = () if self.cells else sorted(page.components)
        return [
            Component(id=key, name=key, group=key.partition(":")[0], position=at)
            for at, key in enumerate(dict.fromkeys((*self.cells, *named, *known)))
        ]


def _page(response: Response, now: datetime) -> _Page:
    told, written = rows(json_after(response, RECORDS), "incidents"), response.text
    planned = rows(json_after(response, PLANNED), PLANS) if PLANNED.search(written) else []
    listed = CELLS.search(written)
    changes = [_changed(each, f"incidents[{at}]") for at, each in enumerate(told)]
    return _Page(
        cells=_cells(written[listed.end() :].partition("<")[0] if listed else None),
        incidents=[
            _event(each, f"incidents[{at}]", now, planned=False) for at, each in enumerate(told)
        ],
        plans=[
            _event(each, f"{PLANS}[{at}]", now, planned=True) for at, each in enumerate(planned)
        ],
        whole_since=min(changes, default=None),
    )


def _cells(written: object) -> tuple[str, ...]:
    """Return the cells in a list whose separator is a comma in one place and a semicolon in
    another.
    """
    named = (maybe_text(each) for each in re.split("[;,]", maybe_text(written) or ""))
    return tuple(dict.fromkeys(each for each in named if each is not None))


def _changed(told: Row, where: str) -> datetime:
    return instant(
        told.get("LastModifiedDate") or told.get("Last_Updated__c"), f"{where}.LastModifiedDate"
    )


def _event(told: Row, where: str, now: datetime, *, planned: bool) -> Event:
    """Return an incident or a planned outage; an open one nobody speaks of any more is not rated
    for ever.
    """
    start, cells = (
        instant(told.get("Start_Time__c"), f"{where}.Start_Time__c"),
        _cells(told.get("Impacted_Cells__c")),
    )
    status = text(told.get("Status__c"), f"{where}.Status__c")[:LONGEST_WORD]
    category = (
        PLANS if planned else text(told.get("Category__c"), f"{where}.Category__c")[:LONGEST_WORD]
    )
    spoke = maybe_instant(told.get("Last_Updated__c"), f"{where}.Last_Updated__c") or start
    due = _due(told, where, start)
    phase = _phase(status, start, due if planned else None, now)
    event = Event(
        id=text(told.get("Id"), f"{where}.Id"),
        title=text(told.get("Incident_Title__c") or told.get("Name"), f"{where}.Incident_Title__c"),
        phase=phase,
        start=start,
        end=(
            min(due or max(spoke, start), now)
            if phase is Phase.CLOSED
            else due
            if planned
            else None
        ),
        status=status,
        impact=category,
        maintenance=planned,
        component_ids=cells,
        spans=(
            _spans(cells, category, start, due, spoke)
            if phase is Phase.CLOSED
            else _open(cells, category, start)
        ),
        unattributed=not cells and not planned,
        unknown_words=() if status.lower() in PHASES else (status,),
    )
    return expire_stale(event, spoke, now)


def _due(told: Row, where: str, start: datetime) -> datetime | None:
    """Return when it ends or ended: its length is told in minutes."""
    length = told.get("Duration__c")
    return (
        None
        if length is None
        else start + timedelta(minutes=number(length, f"{where}.Duration__c"))
    )


def _phase(status: str, start: datetime, due: datetime | None, now: datetime) -> Phase:
    """Return the phase. A state we do not know is open until we do; what was announced goes by the
    clock.
    """
    phase = PHASES.get(status.lower(), Phase.OPEN)
    if phase is Phase.SCHEDULED and start <= now:
        phase = Phase.OPEN
    return Phase.CLOSED if phase is Phase.OPEN and due is not None and due <= now else phase


def _open(cells: Iterable[str], category: str, start: datetime) -> tuple[ImpactSpan, ...]:
    return spans_for(cells, VOCABULARY.get(category), start, word=category)


def _spans(
    cells: Sequence[str], category: str, start: datetime, due: datetime | None, spoke: datetime
) -> tuple[ImpactSpan, ...]:
    """Return what a closed event meant. Without its length it is known to have begun, and nothing
    else of its time.
    """
    level = VOCABULARY.get(category)
    if due is not None:
        return spans_for(cells, level, start, due, word=category)
    begun = spans_for(cells, level, start, start + MIN_DURATION, word=category)
    return begun + spans_for(
        cells, None, start + MIN_DURATION, max(spoke, start + 2 * MIN_DURATION)
    )


# reading


def poll(page: PageContext) -> Steps:
    """Yield every cell's state in one request.

    While something goes on or is planned the answer is read even if it is the same: what it means
    changes by itself.
    """
    response = yield from get("", accept="text/html", conditional=not page.open_incidents)
    if response.unchanged:
        return
    with locate_errors(response.url):
        told = _page(response, page.now)
        over, withdrawn = closed_since(page, told.events)
        vague = any(event.unattributed and event.phase is Phase.OPEN for event in told.events)
        yield evidence(
            SOURCE,
            page,
            info=PageInfo(name="Okta", remark=UNNAMED if vague else None),
            parts=current_states(told.components(page), told.events, page.now),
            events=[*told.events, *over],
            withdrawn=withdrawn,
            cursor=dump_open(told.plans),
        )


def backfill(page: PageContext, since: datetime) -> Steps:
    """Yield all incidents the page lists; they cover the time since the oldest change among
    them.
    """
    response = yield from get("", accept="text/html")
    with locate_errors(response.url):
        told = _page(response, page.now)
        first = max(since, told.whole_since or page.now)
        events = [event for event in told.events if event.end is None or event.end >= since]
        yield evidence(SOURCE, page, components=told.components(page), events=events, since=first)
    yield from gap_before(
        SOURCE, page, since, first, "the page lists no incident that was last changed before"
    )
