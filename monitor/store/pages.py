"""Pages and everything about reading them: the schedule's state, polls, validators, units and
snapshots.

Functions take the open connection; the store owns the transactions.
"""

import hashlib
import zlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from monitor import clocks
from monitor.errors import StoreError
from monitor.identity import from_json
from monitor.intervals import day_of, utc, zone_named
from monitor.model import Gap, Level
from monitor.store import poll_log, tables
from monitor.store.records import (
    Body,
    PageRecord,
    PageSpec,
    PageState,
    PollRecord,
    Pruned,
    Snapshot,
    UnitRecord,
    UnknownWordRecord,
    Validator,
)

PAGE = tables.core(tables.Page)
COVERAGE = tables.core(tables.Coverage)
RUN = tables.core(tables.Run)
UNIT = tables.core(tables.Unit)
GAP = tables.core(tables.Gap)
WORD = tables.core(tables.UnknownWord)
VALIDATOR = tables.core(tables.Validator)
SNAPSHOT = tables.core(tables.Snapshot)
PINNED = tables.core(tables.EvidenceBody)

DEFAULT_ZONE = "UTC"
_ZLIB_LEVEL = 1
"""A third of level 6's time for a quarter more bytes, measured on JSON of status pages."""

_COLUMNS = tuple(PAGE.c)
_ALL_PAGES = sa.select(*_COLUMNS).order_by(PAGE.c.slug)
_CONFIGURED = _ALL_PAGES.where(PAGE.c.removed_at.is_(None))
_SLUGS = PAGE.c.slug.in_(sa.bindparam("slugs", expanding=True))
_SOME_PAGES = _ALL_PAGES.where(_SLUGS)
_SOME_CONFIGURED = _CONFIGURED.where(_SLUGS)
_BY_ID = sa.select(*_COLUMNS).where(PAGE.c.id == sa.bindparam("page_id"))
_BY_ID_LOCKED = _BY_ID.with_for_update()
_ZONE = sa.func.coalesce(PAGE.c.configured_zone, PAGE.c.page_zone, DEFAULT_ZONE)
_STATES = (
    sa.select(*(_ZONE if name == "zone_name" else PAGE.c[name] for name in PageState._fields))
    .where(PAGE.c.removed_at.is_(None))
    .order_by(PAGE.c.slug)
)
_STATES_OF = _STATES.where(_SLUGS)


class ValidatorLike(Protocol):
    """Anything that carries what makes a request conditional."""

    @property
    def etag(self) -> str | None: ...  # noqa: D102
    @property
    def last_modified(self) -> str | None: ...  # noqa: D102
    @property
    def sha256(self) -> str | None: ...  # noqa: D102


def upsert(connection: Connection, table: sa.Table) -> Any:  # noqa: ANN401
    """Return an INSERT that can say what happens on conflict, for the database at hand."""
    return _insert(connection.dialect.name, table)


def _insert(dialect: str, table: sa.Table) -> Any:  # noqa: ANN401
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


# pages


def _record(row: Sequence[Any]) -> PageRecord:
    (
        page_id,
        slug,
        name,
        url,
        platform,
        evidence,
        configured_zone,
        page_zone,
        external_id,
        page_name,
        remark,
        mark,
        interval,
        due_at,
        lease_until,
        failures,
        parse_failures,
        last_poll_at,
        last_success_at,
        last_ok,
        last_error_reason,
        last_error_message,
        observed_until,
        reread_day,
        derived_day,
        derived_at,
        dirty_since,
        version,
        added_at,
        removed_at,
        id_platform,
        hosts,
        refused,
    ) = row
    return PageRecord(
        id=page_id,
        slug=slug,
        name=name,
        url=url,
        platform=platform,
        platform_evidence=tuple(evidence),
        zone_name=configured_zone or page_zone or DEFAULT_ZONE,
        configured_zone=configured_zone,
        page_zone=page_zone,
        external_id=external_id,
        page_name=page_name,
        remark=remark,
        mark=mark,
        interval_seconds=interval,
        due_at=due_at,
        lease_until=lease_until,
        failures=failures,
        parse_failures=parse_failures,
        last_poll_at=last_poll_at,
        last_success_at=last_success_at,
        last_ok=last_ok,
        last_error_reason=last_error_reason,
        last_error_message=last_error_message,
        observed_until=observed_until,
        reread_day=reread_day,
        derived_day=derived_day,
        derived_at=derived_at,
        dirty_since=dirty_since,
        version=version,
        added_at=added_at,
        removed_at=removed_at,
        id_platform=id_platform,
        hosts=tuple(hosts or ()),
        refused=from_json(refused),
    )


def listed(
    connection: Connection, slugs: Collection[str] | None, *, removed: bool
) -> list[PageRecord]:
    """Return the pages by slug; `slugs` None = all of them."""
    every, some = (_ALL_PAGES, _SOME_PAGES) if removed else (_CONFIGURED, _SOME_CONFIGURED)
    rows = (
        connection.execute(every)
        if slugs is None
        else connection.execute(some, {"slugs": list(slugs)})
    )
    return [_record(row) for row in rows.all()]


def states(connection: Connection, slugs: Collection[str] | None) -> list[PageState]:
    """Return the state of the configured pages by slug; `slugs` None = of all."""
    rows = (
        connection.execute(_STATES)
        if slugs is None
        else connection.execute(_STATES_OF, {"slugs": list(slugs)})
    )
    return list(map(PageState._make, rows))


def page(connection: Connection, page_id: int, *, lock: bool = False) -> PageRecord:
    """Return one page, its row locked against other writers if asked. Raises StoreError when there
    is none.
    """
    row = connection.execute(_BY_ID_LOCKED if lock else _BY_ID, {"page_id": page_id}).one_or_none()
    if row is None:
        raise StoreError(
            f"no page has the id {page_id}; it may have been deleted from the database"
        )
    return _record(row)


@lru_cache(maxsize=256)
def _set(names: tuple[str, ...]) -> sa.Update:
    """Return the statement that sets these columns of a page and moves its version on by
    ``step``.
    """
    values: dict[str, Any] = {name: sa.bindparam(f"new_{name}") for name in names}
    values["version"] = PAGE.c.version + sa.bindparam("step")
    return sa.update(PAGE).where(PAGE.c.id == sa.bindparam("row_id")).values(values)


def change(
    connection: Connection, page_id: int, values: Mapping[str, Any], *, step: int = 0
) -> None:
    """Set columns of a page and move its version on by `step`."""
    if values or step:
        statement = _set(tuple(sorted(values)))
        connection.execute(
            statement,
            {f"new_{name}": value for name, value in values.items()}
            | {"row_id": page_id, "step": step},
        )


_VERSIONS = sa.select(PAGE.c.id, PAGE.c.version).where(
    PAGE.c.id.in_(sa.bindparam("ids", expanding=True))
)


def versions_of(connection: Connection, page_ids: Sequence[int]) -> dict[int, int]:
    """Return the versions of these pages by id."""
    if not page_ids:
        return {}
    return {row.id: row.version for row in connection.execute(_VERSIONS, {"ids": list(page_ids)})}


def sync(
    connection: Connection, specs: Sequence[PageSpec], now: datetime, *, keep_others: bool
) -> None:
    """Make the pages those configured: add, update and bring back; mark the others as removed
    unless they are kept.
    """
    known = {record.slug: record for record in listed(connection, None, removed=True)}
    wanted = {spec.slug: spec for spec in specs}
    new = [_new_page(spec, now) for slug, spec in wanted.items() if slug not in known]
    if new:
        # A replica starting at the same moment may have added them.
        connection.execute(
            upsert(connection, PAGE).on_conflict_do_nothing(index_elements=["slug"]), new
        )
    for slug, record in known.items():
        if slug in wanted:
            _reconfigure(connection, record, wanted[slug], now)
        elif record.removed_at is None and not keep_others:
            change(connection, record.id, {"removed_at": now}, step=1)


def _new_page(spec: PageSpec, now: datetime) -> dict[str, Any]:
    return {
        "slug": spec.slug,
        "name": spec.name,
        "url": spec.url,
        "platform": spec.platform,
        "platform_evidence": ["configured"] if spec.platform else [],
        "configured_zone": spec.zone,
        "interval_seconds": spec.interval_seconds,
        "due_at": now,
        "failures": 0,
        "parse_failures": 0,
        "version": 1,
        "added_at": now,
    }


def _reconfigure(connection: Connection, record: PageRecord, spec: PageSpec, now: datetime) -> None:
    values: dict[str, Any] = {}
    if (record.name, record.url) != (spec.name, spec.url):
        values |= {"name": spec.name, "url": spec.url}
    if spec.interval_seconds != record.interval_seconds:
        soon = now + timedelta(seconds=spec.interval_seconds)
        values |= {
            "interval_seconds": spec.interval_seconds,
            "due_at": min(record.due_at or now, soon),
        }
    if spec.zone != record.configured_zone:
        values |= {"configured_zone": spec.zone}
        values |= _rezoned(connection, record, spec.zone or record.page_zone or DEFAULT_ZONE)
    if spec.url != record.url or (spec.platform is not None and spec.platform != record.platform):
        # What was read at another address, or as another platform, proves nothing about this one.
        values |= {
            "platform": spec.platform,
            "platform_evidence": ["configured"] if spec.platform else [],
        }
        values |= {"mark": None, "failures": 0, "parse_failures": 0, "due_at": now}
        connection.execute(sa.delete(VALIDATOR).where(VALIDATOR.c.page_id == record.id))
    if record.removed_at is not None:
        values |= {"removed_at": None, "due_at": now}
    if values:
        change(connection, record.id, values, step=1)


def _rezoned(connection: Connection, record: PageRecord, zone: str) -> dict[str, Any]:
    """Return what changes with the page's zone: every day is another day, so all must be derived
    again.
    """
    first = None if zone == record.zone_name else first_fact(connection, record.id)
    return {} if first is None else {"dirty_since": day_of(first, zone_named(zone))}


def first_fact(connection: Connection, page_id: int) -> datetime | None:
    """Return the earliest instant anything spoke for; None when nothing did."""
    starts = [
        connection.execute(
            sa.select(sa.func.min(table.c.started_at)).where(table.c.page_id == page_id)
        ).scalar()
        for table in (COVERAGE, RUN)
    ]
    return min((start for start in starts if start is not None), default=None)


def _claim(*which: sa.ColumnElement[bool]) -> sa.UpdateBase:
    due = (
        sa.select(PAGE.c.id)
        .where(
            PAGE.c.due_at <= sa.bindparam("now"),
            sa.or_(PAGE.c.lease_until.is_(None), PAGE.c.lease_until <= sa.bindparam("now")),
            PAGE.c.removed_at.is_(None),
            *which,
        )
        .order_by(PAGE.c.due_at)
        .limit(sa.bindparam("limit", type_=sa.Integer))
        .with_for_update(skip_locked=True)
    )
    # In a CTE, because PostgreSQL may run a bare subquery more than once and then lock more rows
    # than the limit.
    return (
        sa.update(PAGE)
        .where(PAGE.c.id.in_(sa.select(due.cte("due").c.id)))
        .values(lease_until=sa.bindparam("until"))
        .returning(*_COLUMNS)
    )


_CLAIMS = {
    None: _claim(),
    True: _claim(PAGE.c.last_poll_at.is_(None)),
    False: _claim(PAGE.c.last_poll_at.is_not(None)),
}


def claim_due(
    connection: Connection,
    *,
    now: datetime,
    limit: int,
    lease_seconds: float,
    new: bool | None = None,
) -> list[PageRecord]:
    """Lease the pages that are due, longest waiting first; two claimants never get the same
    page.
    """
    until = now + timedelta(seconds=lease_seconds)
    rows = connection.execute(_CLAIMS[new], {"now": now, "limit": limit, "until": until})
    return sorted((_record(row) for row in rows), key=lambda record: record.due_at or now)


_RELEASE = (
    sa.update(PAGE)
    .where(PAGE.c.id == sa.bindparam("row_id"), PAGE.c.lease_until == sa.bindparam("claimed"))
    .values(lease_until=None)
)


def release(connection: Connection, leases: Mapping[int, datetime]) -> None:
    """Free pages that were claimed until these instants; what somebody else has claimed since stays
    theirs.
    """
    rows = [{"row_id": page_id, "claimed": until} for page_id, until in sorted(leases.items())]
    if rows:
        connection.execute(_RELEASE, rows)


_SOON: sa.BindParameter[Any] = sa.bindparam("soon")
_OFF = sa.select(*_COLUMNS).where(
    PAGE.c.removed_at.is_(None),
    sa.or_(
        PAGE.c.last_poll_at > _SOON,
        sa.and_(PAGE.c.last_poll_at.is_(None), PAGE.c.due_at > _SOON),
        PAGE.c.due_at > sa.bindparam("far"),
        PAGE.c.lease_until > sa.bindparam("leased"),
    ),
)


def retime(connection: Connection, now: datetime, step: timedelta) -> list[str]:
    """Make pages due, and free, again that were put off or claimed by a clock ahead of `now`;
    return their slugs.

    `step` is how far the clock was just set, zero when that is not known.
    """
    soon = now + clocks.TOLERANCE
    far = soon if step else soon + clocks.LONGEST_WAIT
    limits = {"soon": soon, "far": far, "leased": soon + clocks.LONGEST_LEASE}
    retimed = []
    for record in map(_record, connection.execute(_OFF, limits).all()):
        due, free = clocks.due_again(record, now, step), not clocks.lease_is_real(record, now)
        values: dict[str, Any] = {"lease_until": None} if free else {}
        values |= {} if due is None else {"due_at": due}
        if record.last_poll_at is not None and record.last_poll_at > soon:
            values["last_poll_at"] = now
        if values:
            change(connection, record.id, values)
            retimed.append(record.slug)
    return retimed


def put_off(
    connection: Connection, due_after: datetime, due_until: datetime, by: timedelta
) -> None:
    """Let pages that were to become due between two instants wait `by` longer: the clock passed
    them in one step.
    """
    rows = connection.execute(
        sa.select(PAGE.c.id, PAGE.c.due_at).where(
            PAGE.c.due_at > due_after, PAGE.c.due_at <= due_until
        )
    ).all()
    for page_id, due_at in rows:
        change(connection, page_id, {"due_at": due_at + by})


def set_platform(
    connection: Connection, page_id: int, platform: str | None, evidence: Iterable[str]
) -> None:
    """Keep the page's platform and why; what was read as another platform makes no request
    conditional and is handed to no poll.
    """
    record = page(connection, page_id, lock=True)
    values = {"platform": platform, "platform_evidence": list(evidence)}
    if platform == record.platform:
        change(connection, page_id, values)
        return
    connection.execute(sa.delete(VALIDATOR).where(VALIDATOR.c.page_id == page_id))
    change(connection, page_id, values | {"mark": None}, step=1)


# polls


@dataclass(slots=True)
class _Pulse:
    """The columns of a page that polls move."""

    row_id: int
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
    moved: bool = False
    """Whether more than the clock moved."""

    @property
    def zone(self) -> tzinfo:
        """The zone the page's days are cut in."""
        return zone_named(self.zone_name)


_PULSE_KEPT = (
    "last_poll_at",
    "last_success_at",
    "last_ok",
    "last_error_reason",
    "last_error_message",
    "observed_until",
    "dirty_since",
)
_PULSE_COLUMNS = (*_PULSE_KEPT, "failures", "parse_failures", "due_at")
_PULSES = (
    sa.select(*(PAGE.c[name] for name in ("id", *_PULSE_KEPT, "derived_day")), _ZONE)
    .where(PAGE.c.id.in_(sa.bindparam("ids", expanding=True)))
    .order_by(PAGE.c.id)
    .with_for_update()
)
_BEAT = (
    sa.update(PAGE)
    .where(PAGE.c.id == sa.bindparam("row_id"))
    .values(
        {name: sa.bindparam(f"new_{name}") for name in _PULSE_COLUMNS}
        | {"lease_until": None, "version": PAGE.c.version + sa.bindparam("step")}
    )
)
_STEADY_COLUMNS = ("last_poll_at", "last_success_at", "observed_until", "due_at")
_STEADY_BEAT = (
    sa.update(PAGE)
    .where(PAGE.c.id == sa.bindparam("row_id"))
    .values({name: sa.bindparam(f"new_{name}") for name in _STEADY_COLUMNS} | {"lease_until": None})
)


def record_polls(connection: Connection, polls: Sequence[PollRecord]) -> None:
    """Keep polls of many pages and move their pages on, in the order given."""
    if not polls:
        return
    rows = connection.execute(_PULSES, {"ids": list({poll.page_id for poll in polls})})
    pulses = {row.id: _Pulse(*row) for row in rows}
    poll_log.record(connection, polls)
    for poll in polls:
        _beat(connection, pulses[poll.page_id], poll)
    moved = [
        {f"new_{name}": getattr(pulse, name) for name in _PULSE_COLUMNS}
        | {"row_id": pulse.row_id, "step": pulse.step}
        for pulse in pulses.values()
        if pulse.moved
    ]
    # Nearly all polls find nothing new; writing only what moved then halves the cost.
    steady = [
        {
            "row_id": pulse.row_id,
            "new_last_poll_at": pulse.last_poll_at,
            "new_last_success_at": pulse.last_success_at,
            "new_observed_until": pulse.observed_until,
            "new_due_at": pulse.due_at,
        }
        for pulse in pulses.values()
        if not pulse.moved
    ]
    for statement, values in ((_BEAT, moved), (_STEADY_BEAT, steady)):
        if values:
            connection.execute(statement, values)


def _beat(connection: Connection, pulse: _Pulse, poll: PollRecord) -> None:
    at, ok = utc(poll.started_at), poll.outcome != "failed"
    pulse.step += pulse.last_ok is not ok
    pulse.moved |= not ok or pulse.last_ok is not ok
    pulse.last_poll_at = _later(pulse.last_poll_at, at)
    pulse.last_ok, pulse.due_at = ok, poll.due_at
    pulse.failures, pulse.parse_failures = poll.failures, poll.parse_failures
    pulse.last_error_reason, pulse.last_error_message = (
        (None, None) if ok else (poll.reason, poll.message)
    )
    if ok:
        pulse.last_success_at = _later(pulse.last_success_at, at)
    if (
        poll.outcome == "unchanged"
        and pulse.observed_until is not None
        and at > pulse.observed_until
    ):
        if (at - pulse.observed_until).total_seconds() > poll.max_gap_seconds:
            resume_runs(connection, poll.page_id, ended_at=pulse.observed_until, started_at=at)
            pulse.step += 1
            pulse.moved = True
        elif (day := closed_day(pulse, pulse.observed_until)) is not None:
            pulse.dirty_since = min(day, pulse.dirty_since or day)
            pulse.moved = True
        pulse.observed_until = at


def _later(before: datetime | None, at: datetime) -> datetime:
    """Return the later instant; polls may be written out of order. One of a clock that was ahead
    gives way.
    """
    return at if before is None or before > at + clocks.TOLERANCE else max(before, at)


class Derived(Protocol):
    """A page whose days are derived."""

    @property
    def zone(self) -> tzinfo: ...  # noqa: D102
    @property
    def derived_day(self) -> date | None: ...  # noqa: D102


def closed_day(page: Derived, since: datetime) -> date | None:
    """Return the day of an instant when it lies before the last derived one, and so would not be
    derived again.

    The days from the last derived one on are derived again anyway: that what held goes on there
    needs no mark.
    """
    day = day_of(since, page.zone)
    return day if page.derived_day is None or day < page.derived_day else None


_OPEN_RUNS = sa.select(
    RUN.c.id, RUN.c.component_id, RUN.c.level, RUN.c.word, RUN.c.started_at
).where(RUN.c.page_id == sa.bindparam("page"), RUN.c.ended_at.is_(None))


def open_runs(connection: Connection, page_id: int) -> dict[str, sa.Row[Any, Any, Any, Any, Any]]:
    """Return the runs that still held when the page was last observed, by component id."""
    return {row.component_id: row for row in connection.execute(_OPEN_RUNS, {"page": page_id})}


_END_RUNS = (
    sa.update(RUN)
    .where(RUN.c.id.in_(sa.bindparam("ids", expanding=True)))
    .values(
        ended_at=sa.bindparam("ended", type_=tables.Instant()),
        last_seen_at=sa.bindparam("seen", type_=tables.Instant()),
    )
)


def end_run_rows(
    connection: Connection, ids: Sequence[int], ended_at: datetime, seen_at: datetime
) -> None:
    """End these runs, last seen at `seen_at`; `ids` are few enough for one statement."""
    connection.execute(_END_RUNS, {"ids": list(ids), "ended": ended_at, "seen": seen_at})


def end_runs(connection: Connection, page_id: int, ended_at: datetime) -> None:
    """End every open run. What one reading alone has seen counts for `LEAST` when it was bad, else
    it is deleted.
    """
    mine = (RUN.c.page_id == page_id, RUN.c.ended_at.is_(None))
    alone = RUN.c.started_at >= ended_at
    bad = RUN.c.level > int(Level.MAINTENANCE)
    connection.execute(
        sa.delete(RUN).where(*mine, alone, sa.or_(RUN.c.level.is_(None), sa.not_(bad)))
    )
    connection.execute(
        sa.update(RUN)
        .where(*mine, alone)
        .values(ended_at=ended_at + tables.LEAST, last_seen_at=ended_at)
    )
    connection.execute(sa.update(RUN).where(*mine).values(ended_at=ended_at, last_seen_at=ended_at))


def resume_runs(
    connection: Connection, page_id: int, *, ended_at: datetime, started_at: datetime
) -> None:
    """End every open run where the silence began and start it anew, at the same level, where it
    ended.
    """
    held = open_runs(connection, page_id).values()
    end_runs(connection, page_id, ended_at)
    if held:
        connection.execute(
            sa.insert(RUN),
            [
                {
                    "page_id": page_id,
                    "component_id": run.component_id,
                    "level": run.level,
                    "word": run.word,
                    "started_at": started_at,
                }
                for run in held
            ],
        )


# -------------------------------------------------------------------------------- validators,
# units, words, bodies


def validators(connection: Connection, page_id: int) -> dict[str, Validator]:
    """Return what makes the page's requests conditional, by URL."""
    query = sa.select(
        VALIDATOR.c.url, VALIDATOR.c.etag, VALIDATOR.c.last_modified, VALIDATOR.c.sha256
    )
    rows = connection.execute(query.where(VALIDATOR.c.page_id == page_id))
    return {url: Validator(*rest) for url, *rest in rows}


@lru_cache(maxsize=2)
def _validator_upsert(dialect: str) -> Any:  # noqa: ANN401
    insert = _insert(dialect, VALIDATOR)
    kept = {name: insert.excluded[name] for name in ("etag", "last_modified", "sha256")}
    return insert.on_conflict_do_update(index_elements=["page_id", "url"], set_=kept)


def save_validators(
    connection: Connection, by_page: Mapping[int, Mapping[str, ValidatorLike]]
) -> None:
    """Keep the validators of these URLs of these pages; those of other URLs stay."""
    rows = [
        {
            "page_id": page_id,
            "url": url,
            "etag": v.etag,
            "last_modified": v.last_modified,
            "sha256": v.sha256,
        }
        for page_id, by_url in by_page.items()
        for url, v in by_url.items()
    ]
    if rows:
        connection.execute(_validator_upsert(connection.dialect.name), rows)


def complete_unit(
    connection: Connection, page_id: int, name: str, *, final: bool, now: datetime
) -> None:
    """Remember that a piece of a backfill is done, and forget what could not be read of it
    before.
    """
    insert = upsert(connection, UNIT).values(
        page_id=page_id, name=name, completed_at=now, final=final
    )
    kept = {"completed_at": insert.excluded.completed_at, "final": insert.excluded.final}
    connection.execute(insert.on_conflict_do_update(index_elements=["page_id", "name"], set_=kept))
    connection.execute(sa.delete(GAP).where(GAP.c.page_id == page_id, GAP.c.what == name))


def keep_gap(connection: Connection, page_id: int, gap: Gap, now: datetime) -> None:
    """Remember what could not be read, as it was last tried."""
    insert = upsert(connection, GAP).values(
        page_id=page_id, what=gap.what, reason=gap.reason, message=gap.message, recorded_at=now
    )
    kept = {name: insert.excluded[name] for name in ("reason", "message", "recorded_at")}
    connection.execute(insert.on_conflict_do_update(index_elements=["page_id", "what"], set_=kept))


def gaps(connection: Connection, page_id: int) -> list[Gap]:
    """Return what backfills could not read."""
    rows = connection.execute(
        sa.select(GAP.c.what, GAP.c.reason, GAP.c.message)
        .where(GAP.c.page_id == page_id)
        .order_by(GAP.c.what)
    )
    return [Gap(what=what, reason=reason, message=message) for what, reason, message in rows]


def count_word(connection: Connection, page_id: int, word: str, now: datetime) -> None:
    """Count a word we do not know."""
    insert = upsert(connection, WORD).values(
        page_id=page_id, word=word, first_seen_at=now, last_seen_at=now, count=1
    )
    kept = {"last_seen_at": insert.excluded.last_seen_at, "count": WORD.c.count + 1}
    connection.execute(insert.on_conflict_do_update(index_elements=["page_id", "word"], set_=kept))


def units(connection: Connection, page_id: int) -> list[UnitRecord]:
    """Return the completed pieces of backfills by name."""
    query = sa.select(UNIT.c.name, UNIT.c.completed_at, UNIT.c.final).where(
        UNIT.c.page_id == page_id
    )
    return [
        UnitRecord(name=name, completed_at=completed_at, final=final)
        for name, completed_at, final in connection.execute(query.order_by(UNIT.c.name))
    ]


def done_units(
    connection: Connection, page_id: int, *, now: datetime, fresh_for: timedelta
) -> frozenset[str]:
    """Return the pieces that need no reading again: final ones, and those read within `fresh_for`.

    What was completed later than now is not believed to be.
    """
    recent, latest = utc(now) - fresh_for, utc(now) + clocks.TOLERANCE
    past = (unit for unit in units(connection, page_id) if unit.completed_at <= latest)
    return frozenset(unit.name for unit in past if unit.final or unit.completed_at >= recent)


def forget_units(connection: Connection, page_id: int) -> None:
    """Forget what was completed and what could not be read."""
    connection.execute(sa.delete(UNIT).where(UNIT.c.page_id == page_id))
    connection.execute(sa.delete(GAP).where(GAP.c.page_id == page_id))


def unknown_words(connection: Connection, page_id: int) -> list[UnknownWordRecord]:
    """Return the words of the page we do not know, in order."""
    columns = (WORD.c.word, WORD.c.first_seen_at, WORD.c.last_seen_at, WORD.c.count)
    rows = connection.execute(
        sa.select(*columns).where(WORD.c.page_id == page_id).order_by(WORD.c.word)
    )
    return [
        UnknownWordRecord(word=word, first_seen_at=first, last_seen_at=last, count=count)
        for word, first, last, count in rows
    ]


_SNAPSHOTS_KEPT = sa.select(SNAPSHOT.c.sha256).where(
    SNAPSHOT.c.sha256.in_(sa.bindparam("digests", expanding=True))
)
_SEEN_AGAIN = (
    sa.update(SNAPSHOT)
    .where(SNAPSHOT.c.sha256.in_(sa.bindparam("digests", expanding=True)))
    .values(last_seen_at=sa.bindparam("now", type_=tables.Instant()))
)


def keep_snapshots(connection: Connection, bodies: Iterable[Body], now: datetime) -> list[str]:
    """Keep bodies, each once however often it comes; return their SHA-256 in hexadecimal."""
    digests = [(hashlib.sha256(each.body).hexdigest(), each) for each in bodies]
    if not digests:
        return []
    kept = set(
        connection.execute(
            _SNAPSHOTS_KEPT, {"digests": [digest for digest, _ in digests]}
        ).scalars()
    )
    if kept:
        connection.execute(_SEEN_AGAIN, {"digests": sorted(kept), "now": now})
    new = [
        {
            "sha256": digest,
            "media_type": each.media_type,
            "body": zlib.compress(each.body, _ZLIB_LEVEL),
        }
        | {"first_seen_at": now, "last_seen_at": now}
        for digest, each in dict(digests).items()
        if digest not in kept
    ]
    if new:
        # Another process may have kept the same body at the same moment.
        connection.execute(upsert(connection, SNAPSHOT).on_conflict_do_nothing(), new)
    return [digest for digest, _ in digests]


def see_again(connection: Connection, digests: Collection[str], now: datetime) -> set[str]:
    """Return those of these bodies that are kept. Until the transaction ends, nobody prunes
    them.
    """
    connection.execute(_SEEN_AGAIN, {"digests": sorted(digests), "now": now})
    return set(connection.execute(_SNAPSHOTS_KEPT, {"digests": sorted(digests)}).scalars())


def snapshot(connection: Connection, sha256: str) -> Snapshot | None:
    """Return a kept body; None when it was never kept or is pruned."""
    row = connection.execute(
        sa.select(*SNAPSHOT.c).where(SNAPSHOT.c.sha256 == sha256)
    ).one_or_none()
    if row is None:
        return None
    return Snapshot(
        sha256=row.sha256,
        media_type=row.media_type,
        body=zlib.decompress(row.body),
        first_seen_at=row.first_seen_at,
        last_seen_at=row.last_seen_at,
    )


def prune(connection: Connection, *, now: datetime, snapshot_days: int, poll_days: int) -> Pruned:
    """Delete polls and bodies older than their keep; facts and days stay, and bodies that are
    pinned.
    """
    polls = poll_log.prune(connection, before=now - timedelta(days=poll_days))
    old = SNAPSHOT.c.last_seen_at < now - timedelta(days=snapshot_days)
    pinned = SNAPSHOT.c.sha256.in_(sa.select(PINNED.c.sha256))
    snapshots = connection.execute(sa.delete(SNAPSHOT).where(old, sa.not_(pinned)))
    return Pruned(polls=polls, snapshots=snapshots.rowcount)


def set_reread(connection: Connection, page_id: int, day: date) -> None:
    """Remember the day on which the page's recent history was last read again."""
    change(connection, page_id, {"reread_day": day})
