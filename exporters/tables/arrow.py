"""The types of a table's columns in Apache Arrow; pyarrow is imported when they are asked for."""

from collections.abc import Mapping
from typing import Any

from exporters.tables.table import Kind


def arrow_schema(columns: Mapping[str, Kind]) -> Any:  # noqa: ANN401
    """Return the `pyarrow.Schema` of these columns. Raises ImportError without pyarrow."""
    import pyarrow as pa

    types = {
        Kind.TEXT: pa.string(),
        Kind.TEXTS: pa.list_(pa.string()),
        Kind.WHOLE: pa.int32(),
        Kind.NUMBER: pa.float64(),
        Kind.TRUTH: pa.bool_(),
        Kind.DAY: pa.date32(),
        Kind.INSTANT: pa.timestamp("us", tz="UTC"),
    }
    return pa.schema([(name, types[kind]) for name, kind in columns.items()])


def utf8(value: Any) -> Any:  # noqa: ANN401
    """Return a text that can be encoded: half a surrogate pair in a vendor's name has no UTF-8."""
    return value.encode(errors="replace").decode() if isinstance(value, str) else value
