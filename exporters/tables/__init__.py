"""Days, windows, intervals, incidents and observations as flat tables for a notebook: CSV, JSON
lines or Parquet, row by row.

Levels are words, days are the page's (its zone is in every row), instants are UTC. What is unknown
is null (CSV: empty), never 0 and never "operational". The days are the stored ones, which
`/metrics` shows too.
"""

from collections.abc import Mapping
from operator import attrgetter

from exporters.tables.days import DAYS
from exporters.tables.extract import Extract, read
from exporters.tables.incidents import INCIDENTS
from exporters.tables.intervals import INTERVALS
from exporters.tables.observations import OBSERVATIONS
from exporters.tables.sinks import Format, Sink, sink
from exporters.tables.table import Row, Table
from exporters.tables.updates import INCIDENT_UPDATES
from exporters.tables.windows import WINDOWS
from monitor.lookups import by_key

_TABLES = (DAYS, WINDOWS, INTERVALS, INCIDENTS, INCIDENT_UPDATES, OBSERVATIONS)
TABLES: Mapping[str, Table] = by_key(_TABLES, attrgetter("name"))

__all__ = ("TABLES", "Extract", "Format", "Row", "Sink", "Table", "read", "sink")
