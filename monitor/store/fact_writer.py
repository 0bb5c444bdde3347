"""Writing changes of facts: new rows are added, stale ones superseded, and none is overwritten but
coverage that grows.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from monitor.intervals import Interval
from monitor.model import Impact, ReportedUptime
from monitor.records.page import PageRecord
from monitor.store import updates
from monitor.store.changes.common import FactChange
from monitor.store.changes.coverage import CoverageChange, CoverageKey
from monitor.store.changes.updates import UpdateChange
from monitor.store.fact_rows import FIGURES, IMPACTS, Kind
from monitor.store.rows import chunks, execute_each, update_of_ids
from monitor.store.tables.facts import BAR, COVERAGE, FIGURE, IMPACT, INCIDENT, UPDATE
from monitor.store.tables.instants import Instant

Fact = TypeVar("Fact")

_TABLES = (INCIDENT, UPDATE, IMPACT, BAR, COVERAGE, FIGURE)
_INSERTS = {table: sa.insert(table) for table in _TABLES}
_SUPERSEDES = {table: update_of_ids(table, superseded_at="moment") for table in _TABLES}
_SET_LAST_READ = update_of_ids(IMPACT, last_read_at="moment")
_GROW = (
    sa.update(COVERAGE)
    .where(COVERAGE.c.id == sa.bindparam("row_id"))
    .values(ended_at=sa.bindparam("until", type_=Instant()))
)


class FactWriter:
    """Writes changes of one page's facts as known from `now` on, and counts them.

    `affected_from` are the instants from which days may differ. `grown` are the new ends of
    coverage by row, which `write_growth` writes.
    """

    def __init__(self, connection: Connection, page: PageRecord, now: datetime) -> None:
        self.added = 0
        self.superseded = 0
        self.affected_from: list[datetime] = []
        self.grown: dict[int, datetime] = {}
        self._connection = connection
        self._page_id = page.id
        self._polled_before = page.observed_until
        self._now = now

    def _add(self, table: sa.Table, rows: Iterable[dict[str, Any]]) -> None:
        common = {"page_id": self._page_id, "recorded_at": self._now, "superseded_at": None}
        values = [row | common for row in rows]
        execute_each(self._connection, _INSERTS[table], values)
        self.added += len(values)

    def _supersede(self, table: sa.Table, ids: Sequence[int]) -> None:
        for some in chunks(ids):
            self._connection.execute(_SUPERSEDES[table], {"ids": some, "moment": self._now})
        self.superseded += len(ids)

    def change(self, kind: Kind[Fact], change: FactChange[Fact]) -> None:
        """Write a change of incidents or bars."""
        self._supersede(kind.table, change.stale_ids)
        self._add(kind.table, map(kind.values, change.fresh))
        self.affected_from += change.affected_from

    def change_impacts(self, change: FactChange[Impact]) -> None:
        """Write a change of impacts, and until when those that went on were known to."""
        self._supersede(IMPACT, change.stale_ids)
        if self._polled_before is not None:
            for ids in chunks(_ids_of_going_on(change)):
                self._connection.execute(
                    _SET_LAST_READ, {"ids": ids, "moment": self._polled_before}
                )
        self._add(IMPACT, map(IMPACTS.values, change.fresh))
        self.affected_from += change.affected_from

    def change_updates(self, change: UpdateChange) -> None:
        """Write a change of messages."""
        self._supersede(UPDATE, change.stale)
        self._add(UPDATE, map(updates.to_row, change.fresh))
        self.affected_from += change.affected_from

    def change_figures(self, change: FactChange[ReportedUptime], source: str) -> None:
        """Write a change of a source's uptime figures."""
        self._supersede(FIGURE, change.stale_ids)
        rows = map(FIGURES.values, change.fresh)
        self._add(FIGURE, [row | {"source": source} for row in rows])

    def change_coverage(self, change: CoverageChange) -> None:
        """Write a change of coverage, but for what grows."""
        self._supersede(COVERAGE, change.stale)
        self._add(COVERAGE, [_coverage_row(key, span) for key, span in change.fresh])
        self.affected_from += change.affected_from
        for spans in change.growth.values():
            for row_id, span in spans.items():
                self.grown[row_id] = span.end

    def write_growth(self) -> None:
        """Let coverage that grew end where it does now."""
        ends = [{"row_id": row_id, "until": until} for row_id, until in self.grown.items()]
        execute_each(self._connection, _GROW, ends)


def _ids_of_going_on(change: FactChange[Impact]) -> Iterator[int]:
    for row in change.stale:
        if row.fact.end is None:
            yield row.id


def _coverage_row(key: CoverageKey, span: Interval) -> dict[str, Any]:
    return {
        "component_id": key.component_id,
        "aspect": key.aspect,
        "source": key.source,
        "started_at": span.start,
        "ended_at": span.end,
    }
