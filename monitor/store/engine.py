"""Opening a database: its engine, its settings, and its schema. Passwords in URLs are never
shown.
"""

import os
import sqlite3
import zlib
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
from monitor.store import postgres
from monitor.store.faults import cause_of, explained
from monitor.store.health import Health
from monitor.store.patience import Patience
from monitor.store.tables import METADATA

MIGRATIONS = Path(__file__).parent / "migrations"
BUSY_MS = 200
"""How long SQLite itself waits for another process's write; then we look whether to wait on."""
PAUSE_SECONDS = 0.01
_BEATS = 1_000_000

_READS = "monitor_reads"
_DRIVERS = {"postgres": "postgresql+psycopg", "postgresql": "postgresql+psycopg"}
_UPGRADE_LOCK = 7_305_801_226_402_913
"""Key of the PostgreSQL advisory lock replicas hold while they upgrade the schema; any number will
do."""


def shown(url: URL | str) -> str:
    """Return the database's address for people: its password masked, and every option that may hold
    a secret.
    """
    parsed = url if isinstance(url, URL) else parse(url)
    parsed = parsed.update_query_dict({name: MASK for name in parsed.query if name not in _TOLD})
    return parsed.render_as_string(hide_password=True)


_TOLD = frozenset(
    {
        "application_name",
        "cache",
        "connect_timeout",
        "gssencmode",
        "host",
        "hostaddr",
        "keepalives",
        "mode",
        "port",
        "sslmode",
        "sslrootcert",
        "target_session_attrs",
        "timeout",
        "uri",
    }
)
"""Options that hold no secret. Any other may: `password`, `sslpassword`, `options`, and those of
drivers to come."""


def parse(url: str) -> URL:
    """Return the URL with the driver we use. Raises StoreError."""
    try:
        parsed = make_url(url)
    except sa.exc.ArgumentError:
        # The cause would quote the address, password and all.
        raise StoreError(
            'the database URL cannot be read; write "sqlite:///path" or'
            ' "postgresql://user:password@host/name"'
        ) from None
    return parsed.set(drivername=_DRIVERS.get(parsed.drivername, parsed.drivername))


def connect(url: str, patience: Patience | None = None, health: Health | None = None) -> Engine:
    """Return an engine for "sqlite:///path", "sqlite://" (in memory) or "postgresql://...". Raises
    StoreError.
    """
    parsed, patience, health = parse(url), patience or Patience(), health or Health()
    try:
        if parsed.get_backend_name() == "sqlite":
            return _sqlite(parsed, patience, health)
        return postgres.connect(parsed, patience)
    except (sa.exc.NoSuchModuleError, ImportError) as error:
        remedy = (
            "use a sqlite or postgresql URL; PostgreSQL needs `pip install"
            ' "vendorstatus[postgresql]"`'
        )
        raise StoreError(f"no driver for {shown(parsed)}: {error}; {remedy}") from error


def file_of(url: URL) -> Path | None:
    """Return the file of an SQLite database; None for one in memory and for a server's."""
    if url.get_backend_name() != "sqlite" or url.database in (None, "", ":memory:"):
        return None
    return Path(url.database or "")


def exists(url: str) -> bool:
    """Whether opening the database would not make a new one; of a server's that is not asked."""
    parsed = parse(url)
    if parsed.get_backend_name() != "sqlite":
        return True
    file = file_of(parsed)
    return file is not None and file.is_file()


def in_memory(engine: Engine) -> bool:
    """Whether the database lives in this process only and all threads share its one connection."""
    return isinstance(engine.pool, StaticPool)


class _Sqlite:
    """What every connection to one SQLite database needs."""

    def __init__(self, url: URL, patience: Patience, health: Health) -> None:
        self._url = url
        self._patience = patience
        self._health = health
        self._file = file_of(url)
        self._known: tuple[int, int] | None = None

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
            where = shown(self._url)
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
        self._waiting(lambda: connection.execute("PRAGMA journal_mode=WAL"))
        # FULL: with NORMAL a power failure takes what was committed since the log was last copied
        # into the database.
        for setting in ("synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {setting}")

    def begin(self, connection: Connection) -> None:
        self._require_file()
        # A transaction that reads first and writes later cannot wait for another writer; taking the
        # lock at once can.
        if connection.get_execution_options().get(_READS):
            connection.exec_driver_sql("BEGIN")
        else:
            driver = cast("sqlite3.Connection", connection.connection.driver_connection)
            self._waiting(lambda: driver.execute("BEGIN IMMEDIATE"))
            connection.info["changes"] = driver.total_changes

    def forget(self, _engine: object) -> None:
        """Take whatever file is there next time: all connections to the one before are closed."""
        self._known = None

    def _waiting(self, ask: Any) -> None:  # noqa: ANN401
        """Ask, again and again as long as there is patience while another process holds the
        database.
        """
        end = self._patience.until_lock()
        while True:
            try:
                ask()
            except sqlite3.OperationalError as error:
                if cause_of(error) != "busy" or self._patience.passed(end):
                    raise
                self._health.failed(explained(shown(self._url), str(error), "busy"), writing=True)
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
            found = self._file.stat()
        except OSError as error:
            raise explained(
                shown(self._url), f"the file is not there any more ({error.strerror})", "gone"
            ) from error
        here = found.st_dev, found.st_ino
        if self._known is None:
            self._known = here
        elif self._known != here:
            raise explained(
                shown(self._url),
                "another file was put in its place; restart the monitor to use it",
                "gone",
            )


def _sqlite(url: URL, patience: Patience, health: Health) -> Engine:
    mine = _Sqlite(url, patience, health)
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


def wrote(connection: Connection) -> bool:
    """Whether the transaction that has just ended changed anything: committing nothing proves no
    disk.
    """
    if connection.dialect.name != "sqlite":
        return postgres.wrote(connection)
    if connection.invalidated:
        return False
    driver = cast("sqlite3.Connection", connection.connection.driver_connection)
    return bool(driver.total_changes > connection.info.get("changes", driver.total_changes))


def unlimited(connection: Connection) -> None:
    """Let this transaction's statements take as long as they need."""
    if connection.dialect.name != "sqlite":
        postgres.unlimited(connection)


def beat(connection: Connection) -> None:
    """Write something that changes nothing anybody reads."""
    if connection.dialect.name != "sqlite":
        postgres.beat(connection)
        return
    version = int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())
    connection.exec_driver_sql(f"PRAGMA user_version={(version + 1) % _BEATS}")


def reading(engine: Engine) -> Engine:
    """Return the engine for reading: its transactions never wait for a writer and see one moment
    throughout.
    """
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
    """Turn what the database, or its file, is to blame for into StoreError; anything else is a
    bug.
    """
    try:
        yield
    except sa.exc.TimeoutError as error:
        raise explained(shown(engine.url), "all connections are in use", "busy") from error
    except (sa.exc.DBAPIError, engine.dialect.loaded_dbapi.Error) as error:
        orig = error.orig if isinstance(error, sa.exc.DBAPIError) else error
        cause = None if orig is None else cause_of(orig)
        if cause is None and isinstance(error, (sa.exc.OperationalError, sa.exc.InterfaceError)):
            cause = "other"
        if cause is None:
            raise
        raise explained(shown(engine.url), str(orig).strip(), cause) from error
    except (UnicodeDecodeError, zlib.error) as error:
        # No text and no body is kept that could not be read back; SQLite's own messages quote names
        # in the file.
        raise explained(
            shown(engine.url), f"what it holds cannot be read: {error}", "damaged"
        ) from error


# schema


@cache
def revisions() -> tuple[str, ...]:
    """Return the schema revisions this version knows, oldest first."""
    return tuple(
        sorted(path.name.split("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*_*.py"))
    )


def revision(connection: Connection) -> str | None:
    """Return the database's schema revision; None for an empty database."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(
        sa.text("SELECT version_num FROM alembic_version")
    ).scalar()
    return found


def ensure_schema(engine: Engine, *, migrate: bool) -> None:
    """Bring the schema to this version's. Raises StoreError when it is newer, or older and
    `migrate` is false.
    """
    with store_errors(engine), reading(engine).connect() as connection:
        found = revision(connection)
    if found == revisions()[-1]:
        return
    where = shown(engine.url)
    if found is not None and found not in revisions():
        raise StoreError(
            f"{where} has schema {found}, newer than this version's {revisions()[-1]}; upgrade"
            " vendorstatus"
        )
    if not migrate:
        raise StoreError(
            f"{where} has schema {found or 'none'}, {revisions()[-1]} is needed; run `monitor"
            " report` once"
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
        raise StoreError(
            f"the database {shown(engine.url)} differs from the code: {error}"
        ) from error


def _alembic(engine: Engine, command: str, *args: str) -> None:
    import alembic.command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.print_stdout = lambda *_, **__: None  # type: ignore[method-assign]
    with (
        store_errors(engine),
        engine.connect() as connection,
        _foreign_keys_off(connection),
        connection.begin(),
    ):
        unlimited(connection)
        if engine.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_UPGRADE_LOCK)))
        config.attributes["connection"] = connection
        config.attributes["metadata"] = METADATA
        getattr(alembic.command, command)(config, *args)


@contextmanager
def _foreign_keys_off(connection: Connection) -> Iterator[None]:
    """Keep SQLite from cascading deletes while a migration rebuilds a table; nothing to do
    elsewhere.
    """
    driver = cast("Any", connection.connection.driver_connection)
    if connection.dialect.name != "sqlite":
        yield
        return
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys=ON")
