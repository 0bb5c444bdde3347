"""Days, instants and ages as pages print them. Pure."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo

from exporters.wording import age_words, day_title, day_words
from monitor.model import Window

__all__ = (
    "Moment",
    "as_of",
    "day_title",
    "day_words",
    "moment",
    "short_day",
    "window_words",
)


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant: `iso` for programs, `local` in the page's zone with its abbreviation, and `utc`
    beside it; None where that would say the same.
    """

    iso: str
    local: str
    utc: str | None


def moment(instant: datetime, zone: tzinfo, now: datetime) -> Moment:
    """Return an instant in a zone; its year is left out where it is that of `now`, and the day of
    the UTC where it is the zone's.
    """
    local, in_utc = instant.astimezone(zone), instant.astimezone(UTC)
    has_year = local.year != now.astimezone(zone).year
    is_utc = local.utcoffset() == in_utc.utcoffset()
    utc_day = "" if local.date() == in_utc.date() else f"{short_day(in_utc.date(), has_year)} "
    return Moment(
        iso=f"{in_utc:%Y-%m-%dT%H:%MZ}",
        local=f"{short_day(local.date(), has_year)} {local:%H:%M %Z}",
        utc=None if is_utc else f"{utc_day}{in_utc:%H:%M} UTC",
    )


def as_of(now: datetime) -> Moment:
    """Return the instant that a page is of, in UTC and with its year."""
    now = now.astimezone(UTC)
    return Moment(f"{now:%Y-%m-%dT%H:%MZ}", f"{day_words(now)} {now:%H:%M} UTC", None)


def short_day(day: date, has_year: bool = False) -> str:  # noqa: FBT001, FBT002 - one yes or no
    """Return a day such as ``27 Nov``, with its year where that is asked for."""
    return day_words(day) if has_year else f"{day.day} {day:%b}"


def window_words(window: Window) -> str:
    """Return the first and the last day, such as ``1 September to 29 November 2026``."""
    first, last = window.first, window.last
    begin = f"{first.day} {first:%B}"
    year = "" if first.year == last.year else f" {first.year}"
    return f"{begin}{year} to {last.day} {last:%B} {last.year}"


def when_read(
    read_at: datetime | None, zone: tzinfo, as_of: datetime, *, is_published: bool
) -> str:
    """Return how long before `as_of` a page was read; None = never. What is published is looked at
    later, and says when it was.
    """
    if read_at is None or not is_published:
        return age_words(None if read_at is None else (as_of - read_at).total_seconds())
    return moment(read_at, zone, as_of).local
