"""What was read and how that went: backfills, requests, bodies and polls."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field

from monitor.store.tables.columns import (
    Table,
    big,
    core,
    instant,
    key,
    page_key,
)


class Unit(Table, table=True):
    """A completed piece of a backfill."""

    __tablename__ = "unit"
    page_id: int = page_key(primary_key=True)
    name: str = Field(primary_key=True)
    completed_at: datetime = instant()
    final: bool


class Gap(Table, table=True):
    """Something a backfill could not read, as it was last tried."""

    __tablename__ = "gap"
    page_id: int = page_key(primary_key=True)
    what: str = Field(primary_key=True)
    reason: str
    message: str
    recorded_at: datetime = instant()


class UnknownWord(Table, table=True):
    """A vendor's word outside our vocabulary."""

    __tablename__ = "unknown_word"
    page_id: int = page_key(primary_key=True)
    word: str = Field(primary_key=True)
    first_seen_at: datetime = instant()
    last_seen_at: datetime = instant()
    count: int


class Validator(Table, table=True):
    """What makes the next request for a URL conditional."""

    __tablename__ = "validator"
    page_id: int = page_key(primary_key=True)
    url: str = Field(primary_key=True)
    etag: str | None = None
    last_modified: str | None = None
    sha256: str | None = None


class Snapshot(Table, table=True):
    """A body as received, compressed with zlib, kept once however often it came."""

    __tablename__ = "snapshot"
    sha256: str = Field(primary_key=True)
    media_type: str
    body: bytes
    first_seen_at: datetime = instant()
    last_seen_at: datetime = instant(index=True)


class EvidenceBody(Table, table=True):
    """A body that is kept for good, because it is behind a day: its `snapshot` is not pruned. `why`
    is a word.
    """

    __tablename__ = "evidence_body"
    __table_args__ = (sa.UniqueConstraint("page_id", "day", "sha256", "why"),)
    id: int | None = key()
    page_id: int = page_key()
    day: date
    why: str
    url: str
    status: int
    sha256: str = Field(index=True)
    read_at: datetime = instant()


class Poll(Table, table=True):
    """Readings of a page's current state that came to the same, one after another:
    `monitor.store.poll_log`.

    The numbers are sums over them. `last_at`, `polls` and `later` are null in rows of before there
    were stretches.
    """

    __tablename__ = "poll"
    __table_args__ = (sa.Index("ix_poll_page_id_started_at", "page_id", "started_at"),)
    id: int | None = key()
    page_id: int = page_key()
    started_at: datetime = instant(index=True)
    duration_ms: int
    outcome: str
    reason: str | None = None
    http_status: int | None = None
    requests: int
    wire_bytes: int = big()
    sha256: str | None = None
    last_at: datetime | None = instant(nullable=True)
    polls: int | None = None
    later: bytes | None = Field(default=None, sa_type=sa.LargeBinary)


UNIT = core(Unit)
GAP = core(Gap)
WORD = core(UnknownWord)
VALIDATOR = core(Validator)
SNAPSHOT = core(Snapshot)
PIN = core(EvidenceBody)
POLL = core(Poll)
