"""Statements as SQLAlchemy writes them for a database, kept for every database of the process.

SQLAlchemy keeps them for one engine, and each test has an engine of its own: to write the same
statements anew took a third of what a test of a store takes.
"""

from collections.abc import Callable, Hashable
from typing import Any, ParamSpec

from sqlalchemy.engine import Engine

Arguments = ParamSpec("Arguments")
Key = tuple[Any, *tuple[Hashable, ...]]


class Statements(dict[Key, Any]):
    """What `compiled_cache` may be, SQLAlchemy's option of connections, whose keys begin with the
    engine's own dialect: here one does for all of its kind."""

    def get(self, key: Key, default: Any = None) -> Any:
        return super().get(_of_any_engine(key), default)

    def __setitem__(self, key: Key, statement: Any) -> None:
        super().__setitem__(_of_any_engine(key), statement)


def _of_any_engine(key: Key) -> Key:
    dialect, *others = key
    return (type(dialect), *others)


STATEMENTS = Statements()


def sharing(connect: Callable[Arguments, Engine]) -> Callable[Arguments, Engine]:
    """Return what connects likewise, to engines that share their statements."""

    def connected(*args: Arguments.args, **named: Arguments.kwargs) -> Engine:
        engine = connect(*args, **named)
        engine.update_execution_options(compiled_cache=STATEMENTS)
        return engine

    return connected
