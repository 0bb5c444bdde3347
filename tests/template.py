"""Today's schema, made once a process: to copy it into an empty SQLite database takes a thousandth
of migrating, and to repeat its statements in PostgreSQL a fifth."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from monitor.store import engine, schema

migrated = schema.ensure_schema
"""What the product does. Tests of migrations put it back."""
_STATEMENTS: list[str] = []
"""What the migrations asked of the first PostgreSQL database of this process."""
_LOCK = 4_171_923_014


def copied(database: Engine, *, migrate: bool) -> None:
    """Stand in for `ensure_schema`: the same schema, by way of a copy where the product would make
    all tables anew."""
    if not (migrate and _is_empty(database)):
        migrated(database, migrate=migrate)
    elif database.dialect.name == "sqlite":
        template().backup(driver(database))
    elif _STATEMENTS:
        _repeat(database)
    else:
        with _recording(database) as statements:
            migrated(database, migrate=True)
        _STATEMENTS[:] = statements


@cache
def template() -> sqlite3.Connection:
    """Return the SQLite database, in memory, as the migrations make it."""
    made = engine.connect("sqlite://")
    schema.upgrade(made)
    return driver(made)


def driver(database: Engine) -> sqlite3.Connection:
    """Return SQLite's own connection of an engine."""
    with database.connect() as connection:
        return cast("sqlite3.Connection", connection.connection.driver_connection)


@contextmanager
def _recording(database: Engine) -> Iterator[list[str]]:
    """Collect what is asked inside, without what only looks."""
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.lstrip().startswith("SELECT"):
            statements.append(statement)

    sa.event.listen(database, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        sa.event.remove(database, "before_cursor_execute", note)


def _repeat(database: Engine) -> None:
    """Ask the same of a database, once where several stores open it together."""
    with engine.store_errors(database), database.begin() as connection:
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
        if not _tables(connection):
            connection.exec_driver_sql(";\n".join(_STATEMENTS))


def _is_empty(database: Engine) -> bool:
    with engine.store_errors(database), engine.reading(database).connect() as connection:
        return not _tables(connection)


def _tables(connection: Connection) -> list[str]:
    return sa.inspect(connection).get_table_names()
