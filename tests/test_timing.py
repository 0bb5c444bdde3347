"""When pages are asked, as vendors and users are promised it. Numbers are written out: they are the
promise."""

import random
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from simulated import Clock, SimulatedPages, collecting, page_of, vendor_of
from test_pipeline import NOW, truth_for

from monitor import clocks
from monitor.collect import timing
from monitor.collect.timing import backoff_seconds, derive_due, due_together, left_to_wait
from monitor.errors import BadStatus, ConnectFailed, Throttled
from monitor.intervals import day_interval, zone_named

DAY_SECONDS = 86_400

intervals = st.integers(60, 30 * DAY_SECONDS)
"""Seconds that the settings take."""

failures = st.integers(0, 12) | st.integers(0, 1_000_000)
asked_to_wait = st.timedeltas(timedelta(), timedelta(days=1))
shares = st.floats(0, 1)
"""What chance comes to: 0 the least it may draw, 1 the most."""

minutes_ago = st.timedeltas(timedelta(), timedelta(days=2))
zones = st.sampled_from(["UTC", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"])


def drawing(share: float) -> timing.Uniform:
    return lambda low, high: low + share * (high - low)


def wait_seconds(
    interval: float,
    failures: int = 0,
    *,
    fast: bool = False,
    retry_after: timedelta | None = None,
    share: float = 0.5,
) -> float:
    uniform = drawing(share)
    wait = timing.next_wait(interval, failures, fast=fast, retry_after=retry_after, uniform=uniform)
    return wait.total_seconds()


# -------------------------------------------------------------------------------------------------
# what vendors see


@given(st.floats(0, 30 * DAY_SECONDS), failures, st.booleans(), st.none() | asked_to_wait, shares)
def test_no_page_is_asked_sooner_than_after_60_s(
    interval, failures, fast, retry_after, share
) -> None:
    assert wait_seconds(interval, failures, fast=fast, retry_after=retry_after, share=share) >= 60


@given(intervals, failures, st.booleans(), asked_to_wait, shares)
def test_no_page_is_asked_before_the_time_it_asked_us_to_wait(
    interval, failures, fast, retry_after, share
) -> None:
    without = wait_seconds(interval, failures, fast=fast, share=share)
    wait = wait_seconds(interval, failures, fast=fast, retry_after=retry_after, share=share)
    assert wait == max(without, retry_after.total_seconds())


@pytest.mark.slow
@given(intervals, failures, st.booleans(), shares)
def test_a_failing_page_is_asked_no_more_often_than_one_that_is_read(
    interval, failures, fast, share
) -> None:
    read = wait_seconds(interval, fast=fast, share=share)
    assert wait_seconds(interval, failures, fast=fast, share=share) >= read


@given(st.integers(60, 3600), st.integers(7, 1_000_000), st.booleans(), shares)
def test_a_page_that_fails_for_long_is_asked_about_once_an_hour(
    interval, failures, fast, share
) -> None:
    assert 0.95 * 3600 <= wait_seconds(interval, failures, fast=fast, share=share) <= 1.05 * 3600


@given(st.integers(2, 200), shares)
def test_pages_that_are_new_are_not_asked_all_at_once(count, share) -> None:
    within = timing.first_runs_within([300] * count)
    assert within == min(count / 4, 300)
    assert timing.first_due(NOW, within, drawing(share)) - NOW == timedelta(seconds=share * within)


# ---------------------------------------------------------------------------------------------------
# what users see


@given(intervals, shares)
def test_chance_moves_a_poll_by_a_twentieth_of_its_interval_at_most(interval, share) -> None:
    wait = wait_seconds(interval, share=share)
    assert max(60, 0.95 * interval) - 1e-5 <= wait <= 1.05 * interval + 1e-5


@given(st.integers(64, 30 * DAY_SECONDS))
def test_chance_uses_all_of_that_twentieth(interval) -> None:
    assert wait_seconds(interval, share=0) == pytest.approx(0.95 * interval)
    assert wait_seconds(interval, share=1) == pytest.approx(1.05 * interval)


@given(st.integers(60, DAY_SECONDS), st.integers())
def test_two_pages_with_one_interval_do_not_stay_in_step(interval, seed) -> None:
    uniform = random.Random(seed).uniform
    at = [0.0, 0.0]
    together = 0
    for _ in range(60):
        for page in (0, 1):
            wait = timing.next_wait(interval, 0, fast=False, retry_after=None, uniform=uniform)
            at[page] += wait.total_seconds()
        together += abs(at[0] - at[1]) < 0.01
    assert together < 30


@given(intervals, shares)
def test_while_something_goes_on_a_page_that_allows_it_is_asked_every_minute(
    interval, share
) -> None:
    assert wait_seconds(interval, fast=True, share=share) <= 1.05 * 60


@given(intervals, failures, st.booleans(), shares)
def test_a_failing_page_is_asked_again_after_an_hour_or_its_interval(
    interval, failures, fast, share
) -> None:
    wait = wait_seconds(interval, failures, fast=fast, share=share)
    assert wait <= 1.05 * max(3600, interval) + 1e-5


@given(intervals, shares)
def test_one_failure_changes_nothing(interval, share) -> None:
    assert wait_seconds(interval, 1, share=share) == wait_seconds(interval, share=share)


@given(st.integers(64, 1800), shares)
def test_the_next_failure_doubles_the_wait(interval, share) -> None:
    assert wait_seconds(interval, 2, share=share) == pytest.approx(
        2 * wait_seconds(interval, share=share)
    )


@pytest.mark.parametrize(
    ("failures", "interval", "wait"),
    [
        (0, 300, 300),
        (1, 300, 300),
        (2, 300, 600),
        (4, 300, 2400),
        (5, 300, 3600),
        (10_000, 300, 3600),
        (3, 5400, 5400),
        (1, 60, 60),
        (6, 60, 1920),
        (7, 60, 3600),
    ],
)
def test_the_wait_doubles_up_to_an_hour_and_is_never_below_the_interval(failures, interval, wait):
    assert backoff_seconds(failures, interval) == wait


def test_a_page_that_we_were_too_late_for_is_asked_again_after_a_minute() -> None:
    assert timing.after_overload(NOW) == NOW + timedelta(seconds=60)


def test_a_page_whose_history_is_being_read_is_looked_at_again_after_10_s() -> None:
    assert timing.after_history(NOW) == NOW + timedelta(seconds=10)


@given(st.lists(st.integers(60, 3600), max_size=50))
def test_a_new_page_is_asked_within_its_interval(intervals) -> None:
    assert 0 <= timing.first_runs_within(intervals) <= min(intervals, default=0)


# -------------------------------------------------------------------------------------- several
# vendors of one page


@given(st.integers(64, DAY_SECONDS), st.floats(0.001, 0.999), st.floats(0.001, 0.999))
def test_vendors_of_a_page_that_were_read_together_are_due_together(interval, one, other) -> None:
    first = NOW + timedelta(seconds=wait_seconds(interval, share=one))
    wait = timedelta(seconds=wait_seconds(interval, share=other))
    assert due_together(NOW, wait, [first]) == first


@given(
    st.timedeltas(timedelta(minutes=1), timedelta(days=30)), st.lists(st.floats(-1, 3), max_size=5)
)
def test_a_vendor_comes_half_as_soon_at_the_earliest_to_be_due_with_another(wait, places) -> None:
    others = [NOW + place * wait for place in places]
    due = due_together(NOW, wait, others)
    assert due in {NOW + wait, *others}
    assert NOW + wait / 2 <= due <= NOW + wait * 1.05 / 0.95


@given(st.timedeltas(timedelta(minutes=1), timedelta(days=30)), st.floats(0.51, 1.1))
def test_a_vendor_joins_another_that_is_due_at_about_its_time(wait, place) -> None:
    other = NOW + place * wait
    assert due_together(NOW, wait, [other]) == other
    assert due_together(NOW, wait, [NOW, other, NOW + 2 * wait]) == other


def test_a_vendor_joins_the_nearest_of_others_from_half_its_wait_to_a_little_more() -> None:
    wait = timedelta(seconds=190)
    half, latest = NOW + timedelta(seconds=95), NOW + timedelta(seconds=210)

    assert due_together(NOW, wait, [half]) == half
    assert due_together(NOW, wait, [latest]) == latest
    assert due_together(NOW, wait, [half, latest]) == latest
    assert due_together(NOW, wait, [half - timedelta(seconds=1), NOW + timedelta(seconds=211)]) == (
        NOW + wait
    )


# ---------------------------------------------------------------------------------------------- a
# clock that was set


def test_a_page_with_half_its_minute_left_waits_and_one_with_less_does_not() -> None:
    assert left_to_wait(1000, 1030, 1030) == 30
    assert left_to_wait(1000, 1031, 1031) is None
    assert left_to_wait(1000, 1030 - 60, 1030) == 30  # our clock was set a minute ago, not longer


@given(st.floats(0, 1e6), st.floats(0, 30), st.floats(0, 60))
def test_a_page_asked_just_before_our_clock_was_set_waits_its_minute(
    begun, asked_ago, set_ago
) -> None:
    at = begun + asked_ago
    left = left_to_wait(begun, at - set_ago, at)
    assume(at - (at - set_ago) <= 60)
    assume(begun + 60 - at >= 30)
    assert left == pytest.approx(60 - asked_ago, abs=1e-6)


@given(st.floats(0, 1e6), st.floats(30.001, 1000), st.floats(0, 1000))
def test_a_page_asked_longer_ago_than_half_of_it_does_not_wait_again(
    begun, asked_ago, set_ago
) -> None:
    at = begun + asked_ago
    assert left_to_wait(begun, at - set_ago, at) is None


@given(st.floats(0, 30), st.floats(60.001, 1000))
def test_a_clock_that_was_set_a_minute_ago_holds_up_nothing(asked_ago, set_ago) -> None:
    at = 5000.0
    assert left_to_wait(at - asked_ago, at - set_ago, at) is None
    assert left_to_wait(at - asked_ago, None, at) is None
    assert left_to_wait(None, at, at) is None


# -------------------------------------------------------------------------------------------
# derived days, and rereads


def days_are_due(outcome: str, was_ok: bool | None, ago: timedelta) -> bool:
    return derive_due(outcome, was_ok=was_ok, derived_at=NOW - ago, now=NOW)


QUIET = [("unchanged", True), ("unchanged", None), ("failed", False)]
NEWS = [
    ("ok", True),
    ("ok", None),
    ("ok", False),
    ("unchanged", False),
    ("failed", True),
    ("failed", None),
]


@given(st.sampled_from(QUIET), minutes_ago)
def test_days_without_news_are_derived_every_15_minutes(poll, ago) -> None:
    assert days_are_due(*poll, ago) == (ago >= timedelta(minutes=15))


@pytest.mark.parametrize("poll", QUIET)
def test_days_derived_a_little_ahead_of_us_are_not_derived_again(poll) -> None:
    assert not days_are_due(*poll, -clocks.TOLERANCE)
    assert days_are_due(*poll, -clocks.TOLERANCE - timedelta(seconds=1))
    assert days_are_due(*poll, timedelta(minutes=15))


@given(st.sampled_from(NEWS), minutes_ago)
def test_news_is_in_the_days_at_once(poll, ago) -> None:
    assert days_are_due(*poll, ago)


@pytest.mark.parametrize("poll", QUIET + NEWS)
def test_days_that_were_never_derived_or_later_than_now_are_derived(poll) -> None:
    outcome, was_ok = poll
    assert derive_due(outcome, was_ok=was_ok, derived_at=None, now=NOW)
    assert days_are_due(outcome, was_ok, -timedelta(minutes=6))


@given(st.dates(date(2024, 1, 1), date(2027, 12, 31)), zones)
def test_the_last_days_are_read_again_two_hours_after_each_midnight_of_the_page(day, name) -> None:
    zone = zone_named(name)
    midnight = day_interval(day, zone).start
    yesterday = day - timedelta(days=1)
    due = midnight + timedelta(hours=2)
    assert not timing.reread_due(yesterday, due - timedelta(seconds=1), zone)
    assert timing.reread_due(yesterday, due, zone)
    assert not timing.reread_due(day, due, zone)
    assert not timing.reread_due(day, day_interval(day, zone).end, zone)


@given(st.dates(date(2024, 1, 1), date(2027, 12, 31)), zones)
def test_a_reread_that_was_never_made_or_lies_ahead_is_due(day, name) -> None:
    zone = zone_named(name)
    noon = day_interval(day, zone).start + timedelta(hours=12)
    assert timing.reread_due(None, noon, zone)
    assert timing.reread_due(day + timedelta(days=1), noon, zone)


@given(st.dates(date(2024, 1, 1), date(2027, 12, 31)), zones)
def test_a_reread_begins_with_the_midnight_of_a_week_ago(day, name) -> None:
    zone = zone_named(name)
    assert timing.reread_since(day, zone) == day_interval(day - timedelta(days=7), zone).start


# -------------------------------------------------------------------------------------------------
# the whole collector


def answers_as(how: str, url: str):
    match how:
        case "read":
            return None
        case "refused":
            return ConnectFailed("refused", url=url)
        case "gone":
            return BadStatus("answered 404", url=url, status=404)
        case _:
            return Throttled("answered 429", url=url, retry_after=timedelta(seconds=int(how)))


@pytest.mark.slow
@settings(max_examples=15)
@given(
    st.lists(
        st.sampled_from(["read", "refused", "gone", "0", "59", "7200"]), min_size=1, max_size=6
    ),
    st.sampled_from([1, 60, 61, 300]),
    st.booleans(),
    st.integers(0, 3),
)
async def test_whatever_a_page_answers_it_is_due_again_after_a_minute_at_the_soonest(
    answers, interval, fast, seed
) -> None:
    truth, clock = truth_for(seed, "statuspage"), Clock(NOW)
    how = "read"
    pages = SimulatedPages([truth], clock, lambda url: answers_as(how, url))
    vendors = {truth.slug: vendor_of(truth, interval_seconds=interval, fast_while_open=fast)}
    async with collecting(pages, vendors) as collector:
        for how in answers:  # noqa: B007
            await collector.poll(await page_of(collector, truth.slug))
            due = (await page_of(collector, truth.slug)).due_at
            assert due is not None
            assert due - clock.now >= timedelta(seconds=60)
            clock.now = due


@pytest.mark.slow
@pytest.mark.parametrize(("hours", "asks"), [(5.9, False), (6.1, True)])
async def test_a_backfill_run_again_within_six_hours_does_not_ask_again(hours, asks) -> None:
    truth, clock = truth_for(3, "statuspage"), Clock(datetime(2026, 5, 20, 12, 30, tzinfo=UTC))
    pages = SimulatedPages([truth], clock)
    async with collecting(pages) as collector:
        await collector.backfill(await page_of(collector, truth.slug), NOW - timedelta(days=30))
        pages.asked.clear()
        clock.forward(hours=hours)
        await collector.backfill(await page_of(collector, truth.slug), NOW - timedelta(days=30))

    assert any("uptime" in url or "/incidents/" in url for url in pages.asked) == asks, pages.asked
