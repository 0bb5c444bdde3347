"""Which vendors a database watches, and what a command with settings of its own may make of that.
Pure.

A running `monitor serve` watches what the database says. A command that only reads must not change
that, and one that reads pages by other settings, say by those of another folder, must not put its
vendors in their place.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

IN_USE = timedelta(minutes=15)
"""So lately polled, a page is taken to be watched by somebody: three times the usual interval."""

MOST_NAMES = 5


@dataclass(frozen=True, slots=True)
class WatchedVendor:
    """A vendor that a database watches, and when its page was polled last; None = never."""

    slug: str
    last_poll_at: datetime | None

    def is_in_use(self, now: datetime) -> bool:
        """Whether it was polled so lately that somebody watches it."""
        return self.last_poll_at is not None and now - self.last_poll_at < IN_USE


def strangers(
    vendors: Iterable[WatchedVendor], own_slugs: Collection[str], now: datetime
) -> tuple[str, ...]:
    """Return the vendors that somebody watches and these settings do not name, sorted."""
    return tuple(sorted(_slugs_in_use(vendors, now).difference(own_slugs)))


def is_somebody_elses(
    vendors: Collection[WatchedVendor],
    own_slugs: Collection[str],
    now: datetime,
    *,
    is_chosen: bool,
) -> bool:
    """Whether a database is in use by others than these settings: they name none of what is watched
    or, where nobody has chosen them (they are the built-in list), not all of it.
    """
    in_use = _slugs_in_use(vendors, now)
    shares_some = not in_use.isdisjoint(own_slugs)
    return not in_use.issubset(own_slugs) and not (is_chosen and shares_some)


def _slugs_in_use(vendors: Iterable[WatchedVendor], now: datetime) -> set[str]:
    return {vendor.slug for vendor in vendors if vendor.is_in_use(now)}


def join_names(names: Collection[str], most: int = MOST_NAMES) -> str:
    """Return names for a sentence, the first few of many."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(list(names)[:most]) + more
