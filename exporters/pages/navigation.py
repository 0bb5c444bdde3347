"""The pages that the header leads to. Pure."""

from collections.abc import Callable
from dataclasses import dataclass

from exporters.pages.links import Links


@dataclass(frozen=True, slots=True)
class Entry:
    """A page of the header: its title there, and its address; `is_served` False: it is only
    published.
    """

    title: str
    address: Callable[[Links], str]
    is_served: bool = True


ENTRIES = (
    Entry("Now", Links.home),
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
    return [entry for entry in ENTRIES if entry.is_served or links.published]
