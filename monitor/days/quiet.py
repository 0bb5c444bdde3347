"""Most components are quiet on most days: those days are classified without looking at each. Pure.

A quiet day is operational, fully covered, and nothing was claimed of it. Consecutive ones are one
run (`DayRun`), worked out here in day ordinals. Components of which the same was said, and no
trouble, share one history (`quiet_key`).
"""

from collections.abc import Collection, Hashable, Iterable
from datetime import date, timedelta

from monitor.claims import ComponentFacts
from monitor.day_range import DayRange
from monitor.days.evidence import ComponentEvidence
from monitor.intervals import ONE_DAY, Interval, day_interval, day_of, days_touched
from monitor.model import Aspect, Confidence, Day, DayRun, Level

_OrdinalRange = tuple[int, int]
"""First and last day as ordinals, both included."""


def quiet_key(facts: ComponentFacts | None) -> Hashable | None:
    """Return what a component has in common with those that have the same history; None when there
    is trouble, or the component was not on the page.
    """
    if facts is None or facts.bars or facts.impacts or facts.excused:
        return None
    runs = tuple((run.level, run.span) for run in facts.runs)
    return facts.scope, runs, tuple(facts.coverage)


def days_to_classify(evidence: ComponentEvidence, days: DayRange) -> set[date]:
    """Return the days that may not be quiet: those of bars and claims, and those only partly
    covered.
    """
    candidates = set()
    for day in evidence.bars:
        if days.first <= day <= days.last:
            candidates.add(day)
    for span in evidence.claims.spans:
        candidates.update(days_touched(span, days.zone))
    for cover in evidence.cover:
        first = day_of(cover.start, days.zone)
        last = day_of(cover.end - timedelta(microseconds=1), days.zone)
        if day_interval(first, days.zone).start < cover.start:
            candidates.add(first)
        if cover.end < day_interval(last, days.zone).end and not days.is_present(cover.end):
            candidates.add(last)
    return candidates


def needs_no_row(day: Day, days: DayRange) -> bool:
    """Whether a classified day is a quiet one after all, or one of which there is nothing to
    say.
    """
    if day.level is None:
        return day.says_nothing
    is_today = day_interval(day.day, days.zone).end > days.now
    slack = days.slack_seconds if is_today else 0.0
    return (
        day.level is Level.OPERATIONAL
        and day.covered_seconds >= day.length_seconds - slack
        and not (day.seconds.total or day.incident_ids or day.disputed)
    )


def quiet_runs(
    evidence: ComponentEvidence, rows: Collection[date], days: DayRange
) -> tuple[DayRun, ...]:
    """Return the fully covered days that have no row, each run with the best source that covers
    it.
    """
    holes = [(day.toordinal(), day.toordinal()) for day in sorted(rows)]
    _, rest = _split(_full_days(evidence.cover, days), holes)
    runs: list[DayRun] = []
    for cover, source, confidence in (
        (evidence.bar_cover, Aspect.BARS, Confidence.HIGH),
        (evidence.impact_cover, Aspect.IMPACTS, Confidence.MEDIUM),
        (evidence.cover, Aspect.OBSERVATIONS, Confidence.HIGH),
    ):
        if not rest:
            break
        inside, rest = _split(rest, _full_days(cover, days))
        for first, last in inside:
            run = DayRun(date.fromordinal(first), date.fromordinal(last), source, confidence)
            runs.append(run)
    return tuple(sorted(runs, key=lambda run: run.first))


def _full_days(cover: Iterable[Interval], days: DayRange) -> list[_OrdinalRange]:
    """Return the days fully inside the cover; today counts when all that has elapsed of it is
    covered.
    """
    ranges = []
    for part in cover:
        first, last = day_of(part.start, days.zone), day_of(part.end, days.zone)
        if day_interval(first, days.zone).start < part.start:
            first += ONE_DAY
        if day_interval(last, days.zone).start >= part.end or not days.is_present(part.end):
            last -= ONE_DAY
        first, last = max(first, days.first), min(last, days.last)
        if first <= last:
            ranges.append((first.toordinal(), last.toordinal()))
    return ranges


def _split(
    ranges: Iterable[_OrdinalRange], by: Collection[_OrdinalRange]
) -> tuple[list[_OrdinalRange], list[_OrdinalRange]]:
    """Return the parts of the ranges inside and outside the (sorted, disjoint) ranges of `by`."""
    inside, outside = [], []
    for start, end in ranges:
        for by_start, by_end in by:
            first, last = max(start, by_start), min(end, by_end)
            if first > last:
                continue
            if start < first:
                outside.append((start, first - 1))
            inside.append((first, last))
            start = last + 1  # noqa: PLW2901 - the rest of the range
        if start <= end:
            outside.append((start, end))
    return inside, outside
