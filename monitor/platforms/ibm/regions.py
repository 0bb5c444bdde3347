"""Components as services in regions, and the regions the user chose. Pure."""

from monitor.kit.patterns import match_any
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
    return region == GLOBAL or not page.regions or match_any([region], page.regions)
