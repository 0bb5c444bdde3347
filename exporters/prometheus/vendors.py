"""The configured vendors with their lines: read anew when there is news, else as they were."""

import time
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from exporters.prometheus.cache import CachedVendor, CacheKey, PageDays
from exporters.prometheus.reading import read_vendor
from exporters.prometheus.vendor import vendor_lines
from monitor.config import VendorConfig
from monitor.ratios import Policy
from monitor.store import PageState, Store

Vendors = list[tuple[PageState, CachedVendor]]


def pages_of(vendors: Vendors) -> list[PageState]:
    """Return the pages of the vendors, in their order."""
    return [page for page, _ in vendors]


@dataclass(frozen=True, slots=True)
class ExportSettings:
    """The settings by which is answered; they are the `number`th. Never changed, so threads need no
    lock.
    """

    number: int
    vendors: Mapping[str, VendorConfig]
    policy: Policy
    component_metrics: str

    def vendor(self, page: PageState) -> VendorConfig:
        """Return a vendor's settings; one without any has the default ones."""
        own = self.vendors.get(page.slug)
        return own or VendorConfig(slug=page.slug, name=page.name, url=page.url)


class VendorCache:
    """The vendors' lines as they were last made. One caller at a time reads everything; others may
    read some vendors meanwhile.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._vendors: dict[int, CachedVendor] = {}

    def current(
        self, settings: ExportSettings, now: datetime, slugs: Collection[str] | None = None
    ) -> Vendors:
        """Return the vendors of these slugs (None = all), in the store's order, each read anew when
        what its lines depend on has changed. Raises what the store raises.
        """
        days = PageDays(now)
        pages = self._store.page_states(slugs)
        return [(page, self._up_to_date(page, settings, days)) for page in pages]

    def _up_to_date(
        self, page: PageState, settings: ExportSettings, days: PageDays
    ) -> CachedVendor:
        vendor = self._vendors.get(page.id)
        key = CacheKey.of(page, days, settings.number)
        if vendor is not None and vendor.key == key:
            return vendor
        reading = read_vendor(self._store, page, key, settings.vendor(page))
        lines = vendor_lines(reading, settings.policy, settings.component_metrics)
        if vendor is not None:
            lines = vendor.keep_unchanged(lines)
        # At once, not when all are read: a scrape that is given up halfway still spares the next
        # one its work.
        self._vendors[page.id] = fresh = CachedVendor(key, reading.verdict.level, lines)
        # Hands the interpreter over: a request that waits for it would else wait 5 ms, again and
        # again.
        time.sleep(0)
        return fresh

    def keep_only(self, vendors: Vendors) -> None:
        """Forget the vendors that are not among these."""
        self._vendors = {page.id: vendor for page, vendor in vendors}

    def last_known(
        self, pages: Iterable[PageState], settings: ExportSettings, now: datetime
    ) -> Vendors:
        """Return the vendors of these pages without asking the store; of one whose day has ended
        since only what it is called.
        """
        days = PageDays(now)
        vendors = []
        for page in pages:
            vendor = self._vendors.get(page.id)
            key = CacheKey.of(page, days, settings.number)
            if vendor is None or not vendor.is_of_today(key):
                vendor = CachedVendor(key, None, {})
            vendors.append((page, vendor))
        return vendors
