"""A vendor's days, from its components'. Pure.

A vendor's day has the worst level of its counted components; "operational" and "maintenance" stand
only where enough of them are known. Its seconds, with their source and confidence, are those of one
component: the one that was out longest (of equal ones the one with more major outage, then more
degraded time, then more maintenance, then the first on the page). On a day without bad seconds,
source and confidence are those of a component with the weakest source. Its coverage is the mean of
theirs, and at least its bad seconds.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from itertools import accumulate
from typing import NamedTuple

from monitor.day_range import DayRange
from monitor.intervals import ONE_DAY, Interval, days_between, days_touched
from monitor.lives import vendor_life
from monitor.model import (
    Aspect,
    Confidence,
    Day,
    DayRun,
    History,
    Incident,
    PageFacts,
    Phase,
    Seconds,
    quiet_day,
)
from monitor.shares import mean_seconds
from monitor.standing import standing_level


class _CountedComponent(NamedTuple):
    """A component of the vendor's figure, and the days, `first` to `last`, on which it counts."""

    id: str
    history: History
    first: date
    last: date


def vendor_history(facts: PageFacts, histories: Mapping[str, History], days: DayRange) -> History:
    """Return the vendor's days. Incidents that name no component are listed on their days and give
    no level.
    """
    components = _counted_components(facts, histories, days)
    counts = _Counts(components, days)
    incident_ids = _unattributed_ids(facts.incidents, days)
    busy = set(incident_ids)
    component_rows: dict[date, dict[str, Day]] = defaultdict(dict)
    for component in components:
        busy.update(component.history.days)
        for day, row in component.history.days.items():
            if component.first <= day <= component.last:
                component_rows[day][component.id] = row
    rows: dict[date, Day] = {}
    quiet: list[DayRun] = []
    for day in days_between(days.first, days.last):
        if day not in busy and counts.are_all_quiet(day):
            _extend(quiet, day, counts.source(day))
        elif day in busy or counts.quiet(day):
            row = _vendor_day(day, component_rows[day], counts, days, incident_ids.get(day, ()))
            if not row.says_nothing:
                rows[day] = row
    return History(
        first=days.first,
        last=days.last,
        days=rows,
        quiet=tuple(quiet),
        lengths=days.lengths,
        life=vendor_life(component.history.life for component in components),
    )


def _counted_components(
    facts: PageFacts, histories: Mapping[str, History], days: DayRange
) -> list[_CountedComponent]:
    counted_components = []
    for component in facts.components:
        if component.id not in days.options.exclude:
            history = histories[component.id]
            first = max(history.life.first or days.first, days.first)
            last = min(history.life.last or days.last, days.last)
            counted_components.append(_CountedComponent(component.id, history, first, last))
    return counted_components


class _Counts:
    """How many components exist, and are quiet by which source, on each day."""

    def __init__(self, components: Iterable[_CountedComponent], days: DayRange) -> None:
        self._origin = days.first.toordinal()
        self._size = (days.last - days.first).days + 1
        lives = []
        quiet: dict[Aspect, list[tuple[date, date]]] = {aspect: [] for aspect in Aspect}
        for component in components:
            lives.append((component.first, component.last))
            for run in component.history.quiet:
                quiet[run.source].append((run.first, run.last))
        self._exist = self._per_day(lives)
        self._quiet = {aspect: self._per_day(ranges) for aspect, ranges in quiet.items()}

    def _per_day(self, ranges: Iterable[tuple[date, date]]) -> list[int]:
        """Return how many of the ranges each day is in."""
        changes = [0] * (self._size + 1)
        for first, last in ranges:
            if first <= last:
                changes[first.toordinal() - self._origin] += 1
                changes[last.toordinal() - self._origin + 1] -= 1
        return list(accumulate(changes))

    def exist(self, day: date) -> int:
        """Return how many components exist on the day."""
        return self._exist[day.toordinal() - self._origin]

    def quiet(self, day: date) -> int:
        """Return how many components are quiet on the day."""
        index = day.toordinal() - self._origin
        return sum(counts[index] for counts in self._quiet.values())

    def are_all_quiet(self, day: date) -> bool:
        """Whether there are components and each is quiet on the day."""
        return 0 < self.quiet(day) >= self.exist(day)

    def source(self, day: date) -> Aspect:
        """Return the weakest source among the quiet components."""
        for aspect in (Aspect.OBSERVATIONS, Aspect.IMPACTS):
            if self._quiet[aspect][day.toordinal() - self._origin]:
                return aspect
        return Aspect.BARS


def _quiet_confidence(source: Aspect) -> Confidence:
    return Confidence.MEDIUM if source is Aspect.IMPACTS else Confidence.HIGH


def _extend(runs: list[DayRun], day: date, source: Aspect) -> None:
    confidence = _quiet_confidence(source)
    if runs and runs[-1].source is source and runs[-1].last + ONE_DAY == day:
        runs[-1] = DayRun(runs[-1].first, day, source, confidence)
    else:
        runs.append(DayRun(day, day, source, confidence))


def _unattributed_ids(incidents: Iterable[Incident], days: DayRange) -> dict[date, set[str]]:
    """Return the incidents of each day that name no component."""
    ids: dict[date, set[str]] = defaultdict(set)
    span_of_days = days.span
    for incident in incidents:
        if incident.component_ids or incident.phase is Phase.SCHEDULED or span_of_days is None:
            continue
        shortest = incident.started_at + timedelta(microseconds=1)
        end = max(incident.resolved_at or days.now, shortest)
        span = Interval(incident.started_at, end).clip(span_of_days)
        for day in days_touched(span, days.zone) if span else ():
            ids[day].add(incident.id)
    return ids


def _vendor_day(
    day: date,
    component_rows: Mapping[str, Day],
    counts: _Counts,
    days: DayRange,
    unattributed_ids: Iterable[str],
) -> Day:
    """Return the vendor's day from its components' own rows and the quiet ones' common day."""
    length = days.length(day)
    rows = component_rows.values()
    known_rows = []
    covered_lengths = []
    incident_ids = set(unattributed_ids)
    for row in rows:
        if row.level is not None:
            known_rows.append(row)
        covered_lengths.append(row.covered_seconds)
        incident_ids.update(row.incident_ids)
    number = len(known_rows) + counts.quiet(day)
    if counts.quiet(day):
        source = counts.source(day)
        known_rows.append(quiet_day(day, length, source, _quiet_confidence(source)))
    unknown = Day(day=day, level=None, length_seconds=length, covered_seconds=0.0)
    worst = max(known_rows, key=lambda row: row.level or 0, default=unknown)
    key, longest = _longest_outage(component_rows) or (None, _weakest(known_rows, unknown))
    count = counts.exist(day)
    covered_lengths += [length] * counts.quiet(day)
    disputes = (row.other or row.seconds for row in rows if row.disputed)
    other = max(disputes, key=_length, default=None)
    return Day(
        day=day,
        level=standing_level(
            worst.level, share=number, of=count, min_coverage=days.options.min_coverage
        ),
        length_seconds=length,
        covered_seconds=max(mean_seconds(covered_lengths, of=count), longest.seconds.total),
        seconds=longest.seconds,
        source=longest.source,
        confidence=longest.confidence,
        disputed=other is not None,
        other=other,
        incident_ids=tuple(sorted(incident_ids)),
        component_id=key,
        known_components=number,
        counted_components=count,
    )


def _longest_outage(component_rows: Mapping[str, Day]) -> tuple[str, Day] | None:
    """Return the component that was out longest, of equal ones the first; None when none was."""
    rows = component_rows.items()
    key, row = max(rows, key=lambda item: _length(item[1].seconds), default=("", None))
    return (key, row) if row is not None and row.seconds.total else None


def _weakest(known_rows: Iterable[Day], unknown: Day) -> Day:
    """Return the day with the weakest source, of equal ones with the least confidence."""
    return min(known_rows, key=_strength, default=unknown)


def _strength(row: Day) -> tuple[int, int]:
    """Return how good the witnesses of a known day are; the higher the better."""
    sources = (Aspect.OBSERVATIONS, Aspect.IMPACTS, Aspect.BARS)
    confidences = (Confidence.LOW, Confidence.MEDIUM, Confidence.HIGH)
    source = -1 if row.source is None else sources.index(row.source)
    return source, -1 if row.confidence is None else confidences.index(row.confidence)


def _length(seconds: Seconds) -> tuple[float, ...]:
    """Return what seconds are compared by: how long the outage was, and of equal ones how bad."""
    return seconds.outage, seconds.major, seconds.degraded, seconds.maintenance
