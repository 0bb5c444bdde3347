"""Things in order: each with the one that follows it, some at a time, without others. Pure."""

from collections.abc import Container, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import zip_longest
from typing import Protocol, TypeVar

from monitor.kit.times import earliest


class HasTime(Protocol):
    """What is so from a moment on."""

    @property
    def at(self) -> datetime:
        """The moment."""
        ...


T = TypeVar("T")
Turn = TypeVar("Turn", bound=HasTime)


def with_next(items: Sequence[T]) -> Iterator[tuple[T, T | None]]:
    """Yield each item with the one after it, the last one with None."""
    return zip_longest(items, items[1:])


def with_end(
    turns: Sequence[Turn], last_end: datetime | None = None
) -> Iterator[tuple[Turn, datetime | None]]:
    """Yield each turn, the earliest first, with when it was over: with the next one, and not after
    `last_end`. None = it is so still.
    """
    for turn, following in with_next(turns):
        next_at = following.at if following is not None else None
        yield turn, earliest(next_at, last_end)


def not_among(items: Iterable[T], others: Container[object]) -> list[T]:
    """Return the items that are not among the others, in their order."""
    return [item for item in items if item not in others]


def batches(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """Yield the items in their order, so many at a time."""
    for start in range(0, len(items), size):
        yield items[start : start + size]
