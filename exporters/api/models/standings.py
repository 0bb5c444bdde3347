"""How vendors stand now."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from exporters.api.models.base import Level, Now
from exporters.api.models.records import OpenIncident
from exporters.api.models.stacks import Outcome
from exporters.documents import Count, Model, Ratio


class Check(Model):
    """What `monitor status` says: stricter than a level, since a page must be readable now."""

    outcome: Outcome
    level: Level
    why_unknown: str | None


class Standing(Now):
    """How a vendor stands now."""

    vendor: str
    name: str
    page: str
    platform: str | None
    zone: str
    freshness: Literal["fresh", "stale", "ahead", "never"]
    read_at: datetime | None
    current_level: Level
    known_components: Count | None
    counted_components: Count | None
    coverage_ratio: Ratio | None = Field(description="The share of the components that are known.")
    error: str | None
    remark: str | None
    check: Check


class WholeStanding(Standing):
    """How a vendor stands now, with its components and what goes on."""

    levels: dict[str, Level]
    open_incidents: list[OpenIncident] | None
    open_maintenances: list[OpenIncident] | None


class VendorEntry(Standing):
    """A vendor of the list, and where there is more of it."""

    url: str


class Vendors(Now):
    """The vendors that are watched, by slug."""

    vendors: list[VendorEntry]
    next_cursor: str | None
