"""Bodies kept for good because they are behind a day. Functions take the open connection."""

import zlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from monitor.intervals import utc
from monitor.store.records import Body, BodyRef, Pin, PinnedBody
from monitor.store.rows import Row, columns, execute_each
from monitor.store.snapshots import keep_snapshots, see_again
from monitor.store.tables.readings import PIN, SNAPSHOT, VALIDATOR
from monitor.store.upserts import insert_into


def pin(connection: Connection, page_id: int, pins: Iterable[Pin], *, now: datetime) -> None:
    """Keep these bodies for good, as far as they are still kept; the same pin again changes
    nothing.
    """
    pins = list(pins)
    if not pins:
        return
    digests = see_again(connection, {each.ref.sha256 for each in pins}, now)
    insert = insert_into(connection, PIN).on_conflict_do_nothing()
    rows = [_pin_row(page_id, each) for each in pins if each.ref.sha256 in digests]
    execute_each(connection, insert, rows)


def _pin_row(page_id: int, pin: Pin) -> dict[str, Any]:
    return {"page_id": page_id, "day": pin.day, "why": pin.why, **asdict(pin.ref)}


def pin_first(
    connection: Connection,
    page_id: int,
    day: date,
    why: str,
    *,
    bodies: Sequence[Body],
    now: datetime,
) -> None:
    """Keep these bodies for good, unless some were for the same reason on the same day."""
    query = sa.select(PIN.c.id).where(PIN.c.page_id == page_id, PIN.c.day == day, PIN.c.why == why)
    if not bodies or connection.execute(query.limit(1)).first() is not None:
        return
    digests = keep_snapshots(connection, bodies, now=now)
    pins = []
    for body, digest in zip(bodies, digests, strict=True):
        pins.append(Pin(day, why, BodyRef(body.url, body.status, digest, utc(now))))
    pin(connection, page_id, pins, now=now)


def pinned(connection: Connection, page_id: int, day: date) -> list[PinnedBody]:
    """Return the bodies that are kept behind a day, each once, in the order they were read."""
    query = (
        sa.select(*columns(PIN, "url status sha256 read_at why"))
        .add_columns(SNAPSHOT.c.media_type, SNAPSHOT.c.body)
        .join(SNAPSHOT, SNAPSHOT.c.sha256 == PIN.c.sha256)
        .where(PIN.c.page_id == page_id, PIN.c.day == day)
        .order_by(PIN.c.read_at, PIN.c.url, PIN.c.id)
    )
    by_digest: dict[str, list[Row]] = {}
    for row in connection.execute(query):
        by_digest.setdefault(row.sha256, []).append(row)
    return [_to_pinned_body(rows) for rows in by_digest.values()]


def _to_pinned_body(rows: Sequence[Row]) -> PinnedBody:
    """Return a body by all its pins, as it was read first."""
    first = rows[0]
    body = zlib.decompress(first.body)
    return PinnedBody(
        ref=BodyRef(first.url, first.status, first.sha256, first.read_at),
        why=tuple(sorted({row.why for row in rows})),
        media_type=first.media_type,
        size_bytes=len(body),
        body=body,
    )


def pinned_for(
    connection: Connection,
    page_id: int,
    first: date,
    last: date,
) -> dict[date, frozenset[str]]:
    """Return why bodies are kept behind the days from first to last, by day; days without any are
    left out.
    """
    query = sa.select(PIN.c.day, PIN.c.why).distinct()
    mine = (PIN.c.page_id == page_id, PIN.c.day >= first, PIN.c.day <= last)
    reasons: dict[date, set[str]] = defaultdict(set)
    for row in connection.execute(query.where(*mine)):
        reasons[row.day].add(row.why)
    return {day: frozenset(words) for day, words in reasons.items()}


def newest_bodies(connection: Connection, page_id: int) -> list[BodyRef]:
    """Return the kept bodies for which an unchanged answer of one of the page's URLs stands."""
    query = (
        sa.select(VALIDATOR.c.url, SNAPSHOT.c.sha256, SNAPSHOT.c.last_seen_at)
        .join(SNAPSHOT, SNAPSHOT.c.sha256 == VALIDATOR.c.sha256)
        .where(VALIDATOR.c.page_id == page_id)
        .order_by(VALIDATOR.c.url)
    )
    bodies = []
    for url, sha256, last_seen_at in connection.execute(query):
        bodies.append(BodyRef(url, 200, sha256, last_seen_at))
    return bodies
