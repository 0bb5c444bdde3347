"""Components as services in regions, and the regions the user chose. Pure."""

from collections.abc import Iterable

from monitor.kit.patterns import match_any
from monitor.kit.protocol import PageContext

GLOBAL = "global"


def component_id(service: str, region: str) -> str:
    """Return the id of a service in a region."""
    return f"{service}@{region}"


def region_of(key: str) -> str:
    """Return the region of a component."""
    return key.rpartition("@")[2]


def wanted_ids(ids: Iterable[str], page: PageContext) -> list[str]:
    """Return the components in regions the user chose; what is global concerns all."""
    return [key for key in ids if _is_wanted(region_of(key), page)]


def _is_wanted(region: str, page: PageContext) -> bool:
    return region == GLOBAL or not page.regions or match_any([region], page.regions)
