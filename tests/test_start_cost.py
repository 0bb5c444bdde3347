"""What commands cost to start, in empty Pythons: `bench/start.py`, with a little room."""

import pytest

from bench.start import ratios

pytestmark = [pytest.mark.measure, pytest.mark.hours]


def test_a_command_costs_a_few_empty_pythons_and_what_its_libraries_do() -> None:
    found = ratios(rounds=9)

    assert found["version"] <= 6
    assert found["--help"] <= 6
    assert found["status"] <= 12, found
    assert found["status --help"] <= 12, found
