"""Rows of texts as a table, JSON or Markdown."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum

from monitor.plain import markdown_text
from monitor.terminal import say, say_json, table


class Shape(StrEnum):
    """How a listing is written."""

    TABLE = "table"
    JSON = "json"
    MARKDOWN = "markdown"


NOTE = "note"
"""The key that only JSON shows: its sentences fit no column."""


def print_rows(rows: Sequence[Mapping[str, str]], form: Shape) -> None:
    """Print rows with the same keys as a table, JSON or Markdown."""
    if form is Shape.JSON:
        say_json(rows)
        return
    if not rows:
        return
    columns = [key for key in rows[0] if key != NOTE]
    if form is Shape.MARKDOWN:
        say(*markdown(columns, (_markdown_cells(row) for row in rows)))
    else:
        say(table(columns, (_cells(row) for row in rows), uncut=("vendor", "page")))


def _cells(row: Mapping[str, str]) -> list[str]:
    return [text for key, text in row.items() if key != NOTE]


def _markdown_cells(row: Mapping[str, str]) -> list[str]:
    return [markdown_text(text) for text in _cells(row)]


def markdown(columns: Sequence[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    """Yield the lines of a table whose cells are Markdown already."""
    yield f"| {' | '.join(columns)} |"
    yield f"|{'---|' * len(columns)}"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |"
