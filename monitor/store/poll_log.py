"""The log of polls: a row is a stretch of polls that came to the same, one after another, with the
instant of each.

Nearly all polls find nothing new, so nearly all rows would be equal but for their instant. A row
keeps its first poll in `started_at`, its last in `last_at`, and each poll's distance from the one
before, in microseconds, as a varint in `later`: five bytes for five minutes. Rows without `last_at`
are single polls, as all were before stretches. Functions take the open connection; the store owns
the transactions.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from monitor.intervals import utc
from monitor.store import tables
from monitor.store.records import PollRecord

POLL = tables.core(tables.Poll)
PAGE = tables.core(tables.Page)

MOST_POLLS = 256
LONGEST = timedelta(days=1)
"""A stretch ends after so many polls or so long: a row stays small, and is deleted when it is
old."""

_MICROSECOND = timedelta(microseconds=1)
_SEVEN_BITS, _MORE = 0x7F, 0x80


def packed(microseconds: int) -> bytes:
    """Return a distance as a varint: seven bits a byte, lowest first, the high bit where more
    follow.
    """
    found = bytearray()
    while microseconds > _SEVEN_BITS:
        found.append(microseconds & _SEVEN_BITS | _MORE)
        microseconds >>= 7
    found.append(microseconds)
    return bytes(found)


def instants(started_at: datetime, later: bytes | None) -> Iterator[datetime]:
    """Yield the instants of a row's polls, in order."""
    yield started_at
    distance = shift = 0
    for byte in later or b"":
        distance |= (byte & _SEVEN_BITS) << shift
        shift += 7
        if byte <= _SEVEN_BITS:
            started_at += distance * _MICROSECOND
            yield started_at
            distance = shift = 0


@dataclass(slots=True)
class _Stretch:
    """A row on its way: `row_id` None = not there yet; `came_to` is what all its polls have in
    common.
    """

    row_id: int | None
    page_id: int
    came_to: tuple[Any, ...]
    started_at: datetime
    last_at: datetime
    polls: int
    duration_ms: int
    requests: int
    wire_bytes: int
    later: bytes
    grown: bool = False

    def takes(self, poll: PollRecord, at: datetime) -> bool:
        """Whether the poll goes on with what this stretch came to, without a gap."""
        return (
            self.came_to == _came_to(poll)
            and self.polls < MOST_POLLS
            and self.last_at < at <= self.started_at + LONGEST
            and (at - self.last_at).total_seconds() <= poll.max_gap_seconds
        )

    def add(self, poll: PollRecord, at: datetime) -> None:
        self.later += packed((at - self.last_at) // _MICROSECOND)
        self.last_at, self.grown = at, True
        self.polls += 1
        self.duration_ms += poll.duration_ms
        self.requests += poll.requests
        self.wire_bytes += poll.wire_bytes


def _came_to(poll: PollRecord) -> tuple[Any, ...]:
    return poll.outcome, poll.reason, poll.http_status, poll.sha256


def _begun(poll: PollRecord, at: datetime) -> _Stretch:
    return _Stretch(
        None,
        poll.page_id,
        _came_to(poll),
        at,
        at,
        1,
        poll.duration_ms,
        poll.requests,
        poll.wire_bytes,
        b"",
    )


# The latest row of each page, found by its index: there may be thousands of a page.
_LATEST_ID = (
    sa.select(POLL.c.id)
    .where(POLL.c.page_id == PAGE.c.id)
    .order_by(POLL.c.started_at.desc(), POLL.c.id.desc())
    .limit(1)
    .correlate(PAGE)
    .scalar_subquery()
)
_LATEST = (
    sa.select(
        *(
            POLL.c[name]
            for name in (
                "id",
                "page_id",
                "outcome",
                "reason",
                "http_status",
                "sha256",
                "started_at",
            )
        ),
        *(
            POLL.c[name]
            for name in ("last_at", "polls", "duration_ms", "requests", "wire_bytes", "later")
        ),
    )
    .select_from(PAGE)
    .join(POLL, POLL.c.id == _LATEST_ID)
    .where(PAGE.c.id.in_(sa.bindparam("ids", expanding=True)))
)
_INSERT = sa.insert(POLL)
_GROWN = ("last_at", "polls", "duration_ms", "requests", "wire_bytes", "later")
_GROW = (
    sa.update(POLL)
    .where(POLL.c.id == sa.bindparam("row_id"))
    .values({name: sa.bindparam(f"new_{name}") for name in _GROWN})
)


def _latest(connection: Connection, page_ids: Collection[int]) -> dict[int, _Stretch]:
    found = {}
    for row in connection.execute(_LATEST, {"ids": list(page_ids)}):
        (
            row_id,
            page_id,
            outcome,
            reason,
            status,
            sha256,
            started_at,
            last_at,
            polls,
            duration,
            requests,
            size,
            later,
        ) = row
        found[page_id] = _Stretch(
            row_id,
            page_id,
            (outcome, reason, status, sha256),
            started_at,
            last_at or started_at,
            polls or 1,
            duration,
            requests,
            size,
            later or b"",
        )
    return found


def record(connection: Connection, polls: Sequence[PollRecord]) -> None:
    """Add polls of many pages, in the order given. Whoever calls it has locked the rows of their
    pages.
    """
    current = _latest(connection, {poll.page_id for poll in polls})
    touched: dict[int, _Stretch] = {}
    for poll in polls:
        at, stretch = utc(poll.started_at), current.get(poll.page_id)
        if stretch is not None and stretch.takes(poll, at):
            stretch.add(poll, at)
        else:
            stretch = current[poll.page_id] = _begun(poll, at)
        touched[id(stretch)] = stretch
    new = [_row(stretch) for stretch in touched.values() if stretch.row_id is None]
    grown = [
        {f"new_{name}": getattr(stretch, name) for name in _GROWN} | {"row_id": stretch.row_id}
        for stretch in touched.values()
        if stretch.row_id is not None
    ]
    for statement, rows in ((_INSERT, new), (_GROW, grown)):
        if rows:
            connection.execute(statement, rows)


def _row(stretch: _Stretch) -> dict[str, Any]:
    outcome, reason, status, sha256 = stretch.came_to
    return {
        "page_id": stretch.page_id,
        "started_at": stretch.started_at,
        "duration_ms": stretch.duration_ms,
        "outcome": outcome,
        "reason": reason,
        "http_status": status,
        "requests": stretch.requests,
        "wire_bytes": stretch.wire_bytes,
        "sha256": sha256,
        "last_at": stretch.last_at if stretch.grown else None,
        "polls": stretch.polls,
        "later": stretch.later if stretch.grown else None,
    }


_END = sa.func.coalesce(POLL.c.last_at, POLL.c.started_at)


def kept(connection: Connection, polls: Iterable[PollRecord]) -> set[tuple[int, datetime]]:
    """Return which of these polls are kept, by page and start."""
    wanted = {(poll.page_id, utc(poll.started_at)) for poll in polls}
    if not wanted:
        return set()
    rows = connection.execute(
        sa.select(POLL.c.page_id, POLL.c.started_at, POLL.c.later).where(
            POLL.c.page_id.in_({page_id for page_id, _ in wanted}),
            POLL.c.started_at <= max(at for _, at in wanted),
            min(at for _, at in wanted) <= _END,
        )
    )
    return wanted.intersection(
        (page_id, at) for page_id, started_at, later in rows for at in instants(started_at, later)
    )


def last_read(connection: Connection, page_id: int, now: datetime) -> datetime | None:
    """Return when the last poll began, now at the latest, that did not fail; None when there is
    none.
    """
    read = (POLL.c.page_id == page_id, POLL.c.outcome != "failed", POLL.c.started_at <= now)
    whole = connection.execute(sa.select(sa.func.max(_END)).where(*read, now >= _END)).scalar()
    spanning = connection.execute(
        sa.select(POLL.c.started_at, POLL.c.later).where(*read, now < _END)
    )
    found = [
        at for started_at, later in spanning for at in instants(started_at, later) if at <= now
    ]
    return max((at for at in (whole, *found) if at is not None), default=None)


def last(connection: Connection, page_id: int) -> datetime | None:
    """Return when the page's last poll began."""
    return connection.execute(
        sa.select(sa.func.max(_END)).where(POLL.c.page_id == page_id)
    ).scalar()


def forget_after(connection: Connection, page_id: int, now: datetime) -> None:
    """Delete the page's polls later than now; what is left of a stretch is counted by its share."""
    mine = POLL.c.page_id == page_id
    connection.execute(sa.delete(POLL).where(mine, POLL.c.started_at > now))
    for row in connection.execute(sa.select(POLL).where(mine, now < _END)).mappings().all():
        connection.execute(sa.update(POLL).where(POLL.c.id == row["id"]).values(_cut(row, now)))


def _cut(row: Mapping[Any, Any], now: datetime) -> dict[str, Any]:
    left = [at for at in instants(row["started_at"], row["later"]) if at <= now]
    later = b"".join(packed((at - before) // _MICROSECOND) for before, at in pairwise(left))
    sums = {
        name: row[name] * len(left) // row["polls"]
        for name in ("duration_ms", "requests", "wire_bytes")
    }
    return sums | {"last_at": left[-1], "polls": len(left), "later": later}


def prune(connection: Connection, *, before: datetime) -> int:
    """Delete the stretches that ended before; return how many polls that were."""
    old = (POLL.c.started_at < before, before > _END)
    count = sa.select(sa.func.sum(sa.func.coalesce(POLL.c.polls, 1))).where(*old)
    polls = connection.execute(count).scalar()
    connection.execute(sa.delete(POLL).where(*old))
    return int(polls or 0)
