"""How targets and stacks are."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from exporters.api.models.base import Level, Now
from exporters.documents import Count, Model, Ratio

Outcome = Literal["ok", "warning", "critical", "unknown"]


class TargetIncident(Model):
    """An incident or maintenance that goes on and concerns a target."""

    id: str
    title: str
    status: str
    started_at: datetime
    url: str | None


class TargetStatus(Model):
    """How a target is: what `monitor status --format json` says of it, by its usual thresholds."""

    target: str
    vendor: str
    components: str | None = Field(description="The pattern that names them; null: the vendor.")
    page: str | None
    status: Outcome
    level: Level
    why_unknown: str | None
    components_at_level: list[str]
    known_components: Count | None
    counted_components: Count | None
    read_at: datetime | None
    age_seconds: float | None = Field(description="Before `as_of`; null: never read.")
    interval_seconds: Count | None
    incidents: list[TargetIncident]
    maintenances: list[TargetIncident]


class Statuses(Now):
    """How several targets are."""

    status: Outcome
    targets: list[TargetStatus]


class StackSummary(Model):
    """How a stack is, by its worst target."""

    stack: str
    status: Outcome
    level: Level = Field(
        description="The worst level; null: no target is known to be degraded or worse, and one or"
        " more are unknown."
    )
    known_targets: Count
    counted_targets: Count
    coverage_ratio: Ratio = Field(description="The share of the targets that are known.")


class StackEntry(StackSummary):
    """A stack of the list, and where there is more of it."""

    url: str


class Stacks(Now):
    """The stacks of the settings, by name."""

    stacks: list[StackEntry]
    next_cursor: str | None


class Stack(Now, StackSummary):
    """A stack with its targets, in the order of the settings."""

    targets: list[TargetStatus]
