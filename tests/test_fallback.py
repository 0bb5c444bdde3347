"""Which errors another source is asked after, and which of several is told."""

import pytest

from monitor.errors import BadStatus, BotChallenge, PageError, Throttled, TimedOut, UnexpectedShape
from monitor.kit.fallback import FALL_BACK, gap_of, is_absent, most_telling
from monitor.model import Gap

MISSING = BadStatus("status 404", status=404, url="https://a.example/")
CHANGED = UnexpectedShape("page: expected an object, found nothing")


@pytest.mark.parametrize("error", [BotChallenge, TimedOut, Throttled])
def test_what_blocks_us_or_asks_to_wait_is_not_worked_around(error: type[PageError]) -> None:
    assert not issubclass(error, FALL_BACK)


def test_what_an_answer_lacked_says_more_than_that_there_is_none() -> None:
    assert most_telling(MISSING, CHANGED) is CHANGED
    assert most_telling(CHANGED, MISSING) is CHANGED
    assert most_telling(MISSING, BadStatus("status 500", status=500)) is MISSING


def test_a_gap_is_counted_under_the_reason_of_its_error() -> None:
    assert gap_of("history 2", CHANGED) == Gap(
        what="history 2", reason="unexpected_shape", message=str(CHANGED)
    )


@pytest.mark.parametrize("status", [404, 410])
def test_an_address_without_anything_is_told_from_one_that_fails(status: int) -> None:
    assert is_absent(BadStatus(f"status {status}", status=status))
    assert not is_absent(BadStatus("status 500", status=500))
    assert not is_absent(CHANGED)
