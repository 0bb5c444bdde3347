"""Looking things up: by their ids, by some of their keys, and those that are known. Pure."""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import Protocol, TypeVar


class HasId(Protocol):
    """Whatever has an id."""

    @property
    def id(self) -> str:
        """What tells it from the others."""
        ...


Item = TypeVar("Item", bound=HasId)
Value = TypeVar("Value")


def by_id(items: Iterable[Item]) -> dict[str, Item]:
    """Return the items by their ids; of several of one id the last counts, in the first's place."""
    return {item.id: item for item in items}


def id_set(items: Iterable[HasId]) -> set[str]:
    """Return the ids of the items."""
    return {item.id for item in items}


def without_none(values: Iterable[Value | None]) -> list[Value]:
    """Return the values that are not None, in their order; false ones and zeros are among them."""
    return [value for value in values if value is not None]


def pick(mapping: Mapping[str, Value], keys: AbstractSet[str]) -> dict[str, Value]:
    """Return the entries of those keys that the mapping has, in the order of the alphabet."""
    return {key: mapping[key] for key in sorted(keys & mapping.keys())}
