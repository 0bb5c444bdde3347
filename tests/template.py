"""An empty SQLite database with today's schema, made once a process: to copy it takes a thousandth
of migrating another."""

import sqlite3
from functools import cache
from typing import cast

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from monitor.store import engine, schema

migrated = schema.ensure_schema
"""What the product does. Tests of migrations put it back."""


def copied(database: Engine, *, migrate: bool) -> None:
    """Stand in for `ensure_schema`: the same schema, by way of a copy where the product would make
    all tables anew."""
    if migrate and database.dialect.name == "sqlite" and _is_empty(database):
        template().backup(driver(database))
    else:
        migrated(database, migrate=migrate)


@cache
def template() -> sqlite3.Connection:
    """Return the database, in memory, as the migrations make it."""
    made = engine.connect("sqlite://")
    schema.upgrade(made)
    return driver(made)


def driver(database: Engine) -> sqlite3.Connection:
    """Return SQLite's own connection of an engine."""
    with database.connect() as connection:
        return cast("sqlite3.Connection", connection.connection.driver_connection)


def _is_empty(database: Engine) -> bool:
    with engine.store_errors(database), engine.reading(database).connect() as connection:
        return not sa.inspect(connection).get_table_names()
