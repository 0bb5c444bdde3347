"""Things in their order, each with the one that follows it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from monitor.kit.sequences import batches, not_among, with_end, with_next


def test_each_has_the_one_after_it_and_the_last_has_none() -> None:
    assert list(with_next([1, 2, 3])) == [(1, 2), (2, 3), (3, None)]
    assert list(with_next([1])) == [(1, None)]
    assert not list(with_next([]))


def test_what_is_among_the_others_is_left_out_and_the_rest_stays_in_order() -> None:
    assert not_among(["c", "a", "b", "c"], {"a"}) == ["c", "b", "c"]
    assert not_among([], {"a"}) == []


@dataclass(frozen=True)
class _Turn:
    at: datetime


def test_each_turn_is_over_with_the_next_and_none_outlasts_the_last_end() -> None:
    noon = datetime(2026, 5, 20, 12, tzinfo=UTC)
    first, second = _Turn(noon), _Turn(noon + timedelta(hours=2))
    end = noon + timedelta(hours=1)
    assert list(with_end([first, second])) == [(first, second.at), (second, None)]
    assert list(with_end([first, second], end)) == [(first, end), (second, end)]


def test_batches_are_of_one_size_but_for_the_last() -> None:
    assert list(batches("abcde", 2)) == ["ab", "cd", "e"]
    assert list(batches("ab", 2)) == ["ab"]
    assert list(batches("", 2)) == []
