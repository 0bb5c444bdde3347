"""A page's state at its last reading: the rows it is read from, and what they come to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from monitor.lookups import by_value
from monitor.model import Component, Incident, KnownComponent, Level, Phase

Row = Any
"""A row of a select."""

LEVELS: Mapping[int | None, Level | None] = {None: None, **by_value(Level)}
"""Levels by the numbers they are stored as; None = an unknown word."""

PHASES = by_value(Phase)


@dataclass(frozen=True, slots=True, kw_only=True)
class CurrentState:
    """A page's state at the last success, by vendor's component id.

    A level of None is an unknown word. `components` are those still on the page; `open_incidents`
    those not ended, announced maintenances (phase ``scheduled``) included.
    """

    levels: Mapping[str, Level | None]
    components: tuple[KnownComponent, ...]
    excluded: frozenset[str]
    open_incidents: tuple[Incident, ...]


class ComponentRow(NamedTuple):
    """A component, and whether the vendor's figure leaves it out."""

    entry: KnownComponent
    is_excluded: bool


class IncidentRow(NamedTuple):
    """What the columns of the table `incident` say."""

    external_id: str
    title: str
    phase: str
    status: str
    impact: str
    url: str | None
    maintenance: bool
    started_at: datetime
    resolved_at: datetime | None
    component_ids: list[str]
    unlisted_at: datetime | None


def incident_of(row: IncidentRow) -> Incident:
    """Return what a row of the table `incident` says."""
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


# The same rows are read at every change of a page.
@lru_cache(maxsize=16_384)
def component_row(row: tuple[Any, ...], moment: datetime) -> ComponentRow:
    """Return the component of a row of `COLUMNS` as it was known at a moment."""
    key, name, group, region, position, start_date, has_bars, slug, first_seen_at, *rest = row
    removed_at, is_excluded = rest
    component = Component(
        id=key,
        name=name,
        group=group,
        region=region,
        position=position,
        start_date=start_date,
        has_bars=has_bars,
    )
    entry = KnownComponent(
        component=component,
        slug=slug,
        first_seen_at=first_seen_at,
        removed_at=removed_at if removed_at is not None and removed_at <= moment else None,
    )
    return ComponentRow(entry, is_excluded)


def excluded_ids(rows: Iterable[ComponentRow]) -> frozenset[str]:
    """Return the ids of those of these components that the vendor's figure leaves out."""
    return frozenset(row.entry.component.id for row in rows if row.is_excluded)


def entries_of(rows: Iterable[ComponentRow]) -> list[KnownComponent]:
    """Return the components of these rows."""
    return [row.entry for row in rows]


def levels_of(rows: Iterable[Row]) -> dict[str, Level | None]:
    """Return the levels of components by id; a row is an id and the number of a level."""
    return {component_id: LEVELS[level] for component_id, level in rows}


def current_state(
    components: Iterable[ComponentRow],
    levels: Mapping[str, Level | None],
    open_incidents: Iterable[Incident],
) -> CurrentState:
    """Return the state that is read from the components on the page, the levels that still hold and
    the incidents that have not ended.
    """
    rows = list(components)
    return CurrentState(
        levels=levels,
        components=tuple(entries_of(rows)),
        excluded=excluded_ids(rows),
        open_incidents=tuple(open_incidents),
    )
