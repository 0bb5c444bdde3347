"""A feed: its entries, the newest first, with what it is and where it is. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from exporters.feeds.entries import Entry
from monitor.model import Level

MOST_ENTRIES = 100

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A feed with its id, title and addresses: its own, and the page that it is about (None = it is
    about several).
    """

    id: str
    title: str
    url: str
    home: str | None
    entries: tuple[Entry, ...]

    @property
    def updated_at(self) -> datetime:
        """When an entry was updated last; 1970 where there is none."""
        return max((entry.updated_at for entry in self.entries), default=_NEVER)


def newest(
    entries: Iterable[Entry], *, level: Level | None, kinds: Iterable[str]
) -> tuple[Entry, ...]:
    """Return the entries of these kinds that are about `level` or worse (None = any), as many as a
    feed has, the last updated first.
    """
    kind_set = frozenset(kinds)
    by_time = [
        entry
        for entry in entries
        if entry.kind in kind_set and (level is None or entry.is_at_least(level))
    ]
    by_time.sort(key=lambda entry: (entry.updated_at, entry.published_at, entry.id), reverse=True)
    return tuple(by_time[:MOST_ENTRIES])
