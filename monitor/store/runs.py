"""Observed runs: polled states as long as they held. Reading, beginning and ending them.

Functions take the open connection; the store owns the transactions.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from monitor.intervals import Interval, day_of
from monitor.model import Level, Observation, ObservedRun
from monitor.records.edges import BEGINNING, MIN_DURATION
from monitor.records.page import PageRecord
from monitor.records.state import LEVELS, levels_of
from monitor.store.changes.runs import OpenRun, RunChange
from monitor.store.rows import Row, among, chunks, execute_each, level_number, update_of_ids
from monitor.store.tables.facts import RUN

_OPEN = sa.select(RUN.c.id, RUN.c.component_id, RUN.c.level, RUN.c.word, RUN.c.started_at).where(
    RUN.c.page_id == sa.bindparam("page"), RUN.c.ended_at.is_(None)
)
OPEN_LEVELS = sa.select(RUN.c.component_id, RUN.c.level).where(
    RUN.c.page_id == sa.bindparam("page"), RUN.c.ended_at.is_(None)
)
_READ = (
    sa.select(RUN.c.component_id, RUN.c.level, RUN.c.started_at, RUN.c.ended_at, RUN.c.last_seen_at)
    .where(
        RUN.c.page_id == sa.bindparam("page"),
        RUN.c.started_at < sa.bindparam("known_at"),
        sa.or_(RUN.c.ended_at.is_(None), RUN.c.ended_at > sa.bindparam("since")),
    )
    .order_by(RUN.c.started_at, RUN.c.id)
)
_INSERT = sa.insert(RUN)
_END = update_of_ids(RUN, ended_at="ended", last_seen_at="seen")
_DELETE = sa.delete(RUN).where(among(RUN.c.id, "ids"))


# reading


def open_runs(connection: Connection, page_id: int) -> dict[str, OpenRun]:
    """Return the runs that still held when the page was last observed, by component id."""
    rows = connection.execute(_OPEN, {"page": page_id})
    runs = {}
    for row_id, component_id, level, word, started_at in rows:
        runs[component_id] = OpenRun(row_id, component_id, LEVELS[level], word, started_at)
    return runs


def open_levels(connection: Connection, page_id: int) -> dict[str, Level | None]:
    """Return the levels that still held when the page was last observed, by component id."""
    return levels_of(connection.execute(OPEN_LEVELS, {"page": page_id}))


def read(
    connection: Connection,
    page: PageRecord,
    since: datetime,
    known_at: datetime,
) -> tuple[ObservedRun, ...]:
    """Return the states that held at some time in [since, `known_at`), none longer than the page
    was observed.
    """
    values = {"page": page.id, "since": since, "known_at": known_at}
    rows = connection.execute(_READ, values).all()
    return tuple(_to_observed(rows, page, min(page.observed_until or BEGINNING, known_at)))


def _to_observed(rows: Iterable[Row], page: PageRecord, until: datetime) -> Iterator[ObservedRun]:
    """Yield the states that held before `until`. A bad one that the very last reading began counts
    for the moment before it, if that is on the same day: what comes after is not known yet.
    """
    before = until - MIN_DURATION
    counts_before = until > BEGINNING and day_of(before, page.zone) == day_of(until, page.zone)
    spans: dict[tuple[datetime, datetime], Interval] = {}  # most begin and go on together
    for component_id, number, start, ended_at, last_seen_at in rows:
        level = LEVELS[number]
        end = until if ended_at is None else min(ended_at, until)
        if start == end and counts_before and level is not None and level > Level.MAINTENANCE:
            start = before  # noqa: PLW2901
        if start < end:
            span = spans.get((start, end)) or spans.setdefault((start, end), Interval(start, end))
            yield ObservedRun(
                component_id=component_id,
                level=level,
                span=span,
                seen_until=last_seen_at,
            )


# changing


def start_runs(
    connection: Connection,
    page_id: int,
    states: Collection[Observation | OpenRun],
    at: datetime,
) -> None:
    """Begin a run of each of these states."""
    rows = []
    for state in states:
        row = {
            "page_id": page_id,
            "component_id": state.component_id,
            "level": level_number(state.level),
            "word": state.word,
            "started_at": at,
        }
        rows.append(row)
    execute_each(connection, _INSERT, rows)


def apply(connection: Connection, page: PageRecord, change: RunChange, read_at: datetime) -> None:
    """Write what a reading at `read_at` changes. What it ends was last seen at the reading
    before.
    """
    for ids in chunks(change.instant_ids):
        connection.execute(_DELETE, {"ids": ids})
    last_seen_at = page.observed_until or read_at
    for ids in chunks(change.ended_ids):
        connection.execute(_END, {"ids": ids, "ended": read_at, "seen": last_seen_at})
    start_runs(connection, page.id, change.fresh, read_at)


def end_runs(connection: Connection, page_id: int, ended_at: datetime) -> None:
    """End every open run. What one reading alone has seen counts for `MIN_DURATION` when it was
    bad, else it is deleted.
    """
    mine = (RUN.c.page_id == page_id, RUN.c.ended_at.is_(None))
    alone = RUN.c.started_at >= ended_at
    connection.execute(sa.delete(RUN).where(*mine, alone, is_not_bad()))
    connection.execute(
        sa.update(RUN)
        .where(*mine, alone)
        .values(ended_at=ended_at + MIN_DURATION, last_seen_at=ended_at)
    )
    connection.execute(sa.update(RUN).where(*mine).values(ended_at=ended_at, last_seen_at=ended_at))


def is_not_bad() -> sa.ColumnElement[bool]:
    """Return the condition that a run's state is well, maintenance or an unknown word."""
    bad = RUN.c.level > int(Level.MAINTENANCE)
    return sa.or_(RUN.c.level.is_(None), sa.not_(bad))


def resume_runs(
    connection: Connection,
    page_id: int,
    *,
    ended_at: datetime,
    started_at: datetime,
) -> None:
    """End every open run where the silence began and start it anew, at the same level, where it
    ended.
    """
    before: Sequence[OpenRun] = list(open_runs(connection, page_id).values())
    end_runs(connection, page_id, ended_at)
    start_runs(connection, page_id, before, started_at)
