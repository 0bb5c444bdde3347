"""How the rows of a table are written: CSV, JSON lines or Parquet."""

import csv
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum
from io import TextIOWrapper
from typing import Any, BinaryIO, Protocol

from exporters.tables.arrow import arrow_schema, utf8
from exporters.tables.table import Row, Table
from exporters.wording import cell, iso
from monitor.errors import ConfigError
from monitor.extras import install_hint


class Sink(Protocol):
    """Takes the rows of one table, one after the other."""

    def add(self, row: Row) -> None:
        """Write one row, which has every column of the table."""

    def close(self) -> None:
        """Write what is held back; the file itself stays open."""


class CsvSink:
    """Comma-separated values with a header. Lists are joined with spaces; in text, what is hidden
    is shown and what a spreadsheet would take for a formula gets an apostrophe in front, because
    titles and names are the vendors' own.
    """

    def __init__(self, file: BinaryIO, table: Table) -> None:
        self._text = TextIOWrapper(file, encoding="utf-8", errors="replace", newline="")
        self._writer = csv.DictWriter(self._text, list(table.columns), lineterminator="\n")
        self._writer.writeheader()

    def add(self, row: Row) -> None:
        """Write one line."""
        self._writer.writerow({name: _csv(value) for name, value in row.items()})

    def close(self) -> None:
        """Hand the file back."""
        self._text.detach()


def _csv(value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, list):
        return cell(" ".join("unknown" if word is None else word for word in value))
    return cell(value) if isinstance(value, str) else value


class JsonSink:
    """JSON lines: one object a line, days and instants in ISO 8601."""

    def __init__(self, file: BinaryIO, table: Table) -> None:
        self._file = file
        self._columns = tuple(table.columns)

    def add(self, row: Row) -> None:
        """Write one line."""
        # Not as it is but escaped: half a surrogate pair in a name has no UTF-8.
        values = {name: row[name] for name in self._columns}
        self._file.write(json.dumps(values, default=iso, separators=(",", ":")).encode() + b"\n")

    def close(self) -> None:
        """Do nothing: no row is held back."""


ROW_GROUP = 50_000


class ParquetSink:
    """Parquet with typed columns, in row groups of `ROW_GROUP`. Raises ConfigError without
    pyarrow.
    """

    def __init__(self, file: BinaryIO, table: Table) -> None:
        try:
            from pyarrow import Table as ArrowTable
            from pyarrow import parquet
        except ImportError as error:
            raise ConfigError(
                f"Parquet needs one more library (pyarrow): {install_hint('parquet')}"
            ) from error
        self._schema = arrow_schema(table.columns)
        self._make = ArrowTable.from_pylist
        self._writer = parquet.ParquetWriter(file, self._schema)
        self._rows: list[Row] = []

    def add(self, row: Row) -> None:
        """Keep one row until there are enough of them."""
        self._rows.append({name: utf8(value) for name, value in row.items()})
        if len(self._rows) >= ROW_GROUP:
            self._flush()

    def _flush(self) -> None:
        self._writer.write_table(self._make(self._rows, schema=self._schema))
        self._rows = []

    def close(self) -> None:
        """Write the last rows and the footer."""
        if self._rows:
            self._flush()
        self._writer.close()


class Format(StrEnum):
    """How a table is written."""

    CSV = "csv"
    JSON = "json"
    PARQUET = "parquet"

    @property
    def suffix(self) -> str:
        """How the file's name ends."""
        return {"csv": ".csv", "json": ".jsonl", "parquet": ".parquet"}[self.value]


_SINKS: Mapping[Format, Callable[[BinaryIO, Table], Sink]] = {
    Format.CSV: CsvSink,
    Format.JSON: JsonSink,
    Format.PARQUET: ParquetSink,
}


def sink(form: Format, file: BinaryIO, table: Table) -> Sink:
    """Return what writes this table in this format. Raises ConfigError when a library it needs is
    missing.
    """
    return _SINKS[form](file, table)
