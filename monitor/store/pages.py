"""Pages: their rows, read and changed one by one.

Functions take the open connection; the store owns the transactions.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from monitor.errors import StoreError
from monitor.records.edges import earliest
from monitor.records.page import DEFAULT_ZONE, PageRecord, page_record
from monitor.store.records import PageMark, PageState
from monitor.store.rows import Row, among, new_values, update_row
from monitor.store.tables.facts import COVERAGE, RUN
from monitor.store.tables.pages import PAGE
from monitor.store.validators import forget_validators

_ZONE_NAME = sa.func.coalesce(PAGE.c.configured_zone, PAGE.c.page_zone, DEFAULT_ZONE)

SELECT = sa.select(*PAGE.c)
_NAMES = tuple(PAGE.c.keys())
ALL = SELECT.order_by(PAGE.c.slug)
_NOT_REMOVED = ALL.where(PAGE.c.removed_at.is_(None))
_BY_ID = SELECT.where(PAGE.c.id == sa.bindparam("page_id"))
_BY_ID_LOCKED = _BY_ID.with_for_update()
_AMONG_SLUGS = among(PAGE.c.slug, "slugs")


def with_zone_name(names: Iterable[str]) -> list[sa.ColumnElement[Any]]:
    """Return columns of a page by name, among them `zone_name`: that of the zone its days are cut
    in.
    """
    return [_ZONE_NAME if name == "zone_name" else PAGE.c[name] for name in names]


_STATES = (
    sa.select(*with_zone_name(PageState._fields))
    .where(PAGE.c.removed_at.is_(None))
    .order_by(PAGE.c.slug)
)

_MARKS = (
    sa.select(*with_zone_name(PageMark._fields))
    .where(PAGE.c.removed_at.is_(None))
    .order_by(PAGE.c.slug)
)


# reading


def to_record(row: Row) -> PageRecord:
    """Return a row of `SELECT` as a record."""
    return page_record(dict(zip(_NAMES, row, strict=True)))


def _rows(
    connection: Connection, query: sa.Select[Any], slugs: Collection[str] | None
) -> Sequence[Row]:
    if slugs is None:
        return connection.execute(query).all()
    return connection.execute(query.where(_AMONG_SLUGS), {"slugs": list(slugs)}).all()


def pages(
    connection: Connection, slugs: Collection[str] | None = None, *, removed: bool = False
) -> list[PageRecord]:
    """Return the configured pages by slug, only those of `slugs` if given, with `removed` also
    former ones.
    """
    return list(map(to_record, _rows(connection, ALL if removed else _NOT_REMOVED, slugs)))


def page_states(connection: Connection, slugs: Collection[str] | None = None) -> list[PageState]:
    """Return what an export needs of the configured pages, by slug: a quarter of the work of
    `pages`.
    """
    return list(map(PageState._make, _rows(connection, _STATES, slugs)))


def page_marks(connection: Connection) -> list[PageMark]:
    """Return by what each configured page is known to be as it was read, by slug: half the work of
    `page_states`.
    """
    return list(map(PageMark._make, connection.execute(_MARKS).all()))


def page(connection: Connection, page_id: int, *, lock: bool = False) -> PageRecord:
    """Return one page, its row locked against other writers if asked. Raises StoreError when there
    is none of this id.
    """
    row = connection.execute(_BY_ID_LOCKED if lock else _BY_ID, {"page_id": page_id}).one_or_none()
    if row is None:
        raise StoreError(
            f"no page has the id {page_id}; it may have been deleted from the database"
        )
    return to_record(row)


_VERSIONS = sa.select(PAGE.c.id, PAGE.c.version).where(among(PAGE.c.id, "ids"))


def page_versions(connection: Connection, page_ids: Sequence[int]) -> dict[int, int]:
    """Return the versions of these pages by id."""
    if not page_ids:
        return {}
    return {row.id: row.version for row in connection.execute(_VERSIONS, {"ids": list(page_ids)})}


_FIRST_FACTS = (
    sa.select(sa.func.min(COVERAGE.c.started_at)).where(COVERAGE.c.page_id == sa.bindparam("page")),
    sa.select(sa.func.min(RUN.c.started_at)).where(RUN.c.page_id == sa.bindparam("page")),
)


def first_fact(connection: Connection, page_id: int) -> datetime | None:
    """Return the earliest instant anything spoke for on the page; None when nothing did."""
    starts = [connection.execute(query, {"page": page_id}).scalar() for query in _FIRST_FACTS]
    return earliest(starts)


# changing


@lru_cache(maxsize=256)
def _update(names: tuple[str, ...]) -> sa.Update:
    """Return the statement that sets these columns of a page and moves its version on by
    ``step``.
    """
    return update_row(PAGE, names, version=PAGE.c.version + sa.bindparam("step"))


def change(
    connection: Connection,
    page_id: int,
    values: Mapping[str, Any],
    *,
    step: int = 0,
) -> None:
    """Set columns of a page and move its version on by `step`."""
    if values or step:
        statement = _update(tuple(sorted(values)))
        connection.execute(statement, new_values(page_id, values) | {"step": step})


def set_due(connection: Connection, page_id: int, due_at: datetime) -> None:
    """Say when the page is to be polled next, by whoever claims it then."""
    change(connection, page_id, {"due_at": due_at, "lease_until": None})


def set_reread(connection: Connection, page_id: int, day: date) -> None:
    """Remember the day on which the page's recent history was last read again."""
    change(connection, page_id, {"reread_day": day})


def set_platform(
    connection: Connection,
    page_id: int,
    platform: str | None,
    evidence: Iterable[str],
) -> None:
    """Keep the page's platform (None = detect anew) and the signals that prove it. Another platform
    than before drops the old one's validators and mark.
    """
    record = page(connection, page_id, lock=True)
    values: dict[str, Any] = {"platform": platform, "platform_evidence": list(evidence)}
    if platform == record.platform:
        change(connection, page_id, values)
        return
    forget_validators(connection, page_id)
    change(connection, page_id, values | {"mark": None}, step=1)
