"""Spans of days, as people write them."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import ConfigError
from monitor.spans import Span, SpanChoice, Unit, parse_day, parse_span, parse_spans

TODAY = date(2026, 11, 30)
NOTHING: dict[Unit, tuple[str, ...]] = {}


def choice(**asked) -> SpanChoice:
    return SpanChoice(calendar=asked.pop("calendar", NOTHING), **asked)


def months(*texts: str) -> dict[Unit, tuple[str, ...]]:
    return {Unit.MONTH: texts}


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-05-22", date(2026, 5, 22)),
        ("today", TODAY),
        ("Yesterday ", date(2026, 11, 29)),
        ("2027-01-01", date(2027, 1, 1)),
    ],
)
def test_a_day_is_written_as_a_date_or_a_word(text, day):
    assert parse_day(text, TODAY) == day


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("tomorrow", "'tomorrow' is not a day; write it as 2026-05-22, or write `today`"),
        ("2026-5-22", "is not a day"),
        ("2026-02-30", "2026-02-30 is not in the calendar"),
        ("0001-01-01", "lies before any status page; ask for 2000-01-01 or later"),
    ],
)
def test_what_is_no_day_is_refused_with_how_to_write_one(text, message):
    with pytest.raises(ConfigError, match=message.replace("(", r"\(")):
        parse_day(text, TODAY)


@pytest.mark.parametrize(
    ("text", "first", "last", "title"),
    [
        ("2026-05-22", date(2026, 5, 22), date(2026, 5, 22), "2026-05-22 to 2026-05-22"),
        ("2026-03", date(2026, 3, 1), date(2026, 3, 31), "2026-03"),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29), "2024-02"),
        ("2026-q2", date(2026, 4, 1), date(2026, 6, 30), "2026-Q2"),
        ("2025", date(2025, 1, 1), date(2025, 12, 31), "2025"),
        ("2026-11", date(2026, 11, 1), TODAY, "2026-11 until today"),  # which is its last day
        ("2026-Q4", date(2026, 10, 1), TODAY, "2026-Q4 until today"),
        ("2026", date(2026, 1, 1), TODAY, "2026 until today"),
        ("2026-05-01..2026-05-22", date(2026, 5, 1), date(2026, 5, 22), "2026-05-01 to 2026-05-22"),
        ("2025-12..yesterday", date(2025, 12, 1), date(2026, 11, 29), "2025-12-01 to 2026-11-29"),
    ],
)
def test_a_span_is_a_day_a_unit_of_the_calendar_or_a_range(text, first, last, title):
    span = parse_span(text, TODAY)

    assert (span.first, span.last, span.title) == (first, last, title)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("2026-12", "2026-12 has not begun: it is 2026-11-30"),
        ("2027", "2027 has not begun"),
        ("2026-12-01", "2026-12-01 is in the future"),
        ("2026-11-01..2026-12-01", "2026-12-01 is in the future"),
        ("2026-05-22..2026-05-01", "ends before it begins"),
        ("2026-13", "a month is 2026-03, a quarter 2026-Q1, a year 2026"),
        ("2026-Q5", "a quarter 2026-Q1"),
        ("..2026-05-01", "is not a day"),
        ("9999", "is not a day"),
    ],
)
def test_what_is_no_span_is_refused(text, message):
    with pytest.raises(ConfigError, match=message):
        parse_span(text, TODAY)


def test_a_range_of_months_is_each_of_them():
    names = [span.name for span in parse_spans(Unit.MONTH, ["2025-11..2026-02"], TODAY)]

    assert names == ["2025-11", "2025-12", "2026-01", "2026-02"]


@pytest.mark.parametrize(
    ("unit", "text", "message"),
    [
        (Unit.MONTH, "2026-Q1", "'2026-Q1' is a quarter, not a month; write --quarter 2026-Q1"),
        (Unit.YEAR, "2026-03", "write --month 2026-03"),
        (
            Unit.MONTH,
            "March",
            "'March' is not a month; write 2026-03, or 2026-01..2026-06 for several",
        ),
        (Unit.QUARTER, "2026-Q3..2026-Q1", "ends before it begins; write 2026-Q1..2026-Q3"),
        (Unit.MONTH, "2026-10..2027-02", "2026-12 has not begun"),
        (Unit.MONTH, "2001-01..2026-01", "at most 120"),
    ],
)
def test_what_an_option_does_not_take_is_refused_with_what_to_write(unit, text, message):
    with pytest.raises(ConfigError, match=message):
        parse_spans(unit, [text], TODAY)


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_months_follow_each_other_without_a_gap_and_fill_the_quarters_and_years(day):
    today = date(2200, 1, 1)
    for unit, count in ((Unit.QUARTER, 3), (Unit.YEAR, 12)):
        (whole,) = [
            parse_span(text, today)
            for text in {
                Unit.QUARTER: [f"{day.year}-Q{(day.month + 2) // 3}"],
                Unit.YEAR: [f"{day.year}"],
            }[unit]
        ]
        parts = parse_spans(Unit.MONTH, [f"{whole.first:%Y-%m}..{whole.last:%Y-%m}"], today)

        assert whole.first <= day <= whole.last
        assert len(parts) == count
        assert (parts[0].first, parts[-1].last) == (whole.first, whole.last)
        for before, after in pairwise(parts):
            assert before.last + timedelta(days=1) == after.first


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ({}, date(2026, 9, 2), TODAY),
        ({"days": 7}, date(2026, 11, 24), TODAY),
        ({"days": 7, "as_of": "yesterday"}, date(2026, 11, 23), date(2026, 11, 29)),
        ({"days": 1, "until": "2026-05-22"}, date(2026, 5, 22), date(2026, 5, 22)),
        ({"as_of": "2026-05-22"}, date(2026, 2, 22), date(2026, 5, 22)),
        ({"since": "2026-05-01"}, date(2026, 5, 1), TODAY),
        ({"since": "yesterday", "until": "yesterday"}, date(2026, 11, 29), date(2026, 11, 29)),
        ({"since": "2026-05-01", "as_of": "2026-05-22"}, date(2026, 5, 1), date(2026, 5, 22)),
        ({"calendar": months("2026-03", "2026-01")}, date(2026, 1, 1), date(2026, 3, 31)),
    ],
)
def test_the_window_has_its_first_and_its_last_day(asked, first, last):
    assert choice(**asked).window(TODAY, 90) == Span(first, last)


def test_spans_of_the_calendar_stand_in_order_each_once():
    asked = choice(
        calendar={
            Unit.MONTH: ("2026-03", "2026-01..2026-02", "2026-01"),
            Unit.QUARTER: ("2026-Q1",),
        }
    )

    names = [span.name for span in asked.spans(TODAY)]
    assert names == ["2026-01", "2026-Q1", "2026-02", "2026-03"]


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (
            {"since": "2026-05-02", "until": "2026-05-01"},
            "the first lies after the last; swap them",
        ),
        ({"since": "2027-01-01"}, "2027-01-01 is in the future"),
        ({"as_of": "2026-12-01"}, "2026-12-01 is in the future"),
        ({"calendar": months("2003-01", "2026-01")}, "at most 3660 are shown"),
        ({"since": "2001-01-01"}, "at most 3660 are shown; ask for 2016-11-23 to 2026-11-30"),
        ({"until": "today", "as_of": "today"}, "--until and --as-of both .* drop one"),
        ({"since": "2026-05-01", "days": 7}, "--since .* --days .* drop one"),
        ({"calendar": months("2026-03"), "as_of": "today"}, "drop --as-of or --month"),
        ({"calendar": months("2026-03"), "days": 7}, "drop --days or --month"),
    ],
)
def test_what_contradicts_or_has_no_day_is_refused_with_what_to_drop(asked, message):
    with pytest.raises(ConfigError, match=message):
        choice(**asked).window(TODAY, 90)
