"""Neighbouring vendors whose lines are joined and compressed together, so that a scrape does again
only what changed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from exporters.families import STATE_FAMILIES
from exporters.prometheus.cache import CachedVendor
from exporters.text_format import Block, Family

# So many vendors' lines make a block. More, and one that changes has more neighbours to compress
# again; fewer, and there are more blocks to join at each scrape, which compress worse.
BUNDLE_SIZE = 32

FamilyBlocks = Mapping[str, Block]
"""One block a family, by the family's name without the prefix."""


class Bundle(NamedTuple):
    """Neighbouring vendors, and their lines as one block a family."""

    vendors: list[CachedVendor]
    blocks: FamilyBlocks


def make_bundles(
    vendors: Sequence[CachedVendor], size: int, previous: Sequence[Bundle]
) -> Iterator[Bundle]:
    """Yield bundles of so many vendors; those in which nothing changed are the previous ones."""
    for number, start in enumerate(range(0, len(vendors), size)):
        own = list(vendors[start : start + size])
        old = previous[number] if number < len(previous) else Bundle([], {})
        if old.vendors == own:
            yield old
        else:
            yield Bundle(own, join_lines([vendor.lines for vendor in own], old.blocks))


def join_lines(
    lines: Sequence[Mapping[str, bytes]], previous: FamilyBlocks | None = None
) -> FamilyBlocks:
    """Return the vendors' lines as one block a family; a block whose lines are the same is the
    previous one.
    """
    result = {}
    for name in STATE_FAMILIES:
        parts = tuple(families[name] for families in lines if name in families)
        if parts:
            old = previous.get(name) if previous else None
            result[name] = old if old is not None and old.parts == parts else Block(parts)
    return result


def with_samples(groups: Sequence[FamilyBlocks]) -> list[Family]:
    """Return every family with its blocks of the groups, in the order they are documented."""
    families = []
    for name, family in STATE_FAMILIES.items():
        own = [blocks[name] for blocks in groups if name in blocks]
        families.append(replace(family, samples=own))
    return families
