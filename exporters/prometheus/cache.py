"""What is kept of a vendor between scrapes, and what that depends on."""

from datetime import UTC, date, datetime, tzinfo
from typing import NamedTuple

from exporters.prometheus.lines import FamilyLines
from exporters.prometheus.polling import polling_lines
from monitor.intervals import Interval, day_interval, day_of
from monitor.model import Level
from monitor.store import PageState

_STATELESS = "vendor_info"
"""The one family of a vendor's cached lines that says nothing of its state."""


class PageDays:
    """The day it is in each zone, and its span; `utc` is UTC's date."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self.utc = now.astimezone(UTC).date()
        self._days: dict[tzinfo, tuple[date, Interval]] = {}

    def today(self, zone: tzinfo) -> tuple[date, Interval]:
        """Return the day it is there, and from when to when it lasts."""
        if zone not in self._days:
            day = day_of(self._now, zone)
            self._days[zone] = day, day_interval(day, zone)
        return self._days[zone]


class CacheKey(NamedTuple):
    """Everything a vendor's cached lines depend on. `was_read`: ever; `settings` counts how often
    the settings changed.
    """

    version: int
    derived_day: date | None
    today: date
    utc_today: date
    was_read: bool
    was_read_today: bool
    slug: str
    name: str
    url: str
    platform: str | None
    settings: int

    @classmethod
    def of(cls, page: PageState, days: PageDays, settings: int) -> "CacheKey":
        """Return the key by which lines made now would be kept."""
        (today, span), read_at = days.today(page.zone), page.last_success_at
        return cls(
            version=page.version,
            derived_day=page.derived_day,
            today=today,
            utc_today=days.utc,
            was_read=read_at is not None,
            was_read_today=read_at is not None and span.start <= read_at < span.end,
            slug=page.slug,
            name=page.name,
            url=page.url,
            platform=page.platform,
            settings=settings,
        )


class CachedVendor:
    """A vendor's lines by family: those that stand until the key changes, and those of the last
    poll. `level` is the vendor's current level, None = not known.
    """

    __slots__ = ("_polling", "_stateless", "key", "level", "lines")

    def __init__(self, key: CacheKey, level: Level | None, lines: FamilyLines) -> None:
        self.key = key
        self.level = level
        self.lines = lines
        self._polling: tuple[object, FamilyLines] = (None, {})
        self._stateless: CachedVendor | None = None

    def is_of_today(self, key: CacheKey) -> bool:
        """Whether these lines were made on the days of `key`, the page's and UTC's."""
        return (self.key.today, self.key.utc_today) == (key.today, key.utc_today)

    def keep_unchanged(self, lines: FamilyLines) -> FamilyLines:
        """Return newer lines; those that read the same are the same object as here, and so are
        compressed no second time.
        """
        newer: dict[str, bytes] = {}
        for name, text in lines.items():
            old = self.lines.get(name)
            newer[name] = old if old is not None and old == text else text
        return newer

    def without_state(self) -> "CachedVendor":
        """Return only the lines that say nothing of how the vendor stands; always the same
        object.
        """
        if self._stateless is None:
            lines = {name: text for name, text in self.lines.items() if name == _STATELESS}
            self._stateless = CachedVendor(self.key, None, lines)
        return self._stateless

    def polling(
        self,
        page: PageState,
        offset: float | None,
        *,
        ahead: bool,
        stale: bool,
    ) -> FamilyLines:
        """Return the lines that change with every poll; see `polling_lines`."""
        source = (
            page.last_ok,
            page.last_poll_at,
            page.last_success_at,
            page.last_error_reason,
            offset,
            ahead,
            stale,
        )
        previous, lines = self._polling
        if previous != source:
            lines = polling_lines(page, offset, ahead=ahead, stale=stale)
            self._polling = source, lines
        return lines
