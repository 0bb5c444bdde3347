"""Whether so many pages cannot be read at once that the fault is probably ours. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from monitor.store import PageRecord

LEAST_PAGES = 3
LEAST_SHARE = 0.25
"""From so many pages, and so large a share of those that were ever read, one network is suspected
rather than many vendors."""


@dataclass(frozen=True, slots=True)
class Silence:
    """So many of the pages that were ever read cannot be read now; none of those was read after
    `since` (UTC).
    """

    unreadable: int
    pages: int
    since: datetime


def silence(pages: Iterable[PageRecord]) -> Silence | None:
    """Return how many pages fell silent; None = too few to suspect one's own network."""
    read_at, silent_since = [], []
    for page in pages:
        if page.last_success_at is None:
            continue
        read_at.append(page.last_success_at)
        if page.last_ok is False:
            silent_since.append(page.last_success_at)
    count = len(silent_since)
    if count < LEAST_PAGES or count < LEAST_SHARE * len(read_at):
        return None
    return Silence(count, len(read_at), max(silent_since))
