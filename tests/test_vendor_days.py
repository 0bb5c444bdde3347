"""A vendor's day: its seconds, source and confidence are those of one component, whatever is drawn."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.days.classify import Options, derive
from monitor.intervals import Interval
from monitor.model import (
    Aspect,
    Bar,
    Basis,
    Component,
    Coverage,
    Impact,
    KnownComponent,
    Level,
    ObservedRun,
    PageFacts,
    PageHistory,
)
from monitor.ratios import POLICIES, figures, window_ending

FIRST, LAST = date(2026, 5, 1), date(2026, 5, 4)
START = datetime(2026, 5, 1, tzinfo=UTC)
NOW = START + timedelta(days=3, hours=12, microseconds=123_457)
KEYS = ("a", "b", "c")
LEVELS = st.sampled_from(
    [Level.MAINTENANCE, Level.DEGRADED, Level.PARTIAL_OUTAGE, Level.MAJOR_OUTAGE]
)


@st.composite
def spans(draw: st.DrawFn) -> Interval:
    """Draw a span that begins and ends at any microsecond."""
    length = int((NOW - START) / timedelta(microseconds=1))
    start = draw(st.integers(0, length - 1))
    end = draw(st.integers(start + 1, length))
    return Interval(START + timedelta(microseconds=start), START + timedelta(microseconds=end))


@st.composite
def impacts(draw: st.DrawFn) -> Impact:
    span = draw(spans())
    return Impact(
        component_id=draw(st.sampled_from(KEYS)),
        level=draw(LEVELS),
        start=span.start,
        end=span.end,
        basis=draw(st.sampled_from([Basis.DECLARED, Basis.TRANSITION])),
        source="x",
        incident_id=draw(st.sampled_from(["i1", "i2", None])),
    )


@st.composite
def pages(draw: st.DrawFn) -> PageFacts:
    component_ids = st.sampled_from((*KEYS, None))
    covers = st.builds(
        Coverage,
        span=spans(),
        aspect=st.sampled_from([Aspect.IMPACTS, Aspect.BARS]),
        component_id=component_ids,
    )
    bars = st.builds(
        Bar,
        component_id=st.sampled_from(KEYS),
        day=st.sampled_from([FIRST + timedelta(days=n) for n in range(3)]),
        partial_seconds=st.integers(0, 5_000),
        major_seconds=st.integers(0, 5_000),
        source=st.just("bars"),
    )
    runs = st.builds(
        ObservedRun,
        component_id=st.sampled_from(KEYS),
        level=st.sampled_from([Level.OPERATIONAL, Level.PARTIAL_OUTAGE]),
        span=spans(),
    )
    unique = {"unique_by": lambda bar: (bar.component_id, bar.day)}
    return PageFacts(
        components=tuple(map(known, KEYS)),
        impacts=tuple(draw(st.lists(impacts(), max_size=6))),
        bars=tuple(draw(st.lists(bars, max_size=3, **unique))),
        coverage=tuple(draw(st.lists(covers, max_size=4))),
        runs=tuple(draw(st.lists(runs, max_size=1))),
    )


def known(key: str) -> KnownComponent:
    component = Component(id=key, name=key.upper())
    return KnownComponent(component=component, slug=key, first_seen_at=START)


def days_of(page: PageFacts) -> PageHistory:
    return derive(page, Options(zone=UTC), first=FIRST, last=LAST, now=NOW)


@pytest.mark.slow
@given(pages())
def test_seconds_source_and_confidence_are_those_of_the_one_component_that_was_out_longest(page):
    found = days_of(page)

    for offset in range(4):
        day = FIRST + timedelta(days=offset)
        vendor = found.vendor.day(day)
        parts = {key: history.day(day) for key, history in found.components.items()}
        assert vendor.seconds.outage == max(part.seconds.outage for part in parts.values())
        if vendor.component_id is None:
            assert not any(part.seconds.total for part in parts.values())
            continue
        named = parts[vendor.component_id]
        assert vendor.seconds == named.seconds
        assert (vendor.source, vendor.confidence) == (named.source, named.confidence)


@pytest.mark.slow
@given(pages(), st.permutations(KEYS), st.randoms(use_true_random=False))
def test_the_order_of_components_and_facts_changes_no_figure(page, order, random):
    def shuffled(facts):
        return tuple(random.sample(facts, k=len(facts)))

    again = PageFacts(
        components=tuple(map(known, order)),
        impacts=shuffled(page.impacts),
        bars=shuffled(page.bars),
        coverage=shuffled(page.coverage),
        runs=shuffled(page.runs),
    )
    window = window_ending(LAST, 4)
    one, other = (figures(days_of(each).vendor, window) for each in (page, again))

    assert one == other
    for policy in POLICIES.values():
        assert one.downtime_ratio(policy) == other.downtime_ratio(policy)


@pytest.mark.slow
@given(pages())
def test_a_day_is_wholly_covered_only_where_it_is_for_each_component_or_one_was_bad_all_day(page):
    found = days_of(page)

    for offset in range(4):
        day = FIRST + timedelta(days=offset)
        parts = [history.day(day) for history in found.components.values()]
        is_whole = all(part.covered_seconds == part.length_seconds for part in parts)
        vendor = found.vendor.day(day)
        assert (vendor.coverage == 1) == (is_whole or vendor.seconds.total == vendor.length_seconds)


def covered(*hours: tuple[float, float], sliver: timedelta) -> PageFacts:
    """Cover these hours since the start; each span ends a sliver too early."""
    hour = timedelta(hours=1)
    parts = (Interval(START + first * hour, START + last * hour - sliver) for first, last in hours)
    return PageFacts(
        components=(known("a"),),
        coverage=tuple(Coverage(span=part, aspect=Aspect.IMPACTS) for part in parts),
    )


@pytest.mark.parametrize("microseconds", [0, 1, 3, 999])
def test_a_sliver_between_two_spans_or_before_midnight_is_no_gap(microseconds):
    sliver = timedelta(microseconds=microseconds)
    page = covered((0, 9), (9, 24), (24, 30.123), (30.123, 48), sliver=sliver)
    found = figures(days_of(page).vendor, window_ending(FIRST + timedelta(days=1), 2))

    assert (found.known_days, found.coverage_ratio) == (2, 1)


def test_a_gap_of_a_second_is_one():
    page = covered((0, 9), (9, 24), (24, 48), sliver=timedelta(seconds=1))
    found = figures(days_of(page).vendor, window_ending(FIRST + timedelta(days=1), 2))

    assert found.coverage_ratio == (2 * 86_400 - 3) / (2 * 86_400)


def test_what_has_elapsed_of_today_is_wholly_covered_at_any_microsecond():
    for microseconds in (123_457, 499_999, 500, 999_500, 1):
        now = START + timedelta(days=3, hours=12, microseconds=microseconds)
        runs = (ObservedRun(component_id="a", level=Level.OPERATIONAL, span=Interval(START, now)),)
        page = PageFacts(components=(known("a"),), runs=runs)
        days = derive(page, Options(zone=UTC), first=FIRST, last=LAST, now=now)
        found = figures(days.vendor, window_ending(LAST, 4))

        assert (found.known_days, found.coverage_ratio) == (4, 1)
        assert replace(found, seconds=None).covered_seconds == found.length_seconds
