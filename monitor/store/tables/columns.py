"""What tables are made of: their base, and columns and indexes that are alike on every database."""

from typing import Any, ClassVar, cast

import sqlalchemy as sa
from sqlalchemy.types import TypeEngine
from sqlmodel import Field, SQLModel

from monitor.store.tables.instants import Instant

_ID: TypeEngine[int] = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
CURRENT = sa.text("superseded_at IS NULL")
SUPERSEDED = "superseded_at IS NOT NULL"
REVISED = "revision > 1"
EDITED = "phase = 'closed' AND superseded_at IS NOT NULL"
WITHDRAWN = "phase = 'withdrawn'"
"""Conditions of indexes. A query has to say them with the same constants: a value that is bound
later proves nothing of them."""
CURRENT_STATES = sa.text("superseded_at IS NULL AND states IS NOT NULL")


class Table(SQLModel):
    """Base of all tables; constraint names follow one convention, so that migrations can name
    them.
    """

    metadata: ClassVar[sa.MetaData] = sa.MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        }
    )


def core(model: type[SQLModel]) -> sa.Table:
    """Return the Core table of a model: rows of columns are read far faster than objects."""
    return cast("sa.Table", model.__table__)  # type: ignore[attr-defined]


def current_only(name: str, *columns: str) -> sa.Index:
    """Return a unique index over the rows that are not superseded."""
    return sa.Index(
        f"uq_{name}_current",
        *columns,
        unique=True,
        sqlite_where=CURRENT,
        postgresql_where=CURRENT,
    )


def only(condition: str, name: str, *columns: str) -> sa.Index:
    """Return an index over the rows of a condition, which are few."""
    where = sa.text(condition)
    return sa.Index(name, *columns, sqlite_where=where, postgresql_where=where)


def key() -> Any:  # noqa: ANN401
    """The store's own key of a row."""
    return Field(default=None, primary_key=True, sa_type=_ID)


def page_key(*, primary_key: bool = False, index: bool = False) -> Any:  # noqa: ANN401
    """The page a row belongs to; it goes with the page."""
    return Field(
        sa_type=_ID, foreign_key="page.id", ondelete="CASCADE", primary_key=primary_key, index=index
    )


def instant(*, nullable: bool = False, index: bool = False) -> Any:  # noqa: ANN401
    """An instant, see `Instant`."""
    return Field(default=None, sa_type=Instant, nullable=nullable, index=index)


def double(*, nullable: bool = False) -> Any:  # noqa: ANN401
    """A number of double precision, on every database."""
    return Field(default=None, sa_type=sa.Double, nullable=nullable)


_NULLABLE_JSON: Any = sa.JSON(none_as_null=True)


def json() -> Any:  # noqa: ANN401
    """A JSON document."""
    return Field(sa_type=sa.JSON, nullable=False)


def maybe_json() -> Any:  # noqa: ANN401
    """A JSON document; None is NULL, not JSON's null."""
    return Field(default=None, sa_type=_NULLABLE_JSON, nullable=True)


def big() -> Any:  # noqa: ANN401
    """A whole number of 64 bits."""
    return Field(default=0, sa_type=sa.BigInteger, nullable=False)
