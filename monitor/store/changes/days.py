"""DerivedPage days: the difference between what is stored and what was derived. Pure.

A revision is what the vendor's record said of a closed day and says no more: the old row stays,
superseded. It takes a fact that changed and a record that had spoken before: that a better source
speaks for a day now, that our settings changed or that more of the day became known revises
nothing. Such a day is rewritten where it stands.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from monitor.intervals import ONE_DAY
from monitor.model import Aspect, Confidence, DayRun, History, quiet_day
from monitor.records.page import PageRecord
from monitor.store.changes.common import FactRow
from monitor.store.changes.quiet_runs import days_outside, is_alike, run_of, runs_to_store
from monitor.store.day_rows import DayRow, to_row

_WHOLE_DAY = 86_400.0


class StoredDay(NamedTuple):
    """A current row of the table `day`."""

    id: int
    revision: int
    row: DayRow


@dataclass(slots=True)
class StoredDays:
    """What is stored of one component's days in a range, and of those beside it."""

    rows: dict[date, StoredDay] = field(default_factory=dict)
    quiet: list[FactRow[DayRun]] = field(default_factory=list)

    @property
    def quiet_runs(self) -> list[DayRun]:
        """The stored quiet runs."""
        return [run for _, run in self.quiet]


class NewDay(NamedTuple):
    """A row to add. `recorded_at` None = now, `superseded_at` None = it is the current one."""

    component_id: str
    row: DayRow
    revision: int
    recorded_at: datetime | None = None
    superseded_at: datetime | None = None


@dataclass(slots=True)
class DayChange:
    """Rows to add, to rewrite (by id), to supersede and to delete; the same of quiet runs, where
    `stretched` are new last days by id. `revisions` counts the days whose record says otherwise.
    """

    fresh: list[NewDay] = field(default_factory=list)
    rewrites: dict[int, DayRow] = field(default_factory=dict)
    superseded_ids: list[int] = field(default_factory=list)
    deleted_ids: list[int] = field(default_factory=list)
    quiet_fresh: list[tuple[str, DayRun]] = field(default_factory=list)
    quiet_stretched: dict[int, date] = field(default_factory=dict)
    quiet_deleted_ids: list[int] = field(default_factory=list)
    revisions: int = 0

    def __bool__(self) -> bool:
        return bool(
            self.fresh
            or self.rewrites
            or self.superseded_ids
            or self.deleted_ids
            or self.quiet_fresh
            or self.quiet_stretched
            or self.quiet_deleted_ids
        )


class DayDiff:
    """Collects in `change` how the days of a page's components, and the vendor's own, differ.

    A day from `revised_since` on (None = none) that was closed when last derived gets a new
    revision when its record says otherwise; `today` is the page's current day.
    """

    def __init__(
        self,
        page: PageRecord,
        *,
        today: date,
        now: datetime,
        revised_since: date | None,
    ) -> None:
        self.change = DayChange()
        self._page = page
        self._now = now
        self._revised_since = revised_since or date.max
        # Days from here on were not over when they were last derived: changing them revises
        # nothing.
        self._open_from = min(today, page.derived_day or today)

    def compare(self, component_id: str, history: History, stored_days: StoredDays) -> None:
        """Compare one component's, or the vendor's, days."""
        if is_quiet_throughout(history, stored_days):
            return
        row_days = set()
        for day in self._days_in_question(history, stored_days):
            if self._compare_day(component_id, day, history, stored_days):
                row_days.add(day)
        self._compare_quiet(component_id, history, stored_days, row_days)

    def _days_in_question(self, history: History, stored_days: StoredDays) -> list[date]:
        first, last = history.first, history.last
        days = set()
        for day in (*stored_days.rows, *history.days):
            if first <= day <= last:
                days.add(day)
        for run in stored_days.quiet_runs:
            # Closed days that were quiet and are in no quiet run any more: unknown now, unless they
            # have a row.
            end = min(run.last, last, self._open_from - ONE_DAY)
            days.update(days_outside(max(run.first, first), end, history.quiet))
        return sorted(days)

    def _compare_day(
        self,
        component_id: str,
        day: date,
        history: History,
        stored_days: StoredDays,
    ) -> bool:
        """Bring one day up to date; return whether it has a row afterwards."""
        row, needs_row = to_row(history.day(day)), day in history.days
        before = stored_days.rows.get(day)
        if before is not None:
            return self._replace(component_id, before, row, needs_row=needs_row)
        was = run_of(day, stored_days.quiet_runs)
        if was is not None and self._may_revise(day):
            length = history.lengths.get(day, _WHOLE_DAY)
            quiet = to_row(quiet_day(day, length, was.source, was.confidence))
            if says_otherwise(quiet, row):
                # What was said without a row gets one now.
                since = self._page.derived_at
                self._add(NewDay(component_id, quiet, 1, since, superseded_at=self._now))
                self._add(NewDay(component_id, row, 2))
                self.change.revisions += 1
                return True
        if needs_row:
            self._add(NewDay(component_id, row, 1))
        return needs_row

    def _replace(
        self,
        component_id: str,
        before: StoredDay,
        row: DayRow,
        *,
        needs_row: bool,
    ) -> bool:
        has_history = before.revision > 1
        if before.row == row and (needs_row or has_history):
            return True
        if self._may_revise(row.day) and says_otherwise(before.row, row):
            self.change.superseded_ids.append(before.id)
            self._add(NewDay(component_id, row, before.revision + 1))
            self.change.revisions += 1
            return True
        if not needs_row and not has_history:
            self.change.deleted_ids.append(before.id)
            return False
        self.change.rewrites[before.id] = row
        return True

    def _may_revise(self, day: date) -> bool:
        return self._revised_since <= day < self._open_from

    def _add(self, new: NewDay) -> None:
        self.change.fresh.append(new)

    def _compare_quiet(
        self,
        component_id: str,
        history: History,
        stored_days: StoredDays,
        row_days: Collection[date],
    ) -> None:
        before = {}
        for row_id, run in stored_days.quiet:
            before[_beginning(run)] = row_id, run
        for run in runs_to_store(history, stored_days.quiet_runs, row_days):
            row_id, same = before.pop(_beginning(run), (0, None))
            if same is None:
                self.change.quiet_fresh.append((component_id, run))
            elif same.last != run.last:
                self.change.quiet_stretched[row_id] = run.last
        for row_id, _ in before.values():
            self.change.quiet_deleted_ids.append(row_id)


def _beginning(run: DayRun) -> tuple[date, Aspect, Confidence]:
    return run.first, run.source, run.confidence


def is_quiet_throughout(history: History, stored_days: StoredDays) -> bool:
    """Whether the whole range is one quiet run, in both: the usual case, and nothing to write."""
    if stored_days.rows or history.days or len(stored_days.quiet) != 1 or len(history.quiet) != 1:
        return False
    (mine,), (its,) = stored_days.quiet_runs, history.quiet
    is_whole = (its.first, its.last) == (history.first, history.last)
    return is_whole and mine.first <= its.first <= its.last <= mine.last and is_alike(mine, its)


def says_otherwise(before: DayRow, after: DayRow) -> bool:
    """Whether the record that spoke for the day says something else now; nothing was said of an
    unknown day.
    """
    is_same_record = after.source in {before.source, None}
    return before.level is not None and is_same_record and before.statement != after.statement
