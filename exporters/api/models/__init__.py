"""The documents that are answered, as types: what the OpenAPI document says of them.

The keys are those of `monitor report --format json` and `monitor explain --format json`. Answers
are not made of these types, which would only copy them: tests hold every answer against them.
"""

from exporters.api.models.base import Head, Now, Problem, ProblemError
from exporters.api.models.catalogue import Catalogue, CatalogueEntry, Index, Resource
from exporters.api.models.events import (
    Change,
    Changes,
    ComponentName,
    DayValue,
    Evidence,
    Incident,
    Incidents,
    Reach,
)
from exporters.api.models.records import (
    About,
    Comparison,
    Component,
    Components,
    Day,
    Days,
    OpenIncident,
    OutageSeconds,
    Override,
    Span,
    Vendor,
    VendorFigures,
    Windows,
)
from exporters.api.models.stacks import (
    Stack,
    StackEntry,
    Stacks,
    StackSummary,
    Statuses,
    TargetIncident,
    TargetStatus,
)
from exporters.api.models.standings import Check, Standing, VendorEntry, Vendors, WholeStanding
from exporters.documents import Figures, Model, WindowDays

__all__ = (
    "About",
    "Catalogue",
    "CatalogueEntry",
    "Change",
    "Changes",
    "Check",
    "Comparison",
    "Component",
    "ComponentName",
    "Components",
    "Day",
    "DayValue",
    "Days",
    "Evidence",
    "Figures",
    "Head",
    "Incident",
    "Incidents",
    "Index",
    "Model",
    "Now",
    "OpenIncident",
    "OutageSeconds",
    "Override",
    "Problem",
    "ProblemError",
    "Reach",
    "Resource",
    "Span",
    "Stack",
    "StackEntry",
    "StackSummary",
    "Stacks",
    "Standing",
    "Statuses",
    "TargetIncident",
    "TargetStatus",
    "Vendor",
    "VendorEntry",
    "VendorFigures",
    "Vendors",
    "WholeStanding",
    "WindowDays",
    "Windows",
)
