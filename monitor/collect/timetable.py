"""When each vendor's page is due again: the rules of `timing`, for pages that vendors share too."""

from collections.abc import Callable
from datetime import datetime

from monitor.collect import timing
from monitor.collect.vendor_settings import VendorSettings
from monitor.config import VendorConfig
from monitor.errors import PageError, Throttled


class Timetable:
    """Knows when the vendors that share a page were last said to be due."""

    def __init__(
        self, settings: VendorSettings, *, clock: Callable[[], datetime], uniform: timing.Uniform
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._uniform = uniform
        self._due: dict[str, dict[str, datetime]] = {}

    def clear(self) -> None:
        """Forget when vendors are due: their settings have changed."""
        self._due.clear()

    def next_due(
        self,
        vendor: VendorConfig,
        failures: int,
        error: PageError | None,
        *,
        is_open: bool,
    ) -> datetime:
        """Return when a vendor's page is due again after a poll, which may have failed.

        With another vendor's of the same page, unless its host asked us to wait. `is_open`:
        something is going on.
        """
        retry_after = error.retry_after if isinstance(error, Throttled) else None
        wait = timing.next_wait(
            vendor.interval_seconds,
            failures,
            fast=vendor.fast_while_open and is_open,
            retry_after=retry_after,
            uniform=self._uniform,
        )
        now = self._clock()
        if retry_after is not None or not self._settings.is_shared(vendor.url):
            return now + wait
        dues = self._due.setdefault(vendor.url, {})
        others = [due for slug, due in dues.items() if slug != vendor.slug]
        dues[vendor.slug] = timing.due_together(now, wait, others)
        return dues[vendor.slug]
