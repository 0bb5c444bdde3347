"""Lengths and shares: exact, whatever their order; and how they are printed."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.shares import exact_percent, maybe_share, mean_seconds, percent, share

LENGTHS = st.integers(0, 90 * 86_400_000).map(lambda milliseconds: milliseconds / 1000)


@pytest.mark.parametrize(
    ("ratio", "said"),
    [
        (0, "0 %"),
        (1e-12, "0.1 %"),
        (0.0004, "0.1 %"),
        (0.0625, "6.3 %"),
        (0.1375, "13.8 %"),
        (0.5, "50.0 %"),
        (0.9996, "99.9 %"),
        (0.99999999997, "99.9 %"),
        (1, "100 %"),
    ],
)
def test_a_percentage_is_none_or_all_only_when_it_is_exactly_that_and_a_half_goes_up(ratio, said):
    assert percent(ratio) == said


def test_a_percentage_with_more_decimals_has_bounds_of_its_own():
    assert percent(0, 3) == "0 %"
    assert percent(1e-9, 3) == "0.001 %"
    assert percent(0.003125, 3) == "0.313 %"
    assert percent(1 - 1e-9, 3) == "99.999 %"


@pytest.mark.parametrize(
    ("ratio", "said"), [(0.9, "90 %"), (1.0, "100 %"), (0.9995, "99.95 %"), (0.0, "0 %")]
)
def test_what_was_set_is_printed_with_all_its_decimals(ratio, said):
    assert exact_percent(ratio) == said


@given(st.floats(0, 1), st.integers(0, 4))
def test_a_printed_percentage_is_never_further_off_than_its_last_digit(ratio, decimals):
    printed = percent(ratio, decimals)
    value = Decimal(printed.removesuffix(" %"))

    assert abs(value - Decimal(ratio) * 100) <= Decimal(1).scaleb(-decimals)
    assert (value == 0) == (ratio == 0)
    assert (value == 100) == (ratio == 1)


@given(LENGTHS, LENGTHS)
def test_a_share_is_none_or_all_only_when_it_is_exactly_that(one, other):
    part, whole = sorted((one, other))
    found = share(part, whole)

    assert 0 <= found <= 1
    assert (found == 0) == (part == 0)
    assert (found == 1) == (part == whole > 0)


def test_the_same_length_with_more_digits_is_all_of_it_and_of_nothing_there_is_no_share():
    assert share(7_775_123.457, 7_775_123.4567) == 1
    assert share(0.1 + 0.2, 0.3) == 1
    assert share(5, 0.0004) == 0


@given(st.lists(LENGTHS, max_size=9), st.randoms(use_true_random=False), st.integers(0, 3))
def test_a_mean_does_not_depend_on_the_order_and_is_all_only_where_each_is(lengths, random, more):
    longest, count = max(lengths, default=0), len(lengths) + more
    mean = mean_seconds(lengths, of=count)
    shuffled = random.sample(lengths, k=len(lengths))

    assert mean_seconds(shuffled, of=count) == mean
    assert (mean == 0) == (longest == 0)
    if longest > 0.001:
        assert (mean == longest) == (lengths == [longest] * count)


def test_of_nothing_there_is_no_share():
    assert maybe_share(1, 4) == 0.25
    assert maybe_share(0, 4) == 0
    assert maybe_share(0, 0) is None
    assert maybe_share(None, 4) is None
