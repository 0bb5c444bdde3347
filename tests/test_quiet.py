"""Quiet days: which are runs without a row, by which source, and whose history is shared."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from test_classify import (
    DAY,
    DEGRADED,
    FIRST,
    LAST,
    NOW,
    PARTIAL,
    WELL,
    WHOLE,
    at,
    bar,
    cover,
    impact,
    known,
    run,
    span,
)

from monitor.days.classify import Options, derive
from monitor.intervals import Interval, day_interval
from monitor.model import (
    Aspect,
    Confidence,
    DayRun,
    History,
    Life,
    ObservedRun,
    PageFacts,
    PageHistory,
    Seconds,
)

TOKYO, NEW_YORK = ZoneInfo("Asia/Tokyo"), ZoneInfo("America/New_York")
ONE_DAY = timedelta(days=1)


def page_of(*keys: str, now: datetime = NOW, zone=UTC, **facts: object) -> PageHistory:
    facts = {"components": [known(key) for key in keys or "a"], **facts}
    page = PageFacts(**{name: tuple(values) for name, values in facts.items()})
    return derive(page, Options(zone=zone), first=FIRST, last=LAST, now=now)


def history_of_a(**facts: object) -> History:
    return page_of(**facts).components["a"]  # type: ignore[arg-type]


def of_may(first: int, last: int, source=Aspect.IMPACTS, confidence=Confidence.MEDIUM) -> DayRun:
    return DayRun(date(2026, 5, first), date(2026, 5, last), source, confidence)


def clock(hour: float, day: date, zone) -> datetime:
    """That hour of the zone's day."""
    return day_interval(day, zone).start + timedelta(hours=hour)


# which days have a row


def test_a_day_with_something_to_say_has_a_row_and_those_around_it_are_runs() -> None:
    history = history_of_a(
        impacts=[impact(hour, hour + 1) for hour in (-48, 48)], coverage=[cover()]
    )

    assert sorted(history.days) == [date(2026, 5, 3), date(2026, 5, 7)]
    assert history.quiet == (of_may(1, 2), of_may(4, 6), of_may(8, 10))
    assert (history.first, history.last) == (FIRST, LAST)


def test_one_day_between_two_others_or_covered_alone_is_a_run() -> None:
    between = history_of_a(
        impacts=[impact(hour, hour + 1) for hour in (-24, 24)], coverage=[cover()]
    )
    alone = history_of_a(coverage=[cover(within=span(0, 24))])

    assert between.quiet == (of_may(1, 3), of_may(5, 5), of_may(7, 10))
    assert alone.quiet == (of_may(5, 5),)


def test_a_row_before_anything_is_covered_splits_no_later_run() -> None:
    """The first impact lies on a day that nothing else covers."""
    history = history_of_a(
        impacts=[impact(-95, -94), impact(25, 26)], coverage=[cover(within=Interval(at(0), NOW))]
    )

    assert sorted(history.days) == [FIRST, date(2026, 5, 6)]
    assert history.quiet == (of_may(5, 5), of_may(7, 10))


def test_a_bar_without_seconds_leaves_its_day_quiet_and_one_that_names_an_incident_does_not() -> (
    None
):
    empty = bar()
    other = replace(empty, day=date(2026, 5, 7), incident_ids=("i1",))
    history = history_of_a(bars=[empty, other], coverage=[cover(Aspect.BARS)])

    assert {day: row.incident_ids for day, row in history.days.items()} == {other.day: ("i1",)}


def test_an_outage_too_short_to_count_keeps_its_seconds_in_a_row() -> None:
    runs = [run(-96, 5, WELL), run(5, 5 + 1 / 120, PARTIAL), run(5 + 1 / 120, 144, WELL)]
    page = PageFacts(components=(known(),), runs=tuple(runs))
    options = Options(zone=UTC, min_outage_seconds=60)
    history = derive(page, options, first=FIRST, last=LAST, now=NOW).components["a"]

    assert {day: row.seconds for day, row in history.days.items()} == {DAY: Seconds(partial=30)}
    assert history.days[DAY].level is WELL


@pytest.mark.parametrize("gap", [timedelta(minutes=10), timedelta(milliseconds=500)])
def test_a_closed_day_that_was_not_covered_whole_has_a_row(gap: timedelta) -> None:
    parts = [Interval(WHOLE.start, at(10)), Interval(at(10) + gap, NOW)]
    coverage = [cover(within=part) for part in parts]

    for now in (NOW, at(24), at(25)):
        (row,) = history_of_a(coverage=coverage, now=now).days.values()
        assert (row.day, row.covered_seconds) == (DAY, 86_400 - gap.total_seconds())


def test_a_closed_day_is_one_of_the_pages_zone() -> None:
    """At 16 o'clock of UTC it is tomorrow in Tokyo."""
    parts = [Interval(WHOLE.start, at(10)), Interval(at(10.1), NOW)]
    history = history_of_a(coverage=[cover(within=part) for part in parts], now=at(16), zone=TOKYO)

    assert DAY in history.days


@pytest.mark.parametrize("zone", [UTC, TOKYO, NEW_YORK])
def test_days_at_the_edges_of_what_is_covered_have_rows_and_those_between_are_quiet(zone) -> None:
    """Covered from one o'clock of 5 May to eleven at night of 8 May."""
    last = date(2026, 5, 8)
    span_read = Interval(clock(1, DAY, zone), clock(23, last, zone))
    history = history_of_a(coverage=[cover(within=span_read)], zone=zone)

    assert {day: row.covered_seconds for day, row in history.days.items()} == {
        DAY: 23 * 3600,
        last: 23 * 3600,
    }
    assert history.quiet == (of_may(6, 7),)


@pytest.mark.parametrize("zone", [UTC, TOKYO, NEW_YORK])
def test_the_source_of_a_quiet_day_is_the_best_that_covers_it_whole(zone) -> None:
    """Bars cover the page from one o'clock of 5 May to eleven at night of 8 May."""
    bars = Interval(clock(1, DAY, zone), clock(23, date(2026, 5, 8), zone))
    whole = Interval(clock(0, FIRST, zone), clock(24, LAST, zone))
    history = history_of_a(
        coverage=[cover(within=whole), cover(Aspect.BARS, bars)], zone=zone, now=whole.end
    )

    assert history.days == {}
    assert history.quiet == (
        of_may(1, 5),
        of_may(6, 7, Aspect.BARS, Confidence.HIGH),
        of_may(8, 10),
    )


def test_polls_and_incidents_together_cover_a_quiet_day() -> None:
    well = ObservedRun(component_id="a", level=WELL, span=Interval(at(10), at(24)))
    history = history_of_a(coverage=[cover(within=span(0, 11))], runs=[well])

    assert history.quiet == (of_may(5, 5, Aspect.OBSERVATIONS, Confidence.HIGH),)


# today


@pytest.mark.parametrize("zone", [UTC, TOKYO, NEW_YORK])
@pytest.mark.parametrize(("minutes", "is_now"), [(10, False), (15, False), (15.1, True)])
def test_today_has_elapsed_as_far_as_it_was_read_unless_that_is_three_intervals_ago(
    zone, minutes, is_now
) -> None:
    """It is one o'clock, and the page is polled every five minutes."""
    now = clock(1, DAY, zone)
    read_at = now - timedelta(minutes=minutes)
    today = history_of_a(
        coverage=[cover(within=Interval(WHOLE.start, read_at))], now=now, zone=zone
    ).day(DAY)

    assert today.covered_seconds == 3600 - minutes * 60
    assert today.length_seconds == (3600 if is_now else today.covered_seconds)
    assert (today.level is WELL) is (not is_now)


@pytest.mark.parametrize("zone", [UTC, TOKYO, NEW_YORK])
def test_a_day_that_was_last_read_before_its_midnight_has_elapsed_whole(zone) -> None:
    midnight = clock(24, DAY, zone)
    span_read = Interval(WHOLE.start, midnight - timedelta(minutes=6))
    now = midnight + timedelta(minutes=3)
    history = history_of_a(coverage=[cover(within=span_read)], now=now, zone=zone)

    assert (history.day(DAY).length_seconds, history.day(DAY).covered_seconds) == (86_400, 86_040)
    assert history.day(DAY).level is WELL
    assert history.day(DAY + ONE_DAY).length_seconds == 180


def test_today_is_quiet_where_a_component_was_read_less_than_three_intervals_ago() -> None:
    """The page's other component was read until now; of this one there is an empty bar."""
    now = at(8)
    coverage = [
        cover(within=Interval(WHOLE.start, now), component="b"),
        cover(Aspect.BARS, within=Interval(WHOLE.start, at(7.9)), component="a"),
    ]
    page = page_of("a", "b", coverage=coverage, bars=[bar()], now=now)

    assert page.components["a"].days == {}
    assert page.components["a"].quiet == (of_may(1, 5, Aspect.BARS, Confidence.HIGH),)


# whose history is shared


def test_components_of_which_the_same_was_said_share_one_history() -> None:
    runs = [run(-96, 144, WELL, component=key) for key in "ab"]
    page = page_of("a", "b", "c", runs=runs)

    assert page.components["a"] is page.components["b"]
    assert page.components["a"].day(DAY).level is WELL
    assert page.components["c"].day(DAY).level is None


@pytest.mark.parametrize(
    "facts",
    [
        {"bars": [bar(partial=60, component="b")]},
        {"impacts": [impact(1, 2, component_id="b")]},
        {"runs": [run(1, 2, DEGRADED, "b")]},
        {"coverage": [cover(), cover(Aspect.BARS), cover(Aspect.BARS, component="b")]},
    ],
    ids=["a bar", "an impact", "polls", "coverage of its own"],
)
def test_a_component_of_which_more_was_said_has_a_history_of_its_own(facts) -> None:
    facts = {"coverage": [cover(), cover(Aspect.BARS)], **facts}
    page = page_of("a", "b", **facts)

    assert page.components["a"] is not page.components["b"]
    as_before = page_of("a", "b", coverage=facts["coverage"])
    assert page.components["a"] == as_before.components["a"]


def test_what_a_user_excuses_of_one_component_excuses_no_other() -> None:
    runs = [run(5, 7, PARTIAL, component=key) for key in "ab"]
    page = page_of("a", "b", runs=runs, excused=[impact(5, 7)], coverage=[cover()])

    assert [page.components[key].day(DAY).level for key in "ab"] == [WELL, PARTIAL]


def test_a_component_that_left_before_the_first_day_has_an_empty_history() -> None:
    former = known("b", removed_at=WHOLE.start)
    page = page_of(components=[known(), former], coverage=[cover()], now=at(9))

    assert page.components["b"] == History(
        first=FIRST,
        last=LAST,
        days={},
        lengths=page.components["a"].lengths,
        life=Life(last=WHOLE.start.date()),
    )
    assert page.components["b"].lengths[DAY] == 9 * 3600


def test_a_history_says_whom_the_user_left_out() -> None:
    options = Options(zone=UTC, exclude=frozenset({"a"}))
    page = PageFacts(components=(known(),))

    assert derive(page, options, first=FIRST, last=LAST, now=NOW).excluded == {"a"}


def test_no_days_are_derived_backwards() -> None:
    with pytest.raises(ValueError, match="last day 2026-05-01 is before first day 2026-05-10"):
        derive(PageFacts(), Options(zone=UTC), first=LAST, last=FIRST, now=NOW)
