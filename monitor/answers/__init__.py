"""What we know of a vendor, as answers to questions: the one view that every output prints.

`standing` says how a vendor stands now, `status` whether what one depends on works, `record` what a
vendor did over a window, `overview` which days of a span were not quiet, `explanation` what is
behind one day, `reasons` what would make that day another one, and `bad_intervals` when its
components were at bad levels; `incidents` lists what vendors told, `incident_history` how
they told one, `revised_days` what they changed of days that were over, `edits` that and what they
changed of incidents, `joint_days` says when several vendors were out at once, `maintenances`
which work is announced, `search` where a word occurs, and `chronicle` all that happened lately.
Each reads the store as of an instant that the caller gives. In all of them what is unknown is None,
and so null, an empty cell or "unknown" wherever it is written, never 0 and never "operational".
Instants are UTC, days are those of the page's zone, windows include their last day, ratios lie in
0..1.
"""

from monitor.answers.alternatives import Change
from monitor.answers.chronicle import Chronicle, ChronicleQuery, IncidentStory, chronicle
from monitor.answers.component_days import ComponentDay, Dispute
from monitor.answers.day_query import DayQuery
from monitor.answers.day_revisions import RevisedDay, revised_days
from monitor.answers.edits import DayEdit, Edits, EditsQuery, IncidentEdits, edits
from monitor.answers.explanation import Explanation, IncidentAccount, day_versions, explanation
from monitor.answers.incident_history import (
    FIELDS,
    FieldEdit,
    IncidentHistory,
    field_edits,
    incident_history,
)
from monitor.answers.incidents import ImpactReading, IncidentLevel, incidents, worst_of
from monitor.answers.intervals import BadIntervals, IntervalQuery, bad_intervals
from monitor.answers.joint import JointDays, joint_days
from monitor.answers.lasting import stands_until
from monitor.answers.level_changes import LevelChange
from monitor.answers.maintenances import Maintenance, maintenances
from monitor.answers.overview import DayAccount, Overview, SpanQuery, overview
from monitor.answers.past_statuses import past_statuses
from monitor.answers.reasons import Reasons, reasons
from monitor.answers.record import DEFINITION, ComponentRecord, Record, ReportQuery, record
from monitor.answers.search import Findings, FoundComponent, FoundIncident, SearchQuery, search
from monitor.answers.silence import Silence, silence
from monitor.answers.sources import SourceReach
from monitor.answers.spans import SpanFigures
from monitor.answers.windows import WindowsQuery, WindowSum, WindowSums, windows
from monitor.stacks import Target
from monitor.statuses.standing import Freshness, Standing, freshness, standing, verdict
from monitor.statuses.status import (
    STALE_INTERVALS,
    Outcome,
    Status,
    Thresholds,
    never_read,
    status,
    status_of,
    worst_outcome,
)
from monitor.statuses.target_query import TargetQuery, no_stack
from monitor.statuses.targets import (
    StackStatus,
    named_slugs,
    stack_status,
    target_status,
    target_statuses,
)

__all__ = (
    "DEFINITION",
    "FIELDS",
    "STALE_INTERVALS",
    "BadIntervals",
    "Change",
    "Chronicle",
    "ChronicleQuery",
    "ComponentDay",
    "ComponentRecord",
    "DayAccount",
    "DayEdit",
    "DayQuery",
    "Dispute",
    "Edits",
    "EditsQuery",
    "Explanation",
    "FieldEdit",
    "Findings",
    "FoundComponent",
    "FoundIncident",
    "Freshness",
    "ImpactReading",
    "IncidentAccount",
    "IncidentEdits",
    "IncidentHistory",
    "IncidentLevel",
    "IncidentStory",
    "IntervalQuery",
    "JointDays",
    "LevelChange",
    "Maintenance",
    "Outcome",
    "Overview",
    "Reasons",
    "Record",
    "ReportQuery",
    "RevisedDay",
    "SearchQuery",
    "Silence",
    "SourceReach",
    "SpanFigures",
    "SpanQuery",
    "StackStatus",
    "Standing",
    "Status",
    "Target",
    "TargetQuery",
    "Thresholds",
    "WindowSum",
    "WindowSums",
    "WindowsQuery",
    "bad_intervals",
    "chronicle",
    "day_versions",
    "edits",
    "explanation",
    "field_edits",
    "freshness",
    "incident_history",
    "incidents",
    "joint_days",
    "maintenances",
    "named_slugs",
    "never_read",
    "no_stack",
    "overview",
    "past_statuses",
    "reasons",
    "record",
    "revised_days",
    "search",
    "silence",
    "stack_status",
    "standing",
    "stands_until",
    "status",
    "status_of",
    "target_status",
    "target_statuses",
    "verdict",
    "windows",
    "worst_of",
    "worst_outcome",
)
