"""The pages that the header leads to. Pure."""

from collections.abc import Callable
from dataclasses import dataclass

from exporters.pages.links import Links


@dataclass(frozen=True, slots=True)
class Entry:
    """A page of the header: its title there, its address, and whether it has that title in what is
    served and in what is published, which is looked at later.
    """

    title: str
    address: Callable[[Links], str]
    is_served: bool = True
    is_published: bool = True


ENTRIES = (
    Entry("Now", Links.home, is_published=False),
    Entry("Vendors", Links.home, is_served=False),
    Entry("Compare", Links.compare),
    Entry("Changes", Links.changes),
    Entry("Ranking", Links.ranking, is_served=False),
    Entry("Maintenance", Links.maintenance),
    Entry("Stacks", Links.stacks),
    Entry("Definitions", Links.definitions),
)
"""In the order in which they are shown. A page is here as soon as there is one."""


def entries(links: Links) -> list[Entry]:
    """Return the pages that the header leads to where these links lead."""
    if links.published:
        return [entry for entry in ENTRIES if entry.is_published]
    return [entry for entry in ENTRIES if entry.is_served]
