"""Opening a database, and what its transactions need: SQLite or PostgreSQL."""

import zlib
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from monitor.errors import StoreError
from monitor.extras import install_hint
from monitor.store import postgres, sqlite
from monitor.store.addresses import display, parse
from monitor.store.faults import cause_of, store_error
from monitor.store.health import Health
from monitor.store.patience import Patience


def connect(url: str, patience: Patience | None = None, health: Health | None = None) -> Engine:
    """Return an engine for "sqlite:///path", "sqlite://" (in memory) or "postgresql://...". Raises
    StoreError.
    """
    address, patience, health = parse(url), patience or Patience(), health or Health()
    try:
        if address.get_backend_name() == "sqlite":
            return sqlite.connect(address, patience, health)
        return postgres.connect(address, patience)
    except (sa.exc.NoSuchModuleError, ImportError) as error:
        remedy = (
            "use a sqlite or postgresql URL; PostgreSQL needs one more library (psycopg):"
            f" {install_hint('postgresql')}"
        )
        raise StoreError(f"no driver for {display(address)}: {error}; {remedy}") from error


def wrote(connection: Connection) -> bool:
    """Whether the transaction that has just ended changed anything: committing nothing proves no
    disk.
    """
    database = sqlite if connection.dialect.name == "sqlite" else postgres
    return bool(database.wrote(connection))


def beat(connection: Connection) -> None:
    """Write something that changes nothing anybody reads."""
    database = sqlite if connection.dialect.name == "sqlite" else postgres
    database.beat(connection)


def lift_limits(connection: Connection) -> None:
    """Let this transaction's statements take as long as they need."""
    if connection.dialect.name != "sqlite":
        postgres.lift_limits(connection)


def reading(engine: Engine) -> Engine:
    """Return the engine for reading: its transactions never wait for a writer and see one moment
    throughout.
    """
    if engine.dialect.name == "postgresql":
        return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    return engine.execution_options(**{sqlite.READS: True})


_FIRST_READING = sa.text("SELECT version_num FROM alembic_version")


def fix_moment(connection: Connection) -> None:
    """Have a reading transaction see the database as it is now: it begins with its first
    reading.
    """
    connection.execute(_FIRST_READING).all()


_SIZE = {
    "sqlite": sa.text("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"),
    "postgresql": sa.text("SELECT pg_database_size(current_database())"),
}


def size_bytes(connection: Connection) -> int:
    """Return how much room the database takes, in bytes; on SQLite without the write-ahead log."""
    return int(connection.execute(_SIZE[connection.dialect.name]).scalar_one())


@contextmanager
def store_errors(engine: Engine) -> Iterator[None]:
    """Turn what the database, or its file, is to blame for into StoreError; anything else is a
    bug.
    """
    try:
        yield
    except sa.exc.TimeoutError as error:
        raise store_error(display(engine.url), "all connections are in use", "busy") from error
    except (sa.exc.DBAPIError, engine.dialect.loaded_dbapi.Error) as error:
        driver_error = error.orig if isinstance(error, sa.exc.DBAPIError) else error
        cause = _cause(error, driver_error)
        if cause is None:
            raise
        raise store_error(display(engine.url), str(driver_error).strip(), cause) from error
    except (UnicodeDecodeError, zlib.error) as error:
        # No text and no body is kept that could not be read back; SQLite's own messages quote names
        # in the file.
        detail = f"what it holds cannot be read: {error}"
        raise store_error(display(engine.url), detail, "damaged") from error


def _cause(error: BaseException, driver_error: BaseException | None) -> str | None:
    """Return what the database is to blame for; None when the error is a bug."""
    cause = None if driver_error is None else cause_of(driver_error)
    if cause is None and isinstance(error, (sa.exc.OperationalError, sa.exc.InterfaceError)):
        return "other"
    return cause
