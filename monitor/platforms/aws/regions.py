"""AWS's regions, and which of them the user chose. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase

GLOBAL = "global"
"""The region of what belongs to no region."""

REGION = re.compile(r"[a-z]{2}(?:-[a-z]+)+-\d{1,2}")
IN_KEY = re.compile(rf"(?:.*-)?({REGION.pattern})")

_REGION_NAMES = (
    "us-east-1 us-east-2 us-west-1 us-west-2 us-gov-east-1 us-gov-west-1 ca-central-1 "
    "ca-west-1 mx-central-1 sa-east-1 eu-central-1 eu-central-2 eu-north-1 eu-south-1 "
    "eu-south-2 eu-west-1 eu-west-2 eu-west-3 il-central-1 me-central-1 me-south-1 af-south-1 "
    "ap-east-1 ap-east-2 ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-south-1 ap-south-2 "
    "ap-southeast-1 ap-southeast-2 ap-southeast-3 ap-southeast-4 ap-southeast-5 "
    "ap-southeast-6 ap-southeast-7"
)
REGIONS = frozenset(_REGION_NAMES.split())
"""Regions the dashboard was known to have in 2026. A misspelt one would look calm for ever, so one
that is neither here nor in any event is pointed out and not observed."""


def region_of(arn: str, service: str) -> str:
    """Return the region of an event: the one its id names, else the one its service's key ends
    in.
    """
    fields = arn.split(":")
    region = fields[3] if len(fields) > 3 else ""  # noqa: PLR2004
    return region if REGION.fullmatch(region) else region_in(service)


def region_in(key: str) -> str:
    """Return the region that a service's key ends in, `GLOBAL` when it ends in none."""
    match = IN_KEY.fullmatch(key)
    return match[1] if match else GLOBAL


def component_id(key: str, region: str) -> str:
    """Return the component's id: the vendor's key, which ends in the region.

    A key without one, under a regional event, is that service as far as this region goes:
    CloudFront troubled by one region's event is not CloudFront down everywhere.
    """
    return key if region == GLOBAL or region_in(key) != GLOBAL else f"{key}@{region}"


def region_of_component(component_id: str) -> str:
    """Return the region of a component, as `component_id` has put it into the id."""
    key, _, event_region = component_id.partition("@")
    return event_region or region_in(key)


@dataclass(frozen=True, slots=True)
class Scope:
    """The regions the user chose, as names or patterns; none = nothing is rated."""

    patterns: tuple[str, ...]

    def holds(self, component_id: str) -> bool:
        """Whether the component belongs to a chosen region. What belongs to no region concerns all
        of them.
        """
        if not self.patterns:
            return False
        region = region_of_component(component_id)
        is_global = region == GLOBAL or ("@" in component_id and GLOBAL in self.patterns)
        return is_global or self._matches(region)

    def _matches(self, region: str) -> bool:
        return any(fnmatchcase(region, pattern) for pattern in self.patterns)

    def regions(self, of_events: Iterable[str]) -> list[str]:
        """Return the chosen regions that exist, as far as we or the events know."""
        return sorted(filter(self._matches, {*REGIONS, *of_events} - {GLOBAL}))

    def strangers(self, of_events: Iterable[str]) -> list[str]:
        """Return the patterns that neither we nor the events know a region for."""
        regions = {*REGIONS, *of_events, GLOBAL}
        return [pattern for pattern in self.patterns if not _names_any(pattern, regions)]


def _names_any(pattern: str, regions: Iterable[str]) -> bool:
    return any(fnmatchcase(region, pattern) for region in regions)
