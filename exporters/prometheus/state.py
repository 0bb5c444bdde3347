"""The state of every configured vendor, read from the store at each scrape."""

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import datetime
from threading import Lock

from exporters.prometheus.bundles import BUNDLE_SIZE, Bundle, join_lines, make_bundles, with_samples
from exporters.prometheus.cache import CachedVendor
from exporters.prometheus.lines import FamilyLines
from exporters.prometheus.monitor import monitor_lines
from exporters.prometheus.vendors import ExportSettings, VendorCache, Vendors, pages_of
from exporters.text_format import Family
from monitor.clocks import ClockLedger, is_ahead
from monitor.config import VendorConfig
from monitor.errors import StoreError
from monitor.lookups import slugs_of
from monitor.ratios import DEFAULT_POLICY, POLICIES
from monitor.store import Health, PageState, Store

STALE_INTERVALS = 2
"""For how many of its intervals nothing may be kept until a vendor's figures are no longer its
state now."""

ANSWER_SECONDS = 3.0
"""How long the store may be silent during a scrape; then the answer is made from what it said
last."""

LEAST_SECONDS = 0.25
"""How long the store may be silent when an answer has waited that long for the one before it."""


class NoSuchVendor(LookupError):
    """A vendor was asked for that is not configured; `slug` says which."""

    def __init__(self, slug: str) -> None:
        super().__init__(slug)
        self.slug = slug


class StateMetrics:
    """The state of every configured vendor, read from the store at each call; safe to call from
    several threads.

    A vendor's lines are kept until its version, its row or the day in its zone changes, so an
    ordinary scrape reads the page rows only. `component_metrics` is one of
    `monitor.config.COMPONENT_METRICS` and says of which components there are series; the vendors'
    own figures stay the same. `vendors` are the settings by slug; a vendor without any has the
    default ones. Raises KeyError for a policy that is not in `monitor.ratios.POLICIES`, and
    whatever the store raises: half an answer would look like vendors that have gone.

    `health` tells when the store was last written: a vendor of which nothing could be kept for two
    of its intervals is not up and has no figures. A store that does not answer is answered for from
    what it said last, as long as that; before it has said anything, what it raises is raised.
    `within` bounds how long the store is waited for: `answer_seconds`.
    """

    def __init__(
        self,
        store: Store,
        *,
        vendors: Mapping[str, VendorConfig] | None = None,
        policy: str = DEFAULT_POLICY,
        component_metrics: str = "all",
        bundle_size: int = BUNDLE_SIZE,
        clocks: ClockLedger | None = None,
        health: Health | None = None,
        within: Callable[[float], AbstractContextManager[object]] = nullcontext,
        answer_seconds: float = ANSWER_SECONDS,
    ) -> None:
        self._clocks = clocks
        self._health = health
        self._within = within
        self._answer_seconds = answer_seconds
        self._pages: Sequence[PageState] = ()
        self._store = store
        self._cache = VendorCache(store)
        self._settings = ExportSettings(0, vendors or {}, POLICIES[policy], component_metrics)
        self._bundle_size = bundle_size
        self._bundles: list[Bundle] = []
        self._lock = Lock()

    def configure(
        self,
        *,
        vendors: Mapping[str, VendorConfig],
        policy: str = DEFAULT_POLICY,
        component_metrics: str = "all",
    ) -> None:
        """Answer by these settings from now on; arguments and errors are those of the
        constructor.
        """
        number = self._settings.number + 1
        self._settings = ExportSettings(number, vendors, POLICIES[policy], component_metrics)

    def families(self, now: datetime) -> list[Family]:
        """Return every state family with its samples at `now`, in the order they are documented."""
        with self._unless_silent(), self._alone():
            vendors = self._cache.current(self._settings, now)
            size = self._store.size_bytes()
            self._cache.keep_only(vendors)
            self._pages = pages_of(vendors)
            return self._of_everything(vendors, now, size)
        vendors = self._cache.last_known(self._pages, self._settings, now)
        return self._of_everything(vendors, now, None)

    def families_of(self, slugs: Collection[str], now: datetime) -> list[Family]:
        """Return the families of these vendors alone, without those about the monitor. Raises
        NoSuchVendor.
        """
        vendors: Vendors | None = None
        with self._unless_silent(), self._within(self._answer_seconds):
            vendors = self._cache.current(self._settings, now, slugs)
        if vendors is None:
            pages = [page for page in self._pages if page.slug in slugs]
            vendors = self._cache.last_known(pages, self._settings, now)
        missing = set(slugs).difference(slugs_of(pages_of(vendors)))
        if missing:
            raise NoSuchVendor(min(missing))
        stable, polling = self._lines(vendors, now)
        lines = [vendor.lines | polls for vendor, polls in zip(stable, polling, strict=True)]
        return with_samples([join_lines(lines)])

    def families_of_monitor(self, now: datetime) -> list[Family]:
        """Return the families that are about the monitor as a whole, at `now`."""
        size = None
        with self._unless_silent(), self._within(self._answer_seconds):
            self._pages = self._store.page_states()
            size = self._store.size_bytes()
        return with_samples([join_lines([self._monitor(self._pages, now, size)])])

    def slugs(self) -> list[str]:
        """Return the slugs of the configured vendors, in order; as they were last known while the
        store is silent.
        """
        with self._unless_silent(), self._within(self._answer_seconds):
            self._pages = self._store.page_states()
        return slugs_of(self._pages)

    @contextmanager
    def _unless_silent(self) -> Iterator[None]:
        """Leave out what the store does not answer. Raises StoreError before it has said
        anything.
        """
        try:
            yield
        except StoreError:
            if not self._pages:
                raise

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Read the store alone, and wait for that no longer than for the store itself. Raises
        StoreError.
        """
        began = time.monotonic()
        if not self._lock.acquire(timeout=self._answer_seconds):
            raise StoreError("the answer before is still waiting for the database", cause="timeout")
        try:
            remaining = self._answer_seconds - (time.monotonic() - began)
            with self._within(max(LEAST_SECONDS, remaining)):
                yield
        finally:
            self._lock.release()

    def _of_everything(self, vendors: Vendors, now: datetime, size: int | None) -> list[Family]:
        stable, polling = self._lines(vendors, now)
        self._bundles = bundles = list(make_bundles(stable, self._bundle_size, self._bundles))
        monitor = self._monitor(pages_of(vendors), now, size)
        blocks = [bundle.blocks for bundle in bundles]
        return with_samples([*blocks, join_lines(polling), join_lines([monitor])])

    def _lines(
        self, vendors: Vendors, now: datetime
    ) -> tuple[list[CachedVendor], list[FamilyLines]]:
        """Return, for each vendor, the lines that stand until there is news and those of the last
        poll.
        """
        offsets = {} if self._clocks is None else self._clocks.offsets
        stable, polling = [], []
        for page, vendor in vendors:
            stale, ahead = self._is_stale(page, now), is_ahead(page, now)
            stable.append(vendor.without_state() if stale else vendor)
            offset = offsets.get(page.slug)
            polling.append(vendor.polling(page, offset, ahead=ahead, stale=stale))
        return stable, polling

    def _is_stale(self, page: PageState, now: datetime) -> bool:
        """Whether nothing could be kept for so long that what is kept is not how the vendor stands
        now.

        Another replica's writes are not ours, but show in the page's row.
        """
        if self._health is None:
            return False
        limit = STALE_INTERVALS * self._settings.vendor(page).interval_seconds
        if self._health.unwritten_seconds <= limit:
            return False
        return page.last_poll_at is None or (now - page.last_poll_at).total_seconds() > limit

    def _monitor(self, pages: Sequence[PageState], now: datetime, size: int | None) -> FamilyLines:
        return monitor_lines(pages, now, size=size, health=self._health, clocks=self._clocks)
