"""Days derived from what was written, for all pages that had news together."""

import logging
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import NamedTuple

from monitor import history
from monitor.config import VendorConfig
from monitor.errors import StoreError
from monitor.intervals import day_of
from monitor.model import PageHistory, without_none
from monitor.store import PageRecord, Store
from monitor.writer.parts import Parts

log = logging.getLogger(__package__)

SETTLES_AFTER = timedelta(days=2)
"""So long a new page's days may still change because we learn more of them, and not because its
vendor changed them."""


class Revisions(NamedTuple):
    """How many days of a page its vendor has revised."""

    platform: str
    days: int


class Deriving:
    """Derives pages' days. All but `enqueue` is called by the writer's thread."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self.queue: dict[str, datetime | None] = {}
        """The slugs of the pages that had news, and the instant from which on their days are
        derived at least; None = from what facts have touched."""

    def enqueue(self, page: PageRecord) -> None:
        """Have the page's days derived, from its last reading on."""
        starts = (self.queue.get(page.slug), page.observed_until)
        self.queue[page.slug] = min(without_none(starts), default=None)

    def derive(self, since_by_slug: Mapping[str, datetime | None]) -> list[Revisions]:
        """Derive pages' days in one transaction; if that breaks, each page's in its own.

        Raises StoreError, and what a bug raises when one page was asked for.
        """
        try:
            return self._derive_together(since_by_slug)
        except StoreError:
            raise
        except Exception:
            if len(since_by_slug) == 1:
                raise
        revisions = []
        for slug, since in since_by_slug.items():
            try:
                revisions += self._derive_together({slug: since})
            except Exception:
                log.exception("bug while deriving vendor=%s", slug)
        return revisions

    def _derive_together(self, since_by_slug: Mapping[str, datetime | None]) -> list[Revisions]:
        with self._parts.store.together():
            pages = self._parts.store.pages(since_by_slug)
            revisions = [self._derive_page(page, since_by_slug[page.slug]) for page in pages]
            self._parts.caches.bump_versions({page.id: page.version for page in pages})
            return revisions

    def _derive_page(self, page: PageRecord, since: datetime | None) -> Revisions:
        now = self._parts.clock()
        first = day_of(now, page.zone)
        for day in (page.dirty_since, page.derived_day, since and day_of(since, page.zone)):
            first = first if day is None else min(first, day)
        vendor = self._parts.vendors[page.slug]
        days, revisions = _derive(self._parts.store, page, vendor, first=first, now=now)
        if self._parts.pinning.is_active:
            revised_days = self._parts.store.revised_at(page.id, now) if revisions else frozenset()
            self._parts.pinning.pin_days(page, days, revised_days, now=now)
        return Revisions(page.platform or "unknown", revisions)


def derive_page(
    store: Store,
    page: PageRecord,
    vendor: VendorConfig,
    *,
    first: date,
    now: datetime,
) -> int:
    """Derive and store the page's days from `first` to today; return the number of days the vendor
    has revised.
    """
    return _derive(store, page, vendor, first=first, now=now)[1]


def _derive(
    store: Store,
    page: PageRecord,
    vendor: VendorConfig,
    *,
    first: date,
    now: datetime,
) -> tuple[PageHistory, int]:
    today = day_of(now, page.zone)
    _, days = history.read(store, page, vendor, first=first, last=today, now=now, with_gone=False)
    since = _revised_since(page, today)
    return days, store.save_days(page.id, days, today=today, now=now, revised_since=since)


def _revised_since(page: PageRecord, today: date) -> date | None:
    """Return since when days may differ because the vendor changed them: since when facts did, once
    its history was read whole. A page that is never backfilled has been read for some days by then.
    """
    is_settled = (
        page.reread_day is not None or day_of(page.added_at, page.zone) + SETTLES_AFTER < today
    )
    return page.dirty_since if is_settled else None
