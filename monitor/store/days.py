"""Derived days: kept sparse, changed by difference, closed days in revisions.

A day is in one of three states: it has a current row, it lies in a quiet run (operational, fully
covered, silent; this is revision 1 without a row), or it is unknown and nothing is to be said of
it.

A revision is what the vendor's record said of a closed day and says no more: the old row stays,
superseded. It takes a fact that changed (`revised_since`) and a record that had spoken before: that
a better source speaks for a day now, that our settings changed or that more of the day became known
revises nothing. Such a day is rewritten where it stands.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from functools import lru_cache
from itertools import chain
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from monitor.intervals import ONE_DAY, day_interval, days_between, utc
from monitor.model import (
    NO_SECONDS,
    Aspect,
    Confidence,
    Day,
    DayRun,
    History,
    Level,
    PageHistory,
    Seconds,
)
from monitor.store import components, pages, tables
from monitor.store.records import DayRevision, PageRecord
from monitor.store.tables import FAR_FUTURE, WHOLE_PAGE

DAY = tables.core(tables.Day)
QUIET = tables.core(tables.QuietRun)

_LEVELS: dict[int | None, Level | None] = {None: None, **{level.value: level for level in Level}}
_ASPECTS: dict[str | None, Aspect | None] = {
    None: None,
    **{aspect.value: aspect for aspect in Aspect},
}
_CONFIDENCES: dict[str | None, Confidence | None] = {
    None: None,
    **{confidence.value: confidence for confidence in Confidence},
}
_CHUNK = 1_000

_CONTENT = tuple(
    DAY.c[name]
    for name in (
        "day",
        "level",
        "length_seconds",
        "covered_seconds",
        "maintenance_seconds",
        "degraded_seconds",
        "partial_seconds",
        "major_seconds",
        "source",
        "confidence",
        "disputed",
        "other_maintenance_seconds",
        "other_degraded_seconds",
        "other_partial_seconds",
        "other_major_seconds",
        "incident_ids",
        "of_component",
        "known_components",
        "counted_components",
    )
)
_NAMES = tuple(column.name for column in _CONTENT)

_ROWS = sa.select(DAY.c.component_id, DAY.c.id, DAY.c.revision, *_CONTENT).where(
    DAY.c.page_id == sa.bindparam("page"),
    DAY.c.superseded_at.is_(None),
    DAY.c.day >= sa.bindparam("first"),
    DAY.c.day <= sa.bindparam("last"),
)
_QUIETS = (
    sa.select(
        QUIET.c.component_id,
        QUIET.c.id,
        QUIET.c.first_day,
        QUIET.c.last_day,
        QUIET.c.source,
        QUIET.c.confidence,
    )
    .where(
        QUIET.c.page_id == sa.bindparam("page"),
        QUIET.c.first_day <= sa.bindparam("last"),
        QUIET.c.last_day >= sa.bindparam("first"),
    )
    .order_by(QUIET.c.first_day)
)
_LISTED_ROWS, _LISTED_QUIETS = (
    query.where(
        sa.or_(table.c.component_id == WHOLE_PAGE, table.c.component_id.in_(components.LISTED_IDS))
    )
    for query, table in ((_ROWS, DAY), (_QUIETS, QUIET))
)
_INSERT_DAY = sa.insert(DAY)
_INSERT_QUIET = sa.insert(QUIET)
_REWRITE = (
    sa.update(DAY)
    .where(DAY.c.id == sa.bindparam("row_id"))
    .values({name: sa.bindparam(f"new_{name}") for name in (*_NAMES, "recorded_at")})
)
_STRETCH = (
    sa.update(QUIET)
    .where(QUIET.c.id == sa.bindparam("row_id"))
    .values(last_day=sa.bindparam("last"))
)

_Content = tuple[Any, ...]
"""A day as it is stored, in the order of `_NAMES`; incident ids as a list."""


def _content(day: Day) -> _Content:
    s, other = day.seconds, day.other
    others = (
        (None,) * 4
        if other is None
        else (other.maintenance, other.degraded, other.partial, other.major)
    )
    return (
        day.day,
        None if day.level is None else int(day.level),
        day.length_seconds,
        day.covered_seconds,
        s.maintenance,
        s.degraded,
        s.partial,
        s.major,
        day.source and day.source.value,
        day.confidence and day.confidence.value,
        day.disputed,
        *others,
        list(day.incident_ids),
        day.component_id,
        day.known_components,
        day.counted_components,
    )


def _day(content: Sequence[Any]) -> Day:
    (
        day,
        level,
        length,
        covered,
        maintenance,
        degraded,
        partial,
        major,
        source,
        confidence,
        disputed,
        other_maintenance,
        other_degraded,
        other_partial,
        other_major,
        incident_ids,
        of_component,
        known_components,
        counted_components,
    ) = content
    other = None
    if other_major is not None:
        other = Seconds(
            maintenance=other_maintenance,
            degraded=other_degraded,
            partial=other_partial,
            major=other_major,
        )
    seconds = NO_SECONDS
    if maintenance or degraded or partial or major:
        seconds = Seconds(maintenance=maintenance, degraded=degraded, partial=partial, major=major)
    return Day(
        day=day,
        level=_LEVELS[level],
        length_seconds=length,
        covered_seconds=covered,
        seconds=seconds,
        source=_ASPECTS[source],
        confidence=_CONFIDENCES[confidence],
        disputed=disputed,
        other=other,
        incident_ids=tuple(incident_ids),
        component_id=of_component,
        known_components=known_components,
        counted_components=counted_components,
    )


def _quiet_content(day: date, length: float, source: str, confidence: str) -> _Content:
    return (
        day,
        int(Level.OPERATIONAL),
        length,
        length,
        0.0,
        0.0,
        0.0,
        0.0,
        source,
        confidence,
        False,
        None,
        None,
        None,
        None,
        [],
        None,
        None,
        None,
    )


def _unknown_content(day: date, length: float) -> _Content:
    return (
        day,
        None,
        length,
        0.0,
        0.0,
        0.0,
        0.0,
        0.0,
        None,
        None,
        False,
        None,
        None,
        None,
        None,
        [],
        None,
        None,
        None,
    )


def _level_of(content: _Content) -> int | None:
    level: int | None = content[1]
    return level


def _statement(content: _Content) -> tuple[Any, ...]:
    """Return what a revision is about: level, whole seconds and dispute."""
    level, seconds, disputed = content[1], content[4:8], content[10]
    return level, tuple(round(value) for value in seconds), disputed


def _says_otherwise(before: _Content, after: _Content) -> bool:
    """Whether the record that spoke for the day says something else now; nothing was said of an
    unknown day.
    """
    same_record = after[8] in {before[8], None}
    return _level_of(before) is not None and same_record and _statement(before) != _statement(after)


# writing


@dataclass(frozen=True, slots=True)
class _Row:
    """A current row."""

    id: int
    revision: int
    content: _Content


@dataclass(slots=True)
class _Stored:
    """What is stored of one component's days in the range."""

    rows: dict[date, _Row] = field(default_factory=dict)
    quiet: list[tuple[int, DayRun]] = field(default_factory=list)

    def is_quiet_throughout(self, history: History) -> bool:
        """Whether the whole range is one quiet run, here and there: the usual case, and nothing to
        write.
        """
        if self.rows or history.days or len(self.quiet) != 1 or len(history.quiet) != 1:
            return False
        (_, mine), (its,) = self.quiet[0], history.quiet
        covers = (its.first, its.last) == (
            history.first,
            history.last,
        ) and mine.first <= its.first <= its.last <= mine.last
        return covers and _alike(mine, its)

    def quiet_run(self, day: date) -> DayRun | None:
        """Return the quiet run the day lies in."""
        return next((run for _, run in self.quiet if run.first <= day <= run.last), None)


def save(
    connection: Connection,
    page_id: int,
    history: PageHistory,
    *,
    today: date,
    now: datetime,
    revised_since: date | None,
) -> int:
    """Make the stored days of the history's range those of the history; return the number of
    revisions.
    """
    page = pages.page(connection, page_id, lock=True)
    excluded = components.exclude(connection, page_id, history.excluded)
    writing = _Writing(page, today, utc(now), revised_since)
    first, last = history.vendor.first, history.vendor.last
    stored = _stored(connection, page_id, first - ONE_DAY, last + ONE_DAY)
    for key, each in chain([(WHOLE_PAGE, history.vendor)], history.components.items()):
        writing.component(key, each, stored.get(key) or _Stored())
    changed = writing.write(connection) or excluded
    values = _derived(page, first, last, today, utc(now))
    pages.change(connection, page_id, values, step=int(changed))
    return writing.revisions


def _derived(
    page: PageRecord, first: date, last: date, today: date, now: datetime
) -> dict[str, Any]:
    """Return the page's columns that say how far its days are derived; empty when nothing moved."""
    day = min(last, today)
    values: dict[str, Any] = {}
    if page.derived_day is None or page.derived_day < day:
        values["derived_day"] = day
    if last >= today and (page.derived_at is None or page.derived_at < now):
        values["derived_at"] = now
    if page.dirty_since is not None and first <= page.dirty_since <= last:
        values["dirty_since"] = None if last >= today else last + ONE_DAY
    elif page.dirty_since is not None and page.dirty_since > today and last >= today:
        values["dirty_since"] = None  # a day to come is derived when it comes
    return values


@lru_cache(maxsize=4_096)
def _quiet(first: date, last: date, source: str, confidence: str) -> DayRun:
    return DayRun(first, last, Aspect(source), Confidence(confidence))


def _stored(connection: Connection, page_id: int, first: date, last: date) -> dict[str, _Stored]:
    values = {"page": page_id, "first": first, "last": last}
    stored: dict[str, _Stored] = defaultdict(_Stored)
    for row in connection.execute(_ROWS, values).all():
        key, row_id, revision = row[:3]
        stored[key].rows[row[3]] = _Row(row_id, revision, tuple(row[3:]))
    for key, row_id, start, end, source, confidence in connection.execute(_QUIETS, values).all():
        stored[key].quiet.append((row_id, _quiet(start, end, source, confidence)))
    return stored


class _Writing:
    """The difference between what is stored of a page's days and what was derived."""

    def __init__(
        self, page: PageRecord, today: date, now: datetime, revised_since: date | None
    ) -> None:
        self._page = page
        self._now = now
        self._revised_since = revised_since or date.max
        # Days from here on were not over when they were last derived: changing them revises
        # nothing.
        self._open_from = min(today, page.derived_day or today)
        self.revisions = 0
        self._rewritten: list[dict[str, Any]] = []
        self._superseded: list[int] = []
        self._deleted: list[int] = []
        self._added: list[dict[str, Any]] = []
        self._quiet_added: list[dict[str, Any]] = []
        self._quiet_deleted: list[int] = []
        self._quiet_stretched: list[dict[str, Any]] = []

    def component(self, key: str, history: History, stored: _Stored) -> None:
        """Compare one component's, or the vendor's, days."""
        if stored.is_quiet_throughout(history):
            return
        taken = set()
        for day in self._days_in_question(history, stored):
            if self._compare(key, day, history, stored):
                taken.add(day)
        self._compare_quiet(key, history, stored, taken)

    def _days_in_question(self, history: History, stored: _Stored) -> list[date]:
        first, last = history.first, history.last
        days = {day for day in stored.rows if first <= day <= last}
        days.update(day for day in history.days if first <= day <= last)
        for _, run in stored.quiet:
            # Closed days that were quiet and are in no quiet run any more: unknown now, unless they
            # have a row.
            end = min(run.last, last, self._open_from - ONE_DAY)
            days.update(_outside(max(run.first, first), end, history.quiet))
        return sorted(days)

    def _compare(self, key: str, day: date, history: History, stored: _Stored) -> bool:
        """Bring one day up to date; return whether it has a row afterwards."""
        row, run = stored.rows.get(day), stored.quiet_run(day)
        derived = history.days.get(day)
        may_revise = self._revised_since <= day < self._open_from
        content = _content(derived) if derived is not None else self._plain(day, history)
        needs_row = derived is not None
        if row is not None:
            return self._replace(key, row, content, may_revise=may_revise, needs_row=needs_row)
        if run is not None and may_revise:
            length = history.lengths.get(day, 86_400.0)
            before = _quiet_content(day, length, run.source.value, run.confidence.value)
            if _says_otherwise(before, content):
                self._add(
                    key,
                    before,
                    revision=1,
                    recorded_at=self._page.derived_at,
                    superseded_at=self._now,
                )
                self._add(key, content, revision=2)
                self.revisions += 1
                return True
        if needs_row:
            self._add(key, content, revision=1)
        return needs_row

    def _plain(self, day: date, history: History) -> _Content:
        """Return the content of a day without a row in the history: quiet or unknown."""
        length = history.lengths.get(day, 86_400.0)
        for run in history.quiet:
            if run.first <= day <= run.last:
                return _quiet_content(day, length, run.source.value, run.confidence.value)
        return _unknown_content(day, length)

    def _replace(
        self, key: str, row: _Row, content: _Content, *, may_revise: bool, needs_row: bool
    ) -> bool:
        before = row.content
        if before == content and (needs_row or row.revision > 1):
            return True
        if may_revise and _says_otherwise(before, content):
            self._superseded.append(row.id)
            self._add(key, content, revision=row.revision + 1)
            self.revisions += 1
            return True
        if not needs_row and row.revision == 1:
            self._deleted.append(row.id)
            return False
        new = {f"new_{name}": value for name, value in zip(_NAMES, content, strict=True)}
        self._rewritten.append(new | {"row_id": row.id, "new_recorded_at": self._now})
        return True

    def _add(
        self,
        key: str,
        content: _Content,
        *,
        revision: int,
        recorded_at: datetime | None = None,
        superseded_at: datetime | None = None,
    ) -> None:
        row = dict(zip(_NAMES, content, strict=True))
        row |= {"page_id": self._page.id, "component_id": key, "revision": revision}
        row |= {"recorded_at": recorded_at or self._now, "superseded_at": superseded_at}
        self._added.append(row)

    def _compare_quiet(
        self, key: str, history: History, stored: _Stored, taken: Collection[date]
    ) -> None:
        wanted = list(_join(_quiet_wanted(history, stored, taken)))
        held = {
            (run.first, run.source, run.confidence): (row_id, run) for row_id, run in stored.quiet
        }
        for run in wanted:
            row_id, before = held.pop((run.first, run.source, run.confidence), (None, None))
            if before is None:
                self._quiet_added.append(
                    {
                        "page_id": self._page.id,
                        "component_id": key,
                        "first_day": run.first,
                        "last_day": run.last,
                        "source": run.source.value,
                        "confidence": run.confidence.value,
                    }
                )
            elif before.last != run.last:
                self._quiet_stretched.append({"row_id": row_id, "last": run.last})
        self._quiet_deleted += (row_id for row_id, _ in held.values())

    def write(self, connection: Connection) -> bool:
        """Write the difference; return whether there was one."""
        for chunk in _chunks(self._superseded):
            connection.execute(
                sa.update(DAY).where(DAY.c.id.in_(chunk)).values(superseded_at=self._now)
            )
        for table, ids in ((DAY, self._deleted), (QUIET, self._quiet_deleted)):
            for chunk in _chunks(ids):
                connection.execute(sa.delete(table).where(table.c.id.in_(chunk)))
        batches = (
            (_REWRITE, self._rewritten),
            (_STRETCH, self._quiet_stretched),
            (_INSERT_DAY, self._added),
            (_INSERT_QUIET, self._quiet_added),
        )
        for statement, rows in batches:
            if rows:
                connection.execute(statement, rows)
        return bool(
            self._superseded
            or self._deleted
            or self._quiet_deleted
            or any(rows for _, rows in batches)
        )


def _chunks(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[start : start + _CHUNK] for start in range(0, len(ids), _CHUNK))


def _outside(first: date, last: date, runs: Sequence[DayRun]) -> Iterator[date]:
    """Yield the days from first to last that are in none of the runs (sorted, disjoint)."""
    day = first
    for run in runs:
        if run.last < day:
            continue
        yield from days_between(day, min(run.first - ONE_DAY, last))
        day = max(day, run.last + ONE_DAY)
        if day > last:
            return
    yield from days_between(day, last)


def _quiet_wanted(history: History, stored: _Stored, taken: Collection[date]) -> Iterator[DayRun]:
    """Yield the quiet runs to store, in order: those outside the range as they are, those inside
    without rows.
    """
    first, last = history.first, history.last
    for _, run in stored.quiet:
        if run.first < first:
            yield DayRun(run.first, min(run.last, first - ONE_DAY), run.source, run.confidence)
    for run in history.quiet:
        yield from _pieces(run, taken)
    for _, run in stored.quiet:
        if run.last > last:
            yield DayRun(max(run.first, last + ONE_DAY), run.last, run.source, run.confidence)


def _pieces(run: DayRun, taken: Collection[date]) -> Iterator[DayRun]:
    """Yield the run without the days taken by rows."""
    holes = sorted(day for day in taken if run.first <= day <= run.last)
    start = run.first
    for hole in holes:
        if start < hole:
            yield DayRun(start, hole - ONE_DAY, run.source, run.confidence)
        start = hole + ONE_DAY
    if start <= run.last:
        yield DayRun(start, run.last, run.source, run.confidence)


def _join(runs: Iterable[DayRun]) -> Iterator[DayRun]:
    """Yield the runs, in order, with neighbours of the same source and confidence made one."""
    held: DayRun | None = None
    for run in runs:
        if held is not None and held.last + ONE_DAY >= run.first and _alike(held, run):
            held = DayRun(held.first, max(held.last, run.last), held.source, held.confidence)
            continue
        if held is not None:
            yield held
        held = run
    if held is not None:
        yield held


def _alike(one: DayRun, other: DayRun) -> bool:
    return one.source is other.source and one.confidence is other.confidence


# reading


def read(
    connection: Connection, page_id: int, first: date, last: date, *, listed: bool = False
) -> PageHistory:
    """Return the stored days from first to last, both included; what was never derived is unknown.

    `listed` leaves out components that are no longer on the page.
    """
    page = pages.page(connection, page_id)
    values = {"page": page_id, "first": first, "last": last}
    days: dict[str, dict[date, Day]] = defaultdict(dict)
    quiet: dict[str, list[DayRun]] = defaultdict(list)
    rows, quiets = (_LISTED_ROWS, _LISTED_QUIETS) if listed else (_ROWS, _QUIETS)
    for row in connection.execute(rows, values).all():
        days[row[0]][row[3]] = _day(row[3:])
    for key, _, start, end, source, confidence in connection.execute(quiets, values).all():
        quiet[key].append(_quiet(max(start, first), min(end, last), source, confidence))
    known = (
        components.listed(connection, page_id)
        if listed
        else components.rows(connection, page_id, FAR_FUTURE)
    )
    lengths = _lengths(first, last, page.zone, page.derived_at)

    def history(key: str) -> History:
        mine = days.get(key, {})
        return History(
            first=first, last=last, days=mine, quiet=tuple(quiet.get(key, ())), lengths=lengths
        )

    return PageHistory(
        vendor=history(WHOLE_PAGE),
        components={each.component.id: history(each.component.id) for each, _ in known},
        excluded=frozenset(each.component.id for each, excluded in known if excluded),
    )


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
    lengths = {day: day_interval(day, zone).seconds for day in days_between(first, last)}
    return {day: seconds for day, seconds in lengths.items() if seconds != 86_400.0}  # noqa: PLR2004


def revisions(
    connection: Connection, page_id: int, component_id: str | None, day: date
) -> list[DayRevision]:
    """Return every revision of a day, newest last; nothing for a day that is unknown.

    A quiet day that was never revised has one, the first.
    """
    key = component_id or WHOLE_PAGE
    query = (
        sa.select(DAY.c.revision, DAY.c.recorded_at, DAY.c.superseded_at, *_CONTENT)
        .where(DAY.c.page_id == page_id, DAY.c.component_id == key, DAY.c.day == day)
        .order_by(DAY.c.revision, DAY.c.id)
    )
    found = [
        DayRevision(
            revision=revision,
            recorded_at=recorded_at,
            superseded_at=superseded_at,
            day=_day(content),
        )
        for revision, recorded_at, superseded_at, *content in connection.execute(query)
    ]
    return found or _quiet_revision(connection, page_id, key, day)


def _quiet_revision(connection: Connection, page_id: int, key: str, day: date) -> list[DayRevision]:
    page = pages.page(connection, page_id)
    runs = connection.execute(
        _QUIETS.where(QUIET.c.component_id == key), {"page": page_id, "first": day, "last": day}
    )
    length = _lengths(day, day, page.zone, page.derived_at).get(day, 86_400.0)
    return [
        DayRevision(
            revision=1,
            day=_day(_quiet_content(day, length, source, confidence)),
            recorded_at=page.derived_at or page.added_at,
            superseded_at=None,
        )
        for *_, source, confidence in runs
    ]


_COUNT_DAYS = sa.select(sa.func.count(sa.distinct(DAY.c.day))).where(
    DAY.c.page_id == sa.bindparam("page"),
    DAY.c.superseded_at.is_(None),
    DAY.c.day >= sa.bindparam("first"),
    DAY.c.day <= sa.bindparam("last"),
)
_REVISED = _COUNT_DAYS.where(DAY.c.revision > 1)
_DISPUTED = _COUNT_DAYS.where(DAY.c.disputed)


def revised(connection: Connection, page_id: int, first: date, last: date) -> int:
    """Return on how many days the vendor or a component was revised after the day closed."""
    return connection.execute(
        _REVISED, {"page": page_id, "first": first, "last": last}
    ).scalar_one()


def disputed(connection: Connection, page_id: int, first: date, last: date) -> int:
    """Return on how many days the page's sources disagree about the vendor or a component."""
    return connection.execute(
        _DISPUTED, {"page": page_id, "first": first, "last": last}
    ).scalar_one()
