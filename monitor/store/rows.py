"""What queries and rows of any table have in common: columns, lists of keys, levels as numbers."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from monitor.lookups import by_value
from monitor.model import Aspect, Level
from monitor.store.tables.instants import Instant

Row = Any
"""A row of a select, its columns by name."""

Value = TypeVar("Value")
Record = TypeVar("Record")

MOST_KEYS = 1_000
"""How many values one IN list holds; every database takes that many."""

ASPECTS = by_value(Aspect)


def chunks(values: Iterable[Value]) -> Iterator[list[Value]]:
    """Yield the values in lists that are short enough for an IN list."""
    rest = list(values)
    for start in range(0, len(rest), MOST_KEYS):
        yield rest[start : start + MOST_KEYS]


def level_number(level: Level | None) -> int | None:
    """Return the level as it is stored."""
    return None if level is None else int(level)


def columns(table: sa.Table, names: str | Iterable[str]) -> list[sa.Column[Any]]:
    """Return columns of a table by their names; as one text, with spaces between."""
    if isinstance(names, str):
        names = names.split()
    return [table.c[name] for name in names]


def execute_each(
    connection: Connection, statement: sa.Executable, rows: Sequence[Mapping[str, Any]]
) -> None:
    """Execute a statement with the parameters of each row; not at all when there is none."""
    if rows:
        connection.execute(statement, rows)


def read_all(
    connection: Connection, query: sa.Select[Any], record: Callable[..., Record]
) -> list[Record]:
    """Return the rows of a query, each as a record whose fields are its columns."""
    return [record(**row) for row in connection.execute(query).mappings()]


def update_of_ids(table: sa.Table, **instants: str) -> sa.Update:
    """Return the statement that sets columns of the rows ``ids`` to instants, by parameter."""
    values = {}
    for name, parameter in instants.items():
        values[name] = sa.bindparam(parameter, type_=Instant())
    return sa.update(table).where(among(table.c.id, "ids")).values(values)


def update_row(table: sa.Table, names: Iterable[str], **more: Any) -> sa.Update:  # noqa: ANN401
    """Return the statement that sets columns of the row ``row_id`` to `new_values`, and `more`."""
    values = dict(more)
    for name in names:
        values[name] = sa.bindparam(f"new_{name}")
    return sa.update(table).where(table.c.id == sa.bindparam("row_id")).values(values)


def new_values(row_id: int | None, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters of `update_row`."""
    return {"row_id": row_id} | {f"new_{name}": value for name, value in values.items()}


def among(column: sa.Column[Any], parameter: str = "keys") -> sa.ColumnElement[bool]:
    """Return the condition that a column is one of the values of a parameter."""
    return column.in_(sa.bindparam(parameter, expanding=True))
