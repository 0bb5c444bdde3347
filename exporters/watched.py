"""The configured vendors and their pages, for what is answered of one of them at a request."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from exporters.prometheus import NoSuchVendor
from monitor.answers import Status, Target, never_read, status
from monitor.config import VendorConfig, find_entry
from monitor.stacks import NO_STACKS, Stacks
from monitor.store import PageRecord, Store

ANSWER_SECONDS = 3.0
"""How long the store may be silent before a request fails."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """The store, the settings in force by slug, and the aware time of a request. Safe to use from
    several threads.
    """

    store: Store
    vendors: Callable[[], Mapping[str, VendorConfig]]
    clock: Callable[[], datetime]
    stacks: Callable[[], Stacks] = lambda: NO_STACKS

    def vendor(self, slug: str) -> VendorConfig:
        """Return a vendor's settings. Raises NoSuchVendor."""
        try:
            return self.vendors()[slug]
        except KeyError:
            raise NoSuchVendor(slug) from None

    def category(self, vendor: VendorConfig) -> str | None:
        """Return what the catalogue says that a vendor is for; None = it does not have its page."""
        entry = find_entry(None, vendor.url)
        return None if entry is None else entry.category

    def page(self, slug: str) -> PageRecord | None:
        """Return a vendor's page; None = nothing of it is in the database yet."""
        return next(iter(self.store.pages({slug}, removed=True)), None)

    def status(self, slug: str, now: datetime) -> Status:
        """Return how a vendor as a whole is at `now`. Raises NoSuchVendor."""
        vendor, target = self.vendor(slug), Target(slug)
        page = self.page(slug)
        if page is None:
            return never_read(vendor, target, now)
        return status(self.store, page, vendor, target, now)

    @contextmanager
    def patiently(self) -> Iterator[None]:
        """Wait for the store no longer than a request can. Raises StoreError."""
        with self.store.patience.within(ANSWER_SECONDS):
            yield
