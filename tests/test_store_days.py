"""Derived days in the store: sparse, changed by difference, closed days in revisions."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from monitor.model import (
    Aspect,
    Confidence,
    Day,
    DayRun,
    History,
    Level,
    PageHistory,
    Seconds,
)
from monitor.store import Store
from tests.store_support import (
    MINUTE,
    add_page,
    component,
    evidence,
    observed,
    poll,
    save,
)

FIRST, TODAY = date(2026, 5, 1), date(2026, 5, 22)
NOW = datetime(2026, 5, 22, 12, tzinfo=UTC)
ONE = timedelta(days=1)
BARS = (Aspect.BARS, Confidence.HIGH)


@pytest.fixture
def page(store):
    page = add_page(store, now=NOW)
    save(store, page, evidence(NOW, components=(component(),)))
    return page


def may(day: int) -> date:
    return date(2026, 5, day)


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def outage(day: int, seconds: float = 600.0, **changes) -> Day:
    values = {
        "day": may(day), "level": Level.PARTIAL_OUTAGE, "length_seconds": 86_400.0, "covered_seconds": 86_400.0,
        "seconds": Seconds(partial=seconds), "source": Aspect.BARS, "confidence": Confidence.HIGH,
    }  # fmt: skip
    return Day(**(values | changes))


def history(
    *days: Day, first: date = FIRST, last: date = TODAY, quiet=None, today: date = TODAY
) -> History:
    """The given days; all others quiet unless `quiet` names the runs."""
    rows = {day.day: day for day in days}
    if quiet is None:
        quiet = tuple(runs_without(rows, first, last))
    lengths = {today: 43_200.0} if first <= today <= last else {}
    return History(first=first, last=last, days=rows, quiet=tuple(quiet), lengths=lengths)


def runs_without(rows, first: date, last: date):
    start = first
    for day in [*sorted(rows), last + ONE]:
        if start < day:
            yield DayRun(start, day - ONE, *BARS)
        start = day + ONE


def whole(vendor: History, excluded=frozenset(), **components: History) -> PageHistory:
    return PageHistory(vendor=vendor, components=components, excluded=frozenset(excluded))


def derive(
    store, page, vendor: History, *, today: date = TODAY, revised_since: date | None = FIRST
) -> int:
    return save_days(
        store, page, whole(vendor, api=vendor), today=today, revised_since=revised_since
    )


def save_days(
    store, page, given: PageHistory, *, today: date = TODAY, revised_since: date | None = FIRST
) -> int:
    return store.save_days(
        page.id, given, today=today, now=noon(today), revised_since=revised_since
    )


def stored(store, page, first: date = FIRST, last: date = TODAY) -> PageHistory:
    return store.page_history(page.id, first, last)


def row_counts(store):
    with store._read() as connection:
        return tuple(
            connection.execute(sa.text(f"SELECT count(*) FROM {table}")).scalar_one()
            for table in ("day", "quiet_run")
        )


# -------------------------------------------------------------------------------------------------------
# round trips


def test_derived_days_are_read_back_as_they_were(store, page):
    odd = outage(
        5,
        60.5,
        disputed=True,
        other=Seconds(major=3.25),
        incident_ids=("i1", "i2"),
        covered_seconds=80_000.125,
    )
    unknown = Day(
        day=may(9), level=None, length_seconds=86_400.0, covered_seconds=0.0, incident_ids=("i3",)
    )
    vendor = history(odd, unknown)
    api = history(outage(6), quiet=(DayRun(may(7), may(8), Aspect.IMPACTS, Confidence.MEDIUM),))
    given_history = whole(vendor, {"api"}, api=api)
    save_days(store, page, given_history)

    assert stored(store, page) == given_history
    assert store.current(page.id).excluded == {"api"}


def test_only_days_with_something_to_say_take_a_row(store, page):
    derive(store, page, history(outage(5)))

    assert row_counts(store) == (2, 4)


def test_the_same_history_again_writes_nothing(store, page):
    derive(store, page, history(outage(5)))
    before = store.pages()[0]

    assert derive(store, page, history(outage(5))) == 0
    assert store.pages()[0] == before


def test_days_never_derived_are_unknown(store, page):
    derive(store, page, history(first=may(10)))

    assert stored(store, page).vendor.day(may(9)).level is None
    assert stored(store, page).vendor.day(may(10)).level is Level.OPERATIONAL


def test_a_read_is_clipped_to_what_was_asked(store, page):
    derive(store, page, history(outage(5)))

    read = stored(store, page, may(7), may(9)).vendor
    assert read == History(
        first=may(7), last=may(9), days={}, quiet=(DayRun(may(7), may(9), *BARS),)
    )


def test_days_of_clock_changes_have_their_length(store):
    page = add_page(store, zone="Europe/Berlin")
    save_days(store, page, whole(history(first=date(2026, 3, 28), last=date(2026, 3, 30))))

    read = stored(store, page, date(2026, 3, 28), date(2026, 3, 30)).vendor
    assert [day.length_seconds for day in read.each(_window(read))] == [
        86_400.0,
        82_800.0,
        86_400.0,
    ]


def _window(read: History):
    from monitor.model import Window

    return Window(read.first, read.last)


def test_deriving_clears_the_dirt_it_covers(store, page):
    save(store, page, evidence(NOW, components=()))
    assert store.pages()[0].dirty_since == TODAY

    derive(store, page, history())

    derived = store.pages()[0]
    assert (derived.dirty_since, derived.derived_day, derived.derived_at) == (None, TODAY, NOW)


@pytest.mark.parametrize("unchanged", [False, True])
def test_a_state_that_went_on_over_midnight_finishes_the_closed_day(store, page, unchanged):
    """The first reading after midnight may come after the first deriving of the new day."""
    midnight = datetime(2026, 5, 23, tzinfo=UTC)
    save(store, page, observed(midnight - 2 * MINUTE, api=Level.OPERATIONAL))
    later = may(23)
    derive(store, page, history(last=later, today=later), today=later)
    assert store.pages()[0].dirty_since is None

    if unchanged:
        store.record_polls([poll(page, midnight + 3 * MINUTE)])
    else:
        save(store, page, observed(midnight + 3 * MINUTE, api=Level.OPERATIONAL))

    assert store.pages()[0].dirty_since == TODAY


def test_a_state_that_goes_on_today_needs_no_mark(store, page):
    save(store, page, observed(NOW, api=Level.OPERATIONAL))
    derive(store, page, history())
    save(store, page, observed(NOW + MINUTE, api=Level.OPERATIONAL))
    store.record_polls([poll(page, NOW + 2 * MINUTE)])

    assert store.pages()[0].dirty_since is None


# ------------------------------------------------------------------------------------------------
# rolling on, merging


def test_quiet_days_grow_as_one_run(store, page):
    for offset in range(5):
        today = may(10) + offset * ONE
        derive(
            store,
            page,
            history(first=max(FIRST, today - ONE), last=today, today=today),
            today=today,
        )

    assert row_counts(store) == (0, 2)
    assert stored(store, page, FIRST, may(14)).vendor.quiet == (DayRun(may(9), may(14), *BARS),)


def test_deriving_a_range_leaves_the_days_outside_alone(store, page):
    derive(store, page, history(outage(3), outage(20)))
    derive(store, page, history(outage(11), first=may(10), last=may(12)))

    read = stored(store, page).vendor
    assert sorted(read.days) == [may(3), may(11), may(20)]
    assert all(
        read.day(day).level is not None
        for day in (may(1), may(9), may(10), may(12), may(13), may(22))
    )


def test_an_older_start_joins_the_days_already_there(store, page):
    derive(store, page, history(first=may(10)))
    derive(store, page, history())

    assert stored(store, page).vendor.quiet == (DayRun(FIRST, TODAY, *BARS),)
    assert store.revised_days(page.id, FIRST, TODAY) == 0


# ---------------------------------------------------------------------------------------------------------
# revisions


def levels(store, page, day: int, component_id: str | None = "api"):
    found = store.revisions(page.id, component_id, may(day))
    return [
        (each.revision, each.day.level, each.day.seconds.partial, each.superseded_at)
        for each in found
    ]


PARTIAL, GREEN, MAJOR = Level.PARTIAL_OUTAGE, Level.OPERATIONAL, Level.MAJOR_OUTAGE


def test_a_closed_day_that_changes_keeps_what_it_was(store, page):
    derive(store, page, history(outage(5, 600)))
    later = may(23)
    count = derive(store, page, history(outage(5, 900), last=later, today=later), today=later)

    assert count == 2, "the vendor's day and the component's"
    assert levels(store, page, 5) == [(1, PARTIAL, 600.0, noon(later)), (2, PARTIAL, 900.0, None)]
    assert levels(store, page, 5, None) == levels(store, page, 5)
    assert store.revised_days(page.id, FIRST, later) == 1
    assert stored(store, page).vendor.day(may(5)).seconds.partial == 900.0


def test_less_than_a_second_or_another_coverage_revises_nothing(store, page):
    derive(store, page, history(outage(5, 600)))
    changed = outage(
        5, 600.3, covered_seconds=80_000.0, incident_ids=("i9",), confidence=Confidence.LOW
    )

    assert derive(store, page, history(changed)) == 0
    assert stored(store, page).vendor.day(may(5)) == changed
    assert len(store.revisions(page.id, "api", may(5))) == 1


def test_a_dispute_is_a_revision(store, page):
    derive(store, page, history(outage(5)))

    assert derive(store, page, history(outage(5, disputed=True))) == 2
    assert store.disputed_days(page.id, FIRST, TODAY) == 1


def test_a_quiet_day_that_was_none_keeps_that_it_was_quiet(store, page):
    derive(store, page, history())
    assert [each.revision for each in store.revisions(page.id, "api", may(5))] == [1]

    assert derive(store, page, history(outage(5))) == 2

    assert levels(store, page, 5) == [(1, GREEN, 0.0, NOW), (2, PARTIAL, 600.0, None)]
    assert store.revisions(page.id, "api", may(5))[0].day.covered_seconds == 86_400.0


def test_a_day_turned_green_stays_a_revision_through_later_derivings(store, page):
    derive(store, page, history(outage(5)))
    assert derive(store, page, history()) == 2
    assert derive(store, page, history()) == 0

    assert levels(store, page, 5) == [(1, PARTIAL, 600.0, NOW), (2, GREEN, 0.0, None)]
    assert stored(store, page).vendor.day(may(5)).level is GREEN
    assert all(not (run.first <= may(5) <= run.last) for run in stored(store, page).vendor.quiet)


def test_a_revised_day_may_be_revised_again(store, page):
    for seconds in (600, 700, 0, 800):
        derive(store, page, history(outage(5, seconds)) if seconds else history())

    assert [(number, level) for number, level, *_ in levels(store, page, 5)] == [
        (1, PARTIAL), (2, PARTIAL), (3, GREEN), (4, PARTIAL),
    ]  # fmt: skip


def test_that_another_source_confirms_a_quiet_day_is_no_revision(store, page):
    observed = (DayRun(FIRST, TODAY, Aspect.OBSERVATIONS, Confidence.HIGH),)
    derive(store, page, history(quiet=observed))

    assert derive(store, page, history()) == 0
    assert row_counts(store) == (0, 2)
    assert stored(store, page).vendor.quiet == (DayRun(FIRST, TODAY, *BARS),)


def test_that_a_better_source_speaks_for_a_day_is_no_revision(store, page):
    seen = outage(5, 600, source=Aspect.OBSERVATIONS)
    told = outage(5, 700, source=Aspect.IMPACTS)
    for each in (seen, told, outage(5, 800)):
        assert derive(store, page, history(each)) == 0
    assert levels(store, page, 5) == [(1, PARTIAL, 800.0, None)]

    assert derive(store, page, history(outage(5, 900))) == 2


def test_days_that_no_fact_has_changed_are_not_revised(store, page):
    derive(store, page, history(outage(5), outage(6)))

    assert derive(store, page, history(outage(5, 900), outage(6, 900)), revised_since=None) == 0
    assert derive(store, page, history(outage(5, 950), outage(6, 950)), revised_since=may(6)) == 2
    assert [len(store.revisions(page.id, "api", may(day))) for day in (5, 6)] == [1, 2]


def test_a_row_written_anew_is_as_old_as_what_it_says(store, page):
    derive(store, page, history(outage(22, 60)))
    later = may(23)
    derive(store, page, history(outage(22, 3_600), last=later, today=later), today=later)

    assert [each.recorded_at for each in store.revisions(page.id, "api", may(22))] == [noon(later)]


def test_a_known_day_that_becomes_unknown_is_a_revision(store, page):
    derive(store, page, history(outage(5)))
    gone = history(quiet=(DayRun(may(8), TODAY, *BARS),))

    assert derive(store, page, gone) == 2 * 7
    assert levels(store, page, 5)[-1][:2] == (2, None)
    assert levels(store, page, 7)[-1][:2] == (2, None)
    assert stored(store, page).vendor.day(may(7)).level is None


@pytest.mark.slow
def test_a_day_first_known_later_is_no_revision(store, page):
    unknown = Day(
        day=may(4), level=None, length_seconds=86_400.0, covered_seconds=0.0, incident_ids=("i1",)
    )
    derive(store, page, history(unknown, first=may(4), quiet=()))

    assert derive(store, page, history(outage(4), outage(5), quiet=())) == 0
    assert levels(store, page, 4) == [(1, PARTIAL, 600.0, None)]
    assert levels(store, page, 5) == [(1, PARTIAL, 600.0, None)]
    assert levels(store, page, 6) == []


def test_today_changes_in_place_until_it_is_over(store, page):
    for seconds in (60, 120, 180):
        assert derive(store, page, history(outage(22, seconds))) == 0
    assert levels(store, page, 22) == [(1, PARTIAL, 180.0, None)]

    assert derive(store, page, history()) == 0
    assert levels(store, page, 22) == [(1, GREEN, 0.0, None)]


def test_the_first_deriving_after_midnight_finishes_the_day_before(store, page):
    derive(store, page, history(outage(22, 60)))
    later = may(23)
    assert (
        derive(store, page, history(outage(22, 3_600), last=later, today=later), today=later) == 0
    )
    assert levels(store, page, 22) == [(1, PARTIAL, 3_600.0, None)]

    assert (
        derive(store, page, history(outage(22, 7_200), last=later, today=later), today=later) == 2
    )


def test_a_revision_makes_exporters_read_again_and_a_repetition_does_not(store, page):
    derive(store, page, history())
    before = store.pages()[0].version
    derive(store, page, history())
    assert store.pages()[0].version == before

    derive(store, page, history(outage(5)))

    assert store.pages()[0].version > before


# --------------------------------------------------------------------------------------------------------
# properties

KINDS = st.sampled_from(["quiet", "outage", "unknown", "observed"])


@st.composite
def histories(draw):
    first = draw(st.integers(1, 8))
    last = draw(st.integers(first, 12))
    days, quiet = {}, []
    for number in range(first, last + 1):
        kind = draw(KINDS)
        if kind == "outage":
            days[may(number)] = outage(number, draw(st.sampled_from([60.0, 120.0])))
        elif kind != "unknown":
            source = BARS if kind == "quiet" else (Aspect.OBSERVATIONS, Confidence.HIGH)
            quiet.append(DayRun(may(number), may(number), *source))
    return History(first=may(first), last=may(last), days=days, quiet=tuple(quiet))


@pytest.mark.slow
@given(st.lists(histories(), min_size=1, max_size=5), st.integers(5, 14))
def test_what_was_derived_last_is_what_is_read(derived, today):
    with Store.open("sqlite://") as store:
        page = add_page(store, now=NOW)
        for each in derived:
            save_days(store, page, whole(each), today=may(today))
        version = store.pages()[0].version
        last = derived[-1]
        save_days(store, page, whole(last), today=may(today))
        read = store.page_history(page.id, last.first, last.last).vendor

        assert store.pages()[0].version == version, "a repetition wrote something"
        for day in last.each(_window(last)):
            again = replace(read.day(day.day), length_seconds=0, covered_seconds=0)
            assert again == replace(day, length_seconds=0, covered_seconds=0)


@pytest.mark.slow
@given(st.lists(histories(), min_size=2, max_size=5))
def test_every_revision_follows_the_one_before(derived):
    with Store.open("sqlite://") as store:
        page = add_page(store, now=NOW)
        for each in derived:
            save_days(store, page, whole(each))
        for number in range(1, 13):
            found = store.revisions(page.id, None, may(number))
            assert [each.revision for each in found] == list(range(1, len(found) + 1))
            assert [each.superseded_at is None for each in found] == [False] * (len(found) - 1) + [
                True
            ] * bool(found)
