"""Runs of quiet days: operational, fully covered, silent. Pure."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date

from monitor.intervals import ONE_DAY, days_between
from monitor.model import DayRun, History


def is_alike(one: DayRun, other: DayRun) -> bool:
    """Whether two runs have the same source and confidence."""
    return one.source is other.source and one.confidence is other.confidence


def run_of(day: date, runs: Iterable[DayRun]) -> DayRun | None:
    """Return the run the day lies in."""
    for run in runs:
        if run.first <= day <= run.last:
            return run
    return None


def days_outside(first: date, last: date, runs: Sequence[DayRun]) -> Iterator[date]:
    """Yield the days from first to last that are in none of the runs (sorted, disjoint)."""
    day = first
    for run in runs:
        if run.last < day:
            continue
        yield from days_between(day, min(run.first - ONE_DAY, last))
        day = max(day, run.last + ONE_DAY)
        if day > last:
            return
    yield from days_between(day, last)


def runs_to_store(
    history: History, stored_runs: Sequence[DayRun], row_days: Collection[date]
) -> list[DayRun]:
    """Return the quiet runs to store, in order: those outside the history's range as they are,
    those inside without the days that have rows.
    """
    runs = list(_up_to(stored_runs, history.first - ONE_DAY))
    for run in history.quiet:
        runs += _without(run, row_days)
    runs += _since(stored_runs, history.last + ONE_DAY)
    return list(_join(runs))


def _up_to(runs: Iterable[DayRun], last: date) -> Iterator[DayRun]:
    for run in runs:
        if run.first <= last:
            yield _part(run, run.first, min(run.last, last))


def _since(runs: Iterable[DayRun], first: date) -> Iterator[DayRun]:
    for run in runs:
        if run.last >= first:
            yield _part(run, max(run.first, first), run.last)


def _part(run: DayRun, first: date, last: date) -> DayRun:
    return DayRun(first, last, run.source, run.confidence)


def _without(run: DayRun, days: Collection[date]) -> Iterator[DayRun]:
    """Yield what is left of a run without some days."""
    start = run.first
    for hole in sorted(day for day in days if run.first <= day <= run.last):
        if start < hole:
            yield _part(run, start, hole - ONE_DAY)
        start = hole + ONE_DAY
    if start <= run.last:
        yield _part(run, start, run.last)


def _join(runs: Iterable[DayRun]) -> Iterator[DayRun]:
    """Yield the runs, in order, with neighbours of the same source and confidence made one."""
    before: DayRun | None = None
    for run in runs:
        if before is not None and before.last + ONE_DAY >= run.first and is_alike(before, run):
            before = _part(before, before.first, max(before.last, run.last))
            continue
        if before is not None:
            yield before
        before = run
    if before is not None:
        yield before
