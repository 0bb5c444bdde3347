"""When it was that a component was bad: the spans behind a day's seconds."""

from collections import defaultdict
from datetime import UTC, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_classify import (
    DAY,
    DEGRADED,
    FIRST,
    LAST,
    MAINTENANCE,
    MAJOR,
    NOW,
    PARTIAL,
    WELL,
    WHOLE,
    bar,
    cover,
    facts,
    impact,
    known,
    run,
    span,
)

from monitor.days.classify import Options, derive
from monitor.days.level_spans import LevelSpan, Precision, level_spans
from monitor.intervals import day_interval
from monitor.model import Aspect, PageFacts, Window

BARS = cover(Aspect.BARS)
WINDOW = Window(FIRST, LAST)


def spans_of(page: PageFacts, *, zone=UTC, now=NOW, first=FIRST, last=LAST) -> list[LevelSpan]:
    options = Options(zone=zone)
    days = derive(page, options, first=first, last=last, now=now)
    return list(level_spans(page, options, days, first=first, last=last, now=now))


def of_a(**said: object) -> list[LevelSpan]:
    return spans_of(PageFacts(components=(known(),), **said))  # type: ignore[arg-type]


def told(spans: list[LevelSpan]) -> list[tuple[object, ...]]:
    return [(each.level, each.span, each.incident_id) for each in spans]


def test_an_incidents_impact_is_a_span_over_midnight_too() -> None:
    (found,) = of_a(impacts=(impact(20, 30),), coverage=(cover(),))

    assert told([found]) == [(PARTIAL, span(20, 30), "i1")]
    assert (found.seconds, found.precision) == (36_000, Precision.INTERVAL)
    assert (found.source, found.is_open) == (Aspect.IMPACTS, False)


def test_each_instant_counts_once_at_its_worst_level() -> None:
    impacts = (impact(1, 9), impact(3, 5, MAJOR, incident_id="i2"))
    found = of_a(impacts=impacts, coverage=(cover(),))

    assert told(found) == [
        (PARTIAL, span(1, 3), "i1"),
        (MAJOR, span(3, 5), "i2"),
        (PARTIAL, span(5, 9), "i1"),
    ]


def test_of_two_incidents_at_one_level_the_first_has_its_time() -> None:
    impacts = (impact(3, 9, incident_id="i2"), impact(1, 5))
    found = of_a(impacts=impacts, coverage=(cover(),))

    assert told(found) == [(PARTIAL, span(1, 5), "i1"), (PARTIAL, span(5, 9), "i2")]


def test_what_polls_saw_has_no_incident() -> None:
    (found,) = of_a(runs=(run(0, 5, WELL), run(5, 7, PARTIAL, seen=6), run(7, 20, WELL)))

    assert told([found]) == [(PARTIAL, span(5, 7), None)]
    assert (found.source, found.is_open) == (Aspect.OBSERVATIONS, False)


def test_an_impact_without_an_end_goes_on_at_the_last_reading() -> None:
    read = cover(within=span(0, 12))
    (found,) = of_a(impacts=(impact(5, None),), coverage=(read,))

    assert (found.span, found.is_open) == (span(5, 12), True)
    (over,) = of_a(impacts=(impact(5, 12),), coverage=(read,))
    assert (over.span, over.is_open) == (span(5, 12), False)


def test_a_state_goes_on_when_the_last_poll_saw_it_and_not_when_it_saw_another() -> None:
    (found,) = of_a(runs=(run(0, 5, WELL), run(5, 7, PARTIAL)))
    (over,) = of_a(runs=(run(0, 5, WELL), run(5, 7, PARTIAL, seen=6)))

    assert (found.is_open, over.is_open) == (True, False)


def test_a_bar_alone_says_how_long_and_not_when() -> None:
    (found,) = of_a(bars=(bar(partial=600),), coverage=(BARS,))

    assert (found.span, found.seconds) == (span(0, 24), 600)
    assert (found.precision, found.source) == (Precision.DAY, Aspect.BARS)


def test_incidents_are_the_place_of_a_bars_seconds_when_they_add_up_to_them() -> None:
    bars = (bar(partial=7200),)
    (placed,) = of_a(bars=bars, impacts=(impact(3, 5),), coverage=(BARS,))
    (other,) = of_a(bars=bars, impacts=(impact(3, 6),), coverage=(BARS,))

    assert (placed.span, placed.precision) == (span(3, 5), Precision.INTERVAL)
    assert (other.span, other.precision, other.seconds) == (span(0, 24), Precision.DAY, 7200)


def test_what_comes_after_the_bar_was_read_has_its_place() -> None:
    covers = (cover(Aspect.BARS, span(0, 12)), cover())
    (found,) = of_a(impacts=(impact(14, 16),), coverage=covers)

    assert (found.span, found.precision) == (span(14, 16), Precision.INTERVAL)


def test_an_outage_that_the_bar_denies_is_none_and_hides_nothing_milder() -> None:
    impacts = (impact(3, 6), impact(4, 8, DEGRADED, incident_id="i2"))

    assert told(of_a(impacts=impacts, coverage=(BARS,))) == [(DEGRADED, span(4, 8), "i2")]


def test_spans_are_cut_at_the_first_and_the_last_day() -> None:
    page = PageFacts(components=(known(),), impacts=(impact(-30, 60),), coverage=(cover(),))
    (found,) = spans_of(page, first=DAY, last=DAY)

    assert (found.span, found.is_open) == (span(0, 24), False)


def test_a_maintenance_is_a_span_as_well() -> None:
    (found,) = of_a(impacts=(impact(1, 2, MAINTENANCE),), coverage=(cover(),))

    assert told([found]) == [(MAINTENANCE, span(1, 2), "i1")]


@pytest.mark.slow
@given(
    facts(),
    st.sampled_from(["UTC", "America/Los_Angeles", "Australia/Lord_Howe"]),
    st.integers(1, 240),
)
def test_of_each_day_and_level_the_spans_add_up_to_its_seconds(
    page: PageFacts, zone: str, hours: int
) -> None:
    now = WHOLE.start + timedelta(hours=hours)
    options = Options(zone=ZoneInfo(zone))
    history = derive(page, options, first=FIRST, last=LAST, now=now)
    sums: dict[tuple, float] = defaultdict(float)
    placed: dict[str, list[LevelSpan]] = defaultdict(list)
    for each in spans_of(page, zone=options.zone, now=now):
        for day in history.vendor.each(WINDOW):
            part = each.span.clip(day_interval(day.day, options.zone))
            if part is not None:
                is_placed = each.precision is Precision.INTERVAL
                seconds = part.seconds if is_placed else each.seconds
                sums[each.component_id, day.day, each.level] += seconds
        if each.precision is Precision.INTERVAL:
            placed[each.component_id].append(each)

    for key, own in history.components.items():
        for day in own.each(WINDOW):
            within = 1 if day.source is Aspect.BARS else 0.002
            for level in (MAINTENANCE, DEGRADED, PARTIAL, MAJOR):
                expected = day.seconds.of(level)
                assert sums[key, day.day, level] == pytest.approx(expected, abs=within)
    for own_spans in placed.values():
        ends = sorted(own_spans, key=lambda each: each.span)
        for before, after in pairwise(ends):
            assert before.span.end <= after.span.start
