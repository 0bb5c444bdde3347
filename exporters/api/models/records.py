"""What vendors and components came to over days: figures, days, windows, comparisons."""

from datetime import date, datetime
from typing import Literal

from exporters.api.models.base import Head, Level
from exporters.documents import Count, Figures, Model, Ratio, WindowDays


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


class Comparison(Head):
    """Several vendors over the same days, each in its own zone."""

    vendors: list[VendorFigures]
