"""Looking things up: by slugs, values and keys; by ids, `monitor.model` does. Pure."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import Enum
from typing import Any, Protocol, TypeVar


class HasSlug(Protocol):
    """What we gave a slug."""

    @property
    def slug(self) -> str: ...  # noqa: D102


class HasName(Protocol):
    """What has a name."""

    @property
    def name(self) -> str: ...  # noqa: D102


class HasUrl(Protocol):
    """What stands at an address."""

    @property
    def url(self) -> str: ...  # noqa: D102


class HasBoth(HasSlug, Protocol):
    """What the vendor gave an id and we a slug."""

    @property
    def id(self) -> str: ...  # noqa: D102


Item = TypeVar("Item")
WithSlug = TypeVar("WithSlug", bound=HasSlug)
Word = TypeVar("Word", bound=Enum)
Key = TypeVar("Key")


def by_key(items: Iterable[Item], key: Callable[[Item], Key]) -> dict[Key, Item]:
    """Return the items by what `key` says of each; of several with one key the last counts, in the
    first's place.
    """
    return {key(item): item for item in items}


def by_slug(items: Iterable[WithSlug]) -> dict[str, WithSlug]:
    """Return the items by their slugs; of several of one slug the last counts, in the first's
    place.
    """
    return {item.slug: item for item in items}


def by_value(words: type[Word]) -> dict[Any, Word]:
    """Return the members of an enumeration by their values, which is faster than calling it."""
    return {word.value: word for word in words}


def slugs_of(items: Iterable[HasSlug]) -> list[str]:
    """Return the slugs of the items, in their order."""
    return [item.slug for item in items]


def names_of(items: Iterable[HasName]) -> list[str]:
    """Return the names of the items, in their order."""
    return [item.name for item in items]


def urls_of(items: Iterable[HasUrl]) -> set[str]:
    """Return the addresses of the items."""
    return {item.url for item in items}


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
