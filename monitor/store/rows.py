"""Rows of facts: the columns each kind is read by, and how a row becomes a fact and a fact a
row.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import sqlalchemy as sa

from monitor.intervals import utc
from monitor.model import (
    Aspect,
    Bar,
    Basis,
    Impact,
    Incident,
    Level,
    Phase,
    ReportedUptime,
)
from monitor.store.changes.common import FactRow
from monitor.store.edges import WHOLE_PAGE
from monitor.store.tables import BAR, FIGURE, IMPACT, INCIDENT, Instant

Row = Any
"""A row of a select, its columns by name."""

Value = TypeVar("Value")
Fact = TypeVar("Fact")

MOST_KEYS = 1_000
"""How many values one IN list holds; every database takes that many."""

LEVELS: Mapping[int | None, Level | None] = {None: None} | {level.value: level for level in Level}
ASPECTS = {aspect.value: aspect for aspect in Aspect}
PHASES = {phase.value: phase for phase in Phase}
_BASES = {basis.value: basis for basis in Basis}


def chunks(values: Iterable[Value]) -> Iterator[list[Value]]:
    """Yield the values in lists that are short enough for an IN list."""
    rest = list(values)
    for start in range(0, len(rest), MOST_KEYS):
        yield rest[start : start + MOST_KEYS]


def level_number(level: Level | None) -> int | None:
    """Return the level as it is stored."""
    return None if level is None else int(level)


def columns(table: sa.Table, names: str) -> list[sa.Column[Any]]:
    """Return columns of a table by their names, written with spaces between."""
    return [table.c[name] for name in names.split()]


@dataclass(frozen=True, slots=True)
class Kind(Generic[Fact]):
    """A kind of fact whose rows are added and superseded, never overwritten."""

    table: sa.Table
    columns: Sequence[sa.Column[Any]]
    to_fact: Callable[[Row], Fact]
    to_row: Callable[[Fact], dict[str, Any]]

    def present(self, *where: sa.ColumnElement[bool]) -> sa.Select[Any]:
        """Return the select of what holds now of a ``page``, with the ids of the rows."""
        c = self.table.c
        return sa.select(c.id, *self.columns).where(
            c.page_id == sa.bindparam("page"), c.superseded_at.is_(None), *where
        )

    def to_fact_row(self, row: Row) -> FactRow[Fact]:
        """Return a row of `present` as what it stores."""
        return FactRow(row.id, self.to_fact(row))


def update_of_ids(table: sa.Table, **instants: str) -> sa.Update:
    """Return the statement that sets columns of the rows ``ids`` to instants, by parameter."""
    return (
        sa.update(table)
        .where(among(table.c.id, "ids"))
        .values(
            {name: sa.bindparam(parameter, type_=Instant()) for name, parameter in instants.items()}
        )
    )


def among(column: sa.Column[Any], parameter: str = "keys") -> sa.ColumnElement[bool]:
    """Return the condition that a column is one of the values of a parameter."""
    return column.in_(sa.bindparam(parameter, expanding=True))


# incidents


def to_incident(row: Row) -> Incident:
    """Return the version of an incident in a row of `INCIDENTS`."""
    return Incident(
        id=row.external_id,
        title=row.title,
        phase=PHASES[row.phase],
        status=row.status,
        impact=row.impact,
        url=row.url,
        maintenance=row.maintenance,
        started_at=row.started_at,
        resolved_at=row.resolved_at,
        component_ids=tuple(row.component_ids),
        unlisted_at=row.unlisted_at,
    )


def _incident_row(incident: Incident) -> dict[str, Any]:
    return {
        "external_id": incident.id,
        "title": incident.title,
        "phase": incident.phase.value,
        "status": incident.status,
        "impact": incident.impact,
        "url": incident.url,
        "maintenance": incident.maintenance,
        "started_at": utc(incident.started_at),
        "resolved_at": incident.resolved_at and utc(incident.resolved_at),
        "component_ids": list(incident.component_ids),
        "unlisted_at": incident.unlisted_at and utc(incident.unlisted_at),
    }


INCIDENTS = Kind(
    INCIDENT,
    columns(
        INCIDENT,
        "external_id title phase status impact url maintenance started_at resolved_at"
        " component_ids unlisted_at",
    ),
    to_incident,
    _incident_row,
)


# impacts


def _to_impact(row: Row) -> Impact:
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


def _impact_row(impact: Impact) -> dict[str, Any]:
    return {
        "component_id": impact.component_id,
        "level": level_number(impact.level),
        "word": impact.word,
        "basis": impact.basis.value,
        "source": impact.source,
        "incident_id": impact.incident_id,
        "started_at": utc(impact.start),
        "ended_at": impact.end and utc(impact.end),
    }


IMPACTS = Kind(
    IMPACT,
    columns(IMPACT, "component_id level word basis source incident_id started_at ended_at"),
    _to_impact,
    _impact_row,
)


# bars


def _to_bar(row: Row) -> Bar:
    return Bar(
        component_id=row.component_id,
        day=row.day,
        partial_seconds=row.partial_seconds,
        major_seconds=row.major_seconds,
        incident_ids=tuple(row.incident_ids),
        source=row.source,
    )


def _bar_row(bar: Bar) -> dict[str, Any]:
    return {
        "component_id": bar.component_id,
        "day": bar.day,
        "partial_seconds": bar.partial_seconds,
        "major_seconds": bar.major_seconds,
        "incident_ids": list(bar.incident_ids),
        "source": bar.source,
    }


BARS = Kind(
    BAR,
    columns(BAR, "component_id day partial_seconds major_seconds incident_ids source"),
    _to_bar,
    _bar_row,
)


# the vendor's figures


def _to_figure(row: Row) -> ReportedUptime:
    return ReportedUptime(
        component_id=row.component_id or None, window_days=row.window_days, ratio=row.ratio
    )


def _figure_row(figure: ReportedUptime) -> dict[str, Any]:
    return {
        "component_id": figure.component_id or WHOLE_PAGE,
        "window_days": figure.window_days,
        "ratio": figure.ratio,
    }


FIGURES = Kind(FIGURE, columns(FIGURE, "component_id window_days ratio"), _to_figure, _figure_row)
