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

_MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class Watched:
    """A vendor that a database watches, and when its page was polled last; None = never."""

    slug: str
    last_poll_at: datetime | None


def strangers(
    watched: Iterable[Watched], configured: Collection[str], now: datetime
) -> tuple[str, ...]:
    """Return the vendors that somebody watches and these settings do not name, sorted."""
    return tuple(
        sorted(
            each.slug for each in watched if each.slug not in configured and _is_in_use(each, now)
        )
    )


def is_somebody_elses(
    watched: Collection[Watched], configured: Collection[str], now: datetime, *, chosen: bool
) -> bool:
    """Whether a database is in use by others than these settings: they name none of what is watched
    or, where nobody has `chosen` them (they are the built-in list), not all of it.
    """
    others = strangers(watched, configured, now)
    shared = [each for each in watched if each.slug in configured and _is_in_use(each, now)]
    return bool(others) and not (chosen and shared)


def named(names: Collection[str], most: int = _MOST_NAMED) -> str:
    """Return names for a sentence, the first few of many."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(list(names)[:most]) + more


def _is_in_use(each: Watched, now: datetime) -> bool:
    return each.last_poll_at is not None and now - each.last_poll_at < IN_USE
