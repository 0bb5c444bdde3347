"""Facts as a table, JSON, CSV or Markdown: the same words for every command that prints some."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, TypeVar

import typer

from monitor.plain import markdown_text
from monitor.terminal import say, say_each, say_json


class Shape(StrEnum):
    """How a listing is written."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    MARKDOWN = "markdown"


class Plain(StrEnum):
    """How an answer is written that is no listing: for people, or for a program."""

    TABLE = "table"
    JSON = "json"


Value = TypeVar("Value")

Fact = str | int | float | bool | None
Facts = Mapping[str, Any]
"""What is known of one thing, by snake_case names. Instants are ISO 8601 in UTC with `Z`, what is
unknown is None; a value may be a list or an object, which only JSON shows."""

ShapeOption = Annotated[Shape, typer.Option("--format", "-f", help="How to write it.")]
PlainOption = Annotated[Plain, typer.Option("--format", "-f", help="How to write it.")]

NOTE = "note"
"""The key that no table and no Markdown shows: its sentences fit no column."""


def utc(moment: datetime | None) -> str | None:
    """Return an instant as ISO 8601 with `Z`, exact to the second; None stays None."""
    return None if moment is None else f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def print_facts(rows: Sequence[Facts], form: Shape) -> None:
    """Print facts with the same keys as JSON, CSV or Markdown; a table is made by `print_table`."""
    if form is Shape.JSON:
        say_json(rows)
    elif rows and form is Shape.CSV:
        say_each(_csv_lines(rows))
    elif rows:
        columns = _columns(_flat_keys(rows))
        say(*markdown(columns, (_markdown_cells(row, columns) for row in rows)))


def print_table(rows: Sequence[Mapping[str, str]]) -> None:
    """Print texts with the same keys as a table."""
    if rows:
        columns = _columns(rows[0])
        lines = [_values(row, columns) for row in rows]
        from monitor.drawing import table

        say(table(columns, lines, uncut=("vendor", "page")))


def _columns(keys: Iterable[str]) -> list[str]:
    return [key for key in keys if key != NOTE]


def _values(row: Mapping[str, Value], keys: Iterable[str]) -> list[Value]:
    return [row[key] for key in keys]


def _markdown_cells(row: Facts, keys: Iterable[str]) -> list[str]:
    return [markdown_text(_text(value)) for value in _values(row, keys)]


def _flat_keys(rows: Sequence[Facts]) -> list[str]:
    """Return the keys whose values are no lists and no objects."""
    keys = list(rows[0])
    for row in rows:
        keys = [key for key in keys if not isinstance(row.get(key), list | dict)]
    return keys


def _csv_lines(rows: Sequence[Facts]) -> Iterator[str]:
    keys = _flat_keys(rows)
    yield _csv_line(keys)
    for row in rows:
        yield _csv_line(_values(row, keys))


def _csv_line(values: Iterable[Fact]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow([_csv_cell(value) for value in values])
    return text.getvalue()


def _csv_cell(value: Fact) -> str:
    from exporters.wording import cell

    return cell(value) if isinstance(value, str) else _text(value)


def _text(value: Fact) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def markdown(columns: Sequence[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    """Yield the lines of a table whose cells are Markdown already."""
    yield f"| {' | '.join(columns)} |"
    yield f"|{'---|' * len(columns)}"
    for row in rows:
        cells = (cell.replace("|", r"\|") for cell in row)
        yield f"| {' | '.join(cells)} |"
