"""How levels, shares, counts, days and ages read, in every output alike. Pure.

None is what is unknown.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import date

from monitor import shares
from monitor.model import Level, Window
from monitor.plain import visible

UNKNOWN = "unknown"
NOT_THERE = "not on the page"

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400


def level_title(level: Level | None) -> str:
    """Return a level as people read it, e.g. ``partial outage``."""
    return UNKNOWN if level is None else level.title


def level_key(level: Level | None) -> str | None:
    """Return a level as programs read it, e.g. ``partial_outage``."""
    return None if level is None else level.word


def iso(when: date | None) -> str | None:
    """Return a day or an instant in ISO 8601."""
    return None if when is None else when.isoformat()


def day_words(day: date) -> str:
    """Return a day such as ``27 Nov 2026``."""
    return f"{day.day} {day:%b} {day.year}"


def day_title(day: date) -> str:
    """Return a day with its weekday, such as ``Fri 27 Nov 2026``."""
    return f"{day:%a} {day_words(day)}"


def age_words(seconds: float | None) -> str:
    """Return how long ago something was, rounded down; None = it never was."""
    if seconds is None:
        return "never"
    if seconds < _MINUTE:
        return "just now"
    if seconds < _HOUR:
        return f"{int(seconds // _MINUTE)} min ago"
    if seconds < 2 * _DAY:
        return f"{int(seconds // _HOUR)} h ago"
    return f"{int(seconds // _DAY)} days ago"


def window_json(window: Window) -> dict[str, str]:
    """Return a window as programs read it, both days included."""
    return {"first": window.first.isoformat(), "last": window.last.isoformat()}


def percent(ratio: float | None, decimals: int = 1) -> str:
    """Return a ratio as a percentage by the one rule of rounding: `monitor.shares.percent`."""
    return UNKNOWN if ratio is None else shares.percent(ratio, decimals)


def counts_text(words: Iterable[str], order: Iterable[str]) -> str:
    """Return how many there are of each word, in this order: "2 unknown, 1 ok"; those that do not
    occur are left out.
    """
    counts = Counter(words)
    return ", ".join(f"{counts[word]} {word}" for word in order if counts[word])


def count_text(number: int | None) -> str:
    """Return a number of days."""
    return UNKNOWN if number is None else str(number)


def cell(text: str) -> str:
    """Return a vendor's text for a cell: on one line, nothing hidden in it, and no formula for a
    spreadsheet.
    """
    text = visible(text)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@") else text
