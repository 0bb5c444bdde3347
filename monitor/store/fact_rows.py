"""Rows of facts: the columns each kind is read by, and how a row becomes a fact and a fact a
row.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, NamedTuple, TypeVar

import sqlalchemy as sa

from monitor.intervals import utc
from monitor.lookups import by_value
from monitor.model import Bar, Basis, Impact, Incident, ReportedUptime
from monitor.records.edges import WHOLE_PAGE
from monitor.records.state import LEVELS, IncidentRow, incident_of
from monitor.store.changes.common import FactRow
from monitor.store.rows import Row, columns, level_number
from monitor.store.tables.facts import BAR, FIGURE, IMPACT, INCIDENT

Fact = TypeVar("Fact")

_BASES = by_value(Basis)


@dataclass(frozen=True, slots=True)
class Kind(Generic[Fact]):
    """A kind of fact whose rows are added and superseded, never overwritten.

    `row_type` is the NamedTuple of the columns that say what a fact says: a row of a select is read
    by name many times faster through it.
    """

    table: sa.Table
    row_type: Any
    to_fact: Callable[[Any], Fact]
    to_row: Callable[[Fact], Any]

    @property
    def columns(self) -> list[sa.Column[Any]]:
        """The columns of `row_type`."""
        return columns(self.table, self.row_type._fields)

    def present(self, *where: sa.ColumnElement[bool]) -> sa.Select[Any]:
        """Return the select of what holds now of a ``page``, with the ids of the rows."""
        c = self.table.c
        return sa.select(c.id, *self.columns).where(
            c.page_id == sa.bindparam("page"), c.superseded_at.is_(None), *where
        )

    def read(self, row: Row) -> Fact:
        """Return what a row of `columns` says."""
        return self.to_fact(self.row_type._make(row))

    def read_present(self, row: Row) -> FactRow[Fact]:
        """Return what a row of `present` stores."""
        row_id, *content = row
        return FactRow(row_id, self.read(content))

    def values(self, fact: Fact) -> dict[str, Any]:
        """Return a fact as columns to insert."""
        values: dict[str, Any] = self.to_row(fact)._asdict()
        return values


def _incident_row(incident: Incident) -> IncidentRow:
    return IncidentRow(
        external_id=incident.id,
        title=incident.title,
        phase=incident.phase.value,
        status=incident.status,
        impact=incident.impact,
        url=incident.url,
        maintenance=incident.maintenance,
        started_at=utc(incident.started_at),
        resolved_at=incident.resolved_at and utc(incident.resolved_at),
        component_ids=list(incident.component_ids),
        unlisted_at=incident.unlisted_at and utc(incident.unlisted_at),
    )


class ImpactRow(NamedTuple):
    """What the columns of the table `impact` say."""

    component_id: str
    level: int | None
    word: str | None
    basis: str
    source: str
    incident_id: str | None
    started_at: datetime
    ended_at: datetime | None


def _to_impact(row: ImpactRow) -> Impact:
    return Impact(
        component_id=row.component_id,
        level=LEVELS[row.level],
        word=row.word,
        basis=_BASES[row.basis],
        source=row.source,
        incident_id=row.incident_id,
        start=row.started_at,
        end=row.ended_at,
    )


def _impact_row(impact: Impact) -> ImpactRow:
    return ImpactRow(
        component_id=impact.component_id,
        level=level_number(impact.level),
        word=impact.word,
        basis=impact.basis.value,
        source=impact.source,
        incident_id=impact.incident_id,
        started_at=utc(impact.start),
        ended_at=impact.end and utc(impact.end),
    )


class BarRow(NamedTuple):
    """What the columns of the table `bar` say."""

    component_id: str
    day: date
    partial_seconds: int
    major_seconds: int
    incident_ids: list[str]
    source: str


def _to_bar(row: BarRow) -> Bar:
    return Bar(**row._asdict() | {"incident_ids": tuple(row.incident_ids)})


def _bar_row(bar: Bar) -> BarRow:
    return BarRow(
        component_id=bar.component_id,
        day=bar.day,
        partial_seconds=bar.partial_seconds,
        major_seconds=bar.major_seconds,
        incident_ids=list(bar.incident_ids),
        source=bar.source,
    )


class FigureRow(NamedTuple):
    """What the columns of the table `reported_uptime` say."""

    component_id: str
    window_days: int
    ratio: float


def _to_figure(row: FigureRow) -> ReportedUptime:
    key = row.component_id or None
    return ReportedUptime(component_id=key, window_days=row.window_days, ratio=row.ratio)


def _figure_row(figure: ReportedUptime) -> FigureRow:
    return FigureRow(figure.component_id or WHOLE_PAGE, figure.window_days, figure.ratio)


INCIDENTS = Kind(INCIDENT, IncidentRow, incident_of, _incident_row)
IMPACTS = Kind(IMPACT, ImpactRow, _to_impact, _impact_row)
BARS = Kind(BAR, BarRow, _to_bar, _bar_row)
FIGURES = Kind(FIGURE, FigureRow, _to_figure, _figure_row)
