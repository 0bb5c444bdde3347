"""Which components of a page the patterns of the settings name, and which of them count. Pure."""

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

from monitor.config import VendorConfig
from monitor.model import KnownComponent, id_set


def named_ids(components: Iterable[KnownComponent], patterns: Sequence[str]) -> frozenset[str]:
    """Return the ids of the components that the patterns of a setting (`exclude`, `critical`) name.

    A pattern is an id, a slug, a name or a group, or a glob pattern of one of them; upper and lower
    case are alike.
    """
    patterns = [pattern.casefold() for pattern in patterns]
    return frozenset(entry.id for entry in components if _matches_any(entry, patterns))


def _matches_any(entry: KnownComponent, patterns: Sequence[str]) -> bool:
    component = entry.component
    for text in (component.id, entry.slug, component.name, component.group or ""):
        if any(fnmatchcase(text.casefold(), pattern) for pattern in patterns):
            return True
    return False


def left_out(components: Iterable[KnownComponent], vendor: VendorConfig) -> frozenset[str]:
    """Return the ids of the components that do not count in the vendor's figure: those excluded,
    and where `include` names some, all others. When it names none that the page has, nothing counts
    and the vendor is unknown.
    """
    components = list(components)
    excluded_ids = named_ids(components, vendor.exclude)
    if not vendor.include:
        return excluded_ids
    others = id_set(components) - named_ids(components, vendor.include)
    return excluded_ids | others
