"""DerivedPage days: kept sparse, changed by difference, closed days in revisions.

A day is in one of three states: it has a current row, it lies in a quiet run (operational, fully
covered, silent; this is revision 1 without a row), or it is unknown and nothing is to be said of
it.
"""

from collections import defaultdict
from datetime import date, datetime
from itertools import chain
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from monitor.intervals import ONE_DAY, utc
from monitor.model import DayRun, PageHistory
from monitor.records.edges import WHOLE_PAGE
from monitor.records.page import PageRecord
from monitor.store import components, pages
from monitor.store.changes.common import FactRow
from monitor.store.changes.days import DayChange, DayDiff, NewDay, StoredDay, StoredDays
from monitor.store.day_rows import DayRow
from monitor.store.histories import QUIETS, ROWS, quiet_run
from monitor.store.rows import chunks, execute_each, new_values, update_of_ids, update_row
from monitor.store.tables.days import DAY, QUIET

_SUPERSEDE = update_of_ids(DAY, superseded_at="moment")
_REWRITE = update_row(DAY, (*DayRow._fields, "recorded_at"))
_STRETCH = (
    sa.update(QUIET)
    .where(QUIET.c.id == sa.bindparam("row_id"))
    .values(last_day=sa.bindparam("last"))
)
_INSERT_DAY = sa.insert(DAY)
_INSERT_QUIET = sa.insert(QUIET)


def save_days(
    connection: Connection,
    page_id: int,
    history: PageHistory,
    *,
    today: date,
    now: datetime,
    revised_since: date | None,
) -> int:
    """Make the stored days of the history's range those of the history; return the number of
    revisions.

    `today` is the page's current day at `now`, in its zone. Days outside the range stay. A day from
    `revised_since` on (None = none) that was closed when last derived gets a new revision when its
    level, whole seconds or dispute change by the same source; others are rewritten. The same
    history again writes nothing.
    """
    now = utc(now)
    page = pages.page(connection, page_id, lock=True)
    is_changed = components.exclude(connection, page_id, history.excluded)
    first, last = history.vendor.first, history.vendor.last
    stored_days = _days_by_component(connection, page_id, first - ONE_DAY, last + ONE_DAY)
    diff = DayDiff(page, today=today, now=now, revised_since=revised_since)
    for key, each in chain([(WHOLE_PAGE, history.vendor)], history.components.items()):
        diff.compare(key, each, stored_days.get(key) or StoredDays())
    _write(connection, page_id, diff.change, now)
    step = int(is_changed or bool(diff.change))
    pages.change(connection, page_id, _progress(page, first, last, today, now), step=step)
    return diff.change.revisions


def _days_by_component(
    connection: Connection,
    page_id: int,
    first: date,
    last: date,
) -> dict[str, StoredDays]:
    values = {"page": page_id, "first": first, "last": last}
    by_component: dict[str, StoredDays] = defaultdict(StoredDays)
    for key, row_id, revision, *content in connection.execute(ROWS, values):
        row = DayRow._make(content)
        by_component[key].rows[row.day] = StoredDay(row_id, revision, row)
    for key, row_id, first_day, last_day, source, confidence in connection.execute(QUIETS, values):
        run = quiet_run(first_day, last_day, source, confidence)
        by_component[key].quiet.append(FactRow(row_id, run))
    return by_component


def _write(connection: Connection, page_id: int, change: DayChange, now: datetime) -> None:
    for ids in chunks(change.superseded_ids):
        connection.execute(_SUPERSEDE, {"ids": ids, "moment": now})
    for table, deleted_ids in ((DAY, change.deleted_ids), (QUIET, change.quiet_deleted_ids)):
        for ids in chunks(deleted_ids):
            connection.execute(sa.delete(table).where(table.c.id.in_(ids)))
    rewrites = []
    for row_id, row in change.rewrites.items():
        rewrites.append(new_values(row_id, row._asdict() | {"recorded_at": now}))
    stretches = [{"row_id": key, "last": last} for key, last in change.quiet_stretched.items()]
    fresh = [_new_day(page_id, new, now) for new in change.fresh]
    quiet = [_new_quiet_run(page_id, key, run) for key, run in change.quiet_fresh]
    execute_each(connection, _REWRITE, rewrites)
    execute_each(connection, _STRETCH, stretches)
    execute_each(connection, _INSERT_DAY, fresh)
    execute_each(connection, _INSERT_QUIET, quiet)


def _new_day(page_id: int, new: NewDay, now: datetime) -> dict[str, Any]:
    return new.row._asdict() | {
        "page_id": page_id,
        "component_id": new.component_id,
        "revision": new.revision,
        "recorded_at": new.recorded_at or now,
        "superseded_at": new.superseded_at,
    }


def _new_quiet_run(page_id: int, component_id: str, run: DayRun) -> dict[str, Any]:
    return {
        "page_id": page_id,
        "component_id": component_id,
        "first_day": run.first,
        "last_day": run.last,
        "source": run.source.value,
        "confidence": run.confidence.value,
    }


def _progress(
    page: PageRecord,
    first: date,
    last: date,
    today: date,
    now: datetime,
) -> dict[str, Any]:
    """Return the page's columns that say how far its days are derived; empty when nothing moved."""
    values: dict[str, Any] = {}
    reaches_today = last >= today
    day = min(last, today)
    if page.derived_day is None or page.derived_day < day:
        values["derived_day"] = day
    if reaches_today and (page.derived_at is None or page.derived_at < now):
        values["derived_at"] = now
    if page.dirty_since is not None:
        dirty = _dirt_left(page.dirty_since, first, last, today)
        if dirty != page.dirty_since:
            values["dirty_since"] = dirty
    return values


def _dirt_left(dirty: date, first: date, last: date, today: date) -> date | None:
    """Return since when days are still to be derived anew when those from first to last are."""
    reaches_today = last >= today
    if first <= dirty <= last:
        return None if reaches_today else last + ONE_DAY
    # A day to come is derived when it comes.
    return None if reaches_today and dirty > today else dirty
