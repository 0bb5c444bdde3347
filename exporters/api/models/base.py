"""What all documents have in common: heads and problems."""

from datetime import date, datetime

from pydantic import Field

from exporters.api.parameters import LevelWord, Policy
from exporters.documents import Count, Model

Level = LevelWord | None
"""None = unknown, which is no level and never a good one."""


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
