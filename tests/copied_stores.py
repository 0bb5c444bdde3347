"""Databases full of chance, for the tests of their copies, and all that a database holds."""

import random
from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from monitor.store import Store, copy_rows, engine
from monitor.store.tables import Instant

PAGES = 3
_TEXTS = ("", "a", "ä\n", "'; DROP", "\U0001f600", "日本", "Z", "_", "null", "[]", "\x7f")
_FLOATS = (0.0, -0.0, 0.1, 1e300, 5e-324, -2.5, 86_400.0)
_JSONS = ([], {}, {"b": 1, "a": [None, 0.1, "ß"]}, ["x"], [[1, "y"]], {"": {"z": True, "k": False}})


def fill(url: str, seed: int, rows: int = 12) -> None:
    """Fill an empty database with rows of every table, by chance."""
    chance = random.Random(seed)
    Store.open(url).close()
    database = engine.connect(url)
    with database.begin() as connection:
        for table in copy_rows.tables():
            is_of_pages = table.name == "page" or _is_once_a_page(table)
            most = PAGES if is_of_pages else chance.randrange(rows)
            for number in range(most):
                connection.execute(table.insert().values(_row(table, number, chance)))
    database.dispose()


def _row(table: sa.Table, number: int, chance: random.Random) -> dict[str, Any]:
    values = {column.name: _value(column, number, chance) for column in table.c}
    if "id" in values:
        values["id"] = number * 3 + 1
    if "page_id" in values:
        place = number if _is_once_a_page(table) else chance.randrange(PAGES)
        values["page_id"] = 3 * place + 1
    return values


def _is_once_a_page(table: sa.Table) -> bool:
    return [column.name for column in table.primary_key.columns] == ["page_id"]


def _value(column: sa.Column[Any], number: int, chance: random.Random) -> Any:  # noqa: PLR0911
    kind = column.type
    if column.nullable and chance.random() < 0.3:
        return None
    if isinstance(kind, Instant):
        return datetime(1965, 1, 1, tzinfo=UTC) + timedelta(
            microseconds=chance.randrange(10**15 * 4)
        )
    if isinstance(kind, sa.JSON):
        return chance.choice(_JSONS)
    if isinstance(kind, sa.Boolean):
        return chance.random() < 0.5
    if isinstance(kind, sa.BigInteger):
        return chance.randrange(-(2**62), 2**62)
    if isinstance(kind, sa.Integer):
        return chance.randrange(-(2**31), 2**31)
    if isinstance(kind, sa.Double):
        return chance.choice(_FLOATS)
    if isinstance(kind, sa.LargeBinary):
        return chance.randbytes(chance.randrange(40))
    if isinstance(kind, sa.Date):
        return date(1999, 12, 31) + timedelta(days=chance.randrange(20_000))
    return f"{chance.choice(_TEXTS)}{number}"  # the number keeps what has to be unique so


def contents(url: str) -> dict[str, list[tuple[Any, ...]]]:
    """Return all rows of all tables, in the order of their keys."""
    database = engine.connect(url)
    with engine.reading(database).connect() as connection:
        found = {}
        for table in copy_rows.tables():
            rows = [tuple(row) for row in connection.execute(sa.select(*table.c))]
            keys = [list(table.c).index(column) for column in table.primary_key.columns]
            found[table.name] = sorted(rows, key=lambda row, keys=keys: [row[at] for at in keys])
    database.dispose()
    return found
