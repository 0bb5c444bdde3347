"""How levels, shares and lengths of time read, in every output alike. Pure.

None is what is unknown.
"""

from datetime import date

from monitor.model import Level
from monitor.plain import visible

UNKNOWN = "unknown"


def level_title(level: Level | None) -> str:
    """Return a level as people read it, e.g. ``partial outage``."""
    return UNKNOWN if level is None else level.title


def level_key(level: Level | None) -> str | None:
    """Return a level as programs read it, e.g. ``partial_outage``."""
    return None if level is None else level.word


def iso(when: date | None) -> str | None:
    """Return a day or an instant in ISO 8601."""
    return None if when is None else when.isoformat()


def percent(ratio: float | None) -> str:
    """Return a ratio as a percentage with at most one decimal; never "0" or "100" unless it is
    exactly that.
    """
    if ratio is None:
        return UNKNOWN
    value = ratio * 100
    if value in (0, 100):
        return f"{value:.0f} %"
    return f"{min(max(value, 0.1), 99.9):.1f} %"


def cell(text: str) -> str:
    """Return a vendor's text for a cell: on one line, nothing hidden in it, and no formula for a
    spreadsheet.
    """
    text = visible(text)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@") else text
