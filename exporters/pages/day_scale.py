"""The clock of a day as a picture is wide: 23, 24 or 25 hours, in percent. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from monitor.intervals import Interval

_STEP = timedelta(hours=3)
_LEAST = 0.3
"""So wide in percent is what would be too short to see."""


@dataclass(frozen=True, slots=True)
class Hour:
    """A label of the axis; a `is_minor` one is left out where there is little room."""

    x: str
    text: str
    is_minor: bool


@dataclass(frozen=True, slots=True)
class Scale:
    """A day of a zone, from its first instant to its last."""

    span: Interval
    zone: tzinfo

    def x(self, instant: datetime) -> str:
        """Return where an instant of the day stands."""
        return _percent(self._share((instant - self.span.start).total_seconds()))

    def width(self, seconds: float) -> str:
        """Return how wide so many seconds are; what is short is made visible."""
        return _percent(max(self._share(seconds), _LEAST))

    def clock(self, instant: datetime) -> str:
        """Return an instant as the zone's clock shows it; the day's end is 24:00."""
        if instant == self.span.end:
            return "24:00"
        return f"{instant.astimezone(self.zone):%H:%M}"

    def words(self, span: Interval) -> str:
        """Return from when to when."""
        return f"{self.clock(span.start)} to {self.clock(span.end)}"

    def hours(self) -> Iterator[Hour]:
        """Yield every third hour of the day by the zone's clock."""
        for number, instant in enumerate(self._steps()):
            local = instant.astimezone(self.zone)
            yield Hour(self.x(instant), _hour(local), is_minor=bool(number % 2))

    def utc_hours(self) -> Iterator[Hour]:
        """Yield the same instants in UTC, with how many days it is ahead or behind."""
        day = self.span.start.astimezone(self.zone).date()
        for number, instant in enumerate(self._steps()):
            in_utc = instant.astimezone(UTC)
            ahead = (in_utc.date() - day).days
            shift = {0: "", 1: " +1d"}.get(ahead, " −1d")
            yield Hour(self.x(instant), f"{_hour(in_utc)}{shift}", is_minor=bool(number % 2))

    def _steps(self) -> Iterator[datetime]:
        instant = self.span.start
        while instant < self.span.end:
            yield instant
            instant += _STEP

    def _share(self, seconds: float) -> float:
        return 100 * seconds / self.span.seconds


def _hour(instant: datetime) -> str:
    return f"{instant:%H:%M}" if instant.minute else f"{instant:%H}"


def _percent(share: float) -> str:
    return f"{share:.2f}".rstrip("0").rstrip(".") + "%"
