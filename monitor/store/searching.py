"""Components and incidents of all pages, by words in their names.

Letters count as the same in both cases as far as the database folds them: SQLite folds ASCII only.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from monitor.model import Incident, KnownComponent
from monitor.records.edges import FAR_FUTURE
from monitor.records.state import component_row
from monitor.store import components
from monitor.store.fact_rows import INCIDENTS
from monitor.store.tables.facts import INCIDENT
from monitor.store.tables.pages import COMPONENT


def components_named(
    connection: Connection, text: str, *, most: int
) -> list[tuple[int, KnownComponent]]:
    """Return at most `most` components on the pages whose name or group has this text in it, by
    name, each with the id of its page.
    """
    rows = connection.execute(
        sa.select(COMPONENT.c.page_id, *components.COLUMNS)
        .where(
            COMPONENT.c.removed_at.is_(None),
            sa.or_(_has(COMPONENT.c.name, text), _has(COMPONENT.c.group_name, text)),
        )
        .order_by(COMPONENT.c.name, COMPONENT.c.page_id, COMPONENT.c.id)
        .limit(most)
    )
    return [(row[0], component_row(tuple(row[1:]), FAR_FUTURE).entry) for row in rows]


def incidents_titled(
    connection: Connection, text: str, *, since: datetime, most: int
) -> list[tuple[int, Incident]]:
    """Return at most `most` incidents and maintenances that began at `since` or later and have this
    text in their title, the newest first, each with the id of its page.
    """
    rows = connection.execute(
        sa.select(INCIDENT.c.page_id, *INCIDENTS.columns)
        .where(
            INCIDENT.c.superseded_at.is_(None),
            INCIDENT.c.started_at >= since,
            _has(INCIDENT.c.title, text),
        )
        .order_by(INCIDENT.c.started_at.desc(), INCIDENT.c.page_id, INCIDENT.c.external_id)
        .limit(most)
    )
    return [(row[0], INCIDENTS.read(row[1:])) for row in rows]


def _has(column: sa.Column[str], text: str) -> sa.ColumnElement[bool]:
    return sa.func.lower(column).contains(text.lower(), autoescape=True)
