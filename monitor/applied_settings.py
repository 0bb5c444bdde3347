"""Settings put in force in the database: which pages are watched, and by what."""

from collections.abc import Iterable
from datetime import datetime

from monitor.config import Settings, VendorConfig
from monitor.kept_settings import digest, kept_settings
from monitor.store import PageSpec, Store


def spec(vendor: VendorConfig) -> PageSpec:
    """Return the vendor as the store keeps it."""
    return PageSpec(
        slug=vendor.slug,
        name=vendor.name,
        url=vendor.url,
        platform=vendor.platform,
        zone=vendor.zone,
        interval_seconds=vendor.interval_seconds,
        settings=kept_settings(vendor),
    )


def put_in_force(
    store: Store,
    settings: Settings,
    vendors: Iterable[VendorConfig],
    now: datetime,
) -> None:
    """Watch these vendors and no others, on the way to these settings: from now on they are those
    that were applied last.
    """
    specs = [spec(vendor) for vendor in vendors]
    store.put_in_force(specs, digest(settings), settings.source, now=now)
