"""A process killed at any moment of its work with the store, which is then what its files hold at
that moment."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlalchemy as sa

from monitor.store import Store
from timeline.stores import file_of, reopen


class Killed(BaseException):
    """The process is gone. It is no Exception: no handler of ours lives on to mend anything."""


@contextmanager
def dying(store: Store, moment: int) -> Iterator[None]:
    """Kill what is done inside, before its writing statement or commit of this number, or after it
    when there are fewer.

    Killed goes no further than here. The store, which must be in a file, is open again afterwards.
    """
    with TemporaryDirectory(dir=file_of(store).parents[1]) as folder:
        death = _Death(store, moment, Path(folder))
        listeners = {"before_cursor_execute": death.before_statement, "commit": death.before_write}
        for event, listener in listeners.items():
            sa.event.listen(store._engine, event, listener)
        try:
            yield
            death.come()
        except Killed:
            pass
        finally:
            for event, listener in listeners.items():
                sa.event.remove(store._engine, event, listener)
        reopen(store, Path(folder))


class _Death:
    """Comes before the write that has its number, and before everything that the dead try to do
    with the store."""

    def __init__(self, store: Store, moment: int, left: Path) -> None:
        self.store = store
        self.moment = moment
        self.left = left
        self.has_come = False

    def before_statement(
        self, _connection: object, _cursor: object, statement: str, *_: object
    ) -> None:
        if self.has_come or not statement.startswith("SELECT"):
            self.before_write()

    def before_write(self, *_: object) -> None:
        if self.has_come or self.moment == 0:
            self.come()
        self.moment -= 1

    def come(self) -> None:
        """Copy the database and its write-ahead log as they are; the file beside them holds the
        locks of the living."""
        if not self.has_come:
            self.has_come = True
            for file in file_of(self.store).parent.iterdir():
                if not file.name.endswith("-shm"):
                    shutil.copy(file, self.left / file.name)
        raise Killed
