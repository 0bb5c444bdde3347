"""The documents that are answered, as types: what the OpenAPI document says of them.

The keys are those of `monitor report --format json` and `monitor explain --format json`. Answers
are not made of these types, which would only copy them: tests hold every answer against them.
"""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from exporters.api.parameters import LevelWord, Policy

Level = LevelWord | None
"""None = unknown, which is no level and never a good one."""

Ratio = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=0)]


class Model(BaseModel):
    """A document without any other keys."""

    model_config = ConfigDict(extra="forbid", json_schema_serialization_defaults_required=False)


class ProblemError(Model):
    """What is wrong with one parameter."""

    parameter: str
    message: str


class Problem(Model):
    """What went wrong (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    errors: list[ProblemError]
    suggestions: list[str] = Field(description="What was probably meant.")


class Head(Model):
    """What every answer over days says of itself."""

    as_of: date = Field(description="The last day of the window, in the page's zone.")
    window_days: Count
    policy: Policy
    known_at: datetime | None = Field(description="null: everything known at `generated_at`.")
    generated_at: datetime
    definition: str = Field(description="What makes a day count in `outage_days`.")


class Now(Model):
    """What every answer about the present says of itself."""

    as_of: datetime
    definition: str


class WindowDays(Model):
    """The days of a window, both included."""

    first: date
    last: date


class Figures(Model):
    """A window's counts of days and its ratios; null where nothing is known."""

    known_days: Count | None
    outage_days: Count | None
    major_days: Count | None
    degraded_days: Count | None
    maintenance_days: Count | None
    unknown_days: Count | None
    absent_days: Count | None
    disputed_days: Count | None
    outage_day_bounds: tuple[Count, Count] | None = Field(
        description="With all unknown days good, and all bad."
    )
    outage_day_ratio: Ratio | None
    downtime_ratio: Ratio | None
    coverage_ratio: Ratio | None


class OpenIncident(Model):
    """An incident or maintenance that goes on."""

    id: str
    incident: str
    title: str
    impact: str
    status: str
    maintenance: bool
    started_at: datetime
    url: str | None
    components: list[str]
    component_ids: list[str]


class Override(Model):
    """What you decided about an incident."""

    incident: str
    title: str
    level: str | None
    start: datetime | None
    end: datetime | None
    reason: str
    date: date


class VendorFigures(Figures):
    """A vendor and its figures in a window."""

    vendor: str
    name: str
    page: str
    platform: str | None
    zone: str
    window: WindowDays
    sentence: str
    current_level: Level
    known_components: Count | None
    counted_components: Count | None
    last_success_at: datetime | None
    error: str | None
    remark: str | None
    trust: str | None
    overrides: list[Override]
    open_incidents: list[OpenIncident] | None
    open_maintenances: list[OpenIncident] | None
    vendor_reported_uptime: Ratio | None


class Vendor(Head, VendorFigures):
    """One vendor over a window: what `monitor report` says, but for its days and components."""


class OutageSeconds(Model):
    """Seconds at each bad level."""

    major: float | None
    partial: float | None
    degraded: float | None
    maintenance: float | None


class Component(Figures):
    """One component over a window."""

    id: str
    slug: str
    name: str
    group: str | None
    component: str
    component_id: str
    component_name: str
    component_group: str | None
    excluded: bool
    removed_at: datetime | None
    current_level: Level
    outage_seconds: OutageSeconds
    vendor_reported_uptime: Ratio | None
    vendor_formula_uptime: Ratio | None


class About(Head):
    """Which vendor a list is about, and how much of it is known."""

    vendor: str
    zone: str
    window: WindowDays
    coverage_ratio: Ratio | None


class Components(About):
    """Components of a vendor, in the page's order."""

    components: list[Component]
    next_cursor: str | None


class Day(Model):
    """One day. `reason` says why it is unknown where there was no such component; the keys that are
    left out say nothing of it.
    """

    date: date
    level: Level
    incidents: list[str]
    reason: str | None = None
    coverage_ratio: Ratio | None = None
    source: str | None = None
    known_components: Count | None = None
    counted_components: Count | None = None
    disputed: bool = False


class Days(About):
    """Days of a vendor or a component, oldest first."""

    component: str | None
    days: list[Day]
    next_cursor: str | None


class Span(Figures):
    """The figures of one window or span of the calendar."""

    name: str | None
    first: date
    last: date
    until_today: bool
    uptime_least: Ratio | None
    uptime_most: Ratio | None
    outcome: Literal["kept", "not_kept", "unknown"] | None = None


class Windows(About):
    """Windows of several lengths, and spans of the calendar."""

    component: str | None
    target: Ratio | None = None
    windows: list[Span]


class Check(Model):
    """What `monitor status` says: stricter than a level, since a page must be readable now."""

    outcome: Literal["ok", "warning", "critical", "unknown"]
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


class Incident(Model):
    """An incident or maintenance as the vendor tells it; `level` is the worst it came to."""

    vendor: str
    zone: str
    id: str
    incident: str
    title: str
    phase: str
    status: str
    impact: str
    level: Level
    maintenance: bool
    first_day: date
    started_at: datetime
    resolved_at: datetime | None
    duration_seconds: float | None
    components: list[str]
    component_ids: list[str]
    url: str | None
    source: str | None


class Reach(Model):
    """Which days of a vendor were looked through, and how much of them is known: see `coverage`."""

    vendor: str
    zone: str
    window: WindowDays
    coverage: str = Field(description="The address of the window's figures, with its coverage.")


class Incidents(Now):
    """Incidents and maintenances, the latest start first."""

    known_at: datetime | None
    vendors: list[Reach]
    incidents: list[Incident]
    next_cursor: str | None


class ComponentName(Model):
    """A component by its names; null: the vendor itself, or a component the page does not list."""

    component: str | None
    component_id: str | None
    component_name: str | None
    component_group: str | None


class Evidence(Now):
    """Everything behind one day: the incidents, impacts, bars, polls and answers it rests on."""

    vendor: str
    name: str
    page: str
    zone: str
    known_at: datetime | None
    coverage_ratio: Ratio | None
    component: ComponentName | None
    day: dict[str, Any] = Field(description="As `monitor explain --format json` has it.")


class DayValue(Model):
    """What a day was taken for."""

    level: Level
    major_seconds: float | None
    partial_seconds: float | None
    degraded_seconds: float | None
    maintenance_seconds: float | None
    coverage_ratio: Ratio
    source: str | None
    disputed: bool


class Change(ComponentName):
    """A day that was changed after it was over."""

    date: date
    number: Count
    changed_at: datetime
    before: DayValue
    after: DayValue


class Changes(Now):
    """The days of a window that were changed after they were over, oldest first."""

    vendor: str
    zone: str
    window: WindowDays
    coverage: str = Field(description="The address of the window's figures, with its coverage.")
    known_at: datetime | None
    changes: list[Change]
    next_cursor: str | None


class Comparison(Head):
    """Several vendors over the same days, each in its own zone."""

    vendors: list[VendorFigures]


class CatalogueEntry(Model):
    """A vendor that we know of."""

    slug: str
    name: str
    aliases: list[str]
    page: str
    platform: str
    category: str
    confidence: str
    checked: str
    source: str
    regions: list[str]
    note: str | None
    watched: bool


class Catalogue(Now):
    """Vendors that we know of, by slug. `platform` is a hint of the day it was `checked`."""

    catalogue: list[CatalogueEntry]
    next_cursor: str | None


class Resource(Model):
    """What can be asked for."""

    path: str
    summary: str


class Index(Now):
    """What can be asked for, and by what version."""

    version: str
    openapi: str
    documentation: str
    resources: list[Resource]
