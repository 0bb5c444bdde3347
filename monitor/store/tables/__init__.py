"""The tables. No queries here.

Components and incidents are named by the vendor's ids everywhere. Where a row can be about a whole
page, ``component_id`` is `WHOLE_PAGE` (the empty string) instead of NULL, so that unique indexes
hold on every database.

Facts carry `recorded_at` and `superseded_at`: a row is what we knew from the first until the
second. They are never overwritten, with two exceptions that keep steady polling from growing the
tables: an open `observed_run` is closed in place, and a `coverage` row that the next poll prolongs
grows in place (its end is never later than its reading).
"""

from monitor.store.tables.columns import Table, core
from monitor.store.tables.days import Day, QuietRun
from monitor.store.tables.facts import (
    Bar,
    Coverage,
    Impact,
    Incident,
    IncidentUpdate,
    ListedIncident,
    ReportedFigure,
    Run,
)
from monitor.store.tables.instants import Instant
from monitor.store.tables.pages import Component, Page
from monitor.store.tables.readings import (
    EvidenceBody,
    Gap,
    Poll,
    Snapshot,
    Unit,
    UnknownWord,
    Validator,
)

__all__ = [
    "BAR",
    "COMPONENT",
    "COVERAGE",
    "DAY",
    "FIGURE",
    "GAP",
    "IMPACT",
    "INCIDENT",
    "LIST_ENTRY",
    "METADATA",
    "PAGE",
    "PIN",
    "POLL",
    "QUIET",
    "RUN",
    "SNAPSHOT",
    "UNIT",
    "UPDATE",
    "VALIDATOR",
    "WORD",
    "Instant",
]

METADATA = Table.metadata

PAGE = core(Page)
COMPONENT = core(Component)
INCIDENT = core(Incident)
UPDATE = core(IncidentUpdate)
LIST_ENTRY = core(ListedIncident)
IMPACT = core(Impact)
BAR = core(Bar)
COVERAGE = core(Coverage)
FIGURE = core(ReportedFigure)
RUN = core(Run)
UNIT = core(Unit)
GAP = core(Gap)
WORD = core(UnknownWord)
VALIDATOR = core(Validator)
SNAPSHOT = core(Snapshot)
PIN = core(EvidenceBody)
POLL = core(Poll)
DAY = core(Day)
QUIET = core(QuietRun)
