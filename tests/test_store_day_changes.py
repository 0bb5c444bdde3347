"""Which rows and quiet runs of days a deriving adds, rewrites, supersedes and deletes, without a
database.
"""

from dataclasses import replace
from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest

from monitor.model import Aspect, Confidence, Day, DayRun, History, Level, Seconds, quiet_day
from monitor.store.changes.common import FactRow
from monitor.store.changes.days import (
    DayChange,
    DayDiff,
    NewDay,
    StoredDay,
    StoredDays,
    is_quiet_throughout,
    says_otherwise,
)
from monitor.store.changes.quiet_runs import days_outside, is_alike, run_of, runs_to_store
from monitor.store.day_rows import to_row

NOW = datetime(2026, 5, 11, 12, tzinfo=UTC)
DERIVED_AT = datetime(2026, 5, 10, 12, tzinfo=UTC)
IMPACTS, BARS = (Aspect.IMPACTS, Confidence.MEDIUM), (Aspect.BARS, Confidence.HIGH)


def may(day: int) -> date:
    return date(2026, 5, day)


def run(first: int, last: int, kind=IMPACTS) -> DayRun:
    return DayRun(may(first), may(last), *kind)


def out(day: int, seconds: float = 60, **changes) -> Day:
    well = quiet_day(may(day), 86_400.0, *IMPACTS)
    values = {"level": Level.PARTIAL_OUTAGE, "seconds": Seconds(partial=seconds), **changes}
    return replace(well, **values)


def unknown(day: int) -> Day:
    return Day(day=may(day), level=None, length_seconds=86_400.0, covered_seconds=0.0)


def history(*days: Day, quiet=(), first: int = 1, last: int = 11, **changes) -> History:
    rows = {day.day: day for day in days}
    return History(first=may(first), last=may(last), days=rows, quiet=tuple(quiet), **changes)


def rows_of(*days: Day, quiet=(), revision: int = 1) -> StoredDays:
    """Rows have the day of May as their id, quiet runs 100 more than their first one."""
    return StoredDays(
        {day.day: StoredDay(day.day.day, revision, to_row(day)) for day in days},
        [FactRow(100 + run.first.day, run) for run in quiet],
    )


def difference(
    before: StoredDays, after: History, *, revised_since: int | None = 1, derived_day=10, today=11
) -> DayChange:
    page = SimpleNamespace(
        derived_day=None if derived_day is None else may(derived_day), derived_at=DERIVED_AT
    )
    diff = DayDiff(
        page,
        today=may(today),
        now=NOW,
        revised_since=None if revised_since is None else may(revised_since),
    )
    diff.compare("a", after, before)
    return diff.change


# one day


def test_a_day_that_says_the_same_changes_nothing():
    assert not difference(rows_of(out(5)), history(out(5)))


def test_a_day_of_which_nothing_was_stored_gets_a_first_revision():
    change = difference(rows_of(), history(out(5)))

    assert change.fresh == [NewDay("a", to_row(out(5)), 1)]
    assert change.revisions == 0


@pytest.mark.parametrize("revision", [1, 2])
def test_a_closed_day_of_which_the_record_says_otherwise_gets_a_new_revision(revision):
    change = difference(rows_of(out(5), revision=revision), history(out(5, 90)))

    assert (change.superseded_ids, change.revisions) == ([5], 1)
    assert change.fresh == [NewDay("a", to_row(out(5, 90)), revision + 1)]
    assert (change.rewrites, change.deleted_ids) == ({}, [])


@pytest.mark.parametrize(
    ("day", "revised_since", "derived_day", "is_revised"),
    [
        (5, 5, 10, True),
        (5, 6, 10, False),
        (5, None, 10, False),
        (9, 1, 10, True),
        (10, 1, 10, False),
        (10, 1, 11, True),
        (11, 1, 20, False),
        (10, 1, None, True),
        (11, 1, None, False),
    ],
)
def test_only_days_that_were_over_when_last_derived_and_whose_facts_changed_are_revised(
    day, revised_since, derived_day, is_revised
):
    change = difference(
        rows_of(out(day)),
        history(out(day, 90)),
        revised_since=revised_since,
        derived_day=derived_day,
    )

    assert change.revisions == is_revised
    assert change.rewrites == ({} if is_revised else {day: to_row(out(day, 90))})


def test_a_day_that_needs_no_row_any_more_loses_it_unless_it_was_revised():
    quiet = [run(1, 11)]
    first = difference(rows_of(out(5)), history(quiet=quiet), revised_since=None)
    second = difference(rows_of(out(5), revision=2), history(quiet=quiet), revised_since=None)
    well = to_row(quiet_day(may(5), 86_400.0, *IMPACTS))

    assert (first.deleted_ids, first.rewrites) == ([5], {})
    assert first.quiet_fresh == [("a", run(1, 11))]
    assert (second.deleted_ids, second.rewrites) == ([], {5: well})
    assert second.quiet_fresh == [("a", run(1, 4)), ("a", run(6, 11))]


def test_a_row_of_a_quiet_day_stays_where_it_was_revised_and_goes_where_it_was_not():
    well = quiet_day(may(5), 86_400.0, *IMPACTS)
    again = history(quiet=[run(1, 11)])

    assert difference(rows_of(well), again).deleted_ids == [5]
    change = difference(rows_of(well, revision=2, quiet=[run(1, 4), run(6, 11)]), again)
    assert not change


def test_a_quiet_day_that_turns_out_bad_keeps_that_it_was_quiet():
    change = difference(rows_of(quiet=[run(1, 11)]), history(out(5), quiet=[run(1, 4), run(6, 11)]))
    well = to_row(quiet_day(may(5), 86_400.0, *IMPACTS))

    assert change.fresh == [
        NewDay("a", well, 1, DERIVED_AT, superseded_at=NOW),
        NewDay("a", to_row(out(5)), 2),
    ]
    assert change.revisions == 1
    assert change.quiet_stretched == {101: may(4)}
    assert change.quiet_fresh == [("a", run(6, 11))]


def test_a_quiet_day_of_a_clock_change_was_quiet_for_its_own_length():
    lengths = {may(5): 82_800.0}
    change = difference(
        rows_of(quiet=[run(1, 11)]),
        history(out(5), quiet=[run(1, 4), run(6, 11)], lengths=lengths),
    )

    assert [new.row.length_seconds for new in change.fresh] == [82_800, 86_400]


def test_a_quiet_day_that_turns_out_bad_without_a_changed_fact_was_never_said_to_be_quiet():
    change = difference(
        rows_of(quiet=[run(1, 11)]),
        history(out(5), quiet=[run(1, 4), run(6, 11)]),
        revised_since=None,
    )

    assert (change.fresh, change.revisions) == ([NewDay("a", to_row(out(5)), 1)], 0)


def test_a_quiet_day_that_becomes_unknown_is_a_revision_where_it_was_closed():
    change = difference(rows_of(quiet=[run(1, 11)]), history(quiet=[run(1, 4), run(6, 8)]))

    assert [new.row.day.day for new in change.fresh] == [5, 5, 9, 9]
    assert [new.row.level for new in change.fresh] == [0, None, 0, None]
    assert change.revisions == 2
    assert change.quiet_stretched == {101: may(4)}


def test_days_outside_the_range_are_left_alone():
    before = rows_of(out(2), out(9), quiet=[run(3, 8)])
    change = difference(before, history(quiet=[run(4, 6)], first=4, last=6))

    assert not change


def test_each_day_of_which_the_record_says_otherwise_is_one_revision():
    before, after = [out(1), out(5)], [out(1, 90), out(5, 90)]

    assert difference(rows_of(*before), history(*after)).revisions == 2


def test_a_closed_day_that_turns_green_keeps_a_row_that_says_so():
    change = difference(rows_of(out(5)), history(quiet=[run(1, 11)]))
    well = to_row(quiet_day(may(5), 86_400.0, *IMPACTS))

    assert (change.superseded_ids, change.fresh) == ([5], [NewDay("a", well, 2)])
    assert change.quiet_fresh == [("a", run(1, 4)), ("a", run(6, 11))]


@pytest.mark.parametrize(
    ("before", "after", "is_otherwise"),
    [
        (out(5), out(5, 90), True),
        (out(5), out(5, 60.4), False),
        (out(5), out(5, disputed=True), True),
        (out(5), unknown(5), True),
        (out(5), out(5, 90, source=Aspect.BARS), False),
        (unknown(5), out(5), False),
        (out(5), out(5, covered_seconds=1.0), False),
    ],
)
def test_the_record_says_otherwise_where_the_same_source_states_something_else(
    before, after, is_otherwise
):
    assert says_otherwise(to_row(before), to_row(after)) is is_otherwise


# quiet runs


def test_quiet_days_that_grow_stretch_their_run_and_others_are_added_or_deleted():
    before = rows_of(quiet=[run(1, 3), run(5, 6, BARS), run(8, 8)])
    after = history(quiet=[run(1, 4), run(8, 8, BARS)], last=9)
    change = difference(before, after, revised_since=None)

    assert change.quiet_stretched == {101: may(4)}
    assert change.quiet_fresh == [("a", run(8, 8, BARS))]
    assert sorted(change.quiet_deleted_ids) == [105, 108]


def test_runs_outside_the_range_are_joined_with_those_inside_and_keep_their_kind():
    outside = [run(1, 5), run(10, 14)]

    def stored_runs(*quiet: DayRun, row_days=()):
        return runs_to_store(history(quiet=quiet, first=4, last=11), outside, set(row_days))

    assert stored_runs(run(4, 11)) == [run(1, 14)]
    assert stored_runs() == [run(1, 3), run(12, 14)]
    assert stored_runs(run(4, 11, BARS)) == [run(1, 3), run(4, 11, BARS), run(12, 14)]
    assert stored_runs(run(5, 10)) == [run(1, 3), run(5, 10), run(12, 14)]
    assert stored_runs(run(4, 11), row_days=[may(4), may(7), may(8)]) == [
        run(1, 3),
        run(5, 6),
        run(9, 14),
    ]
    assert stored_runs(run(5, 10), row_days=[may(10), may(12)]) == [
        run(1, 3),
        run(5, 9),
        run(12, 14),
    ]


def test_a_run_that_ends_the_day_after_the_range_or_before_it_stays():
    outside = [run(2, 3), run(12, 12)]

    assert runs_to_store(history(first=4, last=11), outside, ()) == outside


def test_a_run_over_the_whole_range_goes_on_at_both_ends():
    whole = runs_to_store(history(quiet=[run(4, 11)], first=4, last=11), [run(1, 14)], ())

    assert whole == [run(1, 14)]


@pytest.mark.parametrize(
    ("first", "last", "days"),
    [
        (1, 9, [1, 4, 7, 8, 9]),
        (2, 6, [4]),
        (4, 4, [4]),
        (2, 3, []),
        (4, 7, [4, 7]),
        (7, 8, [7, 8]),
        (3, 5, [4]),
    ],
)
def test_days_outside_runs(first, last, days):
    runs = [run(2, 3), run(5, 6)]

    assert [day.day for day in days_outside(may(first), may(last), runs)] == days


def test_the_run_of_a_day_and_what_runs_have_alike():
    runs = [run(1, 3), run(5, 6)]

    assert [run_of(may(day), runs) for day in (1, 3, 4, 5, 7)] == [
        *runs[:1] * 2,
        None,
        runs[1],
        None,
    ]
    assert is_alike(run(1, 2), run(5, 6))
    assert not is_alike(run(1, 2), run(1, 2, (Aspect.IMPACTS, Confidence.HIGH)))
    assert not is_alike(run(1, 2), run(1, 2, (Aspect.BARS, Confidence.MEDIUM)))


@pytest.mark.parametrize(
    ("before", "after", "is_whole"),
    [
        (rows_of(quiet=[run(1, 11)]), history(quiet=[run(1, 11)]), True),
        (rows_of(quiet=[run(1, 12)]), history(quiet=[run(1, 11)]), True),
        (rows_of(quiet=[run(1, 10)]), history(quiet=[run(1, 11)]), False),
        (rows_of(quiet=[run(2, 11)]), history(quiet=[run(1, 11)]), False),
        (rows_of(quiet=[run(1, 11)]), history(quiet=[run(1, 10)]), False),
        (rows_of(quiet=[run(1, 11)]), history(quiet=[run(2, 11)]), False),
        (rows_of(quiet=[run(1, 11, BARS)]), history(quiet=[run(1, 11)]), False),
        (rows_of(quiet=[run(1, 5), run(6, 11)]), history(quiet=[run(1, 11)]), False),
        (rows_of(out(5), quiet=[run(1, 11)]), history(quiet=[run(1, 11)]), False),
        (rows_of(quiet=[run(1, 11)]), history(out(5), quiet=[run(1, 11)]), False),
        (rows_of(), history(), False),
        (rows_of(quiet=[run(5, 5)]), history(quiet=[run(5, 5)], first=5, last=5), True),
    ],
)
def test_a_range_is_quiet_throughout_where_one_run_spans_it_in_both(before, after, is_whole):
    assert is_quiet_throughout(after, before) is is_whole


@pytest.mark.parametrize(
    "field",
    [
        {"fresh": [1]},
        {"rewrites": {1: 1}},
        {"superseded_ids": [1]},
        {"deleted_ids": [1]},
        {"quiet_fresh": [1]},
        {"quiet_stretched": {1: 1}},
        {"quiet_deleted_ids": [1]},
    ],
)
def test_whatever_is_to_be_written_is_a_change(field):
    assert DayChange(**field)
    assert not DayChange(revisions=0)
