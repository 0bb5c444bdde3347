"""Rows of a table in pieces that are the same on both sides of a copy, and what tells whether they
are equal.

A piece is a range of the first column of the primary key, which is a number, so that it says the
same whatever order a database gives to texts; where that column is a text, it is a list of keys. A
row's text is made of the values as Python has them, and so is the same on every database: instants
in UTC, JSON with sorted keys, no negative zero.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from monitor.store.tables import METADATA
from monitor.store.tables.watching import SERVER

CHUNK_ROWS = 1_000
_KEYS_SHARE = 10
"""So many times fewer rows are in a piece by keys: these are bodies, which are large."""

Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of a table: first key column above `after`, up to and with `until` (None = no end),
    or one of `keys`.
    """

    table: sa.Table
    after: int | None = None
    until: int | None = None
    keys: tuple[str, ...] | None = None

    @property
    def condition(self) -> sa.ColumnElement[bool]:
        """What is true of its rows."""
        column = first_key(self.table)
        if self.keys is not None:
            return column.in_(self.keys)
        bounds = []
        if self.after is not None:
            bounds.append(column > self.after)
        if self.until is not None:
            bounds.append(column <= self.until)
        return sa.and_(sa.true(), *bounds)


@dataclass(frozen=True, slots=True)
class ChunkRows:
    """The rows of a piece and their texts, by primary key."""

    rows: Mapping[Key, Row[Any]]
    texts: Mapping[Key, str]

    @property
    def digest(self) -> str:
        """What is equal when all rows are."""
        digest = hashlib.sha256()
        for key in sorted(self.texts):
            digest.update(f"{self.texts[key]}\n".encode("utf-8", "surrogatepass"))
        return digest.hexdigest()

    def unlike(self, other: "ChunkRows") -> list[Key]:
        """Return the keys of rows that the other does not have, or has otherwise."""
        keys = []
        for key, text in self.texts.items():
            if other.texts.get(key) != text:
                keys.append(key)
        return keys


def tables() -> list[sa.Table]:
    """Return the tables that are copied, each after those that its rows belong to: all but the
    signs of life of those who serve a database, which are about that one alone.
    """
    return [table for table in METADATA.sorted_tables if table is not SERVER]


def first_key(table: sa.Table) -> sa.Column[Any]:
    """Return the first column of the primary key."""
    return next(iter(table.primary_key.columns))


def chunks(source: Connection, target: Connection, size: int = CHUNK_ROWS) -> Iterator[Chunk]:
    """Yield pieces of all tables that cover every row of both sides, of about `size` rows of the
    source each.
    """
    for table in tables():
        if first_key(table).type.python_type is int:
            yield from _ranges(source, table, size)
        else:
            yield from _lists(source, target, table, max(1, size // _KEYS_SHARE))


def _ranges(source: Connection, table: sa.Table, size: int) -> Iterator[Chunk]:
    column, after = first_key(table), None
    while True:
        ends = sa.select(column).order_by(column).offset(size - 1).limit(1)
        until = source.execute(ends if after is None else ends.where(column > after)).scalar()
        yield Chunk(table, after, until)
        if until is None:
            return
        after = until


def _lists(source: Connection, target: Connection, table: sa.Table, size: int) -> Iterator[Chunk]:
    query = sa.select(first_key(table))
    keys = sorted({*source.execute(query).scalars(), *target.execute(query).scalars()})
    for start in range(0, len(keys), size):
        yield Chunk(table, keys=tuple(keys[start : start + size]))


def read(connection: Connection, chunk: Chunk) -> ChunkRows:
    """Return the rows of a piece as this side has them."""
    columns = list(chunk.table.c)
    places = [columns.index(column) for column in chunk.table.primary_key.columns]
    to_text = _text_maker(columns)
    rows, texts = {}, {}
    for row in connection.execute(sa.select(*columns).where(chunk.condition)):
        key = tuple(row[place] for place in places)
        rows[key], texts[key] = row, to_text(row)
    return ChunkRows(rows, texts)


def _text_maker(columns: Iterable[sa.Column[Any]]) -> Callable[[Row[Any]], str]:
    """Return what makes a row's text: values are shown by `repr`, but for two kinds that can be
    written in several ways, and bodies, which are long.
    """
    odd: dict[int, Callable[[Any], Any]] = {}
    for place, column in enumerate(columns):
        if isinstance(column.type, sa.JSON):
            odd[place] = _sorted_json
        elif isinstance(column.type, sa.Double):
            odd[place] = _positive_zero
        elif isinstance(column.type, sa.LargeBinary):
            odd[place] = _digest

    def to_text(row: Row[Any]) -> str:
        values = list(row)
        for place, change in odd.items():
            values[place] = change(values[place])
        return repr(values)

    return to_text


def _sorted_json(value: object) -> str | None:
    return None if value is None else json.dumps(value, sort_keys=True)


def _digest(value: bytes | None) -> str | None:
    return None if value is None else hashlib.sha256(value).hexdigest()


def _positive_zero(value: float | None) -> float | None:
    return None if value is None else value + 0.0


def insert(connection: Connection, table: sa.Table, rows: Iterable[Row[Any]]) -> None:
    """Add rows as they are, their keys too."""
    values = [_by_name(table, row) for row in rows]
    if values:
        connection.execute(table.insert(), values)


def delete(connection: Connection, table: sa.Table, keys: Iterable[Key]) -> None:
    """Delete rows by primary key; those that belong to them go too."""
    statement = table.delete()
    parameters = []
    for column in table.primary_key.columns:
        parameter = f"key_{column.name}"
        parameters.append(parameter)
        statement = statement.where(column == sa.bindparam(parameter))
    values = [dict(zip(parameters, key, strict=True)) for key in keys]
    if values:
        connection.execute(statement, values)


def overwrite(connection: Connection, table: sa.Table, key: Key, row: Row[Any]) -> None:
    """Give a row that is there the values of another with the same key."""
    statement = table.update().values(_by_name(table, row))
    for column, part in zip(table.primary_key.columns, key, strict=True):
        statement = statement.where(column == part)
    connection.execute(statement)


def _by_name(table: sa.Table, row: Row[Any]) -> dict[str, Any]:
    return dict(zip(table.c.keys(), row, strict=True))


def count(connection: Connection, table: sa.Table) -> int:
    """Return how many rows a table has."""
    return int(connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one())


def set_sequences(connection: Connection) -> None:
    """Let PostgreSQL give the next rows keys that are free; SQLite does so by itself."""
    if connection.dialect.name != "postgresql":
        return
    for table in tables():
        column = table.autoincrement_column
        if column is not None:
            highest = sa.select(sa.func.coalesce(sa.func.max(column), 0)).scalar_subquery()
            sequence = sa.func.pg_get_serial_sequence(table.name, column.name)
            move = sa.func.setval(sequence, highest + 1, False)  # noqa: FBT003 - not used yet
            connection.execute(sa.select(move))
