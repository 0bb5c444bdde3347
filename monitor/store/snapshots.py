"""Snapshots: bodies as they were received, each kept once however often it comes.

Functions take the open connection; the store owns the transactions.
"""

import hashlib
import zlib
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from monitor.store import poll_log
from monitor.store.records import Body, PrunedRows, Snapshot
from monitor.store.rows import among, columns, execute_each
from monitor.store.tables.instants import Instant
from monitor.store.tables.readings import PIN, SNAPSHOT
from monitor.store.upserts import insert_into

_ZLIB_LEVEL = 1
"""A third of level 6's time for a quarter more bytes, measured on JSON of status pages."""

_AMONG = among(SNAPSHOT.c.sha256, "digests")
_KEPT_DIGESTS = sa.select(SNAPSHOT.c.sha256).where(_AMONG)
_SEE_AGAIN = (
    sa.update(SNAPSHOT).where(_AMONG).values(last_seen_at=sa.bindparam("now", type_=Instant()))
)
_SELECT = sa.select(*columns(SNAPSHOT, "sha256 media_type body first_seen_at last_seen_at"))


def keep_snapshots(connection: Connection, bodies: Iterable[Body], *, now: datetime) -> list[str]:
    """Keep bodies, each once however often it comes; return their SHA-256 in hexadecimal."""
    digests = []
    by_digest = {}
    for body in bodies:
        digest = hashlib.sha256(body.body).hexdigest()
        digests.append(digest)
        by_digest[digest] = body
    if not digests:
        return []
    present = set(connection.execute(_KEPT_DIGESTS, {"digests": digests}).scalars())
    if present:
        connection.execute(_SEE_AGAIN, {"digests": sorted(present), "now": now})
    new = [_row(key, body, now) for key, body in by_digest.items() if key not in present]
    # Another process may have kept the same body at the same moment.
    execute_each(connection, insert_into(connection, SNAPSHOT).on_conflict_do_nothing(), new)
    return digests


def _row(digest: str, body: Body, now: datetime) -> dict[str, Any]:
    compressed = zlib.compress(body.body, _ZLIB_LEVEL)
    row = {"sha256": digest, "media_type": body.media_type, "body": compressed}
    return row | {"first_seen_at": now, "last_seen_at": now}


def see_again(connection: Connection, digests: Collection[str], now: datetime) -> set[str]:
    """Return those of these bodies that are kept. Until the transaction ends, nobody prunes
    them.
    """
    connection.execute(_SEE_AGAIN, {"digests": sorted(digests), "now": now})
    return set(connection.execute(_KEPT_DIGESTS, {"digests": sorted(digests)}).scalars())


def snapshot(connection: Connection, sha256: str) -> Snapshot | None:
    """Return a kept body; None when it was never kept or is pruned."""
    row = connection.execute(_SELECT.where(SNAPSHOT.c.sha256 == sha256)).one_or_none()
    if row is None:
        return None
    return Snapshot(**{**row._asdict(), "body": zlib.decompress(row.body)})


def prune(
    connection: Connection,
    *,
    now: datetime,
    snapshot_days: int,
    poll_days: int,
) -> PrunedRows:
    """Delete polls and bodies older than their keep; facts and days stay, and bodies that are
    pinned.
    """
    polls = poll_log.prune(connection, before=now - timedelta(days=poll_days))
    old = SNAPSHOT.c.last_seen_at < now - timedelta(days=snapshot_days)
    pins = SNAPSHOT.c.sha256.in_(sa.select(PIN.c.sha256))
    count = connection.execute(sa.delete(SNAPSHOT).where(old, sa.not_(pins))).rowcount
    return PrunedRows(polls=polls, snapshots=count)
