"""How many days unrelated vendors share: checked against counting all ways there are."""

from collections import Counter
from itertools import combinations, product
from math import isclose

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.chance import joint_chance


def every_case(days: int, counts: list[int]) -> Counter[int]:
    """Return how many ways there are to strew the days, by how many of them all share."""
    strewn = [[set(each) for each in combinations(range(days), count)] for count in counts]
    return Counter(len(set.intersection(*case)) for case in product(*strewn))


@st.composite
def drawn(draw):
    days = draw(st.integers(1, 5))
    return days, draw(st.lists(st.integers(0, days), min_size=1, max_size=3))


@given(drawn())
def test_it_is_what_counting_all_cases_gives(question):
    days, counts = question
    cases = every_case(days, counts)
    total = cases.total()
    chance = joint_chance(days, counts)

    assert isclose(chance.mean, sum(n * ways for n, ways in cases.items()) / total, abs_tol=1e-9)
    below = sum(ways for n, ways in cases.items() if n < chance.least) / total
    above = sum(ways for n, ways in cases.items() if n > chance.most) / total
    assert max(below, above) <= 0.025 + 1e-9
    assert below + cases[chance.least] / total > 0.025 - 1e-9
    assert above + cases[chance.most] / total > 0.025 - 1e-9


def test_two_vendors_of_the_documented_example():
    chance = joint_chance(90, [14, 17])

    assert f"{chance.mean:.1f}" == "2.6"
    assert (chance.least, chance.most) == (0, 5)


def test_the_order_of_vendors_changes_nothing_and_no_day_is_no_chance():
    assert joint_chance(365, [37, 60, 11]) == joint_chance(365, [37, 60, 11][::-1])
    assert joint_chance(0, [0, 0]).mean == 0


@pytest.mark.parametrize("counts", [[], [-1], [4]])
def test_counts_that_cannot_be_are_refused(counts):
    with pytest.raises(ValueError, match="0 to 3"):
        joint_chance(3, counts)
