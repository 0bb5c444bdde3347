"""A page's components: reading them, and bringing them to the vendor's list.

When a page moves to another platform and a component goes on there under another id, its facts and
days are filed under the new one. Nothing else of them changes.
"""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from monitor.model import Component, KnownComponent
from monitor.records.edges import FAR_FUTURE
from monitor.records.page import PageRecord
from monitor.records.state import ComponentRow, component_row, entries_of
from monitor.store import pages, updates
from monitor.store.changes.components import (
    ComponentChange,
    Move,
    StoredComponent,
    column_values,
    compare_components,
    starts,
)
from monitor.store.rows import Row, among, chunks, columns
from monitor.store.tables import METADATA
from monitor.store.tables.pages import COMPONENT

# reading

_MINE = COMPONENT.c.page_id == sa.bindparam("page")
_ORDER = (COMPONENT.c.position, COMPONENT.c.id)
COLUMNS = columns(
    COMPONENT,
    "external_id name group_name region position start_date has_bars slug first_seen_at removed_at"
    " excluded",
)
_KNOWN_AT = (
    sa.select(*COLUMNS)
    .where(_MINE, COMPONENT.c.first_seen_at <= sa.bindparam("known_at"))
    .order_by(*_ORDER)
)
ON_PAGE = sa.select(*COLUMNS).where(_MINE, COMPONENT.c.removed_at.is_(None)).order_by(*_ORDER)
LISTED_IDS = sa.select(COMPONENT.c.external_id).where(_MINE, COMPONENT.c.removed_at.is_(None))


def known_at(connection: Connection, page_id: int, moment: datetime) -> list[ComponentRow]:
    """Return the components known at an instant, in the page's order."""
    rows = connection.execute(_KNOWN_AT, {"page": page_id, "known_at": moment}).all()
    return _component_rows(rows, moment)


def listed_components(connection: Connection, page_id: int) -> list[ComponentRow]:
    """Return the components that are on the page, in its order."""
    rows = connection.execute(ON_PAGE, {"page": page_id}).all()
    return _component_rows(rows, FAR_FUTURE)


def _component_rows(rows: Iterable[Row], moment: datetime) -> list[ComponentRow]:
    return [component_row(tuple(row), moment) for row in rows]


def known_components(connection: Connection, page_id: int) -> list[KnownComponent]:
    """Return every component the page ever listed, in its order; those it no longer lists have
    `removed_at`.
    """
    return entries_of(known_at(connection, page_id, FAR_FUTURE))


def component_ids(connection: Connection, page_id: int) -> frozenset[str]:
    """Return the vendor's ids of the components that are on the page."""
    return frozenset(connection.execute(LISTED_IDS, {"page": page_id}).scalars())


_COUNT = sa.select(sa.func.count())
_COUNT_AMONG = _COUNT.where(_MINE, among(COMPONENT.c.external_id, "ids"))
_COUNT_AFTER = _COUNT.where(_MINE, COMPONENT.c.first_seen_at > sa.bindparam("since"))
_FIRST_LIST = sa.select(sa.func.min(COMPONENT.c.first_seen_at)).where(_MINE)


def first_seen_at(connection: Connection, page_id: int) -> datetime | None:
    """Return when the page's first components were first seen; None = it has listed none yet."""
    first: datetime | None = connection.execute(_FIRST_LIST, {"page": page_id}).scalar()
    return first


_UNDATED_START = sa.case((COMPONENT.c.start_date.is_(None), COMPONENT.c.first_seen_at))
_COUNTED_GONE = sa.select(sa.func.count(), sa.func.min(_UNDATED_START)).where(
    _MINE, COMPONENT.c.removed_at.is_not(None), sa.not_(COMPONENT.c.excluded)
)


class GoneComponents(NamedTuple):
    """The counted components that a page no longer lists. `first_seen_at` is that of the first
    without a start date; None = each has one.
    """

    number: int
    first_seen_at: datetime | None


def gone_components(connection: Connection, page_id: int) -> GoneComponents:
    """Return what is to be known of those components without reading each."""
    return GoneComponents._make(connection.execute(_COUNTED_GONE, {"page": page_id}).one())


def count_new(
    connection: Connection,
    page_id: int,
    ids: Collection[str],
    *,
    since: datetime,
) -> int:
    """Return how many components were new on the page since then, with those of `ids` it never
    listed.

    The page's first list is not counted: 0 where it has listed none yet.
    """
    first = first_seen_at(connection, page_id)
    if first is None:
        return 0
    after = {"page": page_id, "since": max(first, since)}
    count: int = connection.execute(_COUNT_AFTER, after).scalar_one() + len(ids)
    for some in chunks(sorted(ids)):
        count -= connection.execute(_COUNT_AMONG, {"page": page_id, "ids": some}).scalar_one()
    return count


# changing

_PLATFORMS = sa.select(COMPONENT.c.external_id, COMPONENT.c.platform).where(_MINE)
_UPDATE = sa.update(COMPONENT).where(_MINE, COMPONENT.c.external_id == sa.bindparam("component"))
_INSERT = sa.insert(COMPONENT)


def _refile() -> Iterator[sa.Update]:
    """Yield what files everything said of one component under another id."""
    for table in METADATA.sorted_tables:
        if {"page_id", "component_id"} <= set(table.c.keys()):
            yield (
                sa.update(table)
                .where(table.c.page_id == sa.bindparam("page"))
                .where(table.c.component_id == sa.bindparam("old"))
                .values(component_id=sa.bindparam("new"))
            )


_REFILE = tuple(_refile())


def bring_up_to_date(
    connection: Connection,
    page: PageRecord,
    components: Iterable[Component],
    now: datetime,
) -> ComponentChange:
    """Make the page's components the vendor's present list; return what that changed, with all the
    days it affects.
    """
    entries = known_components(connection, page.id)
    platforms = connection.execute(_PLATFORMS, {"page": page.id})
    listed_on = {row.external_id: row.platform for row in platforms}
    rows = [StoredComponent(entry, listed_on[entry.component.id]) for entry in entries]
    change = compare_components(rows, tuple(components), page.platform, now)
    _write(connection, page, change, now)
    return change


def _write(
    connection: Connection,
    page: PageRecord,
    change: ComponentChange,
    now: datetime,
) -> None:
    for move in change.moves:
        _move(connection, page.id, move)
    if change.fresh:
        common = {
            "page_id": page.id,
            "excluded": False,
            "first_seen_at": now,
            "platform": page.platform,
        }
        rows = []
        for new in change.fresh:
            names = {"external_id": new.component.id, "slug": new.slug}
            rows.append(common | names | column_values(new.component))
        connection.execute(_INSERT, rows)
    if change.dated_anew:
        first_fact = pages.first_fact(connection, page.id)
        change.affected_from += starts(change.dated_anew, first_fact, page.zone)
    for component_id, values in change.updates.items():
        connection.execute(_UPDATE.values(values), {"page": page.id, "component": component_id})


def _move(connection: Connection, page_id: int, move: Move) -> None:
    values = {"page": page_id, "old": move.old_id, "new": move.new_id}
    for statement in _REFILE:
        connection.execute(statement, values)
    updates.refile(connection, page_id, move.old_id, move.new_id)
    connection.execute(
        _UPDATE.values(external_id=move.new_id), {"page": page_id, "component": move.old_id}
    )


_EXCLUDED_IDS = sa.select(COMPONENT.c.external_id).where(_MINE, COMPONENT.c.excluded)
_EXCLUDE = _UPDATE.values(excluded=sa.bindparam("value"))


def exclude(connection: Connection, page_id: int, ids: frozenset[str]) -> bool:
    """Keep which components the vendor's figure leaves out; return whether that changed."""
    before = frozenset(connection.execute(_EXCLUDED_IDS, {"page": page_id}).scalars())
    count = 0
    for key in before ^ ids:
        row = {"page": page_id, "component": key, "value": key in ids}
        count += connection.execute(_EXCLUDE, row).rowcount
    return count > 0
