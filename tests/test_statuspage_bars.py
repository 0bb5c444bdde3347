"""Statuspage: the seconds of a day in a component's uptime record."""

from datetime import date

import pytest

from monitor.errors import UnexpectedShape
from monitor.platforms.statuspage.bars import read_bar

DAY = date(2026, 10, 25)  # 25 hours long in Berlin


@pytest.mark.parametrize(
    ("outages", "partial", "major"),
    [
        ({"p": 0, "m": 60}, 0, 60),
        ({"p": "30", "m": None}, 30, 0),
        ({"p": 90_000}, 90_000, 0),
        ({"p": 90_001, "m": 10**30}, 90_000, 90_000),
    ],
)
def test_a_day_has_the_seconds_that_are_told_and_a_day_s_at_most(outages, partial, major):
    bar = read_bar("api", DAY, outages, ())

    assert (bar.partial_seconds, bar.major_seconds) == (partial, major)


@pytest.mark.parametrize("seconds", [-1, "much", [5], True, float("nan"), float("inf")])
def test_what_is_no_number_of_seconds_is_refused(seconds):
    with pytest.raises(UnexpectedShape, match=r"outages\.p: expected a number"):
        read_bar("api", DAY, {"p": seconds}, ())
