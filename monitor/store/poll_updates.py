"""What polls move on a page's row: when it was read, how it went, when it is due again.

Functions take the open connection; the store owns the transactions.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from monitor import clocks
from monitor.intervals import utc, zone_named
from monitor.lookups import attributes
from monitor.store import poll_log, runs
from monitor.store.changes.common import closed_day
from monitor.store.pages import with_zone_name
from monitor.store.records import PollRecord
from monitor.store.rows import among, execute_each, new_values, update_row
from monitor.store.tables.pages import PAGE


@dataclass(slots=True)
class PollUpdate:
    """The columns of a page that polls move, and what they depend on.

    `step` is how far its version moves on; `is_news` is whether more than instants moved.
    """

    id: int
    last_poll_at: datetime | None
    last_success_at: datetime | None
    last_ok: bool | None
    last_error_reason: str | None
    last_error_message: str | None
    observed_until: datetime | None
    dirty_since: date | None
    derived_day: date | None
    zone_name: str
    failures: int = 0
    parse_failures: int = 0
    due_at: datetime | None = None
    step: int = 0
    is_news: bool = False

    @property
    def zone(self) -> tzinfo:
        """The zone the page's days are cut in."""
        return zone_named(self.zone_name)


_READ = [
    "id",
    "last_poll_at",
    "last_success_at",
    "last_ok",
    "last_error_reason",
    "last_error_message",
    "observed_until",
    "dirty_since",
    "derived_day",
    "zone_name",
]
"""The first fields of `PollUpdate`, in their order."""
_STEADY = ("last_poll_at", "last_success_at", "observed_until", "due_at")
_ALL = (
    "last_poll_at",
    "last_success_at",
    "last_ok",
    "last_error_reason",
    "last_error_message",
    "observed_until",
    "dirty_since",
    "failures",
    "parse_failures",
    "due_at",
)
_SELECT = (
    sa.select(*with_zone_name(_READ))
    .where(among(PAGE.c.id, "ids"))
    .order_by(PAGE.c.id)
    .with_for_update()
)


_WRITE_STEADY = update_row(PAGE, _STEADY, lease_until=None)
_WRITE_NEWS = update_row(
    PAGE, _ALL, lease_until=None, version=PAGE.c.version + sa.bindparam("step")
)


def record_polls(connection: Connection, polls: Sequence[PollRecord]) -> None:
    """Keep polls of many pages, release their leases and move their pages on, in the order
    given.
    """
    if not polls:
        return
    rows = connection.execute(_SELECT, {"ids": list({poll.page_id for poll in polls})})
    updates = {row.id: PollUpdate(*row) for row in rows}
    poll_log.record(connection, polls)
    for poll in polls:
        apply_poll(connection, updates[poll.page_id], poll)
    news, steady = [], []
    for update in updates.values():
        if update.is_news:
            news.append(_values(update, _ALL) | {"step": update.step})
        else:
            # Nearly all polls find nothing new; writing only what moved then halves the cost.
            steady.append(_values(update, _STEADY))
    execute_each(connection, _WRITE_NEWS, news)
    execute_each(connection, _WRITE_STEADY, steady)


def _values(update: PollUpdate, names: Sequence[str]) -> dict[str, Any]:
    return new_values(update.id, attributes(update, names))


def apply_poll(connection: Connection, update: PollUpdate, poll: PollRecord) -> None:
    """Move a page on by a poll. An unchanged answer prolongs what was observed, or starts it anew
    after a silence.
    """
    at, ok = utc(poll.started_at), poll.outcome != "failed"
    if update.last_ok is not ok:
        update.step += 1
    if update.last_ok is not ok or not ok:
        update.is_news = True
    update.last_poll_at = _later(update.last_poll_at, at)
    if ok:
        update.last_success_at = _later(update.last_success_at, at)
    update.last_ok, update.due_at = ok, poll.due_at
    update.failures, update.parse_failures = poll.failures, poll.parse_failures
    update.last_error_reason = None if ok else poll.reason
    update.last_error_message = None if ok else poll.message
    until = update.observed_until
    if poll.outcome == "unchanged" and until is not None and at > until:
        _prolong(connection, update, poll, until=until, at=at)


def _prolong(
    connection: Connection,
    update: PollUpdate,
    poll: PollRecord,
    *,
    until: datetime,
    at: datetime,
) -> None:
    """Let what was observed `until` then hold until now, or begin anew after a silence."""
    day = closed_day(update, until)
    if (at - until).total_seconds() > poll.max_gap_seconds:
        runs.resume_runs(connection, poll.page_id, ended_at=until, started_at=at)
        update.step += 1
        update.is_news = True
    elif day is not None:
        update.dirty_since = min(day, update.dirty_since or day)
        update.is_news = True
    update.observed_until = at


def _later(before: datetime | None, at: datetime) -> datetime:
    """Return the later instant; polls may be written out of order. One of a clock that was ahead
    gives way.
    """
    return at if before is None or before > at + clocks.TOLERANCE else max(before, at)
