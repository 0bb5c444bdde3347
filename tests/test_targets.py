"""Whether a target was kept, and when that cannot be known."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.errors import ConfigError
from monitor.model import Absence, Day, Level, Seconds
from monitor.ratios import POLICIES
from monitor.targets import (
    Outcome,
    UptimeBounds,
    component_uptime,
    parse_target,
    vendor_uptime,
)

FIRST = date(2026, 3, 1)
STRICT, STATUSPAGE = POLICIES["strict"], POLICIES["statuspage"]
few = settings(max_examples=15)
ORDER = [Outcome.NOT_KEPT, Outcome.UNKNOWN, Outcome.KEPT]


def day(number: int = 0, *, covered: float = 86_400, length: float = 86_400, **seconds) -> Day:
    level = Level.MAJOR_OUTAGE if seconds else Level.OPERATIONAL
    return Day(
        day=FIRST + timedelta(days=number),
        level=level if covered else None,
        length_seconds=length,
        covered_seconds=covered,
        seconds=Seconds(**seconds),
    )


def absent(number: int = 0) -> Day:
    return Day(
        day=FIRST + timedelta(days=number),
        level=None,
        length_seconds=86_400,
        covered_seconds=0,
        absence=Absence.UNBORN,
    )


@st.composite
def any_day(draw) -> Day:
    """A day of a component, known in whole, in part or not at all."""
    length = draw(st.sampled_from([3_600, 82_800, 86_400, 90_000]))
    covered = draw(st.integers(0, length))
    major = draw(st.integers(0, covered))
    partial = draw(st.integers(0, covered - major))
    degraded = draw(st.integers(0, covered - major - partial))
    seconds = {"major": major, "partial": partial, "degraded": degraded} if covered else {}
    return draw(st.just(day(covered=covered, length=length, **seconds)) | st.just(absent()))


days_of_a_component = st.lists(any_day(), min_size=1, max_size=5)
policies = st.sampled_from(list(POLICIES.values()))
targets = st.fractions(Fraction(1, 1000), 1)


@pytest.mark.parametrize(
    ("text", "target"),
    [("99.9", Fraction(999, 1000)), (" 99.95 %", Fraction(1999, 2000)), ("100", Fraction(1))],
)
def test_a_target_is_a_percentage_read_exactly(text, target):
    assert parse_target(text) == target


@pytest.mark.parametrize("text", ["0", "-1", "100.1", "three nines", "", "nan", "1e1", "99,9", "½"])
def test_what_is_no_target_is_refused(text):
    with pytest.raises(ConfigError, match=r"write a percentage above 0 and at most 100, e.g. 99.9"):
        parse_target(text)


def test_exactly_the_target_is_kept_and_a_millisecond_more_is_not():
    """Three nines of 1,000 days of 86,400 s are 86,400 s of downtime."""
    at = [day(n) for n in range(999)]

    exactly = component_uptime([*at, day(999, major=86_400)], STRICT)
    more = component_uptime([*at[:-1], day(998, major=0.001), day(999, major=86_400)], STRICT)

    assert exactly.outcome(parse_target("99.9")) is Outcome.KEPT
    assert more.outcome(parse_target("99.9")) is Outcome.NOT_KEPT


def test_three_tenths_of_a_partial_outage_are_exactly_that():
    bounds = component_uptime([day(partial=28_800)], STATUSPAGE)

    assert bounds == UptimeBounds(Fraction(9, 10), Fraction(9, 10))
    assert bounds.outcome(parse_target("90")) is Outcome.KEPT


def test_unknown_time_that_could_break_a_target_leaves_it_open():
    bounds = component_uptime([day(), day(1, covered=43_200)], STRICT)

    assert bounds == UptimeBounds(Fraction(3, 4), Fraction(1))
    assert bounds.outcome(parse_target("75")) is Outcome.KEPT
    assert bounds.outcome(parse_target("99.9")) is Outcome.UNKNOWN


def test_days_before_a_component_existed_neither_keep_nor_break_a_target():
    assert component_uptime([absent(), day(1)], STRICT) == UptimeBounds(Fraction(1), Fraction(1))
    assert component_uptime([absent()], STRICT) is None
    assert vendor_uptime([absent()], [[absent()]], STRICT) is None


def test_a_vendors_worst_case_is_that_of_the_component_that_may_have_been_out_longest():
    """One component was out for an hour, of another six hours are unknown: at worst six hours."""
    vendor = [day(major=3_600)]
    out, unread = [day(major=3_600)], [day(covered=64_800)]

    bounds = vendor_uptime(vendor, [out, unread], STRICT)
    assert bounds == UptimeBounds(Fraction(3, 4), Fraction(23, 24))


def test_a_vendors_day_of_which_nothing_is_known_may_have_been_all_bad():
    assert vendor_uptime([day(covered=0)], [], STRICT) == UptimeBounds(Fraction(0), Fraction(1))


@few
@given(days_of_a_component, policies)
def test_bounds_are_in_order_and_shares(days, policy):
    bounds = component_uptime(days, policy)

    assert bounds is None or 0 <= bounds.least <= bounds.most <= 1


@few
@given(days_of_a_component, policies, targets, targets)
def test_a_lower_target_is_never_harder_to_keep(days, policy, one, other):
    bounds = component_uptime(days, policy)
    if bounds is not None:
        low, high = sorted((one, other))
        assert ORDER.index(bounds.outcome(low)) >= ORDER.index(bounds.outcome(high))


@few
@given(days_of_a_component, policies, targets)
def test_what_becomes_known_only_narrows_the_bounds(days, policy, target):
    """Whatever the unknown time was, the truth lies within what was said before."""
    before = component_uptime(days, policy)
    for level in ("", "degraded", "partial", "major"):
        told = [
            each
            if each.absence
            else day(
                covered=each.length_seconds,
                length=each.length_seconds,
                **_with(each, level),
            )
            for each in days
        ]
        after = component_uptime(told, policy)
        if before is not None:
            assert before.least <= after.least <= after.most <= before.most
            if before.outcome(target) is not Outcome.UNKNOWN:
                assert after.outcome(target) is before.outcome(target)


def _with(each: Day, level: str) -> dict[str, float]:
    known = {name: getattr(each.seconds, name) for name in ("degraded", "partial", "major")}
    if level:
        known[level] += each.length_seconds - each.covered_seconds
    return known


@few
@given(st.integers(1, 5), policies, targets)
def test_nothing_known_is_never_kept_nor_broken(number, policy, target):
    days = [day(n, covered=0) for n in range(number)]

    assert component_uptime(days, policy).outcome(target) is Outcome.UNKNOWN
    assert vendor_uptime(days, [days], policy).outcome(target) is Outcome.UNKNOWN


@few
@given(days_of_a_component, policies)
def test_a_vendor_of_one_component_has_its_bounds(days, policy):
    assert vendor_uptime(days, [days], policy) == component_uptime(days, policy)
