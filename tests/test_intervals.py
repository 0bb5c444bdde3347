"""Intervals and days: half-open, UTC-checked, 23 and 25 hours at clock changes."""

import itertools
from datetime import UTC, date, datetime, timedelta, timezone
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.intervals import (
    Interval,
    between_edges,
    day_interval,
    day_of,
    days_between,
    days_touched,
    intersect,
    merge,
    spans_of,
    subtract,
    throughout,
    total_seconds,
    utc,
    zone_named,
)

ORIGIN = datetime(2026, 1, 1, tzinfo=UTC)
ZONES = [
    "UTC",
    "America/Los_Angeles",
    "Europe/Berlin",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "America/Sao_Paulo",
]


@st.composite
def intervals(draw: st.DrawFn, most: int = 600) -> Interval:
    start = draw(st.integers(0, most))
    return Interval(
        ORIGIN + timedelta(minutes=start),
        ORIGIN + timedelta(minutes=start + draw(st.integers(1, 120))),
    )


def minutes_of(parts: list[Interval]) -> set[int]:
    return {
        minute
        for part in parts
        for minute in range(
            round((part.start - ORIGIN).total_seconds() / 60),
            round((part.end - ORIGIN).total_seconds() / 60),
        )
    }


def test_a_naive_instant_is_refused() -> None:
    with pytest.raises(ValueError, match="naive"):
        Interval(datetime(2026, 1, 1), datetime(2026, 1, 2))
    with pytest.raises(ValueError, match="naive"):
        utc(datetime(2026, 1, 1))


def test_an_empty_or_backwards_interval_is_refused_and_between_gives_none() -> None:
    with pytest.raises(ValueError, match="backwards"):
        Interval(ORIGIN, ORIGIN)

    assert Interval.between(ORIGIN, ORIGIN) is None
    assert Interval.between(ORIGIN, ORIGIN - timedelta(seconds=1)) is None


def test_another_zone_is_converted_to_utc() -> None:
    eight_behind = timezone(timedelta(hours=-8))
    interval = Interval(
        datetime(2026, 1, 1, 12, tzinfo=eight_behind), datetime(2026, 1, 1, 13, tzinfo=eight_behind)
    )

    assert interval.start == datetime(2026, 1, 1, 20, tzinfo=UTC)
    assert interval.start.tzinfo is UTC


def test_the_end_is_outside() -> None:
    interval = Interval(ORIGIN, ORIGIN + timedelta(hours=1))

    assert ORIGIN in interval
    assert ORIGIN + timedelta(hours=1) not in interval


@given(st.lists(intervals(), max_size=8))
def test_merge_is_idempotent_order_free_and_keeps_every_minute(parts: list[Interval]) -> None:
    merged = merge(parts)

    assert merge(merged) == merged
    assert merge(reversed(parts)) == merged
    assert minutes_of(merged) == minutes_of(parts)
    assert all(a.end < b.start for a, b in itertools.pairwise(merged))


@given(st.lists(intervals(), max_size=8))
def test_the_union_is_counted_once(parts: list[Interval]) -> None:
    assert total_seconds(parts) == 60 * len(minutes_of(parts))


@pytest.mark.slow
@given(st.lists(intervals(), max_size=6), st.lists(intervals(), max_size=6))
def test_subtract_leaves_exactly_what_the_holes_do_not_touch(
    parts: list[Interval], holes: list[Interval]
) -> None:
    assert minutes_of(subtract(parts, holes)) == minutes_of(parts) - minutes_of(holes)


@given(st.lists(intervals(), max_size=6), intervals())
def test_intersect_leaves_exactly_what_is_within(parts: list[Interval], within: Interval) -> None:
    assert minutes_of(intersect(parts, within)) == minutes_of(parts) & minutes_of([within])


@given(st.dates(date(2015, 1, 1), date(2035, 12, 31)), st.sampled_from(ZONES))
def test_days_follow_each_other_without_gap_and_hold_their_own_instants(
    day: date, zone: str
) -> None:
    tz = ZoneInfo(zone)
    today, tomorrow = day_interval(day, tz), day_interval(day + timedelta(days=1), tz)

    assert today.end == tomorrow.start
    assert 22.5 <= today.seconds / 3600 <= 25.5
    assert day_of(today.start, tz) == day
    assert day_of(today.end - timedelta(seconds=1), tz) == day


@pytest.mark.parametrize(
    ("day", "zone", "hours"),
    [
        (date(2026, 3, 8), "America/Los_Angeles", 23),
        (date(2026, 11, 1), "America/Los_Angeles", 25),
        (date(2026, 3, 29), "Europe/Berlin", 23),
        (date(2026, 10, 25), "Europe/Berlin", 25),
        (date(2026, 10, 25), "UTC", 24),
        (date(2018, 11, 4), "America/Sao_Paulo", 23),  # midnight itself was skipped
    ],
)
def test_clock_change_days_have_23_or_25_hours(day: date, zone: str, hours: int) -> None:
    assert day_interval(day, ZoneInfo(zone)).seconds == hours * 3600


def test_days_touched_leaves_out_the_day_that_begins_at_the_end() -> None:
    interval = Interval(ORIGIN + timedelta(hours=23), ORIGIN + timedelta(hours=48))

    assert list(days_touched(interval, UTC)) == [date(2026, 1, 1), date(2026, 1, 2)]


def test_days_between_includes_both_ends_and_may_be_empty() -> None:
    assert list(days_between(date(2026, 2, 28), date(2026, 3, 1))) == [
        date(2026, 2, 28),
        date(2026, 3, 1),
    ]
    assert list(days_between(date(2026, 3, 1), date(2026, 2, 28))) == []


@pytest.mark.parametrize(
    "name",
    [
        "Mars/Olympus",
        "",
        "../etc/passwd",
        "UTC+25",
        "localtime",
        "posixrules",
        "Factory",
        "posix/Europe/Berlin",
        "right/UTC",
    ],
)
def test_an_unknown_zone_is_named_in_the_error(name: str) -> None:
    with pytest.raises(ValueError, match="no time zone is called"):
        zone_named(name)


def test_between_edges_no_interval_begins_or_ends() -> None:
    one, three, four, six = (ORIGIN + timedelta(hours=hours) for hours in (1, 3, 4, 6))
    spans = [Interval(three, six), Interval(one, four), Interval(one, three)]

    assert list(between_edges(spans)) == [(one, three), (three, four), (four, six)]
    assert list(between_edges([])) == []


class Run(NamedTuple):
    """Something that holds for a span."""

    span: Interval


def run(first: int, last: int) -> Run:
    return Run(Interval(ORIGIN + timedelta(hours=first), ORIGIN + timedelta(hours=last)))


def test_what_holds_throughout_a_stretch_may_begin_and_end_with_it():
    exact, longer, late, short = run(6, 9), run(5, 10), run(7, 12), run(5, 8)

    there = throughout([late, longer, short, exact], exact.span.start, exact.span.end)

    assert list(there) == [longer, exact]
    assert list(spans_of([late, exact])) == [late.span, exact.span]
