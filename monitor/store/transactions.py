"""Transactions of one database: every method of the store is one, except inside `together`."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import wraps
from threading import RLock, local
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy.engine import Connection, Engine

from monitor.errors import StoreError
from monitor.store import engine
from monitor.store.health import Health
from monitor.store.patience import Patience
from monitor.store.sqlite import in_memory

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")
Work = Callable[Concatenate[Connection, Arguments], Result]
Method = Callable[Concatenate["Transactions", Arguments], Result]


class Transactions:
    """Gives connections inside a transaction, from any thread. `health` tells how the database is
    doing; `patience` how long it is waited for.
    """

    def __init__(
        self, database: Engine, patience: Patience | None = None, health: Health | None = None
    ) -> None:
        self.patience = patience or Patience()
        self.health = health or Health()
        self._engine = database
        self._reader = engine.reading(database)
        # A database in memory has a single connection: its transactions must not mix.
        self._turn: AbstractContextManager[object] = (
            RLock() if in_memory(database) else nullcontext()
        )
        self._together = local()

    @contextmanager
    def together(self) -> Iterator[None]:
        """Make one writing transaction of all that this thread does inside: all of it is kept, or
        nothing.

        Only for writing much at once, as a transaction costs more than a poll: other writers wait
        until it ends.
        """
        with self._one(self._engine) as connection:
            self._together.connection = connection
            try:
                yield
            finally:
                del self._together.connection

    @contextmanager
    def at_one_moment(self) -> Iterator[None]:
        """Let all that this thread reads inside see the database as it is now, whoever writes to it
        meanwhile. Writing inside raises RuntimeError.

        Nobody waits for it. SQLite's write-ahead log grows by what is written until it ends.
        """
        with self._one(self._reader) as connection:
            engine.fix_moment(connection)
            self._together.connection, self._together.is_reading = connection, True
            try:
                yield
            finally:
                del self._together.connection, self._together.is_reading

    def _write(self) -> AbstractContextManager[Connection]:
        if getattr(self._together, "is_reading", False):
            raise RuntimeError("nothing is written while the database is read as of one moment")
        return self._transaction(self._engine)

    def _read(self) -> AbstractContextManager[Connection]:
        return self._transaction(self._reader)

    def _transaction(self, database: Engine) -> AbstractContextManager[Connection]:
        connection: Connection | None = getattr(self._together, "connection", None)
        return self._one(database) if connection is None else nullcontext(connection)

    @contextmanager
    def _one(self, database: Engine) -> Iterator[Connection]:
        """Make one transaction, and note in `health` how it went."""
        is_writing = database is self._engine
        try:
            with self._turn, engine.store_errors(self._engine), database.connect() as connection:
                with connection.begin():
                    yield connection
                if is_writing and engine.wrote(connection):
                    self.health.wrote()
        except StoreError as error:
            if error.is_of_database:
                self.health.failed(error, writing=is_writing)
            raise


def reads(work: Work[Arguments, Result]) -> Method[Arguments, Result]:
    """Make a method of a function: it does the same in a reading transaction."""
    return _method(work, writing=False)


def writes(work: Work[Arguments, Result]) -> Method[Arguments, Result]:
    """Make a method of a function: it does the same in a writing transaction."""
    return _method(work, writing=True)


def _method(work: Work[Arguments, Result], *, writing: bool) -> Method[Arguments, Result]:
    @wraps(work)
    def method(self: Transactions, /, *args: Arguments.args, **options: Arguments.kwargs) -> Result:
        with self._write() if writing else self._read() as connection:
            return work(connection, *args, **options)

    return method
