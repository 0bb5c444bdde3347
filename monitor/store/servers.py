"""Who serves the database: each `monitor serve` that runs has a row, and renews it.

Functions take the open connection; the store owns the transactions.
"""

from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from monitor.records.watching import ServerRecord
from monitor.store.rows import read_all
from monitor.store.tables.watching import SERVER
from monitor.store.upserts import upsert

FORGET_AFTER = timedelta(days=1)
"""After how long without a sign of life a server's row is deleted."""

_TURN = 7_305_801_226_402_914
"""Key of the PostgreSQL advisory lock that is held while it is decided who may serve; any number
will do."""


SERVERS = sa.select(*SERVER.c).order_by(SERVER.c.started_at, SERVER.c.id)


def servers(connection: Connection) -> list[ServerRecord]:
    """Return the servers that did not end, or not as they should, longest running first."""
    return read_all(connection, SERVERS, ServerRecord)


def lock_servers(connection: Connection) -> None:
    """Let nobody else decide whether to serve until the transaction ends. On SQLite nobody can
    anyway.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_TURN)))


def enroll(connection: Connection, server: ServerRecord) -> None:
    """Keep a server's sign of life, and forget those that gave none for long."""
    is_silent = SERVER.c.seen_at < server.seen_at - FORGET_AFTER
    connection.execute(sa.delete(SERVER).where(is_silent))
    statement = upsert(connection, SERVER, "id", "digest seen_at")
    connection.execute(statement, server._asdict())


def dismiss(connection: Connection, server_id: str) -> None:
    """Forget a server that ends."""
    connection.execute(sa.delete(SERVER).where(SERVER.c.id == server_id))
