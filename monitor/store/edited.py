"""What was said otherwise later: versions of incidents and of days, of one page or of all.

Functions take the open connection; the store owns the transactions.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from monitor.intervals import utc
from monitor.model import Impact
from monitor.records.edges import WHOLE_PAGE
from monitor.store.day_rows import DayRow, to_day
from monitor.store.fact_rows import IMPACTS, INCIDENTS
from monitor.store.records import DayRevision, IncidentVersion
from monitor.store.rows import columns
from monitor.store.tables.columns import EDITED, REVISED, SUPERSEDED, WITHDRAWN
from monitor.store.tables.days import DAY
from monitor.store.tables.facts import IMPACT, INCIDENT
from monitor.store.tables.instants import Instant


def incident_ids(connection: Connection, page_id: int) -> list[str]:
    """Return the ids of all incidents that a page ever told of."""
    query = sa.select(INCIDENT.c.external_id).where(INCIDENT.c.page_id == page_id).distinct()
    return list(connection.execute(query).scalars())


def incident_impacts(connection: Connection, page_id: int, incident_id: str) -> list[Impact]:
    """Return what an incident claims now, by component and start."""
    query = (
        sa.select(*IMPACTS.columns)
        .where(
            IMPACT.c.page_id == page_id,
            IMPACT.c.incident_id == incident_id,
            IMPACT.c.superseded_at.is_(None),
        )
        .order_by(IMPACT.c.component_id, IMPACT.c.started_at, IMPACT.c.id)
    )
    return list(map(IMPACTS.read, connection.execute(query)))


_SINCE = sa.bindparam("since", type_=Instant())
_EDITED_INCIDENTS = sa.union(
    sa.select(INCIDENT.c.page_id, INCIDENT.c.external_id).where(
        INCIDENT.c.superseded_at >= _SINCE, sa.text(EDITED)
    ),
    sa.select(INCIDENT.c.page_id, INCIDENT.c.external_id).where(
        INCIDENT.c.recorded_at >= _SINCE, sa.text(WITHDRAWN)
    ),
).cte()


def _versions(
    table: sa.Table, keys: sa.CTE, own: Iterable[sa.Column[Any]]
) -> sa.CompoundSelect[Any]:
    """Return what selects all versions of the things that these keys name. Those that stand and
    those that stood have an index each.
    """
    is_same = sa.and_(*(table.c[column.name] == column for column in keys.c))
    query = sa.select(*own).select_from(keys.join(table, is_same))
    stood = sa.text(f"{table.name}.{SUPERSEDED}")
    return sa.union_all(query.where(table.c.superseded_at.is_(None)), query.where(stood))


_INCIDENT_VERSIONS = _versions(
    INCIDENT,
    _EDITED_INCIDENTS,
    [*columns(INCIDENT, "page_id id recorded_at superseded_at"), *INCIDENTS.columns],
)


def _version_place(row: sa.Row[Any]) -> tuple[int, str, int]:
    return row.page_id, row.external_id, row.id


def incidents_edited_since(
    connection: Connection, since: datetime
) -> dict[tuple[int, str], list[IncidentVersion]]:
    """Return the versions, oldest first, of each incident of all pages of which another was read
    since then although it had been over, or that was withdrawn since, by page and id.
    """
    versions: dict[tuple[int, str], list[IncidentVersion]] = defaultdict(list)
    rows = connection.execute(_INCIDENT_VERSIONS, {"since": utc(since)})
    for page_id, _, recorded_at, superseded_at, *content in sorted(rows, key=_version_place):
        incident = INCIDENTS.read(content)
        versions[page_id, incident.id].append(
            IncidentVersion(incident=incident, recorded_at=recorded_at, superseded_at=superseded_at)
        )
    return versions


_REVISED = (
    sa.select(DAY.c.page_id, DAY.c.component_id, DAY.c.day)
    .where(DAY.c.recorded_at >= _SINCE, sa.text(REVISED))
    .distinct()
    .cte()
)
_REVISIONS = _versions(
    DAY,
    _REVISED,
    [
        *columns(DAY, "page_id component_id id revision recorded_at superseded_at"),
        *columns(DAY, DayRow._fields),
    ],
)


def _revision_place(row: sa.Row[Any]) -> tuple[int, str, date, int, int]:
    return row.page_id, row.component_id, row.day, row.revision, row.id


def revisions_since(
    connection: Connection, since: datetime
) -> dict[tuple[int, str | None, date], list[DayRevision]]:
    """Return the revisions, oldest first, of each day of all pages that was revised since then, by
    page, component (None = the vendor) and day.
    """
    revisions: dict[tuple[int, str | None, date], list[DayRevision]] = defaultdict(list)
    rows = sorted(connection.execute(_REVISIONS, {"since": utc(since)}), key=_revision_place)
    for page_id, key, _, revision, recorded_at, superseded_at, *content in rows:
        day = to_day(DayRow._make(content))
        revisions[page_id, None if key == WHOLE_PAGE else key, day.day].append(
            DayRevision(
                revision=revision, day=day, recorded_at=recorded_at, superseded_at=superseded_at
            )
        )
    return revisions
