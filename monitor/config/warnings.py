"""What is said of settings that are allowed and probably not meant."""

import ipaddress
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from monitor import platforms
from monitor.config.catalog import find_entry, platform_hint
from monitor.config.durations import DAY_SECONDS
from monitor.config.settings import Settings, VendorConfig
from monitor.kit.patterns import match_any
from monitor.load import Load, wanted_per_second
from monitor.suggestions import did_you_mean, nearest


def warnings(settings: Settings) -> list[str]:
    """Return what is allowed and probably not meant, one sentence each, with the remedy."""
    sentences = list(_of_the_whole(settings))
    for vendor in settings.vendors:
        sentences += [f"{vendor.slug}: {warning}" for warning in vendor_warnings(vendor)]
    return sentences


def _of_the_whole(settings: Settings) -> Iterator[str]:
    if settings.contact is None:
        problem = "no contact is set, so vendors cannot reach you before they block you"
        yield f"{problem}; set `contact`"
    if settings.database_url == "sqlite://":
        problem = "the database is in memory, everything is forgotten at exit"
        yield f"{problem}; set `database` to a file"
    if settings.backfill_days < settings.window_days:
        window, backfill = settings.window_days, settings.backfill_days
        problem = f"the window is {window} days but only {backfill} are backfilled"
        yield f"{problem}, the days before are unknown at first; raise `backfill`"
    intervals = [vendor.interval_seconds for vendor in settings.vendors]
    load = Load(
        wanted_per_second=wanted_per_second(intervals),
        concurrency=settings.concurrency,
    )
    if load.problem is not None:
        yield load.problem


def vendor_warnings(vendor: VendorConfig, platform: str | None = None) -> Iterable[str]:
    """Yield what is allowed for one vendor and probably not meant.

    `platform` is what its page runs on where that was detected.
    """
    hint = platform_hint(vendor.url)
    if vendor.platform and hint and vendor.platform != hint:
        problem = f"the catalogue has this page on {hint}, not {vendor.platform}"
        yield f"{problem}; leave out `platform` to detect it"
    if not vendor.regions and _needs_regions(vendor.platform or platform or hint):
        problem = "the page speaks of every region of the vendor, so nothing on it is rated"
        yield f"{problem}; choose yours with `regions`"
    yield from _region_warnings(vendor)
    yield from _address_warnings(vendor)
    if vendor.interval_seconds > DAY_SECONDS:
        problem = "polled less than once a day, so days without a published record stay unknown"
        yield f"{problem}; shorten `interval`"


def _region_warnings(vendor: VendorConfig) -> Iterator[str]:
    """Yield which chosen regions are none that the catalogue knows the page to have."""
    entry = find_entry(None, vendor.url)
    names = entry.regions if entry else ()
    for region in vendor.regions if names else ():
        if not match_any(names, [region]):
            remedy = did_you_mean(nearest(region, names)) or f"it has {', '.join(names)}"
            yield f"the page has no region {region!r} that we know of; {remedy}"


def _address_warnings(vendor: VendorConfig) -> Iterator[str]:
    if vendor.url.startswith("http://"):
        yield "the address is not encrypted, anyone between can change the answers; write https://"
    if not vendor.allow_private and _is_private(urlsplit(vendor.url).hostname or ""):
        problem = "the address is private and will be refused"
        yield f"{problem}; set `allow_private: true` if it is your own page"


def _needs_regions(platform: str | None) -> bool:
    if platform is None or platform not in platforms.names():
        return False
    return platforms.named(platform).ABOUT.regions == "required"


def _is_private(host: str) -> bool:
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
