"""Windows and the vendors' own formula."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model import Aspect, Confidence, Day, DayRun, History, Level, Seconds, Window
from monitor.ratios import (
    POLICIES,
    figures,
    statuspage_group_seconds,
    statuspage_uptime,
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


def test_a_group_is_its_childrens_mean_truncated() -> None:
    assert statuspage_group_seconds([(0, 512), (0, 524), (0, 0), (0, 0), (0, 0)]) == (0, 207)
    assert statuspage_group_seconds([]) == (0, 0)
