"""What feeds and calendars are made of at a request."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from starlette.exceptions import HTTPException

from exporters.feeds.calendar import Calendar, Maintenance, maintenances_of
from exporters.feeds.chronicles import Chronicles
from exporters.feeds.entries import KINDS, Entry, entries_of, unread_entry, urn
from exporters.feeds.feed import Feed, newest
from exporters.feeds.texts import title
from exporters.watched import Watched
from monitor import answers
from monitor.answers import Chronicle, Target
from monitor.config import VendorConfig
from monitor.config.settings import TIERS
from monitor.model import Level
from monitor.stacks import vendors_of
from monitor.store import PageRecord

LONGEST_SECONDS = 300
"""How long an answer may be kept, where no vendor of it is polled more often."""


def max_age_seconds(vendors: Sequence[VendorConfig]) -> int:
    """Return how long an answer about these vendors may be kept."""
    return min([LONGEST_SECONDS, *(vendor.interval_seconds for vendor in vendors)])


@dataclass(frozen=True, slots=True)
class Place:
    """Where a feed is: its address, and the host that ids of feeds about several pages are of."""

    url: str
    host: str


@dataclass(frozen=True, slots=True)
class Desk:
    """Makes feeds of what the store holds; `has_texts`: with what vendors wrote of incidents."""

    watched: Watched
    chronicles: Chronicles
    has_texts: bool = True

    def vendors(self, path: Mapping[str, str]) -> list[VendorConfig]:
        """Return the vendors that a path asks about, by slug. Raises NoSuchVendor, and
        HTTPException 404 for a tier or stack that is none.
        """
        if "vendor" in path:
            return [self.watched.vendor(path["vendor"])]
        if "stack" in path:
            slugs = vendors_of(self._stack(path["stack"]))
            return [self.watched.vendors()[slug] for slug in sorted(slugs)]
        tier = path.get("tier")
        if tier not in (None, *TIERS):
            raise HTTPException(404, f"there is no such tier; there are {', '.join(TIERS)}")
        vendors = sorted(self.watched.vendors().values(), key=lambda vendor: vendor.slug)
        return [vendor for vendor in vendors if tier in (None, vendor.tier)]

    def feed(
        self,
        place: Place,
        path: Mapping[str, str],
        vendors: Sequence[VendorConfig],
        level: Level | None = None,
        kinds: Sequence[str] = KINDS,
    ) -> Feed:
        """Return the feed of these vendors, which its path asks about. Raises HTTPException 404
        for a component that is none, and StoreError.
        """
        now = self.watched.clock()
        entries: dict[str, Entry] = {}
        with self.watched.patiently():
            for vendor, component in self._subjects(path, vendors):
                entries.update((each.id, each) for each in self._entries(vendor, component, now))
        is_of_one = "vendor" in path
        what = title(_title(path, vendors))
        return Feed(
            id=urn("feed", vendors[0].url if is_of_one else place.host, what),
            title=what,
            url=place.url,
            home=vendors[0].url if is_of_one else None,
            entries=newest(entries.values(), level=level, kinds=kinds),
        )

    def calendar(self, path: Mapping[str, str], vendors: Sequence[VendorConfig]) -> Calendar:
        """Return the maintenances of these vendors, for which a path asks; of components alone
        where a stack names them, one of several once. Raises StoreError.
        """
        now = self.watched.clock()
        maintenances: dict[str, Maintenance] = {}
        with self.watched.patiently():
            for vendor, component in self._subjects(path, vendors):
                page = self.watched.page(vendor.slug)
                if page is not None:
                    chronicle = self._chronicle(page, vendor, component, now)
                    maintenances.update((each.uid, each) for each in maintenances_of(chronicle))
        name = title(f"Maintenance: {_title(path, vendors)}")
        return Calendar(name=name, maintenances=tuple(maintenances.values()))

    def _stack(self, name: str) -> list[Target]:
        """Return the targets of a stack whose vendors are watched. Raises HTTPException 404."""
        stacks, vendors = self.watched.stacks(), self.watched.vendors()
        if name not in stacks:
            raise HTTPException(404, answers.no_stack(name, stacks))
        return [target for target in stacks[name] if target.vendor in vendors]

    def _subjects(
        self, path: Mapping[str, str], vendors: Sequence[VendorConfig]
    ) -> Iterator[tuple[VendorConfig, str | None]]:
        """Yield the vendors as a whole (None), and the components, that one asks about."""
        if "stack" not in path:
            for vendor in vendors:
                yield vendor, path.get("component")
            return
        for target in self._stack(path["stack"]):
            for component in self._components(target):
                yield self.watched.vendor(target.vendor), component

    def _components(self, target: Target) -> list[str | None]:
        """Return the components that a target names by slug; None = the vendor as a whole."""
        if target.components is None:
            return [None]
        page = self.watched.page(target.vendor)
        if page is None:
            return []
        known = self.watched.store.known_components(page.id)
        return [*answers.named_slugs(known, target.components)]

    def _chronicle(
        self, page: PageRecord, vendor: VendorConfig, component: str | None, now: datetime
    ) -> Chronicle:
        try:
            chronicle = self.chronicles.of(page, vendor, component, now)
        except ValueError as error:
            raise HTTPException(404, str(error)) from None
        return chronicle if self.has_texts else _without_texts(chronicle)

    def _entries(
        self, vendor: VendorConfig, component: str | None, now: datetime
    ) -> Iterator[Entry]:
        page = self.watched.page(vendor.slug)
        if page is None:
            return
        yield from entries_of(self._chronicle(page, vendor, component, now))
        status = answers.status(self.watched.store, page, vendor, Target(vendor.slug), now)
        unread = unread_entry(status, vendor.name, page)
        if unread is not None:
            yield unread


def _without_texts(chronicle: Chronicle) -> Chronicle:
    """Return what happened without the messages in which the vendor wrote of it."""
    incidents = (replace(story, messages=()) for story in chronicle.incidents)
    return replace(chronicle, incidents=tuple(incidents))


def _title(path: Mapping[str, str], vendors: Sequence[VendorConfig]) -> str:
    if "vendor" in path:
        return " ".join([vendors[0].name, path.get("component", "")])
    if "stack" in path:
        return f"Stack {path['stack']}"
    return f"Vendors of tier {path['tier']}" if "tier" in path else "All vendors"
