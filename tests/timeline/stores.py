"""Empty stores for readers: in memory, each used again and again, or in a file that a killed process leaves behind."""

import atexit
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import cast

from sqlalchemy.engine import Engine

from monitor.store import Store
from monitor.store.engine import connect, upgrade

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
def fresh_file() -> Iterator[Path]:
    """Yield an empty database's file in a folder of its own, gone at the end."""
    folder = Path(tempfile.mkdtemp(dir=_folder()))
    with sqlite3.connect(folder / "store.db") as made:
        _template().backup(made)
    made.close()
    try:
        yield folder / "store.db"
    finally:
        shutil.rmtree(folder)


def _driver(engine: Engine) -> sqlite3.Connection:
    with engine.connect() as connection:
        return cast("sqlite3.Connection", connection.connection.driver_connection)


@cache
def _template() -> sqlite3.Connection:
    """Return an empty database with today's schema: to copy one takes a thousandth of making it."""
    engine = connect("sqlite://")
    upgrade(engine)
    return _driver(engine)


@cache
def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="timeline-", dir="/dev/shm" if Path("/dev/shm").is_dir() else None))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
