"""Every watched vendor as it is now, kept until something of it changes: for what shows all of
them at once.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from exporters.watched import Watched
from monitor import answers
from monitor.answers import Freshness, Record, ReportQuery, Status, Target
from monitor.config import TIERS, VendorConfig
from monitor.intervals import day_interval
from monitor.lookups import by_slug
from monitor.model import Incident
from monitor.store import CurrentState, PageMark, PageRecord

LATELY = timedelta(hours=6)
"""For how long it is told that an incident has ended."""

UNSETTLED_SECONDS = 300
"""How long a row stands whose today is not fully known: its share of the day changes with time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A watched vendor. `page` None = nothing of it is in the database yet.

    `status` still holds, though it may have been made before; `ended` are the incidents that were
    told to have ended lately when it was, the last first. `category` is the catalogue's; None = it
    does not have the page.
    """

    vendor: VendorConfig
    page: PageRecord | None
    status: Status
    freshness: Freshness
    category: str | None = None
    ended: tuple[Incident, ...] = ()

    @property
    def name(self) -> str:
        """The page's own name, else the configured one."""
        return (self.page and self.page.page_name) or self.vendor.name

    @property
    def tier_rank(self) -> int:
        """How much the user depends on it: 0 = most."""
        return TIERS.index(self.vendor.tier)


Row = TypeVar("Row")


@dataclass(slots=True)
class _State:
    """What is stored of a page's present, and of what it was read."""

    version: int
    current: CurrentState
    ended: tuple[Incident, ...]


@dataclass(frozen=True, slots=True)
class _Standing:
    """An entry and what it was made of: it stands from when it was made until what is stored says
    less of the present; `until` None = until more is stored.
    """

    page: PageRecord
    vendor: VendorConfig
    since: datetime
    until: datetime | None
    entry: Entry

    def is_of(self, page: PageRecord | None, vendor: VendorConfig, now: datetime) -> bool:
        """Whether it says at `now` what is to be said of this page and vendor."""
        if page is not self.page or vendor is not self.vendor:
            return False
        return self.since <= now and (self.until is None or now < self.until)


@dataclass(frozen=True, slots=True)
class _Row(Generic[Row]):
    """A row and what it was made of; it stands from when it was made until the day is over, or its
    share of it has changed.
    """

    version: int
    vendor: VendorConfig
    freshness: Freshness
    since: datetime
    until: datetime
    row: Row

    def is_of(self, page: PageRecord, entry: Entry, now: datetime) -> bool:
        """Whether it says at `now` what is to be said of the vendor, whose page this is."""
        return (
            self.version == page.version
            and self.vendor == entry.vendor
            and self.freshness is entry.freshness
            and self.since <= now < self.until
        )


class Board(Generic[Row]):
    """The vendors and their rows, which `make` makes of their records. Safe to use from several
    threads: what two want at one time is made twice.

    Where nothing was stored of a page, it is not read again: only its row in the table of pages is.
    Raises StoreError.
    """

    def __init__(self, watched: Watched, make: Callable[[Entry, Record], Row]) -> None:
        self._watched = watched
        self._make = make
        self._pages: dict[str, tuple[PageMark, PageRecord]] = {}
        self._states: dict[str, _State] = {}
        self._entries: dict[str, _Standing] = {}
        self._rows: dict[str, _Row[Row]] = {}

    def entries(self, now: datetime) -> list[Entry]:
        """Return every watched vendor at `now`, by slug."""
        vendors, pages = self._watched.vendors(), self._current_pages()
        for slug in self._states.keys() - vendors.keys():
            self._forget(slug)
        entries = []
        for slug in sorted(vendors):
            vendor, last = vendors[slug], self._entries.get(slug)
            page = pages[slug][1] if slug in pages else None
            if last is None or not last.is_of(page, vendor, now):
                entries.append(self._entry(vendor, page, now))
            else:
                entries.append(last.entry)
        return entries

    def row(self, entry: Entry, now: datetime) -> Row | None:
        """Return a vendor's row at `now`; None = nothing of it is in the database yet."""
        page, slug = entry.page, entry.vendor.slug
        if page is None:
            return None
        last = self._rows.get(slug)
        if last is not None and last.is_of(page, entry, now):
            return last.row
        record = answers.record(self._watched.store, page, entry.vendor, ReportQuery(now=now))
        row = self._make(entry, record)
        until = day_interval(record.window.last, page.zone).end
        if entry.freshness is not Freshness.FRESH or record.days[-1].coverage < 1:
            until = min(until, _next_tick(now))
        self._rows[slug] = _Row(page.version, entry.vendor, entry.freshness, now, until, row)
        return row

    def _current_pages(self) -> Mapping[str, tuple[PageMark, PageRecord]]:
        """Return the pages and their marks by slug. Rows are read of those whose mark is another
        than it was, and no other.
        """
        store, last = self._watched.store, self._pages
        marks = by_slug(store.page_marks())
        current = {}
        for slug, mark in marks.items():
            if slug in last and last[slug][0] == mark:
                current[slug] = last[slug]
        if len(current) < len(marks):
            for page in store.pages(marks.keys() - current.keys()):
                current[page.slug] = marks[page.slug], page
        self._pages = current
        return current

    def _entry(self, vendor: VendorConfig, page: PageRecord | None, now: datetime) -> Entry:
        target = Target(vendor.slug)
        if page is None:
            status = answers.never_read(vendor, target, now)
            return Entry(
                vendor=vendor,
                page=None,
                status=status,
                freshness=Freshness.NEVER,
                category=self._watched.category(vendor),
            )
        state = self._state(page, now)
        entry = Entry(
            vendor=vendor,
            page=page,
            status=answers.status_of(page, state.current, vendor, target, now),
            freshness=answers.freshness(page, page.observed_until, vendor.interval_seconds, now),
            category=self._watched.category(vendor),
            ended=state.ended,
        )
        until = answers.stands_until(page, vendor.interval_seconds, now)
        self._entries[vendor.slug] = _Standing(page, vendor, now, until, entry)
        return entry

    def _state(self, page: PageRecord, now: datetime) -> _State:
        last = self._states.get(page.slug)
        if last is not None and last.version == page.version:
            return last
        store = self._watched.store
        ended = tuple(store.ended_incidents(page.id, now - LATELY))
        state = _State(page.version, store.current(page.id), ended)
        self._states[page.slug] = state
        return state

    def _forget(self, slug: str) -> None:
        for cache in (self._states, self._entries, self._rows):
            cache.pop(slug, None)


def _next_tick(now: datetime) -> datetime:
    """Return the next instant at which rows are made again whose today is not fully known."""
    return now + timedelta(seconds=UNSETTLED_SECONDS - now.timestamp() % UNSETTLED_SECONDS)
