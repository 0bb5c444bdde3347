"""Inserts that say what happens where the row is there already, for the database at hand."""

from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

Insert = Any
"""An INSERT of either database; their types share no base that knows of conflicts."""


def insert_into(connection: Connection, table: sa.Table) -> Insert:
    """Return an INSERT that can say what happens on conflict."""
    return _insert(connection.dialect.name, table)


def _insert(dialect: str, table: sa.Table) -> Insert:
    if dialect == "postgresql":  # each late: the other takes a twentieth of a second to import
        from sqlalchemy.dialects import postgresql

        return postgresql.insert(table)
    from sqlalchemy.dialects import sqlite

    return sqlite.insert(table)


def upsert(connection: Connection, table: sa.Table, keys: str, names: str) -> Insert:
    """Return the INSERT that overwrites columns, `names`, of a row that has the same `keys`; both
    written with spaces between.
    """
    return _upsert(connection.dialect.name, table, keys, names)


@lru_cache
def _upsert(dialect: str, table: sa.Table, keys: str, names: str) -> Insert:
    insert = _insert(dialect, table)
    new = {name: insert.excluded[name] for name in names.split()}
    return insert.on_conflict_do_update(index_elements=keys.split(), set_=new)
