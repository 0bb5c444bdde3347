"""Every watched vendor as it is now, kept until something of it changes: for what shows all of
them at once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from exporters.watched import Watched
from monitor import answers
from monitor.answers import STALE_INTERVALS, Freshness, Record, ReportQuery, Status, Target
from monitor.config import TIERS, VendorConfig
from monitor.intervals import day_of
from monitor.lookups import by_slug
from monitor.model import Incident
from monitor.store import CurrentState, PageRecord, PageState

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


@dataclass(slots=True)
class _Row(Generic[Row]):
    """A row and what it depends on; `tick` None = it changes with no time within its day."""

    stamp: object
    tick: int | None
    row: Row


class Board(Generic[Row]):
    """The vendors and their rows, which `make` makes of their records. Safe to use from several
    threads: what two want at one time is made twice.

    Where nothing was stored of a page, it is not read again: only its row in the table of pages is.
    Raises StoreError.
    """

    def __init__(self, watched: Watched, make: Callable[[Entry, Record], Row]) -> None:
        self._watched = watched
        self._make = make
        self._pages: dict[str, tuple[PageState, PageRecord]] = {}
        self._states: dict[str, _State] = {}
        self._entries: dict[str, tuple[object, Entry]] = {}
        self._rows: dict[str, _Row[Row]] = {}

    def entries(self, now: datetime) -> list[Entry]:
        """Return every watched vendor at `now`, by slug."""
        vendors, pages = self._watched.vendors(), self._current_pages()
        for slug in self._states.keys() - vendors.keys():
            self._forget(slug)
        return [self._entry(vendors[slug], pages.get(slug), now) for slug in sorted(vendors)]

    def row(self, entry: Entry, now: datetime) -> Row | None:
        """Return a vendor's row at `now`; None = nothing of it is in the database yet."""
        page, slug = entry.page, entry.vendor.slug
        if page is None:
            return None
        stamp = (page.version, entry.vendor, day_of(now, page.zone), entry.freshness)
        tick = int(now.timestamp() // UNSETTLED_SECONDS)
        last = self._rows.get(slug)
        if last is not None and last.stamp == stamp and last.tick in (None, tick):
            return last.row
        query = ReportQuery(now=now)
        record = answers.record(self._watched.store, page, entry.vendor, query)
        is_settled = entry.freshness is Freshness.FRESH and record.days[-1].coverage == 1
        row = self._make(entry, record)
        self._rows[slug] = _Row(stamp, None if is_settled else tick, row)
        return row

    def _current_pages(self) -> dict[str, PageRecord]:
        """Return the pages by slug. Of each but what changes with every poll is read, which takes a
        quarter of the time, and the whole row only of those that were polled since.
        """
        store = self._watched.store
        states = by_slug(store.page_states())
        pages = {}
        for slug, (state, page) in self._pages.items():
            if state == states.get(slug):
                pages[slug] = page
        if len(pages) < len(states):
            pages |= by_slug(store.pages(states.keys() - pages.keys()))
        self._pages = {slug: (states[slug], page) for slug, page in pages.items()}
        return pages

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
        fresh = answers.freshness(page, page.observed_until, vendor.interval_seconds, now)
        stamp = (page, vendor, fresh, _is_recent(page, vendor, now))
        last = self._entries.get(vendor.slug)
        if last is not None and last[0] == stamp:
            return last[1]
        state = self._state(page, now)
        entry = Entry(
            vendor=vendor,
            page=page,
            status=answers.status_of(page, state.current, vendor, target, now),
            freshness=fresh,
            category=self._watched.category(vendor),
            ended=state.ended,
        )
        self._entries[vendor.slug] = stamp, entry
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


def _is_recent(page: PageRecord, vendor: VendorConfig, now: datetime) -> bool:
    """Whether the last reading is as recent as `answers.status` demands."""
    if page.observed_until is None:
        return False
    age = (now - page.observed_until).total_seconds()
    return age <= STALE_INTERVALS * vendor.interval_seconds
