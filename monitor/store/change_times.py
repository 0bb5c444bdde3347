"""When what is stored of a page was changed last, by the time that it is about.

Functions take the open connection; the store owns the transactions.
"""

from collections.abc import Iterator
from datetime import datetime, tzinfo
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from monitor.intervals import day_interval
from monitor.records.edges import BEGINNING, latest
from monitor.store import pages
from monitor.store.facts import NOT_ENDED
from monitor.store.rows import Row
from monitor.store.tables.days import DAY
from monitor.store.tables.facts import BAR, COVERAGE, IMPACT, INCIDENT, UPDATE
from monitor.store.tables.pages import COMPONENT
from monitor.store.tables.readings import PIN


class ChangeTime(NamedTuple):
    """What is told of the time from `begin` on changed last at `changed_at` (UTC); None = it goes
    on, and is another at every moment.
    """

    begin: datetime
    changed_at: datetime | None


_PAGE: sa.BindParameter[int] = sa.bindparam("page")


def _spans(
    table: sa.Table, incident: sa.ColumnElement[Any], is_open: sa.ColumnElement[bool]
) -> sa.Select[Any]:
    goes_on = sa.and_(table.c.superseded_at.is_(None), is_open)
    return sa.select(
        incident, table.c.started_at, goes_on, table.c.recorded_at, table.c.superseded_at
    ).where(table.c.page_id == _PAGE)


_OF_INCIDENTS = (
    _spans(INCIDENT, INCIDENT.c.external_id, NOT_ENDED),
    _spans(IMPACT, IMPACT.c.incident_id, IMPACT.c.ended_at.is_(None)),
)
_COVERAGE = _spans(COVERAGE, sa.null(), sa.false())
_MESSAGES = (
    sa.select(
        UPDATE.c.incident_id,
        sa.func.max(UPDATE.c.recorded_at),
        sa.func.max(UPDATE.c.superseded_at),
    )
    .where(UPDATE.c.page_id == _PAGE)
    .group_by(UPDATE.c.incident_id)
)
_DAYS = tuple(
    sa.select(day, *map(sa.func.max, instants)).where(page == _PAGE).group_by(day)
    for page, day, instants in (
        (BAR.c.page_id, BAR.c.day, (BAR.c.recorded_at, BAR.c.superseded_at)),
        (DAY.c.page_id, DAY.c.day, (DAY.c.recorded_at,)),
        (PIN.c.page_id, PIN.c.day, (PIN.c.read_at,)),
    )
)
_COMPONENTS = sa.select(
    sa.func.max(COMPONENT.c.first_seen_at), sa.func.max(COMPONENT.c.removed_at)
).where(COMPONENT.c.page_id == _PAGE)


def change_times(connection: Connection, page_id: int) -> list[ChangeTime]:
    """Return when facts, days and components of a page changed, in no particular order.

    That readings merely went on is no change: it is what the page's own instants tell.
    """
    zone = pages.page(connection, page_id).zone
    return [
        *_of_incidents(connection, page_id),
        *_of_coverage(connection, page_id),
        *_of_days(connection, page_id, zone),
        *_of_components(connection, page_id),
    ]


def _of_incidents(connection: Connection, page_id: int) -> Iterator[ChangeTime]:
    """Yield the changes of incidents with their impacts and messages: all of them are about the
    time since the incident began, by whichever version. Those of an incident that is not known are
    about any time.
    """
    values = {"page": page_id}
    rows: list[Row] = []
    for query in _OF_INCIDENTS:
        rows += connection.execute(query, values)
    begins: dict[str | None, datetime] = {}
    for key, begin, *_ in rows:
        begins[key] = min(begin, begins.get(key, begin))
    for key, begin, goes_on, *instants in rows:
        start = begin if key is None else begins[key]
        yield ChangeTime(start, None if goes_on else latest(instants))
    for key, *instants in connection.execute(_MESSAGES, values):
        yield ChangeTime(begins.get(key, BEGINNING), latest(instants))


def _of_coverage(connection: Connection, page_id: int) -> Iterator[ChangeTime]:
    for _, begin, _, *instants in connection.execute(_COVERAGE, {"page": page_id}):
        yield ChangeTime(begin, latest(instants))


def _of_days(connection: Connection, page_id: int, zone: tzinfo) -> Iterator[ChangeTime]:
    for query in _DAYS:
        for day, *instants in connection.execute(query, {"page": page_id}):
            yield ChangeTime(day_interval(day, zone).start, latest(instants))


def _of_components(connection: Connection, page_id: int) -> Iterator[ChangeTime]:
    """Yield when a component came or went last: every page lists them."""
    changed_at = latest(connection.execute(_COMPONENTS, {"page": page_id}).one())
    if changed_at is not None:
        yield ChangeTime(BEGINNING, changed_at)
