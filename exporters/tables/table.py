"""What a table is: its columns, each with what it holds, and where its rows come from."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from exporters.tables.extract import Extract

Row = dict[str, Any]


class Kind(StrEnum):
    """What a column holds."""

    TEXT = "text"
    TEXTS = "texts"
    WHOLE = "whole"
    NUMBER = "number"
    TRUTH = "truth"
    DAY = "day"
    INSTANT = "instant"


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its name, its columns in order, and the rows of one vendor."""

    name: str
    columns: Mapping[str, Kind]
    rows: Callable[[Extract], Iterator[Row]]


def columns(kind: Kind, *names: str) -> dict[str, Kind]:
    """Return columns of one kind."""
    return dict.fromkeys(names, kind)


SUBJECT_COLUMNS: Mapping[str, Kind] = {
    **columns(Kind.TEXT, "vendor", "component", "component_id", "component_name"),
    "component_group": Kind.TEXT,
    "excluded": Kind.TRUTH,
    "zone": Kind.TEXT,
}
"""Whose row it is; those of a component are empty in a vendor's own row."""
