"""Components as services in regions, and the regions the user chose. Pure."""

from collections.abc import Iterable
from fnmatch import fnmatchcase

from monitor.kit.protocol import PageContext

GLOBAL = "global"


def component_id(service: str, region: str) -> str:
    """Return the id of a service in a region."""
    return f"{service}@{region}"


def region_of(key: str) -> str:
    """Return the region of a component."""
    return key.rpartition("@")[2]


def is_wanted(key: str, page: PageContext) -> bool:
    """Whether a component is in a region the user chose; what is global concerns all."""
    region = region_of(key)
    if region == GLOBAL or not page.regions:
        return True
    return any(fnmatchcase(region, pattern) for pattern in page.regions)


def is_any_called(pattern: str, regions: Iterable[str]) -> bool:
    """Whether one of these regions is called as the user's name or pattern says."""
    return any(fnmatchcase(region, pattern) for region in regions)
