"""The column type for instants."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

from monitor.intervals import utc
from monitor.records.instants import from_microseconds, to_microseconds


class Instant(TypeDecorator[datetime]):
    """An aware instant: UTC when read, any zone when written; a naive datetime raises ValueError.

    PostgreSQL keeps a ``timestamptz``. SQLite has no such type and would forget the zone: it keeps
    the microseconds since 1970 UTC as an integer, which is also the fastest to read.
    """

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the type the database itself uses."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(sa.BigInteger())
        return dialect.type_descriptor(sa.DateTime(timezone=True))

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any]:
        """Return the conversion of a written value."""
        convert: Callable[[datetime], Any] = to_microseconds if dialect.name == "sqlite" else utc
        return lambda value: None if value is None else convert(value)

    def result_processor(
        self,
        dialect: Dialect,
        coltype: object,  # noqa: ARG002
    ) -> Callable[[Any], Any]:
        """Return the conversion of a read value."""
        convert: Callable[[Any], datetime] = from_microseconds if dialect.name == "sqlite" else utc
        return lambda value: None if value is None else convert(value)
