"""Backfills: the pieces that are completed, and what could not be read.

Functions take the open connection; the store owns the transactions.
"""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from monitor import clocks
from monitor.intervals import utc
from monitor.model import Gap
from monitor.store.records import UnitRecord
from monitor.store.rows import columns, read_all
from monitor.store.tables.readings import GAP, UNIT
from monitor.store.upserts import upsert


def complete_unit(
    connection: Connection,
    page_id: int,
    name: str,
    *,
    final: bool,
    now: datetime,
) -> None:
    """Remember that a piece of a backfill is done, and forget what could not be read of it
    before.
    """
    row = {"page_id": page_id, "name": name, "completed_at": now, "final": final}
    connection.execute(upsert(connection, UNIT, "page_id name", "completed_at final"), row)
    connection.execute(sa.delete(GAP).where(GAP.c.page_id == page_id, GAP.c.what == name))


def units(connection: Connection, page_id: int) -> list[UnitRecord]:
    """Return the completed pieces of the page's backfills, by name."""
    query = (
        sa.select(*columns(UNIT, "name completed_at final"))
        .where(UNIT.c.page_id == page_id)
        .order_by(UNIT.c.name)
    )
    return read_all(connection, query, UnitRecord)


def done_units(
    connection: Connection,
    page_id: int,
    *,
    now: datetime,
    fresh_for: timedelta,
) -> frozenset[str]:
    """Return the pieces that need no reading again: final ones, and those read within `fresh_for`.

    What was completed later than now is not believed to be.
    """
    recent, latest = utc(now) - fresh_for, utc(now) + clocks.TOLERANCE
    names = set()
    for unit in units(connection, page_id):
        is_fresh = unit.final or unit.completed_at >= recent
        if is_fresh and unit.completed_at <= latest:
            names.add(unit.name)
    return frozenset(names)


def forget_units(connection: Connection, page_id: int) -> None:
    """Forget what was completed and what could not be read, so that all of it is read again."""
    connection.execute(sa.delete(UNIT).where(UNIT.c.page_id == page_id))
    connection.execute(sa.delete(GAP).where(GAP.c.page_id == page_id))


def keep_gap(connection: Connection, page_id: int, gap: Gap, now: datetime) -> None:
    """Remember what could not be read, as it was last tried."""
    row = {"page_id": page_id, "what": gap.what, "reason": gap.reason, "message": gap.message}
    insert = upsert(connection, GAP, "page_id what", "reason message recorded_at")
    connection.execute(insert, row | {"recorded_at": now})


def gaps(connection: Connection, page_id: int) -> list[Gap]:
    """Return what the page's backfills could not read, as last tried."""
    query = (
        sa.select(*columns(GAP, "what reason message"))
        .where(GAP.c.page_id == page_id)
        .order_by(GAP.c.what)
    )
    return read_all(connection, query, Gap)
