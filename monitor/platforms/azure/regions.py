"""Azure's regions, and which of them the user chose. Pure."""

from collections.abc import Iterable

from monitor.kit.patterns import match_any
from monitor.kit.protocol import PageContext

NAMES = (
    "East US, East US 2, East US 3, Central US, North Central US, South Central US, "
    "West Central US, West US, West US 2, West US 3, Canada Central, Canada East, "
    "Brazil South, Brazil Southeast, Mexico Central, Chile Central, North Europe, "
    "West Europe, Austria East, Belgium Central, Denmark East, France Central, "
    "France South, Germany North, Germany West Central, Italy North, Norway East, "
    "Norway West, Poland Central, Spain Central, Sweden Central, Sweden South, "
    "Switzerland North, Switzerland West, UK South, UK West, East Asia, Southeast Asia, "
    "Australia Central, Australia Central 2, Australia East, Australia Southeast, "
    "Central India, South India, West India, India South Central, Jio India Central, "
    "Jio India West, Indonesia Central, Japan East, Japan West, Korea Central, "
    "Korea South, Malaysia South, Malaysia West, New Zealand North, Taiwan North, "
    "Taiwan Northwest, Israel Central, Israel Northwest, Qatar Central, Saudi Arabia East, "
    "South Africa North, South Africa West, UAE Central, UAE North, China East, "
    "China East 2, China East 3, China North, China North 2, China North 3, "
    "US DoD Central, US DoD East, US Gov Arizona, US Gov Iowa, US Gov Texas, "
    "US Gov Virginia"
)
REGIONS = frozenset(NAMES.split(", "))
"""Regions that Azure had or had announced in 2026. A misspelt one would look calm for ever, so it
is pointed out."""

EVERYWHERE = frozenset({"*non-regional", "non-regional", "global", "worldwide"})
"""How categories say that no region in particular is meant."""


def concerns(page: PageContext, regions: Iterable[str]) -> bool:
    """Whether the user chose one of these regions. What names no region concerns everybody."""
    names = list(map(_short, regions))
    return not names or not page.regions or match_any(names, map(_short, page.regions))


def unknown_patterns(page: PageContext) -> list[str]:
    """Return the patterns of the user that no region matches."""
    names = list(map(_short, REGIONS))
    return [pattern for pattern in page.regions if not match_any(names, [_short(pattern)])]


def _short(region: str) -> str:
    """Return a region's name without spaces, as Azure's own tools write it: `West US` is `westus`
    there.
    """
    return region.replace(" ", "")
