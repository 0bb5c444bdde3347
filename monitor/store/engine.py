"""Opening a database: its engine, its settings, and its schema. Passwords in URLs are never shown."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.pool import StaticPool

from monitor.errors import StoreError
from monitor.plain import MASK
from monitor.store.tables import METADATA

MIGRATIONS = Path(__file__).parent / "migrations"
BUSY_MS = 5_000
"""How long a write waits for another process's on SQLite."""
WAL_RETRY_SECONDS = 0.01

_READS = "monitor_reads"
_DRIVERS = {"postgres": "postgresql+psycopg", "postgresql": "postgresql+psycopg"}
_UPGRADE_LOCK = 7_305_801_226_402_913
"""Key of the PostgreSQL advisory lock replicas hold while they upgrade the schema; any number will do."""


def shown(url: URL | str) -> str:
    """Return the database's address for people: its password masked, and every option that may hold a secret."""
    parsed = url if isinstance(url, URL) else _parse(url)
    parsed = parsed.update_query_dict({name: MASK for name in parsed.query if name not in _TOLD})
    return parsed.render_as_string(hide_password=True)


_TOLD = frozenset(
    {
        "application_name", "cache", "connect_timeout", "gssencmode", "host", "hostaddr", "keepalives", "mode", "port",
        "sslmode", "sslrootcert", "target_session_attrs", "timeout", "uri",
    }
)  # fmt: skip
"""Options that hold no secret. Any other may: `password`, `sslpassword`, `options`, and those of drivers to come."""


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
    except sa.exc.ArgumentError:
        # The cause would quote the address, password and all.
        raise StoreError(
            'the database URL cannot be read; write "sqlite:///path" or "postgresql://user:password@host/name"'
        ) from None
    return parsed.set(drivername=_DRIVERS.get(parsed.drivername, parsed.drivername))


def connect(url: str) -> Engine:
    """Return an engine for "sqlite:///path", "sqlite://" (in memory) or "postgresql://...". Raises StoreError."""
    parsed = _parse(url)
    try:
        if parsed.get_backend_name() == "sqlite":
            return _sqlite(parsed)
        return sa.create_engine(parsed, pool_pre_ping=True, hide_parameters=True)
    except (sa.exc.NoSuchModuleError, ImportError) as error:
        remedy = 'use a sqlite or postgresql URL; PostgreSQL needs `pip install "vendorstatus[postgresql]"`'
        raise StoreError(f"no driver for {shown(parsed)}: {error}; {remedy}") from error


def exists(url: str) -> bool:
    """Whether opening the database would not make a new one; of a server's that is not asked."""
    parsed = _parse(url)
    if parsed.get_backend_name() != "sqlite":
        return True
    return parsed.database not in (None, "", ":memory:") and Path(parsed.database or "").is_file()


def in_memory(engine: Engine) -> bool:
    """Whether the database lives in this process only and all threads share its one connection."""
    return isinstance(engine.pool, StaticPool)


def _sqlite(url: URL) -> Engine:
    if url.database in (None, "", ":memory:"):
        engine = sa.create_engine(
            url, poolclass=StaticPool, connect_args={"check_same_thread": False}, hide_parameters=True
        )
    else:
        _make_folder(Path(url.database or ""), url)
        engine = sa.create_engine(url, hide_parameters=True)
    sa.event.listen(engine, "connect", _configure_sqlite)
    sa.event.listen(engine, "begin", _begin_sqlite)
    return engine


def _make_folder(path: Path, url: URL) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"cannot make the folder of {shown(url)}: {error}; choose a writable place") from error


def _configure_sqlite(connection: Any, _record: object) -> None:  # noqa: ANN401
    # The driver's own transactions begin too late (at the first write) and never cover DDL: we begin ourselves.
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout={BUSY_MS}")
    _write_ahead(connection)
    for setting in ("synchronous=NORMAL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {setting}")


def _write_ahead(connection: Any) -> None:  # noqa: ANN401
    """Switch to the write-ahead log. SQLite itself does not wait when another process does so at the same moment."""
    until = time.monotonic() + BUSY_MS / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(WAL_RETRY_SECONDS)
        else:
            return


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that reads first and writes later cannot wait for another writer; taking the lock at once can.
    reads = connection.get_execution_options().get(_READS)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def reading(engine: Engine) -> Engine:
    """Return the engine for reading: its transactions never wait for a writer and see one moment throughout."""
    if engine.dialect.name == "postgresql":
        return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    return engine.execution_options(**{_READS: True})


_SIZE = {
    "sqlite": sa.text("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"),
    "postgresql": sa.text("SELECT pg_database_size(current_database())"),
}


def size_bytes(connection: Connection) -> int:
    """Return the size of the database in bytes."""
    return int(connection.execute(_SIZE[connection.dialect.name]).scalar_one())


@contextmanager
def store_errors(engine: Engine) -> Iterator[None]:
    """Turn what the database cannot help (locked, gone, full) into StoreError; anything else is a bug."""
    try:
        yield
    except (sa.exc.OperationalError, sa.exc.InterfaceError) as error:
        detail = str(error.orig).strip()
        remedy = (
            "another process holds it: stop that one, or use PostgreSQL"
            if "locked" in detail
            else "check that it is running, reachable and writable"
        )
        raise StoreError(f"database {shown(engine.url)}: {detail}; {remedy}") from error
    except sa.exc.DatabaseError as error:
        if not isinstance(error.orig, Exception) or "not a database" not in str(error.orig):
            raise
        raise StoreError(f"{shown(engine.url)} is not a database; choose another file") from error


# ---------------------------------------------------------------------------------------------------------- schema


@cache
def revisions() -> tuple[str, ...]:
    """Return the schema revisions this version knows, oldest first."""
    return tuple(sorted(path.name.split("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*_*.py")))


def revision(connection: Connection) -> str | None:
    """Return the database's schema revision; None for an empty database."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
    return found


def ensure_schema(engine: Engine, *, migrate: bool) -> None:
    """Bring the schema to this version's. Raises StoreError when it is newer, or older and `migrate` is false."""
    with store_errors(engine), reading(engine).connect() as connection:
        found = revision(connection)
    if found == revisions()[-1]:
        return
    where = shown(engine.url)
    if found is not None and found not in revisions():
        raise StoreError(
            f"{where} has schema {found}, newer than this version's {revisions()[-1]}; upgrade vendorstatus"
        )
    if not migrate:
        raise StoreError(
            f"{where} has schema {found or 'none'}, {revisions()[-1]} is needed; run `monitor report` once"
        )
    upgrade(engine)


def upgrade(engine: Engine, to: str = "head") -> None:
    """Run the migrations up to a revision; replicas starting together do it once."""
    _alembic(engine, "upgrade", to)


def downgrade(engine: Engine, to: str = "base") -> None:
    """Undo the migrations down to a revision. What the older schema cannot hold is lost."""
    _alembic(engine, "downgrade", to)


def check(engine: Engine) -> None:
    """Compare the database with the tables in code. Raises StoreError naming the differences."""
    from alembic.util.exc import AutogenerateDiffsDetected  # late: half of the start-up time

    try:
        _alembic(engine, "check")
    except AutogenerateDiffsDetected as error:
        raise StoreError(f"the database {shown(engine.url)} differs from the code: {error}") from error


def _alembic(engine: Engine, command: str, *args: str) -> None:
    import alembic.command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.print_stdout = lambda *_, **__: None  # type: ignore[method-assign]
    with store_errors(engine), engine.connect() as connection, _foreign_keys_off(connection), connection.begin():
        if engine.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_UPGRADE_LOCK)))
        config.attributes["connection"] = connection
        config.attributes["metadata"] = METADATA
        getattr(alembic.command, command)(config, *args)


@contextmanager
def _foreign_keys_off(connection: Connection) -> Iterator[None]:
    """Keep SQLite from cascading deletes while a migration rebuilds a table; nothing to do elsewhere."""
    driver = cast("Any", connection.connection.driver_connection)
    if connection.dialect.name != "sqlite":
        yield
        return
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys=ON")
