"""Healing: what is stored of a page by readings that lie later than now, re-timed or set aside.

Such readings were made while a clock was ahead (see `monitor.clocks`). When they really were made
nobody knows, only that it was between the last reading that may be believed and now. So:

* what they spoke for, coverage and observed states, is set aside: that span is unknown, and never
  green; where the last reading that may be believed began a bad state, it was bad at that instant;
* what they told of incidents stays, as known from now on, and is over by the last believable
  reading where they said that it ended later than now;
* what made requests conditional is forgotten: the next answer is read whole;
* days that have not begun go, the others since are derived anew.
"""

import logging
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from monitor import clocks
from monitor.intervals import day_of, utc
from monitor.model import Phase
from monitor.records.edges import MIN_DURATION, earliest, latest
from monitor.records.page import PageRecord
from monitor.store import pages, poll_log
from monitor.store.records import HealedPage
from monitor.store.runs import is_not_bad
from monitor.store.tables import METADATA
from monitor.store.tables.days import DAY, QUIET
from monitor.store.tables.facts import COVERAGE, IMPACT, INCIDENT, RUN
from monitor.store.tables.instants import Instant
from monitor.store.tables.pages import COMPONENT
from monitor.store.tables.readings import PIN, SNAPSHOT, UNIT, VALIDATOR

log = logging.getLogger(__name__)

REASON = "clock"
"""Why a page counts as unreadable from its healing to its next reading."""

_MOMENT_NAMES = ("recorded_at", "superseded_at", "last_read_at", "first_seen_at", "last_seen_at")


def _moments() -> Iterator[sa.Column[Any]]:
    """Yield the columns of when we came to know, or ceased to believe, something of a page."""
    for table in METADATA.sorted_tables:
        if "page_id" in table.c and table is not COVERAGE:
            yield from (table.c[name] for name in _MOMENT_NAMES if name in table.c)


_MOMENTS = tuple(_moments())


def last_reading(connection: Connection, page_id: int, *, now: datetime) -> datetime | None:
    """Return the last instant, now at the latest, at which the page was read; None when there is
    none.
    """
    instants: list[datetime | None] = []
    # A state begins, and ends, with the reading that showed it.
    for column in (RUN.c.started_at, RUN.c.ended_at):
        query = sa.select(sa.func.max(column)).where(column <= now, RUN.c.page_id == page_id)
        instants.append(connection.execute(query).scalar())
    instants.append(poll_log.last_read(connection, page_id, now))
    return latest(instants)


def heal(connection: Connection, page_id: int, *, now: datetime) -> HealedPage | None:
    """Heal what is stored of the page later than now; None when all may be believed. The same again
    changes nothing.
    """
    now = utc(now)
    page = pages.page(connection, page_id, lock=True)
    ahead = clocks.latest_ahead(page, now)
    if ahead is None:
        return None
    until = last_reading(connection, page_id, now=now)
    _Healing(connection, page, now, until).run()
    log.warning(
        "readings later than now set aside vendor=%s up_to=%s believed_until=%s: a clock was ahead,"
        " or ours went back",
        page.slug,
        ahead,
        until,
    )
    return HealedPage(slug=page.slug, latest=ahead, until=until)


class _Healing:
    """One page's healing. `until` is the last reading that may be believed, None = none may."""

    def __init__(
        self,
        connection: Connection,
        page: PageRecord,
        now: datetime,
        until: datetime | None,
    ) -> None:
        self._connection = connection
        self._page = page
        self._now = now
        self._until = until
        self._affected_from = [until or now]

    def run(self) -> None:
        self._runs()
        self._coverage()
        self._incidents()
        self._impacts()
        self._moments()
        self._days()
        self._page_row()

    def _update(
        self,
        table: sa.Table,
        *where: sa.ColumnElement[bool],
        **values: Any,  # noqa: ANN401
    ) -> None:
        query = sa.update(table).where(table.c.page_id == self._page.id, *where)
        self._connection.execute(query.values(values))

    def _delete(self, table: sa.Table, *where: sa.ColumnElement[bool]) -> None:
        self._connection.execute(sa.delete(table).where(table.c.page_id == self._page.id, *where))

    def _affect(self, column: sa.Column[Any], *where: sa.ColumnElement[bool]) -> None:
        """Note the earliest instant among rows that change."""
        is_mine = column.table.c.page_id == self._page.id
        first = sa.select(sa.func.min(column)).where(is_mine, *where)
        start = self._connection.execute(first).scalar()
        self._affected_from += [] if start is None else [start]

    def _runs(self) -> None:
        """Cut observed states where the last reading that may be believed showed them. A bad one
        that this reading alone has seen counts for `MIN_DURATION`.
        """
        until = self._until
        self._delete(RUN, RUN.c.started_at > self._now)
        if until is not None:
            cut, alone = RUN.c.ended_at > self._now, RUN.c.started_at >= until
            self._delete(RUN, cut, alone, is_not_bad())
            self._update(RUN, cut, RUN.c.last_seen_at > until, last_seen_at=until)
            self._update(RUN, cut, sa.not_(alone), ended_at=until)
            self._update(RUN, cut, alone, ended_at=until + MIN_DURATION)

    def _coverage(self) -> None:
        """Set aside coverage told later than now, and let that hold again which it replaced."""
        table, now = COVERAGE, self._now
        self._affect(table.c.started_at, table.c.recorded_at > now, table.c.superseded_at.is_(None))
        self._update(
            table, table.c.recorded_at <= now, table.c.superseded_at > now, superseded_at=None
        )
        self._update(table, table.c.recorded_at > now, recorded_at=now, superseded_at=now)
        # What polls prolonged row by row was last believable at the last reading, or when the row
        # was written.
        end = (
            table.c.recorded_at if self._until is None else _later(table.c.recorded_at, self._until)
        )
        is_prolonged = (table.c.superseded_at.is_(None), table.c.ended_at > now)
        self._update(table, *is_prolonged, table.c.started_at >= end, superseded_at=now)
        self._update(table, *is_prolonged, ended_at=end)

    def _incidents(self) -> None:
        table, now = INCIDENT, self._now
        is_past = table.c.phase.in_([Phase.OPEN.value, Phase.CLOSED.value])
        told_later = (table.c.recorded_at > now, is_past)
        self._update(table, *told_later, table.c.started_at > now, started_at=now)
        self._update(table, *told_later, table.c.resolved_at > now, resolved_at=now)

    def _impacts(self) -> None:
        table, now = IMPACT, self._now
        is_told_later = table.c.recorded_at > now
        begins_later = table.c.started_at > now
        self._update(table, is_told_later, begins_later, superseded_at=now, recorded_at=now)
        future_ends = sa.select(table.c.id, table.c.started_at).where(
            table.c.page_id == self._page.id,
            is_told_later,
            table.c.superseded_at.is_(None),
            table.c.ended_at > now,
        )
        for row in self._connection.execute(future_ends).all():
            end = max(self._until or row.started_at, row.started_at + MIN_DURATION)
            self._connection.execute(
                sa.update(table).where(table.c.id == row.id).values(ended_at=end)
            )
            self._affected_from.append(row.started_at)

    def _moments(self) -> None:
        """Let what was known later than now be known from now on."""
        for column in (*_MOMENTS, COMPONENT.c.removed_at):
            self._update(column.table, column > self._now, **{column.name: self._now})
        poll_log.forget_after(self._connection, self._page.id, self._now)
        self._delete(UNIT, UNIT.c.completed_at > self._now)
        self._delete(VALIDATOR)
        self._update(PIN, PIN.c.read_at > self._now, read_at=self._now)
        last_seen = SNAPSHOT.c.last_seen_at
        self._connection.execute(
            sa.update(SNAPSHOT).where(last_seen > self._now).values(last_seen_at=self._now)
        )

    def _days(self) -> None:
        today = day_of(self._now, self._page.zone)
        self._delete(DAY, DAY.c.day > today)
        self._delete(PIN, PIN.c.day > today)
        self._delete(QUIET, QUIET.c.first_day > today)
        self._update(QUIET, QUIET.c.last_day > today, last_day=today)

    def _page_row(self) -> None:
        page, now = self._page, self._now
        today = day_of(now, page.zone)
        first = min(day_of(min(self._affected_from), page.zone), today)
        read_at = clocks.latest_ahead(page, now)
        values: dict[str, Any] = {
            "last_poll_at": poll_log.last(self._connection, page.id),
            "last_success_at": self._until,
            "observed_until": self._until and min(self._until, page.observed_until or self._until),
            "last_ok": False,
            "last_error_reason": REASON,
            "last_error_message": (
                f"it was read at {read_at:%Y-%m-%d %H:%M} UTC, which has not come yet"
            ),
            "derived_at": None,
            "derived_day": earliest([page.derived_day, first]),
            "reread_day": (
                page.reread_day
                if page.reread_day is not None and page.reread_day <= today
                else None
            ),
            "dirty_since": earliest([page.dirty_since, first]),
            "added_at": min(page.added_at, now),
        }
        pages.change(self._connection, page.id, values, step=1)


def _later(column: sa.Column[Any], instant: datetime) -> sa.ColumnElement[Any]:
    other = sa.literal(instant, Instant())
    return sa.case((column > other, column), else_=other)
