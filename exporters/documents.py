"""What answers have in common as types, for programs and for assistants: windows and figures."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Ratio = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=0)]


class Model(BaseModel):
    """A document without any other keys. Those that have a default may be left out."""

    model_config = ConfigDict(extra="forbid", json_schema_serialization_defaults_required=False)


class WindowDays(Model):
    """The days of a window, both included, in the page's zone."""

    first: date
    last: date


class Figures(Model):
    """Counts of days and ratios; null is unknown. Unknown days are in no ratio."""

    known_days: Count | None
    outage_days: Count | None
    major_days: Count | None
    degraded_days: Count | None
    maintenance_days: Count | None
    unknown_days: Count | None
    absent_days: Count | None
    disputed_days: Count | None
    outage_day_bounds: tuple[Count, Count] | None = Field(
        description="Outage days with all unknown days good, and all bad."
    )
    outage_day_ratio: Ratio | None = Field(description="outage_days of known_days.")
    downtime_ratio: Ratio | None
    coverage_ratio: Ratio | None = Field(description="How much of the window is known.")
