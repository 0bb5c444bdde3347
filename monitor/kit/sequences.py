"""Things in their order: each with the one that follows it. Pure."""

from collections.abc import Container, Iterable, Iterator, Sequence
from itertools import zip_longest
from typing import TypeVar

T = TypeVar("T")


def with_next(items: Sequence[T]) -> Iterator[tuple[T, T | None]]:
    """Yield each item with the one after it, the last one with None."""
    return zip_longest(items, items[1:])


def not_among(items: Iterable[T], others: Container[object]) -> list[T]:
    """Return the items that are not among the others, in their order."""
    return [item for item in items if item not in others]
