"""The sequence that questions are answered with, and the same as a table of pandas or pyarrow."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import date, datetime
from typing import Any, Generic, TypeVar, get_args, get_type_hints, overload

from exporters.tables.arrow import arrow_schema, utf8
from exporters.tables.table import Kind
from monitor.api.errors import MissingLibrary

Row = TypeVar("Row")

_KINDS = {
    str: Kind.TEXT,
    bool: Kind.TRUTH,
    int: Kind.WHOLE,
    float: Kind.NUMBER,
    date: Kind.DAY,
    datetime: Kind.INSTANT,
    tuple[str, ...]: Kind.TEXTS,
    tuple[str | None, ...]: Kind.TEXTS,
}


def columns_of(row: type) -> Mapping[str, Kind]:
    """Return the columns of a table of such rows: their fields, but for those that are rows
    themselves.
    """
    hints = get_type_hints(row)
    columns = {}
    for each in fields(row):
        hint = hints[each.name]
        kind = _KINDS.get(hint) or _KINDS.get(_without_none(hint))
        if kind is not None:
            columns[each.name] = kind
    return columns


def _without_none(hint: Any) -> Any:  # noqa: ANN401
    """Return the type that `X | None` has beside None."""
    others = [each for each in get_args(hint) if each is not type(None)]
    return others[0] if len(others) == 1 else hint


class Rows(Sequence[Row], Generic[Row]):
    """Rows of one kind, in order; `to_pandas` and `to_arrow` give the same as a table, also when
    there are none.
    """

    __slots__ = ("_items", "_row")

    def __init__(self, row: type[Row], items: Iterable[Row]) -> None:
        self._row = row
        self._items = tuple(items)

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> "Rows[Row]": ...
    def __getitem__(self, index: int | slice) -> "Row | Rows[Row]":
        if isinstance(index, slice):
            return Rows(self._row, self._items[index])
        return self._items[index]

    def __len__(self) -> int:
        return len(self._items)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Rows) and self._items == other._items

    def __hash__(self) -> int:
        return hash(self._items)

    def __repr__(self) -> str:
        return f"<{len(self)} rows of {self._row.__name__}>"

    def to_arrow(self) -> Any:  # noqa: ANN401
        """Return a `pyarrow.Table` with typed columns; null is what is unknown. Raises
        MissingLibrary.
        """
        try:
            import pyarrow as pa
        except ImportError as error:
            raise MissingLibrary("to_arrow needs pyarrow: run pip install pyarrow") from error
        columns = columns_of(self._row)
        content = {name: list(map(utf8, self._values(name))) for name in columns}
        return pa.Table.from_pydict(content, schema=arrow_schema(columns))

    def to_pandas(self) -> Any:  # noqa: ANN401
        """Return a `pandas.DataFrame`: instants with their zone (UTC), days as timestamps without
        one, lists as tuples; NaN, NaT, NA and None are what is unknown. Raises MissingLibrary.
        """
        try:
            import pandas as pd
        except ImportError as error:
            raise MissingLibrary("to_pandas needs pandas: run pip install pandas") from error
        make: Mapping[Kind, Callable[[list[Any]], Any]] = {
            Kind.TEXT: lambda values: pd.Series(values, dtype="object"),
            Kind.TEXTS: lambda values: pd.Series(values, dtype="object"),
            Kind.WHOLE: lambda values: pd.Series(values, dtype="Int64"),
            Kind.NUMBER: lambda values: pd.Series(values, dtype="float64"),
            Kind.TRUTH: lambda values: pd.Series(values, dtype="boolean"),
            Kind.DAY: lambda values: pd.Series(values, dtype="datetime64[us]"),
            Kind.INSTANT: lambda values: pd.Series(values, dtype="datetime64[us, UTC]"),
        }
        columns = columns_of(self._row)
        return pd.DataFrame(
            {name: make[kind](self._values(name)) for name, kind in columns.items()}
        )

    def _values(self, name: str) -> list[Any]:
        return [getattr(item, name) for item in self._items]
