"""A vendor's days, from its components'. Pure.

A vendor's day has the worst level of its counted components; "operational" and "maintenance" stand
only where enough of them are known. Its seconds, with their source and confidence, are those of one
component: the one that was out longest (of equal ones the one with more major outage, then more
degraded time, then more maintenance, then the first on the page). Its coverage is the mean of
theirs.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from monitor.frame import Frame
from monitor.intervals import ONE_DAY, Interval, day_interval, day_of, days_between, days_touched
from monitor.model import (
    NO_SECONDS,
    Aspect,
    Confidence,
    Day,
    DayRun,
    History,
    Incident,
    KnownComponent,
    Level,
    PageFacts,
    Phase,
    Seconds,
)
from monitor.standing import judged


def vendor_history(facts: PageFacts, histories: Mapping[str, History], frame: Frame) -> History:
    """Return the vendor's days. Incidents that name no component are listed on their days and give
    no level.
    """
    included = [
        known for known in facts.components if known.component.id not in frame.options.exclude
    ]
    begun = min(
        (day_of(known.first_seen_at, frame.zone) for known in facts.components), default=frame.first
    )
    alive = {
        known.component.id: _alive(known, histories[known.component.id], frame, begun)
        for known in included
    }
    counts = _QuietCounts(frame)
    rows: set[date] = set()
    for known in included:
        counts.add(histories[known.component.id], alive[known.component.id])
        rows.update(histories[known.component.id].days)
    unattributed = _unattributed_days(facts.incidents, frame)
    days: dict[date, Day] = {}
    quiet: list[DayRun] = []
    for day in days_between(frame.first, frame.last):
        index = day.toordinal() - frame.first.toordinal()
        if day not in rows and day not in unattributed and counts.all_quiet(index):
            _extend(quiet, day, counts.source(index))
        elif day in rows or day in unattributed or counts.some_quiet(index):
            own = [
                (key, row)
                for key, (lo, hi) in alive.items()
                if lo <= day <= hi and (row := histories[key].days.get(day))
            ]
            classified = _vendor_day(
                day, own, counts.quiet_day(index, day), counts.exist(index), frame
            )
            classified = _with_incidents(classified, unattributed.get(day, ()))
            if not classified.says_nothing:
                days[day] = classified
    return History(
        first=frame.first, last=frame.last, days=days, quiet=tuple(quiet), lengths=frame.lengths
    )


def _alive(known: KnownComponent, history: History, frame: Frame, begun: date) -> tuple[date, date]:
    """Return the first and last day on which the component counts; `begun` is the day the page was
    first read.

    Without a start date, one that was there at the first reading has always been there, and one
    that came later is counted since it came, or since anything is known of it.
    """
    first = known.component.start_date
    if first is None:
        came = day_of(known.first_seen_at, frame.zone)
        first = min(came, _first_known(history) or came) if came > begun else frame.first
    last = (
        frame.last
        if known.removed_at is None
        else min(frame.last, day_of(known.removed_at, frame.zone))
    )
    return max(first, frame.first), last


def _first_known(history: History) -> date | None:
    return min((*(run.first for run in history.quiet), *history.days), default=None)


class _QuietCounts:
    """How many components exist, and are quiet by which source, on each day of the frame."""

    def __init__(self, frame: Frame) -> None:
        self._origin = frame.first.toordinal()
        self._lengths = frame.lengths
        size = (frame.last - frame.first).days + 2
        self._exists = [0] * size
        self._quiet = {aspect: [0] * size for aspect in Aspect}
        self._summed = False

    def add(self, history: History, alive: tuple[date, date]) -> None:
        self._mark(self._exists, *alive)
        for run in history.quiet:
            self._mark(self._quiet[run.source], run.first, run.last)

    def _mark(self, counts: list[int], first: date, last: date) -> None:
        if first <= last:
            counts[first.toordinal() - self._origin] += 1
            counts[last.toordinal() - self._origin + 1] -= 1

    def _sum(self) -> None:
        for counts in (self._exists, *self._quiet.values()):
            for index in range(1, len(counts)):
                counts[index] += counts[index - 1]
        self._summed = True

    def _quiet_on(self, index: int) -> int:
        if not self._summed:
            self._sum()
        return sum(counts[index] for counts in self._quiet.values())

    def exist(self, index: int) -> int:
        """Return how many components exist on the day."""
        self._quiet_on(index)
        return self._exists[index]

    def quiet_day(self, index: int, day: date) -> tuple[Day, int] | None:
        """Return the quiet components' common day and their number; None when there is none."""
        count = self._quiet_on(index)
        if not count:
            return None
        length = self._lengths.get(day, 86_400.0)
        source = self.source(index)
        quiet = Day(
            day=day,
            level=Level.OPERATIONAL,
            length_seconds=length,
            covered_seconds=length,
            source=source,
            confidence=_quiet_confidence(source),
        )
        return quiet, count

    def some_quiet(self, index: int) -> bool:
        return self._quiet_on(index) > 0

    def all_quiet(self, index: int) -> bool:
        return 0 < self._quiet_on(index) >= self._exists[index]

    def source(self, index: int) -> Aspect:
        """Return the weakest source among the quiet components."""
        for aspect in (Aspect.OBSERVATIONS, Aspect.IMPACTS):
            if self._quiet[aspect][index]:
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


def _unattributed_days(incidents: Iterable[Incident], frame: Frame) -> dict[date, tuple[str, ...]]:
    days: dict[date, list[str]] = defaultdict(list)
    horizon = Interval.between(
        day_interval(frame.first, frame.zone).start,
        min(day_interval(frame.last, frame.zone).end, frame.now),
    )
    for incident in incidents:
        if incident.component_ids or incident.phase is Phase.SCHEDULED or horizon is None:
            continue
        end = max(
            incident.resolved_at or frame.now, incident.started_at + timedelta(microseconds=1)
        )
        span = Interval(incident.started_at, end).clip(horizon)
        for day in days_touched(span, frame.zone) if span else ():
            days[day].append(incident.id)
    return {day: tuple(sorted(ids)) for day, ids in days.items()}


def _vendor_day(
    day: date,
    own: Sequence[tuple[str, Day]],
    quiet: tuple[Day, int] | None,
    counted: int,
    frame: Frame,
) -> Day:
    """Return the vendor's day from its components' own rows and the `quiet` ones' common day,
    `counted` in all.
    """
    length = frame.lengths.get(day, 86_400.0)
    known = [row for _, row in own if row.level is not None]
    if quiet is not None:
        known.append(quiet[0])
    number = len(known) + (quiet[1] - 1 if quiet is not None else 0)
    worst = max(known, key=lambda each: each.level or 0, default=None)
    key, longest = max(own, key=lambda each: _length(each[1].seconds), default=(None, None))
    if longest is None or not longest.seconds.total:
        key, longest = None, worst
    seconds = NO_SECONDS if longest is None else longest.seconds
    covered = sum(row.covered_seconds for _, row in own) + (
        quiet[0].covered_seconds * quiet[1] if quiet else 0.0
    )
    disputed = [row for _, row in own if row.disputed]
    return Day(
        day=day,
        level=judged(
            None if worst is None else worst.level,
            known=number,
            counted=counted,
            min_coverage=frame.options.min_coverage,
        ),
        length_seconds=length,
        covered_seconds=round(max(covered / max(1, counted), seconds.total), 3),
        seconds=seconds,
        source=None if longest is None else longest.source,
        confidence=None if longest is None else longest.confidence,
        disputed=bool(disputed),
        other=max((row.other or row.seconds for row in disputed), key=_length, default=None),
        incident_ids=tuple(sorted({each for _, row in own for each in row.incident_ids})),
        component_id=key,
        known_components=number,
        counted_components=counted,
    )


def _length(seconds: Seconds) -> tuple[float, ...]:
    """Return what seconds are compared by: how long the outage was, and of equal ones how bad."""
    return seconds.outage, seconds.major, seconds.degraded, seconds.maintenance


def _with_incidents(day: Day, incident_ids: tuple[str, ...]) -> Day:
    return (
        replace(day, incident_ids=tuple(sorted({*day.incident_ids, *incident_ids})))
        if incident_ids
        else day
    )
