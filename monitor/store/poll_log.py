"""The log of polls: a row is a stretch of polls that came to the same, one after another, with the
instant of each.

Nearly all polls find nothing new, so nearly all rows would be equal but for their instant. A row
keeps its first poll in `started_at`, its last in `last_at`, and each poll's distance from the one
before, in microseconds, as a varint in `later`: five bytes for five minutes. Rows without `last_at`
are single polls, as all were before stretches. Functions take the open connection; the store owns
the transactions.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from operator import attrgetter
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from monitor.intervals import utc
from monitor.lookups import attributes, by_key
from monitor.records.edges import latest
from monitor.store.records import PollRecord
from monitor.store.rows import among, columns, execute_each, new_values, update_row
from monitor.store.tables.pages import PAGE
from monitor.store.tables.readings import POLL

MOST_POLLS = 256
LONGEST = timedelta(days=1)
"""A stretch ends after so many polls or so long: a row stays small, and is deleted when it is
old."""

_MICROSECOND = timedelta(microseconds=1)
_SEVEN_BITS, _MORE = 0x7F, 0x80


def pack(microseconds: int) -> bytes:
    """Return a distance as a varint: seven bits a byte, lowest first, the high bit where more
    follow.
    """
    octets = bytearray()
    while microseconds > _SEVEN_BITS:
        octets.append(microseconds & _SEVEN_BITS | _MORE)
        microseconds >>= 7
    octets.append(microseconds)
    return bytes(octets)


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


class Outcome(NamedTuple):
    """What a poll came to; all polls of a stretch came to the same."""

    outcome: str
    reason: str | None
    http_status: int | None
    sha256: str | None


@dataclass(slots=True, kw_only=True)
class _Stretch:
    """A row on its way: `id` None = not there yet. `duration_ms`, `requests` and `wire_bytes` are
    sums over its polls.
    """

    id: int | None = None
    page_id: int
    outcome: Outcome
    started_at: datetime
    last_at: datetime
    polls: int = 1
    duration_ms: int
    requests: int
    wire_bytes: int
    later: bytes = b""
    has_grown: bool = False

    def takes(self, poll: PollRecord, at: datetime) -> bool:
        """Whether the poll goes on with what this stretch came to, without a gap."""
        return (
            self.outcome == _outcome(poll)
            and self.polls < MOST_POLLS
            and self.last_at < at <= self.started_at + LONGEST
            and (at - self.last_at).total_seconds() <= poll.max_gap_seconds
        )

    def add(self, poll: PollRecord, at: datetime) -> None:
        self.later += pack((at - self.last_at) // _MICROSECOND)
        self.last_at, self.has_grown = at, True
        self.polls += 1
        self.duration_ms += poll.duration_ms
        self.requests += poll.requests
        self.wire_bytes += poll.wire_bytes


def _outcome(poll: PollRecord) -> Outcome:
    return Outcome(poll.outcome, poll.reason, poll.http_status, poll.sha256)


def _begin(poll: PollRecord, at: datetime) -> _Stretch:
    return _Stretch(
        page_id=poll.page_id,
        outcome=_outcome(poll),
        started_at=at,
        last_at=at,
        duration_ms=poll.duration_ms,
        requests=poll.requests,
        wire_bytes=poll.wire_bytes,
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


class _PollRow(NamedTuple):
    id: int
    page_id: int
    outcome: str
    reason: str | None
    http_status: int | None
    sha256: str | None
    started_at: datetime
    last_at: datetime | None
    polls: int | None
    duration_ms: int
    requests: int
    wire_bytes: int
    later: bytes | None


_LATEST = (
    sa.select(*columns(POLL, _PollRow._fields))
    .select_from(PAGE)
    .join(POLL, POLL.c.id == _LATEST_ID)
    .where(among(PAGE.c.id, "ids"))
)
_INSERT = sa.insert(POLL)
_GROWING = ("last_at", "polls", "duration_ms", "requests", "wire_bytes", "later")
_GROW = update_row(POLL, _GROWING)


def _latest(connection: Connection, page_ids: Collection[int]) -> dict[int, _Stretch]:
    rows = connection.execute(_LATEST, {"ids": list(page_ids)})
    stretches = map(_to_stretch, map(_PollRow._make, rows))
    return by_key(stretches, attrgetter("page_id"))


def _to_stretch(row: _PollRow) -> _Stretch:
    return _Stretch(
        id=row.id,
        page_id=row.page_id,
        outcome=Outcome(row.outcome, row.reason, row.http_status, row.sha256),
        started_at=row.started_at,
        last_at=row.last_at or row.started_at,
        polls=row.polls or 1,
        duration_ms=row.duration_ms,
        requests=row.requests,
        wire_bytes=row.wire_bytes,
        later=row.later or b"",
    )


def record(connection: Connection, polls: Sequence[PollRecord]) -> None:
    """Add polls of many pages, in the order given. Whoever calls it has locked the rows of their
    pages.
    """
    current = _latest(connection, {poll.page_id for poll in polls})
    stretches: dict[int, _Stretch] = {}
    for poll in polls:
        at, stretch = utc(poll.started_at), current.get(poll.page_id)
        if stretch is not None and stretch.takes(poll, at):
            stretch.add(poll, at)
        else:
            stretch = current[poll.page_id] = _begin(poll, at)
        stretches[id(stretch)] = stretch
    new, growths = [], []
    for stretch in stretches.values():
        if stretch.id is None:
            new.append(_row(stretch))
        else:
            growths.append(_growth(stretch))
    execute_each(connection, _INSERT, new)
    execute_each(connection, _GROW, growths)


def _row(stretch: _Stretch) -> dict[str, Any]:
    return stretch.outcome._asdict() | {
        "page_id": stretch.page_id,
        "started_at": stretch.started_at,
        "duration_ms": stretch.duration_ms,
        "requests": stretch.requests,
        "wire_bytes": stretch.wire_bytes,
        "last_at": stretch.last_at if stretch.has_grown else None,
        "polls": stretch.polls,
        "later": stretch.later if stretch.has_grown else None,
    }


def _growth(stretch: _Stretch) -> dict[str, Any]:
    return new_values(stretch.id, attributes(stretch, _GROWING))


_END = sa.func.coalesce(POLL.c.last_at, POLL.c.started_at)


def kept_polls(connection: Connection, polls: Sequence[PollRecord]) -> set[tuple[int, datetime]]:
    """Return which of these polls are kept, by page and start."""
    keys = {(poll.page_id, utc(poll.started_at)) for poll in polls}
    if not keys:
        return set()
    page_ids, starts = zip(*keys, strict=True)
    rows = connection.execute(
        sa.select(*columns(POLL, "page_id started_at later")).where(
            POLL.c.page_id.in_(set(page_ids)),
            POLL.c.started_at <= max(starts),
            min(starts) <= _END,
        )
    )
    kept_keys: set[tuple[int, datetime]] = set()
    for row in rows:
        for at in instants(row.started_at, row.later):
            kept_keys.add((row.page_id, at))
    return keys & kept_keys


def last_read(connection: Connection, page_id: int, now: datetime) -> datetime | None:
    """Return when the last poll began, now at the latest, that did not fail; None when there is
    none.
    """
    mine = (POLL.c.page_id == page_id, POLL.c.outcome != "failed", POLL.c.started_at <= now)
    ends = [connection.execute(sa.select(sa.func.max(_END)).where(*mine, now >= _END)).scalar()]
    spanning = sa.select(*columns(POLL, "started_at later")).where(*mine, now < _END)
    for row in connection.execute(spanning):
        ends += _instants_until(now, row.started_at, row.later)
    return latest(ends)


def _instants_until(now: datetime, first: datetime, later: bytes) -> Iterator[datetime]:
    for at in instants(first, later):
        if at <= now:
            yield at


class PastPoll(NamedTuple):
    """The last poll by some instant, and what it came to."""

    at: datetime
    failed: bool
    reason: str | None


def last_by(connection: Connection, page_id: int, moment: datetime) -> PastPoll | None:
    """Return the last poll that began by `moment`; None when the log has none."""
    query = (
        sa.select(*columns(POLL, "outcome reason started_at later"))
        .where(POLL.c.page_id == page_id, POLL.c.started_at <= moment)
        .order_by(POLL.c.started_at.desc(), POLL.c.id.desc())
        .limit(1)
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    at = max(_instants_until(moment, row.started_at, row.later))
    return PastPoll(at, row.outcome == "failed", row.reason)


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
    rest = list(_instants_until(now, row["started_at"], row["later"]))
    later = b"".join(pack((at - before) // _MICROSECOND) for before, at in pairwise(rest))
    values = {"last_at": rest[-1], "polls": len(rest), "later": later}
    for name in ("duration_ms", "requests", "wire_bytes"):
        values[name] = row[name] * len(rest) // row["polls"]
    return values


def prune(connection: Connection, *, before: datetime) -> int:
    """Delete the stretches that ended before; return how many polls that were."""
    old = (POLL.c.started_at < before, before > _END)
    count = sa.select(sa.func.sum(sa.func.coalesce(POLL.c.polls, 1))).where(*old)
    polls = connection.execute(count).scalar()
    connection.execute(sa.delete(POLL).where(*old))
    return int(polls or 0)
