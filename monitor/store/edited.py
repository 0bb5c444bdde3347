"""What was said otherwise later: versions of incidents and of days, of one page or of all.

Functions take the open connection; the store owns the transactions.
"""

from collections import defaultdict
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from monitor.intervals import utc
from monitor.model import Impact, Phase
from monitor.records.edges import WHOLE_PAGE
from monitor.store.day_rows import DayRow, to_day
from monitor.store.fact_rows import IMPACTS, INCIDENTS
from monitor.store.records import DayRevision, IncidentVersion
from monitor.store.rows import columns
from monitor.store.tables.days import DAY
from monitor.store.tables.facts import IMPACT, INCIDENT


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


_EDITED_INCIDENTS = sa.select(INCIDENT.c.page_id, INCIDENT.c.external_id).where(
    sa.or_(
        sa.and_(
            INCIDENT.c.superseded_at >= sa.bindparam("since"),
            INCIDENT.c.phase == Phase.CLOSED.value,
        ),
        sa.and_(
            INCIDENT.c.recorded_at >= sa.bindparam("since"),
            INCIDENT.c.phase == Phase.WITHDRAWN.value,
        ),
    )
)


def incidents_edited_since(
    connection: Connection, since: datetime
) -> dict[tuple[int, str], list[IncidentVersion]]:
    """Return the versions, oldest first, of each incident of all pages of which another was read
    since then although it had been over, or that was withdrawn since, by page and id.
    """
    query = (
        sa.select(
            INCIDENT.c.page_id,
            INCIDENT.c.recorded_at,
            INCIDENT.c.superseded_at,
            *INCIDENTS.columns,
        )
        .where(sa.tuple_(INCIDENT.c.page_id, INCIDENT.c.external_id).in_(_EDITED_INCIDENTS))
        .order_by(INCIDENT.c.page_id, INCIDENT.c.external_id, INCIDENT.c.id)
    )
    versions: dict[tuple[int, str], list[IncidentVersion]] = defaultdict(list)
    rows = connection.execute(query, {"since": utc(since)})
    for page_id, recorded_at, superseded_at, *content in rows:
        incident = INCIDENTS.read(content)
        versions[page_id, incident.id].append(
            IncidentVersion(incident=incident, recorded_at=recorded_at, superseded_at=superseded_at)
        )
    return versions


_REVISED_SINCE = sa.select(DAY.c.page_id, DAY.c.component_id, DAY.c.day).where(
    DAY.c.recorded_at >= sa.bindparam("since"), DAY.c.revision > 1
)


def revisions_since(
    connection: Connection, since: datetime
) -> dict[tuple[int, str | None, date], list[DayRevision]]:
    """Return the revisions, oldest first, of each day of all pages that was revised since then, by
    page, component (None = the vendor) and day.
    """
    query = (
        sa.select(
            *columns(DAY, "page_id component_id revision recorded_at superseded_at"),
            *columns(DAY, DayRow._fields),
        )
        .where(sa.tuple_(DAY.c.page_id, DAY.c.component_id, DAY.c.day).in_(_REVISED_SINCE))
        .order_by(DAY.c.page_id, DAY.c.component_id, DAY.c.day, DAY.c.revision, DAY.c.id)
    )
    revisions: dict[tuple[int, str | None, date], list[DayRevision]] = defaultdict(list)
    rows = connection.execute(query, {"since": utc(since)})
    for page_id, key, revision, recorded_at, superseded_at, *content in rows:
        day = to_day(DayRow._make(content))
        revisions[page_id, None if key == WHOLE_PAGE else key, day.day].append(
            DayRevision(
                revision=revision, day=day, recorded_at=recorded_at, superseded_at=superseded_at
            )
        )
    return revisions
