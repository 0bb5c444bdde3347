"""The vendors whose pages are read, and what the settings say of reading them."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from urllib.parse import urlsplit

from monitor import platforms
from monitor.collect.session import FetchSession
from monitor.config import VendorConfig
from monitor.fetch import Limits
from monitor.kit.protocol import PageContext
from monitor.store import PageRecord
from monitor.writer import PageCache

Headers = tuple[tuple[str, str], ...]

MIB = 1024 * 1024


class VendorSettings:
    """The vendors by slug, and which of them have a page in common."""

    def __init__(self, vendors: dict[str, VendorConfig], headers: Mapping[str, Headers]) -> None:
        self.vendors = vendors
        self.configure(vendors, headers)

    def configure(
        self, vendors: Mapping[str, VendorConfig], headers: Mapping[str, Headers]
    ) -> None:
        """Read pages with these settings from now on.

        Those of vendors that are gone stay known: what was read of them may still have to be kept.
        """
        self.vendors.update(vendors)
        self._headers = headers
        self._of_page = Counter(vendor.url for vendor in vendors.values())

    def is_shared(self, url: str) -> bool:
        """Whether several vendors have this page."""
        return self._of_page[url] > 1

    def session(self, page: PageRecord, *, gives_way: bool = False) -> FetchSession:
        """Return the bookkeeping for one reading or detection of the page, with its limits."""
        return FetchSession(
            page.url,
            self._limits(page, gives_way=gives_way),
            slug=page.slug,
            platform=page.platform,
            is_shared=self.is_shared(page.url),
        )

    def _limits(self, page: PageRecord, *, gives_way: bool) -> Limits:
        vendor = self.vendors[page.slug]
        limits = Limits(
            timeout_seconds=vendor.timeout_seconds,
            allow_private=vendor.allow_private,
            own_host=urlsplit(vendor.url).hostname,
            headers=self._headers.get(page.slug, ()),
            gives_way=gives_way,
        )
        platform = platforms.named(page.platform) if page.platform in platforms.names() else None
        size = vendor.max_body_mib or getattr(platform, "MAX_BODY_MIB", None)
        return limits if size is None else replace(limits, max_body_bytes=int(size * MIB))

    def context(self, page: PageRecord, cache: PageCache, now: datetime) -> PageContext:
        """Return what the page's platform is told of it."""
        vendor = self.vendors[page.slug]
        return PageContext(
            url=page.url,
            now=now,
            zone=vendor.zone or page.page_zone,
            cursor=page.mark,
            open_incidents=frozenset(cache.unfinished_incidents),
            components=cache.component_ids,
            regions=vendor.regions,
            feed=vendor.feed,
            html=vendor.html,
        )
