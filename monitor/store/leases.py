"""Leases: which pages are due, and who reads them. Two claimants never get the same page.

Functions take the open connection; the store owns the transactions.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from monitor import clocks
from monitor.records.page import PageRecord
from monitor.store.pages import SELECT, change, to_record
from monitor.store.tables.pages import PAGE


def _claim(*which: sa.ColumnElement[bool]) -> sa.UpdateBase:
    due = (
        sa.select(PAGE.c.id)
        .where(
            PAGE.c.due_at <= sa.bindparam("now"),
            sa.or_(PAGE.c.lease_until.is_(None), PAGE.c.lease_until <= sa.bindparam("now")),
            PAGE.c.removed_at.is_(None),
            *which,
        )
        .order_by(PAGE.c.due_at)
        .limit(sa.bindparam("limit", type_=sa.Integer))
        .with_for_update(skip_locked=True)
    )
    # In a CTE, because PostgreSQL may run a bare subquery more than once and then lock more rows
    # than the limit.
    return (
        sa.update(PAGE)
        .where(PAGE.c.id.in_(sa.select(due.cte("due").c.id)))
        .values(lease_until=sa.bindparam("until"))
        .returning(*PAGE.c)
    )


_CLAIMS = {
    None: _claim(),
    True: _claim(PAGE.c.last_poll_at.is_(None)),
    False: _claim(PAGE.c.last_poll_at.is_not(None)),
}


def claim_due(
    connection: Connection,
    *,
    now: datetime,
    limit: int,
    lease_seconds: float,
    new: bool | None = None,
) -> list[PageRecord]:
    """Lease up to `limit` due pages, longest waiting first. A lease ends with the page's poll, or
    by itself.

    `new` asks for pages that were never polled, or with False for the others.
    """
    until = now + timedelta(seconds=lease_seconds)
    rows = connection.execute(_CLAIMS[new], {"now": now, "limit": limit, "until": until})
    return sorted(map(to_record, rows), key=lambda record: record.due_at or now)


_RELEASE = (
    sa.update(PAGE)
    .where(PAGE.c.id == sa.bindparam("row_id"), PAGE.c.lease_until == sa.bindparam("claimed"))
    .values(lease_until=None)
)


def release(connection: Connection, leases: Mapping[int, datetime]) -> None:
    """Give pages back that were claimed until these instants and not read, so that they are due
    again at once. What somebody else has claimed since stays theirs.
    """
    rows = [{"row_id": page_id, "claimed": until} for page_id, until in sorted(leases.items())]
    if rows:
        connection.execute(_RELEASE, rows)


_SOON: sa.BindParameter[Any] = sa.bindparam("soon")
_OFF = SELECT.where(
    PAGE.c.removed_at.is_(None),
    sa.or_(
        PAGE.c.last_poll_at > _SOON,
        sa.and_(PAGE.c.last_poll_at.is_(None), PAGE.c.due_at > _SOON),
        PAGE.c.due_at > sa.bindparam("far"),
        PAGE.c.lease_until > sa.bindparam("leased"),
    ),
)
"""Pages that were polled, put off or claimed later than they can have been by now."""


def retime(connection: Connection, *, now: datetime, step: timedelta = timedelta()) -> list[str]:
    """Make pages due, and free, that were put off or claimed by a clock ahead of `now`; return
    their slugs.

    `step` is how far the clock was just set: what was left of a wait is waited then. Zero = not
    known; pages are then spread over their interval.
    """
    soon = now + clocks.TOLERANCE
    far = soon if step else soon + clocks.LONGEST_WAIT
    limits = {"soon": soon, "far": far, "leased": soon + clocks.LONGEST_LEASE}
    slugs = []
    for record in map(to_record, connection.execute(_OFF, limits).all()):
        values = _retiming(record, now, step)
        if values:
            change(connection, record.id, values)
            slugs.append(record.slug)
    return slugs


def _retiming(record: PageRecord, now: datetime, step: timedelta) -> dict[str, Any]:
    values: dict[str, Any] = {}
    due_at = clocks.due_again(record, now, step)
    if due_at is not None:
        values["due_at"] = due_at
    if not clocks.lease_is_real(record, now):
        values["lease_until"] = None
    if record.last_poll_at is not None and record.last_poll_at > now + clocks.TOLERANCE:
        values["last_poll_at"] = now
    return values


def put_off(
    connection: Connection,
    *,
    due_after: datetime,
    due_until: datetime,
    by: timedelta,
) -> None:
    """Let pages that were to become due between two instants wait `by` longer: our clock skipped
    that time.
    """
    query = sa.select(PAGE.c.id, PAGE.c.due_at).where(
        PAGE.c.due_at > due_after, PAGE.c.due_at <= due_until
    )
    for row in connection.execute(query).all():
        change(connection, row.id, {"due_at": row.due_at + by})
