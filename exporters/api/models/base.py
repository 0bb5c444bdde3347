"""What all documents have in common: heads, windows, figures, problems."""

from datetime import date, datetime
from typing import Annotated

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
