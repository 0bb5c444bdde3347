"""A process killed at any moment of its work with the store, and what of the store is left: the files as they were."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlalchemy as sa

from monitor.store import Store


class Killed(BaseException):
    """The process is gone. It is no Exception: no handler of ours lives on to mend anything."""


@contextmanager
def dying(store: Store, moment: int, left: Path) -> Iterator[None]:
    """Kill what is done inside, before its statement or commit of this number, or after all of it when there are fewer.

    The store's files are then in the folder `left`. Dying is over when Killed was raised: it goes no further than here.
    """
    count = 0

    def come(*_: object) -> None:
        nonlocal count
        if count == moment:
            _leave(store, left)
        if count >= moment:
            count += 1
            raise Killed
        count += 1

    for event in EVENTS:
        sa.event.listen(store._engine, event, come)
    try:
        yield
    except Killed:
        pass
    finally:
        for event in EVENTS:
            sa.event.remove(store._engine, event, come)
    if count <= moment:
        _leave(store, left)


EVENTS = ("before_cursor_execute", "commit")


def _leave(store: Store, left: Path) -> None:
    """Copy the database and its write-ahead log; the file beside them holds the locks of the living."""
    for file in Path(store._engine.url.database or "").parent.iterdir():
        if not file.name.endswith("-shm"):
            shutil.copy(file, left / file.name)
