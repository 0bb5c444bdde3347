"""What stands above and beside a strip of 90 days: names of days, and what its rows are on a narrow
screen. Pure.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from exporters.pages.times import short_day
from monitor.model import Window

DAYS = 90
"""The days of a strip that has an axis."""

ROW_DAYS = 30
"""So many days stand in a row on a narrow screen."""

_CLEAR_COLUMNS = 6
"""So many columns the name of a month needs for itself."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A day's name above the column of a strip, which counts from 1."""

    column: int
    text: str


@dataclass(frozen=True, slots=True)
class Axis:
    """The names above a strip, that of its last day by itself, and its rows on a narrow screen in
    words.
    """

    marks: tuple[Mark, ...]
    last: str
    rows: str


def axis(window: Window) -> Axis | None:
    """Return the axis of a window; None where it has not `DAYS` days."""
    if window.days != DAYS:
        return None
    return Axis(tuple(_marks(window)), short_day(window.last), "; ".join(_rows(window)))


def _marks(window: Window) -> Iterator[Mark]:
    """Yield the names of the first day, and of the months that begin in the window."""
    yield Mark(1, short_day(window.first))
    for offset in range(_CLEAR_COLUMNS, window.days - 2 * _CLEAR_COLUMNS):
        day = window.first + timedelta(days=offset)
        if day.day == 1:
            yield Mark(offset + 1, short_day(day))


def _rows(window: Window) -> Iterator[str]:
    for offset in range(0, window.days, ROW_DAYS):
        first = window.first + timedelta(days=offset)
        yield f"{short_day(first)} to {short_day(first + timedelta(days=ROW_DAYS - 1))}"
