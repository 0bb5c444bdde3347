"""Which work vendors have announced, and which goes on."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter

from monitor.config import VendorConfig
from monitor.lookups import among, by_key
from monitor.model import Incident, KnownComponent, by_id
from monitor.statuses.standing import Freshness, freshness
from monitor.store import PageRecord, Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Maintenance:
    """A maintenance that has not ended, as the vendor's page said it when it was read last, and the
    components that it names. Not `is_fresh`: the page has not been read for so long that it may say
    something else by now.
    """

    page: PageRecord
    vendor: VendorConfig
    incident: Incident
    components: tuple[KnownComponent, ...]
    is_fresh: bool


def maintenances(
    store: Store, vendors: Mapping[str, VendorConfig], now: datetime
) -> Iterator[Maintenance]:
    """Yield the announced and running maintenances of these vendors, which are by slug, by their
    start.

    Reads the pages, the maintenances, and the components of the vendors that have any.
    """
    pages = by_key(store.pages(set(vendors)), attrgetter("id"))
    components: dict[int, Mapping[str, KnownComponent]] = {}
    for page_id, incident in store.maintenances():
        if page_id not in pages:
            continue
        if page_id not in components:
            components[page_id] = by_id(store.known_components(page_id))
        page, vendor = pages[page_id], vendors[pages[page_id].slug]
        age = freshness(page, page.observed_until, vendor.interval_seconds, now)
        yield Maintenance(
            page=page,
            vendor=vendor,
            incident=incident,
            components=tuple(among(components[page_id], incident.component_ids)),
            is_fresh=age is Freshness.FRESH,
        )
