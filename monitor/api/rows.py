"""What questions are answered with: plain values, named as the columns of exported tables.

In all of them None is what is unknown. Levels are words (`operational`, `maintenance`, `degraded`,
`partial_outage`, `major_outage`), instants aware and UTC, days those of the page's zone (`zone`),
ratios in 0..1, seconds floats. `component` is a slug, which survives renames; a row about the
vendor itself has None there.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Vendor:
    """One watched page. `name` is the page's own, else the configured one; `platform` None = not
    recognised yet; the instants are None until the page was read for the first time.
    """

    vendor: str
    name: str
    page: str
    platform: str | None
    zone: str
    added_at: datetime
    last_poll_at: datetime | None
    last_success_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """One part of a vendor. `excluded`: it does not count in the vendor's figures. `removed_at`
    None = it is on the page.
    """

    vendor: str
    component: str
    component_id: str
    component_name: str
    component_group: str | None
    excluded: bool
    first_seen_at: datetime
    removed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A day of a vendor or component. `coverage_ratio` is the share of it that is known.

    `absence` says why it is no gap that there is no level: the component was not on the page yet
    (`unborn`), or not any more (`gone`).
    `seconds_of` is the component whose seconds a vendor's day has (None = nothing was bad),
    `source` what they came from (`bars`, `impacts`, `observations`), `incidents` their ids.
    """

    vendor: str
    component: str | None
    component_id: str | None
    component_name: str | None
    component_group: str | None
    excluded: bool | None
    zone: str
    day: date
    level: str | None
    absence: str | None
    major_seconds: float | None
    partial_seconds: float | None
    degraded_seconds: float | None
    maintenance_seconds: float | None
    length_seconds: float
    covered_seconds: float
    coverage_ratio: float
    seconds_of: str | None
    source: str | None
    confidence: str | None
    disputed: bool
    known_components: int | None
    counted_components: int | None
    incidents: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A component at one bad level from `start` to `end`, cut at the first and the last day asked
    for.

    `end` None = it went on at the last reading, and `seconds` are those until then. `precision` is
    `interval`, or `day` where only a vendor's bar tells of it: then `start` and `end` are the day's
    and `seconds` how long it was. `incident` None = polls saw it, or a bar names none or several.
    """

    vendor: str
    component: str
    component_id: str
    component_name: str
    component_group: str | None
    excluded: bool
    zone: str
    level: str
    start: datetime
    end: datetime | None
    seconds: float
    precision: str
    source: str
    incident: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """A state of a component that polls saw, from the first to the reading that saw another one.

    `level` None = the page used a word that is not known; `end` None = it held at the last reading.
    """

    vendor: str
    component: str
    component_id: str
    component_name: str
    component_group: str | None
    excluded: bool
    zone: str
    level: str | None
    start: datetime
    end: datetime | None
    last_seen_at: datetime
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentUpdate:
    """A message of an incident. `components` are those it gives a state, `levels` their levels in
    the same order (None = a word that is not known). `read_at` is when it was first read so.
    """

    vendor: str
    zone: str
    incident: str
    update: str
    posted_at: datetime
    read_at: datetime
    status: str
    text: str
    components: tuple[str, ...]
    levels: tuple[str | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """An incident or maintenance, as the page publishes it. `resolved_at` None = it has not ended.

    `updates` are its messages, oldest first; a table of incidents leaves them out.
    """

    vendor: str
    zone: str
    incident: str
    title: str
    phase: str
    status: str
    impact: str
    maintenance: bool
    first_day: date
    started_at: datetime
    resolved_at: datetime | None
    duration_seconds: float | None
    components: tuple[str, ...]
    url: str | None
    source: str | None
    updates: tuple[IncidentUpdate, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a vendor stands at `as_of`, by the reading of its page at `read_at` (None = never).

    `level` None = unknown: the reading is not `fresh` (but `stale`, `ahead` or `never`), or too
    little of it is known. `levels` are its components' by slug. `open_incidents` and
    `open_maintenances` are None, not empty, of a page that was never read.
    """

    vendor: str
    as_of: datetime
    read_at: datetime | None
    freshness: str
    level: str | None
    known_components: int | None
    counted_components: int | None
    levels: Mapping[str, str | None]
    open_incidents: tuple[Incident, ...] | None
    open_maintenances: tuple[Incident, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What a vendor or component did from day `first` to day `last`, as `monitor report` says it.

    A count, ratio or sum is None when nothing is known, never 0. `outage_day_ratio` is
    `outage_days` of `known_days`; `outage_days_least` and `_most` are the bounds with all unknown
    days good, and all bad. `downtime_ratio` is weighed by `policy`. `current_level` is None unless
    the window ends today. `vendor_reported_uptime` is what the page prints for such a window, and
    `vendor_formula_uptime` what its own formula gives. `sentence` says a vendor's figure with its
    definition, zone and coverage; None of a component.
    """

    vendor: str
    component: str | None
    component_id: str | None
    component_name: str | None
    component_group: str | None
    excluded: bool | None
    zone: str
    first: date
    last: date
    known_days: int
    outage_days: int | None
    major_days: int | None
    degraded_days: int | None
    maintenance_days: int | None
    unknown_days: int
    absent_days: int
    disputed_days: int | None
    outage_days_least: int | None
    outage_days_most: int | None
    outage_day_ratio: float | None
    downtime_ratio: float | None
    policy: str
    major_seconds: float | None
    partial_seconds: float | None
    degraded_seconds: float | None
    maintenance_seconds: float | None
    coverage_ratio: float | None
    current_level: str | None
    vendor_reported_uptime: float | None
    vendor_formula_uptime: float | None
    sentence: str | None
