"""Connections to SQLite: its settings, its file, and waiting for another process that holds it."""

import os
import sqlite3
from collections.abc import Callable
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection, Engine
from sqlalchemy.pool import StaticPool

from monitor.errors import StoreError
from monitor.store.addresses import display, file_of
from monitor.store.faults import cause_of, store_error
from monitor.store.health import Health
from monitor.store.patience import Patience

BUSY_MS = 200
"""How long SQLite itself waits for another process's write; then we look whether to wait on."""
PAUSE_SECONDS = 0.01
READS = "monitor_reads"
"""The execution option of connections that only read."""
_CHANGES = "changes"
_BEATS = 1_000_000


def connect(url: URL, patience: Patience, health: Health) -> Engine:
    """Return an engine for this database; a missing file is made. Raises StoreError."""
    mine = _Connections(url, patience, health)
    if file_of(url) is None:
        engine = sa.create_engine(
            url,
            poolclass=StaticPool,
            connect_args={"check_same_thread": False},
            hide_parameters=True,
        )
    else:
        mine.make()
        # Waiting is ours to do: a driver that waits in the call cannot be hurried.
        engine = sa.create_engine(
            url, connect_args={"timeout": BUSY_MS / 1000}, hide_parameters=True
        )
    sa.event.listen(engine, "connect", mine.configure)
    sa.event.listen(engine, "begin", mine.begin)
    sa.event.listen(engine, "engine_disposed", mine.forget)
    return engine


class _Connections:
    """What every connection to one SQLite database needs."""

    def __init__(self, url: URL, patience: Patience, health: Health) -> None:
        self._url = url
        self._patience = patience
        self._health = health
        self._file = file_of(url)
        self._identity: tuple[int, int] | None = None

    def make(self) -> None:
        """Make the file, its folder too, where there is none: for nobody's eyes but ours."""
        if self._file is None:
            return
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            # SQLite gives its log and its index the rights of the database.
            os.close(os.open(self._file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        except PermissionError:
            pass  # it may still be readable; SQLite says what is wrong where it is not
        except OSError as error:
            where = display(self._url)
            raise StoreError(
                f"cannot make the folder of {where}: {error}; choose a writable place"
            ) from error

    def configure(self, connection: Any, _record: object) -> None:  # noqa: ANN401
        # The driver's own transactions begin too late (at the first write) and never cover DDL: we
        # begin ourselves.
        connection.isolation_level = None
        connection.execute(f"PRAGMA busy_timeout={BUSY_MS}")
        # SQLite itself does not wait when another process switches to the write-ahead log at the
        # same moment.
        self._wait_for(lambda: connection.execute("PRAGMA journal_mode=WAL"))
        # FULL: with NORMAL a power failure takes what was committed since the log was last copied
        # into the database.
        for setting in ("synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {setting}")

    def begin(self, connection: Connection) -> None:
        self._require_file()
        # A transaction that reads first and writes later cannot wait for another writer; taking the
        # lock at once can.
        if connection.get_execution_options().get(READS):
            connection.exec_driver_sql("BEGIN")
        else:
            driver = _driver(connection)
            self._wait_for(lambda: driver.execute("BEGIN IMMEDIATE"))
            connection.info[_CHANGES] = driver.total_changes

    def forget(self, _engine: object) -> None:
        """Take whatever file is there next time: all connections to the one before are closed."""
        self._identity = None

    def _wait_for(self, ask: Callable[[], object]) -> None:
        """Ask, again and again as long as there is patience while another process holds the
        database.
        """
        end = self._patience.until_lock()
        while True:
            try:
                ask()
            except sqlite3.OperationalError as error:
                if cause_of(error) != "busy" or self._patience.is_past(end):
                    raise
                self._health.failed(
                    store_error(display(self._url), str(error), "busy"), writing=True
                )
                self._patience.sleep(PAUSE_SECONDS)
            else:
                return

    def _require_file(self) -> None:
        """Raise StoreError unless the path still leads to the file we opened: what went elsewhere
        would be lost.
        """
        if self._file is None:
            return
        try:
            status = self._file.stat()
        except OSError as error:
            raise store_error(
                display(self._url),
                f"the file is not there any more ({error.strerror})",
                "gone",
            ) from error
        identity = status.st_dev, status.st_ino
        if self._identity is None:
            self._identity = identity
        elif self._identity != identity:
            raise store_error(
                display(self._url),
                "another file was put in its place; restart the monitor to use it",
                "gone",
            )


def in_memory(engine: Engine) -> bool:
    """Whether the database lives in this process only and all threads share its one connection."""
    return isinstance(engine.pool, StaticPool)


def wrote(connection: Connection) -> bool:
    """Whether the transaction that has just ended changed anything."""
    if connection.invalidated:
        return False
    total = _driver(connection).total_changes
    return bool(total > connection.info.get(_CHANGES, total))


def beat(connection: Connection) -> None:
    """Write something that changes nothing anybody reads."""
    version = int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())
    connection.exec_driver_sql(f"PRAGMA user_version={(version + 1) % _BEATS}")


def _driver(connection: Connection) -> sqlite3.Connection:
    return cast("sqlite3.Connection", connection.connection.driver_connection)
