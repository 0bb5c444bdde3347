"""The pages that Statuspage's histories come in: three months each, counted back from today's.
Pure.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

MONTHS_A_PAGE = 3
MOST_PAGES = 60

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
"""What the names of months begin with."""

SETTLED_AFTER = timedelta(days=7)
"""Vendors were not seen to change a day's record or a resolved incident later than this."""


class Quarter(NamedTuple):
    """One page: its number, from 1, and the first days of its newest and its oldest month."""

    number: int
    newest: date
    oldest: date

    @property
    def month(self) -> str:
        """The newest month, as chunks and gaps name the page by it."""
        return f"{self.newest:%Y-%m}"


def quarters(today: date) -> Iterator[Quarter]:
    """Yield the pages, newest first."""
    for number in range(1, MOST_PAGES + 1):
        newest = months_back(today, MONTHS_A_PAGE * (number - 1))
        yield Quarter(number, newest, months_back(newest, MONTHS_A_PAGE - 1))


def months_back(day: date, months: int) -> date:
    """Return the first day of the month that many months before the day's."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, 1)
