"""Whether there is room for as many polls as the intervals ask for."""

import pytest

from monitor.config import parse, warnings
from monitor.load import Load, smooth, wanted_per_second


def test_pages_and_intervals_give_the_polls_a_second() -> None:
    assert wanted_per_second([60.0] * 60 + [300.0] * 300) == pytest.approx(2.0)
    assert wanted_per_second([]) == 0


@pytest.mark.parametrize(
    ("wanted", "concurrency", "seconds", "ratio"),
    [
        (32.0, 32, 1.0, 1.0),
        (166.7, 32, 1.0, 5.2),
        (166.7, 200, 1.0, 0.83),
        (10.0, 32, 20.0, 6.25),
        (10.0, 32, 0.0, 0.0),
    ],
)
def test_a_load_is_the_share_of_the_room_that_is_asked_for(
    wanted, concurrency, seconds, ratio
) -> None:
    load = Load(wanted_per_second=wanted, concurrency=concurrency, poll_seconds=seconds)

    assert load.ratio == pytest.approx(ratio, abs=0.01)
    assert (load.problem is not None) is (ratio > 1)


def test_a_load_that_is_too_much_says_what_would_be_enough() -> None:
    load = Load(wanted_per_second=10_000 / 60, concurrency=32)

    assert "166.7 polls a second" in load.problem
    assert "raise `concurrency` to 167" in load.problem
    assert Load(wanted_per_second=10_000 / 60, concurrency=167).problem is None


def test_a_hundred_polls_tell_how_long_they_take() -> None:
    seconds = 1.0
    for _ in range(300):
        seconds = smooth(seconds, 20.0)

    assert 18 < seconds < 20


def test_the_check_warns_of_more_pages_than_can_be_polled_in_time() -> None:
    def told(interval: str, concurrency: int) -> list[str]:
        vendors = "".join(
            f"  - url: https://v{n}.example/\n    interval: {interval}\n" for n in range(120)
        )
        text = f"contact: a@b.example\nconcurrency: {concurrency}\nvendors:\n{vendors}"
        return warnings(parse(text, "monitor.yaml"))

    assert [
        line
        for line in told("60s", 1)
        if "2.0 polls a second" in line and "`concurrency` to 2" in line
    ]
    assert told("60s", 2) == []
    assert told("10m", 1) == []
