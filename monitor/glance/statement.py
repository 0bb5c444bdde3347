"""A select of the store as SQLite takes it, and how its columns are read."""

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from monitor.records.instants import from_microseconds

READERS: Mapping[str, Callable[[Any], Any]] = {
    "day": date.fromisoformat,
    "instant": from_microseconds,
    "json": json.loads,
    "truth": bool,
}
"""What reads a value that is not kept as it is; NULL is None of all of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """`columns` are the names of what it selects, spaces between, each with a colon and a word of
    `READERS` behind where it is not kept as it is. `constants` are parameters that never change.
    """

    text: str
    columns: str
    constants: Mapping[str, str] = field(default_factory=dict)

    def rows(
        self, connection: sqlite3.Connection, values: Mapping[str, object] | None = None
    ) -> Iterator[dict[str, Any]]:
        """Yield the rows, their values by the names of the columns, in their order."""
        columns = [column.partition(":") for column in self.columns.split()]
        names = [name for name, _, _ in columns]
        readers = [(name, READERS[kind]) for name, _, kind in columns if kind]
        for row in connection.execute(self.text, {**self.constants, **(values or {})}):
            by_name = dict(zip(names, row, strict=True))
            for name, read in readers:
                if by_name[name] is not None:
                    by_name[name] = read(by_name[name])
            yield by_name
