"""What feeds and calendars are made of at a request."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request

from exporters.feeds.calendar import Calendar, Maintenance, maintenances_of
from exporters.feeds.chronicles import Chronicles
from exporters.feeds.entries import Entry, entries_of, unread_entry, urn
from exporters.feeds.feed import Feed, newest
from exporters.feeds.texts import title
from exporters.watched import Watched
from monitor import answers
from monitor.answers import Chronicle, Target
from monitor.config import VendorConfig
from monitor.config.settings import TIERS
from monitor.model import Level
from monitor.store import PageRecord

LONGEST_SECONDS = 300
"""How long an answer may be kept, where no vendor of it is polled more often."""


def max_age_seconds(vendors: Sequence[VendorConfig]) -> int:
    """Return how long an answer about these vendors may be kept."""
    return min([LONGEST_SECONDS, *(vendor.interval_seconds for vendor in vendors)])


@dataclass(frozen=True, slots=True)
class Desk:
    """Makes feeds of what the store holds."""

    watched: Watched
    chronicles: Chronicles

    def vendors(self, path: Mapping[str, str]) -> list[VendorConfig]:
        """Return the vendors that a path asks about, by slug. Raises NoSuchVendor, and
        HTTPException 404 for a tier that is none.
        """
        if "vendor" in path:
            return [self.watched.vendor(path["vendor"])]
        tier = path.get("tier")
        if tier not in (None, *TIERS):
            raise HTTPException(404, f"there is no such tier; there are {', '.join(TIERS)}")
        vendors = sorted(self.watched.vendors().values(), key=lambda vendor: vendor.slug)
        return [vendor for vendor in vendors if tier in (None, vendor.tier)]

    def feed(
        self,
        request: Request,
        vendors: Sequence[VendorConfig],
        level: Level | None,
        kinds: Sequence[str],
    ) -> Feed:
        """Return the feed of these vendors. Raises HTTPException 404 for a component that is
        none, and StoreError.
        """
        component, now = request.path_params.get("component"), self.watched.clock()
        entries: list[Entry] = []
        with self.watched.patiently():
            for vendor in vendors:
                entries += self._entries(vendor, component, now)
        is_of_one = "vendor" in request.path_params
        what = title(_title(request.path_params, vendors))
        return Feed(
            id=urn("feed", vendors[0].url if is_of_one else request.url.netloc, what),
            title=what,
            url=str(request.url.replace(path=quote(request.url.path))),
            home=vendors[0].url if is_of_one else None,
            entries=newest(entries, level=level, kinds=kinds),
        )

    def calendar(self, path: Mapping[str, str], vendors: Sequence[VendorConfig]) -> Calendar:
        """Return the maintenances of these vendors. Raises StoreError."""
        now = self.watched.clock()
        maintenances: list[Maintenance] = []
        with self.watched.patiently():
            for vendor in vendors:
                page = self.watched.page(vendor.slug)
                if page is not None:
                    maintenances += maintenances_of(self._chronicle(page, vendor, None, now))
        name = title(f"Maintenance: {_title(path, vendors)}")
        return Calendar(name=name, maintenances=tuple(maintenances))

    def _chronicle(
        self, page: PageRecord, vendor: VendorConfig, component: str | None, now: datetime
    ) -> Chronicle:
        try:
            return self.chronicles.of(page, vendor, component, now)
        except ValueError as error:
            raise HTTPException(404, str(error)) from None

    def _entries(
        self, vendor: VendorConfig, component: str | None, now: datetime
    ) -> Iterator[Entry]:
        page = self.watched.page(vendor.slug)
        if page is None:
            return
        yield from entries_of(self._chronicle(page, vendor, component, now))
        status = answers.status(self.watched.store, page, vendor, Target(vendor.slug), now)
        unread = unread_entry(status, vendor.name, page.added_at)
        if unread is not None:
            yield unread


def _title(path: Mapping[str, str], vendors: Sequence[VendorConfig]) -> str:
    if "vendor" in path:
        return " ".join([vendors[0].name, path.get("component", "")])
    return f"Vendors of tier {path['tier']}" if "tier" in path else "All vendors"
