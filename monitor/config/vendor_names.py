"""By which names a configured vendor is known beside its slug."""

from collections.abc import Iterable

from monitor.config.catalog import catalog_names
from monitor.config.settings import VendorConfig


def vendor_names(vendors: Iterable[VendorConfig]) -> dict[str, list[str]]:
    """Return the names of vendors that the settings and the catalogue know, by their slugs."""
    names = {}
    for vendor in vendors:
        address = vendor.url.partition("://")[2]
        names[vendor.slug] = [vendor.name, address, *catalog_names(vendor.url)]
    return names
