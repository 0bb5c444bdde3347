"""Where a database is, and what can be said of it without making or changing anything."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from monitor.errors import StoreError
from monitor.records.instants import from_microseconds
from monitor.store import addresses, copy_mark, engine, schema, upkeep
from monitor.store.tables.pages import PAGE


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A database as it is found.

    `address` is for people, its password masked; `file` is the absolute path of an SQLite file,
    None for any other database. `revision` is that of the schema, None = none of our tables are
    there. `size_bytes` counts the log beside a file too. `last_write` is the newest poll that is
    kept, in UTC; None = none is.
    """

    kind: str
    address: str
    file: Path | None = None
    exists: bool = False
    revision: str | None = None
    size_bytes: int = 0
    last_write: datetime | None = None


def place(url: str) -> Place:
    """Return where this database is and what it holds. Raises StoreError when it is there and
    cannot be read.
    """
    address = addresses.parse(url)
    kind, name = address.get_backend_name(), addresses.display(address)
    if kind != "sqlite":
        return _server(url, kind, name)
    file = addresses.file_of(address)
    if file is None:
        return Place(kind=kind, address=name)
    file = file.absolute()
    if not file.is_file():
        return Place(kind=kind, address=name, file=file)
    return _file(file, name)


def missing_file(url: str) -> Path | None:
    """Return the absolute path of the SQLite file that opening this database would make; None where
    it is there, is in memory, or is a server's. Raises StoreError when a folder is there instead.
    """
    file = addresses.file_of(addresses.parse(url))
    if file is None or addresses.exists(url):
        return None
    if file.is_dir():
        raise StoreError(f"{file} is a folder; name a file in it")
    return file.absolute()


def require(url: str) -> None:
    """Raise StoreError, saying what makes one, where there is no database."""
    file = missing_file(url)
    if file is not None:
        raise StoreError(
            f"no database at {file}; `monitor backfill` makes one and reads the history, `monitor"
            " db path` prints where it is looked for"
        )


def require_tables(url: str) -> None:
    """Raise StoreError, saying what makes them, where there is a database without our tables, so
    that none are made in another program's. One in memory never has any.
    """
    if not addresses.exists(url):
        return
    there = place(url)
    if there.revision is None:
        raise schema.no_tables(there.address)


def require_finished(url: str) -> None:
    """Raise StoreError when the database is an unfinished copy."""
    there = place(url)
    if copy_mark.is_mark(there.revision):
        raise copy_mark.refusal(there.address)


def _file(file: Path, name: str) -> Place:
    with upkeep.open_file(file) as connection:
        revision = upkeep.revision_of(connection)
        query = "SELECT max(last_poll_at) FROM page"
        last = None if revision is None else connection.execute(query).fetchone()[0]
    log = file.with_name(f"{file.name}-wal")
    return Place(
        kind="sqlite",
        address=name,
        file=file,
        exists=True,
        revision=revision,
        size_bytes=file.stat().st_size + (log.stat().st_size if log.exists() else 0),
        last_write=None if last is None else from_microseconds(last),
    )


def _server(url: str, kind: str, name: str) -> Place:
    database = engine.connect(url)
    try:
        with engine.store_errors(database), engine.reading(database).connect() as connection:
            revision = schema.revision(connection)
            query = sa.select(sa.func.max(PAGE.c.last_poll_at))
            return Place(
                kind=kind,
                address=name,
                exists=revision is not None,
                revision=revision,
                size_bytes=engine.size_bytes(connection),
                last_write=None if revision is None else connection.execute(query).scalar(),
            )
    finally:
        database.dispose()
