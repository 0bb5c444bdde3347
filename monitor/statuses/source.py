"""Where pages and their present states are read: the store, or a glance at its file."""

from collections.abc import Collection
from typing import Protocol

from monitor.records.page import PageRecord
from monitor.records.state import CurrentState


class StateSource(Protocol):
    """What reads pages and their states; the store does."""

    def pages(
        self, slugs: Collection[str] | None = None, *, removed: bool = False
    ) -> list[PageRecord]:
        """Return the pages by slug, only those of `slugs` if given, with `removed` also former
        ones.
        """

    def current(self, page_id: int) -> CurrentState:
        """Return the page's state at its last success."""
