"""Windows and the vendors' own formula."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.intervals import Interval
from monitor.model import (
    Aspect,
    Bar,
    Component,
    Confidence,
    Coverage,
    Day,
    DayRun,
    History,
    KnownComponent,
    Level,
    PageFacts,
    Seconds,
    Window,
)
from monitor.ratios import (
    POLICIES,
    figures,
    statuspage_downtime,
    statuspage_group_seconds,
    statuspage_uptime,
    vendor_formula,
    window_ending,
)

LAST = date(2026, 5, 22)


def a_day(
    offset: int, level: Level | None, seconds: Seconds, covered: float = 86_400.0, **changes: object
) -> Day:
    return Day(
        day=LAST - timedelta(days=offset),
        level=level,
        length_seconds=86_400.0,
        covered_seconds=covered,
        seconds=seconds,
        **changes,  # type: ignore[arg-type]
    )


def a_history(
    *days: Day, quiet_from: int | None = 89, lengths: dict[date, float] | None = None
) -> History:
    quiet = ()
    if quiet_from is not None:
        quiet = (DayRun(LAST - timedelta(days=quiet_from), LAST, Aspect.BARS, Confidence.HIGH),)
    return History(
        first=LAST - timedelta(days=120),
        last=LAST,
        days={day.day: day for day in days},
        quiet=quiet,
        lengths=lengths or {},
    )


def test_a_window_includes_both_its_ends() -> None:
    assert window_ending(date(2026, 5, 22), 90) == Window(date(2026, 2, 22), date(2026, 5, 22))
    with pytest.raises(ValueError, match="at least one day"):
        window_ending(LAST, 0)


def test_days_are_counted_by_level_and_exclude_each_other() -> None:
    history = a_history(
        a_day(0, Level.MAJOR_OUTAGE, Seconds(major=60, partial=600)),
        a_day(1, Level.PARTIAL_OUTAGE, Seconds(partial=600), disputed=True),
        a_day(2, Level.DEGRADED, Seconds(degraded=600)),
        a_day(3, Level.MAINTENANCE, Seconds(maintenance=600)),
    )
    found = figures(history, window_ending(LAST, 90))

    assert (found.known_days, found.outage_days, found.major_days, found.degraded_days) == (
        90,
        2,
        1,
        1,
    )
    assert (found.maintenance_days, found.unknown_days, found.disputed_days) == (1, 0, 1)
    assert found.outage_day_ratio == 2 / 90
    assert found.seconds == Seconds(major=60, partial=1200, degraded=600, maintenance=600)


def test_a_window_reaching_back_before_the_first_data_has_unknown_days_and_coverage_below_one() -> (
    None
):
    found = figures(a_history(quiet_from=29), window_ending(LAST, 90))

    assert (found.known_days, found.unknown_days) == (30, 60)
    assert found.coverage_ratio == pytest.approx(1 / 3)


def test_nothing_known_has_no_ratio() -> None:
    found = figures(a_history(quiet_from=None), window_ending(LAST, 90))

    assert found.outage_day_ratio is None
    assert found.downtime_ratio(POLICIES["statuspage"]) is None
    assert found.coverage_ratio == 0


def test_the_policies_weigh_levels() -> None:
    found = figures(
        a_history(
            a_day(
                0,
                Level.MAJOR_OUTAGE,
                Seconds(major=100, partial=100, degraded=100, maintenance=100),
            )
        ),
        window_ending(LAST, 1),
    )

    assert found.downtime_ratio(POLICIES["statuspage"]) == pytest.approx(130 / 86_400)
    assert found.downtime_ratio(POLICIES["strict"]) == pytest.approx(200 / 86_400)
    assert found.downtime_ratio(POLICIES["any"]) == pytest.approx(300 / 86_400)


def test_today_counts_only_what_has_elapsed() -> None:
    found = figures(a_history(lengths={LAST: 3600.0}), window_ending(LAST, 2))

    assert found.length_seconds == 90_000
    assert found.coverage_ratio == 1.0


def test_figures_are_of_their_window_and_of_all_its_days() -> None:
    first, last = a_day(6, Level.MAJOR_OUTAGE, Seconds()), a_day(0, Level.DEGRADED, Seconds())
    outside = a_day(7, Level.MAJOR_OUTAGE, Seconds())
    found = figures(a_history(first, last, outside), window_ending(LAST, 7))

    assert found.window == window_ending(LAST, 7)
    assert (found.known_days, found.outage_days, found.degraded_days) == (7, 1, 1)


def test_seconds_are_told_to_the_millisecond() -> None:
    sliver = Seconds(maintenance=0.12349, degraded=0.12349, partial=0.12349, major=0.12349)
    found = figures(
        a_history(a_day(0, Level.MAJOR_OUTAGE, sliver, 0.12349), quiet_from=None),
        window_ending(LAST, 1),
    )

    assert found.seconds == Seconds(maintenance=0.123, degraded=0.123, partial=0.123, major=0.123)
    assert found.covered_seconds == 0.123


def test_quiet_runs_add_up_each_with_its_own_short_days() -> None:
    """Two runs in the window and one before it; days at the ends of a run are 23 hours long, and
    one that had trouble is no quiet day."""

    def run(first: int, last: int) -> DayRun:
        ago = LAST - timedelta(days=first), LAST - timedelta(days=last)
        return DayRun(*ago, Aspect.BARS, Confidence.HIGH)

    def odd(offset: int, hours: int) -> tuple[date, float]:
        return LAST - timedelta(days=offset), 3600.0 * hours

    trouble = a_day(8, Level.DEGRADED, Seconds(), 82_800.0)
    history = replace(
        a_history(
            trouble, lengths=dict([odd(9, 23), odd(8, 23), odd(6, 23), odd(4, 1), odd(1, 23)])
        ),
        quiet=(run(40, 30), run(9, 6), run(1, 0)),
    )
    found = figures(history, window_ending(LAST, 10))

    assert (found.known_days, found.unknown_days) == (6, 4)
    assert found.covered_seconds == 3600 * (23 + 23 + 24 + 23 + 23 + 24)


@given(
    st.dictionaries(
        st.integers(0, 100),
        st.tuples(st.sampled_from([*Level, None]), st.integers(0, 86_400)),
        max_size=20,
    ),
    st.one_of(st.none(), st.integers(0, 110)),
    st.sampled_from([1, 7, 30, 90]),
)
def test_the_sparse_sum_equals_the_sum_over_every_day(
    rows: dict[int, tuple[Level | None, int]], quiet_from: int | None, length: int
) -> None:
    days = [
        a_day(
            offset,
            level,
            Seconds(partial=seconds) if level is not None and level >= 3 else Seconds(),
            86_400.0 if level is not None else 0.0,
        )
        for offset, (level, seconds) in rows.items()
    ]
    history = a_history(*days, quiet_from=quiet_from)
    window = window_ending(LAST, length)
    dense = list(history.each(window))
    found = figures(history, window)

    assert found.known_days == sum(day.level is not None for day in dense)
    assert found.unknown_days == sum(day.level is None for day in dense)
    outages = sum(day.level is not None and day.level.is_outage for day in dense)
    assert found.outage_days == (outages if found.known_days else None)
    assert found.covered_seconds == pytest.approx(sum(day.covered_seconds for day in dense))
    assert found.length_seconds == sum(day.length_seconds for day in dense)
    partial = sum(day.seconds.partial for day in dense)
    assert (found.seconds and found.seconds.partial) == (partial if found.covered_seconds else None)


@pytest.mark.parametrize(
    ("partial", "major", "days", "expected"),
    [
        (0, 0, 90, "100.00"),
        (1, 0, 90, "99.99"),  # truncated: the smallest outage shows
        (0, 90 * 86_400, 90, "0.00"),
        (0, 91 * 86_400, 90, "0.00"),  # an edited bar may hold more than its day
        (86_400, 0, 1, "70.00"),
        (0, 864, 90, "99.98"),  # 99.98888...
    ],
)
def test_the_statuspage_formula_truncates(
    partial: int, major: int, days: int, expected: str
) -> None:
    assert statuspage_uptime(partial, major, days) == Decimal(expected)


def test_the_statuspage_formula_needs_a_day() -> None:
    with pytest.raises(ValueError, match="at least one day"):
        statuspage_uptime(0, 0, 0)


def test_the_statuspage_formula_weighs_a_partial_outage_three_tenths() -> None:
    assert statuspage_downtime(86_400, 0, 1) == Fraction(3, 10)
    assert statuspage_downtime(0, 86_400, 1) == 1
    assert statuspage_downtime(43_200, 8_640, 2) == Fraction(3, 40) + Fraction(1, 20)


def test_a_group_is_its_childrens_mean_truncated() -> None:
    assert statuspage_group_seconds([(0, 512), (0, 524), (0, 0), (0, 0), (0, 0)]) == (0, 207)
    assert statuspage_group_seconds([(512, 0), (524, 0), (0, 0), (0, 0), (0, 3)]) == (207, 0)
    assert statuspage_group_seconds([]) == (0, 0)


# the vendor's formula, over its bars


def by_formula(
    days: int,
    *bars: Bar,
    history: History | None = None,
    start_date: date | None = None,
    of: str | None = "api",
    aspect: Aspect = Aspect.BARS,
) -> str | None:
    """Return the formula's percentage for a component whose bars these are."""
    seen = datetime(2026, 1, 1, tzinfo=UTC)
    component = KnownComponent(
        component=Component(id="api", name="API", start_date=start_date),
        slug="api",
        first_seen_at=seen,
    )
    spoken = Coverage(component_id=of, aspect=aspect, span=Interval(seen, seen + timedelta(days=1)))
    facts = PageFacts(bars=bars, coverage=(spoken,))
    percentage = vendor_formula(
        component, facts, history or a_history(quiet_from=100), window_ending(LAST, days)
    )
    return None if percentage is None else str(percentage)


def a_bar(offset: int, partial: int = 0, major: int = 0, of: str = "api") -> Bar:
    return Bar(
        component_id=of,
        day=LAST - timedelta(days=offset),
        partial_seconds=partial,
        major_seconds=major,
        source="acme.bars",
    )


@pytest.mark.parametrize(("days", "bars"), [(90, 90), (60, 61), (30, 31), (7, 7)])
def test_the_vendors_formula_counts_as_many_bars_as_its_label_stands_for(
    days: int, bars: int
) -> None:
    """10 % of all their seconds were out; a bar before the first of them does not count."""
    share = 864 * bars * 10
    assert by_formula(days, a_bar(bars - 1, major=share), a_bar(bars, major=share)) == "90"
    assert by_formula(days, a_bar(0, partial=share), a_bar(0, major=share, of="web")) == "97"


def test_the_vendors_formula_begins_with_the_component() -> None:
    bars = (a_bar(0, major=8640), a_bar(1, major=8640), a_bar(2, major=80_000))

    assert by_formula(90, *bars, start_date=LAST - timedelta(days=1)) == "90"
    assert by_formula(90, *bars, start_date=LAST) == "90"
    assert by_formula(90, *bars, start_date=LAST + timedelta(days=1)) is None


def test_there_is_no_formula_without_bars_of_the_component() -> None:
    assert by_formula(90) == "100"
    assert by_formula(90, of=None) == "100"
    assert by_formula(90, of="web") is None
    assert by_formula(90, aspect=Aspect.IMPACTS) is None


def test_there_is_no_formula_where_a_day_has_no_bar() -> None:
    barred = a_day(0, Level.DEGRADED, Seconds(), source=Aspect.BARS)
    told = a_day(0, Level.DEGRADED, Seconds(), source=Aspect.IMPACTS)
    short = a_history(quiet_from=88)
    by_impacts = replace(
        short,
        quiet=(*short.quiet, DayRun(DAY_90, DAY_90, Aspect.IMPACTS, Confidence.HIGH)),
    )
    by_bars = replace(
        short, quiet=(*short.quiet, DayRun(DAY_90, DAY_90, Aspect.BARS, Confidence.HIGH))
    )

    assert by_formula(90, history=a_history(barred)) == "100"
    assert by_formula(90, history=a_history(told)) is None
    assert by_formula(90, history=short) is None
    assert by_formula(90, history=by_impacts) is None
    assert by_formula(90, history=by_bars) == "100"
    assert (
        by_formula(7, history=replace(by_bars, days={DAY_90: replace(told, day=DAY_90)})) == "100"
    )


DAY_90 = LAST - timedelta(days=89)
