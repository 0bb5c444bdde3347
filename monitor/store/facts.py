"""Facts, read back: what was known of a page at any moment.

Nothing a page said is overwritten. A row that no longer holds is superseded and stays readable by
asking for an earlier moment of knowledge.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from monitor.intervals import Interval, day_interval, day_of, utc
from monitor.model import Aspect, Coverage, Incident, OpenClaim, PageFacts, Phase
from monitor.records.edges import BEGINNING, FAR_FUTURE
from monitor.records.state import LEVELS, PHASES, CurrentState, current_state, entries_of
from monitor.store import components, pages, runs, updates
from monitor.store.fact_rows import BARS, FIGURES, IMPACTS, INCIDENTS
from monitor.store.records import IncidentVersion
from monitor.store.rows import ASPECTS, Row, columns
from monitor.store.tables.facts import BAR, COVERAGE, FIGURE, IMPACT, INCIDENT


def _known_selects(
    table: sa.Table, read_columns: Sequence[sa.Column[Any]], *where: sa.ColumnElement[bool]
) -> tuple[sa.Select[Any], sa.Select[Any]]:
    """Return the selects of what holds now, and of what was known at ``known_at``."""
    query = (
        sa.select(*read_columns)
        .where(table.c.page_id == sa.bindparam("page"), *where)
        .order_by(table.c.id)
    )
    end = table.c.superseded_at
    then = query.where(
        table.c.recorded_at <= sa.bindparam("known_at"),
        sa.or_(end.is_(None), end > sa.bindparam("known_at")),
    )
    return query.where(end.is_(None)), then


def _since(column: sa.Column[Any]) -> sa.ColumnElement[bool]:
    return sa.or_(column.is_(None), column > sa.bindparam("since"))


_INCIDENTS = _known_selects(
    INCIDENT,
    INCIDENTS.columns,
    sa.or_(INCIDENT.c.resolved_at.is_(None), INCIDENT.c.resolved_at >= sa.bindparam("since")),
)
_IMPACTS = _known_selects(IMPACT, IMPACTS.columns, _since(IMPACT.c.ended_at))
_BARS = _known_selects(BAR, BARS.columns, BAR.c.day >= sa.bindparam("since_day"))
_COVERAGE = _known_selects(
    COVERAGE,
    columns(COVERAGE, "component_id aspect started_at ended_at"),
    COVERAGE.c.ended_at > sa.bindparam("since"),
)
_FIGURES = _known_selects(FIGURE, FIGURES.columns)
_BAR_COVERAGE = _COVERAGE[0].where(COVERAGE.c.aspect == Aspect.BARS.value)
_OPEN_CLAIMS = (
    sa.select(
        *columns(IMPACT, "component_id incident_id level recorded_at superseded_at last_read_at")
    )
    .where(
        IMPACT.c.page_id == sa.bindparam("page"),
        IMPACT.c.ended_at.is_(None),
        IMPACT.c.incident_id.is_not(None),
        IMPACT.c.recorded_at <= sa.bindparam("known_at"),
        _since(IMPACT.c.superseded_at),
    )
    .order_by(IMPACT.c.id)
)


def read(
    connection: Connection,
    page_id: int,
    *,
    known_at: datetime | None = None,
    since: datetime | None = None,
) -> PageFacts:
    """Return what was known of the page at `known_at` (None = now), of what touches [since, ...) if
    given.

    Observed states end at the last reading. Components removed since are in it, incidents withdrawn
    too.
    """
    page = pages.page(connection, page_id)
    moment = FAR_FUTURE if known_at is None else utc(known_at)
    start = BEGINNING if since is None else utc(since)
    values: dict[str, Any] = {"page": page_id, "since": start}
    if known_at is not None:
        values["known_at"] = moment

    def rows(selects: Sequence[sa.Select[Any]], **more: object) -> Sequence[Row]:
        return connection.execute(selects[known_at is not None], values | more).all()

    bars = rows(_BARS, since_day=day_of(start, page.zone))
    impacts = tuple(map(IMPACTS.read, rows(_IMPACTS)))
    # Whether an incident still counts is decided by what was seen since it began.
    begin = min([start, *(impact.start for impact in impacts)])
    observed_runs = runs.read(connection, page, begin, moment)
    component_rows = components.known_at(connection, page_id, moment)
    return PageFacts(
        components=tuple(entries_of(component_rows)),
        incidents=tuple(map(INCIDENTS.read, rows(_INCIDENTS))),
        updates=tuple(updates.read_states(connection, values | {"since": begin})),
        impacts=impacts,
        bars=tuple(map(BARS.read, bars)),
        coverage=tuple(_coverage(rows(_COVERAGE), moment)),
        runs=observed_runs,
        reported=tuple(map(FIGURES.read, rows(_FIGURES))),
        open_claims=tuple(_open_claims(connection, page_id, begin, moment)) if impacts else (),
    )


def _open_claims(
    connection: Connection,
    page_id: int,
    since: datetime,
    known_at: datetime,
) -> Iterator[OpenClaim]:
    """Yield when each incident was known to claim something that goes on: its end may have been
    told later.
    """
    values = {"page": page_id, "since": since, "known_at": known_at}
    rows = connection.execute(_OPEN_CLAIMS, values)
    for component_id, incident_id, level, recorded_at, superseded_at, last_read_at in rows:
        span = Interval.between(recorded_at, superseded_at or FAR_FUTURE)
        if span is not None:
            yield OpenClaim(
                component_id=component_id,
                incident_id=incident_id,
                level=LEVELS[level],
                span=span,
                last_read=last_read_at,
            )


def published(connection: Connection, page_id: int, first: date) -> PageFacts:
    """Return the vendor's own record from a day of the page's zone on: bars, what they cover,
    printed uptimes.

    Nothing else is in it: it is the part of `read` that is cheap enough to read at every export.
    """
    since = day_interval(first, pages.page(connection, page_id).zone).start
    values = {"page": page_id, "since": since, "since_day": first}
    return PageFacts(
        bars=tuple(map(BARS.read, connection.execute(_BARS[0], values))),
        coverage=tuple(_coverage(connection.execute(_BAR_COVERAGE, values), FAR_FUTURE)),
        reported=tuple(map(FIGURES.read, connection.execute(_FIGURES[0], values))),
    )


def _coverage(rows: Iterable[Row], known_at: datetime) -> Iterator[Coverage]:
    for component_id, aspect, started_at, ended_at in rows:
        span = Interval.between(started_at, min(ended_at, known_at))
        if span is not None:
            yield Coverage(span=span, aspect=ASPECTS[aspect], component_id=component_id or None)


NOT_ENDED = INCIDENT.c.phase.in_((Phase.OPEN.value, Phase.SCHEDULED.value))
OPEN_INCIDENTS = (
    sa.select(*INCIDENTS.columns)
    .where(
        INCIDENT.c.page_id == sa.bindparam("page"),
        INCIDENT.c.superseded_at.is_(None),
        NOT_ENDED,
    )
    .order_by(INCIDENT.c.started_at, INCIDENT.c.external_id)
)
_NOT_ENDED_PHASES = sa.select(INCIDENT.c.external_id, INCIDENT.c.phase).where(
    INCIDENT.c.page_id == sa.bindparam("page"), INCIDENT.c.superseded_at.is_(None), NOT_ENDED
)
_MAINTENANCES = (
    sa.select(INCIDENT.c.page_id, *INCIDENTS.columns)
    .where(INCIDENT.c.superseded_at.is_(None), NOT_ENDED, INCIDENT.c.maintenance)
    .order_by(INCIDENT.c.started_at, INCIDENT.c.page_id, INCIDENT.c.external_id)
)


def maintenances(connection: Connection) -> list[tuple[int, Incident]]:
    """Return the announced and running maintenances of all pages, by their start, each with the id
    of its page.
    """
    return [(row.page_id, INCIDENTS.read(row[1:])) for row in connection.execute(_MAINTENANCES)]


_ENDED_INCIDENTS = (
    sa.select(*INCIDENTS.columns)
    .where(
        INCIDENT.c.page_id == sa.bindparam("page"),
        INCIDENT.c.superseded_at.is_(None),
        INCIDENT.c.phase == Phase.CLOSED.value,
        INCIDENT.c.resolved_at >= sa.bindparam("since"),
    )
    .order_by(INCIDENT.c.resolved_at.desc(), INCIDENT.c.external_id)
)


def ended_incidents(connection: Connection, page_id: int, since: datetime) -> list[Incident]:
    """Return the incidents and maintenances that are told to have ended since then, the last
    first.
    """
    rows = connection.execute(_ENDED_INCIDENTS, {"page": page_id, "since": utc(since)})
    return list(map(INCIDENTS.read, rows))


def open_incidents(connection: Connection, page_id: int) -> list[Incident]:
    """Return the incidents and maintenances that have not ended, by their start."""
    rows = connection.execute(OPEN_INCIDENTS, {"page": page_id})
    return list(map(INCIDENTS.read, rows))


def current(connection: Connection, page_id: int) -> CurrentState:
    """Return the page's state at its last success."""
    component_rows = components.listed_components(connection, page_id)
    levels = runs.open_levels(connection, page_id)
    return current_state(component_rows, levels, open_incidents(connection, page_id))


def unfinished_incidents(connection: Connection, page_id: int) -> Mapping[str, Phase]:
    """Return the incidents and maintenances that have not ended, by id: open ones and announced
    ones.
    """
    rows = connection.execute(_NOT_ENDED_PHASES, {"page": page_id})
    return {row.external_id: PHASES[row.phase] for row in rows}


def incident_versions(
    connection: Connection, page_id: int, incident_id: str
) -> list[IncidentVersion]:
    """Return every version of an incident the page published, newest last."""
    query = (
        sa.select(*INCIDENTS.columns, INCIDENT.c.recorded_at, INCIDENT.c.superseded_at)
        .where(INCIDENT.c.page_id == page_id, INCIDENT.c.external_id == incident_id)
        .order_by(INCIDENT.c.id)
    )
    versions = []
    for *content, recorded_at, superseded_at in connection.execute(query):
        incident = INCIDENTS.read(content)
        versions.append(
            IncidentVersion(incident=incident, recorded_at=recorded_at, superseded_at=superseded_at)
        )
    return versions
