"""Times in the English prose of Azure's posts. Pure."""

import re
from datetime import datetime

from monitor.intervals import ONE_DAY

CLOCK = r"(?:approximately )?(\d{1,2}):(\d\d)"
DAY = r"(\d{1,2}) ([A-Z][a-z]+)"
BEGINNING = re.compile(rf"Starting at {CLOCK} UTC on {DAY},? (20\d\d)")
WINDOW = re.compile(
    rf"Between {CLOCK}(?: UTC)?(?: on {DAY}(?:,? (20\d\d))?)?,? and {CLOCK} UTC on {DAY},? (20\d\d)"
)


def beginning_in(text: str) -> datetime | None:
    """Return since when something goes on by its text; None when that does not say."""
    match = BEGINNING.search(text)
    return None if match is None else _moment(*match.groups())


def window_in(text: str) -> tuple[datetime, datetime] | None:
    """Return from when to when something lasted; None when its text does not say.

    A time on one day that ends before it begins ended on the next.
    """
    match = WINDOW.search(text)
    if match is None:
        return None
    hour, minute, day, month, year, *last = match.groups()
    start = _moment(hour, minute, day or last[2], month or last[3], year or last[4])
    end = _moment(*last)
    if start is None or end is None:
        return None
    if end < start and day is None:
        end += ONE_DAY
    return (start, end) if start <= end else None


def _moment(hour: str, minute: str, day: str, month: str, year: str) -> datetime | None:
    """Return a time in UTC; None when there is no such time."""
    at = f"{day} {month} {year} {hour}:{minute} +0000"
    try:
        return datetime.strptime(at, "%d %B %Y %H:%M %z")
    except ValueError:
        return None
