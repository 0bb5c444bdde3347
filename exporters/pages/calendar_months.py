"""The days of a window as calendar months, every day large enough to press. Pure."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from exporters.cells import Cell
from monitor.model import Day
from monitor.plain import count_of

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """A day of a month: its cell, its number in the month, and its page."""

    cell: Cell
    number: int
    address: str
    is_today: bool


@dataclass(frozen=True, slots=True)
class CalendarMonth:
    """A month in weeks that begin on Monday; None is a place without a day of the window."""

    title: str
    summary: str
    weeks: tuple[tuple[CalendarDay | None, ...], ...]


def calendar_months(
    days: Iterable[Day],
    cells: Iterable[Cell],
    address: Callable[[date], str],
    today: date | None,
) -> list[CalendarMonth]:
    """Return the months of a window's days, oldest first; `cells` are theirs, in their order."""
    pairs = zip(days, cells, strict=True)
    months = []
    for _, own in groupby(pairs, key=lambda pair: (pair[0].day.year, pair[0].day.month)):
        months.append(_month(list(own), address, today))
    return months


def _month(
    pairs: list[tuple[Day, Cell]], address: Callable[[date], str], today: date | None
) -> CalendarMonth:
    first = pairs[0][0].day
    places: list[CalendarDay | None] = [None] * first.weekday()
    for day, cell in pairs:
        place = CalendarDay(cell, day.day.day, address(day.day), day.day == today)
        places.append(place)
    places += [None] * (-len(places) % len(WEEKDAYS))
    starts = range(0, len(places), len(WEEKDAYS))
    weeks = tuple(tuple(places[start : start + len(WEEKDAYS)]) for start in starts)
    return CalendarMonth(f"{first:%B} {first.year}", _summary(pairs), weeks)


def _summary(pairs: list[tuple[Day, Cell]]) -> str:
    known = [day for day, _ in pairs if day.level is not None]
    if not known:
        return "no day is known"
    outages = sum(day.is_outage for day in known)
    return f"{count_of(outages, 'outage day')} of {len(known)}"
