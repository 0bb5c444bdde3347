"""Days, read back: histories and revisions.

Functions take the open connection; the store owns the transactions.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from monitor.intervals import ONE_DAY, day_interval, day_of, days_between, utc
from monitor.lives import vendor_life, with_lives
from monitor.model import (
    ALWAYS,
    Aspect,
    Confidence,
    Day,
    DayRun,
    History,
    Life,
    PageHistory,
    quiet_day,
)
from monitor.records.edges import FAR_FUTURE, WHOLE_PAGE
from monitor.records.page import PageRecord
from monitor.records.state import entries_of, excluded_ids
from monitor.store import components, pages
from monitor.store.day_rows import DayRow, to_day
from monitor.store.records import DayRevision
from monitor.store.rows import columns
from monitor.store.tables.days import DAY, QUIET

_WHOLE_DAY = 86_400.0

_CONTENT = columns(DAY, DayRow._fields)
_KEYS = columns(DAY, "component_id id revision")
ROWS = sa.select(*_KEYS, *_CONTENT).where(
    DAY.c.page_id == sa.bindparam("page"),
    DAY.c.superseded_at.is_(None),
    DAY.c.day >= sa.bindparam("first"),
    DAY.c.day <= sa.bindparam("last"),
)
QUIETS = (
    sa.select(*columns(QUIET, "component_id id first_day last_day source confidence"))
    .where(
        QUIET.c.page_id == sa.bindparam("page"),
        QUIET.c.first_day <= sa.bindparam("last"),
        QUIET.c.last_day >= sa.bindparam("first"),
    )
    .order_by(QUIET.c.first_day)
)


def _is_listed(column: sa.Column[Any]) -> sa.ColumnElement[bool]:
    return sa.or_(column == WHOLE_PAGE, column.in_(components.LISTED_IDS))


_LISTED_ROWS = ROWS.where(_is_listed(DAY.c.component_id))
_LISTED_QUIETS = QUIETS.where(_is_listed(QUIET.c.component_id))


@lru_cache(maxsize=4_096)
def quiet_run(first: date, last: date, source: str, confidence: str) -> DayRun:
    """Return a run of quiet days, the same object for the same columns."""
    return DayRun(first, last, Aspect(source), Confidence(confidence))


def page_history(
    connection: Connection,
    page_id: int,
    first: date,
    last: date,
    *,
    only_listed: bool = False,
) -> PageHistory:
    """Return the stored days from first to last, both included; what was never derived is unknown.

    `only_listed` leaves out components that are no longer on the page.
    """
    page = pages.page(connection, page_id)
    values = {"page": page_id, "first": first, "last": last}
    days: dict[str, dict[date, Day]] = defaultdict(dict)
    for key, _, _, *content in connection.execute(_LISTED_ROWS if only_listed else ROWS, values):
        day = to_day(DayRow._make(content))
        days[key][day.day] = day
    quiet_rows = connection.execute(_LISTED_QUIETS if only_listed else QUIETS, values)
    quiet = _quiet_runs(quiet_rows, first, last)
    if only_listed:
        component_rows = components.listed_components(connection, page_id)
    else:
        component_rows = components.known_at(connection, page_id, FAR_FUTURE)
    lengths = _lengths(first, last, page.zone, page.derived_at)
    entries = entries_of(component_rows)
    excluded = excluded_ids(component_rows)

    def history(key: str) -> History:
        runs = tuple(quiet.get(key, ()))
        return History(first=first, last=last, days=days.get(key, {}), quiet=runs, lengths=lengths)

    histories = with_lives(
        entries,
        {entry.id: history(entry.id) for entry in entries},
        page.zone,
        first_read_at=components.first_seen_at(connection, page_id),
    )
    life = vendor_life(history.life for key, history in histories.items() if key not in excluded)
    if only_listed and life != ALWAYS:
        life = _life_with_gone(connection, page, life, first, last)
    return PageHistory(
        vendor=replace(history(WHOLE_PAGE), life=life), components=histories, excluded=excluded
    )


def _quiet_runs(rows: Iterable[Iterable[Any]], first: date, last: date) -> dict[str, list[DayRun]]:
    """Return the quiet days of each component, by its id, as far as they lie from first to last."""
    runs: dict[str, list[DayRun]] = defaultdict(list)
    for key, _, start, end, source, confidence in rows:
        runs[key].append(quiet_run(max(start, first), min(end, last), source, confidence))
    return runs


def _life_with_gone(
    connection: Connection,
    page: PageRecord,
    listed: Life,
    first: date,
    last: date,
) -> Life:
    """Return the vendor's life where `listed` is that of its components on the page: those that
    have gone were there before. They are only read where they came after the page's first reading.
    """
    former = components.gone_components(connection, page.id)
    if not former.number:
        return listed
    first_read_at = components.first_seen_at(connection, page.id)
    if _are_of_one_day(former.first_seen_at, first_read_at, page.zone):
        return ALWAYS
    return page_history(connection, page.id, first, last).vendor.life


def _are_of_one_day(instant: datetime | None, other: datetime | None, zone: tzinfo) -> bool:
    if instant is None or other is None:
        return False
    return day_of(instant, zone) == day_of(other, zone)


def listed_history(connection: Connection, page_id: int, first: date, last: date) -> PageHistory:
    """Return `page_history` of the vendor and of the components that are on the page: the others
    cost nothing.
    """
    return page_history(connection, page_id, first, last, only_listed=True)


def _lengths(first: date, last: date, zone: tzinfo, now: datetime | None) -> Mapping[date, float]:
    """Return the lengths that are not 86,400 s: clock changes, and the days not over when they were
    derived.
    """
    lengths = dict(_whole_lengths(first, last, zone))
    day = last
    while now is not None and day >= first and day_interval(day, zone).end > now:
        lengths[day] = max(0.0, (now - day_interval(day, zone).start) / timedelta(seconds=1))
        day -= ONE_DAY
    return lengths


@lru_cache(maxsize=1_024)
def _whole_lengths(first: date, last: date, zone: tzinfo) -> Mapping[date, float]:
    lengths = {}
    for day in days_between(first, last):
        seconds = day_interval(day, zone).seconds
        if seconds != _WHOLE_DAY:
            lengths[day] = seconds
    return lengths


# revisions


def revisions(
    connection: Connection,
    page_id: int,
    component_id: str | None,
    day: date,
) -> list[DayRevision]:
    """Return every revision of a component's (None = the vendor's) day, newest last; none of an
    unknown day.

    A quiet day that was never revised has one, the first.
    """
    key = component_id or WHOLE_PAGE
    query = (
        sa.select(*columns(DAY, "revision recorded_at superseded_at"), *_CONTENT)
        .where(DAY.c.page_id == page_id, DAY.c.component_id == key, DAY.c.day == day)
        .order_by(DAY.c.revision, DAY.c.id)
    )
    versions = []
    for revision, recorded_at, superseded_at, *content in connection.execute(query):
        versions.append(
            DayRevision(
                revision=revision,
                day=to_day(DayRow._make(content)),
                recorded_at=recorded_at,
                superseded_at=superseded_at,
            )
        )
    return versions or _quiet_revision(connection, page_id, key, day)


_REVISED_DAYS = sa.select(DAY.c.component_id, DAY.c.day).where(
    DAY.c.page_id == sa.bindparam("page"),
    DAY.c.day >= sa.bindparam("first"),
    DAY.c.day <= sa.bindparam("last"),
    DAY.c.revision > 1,
)


def all_revisions(
    connection: Connection,
    page_id: int,
    first: date,
    last: date,
) -> dict[tuple[str | None, date], list[DayRevision]]:
    """Return the revisions, oldest first, of each day from first to last that was revised, by
    component (None = the vendor) and day.
    """
    query = (
        sa.select(
            DAY.c.component_id, *columns(DAY, "revision recorded_at superseded_at"), *_CONTENT
        )
        .where(
            DAY.c.page_id == sa.bindparam("page"),
            sa.tuple_(DAY.c.component_id, DAY.c.day).in_(_REVISED_DAYS),
        )
        .order_by(DAY.c.component_id, DAY.c.day, DAY.c.revision, DAY.c.id)
    )
    revisions: dict[tuple[str | None, date], list[DayRevision]] = defaultdict(list)
    values = {"page": page_id, "first": first, "last": last}
    for key, revision, recorded_at, superseded_at, *content in connection.execute(query, values):
        day = to_day(DayRow._make(content))
        revisions[None if key == WHOLE_PAGE else key, day.day].append(
            DayRevision(
                revision=revision, day=day, recorded_at=recorded_at, superseded_at=superseded_at
            )
        )
    return revisions


def _quiet_revision(connection: Connection, page_id: int, key: str, day: date) -> list[DayRevision]:
    page = pages.page(connection, page_id)
    query = QUIETS.where(QUIET.c.component_id == key)
    length = _lengths(day, day, page.zone, page.derived_at).get(day, _WHOLE_DAY)
    revisions = []
    for row in connection.execute(query, {"page": page_id, "first": day, "last": day}):
        revision = DayRevision(
            revision=1,
            day=quiet_day(day, length, Aspect(row.source), Confidence(row.confidence)),
            recorded_at=page.derived_at or page.added_at,
            superseded_at=None,
        )
        revisions.append(revision)
    return revisions


_COUNT_DAYS = sa.select(sa.func.count(sa.distinct(DAY.c.day))).where(
    DAY.c.page_id == sa.bindparam("page"),
    DAY.c.superseded_at.is_(None),
    DAY.c.day >= sa.bindparam("first"),
    DAY.c.day <= sa.bindparam("last"),
)
_COUNT_REVISED = _COUNT_DAYS.where(DAY.c.revision > 1)
_COUNT_DISPUTED = _COUNT_DAYS.where(DAY.c.disputed)


def revised_days(connection: Connection, page_id: int, first: date, last: date) -> int:
    """Return how many days from first to last changed, for the vendor or a component, after they
    closed.
    """
    values = {"page": page_id, "first": first, "last": last}
    return connection.execute(_COUNT_REVISED, values).scalar_one()


def disputed_days(connection: Connection, page_id: int, first: date, last: date) -> int:
    """Return on how many days from first to last the page's sources disagree with each other."""
    values = {"page": page_id, "first": first, "last": last}
    return connection.execute(_COUNT_DISPUTED, values).scalar_one()


def revised_at(connection: Connection, page_id: int, now: datetime) -> frozenset[date]:
    """Return the days of which a revision was superseded at exactly this moment."""
    query = (
        sa.select(DAY.c.day)
        .where(DAY.c.page_id == page_id, DAY.c.superseded_at == utc(now))
        .distinct()
    )
    return frozenset(connection.execute(query).scalars())
