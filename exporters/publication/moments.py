"""Of which moment each page is: the last at which anything that it shows changed. Pure.

So a page that shows the same is the same file whenever it is published again, and none looks newer
than what was read for it.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate

from monitor.answers import STALE_INTERVALS
from monitor.day_range import gap_seconds
from monitor.intervals import day_interval, day_of
from monitor.model import without_none
from monitor.store import ChangeTime, PageRecord

_SECOND = timedelta(seconds=1)


class Moments:
    """Of which moments a vendor's pages are that are published at `now`: whole seconds in UTC, none
    later than it. The vendor's own page is polled every `interval_seconds`.
    """

    def __init__(
        self,
        page: PageRecord,
        interval_seconds: float,
        now: datetime,
        changes: Iterable[ChangeTime],
    ) -> None:
        self._page = page
        self._now = now
        self._interval = timedelta(seconds=interval_seconds)
        self._silence = timedelta(seconds=gap_seconds(interval_seconds))
        self._open_since: datetime | None = None
        over = []
        for begin, changed_at in sorted(changes, key=lambda change: change.begin):
            if changed_at is not None:
                over.append((begin, changed_at))
            elif self._open_since is None:
                self._open_since = begin
        self._begins = [begin for begin, _ in over]
        self._changed_at = list(accumulate((changed_at for _, changed_at in over), max))

    @property
    def present(self) -> datetime:
        """The moment of what shows how it is now: of the last reading or other change, or when that
        reading ceased to say anything of now, or when the day began, whichever was last.
        """
        page = self._page
        instants = [
            page.added_at,
            page.last_poll_at,
            page.last_success_at,
            page.observed_until,
            page.derived_at,
            day_interval(day_of(self._now, page.zone), page.zone).start,
            *self._changed_at[-1:],
        ]
        instants += (each for each in self._silent_at() if each <= self._now)
        return self._whole(max(without_none(instants)))

    def _silent_at(self) -> Iterator[datetime]:
        """Yield when the last reading ceases to tell of now: a status, and then the standing."""
        read_at = self._page.observed_until
        if read_at is not None:
            yield read_at + STALE_INTERVALS * self._interval + _SECOND
            yield read_at + self._silence + _SECOND

    def of_days(self, last: date) -> datetime:
        """Return the moment of what shows the days until this one: when what is told of them
        changed last, and not before the reading after the last day, which is still about it. It is
        the present while that day is not settled, or anything goes on that began by then.
        """
        end = day_interval(last, self._page.zone).end
        settled_at = end + self._silence
        if settled_at > self._now or (self._open_since is not None and self._open_since < end):
            return self.present
        count = bisect_left(self._begins, end)
        return self._whole(max([settled_at, *self._changed_at[:count][-1:]]))

    def _whole(self, instant: datetime) -> datetime:
        """Return the whole second that an instant lies in, or the next: what was read in it is not
        later. What is stored later than now counts as now.
        """
        instant = instant.astimezone(UTC)
        rounded = instant.replace(microsecond=0)
        return min(self._now, rounded if rounded == instant else rounded + _SECOND)


def beginning_of_day(now: datetime) -> datetime:
    """Return when the day began in UTC: the moment of what nothing was ever read of."""
    return datetime.combine(now.astimezone(UTC).date(), time(), UTC)
