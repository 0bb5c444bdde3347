"""Okta's records: incidents and planned outages, and the cells they name. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.kit.events import Event, ImpactSpan, expire_stale, is_past, spans_for
from monitor.kit.evidence import MIN_DURATION
from monitor.kit.fields import Row, maybe_text, number, text
from monitor.kit.times import instant, maybe_instant
from monitor.model import Level, Phase

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

LONGEST_WORD = 60


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


def read_events(records: Iterable[Row], place: str, now: datetime) -> list[Event]:
    """Return the records of one of the page's lists as events."""
    events = []
    for at, row in enumerate(records):
        events.append(_event(row, place, f"{place}[{at}]", now))
    return events


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
        cells=read_cells(row.get("Impacted_Cells__c")),
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
    return Phase.CLOSED if phase is Phase.OPEN and is_past(end, now) else phase


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


def read_cells(names: object) -> tuple[str, ...]:
    """Return the cells in a list whose separator is a comma in one place and a semicolon in
    another.
    """
    cells = map(maybe_text, re.split("[;,]", maybe_text(names) or ""))
    return tuple(dict.fromkeys(filter(None, cells)))
