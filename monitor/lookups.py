"""Looking things up: by their ids, slugs or values, and without those that are None. Pure."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import Enum
from typing import Any, Protocol, TypeVar


class HasId(Protocol):
    """What the vendor gave an id."""

    @property
    def id(self) -> str: ...  # noqa: D102


class HasSlug(Protocol):
    """What we gave a slug."""

    @property
    def slug(self) -> str: ...  # noqa: D102


class HasBoth(HasId, HasSlug, Protocol):
    """What the vendor gave an id and we a slug."""


Item = TypeVar("Item")
WithId = TypeVar("WithId", bound=HasId)
WithSlug = TypeVar("WithSlug", bound=HasSlug)
Word = TypeVar("Word", bound=Enum)
Key = TypeVar("Key")


def by_id(items: Iterable[WithId]) -> dict[str, WithId]:
    """Return the items by their ids, in their order; of two with the same id the last stands."""
    return {item.id: item for item in items}


def by_slug(items: Iterable[WithSlug]) -> dict[str, WithSlug]:
    """Return the items by their slugs, in their order; of two with the same slug the last
    stands.
    """
    return {item.slug: item for item in items}


def by_value(words: type[Word]) -> dict[Any, Word]:
    """Return the members of an enumeration by their values, which is faster than calling it."""
    return {word.value: word for word in words}


def by_key(items: Iterable[Item], key: Callable[[Item], Key]) -> dict[Key, Item]:
    """Return the items by what `key` says of each, in their order; of two with the same key the
    last stands.
    """
    return {key(item): item for item in items}


def ids_of(items: Iterable[HasId]) -> set[str]:
    """Return the ids of the items."""
    return {item.id for item in items}


def slugs_of(items: Iterable[HasSlug]) -> list[str]:
    """Return the slugs of the items, in their order."""
    return [item.slug for item in items]


def slugs_by_id(items: Iterable[HasBoth]) -> dict[str, str]:
    """Return the slugs of the items by their ids."""
    return {item.id: item.slug for item in items}


def among(items: Mapping[Key, Item], keys: Iterable[Key]) -> Iterator[Item]:
    """Yield the items of these keys, in the order of the keys; keys without an item are left
    out.
    """
    for key in keys:
        if key in items:
            yield items[key]


def attributes(source: object, names: Iterable[str]) -> dict[str, Any]:
    """Return attributes of an object by their names."""
    return {name: getattr(source, name) for name in names}


def not_none(items: Iterable[Item | None]) -> Iterator[Item]:
    """Yield the items that are something: 0, "" and False are."""
    for item in items:
        if item is not None:
            yield item
