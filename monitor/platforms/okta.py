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
PLANNED_OUTAGES = re.compile(r'data-id="planned-outages"[^<>]{0,200}>\s*')
CELLS = re.compile(r'data-id="cellList"[^<>]{0,200}>')

LONGEST_WORD = 60

NO_CELL = "an incident is going on that names no cell"


# detection


def detect(response: Response) -> Iterator[Signal]:
    """Yield the signs of Okta's page: its title, its records and the elements they are in."""
    body = response.body
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
        keys = list(self.cells)
        for event in self.events:
            if event.phase is Phase.OPEN or not self.cells:
                keys += event.component_ids
        if not self.cells:
            keys += sorted(page.components)
        return [
            Component(id=key, name=key, group=key.partition(":")[0], position=position)
            for position, key in enumerate(dict.fromkeys(keys))
        ]


def _read_page(response: Response, now: datetime) -> _Page:
    incidents = rows(json_after(response, RECORDS), "incidents")
    html = response.text
    plans = (
        rows(json_after(response, PLANNED_OUTAGES), PLANS) if PLANNED_OUTAGES.search(html) else []
    )
    changes = [_changed_at(row, f"incidents[{at}]") for at, row in enumerate(incidents)]
    cells = CELLS.search(html)
    return _Page(
        cells=_cells(html[cells.end() :].partition("<")[0] if cells else None),
        incidents=_events(incidents, "incidents", now),
        plans=_events(plans, PLANS, now),
        whole_since=min(changes, default=None),
    )


def _cells(names: object) -> tuple[str, ...]:
    """Return the cells in a list whose separator is a comma in one place and a semicolon in
    another.
    """
    cells = map(maybe_text, re.split("[;,]", maybe_text(names) or ""))
    return tuple(dict.fromkeys(filter(None, cells)))


def _changed_at(row: Row, where: str) -> datetime:
    change = row.get("LastModifiedDate") or row.get("Last_Updated__c")
    return instant(change, f"{where}.LastModifiedDate")


# events


@dataclass(frozen=True, slots=True, kw_only=True)
class _Record:
    """An incident or a planned outage. `due`: when it ends or ended, None = no length is stated."""

    start: datetime
    cells: Sequence[str]
    status: str
    category: str
    last_word: datetime
    due: datetime | None

    @property
    def level(self) -> Level | None:
        """What its category means."""
        return VOCABULARY.get(self.category)


def _events(records: Iterable[Row], place: str, now: datetime) -> list[Event]:
    return [_event(row, place, f"{place}[{at}]", now) for at, row in enumerate(records)]


def _record(row: Row, place: str, where: str) -> _Record:
    start = instant(row.get("Start_Time__c"), f"{where}.Start_Time__c")
    status = text(row.get("Status__c"), f"{where}.Status__c")[:LONGEST_WORD]
    category = PLANS
    if place != PLANS:
        category = text(row.get("Category__c"), f"{where}.Category__c")[:LONGEST_WORD]
    last_word = maybe_instant(row.get("Last_Updated__c"), f"{where}.Last_Updated__c") or start
    minutes, due = row.get("Duration__c"), None
    if minutes is not None:
        due = start + timedelta(minutes=number(minutes, f"{where}.Duration__c"))
    return _Record(
        start=start,
        cells=_cells(row.get("Impacted_Cells__c")),
        status=status,
        category=category,
        last_word=last_word,
        due=due,
    )


def _event(row: Row, place: str, where: str, now: datetime) -> Event:
    """Return an incident or a planned outage. One that stays open though nobody speaks of it any
    more does not count for ever.
    """
    record, is_plan = _record(row, place, where), place == PLANS
    end = record.due if is_plan else None
    phase = _phase(record, end, now)
    spans = spans_for(record.cells, record.level, record.start, word=record.category)
    if phase is Phase.CLOSED:
        end = min(record.due or max(record.last_word, record.start), now)
        spans = _past_spans(record)
    event = Event(
        id=text(row.get("Id"), f"{where}.Id"),
        title=text(row.get("Incident_Title__c") or row.get("Name"), f"{where}.Incident_Title__c"),
        phase=phase,
        start=record.start,
        end=end,
        status=record.status,
        impact=record.category,
        maintenance=is_plan,
        component_ids=tuple(record.cells),
        spans=spans,
        unattributed=not record.cells and not is_plan,
        unknown_words=() if record.status.lower() in PHASES else (record.status,),
    )
    return expire_stale(event, record.last_word, now)


def _phase(record: _Record, end: datetime | None, now: datetime) -> Phase:
    """Return the phase. A state we do not know is open until we do; what was announced goes by the
    clock.
    """
    phase = PHASES.get(record.status.lower(), Phase.OPEN)
    if phase is Phase.SCHEDULED and record.start <= now:
        phase = Phase.OPEN
    return Phase.CLOSED if phase is Phase.OPEN and end is not None and end <= now else phase


def _past_spans(record: _Record) -> tuple[ImpactSpan, ...]:
    """Return what a closed event meant. Without its length it is known to have begun, and nothing
    else of its time.
    """
    start, cells = record.start, record.cells
    sure_end = record.due or start + MIN_DURATION
    spans = spans_for(cells, record.level, start, sure_end, word=record.category)
    if record.due is None:
        last_word = max(record.last_word, start + 2 * MIN_DURATION)
        spans += spans_for(cells, None, sure_end, last_word)
    return spans


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
        status = _read_page(response, page.now)
        ended_events, withdrawn = closed_since(page, status.events)
        yield evidence(
            SOURCE,
            page,
            info=PageInfo(name="Okta", remark=_remark(status.events)),
            parts=current_states(status.components(page), status.events, page.now),
            events=[*status.events, *ended_events],
            withdrawn=withdrawn,
            cursor=dump_open(status.plans),
        )


def _remark(events: Iterable[Event]) -> str | None:
    """Return that an incident goes on and is attributed to no cell, where there is one."""
    is_vague = any(event.unattributed and event.phase is Phase.OPEN for event in events)
    return NO_CELL if is_vague else None


def backfill(page: PageContext, since: datetime) -> Steps:
    """Yield all incidents the page lists; they cover the time since the oldest change among
    them.
    """
    response = yield from get("", accept="text/html")
    with locate_errors(response.url):
        status = _read_page(response, page.now)
        first = max(since, status.whole_since or page.now)
        events = [event for event in status.events if event.end is None or event.end >= since]
        yield evidence(SOURCE, page, components=status.components(page), events=events, since=first)
    yield from gap_before(
        SOURCE, page, since, first, "the page lists no incident that was last changed before"
    )
