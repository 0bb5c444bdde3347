"""Where a word occurs: in vendors, their components and incidents, and in the catalogue."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice, starmap
from operator import attrgetter
from typing import TypeVar

from monitor.config import CatalogEntry, VendorConfig, catalog_names, search_catalog
from monitor.lookups import by_key, slugs_of, urls_of
from monitor.model import Incident, KnownComponent
from monitor.store import PageRecord, Store

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchQuery:
    """A text that is not blank, asked about at `now`; of each kind at most `most` are found, of
    incidents those that began in the last `days`.
    """

    text: str
    now: datetime
    days: int = 90
    most: int = 20


@dataclass(frozen=True, slots=True)
class FoundComponent:
    """A component, and whose it is."""

    page: PageRecord
    component: KnownComponent


@dataclass(frozen=True, slots=True)
class FoundIncident:
    """An incident or maintenance, and whose it is."""

    page: PageRecord
    incident: Incident


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What has a text in its name, of the vendors that are watched; `catalogue` are vendors that
    are not, but could be.
    """

    vendors: tuple[VendorConfig, ...]
    components: tuple[FoundComponent, ...]
    incidents: tuple[FoundIncident, ...]
    catalogue: tuple[CatalogEntry, ...]

    def __bool__(self) -> bool:
        return bool(self.vendors or self.components or self.incidents or self.catalogue)


def search(store: Store, vendors: Mapping[str, VendorConfig], query: SearchQuery) -> Findings:
    """Return where the text occurs; `vendors` are those of the settings, by slug. Asks the store
    three questions.
    """
    pages = by_key(store.pages(set(vendors)), attrgetter("id"))
    since = query.now - timedelta(days=query.days)
    components = store.components_named(query.text, most=query.most)
    incidents = store.incidents_titled(query.text, since=since, most=query.most)
    own = sorted(vendors.values(), key=lambda vendor: vendor.name.casefold())
    return Findings(
        vendors=tuple(islice(_matching(own, query.text), query.most)),
        components=tuple(starmap(FoundComponent, _with_pages(components, pages))),
        incidents=tuple(starmap(FoundIncident, _with_pages(incidents, pages))),
        catalogue=tuple(islice(_others(own, query.text), query.most)),
    )


def _with_pages(
    rows: Iterable[tuple[int, Item]], pages: Mapping[int, PageRecord]
) -> Iterator[tuple[PageRecord, Item]]:
    """Yield what is on one of these pages, with its page."""
    for page_id, item in rows:
        if page_id in pages:
            yield pages[page_id], item


def _matching(vendors: Iterable[VendorConfig], text: str) -> Iterator[VendorConfig]:
    word = text.casefold()
    for vendor in vendors:
        names = (vendor.slug, vendor.name, *catalog_names(vendor.url))
        if any(word in name.casefold() for name in names):
            yield vendor


def _others(vendors: Iterable[VendorConfig], text: str) -> Iterator[CatalogEntry]:
    """Yield the vendors of the catalogue that are not watched."""
    vendors = list(vendors)
    urls, slugs = urls_of(vendors), slugs_of(vendors)
    for entry in search_catalog(text):
        if entry.url not in urls and entry.slug not in slugs:
            yield entry
