"""Empty stores for readers: in memory, each used again and again, or in a file, for one whose process is killed."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

from sqlalchemy.engine import Engine

from monitor.store import Store
from monitor.store.engine import connect, upgrade

NAME = "store.db"
_IDLE: list[Store] = []
"""Stores nobody reads at the moment. To compile a store's statements, once for each, takes longer than many a run."""


@contextmanager
def fresh_store() -> Iterator[Store]:
    """Yield an empty store in memory."""
    store = _IDLE.pop() if _IDLE else Store(connect("sqlite://"))
    _template().backup(_driver(store._engine))
    yield store
    _IDLE.append(store)


@contextmanager
def fresh_file() -> Iterator[Store]:
    """Yield an empty store in a file, in a folder of its own."""
    with folder() as made:
        with closing(sqlite3.connect(made / NAME)) as database:
            _template().backup(database)
        with opened(made) as store:
            yield store


def opened(where: Path) -> Store:
    """Open the store in a folder."""
    return Store.open(f"sqlite:///{where / NAME}", migrate=False)


@contextmanager
def folder() -> Iterator[Path]:
    """Yield a new folder, gone at the end; in memory where the machine has one there."""
    memory = "/dev/shm" if Path("/dev/shm").is_dir() else None
    with TemporaryDirectory(prefix="timeline-", dir=memory) as made:
        yield Path(made)


def _driver(engine: Engine) -> sqlite3.Connection:
    with engine.connect() as connection:
        return cast("sqlite3.Connection", connection.connection.driver_connection)


@cache
def _template() -> sqlite3.Connection:
    """Return an empty database with today's schema: to copy one takes a thousandth of making it."""
    engine = connect("sqlite://")
    upgrade(engine)
    return _driver(engine)

