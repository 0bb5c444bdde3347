"""The uptime record of an Instatus page: every component's intervals in a bad state, in the days
that the page draws. Pure.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.errors import UnexpectedShape
from monitor.impacts import IMPACT_WORDS
from monitor.intervals import Interval
from monitor.kit.events import Event
from monitor.kit.evidence import evidence
from monitor.kit.fallback import gap_of
from monitor.kit.fields import Row, optional_verbatim, percentage, verbatim
from monitor.kit.protocol import PageContext
from monitor.kit.states import words_of
from monitor.lookups import by_key
from monitor.model import (
    Aspect,
    Basis,
    Coverage,
    Evidence,
    Gap,
    Impact,
    Level,
    Phase,
    ReportedUptime,
)
from monitor.platforms.instatus.components import ListedComponent
from monitor.platforms.instatus.incidents import events_of, incident_id, phase_of
from monitor.platforms.instatus.reading import PageReading
from monitor.platforms.instatus.rows import instant, maybe_instant
from monitor.platforms.instatus.words import LEVELS

SOURCE = "instatus.record"

MIN_DURATION = timedelta(seconds=1)
"""What an interval counts for that began, is over, and whose end nobody published."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BadInterval:
    """One component in one state, as the record has it. `end` None = not published."""

    component: ListedComponent
    word: str
    start: datetime
    end: datetime | None
    incident_id: str | None


def record_evidence(reading: PageReading, page: PageContext) -> Evidence:
    """Return what the root page tells of the days its record shows, and of all its incidents.

    Raises UnexpectedShape where an interval or an incident is not as it should be; a record that is
    missing altogether is a gap.
    """
    events = events_of([*reading.notices, *reading.ongoing], reading, page)
    intervals = list(_intervals(reading))
    words = set(words_of(intervals)) - LEVELS.keys()
    uptimes, unknown_ratios = _uptimes(reading)
    return replace(
        evidence(
            SOURCE,
            page,
            info=reading.info,
            events=events,
            unknown_words=words | unknown_ratios | reading.unknown_words,
        ),
        impacts=(
            *_impacts(intervals, reading, page.now),
            *_inferred_impacts(events, reading, page.now),
        ),
        coverage=tuple(_coverage(reading)),
        reported=tuple(uptimes),
        gaps=tuple(_gaps(reading)),
    )


def _gaps(reading: PageReading) -> Iterator[Gap]:
    if reading.record is None:
        what = "carries no uptime record"
    elif reading.record_span is None:
        what = "does not say which days its uptime record shows"
    else:
        return
    error = UnexpectedShape(f"the page's HTML {what}", url=reading.url)
    yield gap_of("the components' past", error)


def _intervals(reading: PageReading) -> Iterator[BadInterval]:
    where = "componentsUptime.outages"
    for component in reading.components:
        for row in reading.intervals_of(component.id):
            yield BadInterval(
                component=component,
                word=verbatim(row.get("status"), f"{where}.status"),
                start=instant(row.get("from"), f"{where}.from"),
                end=maybe_instant(row.get("to"), f"{where}.to"),
                incident_id=optional_verbatim(row.get("noticeId"), f"{where}.noticeId"),
            )


def _impacts(
    intervals: Iterable[BadInterval], reading: PageReading, now: datetime
) -> Iterable[Impact]:
    """Return the intervals that have begun and last, overlaps included; one given twice counts
    once.
    """
    incidents = by_key((*reading.ongoing, *reading.notices), incident_id)
    impacts: dict[Impact, None] = {}
    for interval in intervals:
        impact = _impact(interval, incidents.get(interval.incident_id or ""), now)
        if impact is not None:
            impacts[impact] = None
    return impacts


def _impact(interval: BadInterval, incident: Row | None, now: datetime) -> Impact | None:
    start, end, level = interval.start, interval.end, LEVELS.get(interval.word)
    phase = phase_of(incident) if incident is not None else None
    if end is None and phase is Phase.OPEN:
        start = min(start, now)  # what goes on has begun, though the page's clock is ahead of ours
    if level is Level.OPERATIONAL or start > now or (end is not None and end <= start):
        return None
    return Impact(
        component_id=interval.component.id,
        level=level,
        start=start,
        end=_end(interval, incident, now),
        basis=Basis.DECLARED,
        source=SOURCE,
        incident_id=interval.incident_id,
        word=interval.word if level is None else None,
    )


def _end(interval: BadInterval, incident: Row | None, now: datetime) -> datetime | None:
    """Return when an interval ended; None = it goes on, and so does one whose end is only planned.
    An end that lies ahead of an incident that is over is left as it is told: the store ends it when
    that was first read.

    An interval without an end whose incident is over goes on while the component is still shown as
    bad: people close incidents and forget the component, and the vendor's own uptime then counts
    on. Once the component is operational again the interval ended no later than its incident.
    """
    over = incident is not None and phase_of(incident) is Phase.CLOSED
    if interval.end is not None:
        return interval.end if interval.end <= now or over else None
    if incident is None or not over or LEVELS.get(interval.component.word) is not Level.OPERATIONAL:
        return None
    end = maybe_instant(incident.get("resolved"), "incident.resolved")
    if end is not None and interval.start < end <= now:
        return end
    return interval.start + MIN_DURATION


def _inferred_impacts(
    events: Iterable[Event], reading: PageReading, now: datetime
) -> Iterator[Impact]:
    """Yield what incidents say of components that the record does not list: as bad as their impact
    word, all along.

    The record forgets a component that leaves the page; the incident still names it. Ids of groups
    are no components.
    """
    if reading.record is None:
        return
    elsewhere = reading.record.keys() | reading.group_ids
    for event in events:
        word = _severity(event)
        if word is None or not _has_lasted(event, now):
            continue
        for key in dict.fromkeys(event.component_ids):
            if key not in elsewhere:
                yield Impact(
                    component_id=key,
                    level=None,
                    start=event.start,
                    end=event.end,
                    basis=Basis.INFERRED,
                    source=SOURCE,
                    incident_id=event.id,
                    word=word,
                )


def _has_lasted(event: Event, now: datetime) -> bool:
    has_begun = event.phase is not Phase.SCHEDULED and event.start < now
    return has_begun and (event.end is None or event.end > event.start)


def _severity(event: Event) -> str | None:
    """Return the incident's impact in the words of the user's `impact_mapping`; one that we do not
    know as it is.

    None for the word OPERATIONAL: it tells how the incident was left, not how bad it was.
    """
    level = Level.MAINTENANCE if event.maintenance else LEVELS.get(event.impact)
    if level is None:
        return event.impact if event.impact != "none" else None
    return IMPACT_WORDS[level] if level is not Level.OPERATIONAL else None


def _coverage(reading: PageReading) -> Iterator[Coverage]:
    """Yield, for every component the record names, the days it shows since the page and the
    component began.
    """
    if reading.record_span is None or reading.record is None:
        return
    first, end = reading.record_span.start, reading.record_span.end
    for component in reading.components:
        start = max(first, reading.page_start or first, component.since or first)
        span = Interval.between(start, end)
        if component.id in reading.record and span is not None:
            yield Coverage(
                span=span, aspect=Aspect.IMPACTS, component_id=component.id, complete=True
            )


def _uptimes(reading: PageReading) -> tuple[list[ReportedUptime], set[str]]:
    """Return the uptime the page prints for each component, and what is printed there that is
    none.
    """
    uptimes, unknown = [], set()
    for component in reading.components:
        uptime = reading.record_of(component.id).get("uptime")
        ratio = percentage(uptime)
        if ratio is not None:
            uptimes.append(
                ReportedUptime(
                    component_id=component.id, window_days=reading.window_days, ratio=ratio
                )
            )
        elif uptime is not None:
            unknown.add(str(uptime)[:40])
    return uptimes, unknown
