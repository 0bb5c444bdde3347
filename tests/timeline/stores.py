"""Empty stores for readers: in memory, each used again and again, or in a file, for one whose
process is killed."""

import atexit
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from monitor.store import Store
from monitor.store.engine import connect
from tests.template import driver, template

NAME = "store.db"
_IDLE: list[Store] = []
_IDLE_FILES: list[Store] = []
"""Stores nobody reads at the moment. To compile a store's statements, once for each, takes longer
than many a run."""


@contextmanager
def fresh_store() -> Iterator[Store]:
    """Yield an empty store in memory."""
    store = _IDLE.pop() if _IDLE else Store(connect("sqlite://"))
    template().backup(driver(store._engine))
    yield store
    _IDLE.append(store)


@contextmanager
def fresh_file() -> Iterator[Store]:
    """Yield an empty store in a file."""
    store = (
        _IDLE_FILES.pop()
        if _IDLE_FILES
        else Store(connect(f"sqlite:///{mkdtemp(dir=_folder())}/{NAME}"))
    )
    with _shut(store), closing(sqlite3.connect(file_of(store))) as database:
        template().backup(database)
    yield store
    _IDLE_FILES.append(store)


def reopen(store: Store, left: Path) -> None:
    """Let the store be the one whose files are in the folder `left`, as a new process would open
    it."""
    with _shut(store):
        for file in left.iterdir():
            shutil.copy(file, file_of(store).parent / file.name)


def file_of(store: Store) -> Path:
    """Return the file of a store that is in one."""
    return Path(store._engine.url.database or "")


@contextmanager
def _shut(store: Store) -> Iterator[None]:
    """Close its connections and take its files away for what is done inside."""
    store.close()
    for file in file_of(store).parent.iterdir():
        file.unlink()
    yield


@cache
def _folder() -> Path:
    """Return the folder for stores in files, gone with the process; in memory where the machine has
    one there."""
    folder = Path(
        mkdtemp(prefix="timeline-", dir="/dev/shm" if Path("/dev/shm").is_dir() else None)
    )
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
