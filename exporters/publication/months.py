"""Calendar months, and when one is closed. Pure."""

from dataclasses import dataclass
from datetime import date, timedelta

from monitor.model import Window

SETTLING = timedelta(days=3)
"""A month is closed so long after its last day: vendors still write about that day."""


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A calendar month."""

    year: int
    number: int

    def __str__(self) -> str:
        return f"{self.year:04}-{self.number:02}"

    @classmethod
    def of(cls, day: date) -> "Month":
        """Return the month of a day."""
        return cls(day.year, day.month)

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, self.number, 1)

    @property
    def last(self) -> date:
        """Its last day."""
        return self.after().first - timedelta(days=1)

    def after(self) -> "Month":
        """Return the next month."""
        return Month(self.year + self.number // 12, self.number % 12 + 1)

    def before(self) -> "Month":
        """Return the month before."""
        return Month.of(self.first - timedelta(days=1))

    def window(self, today: date) -> Window:
        """Return its days until today."""
        return Window(self.first, min(self.last, today))

    def is_closed(self, today: date) -> bool:
        """Whether it is over for good."""
        return today > self.last + SETTLING


def months_until(today: date, count: int) -> list[Month]:
    """Return so many months, oldest first, the last of which is that of today."""
    months = [Month.of(today)]
    while len(months) < count:
        months.insert(0, months[0].before())
    return months
