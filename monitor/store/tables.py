"""The tables and the column type for instants. No queries here.

Components and incidents are named by the vendor's ids everywhere. Where a row can be about a whole
page, ``component_id`` is `WHOLE_PAGE` (the empty string) instead of NULL, so that unique indexes
hold on every database.

Facts carry `recorded_at` and `superseded_at`: a row is what we knew from the first until the
second. They are never overwritten, with two exceptions that keep steady polling from growing the
tables: an open `observed_run` is closed in place, and a `coverage` row that the next poll prolongs
grows in place (its end is never later than its reading).
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any, ClassVar, cast

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine
from sqlmodel import Field, SQLModel

from monitor.intervals import utc

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_EXACT = 4_000_000_000_000_000
"""Up to here (the year 2096) a float of seconds names every microsecond exactly."""


def to_microseconds(instant: datetime) -> int:
    """Return whole microseconds since 1970 UTC. Raises ValueError for a naive datetime."""
    return (utc(instant) - _EPOCH) // _MICROSECOND


@lru_cache(maxsize=8_192)
def from_microseconds(value: int) -> datetime:
    """Return the instant, in UTC, that is `value` microseconds after 1970."""
    if -_EXACT < value < _EXACT:
        return datetime.fromtimestamp(value / 1e6, UTC)
    return _EPOCH + timedelta(microseconds=value)


class Instant(TypeDecorator[datetime]):
    """An aware instant: UTC when read, any zone when written; a naive datetime raises ValueError.

    PostgreSQL keeps a ``timestamptz``. SQLite has no such type and would forget the zone: it keeps
    the microseconds since 1970 UTC as an integer, which is also the fastest to read.
    """

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the type the database itself uses."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(sa.BigInteger())
        return dialect.type_descriptor(sa.DateTime(timezone=True))

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any]:
        """Return the conversion of a written value."""
        convert: Callable[[datetime], Any] = to_microseconds if dialect.name == "sqlite" else utc
        return lambda value: None if value is None else convert(value)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any]:  # noqa: ARG002
        """Return the conversion of a read value."""
        convert: Callable[[Any], datetime] = from_microseconds if dialect.name == "sqlite" else utc
        return lambda value: None if value is None else convert(value)


_ID: TypeEngine[int] = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_CURRENT = sa.text("superseded_at IS NULL")
_CURRENT_STATES = sa.text("superseded_at IS NULL AND states IS NOT NULL")


class Table(SQLModel):
    """Base of all tables; constraint names follow one convention, so that migrations can name
    them.
    """

    metadata: ClassVar[sa.MetaData] = sa.MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        }
    )


def core(model: type[SQLModel]) -> sa.Table:
    """Return the Core table of a model: rows of columns are read far faster than objects."""
    return cast("sa.Table", model.__table__)  # type: ignore[attr-defined]


def _current(name: str, *columns: str) -> sa.Index:
    """Return a unique index over the rows that are not superseded."""
    return sa.Index(
        f"uq_{name}_current",
        *columns,
        unique=True,
        sqlite_where=_CURRENT,
        postgresql_where=_CURRENT,
    )


def _key() -> Any:  # noqa: ANN401
    return Field(default=None, primary_key=True, sa_type=_ID)


def _page(*, primary_key: bool = False, index: bool = False) -> Any:  # noqa: ANN401
    return Field(
        sa_type=_ID, foreign_key="page.id", ondelete="CASCADE", primary_key=primary_key, index=index
    )


def _instant(*, nullable: bool = False, index: bool = False) -> Any:  # noqa: ANN401
    return Field(default=None, sa_type=Instant, nullable=nullable, index=index)


def _double(*, nullable: bool = False) -> Any:  # noqa: ANN401
    return Field(default=None, sa_type=sa.Double, nullable=nullable)


_NULLABLE_JSON: Any = sa.JSON(none_as_null=True)


def _json() -> Any:  # noqa: ANN401
    return Field(sa_type=sa.JSON, nullable=False)


def _maybe_json() -> Any:  # noqa: ANN401
    return Field(default=None, sa_type=_NULLABLE_JSON, nullable=True)


def _big() -> Any:  # noqa: ANN401
    return Field(default=0, sa_type=sa.BigInteger, nullable=False)


class Page(Table, table=True):
    """A monitored page, what it says of itself, and the state of its schedule.

    `external_id` and `page_name` were told on `id_platform`; `hosts` are those its answers came
    from. `refused` is the other page that was last read in its place, as `monitor.identity.as_json`
    writes it; null once it was read again.
    """

    __tablename__ = "page"
    id: int | None = _key()
    slug: str = Field(unique=True)
    name: str
    url: str
    platform: str | None = None
    platform_evidence: list[str] = _json()
    configured_zone: str | None = None
    page_zone: str | None = None
    external_id: str | None = None
    page_name: str | None = None
    remark: str | None = None
    mark: str | None = None
    interval_seconds: int
    due_at: datetime | None = _instant(nullable=True, index=True)
    lease_until: datetime | None = _instant(nullable=True)
    failures: int = 0
    parse_failures: int = 0
    last_poll_at: datetime | None = _instant(nullable=True)
    last_success_at: datetime | None = _instant(nullable=True)
    last_ok: bool | None = None
    last_error_reason: str | None = None
    last_error_message: str | None = None
    observed_until: datetime | None = _instant(nullable=True)
    reread_day: date | None = None
    derived_day: date | None = None
    derived_at: datetime | None = _instant(nullable=True)
    dirty_since: date | None = None
    version: int = _big()
    added_at: datetime = _instant()
    removed_at: datetime | None = _instant(nullable=True)
    id_platform: str | None = None
    hosts: list[str] | None = _maybe_json()
    refused: dict[str, Any] | None = _maybe_json()


class Component(Table, table=True):
    """A vendor's part; the slug, given at first sight, never changes. `platform` is the one that
    listed it last.
    """

    __tablename__ = "component"
    __table_args__ = (
        sa.UniqueConstraint("page_id", "external_id"),
        sa.UniqueConstraint("page_id", "slug"),
    )
    id: int | None = _key()
    page_id: int = _page()
    external_id: str
    slug: str
    name: str
    group_name: str | None = None
    region: str | None = None
    position: int
    start_date: date | None = None
    has_bars: bool
    excluded: bool
    first_seen_at: datetime = _instant()
    removed_at: datetime | None = _instant(nullable=True)
    platform: str | None = None


class Incident(Table, table=True):
    """One version of an incident or maintenance, as the vendor published it."""

    __tablename__ = "incident"
    __table_args__ = (_current("incident", "page_id", "external_id"),)
    id: int | None = _key()
    page_id: int = _page(index=True)
    external_id: str
    title: str
    phase: str
    status: str
    impact: str
    url: str | None = None
    maintenance: bool
    started_at: datetime = _instant()
    resolved_at: datetime | None = _instant(nullable=True)
    component_ids: list[str] = _json()
    unlisted_at: datetime | None = _instant(nullable=True)
    recorded_at: datetime = _instant()
    superseded_at: datetime | None = _instant(nullable=True)


class IncidentUpdate(Table, table=True):
    """One version of a message of an incident. `digest` is of what the vendor wrote, `text` and
    `states` of it are what we keep; `states` is NULL when it gives none.
    """

    __tablename__ = "incident_update"
    __table_args__ = (
        _current("incident_update", "page_id", "incident_id", "key"),
        sa.Index(
            "ix_incident_update_states",
            "page_id",
            "at",
            sqlite_where=_CURRENT_STATES,
            postgresql_where=_CURRENT_STATES,
        ),
    )
    id: int | None = _key()
    page_id: int = _page(index=True)
    incident_id: str
    key: str
    at: datetime = _instant()
    status: str
    text: str
    states: list[list[Any]] | None = Field(
        default=None, sa_type=sa.JSON(none_as_null=True), nullable=True
    )
    digest: str
    recorded_at: datetime = _instant()
    superseded_at: datetime | None = _instant(nullable=True)


class ListedIncident(Table, table=True):
    """An incident that was on a source's list when it was last read: what is compared with the next
    reading.
    """

    __tablename__ = "listed_incident"
    page_id: int = _page(primary_key=True)
    source: str = Field(primary_key=True)
    incident_id: str = Field(primary_key=True)


class Impact(Table, table=True):
    """One component at one level over one interval. `last_read_at` is the last poll before one that
    went on was superseded: until then it was known to. NULL = it holds, has an end, or was
    superseded before this was kept.
    """

    __tablename__ = "impact"
    __table_args__ = (
        sa.Index(
            "ix_impact_current",
            "page_id",
            "incident_id",
            sqlite_where=_CURRENT,
            postgresql_where=_CURRENT,
        ),
    )
    id: int | None = _key()
    page_id: int = _page(index=True)
    component_id: str
    level: int | None = None
    word: str | None = None
    basis: str
    source: str
    incident_id: str | None = None
    started_at: datetime = _instant()
    ended_at: datetime | None = _instant(nullable=True)
    recorded_at: datetime = _instant()
    superseded_at: datetime | None = _instant(nullable=True)
    last_read_at: datetime | None = _instant(nullable=True)


class Bar(Table, table=True):
    """The vendor's own seconds for one component and day."""

    __tablename__ = "bar"
    __table_args__ = (_current("bar", "page_id", "component_id", "day", "source"),)
    id: int | None = _key()
    page_id: int = _page(index=True)
    component_id: str
    day: date
    partial_seconds: int
    major_seconds: int
    incident_ids: list[str] = _json()
    source: str
    recorded_at: datetime = _instant()
    superseded_at: datetime | None = _instant(nullable=True)


class Coverage(Table, table=True):
    """A span a source spoke for, about one component or (`WHOLE_PAGE`) all of them."""

    __tablename__ = "coverage"
    id: int | None = _key()
    page_id: int = _page(index=True)
    component_id: str
    aspect: str
    source: str
    started_at: datetime = _instant()
    ended_at: datetime = _instant()
    recorded_at: datetime = _instant()
    superseded_at: datetime | None = _instant(nullable=True)


class Reported(Table, table=True):
    """An uptime figure the vendor printed."""

    __tablename__ = "reported_uptime"
    __table_args__ = (
        _current("reported_uptime", "page_id", "component_id", "window_days", "source"),
    )
    id: int | None = _key()
    page_id: int = _page(index=True)
    component_id: str
    window_days: int
    ratio: float = _double()
    source: str
    recorded_at: datetime = _instant()
    superseded_at: datetime | None = _instant(nullable=True)


_OPEN_RUN = sa.text("ended_at IS NULL")


class Run(Table, table=True):
    """A polled state that held. Without an end it still held when the page was last observed.

    `last_seen_at` is the last reading that showed it; from then to the end, where another state was
    read, it is taken to have held. None = not ended, or ended before this was kept.
    """

    __tablename__ = "observed_run"
    __table_args__ = (
        sa.Index(
            "uq_observed_run_open",
            "page_id",
            "component_id",
            unique=True,
            sqlite_where=_OPEN_RUN,
            postgresql_where=_OPEN_RUN,
        ),
    )
    id: int | None = _key()
    page_id: int = _page(index=True)
    component_id: str
    level: int | None = None
    word: str | None = None
    started_at: datetime = _instant()
    ended_at: datetime | None = _instant(nullable=True)
    last_seen_at: datetime | None = _instant(nullable=True)


class Unit(Table, table=True):
    """A completed piece of a backfill."""

    __tablename__ = "unit"
    page_id: int = _page(primary_key=True)
    name: str = Field(primary_key=True)
    completed_at: datetime = _instant()
    final: bool


class Gap(Table, table=True):
    """Something a backfill could not read, as it was last tried."""

    __tablename__ = "gap"
    page_id: int = _page(primary_key=True)
    what: str = Field(primary_key=True)
    reason: str
    message: str
    recorded_at: datetime = _instant()


class UnknownWord(Table, table=True):
    """A vendor's word outside our vocabulary."""

    __tablename__ = "unknown_word"
    page_id: int = _page(primary_key=True)
    word: str = Field(primary_key=True)
    first_seen_at: datetime = _instant()
    last_seen_at: datetime = _instant()
    count: int


class Validator(Table, table=True):
    """What makes the next request for a URL conditional."""

    __tablename__ = "validator"
    page_id: int = _page(primary_key=True)
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
    first_seen_at: datetime = _instant()
    last_seen_at: datetime = _instant(index=True)


class EvidenceBody(Table, table=True):
    """A body that is kept for good, because it is behind a day: its `snapshot` is not pruned. `why`
    is a word.
    """

    __tablename__ = "evidence_body"
    __table_args__ = (sa.UniqueConstraint("page_id", "day", "sha256", "why"),)
    id: int | None = _key()
    page_id: int = _page()
    day: date
    why: str
    url: str
    status: int
    sha256: str = Field(index=True)
    read_at: datetime = _instant()


class Poll(Table, table=True):
    """Readings of a page's current state that came to the same, one after another:
    `monitor.store.poll_log`.

    The numbers are sums over them. `last_at`, `polls` and `later` are null in rows of before there
    were stretches.
    """

    __tablename__ = "poll"
    __table_args__ = (sa.Index("ix_poll_page_id_started_at", "page_id", "started_at"),)
    id: int | None = _key()
    page_id: int = _page()
    started_at: datetime = _instant(index=True)
    duration_ms: int
    outcome: str
    reason: str | None = None
    http_status: int | None = None
    requests: int
    wire_bytes: int = _big()
    sha256: str | None = None
    last_at: datetime | None = _instant(nullable=True)
    polls: int | None = None
    later: bytes | None = Field(default=None, sa_type=sa.LargeBinary)


class Day(Table, table=True):
    """A classified day with something to say; the others are in `quiet_run` or unknown.

    `of_component`: of a vendor's day, the component whose seconds these are.
    """

    __tablename__ = "day"
    __table_args__ = (_current("day", "page_id", "component_id", "day"),)
    id: int | None = _key()
    page_id: int = _page(index=True)
    component_id: str
    day: date
    level: int | None = None
    length_seconds: float = _double()
    covered_seconds: float = _double()
    maintenance_seconds: float = _double()
    degraded_seconds: float = _double()
    partial_seconds: float = _double()
    major_seconds: float = _double()
    source: str | None = None
    confidence: str | None = None
    disputed: bool
    other_maintenance_seconds: float | None = _double(nullable=True)
    other_degraded_seconds: float | None = _double(nullable=True)
    other_partial_seconds: float | None = _double(nullable=True)
    other_major_seconds: float | None = _double(nullable=True)
    incident_ids: list[str] = _json()
    of_component: str | None = None
    known_components: int | None = None
    counted_components: int | None = None
    revision: int
    recorded_at: datetime = _instant()
    superseded_at: datetime | None = _instant(nullable=True)


class QuietRun(Table, table=True):
    """Consecutive days, both ends included, that were operational, fully covered and silent."""

    __tablename__ = "quiet_run"
    __table_args__ = (sa.UniqueConstraint("page_id", "component_id", "first_day"),)
    id: int | None = _key()
    page_id: int = _page()
    component_id: str
    first_day: date
    last_day: date
    source: str
    confidence: str


METADATA = Table.metadata

PAGE = core(Page)
COMPONENT = core(Component)
INCIDENT = core(Incident)
UPDATE = core(IncidentUpdate)
LISTED = core(ListedIncident)
IMPACT = core(Impact)
BAR = core(Bar)
COVERAGE = core(Coverage)
REPORTED = core(Reported)
RUN = core(Run)
UNIT = core(Unit)
GAP = core(Gap)
WORD = core(UnknownWord)
VALIDATOR = core(Validator)
SNAPSHOT = core(Snapshot)
PINNED = core(EvidenceBody)
POLL = core(Poll)
DAY = core(Day)
QUIET = core(QuietRun)
