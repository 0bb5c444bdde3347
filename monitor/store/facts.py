"""Facts: keeping what a page said, and reading back what was known at any moment.

Nothing a page said is overwritten. A row that no longer holds is superseded and stays readable by
asking for an earlier moment of knowledge.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta, tzinfo
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from monitor import clocks
from monitor.intervals import Interval, day_interval, day_of, merge, subtract, utc, zone_named
from monitor.model import (
    Aspect,
    Bar,
    Basis,
    Component,
    Coverage,
    Evidence,
    Impact,
    Incident,
    Level,
    Observation,
    ObservedRun,
    OpenClaim,
    PageFacts,
    PageInfo,
    Phase,
    ReportedUptime,
)
from monitor.store import components, healing, pages, tables, updates
from monitor.store.records import Changes, CurrentState, IncidentVersion, PageRecord
from monitor.store.tables import BEGINNING, FAR_FUTURE, LEAST, WHOLE_PAGE

INCIDENT = tables.core(tables.Incident)
UPDATE = tables.core(tables.IncidentUpdate)
IMPACT = tables.core(tables.Impact)
BAR = tables.core(tables.Bar)
COVERAGE = tables.core(tables.Coverage)
REPORTED = tables.core(tables.Reported)
RUN = tables.core(tables.Run)

_CHUNK = 1_000
"""How many values one IN list holds; every database takes that many."""

_MICROSECOND = timedelta(microseconds=1)
_LEVELS: dict[int | None, Level | None] = {None: None, **{level.value: level for level in Level}}
_BASES = {basis.value: basis for basis in Basis}
_PHASES = {phase.value: phase for phase in Phase}
_ASPECTS = {aspect.value: aspect for aspect in Aspect}


def _number(level: Level | None) -> int | None:
    return None if level is None else int(level)


def _columns(table: sa.Table, names: str) -> tuple[sa.Column[Any], ...]:
    return tuple(table.c[name] for name in names.split())


_INCIDENT_COLUMNS = _columns(
    INCIDENT,
    "external_id title phase status impact url maintenance started_at resolved_at component_ids"
    " unlisted_at",
)
_IMPACT_COLUMNS = _columns(
    IMPACT, "component_id level word basis source incident_id started_at ended_at"
)
_BAR_COLUMNS = _columns(BAR, "component_id day partial_seconds major_seconds incident_ids source")
_COVERAGE_COLUMNS = _columns(COVERAGE, "component_id aspect started_at ended_at")
_REPORTED_COLUMNS = _columns(REPORTED, "component_id window_days ratio")


def _incident(row: Sequence[Any]) -> Incident:
    (
        key,
        title,
        phase,
        status,
        impact,
        url,
        maintenance,
        started_at,
        resolved_at,
        component_ids,
        unlisted_at,
    ) = row
    return Incident(
        id=key,
        title=title,
        phase=_PHASES[phase],
        status=status,
        impact=impact,
        url=url,
        maintenance=maintenance,
        started_at=started_at,
        resolved_at=resolved_at,
        component_ids=tuple(component_ids),
        unlisted_at=unlisted_at,
    )


def _impact(row: Sequence[Any]) -> Impact:
    component_id, level, word, basis, source, incident_id, start, end = row
    return Impact(
        component_id=component_id,
        level=_LEVELS[level],
        word=word,
        basis=_BASES[basis],
        source=source,
        incident_id=incident_id,
        start=start,
        end=end,
    )


def _bar(row: Sequence[Any]) -> Bar:
    component_id, day, partial, major, incident_ids, source = row
    return Bar(
        component_id=component_id,
        day=day,
        partial_seconds=partial,
        major_seconds=major,
        incident_ids=tuple(incident_ids),
        source=source,
    )


# reading


def _as_known(
    table: sa.Table, columns: Sequence[sa.Column[Any]], *since: sa.ColumnElement[bool]
) -> list[Any]:
    """Return two selects: of what holds now, and of what was known at ``known_at``."""
    query = (
        sa.select(*columns)
        .where(table.c.page_id == sa.bindparam("page"), *since)
        .order_by(table.c.id)
    )
    superseded = table.c.superseded_at
    then = query.where(
        table.c.recorded_at <= sa.bindparam("known_at"),
        sa.or_(superseded.is_(None), superseded > sa.bindparam("known_at")),
    )
    return [query.where(superseded.is_(None)), then]


def _since(column: sa.Column[Any], *, open_ended: bool = True) -> sa.ColumnElement[bool]:
    touches = column > sa.bindparam("since")
    return sa.or_(column.is_(None), touches) if open_ended else touches


_INCIDENTS = _as_known(
    INCIDENT,
    _INCIDENT_COLUMNS,
    sa.or_(INCIDENT.c.resolved_at.is_(None), INCIDENT.c.resolved_at >= sa.bindparam("since")),
)
_IMPACTS = _as_known(IMPACT, _IMPACT_COLUMNS, _since(IMPACT.c.ended_at))
_BARS = _as_known(BAR, _BAR_COLUMNS, BAR.c.day >= sa.bindparam("since_day"))
_COVERAGES = _as_known(COVERAGE, _COVERAGE_COLUMNS, _since(COVERAGE.c.ended_at, open_ended=False))
_REPORTS = _as_known(REPORTED, _REPORTED_COLUMNS)
_BARRED = _COVERAGES[0].where(COVERAGE.c.aspect == Aspect.BARS.value)
_OPEN_CLAIMS = (
    sa.select(
        *_columns(IMPACT, "component_id incident_id level recorded_at superseded_at last_read_at")
    )
    .where(
        IMPACT.c.page_id == sa.bindparam("page"),
        IMPACT.c.ended_at.is_(None),
        IMPACT.c.incident_id.is_not(None),
        IMPACT.c.recorded_at <= sa.bindparam("known_at"),
        _since(IMPACT.c.superseded_at),
    )
    .order_by(IMPACT.c.id)
)
_RUNS = (
    sa.select(RUN.c.component_id, RUN.c.level, RUN.c.started_at, RUN.c.ended_at, RUN.c.last_seen_at)
    .where(
        RUN.c.page_id == sa.bindparam("page"),
        RUN.c.started_at < sa.bindparam("known_at"),
        _since(RUN.c.ended_at),
    )
    .order_by(RUN.c.started_at, RUN.c.id)
)


def read(
    connection: Connection, page_id: int, known_at: datetime | None, since: datetime | None
) -> PageFacts:
    """Return the page's facts as known at a moment (None = now), those that touch [since, ...)
    only.
    """
    page = pages.page(connection, page_id)
    then = known_at is not None
    moment = utc(known_at) if known_at is not None else FAR_FUTURE
    start = utc(since) if since is not None else BEGINNING
    values: dict[str, Any] = {"page": page_id, "since": start}
    if then:
        values["known_at"] = moment

    def rows(selects: Sequence[Any], **more: object) -> Iterable[Any]:
        return connection.execute(selects[then], values | more).all()

    bars = rows(_BARS, since_day=day_of(start, page.zone))
    impacts = tuple(map(_impact, rows(_IMPACTS)))
    # Whether an incident still counts is decided by what was seen since it began.
    begun = min([start, *(impact.start for impact in impacts)])
    runs = connection.execute(_RUNS, values | {"known_at": moment, "since": begun}).all()
    return PageFacts(
        components=tuple(known for known, _ in components.rows(connection, page_id, moment)),
        incidents=tuple(map(_incident, rows(_INCIDENTS))),
        updates=tuple(updates.read_states(connection, values | {"since": begun})),
        impacts=impacts,
        bars=tuple(map(_bar, bars)),
        coverage=tuple(_coverages(rows(_COVERAGES), moment)),
        runs=tuple(_runs(runs, min(page.observed_until or BEGINNING, moment), page.zone)),
        reported=tuple(map(_reported, rows(_REPORTS))),
        open_claims=tuple(_open_claims(connection, page_id, begun, moment)) if impacts else (),
    )


def _open_claims(
    connection: Connection, page_id: int, since: datetime, known_at: datetime
) -> Iterator[OpenClaim]:
    """Yield when each incident was known to claim something that goes on: its end may have been
    told later.
    """
    values = {"page": page_id, "since": since, "known_at": known_at}
    for key, incident_id, level, first, until, last in connection.execute(_OPEN_CLAIMS, values):
        span = Interval.between(first, until or FAR_FUTURE)
        if span is not None:
            yield OpenClaim(
                component_id=key,
                incident_id=incident_id,
                level=_LEVELS[level],
                span=span,
                last_read=last,
            )


def published(connection: Connection, page_id: int, first: date) -> PageFacts:
    """Return only the vendor's own record from a day on: its bars, what they cover, and the uptimes
    it prints.
    """
    since = day_interval(first, pages.page(connection, page_id).zone).start
    values = {"page": page_id, "since": since, "since_day": first}
    return PageFacts(
        bars=tuple(map(_bar, connection.execute(_BARS[0], values))),
        coverage=tuple(_coverages(connection.execute(_BARRED, values), FAR_FUTURE)),
        reported=tuple(map(_reported, connection.execute(_REPORTS[0], values))),
    )


def _reported(row: Sequence[Any]) -> ReportedUptime:
    key, days, ratio = row
    return ReportedUptime(component_id=key or None, window_days=days, ratio=ratio)


def _coverages(rows: Iterable[Sequence[Any]], known_at: datetime) -> Iterator[Coverage]:
    for key, aspect, started_at, ended_at in rows:
        span = Interval.between(started_at, min(ended_at, known_at))
        if span is not None:
            yield Coverage(span=span, aspect=_ASPECTS[aspect], component_id=key or None)


def _runs(rows: Iterable[Sequence[Any]], until: datetime, zone: tzinfo) -> Iterator[ObservedRun]:
    """Yield the states that held. A bad one that the very last reading began counts for the moment
    before it, if that is on the same day: what comes after is not known yet.
    """
    spans: dict[
        tuple[datetime, datetime], Interval
    ] = {}  # most components began and go on together
    before = until - LEAST
    same_day = day_of(before, zone) == day_of(until, zone) if until > BEGINNING else False
    for key, level, started_at, ended_at, last_seen_at in rows:
        end = until if ended_at is None else min(ended_at, until)
        just_begun = (
            started_at == end and same_day and level is not None and level > Level.MAINTENANCE
        )
        start = before if just_begun else started_at
        if start < end:
            span = spans.get((start, end)) or spans.setdefault((start, end), Interval(start, end))
            yield ObservedRun(
                component_id=key, level=_LEVELS[level], span=span, seen_until=last_seen_at
            )


_NOT_ENDED = (Phase.OPEN.value, Phase.SCHEDULED.value)
_OPEN_INCIDENTS = (
    sa.select(*_INCIDENT_COLUMNS)
    .where(
        INCIDENT.c.page_id == sa.bindparam("page"),
        INCIDENT.c.superseded_at.is_(None),
        INCIDENT.c.phase.in_(_NOT_ENDED),
    )
    .order_by(INCIDENT.c.started_at, INCIDENT.c.external_id)
)


def current(connection: Connection, page_id: int) -> CurrentState:
    """Return the page's state at its last success."""
    known = components.listed(connection, page_id)
    runs = pages.open_runs(connection, page_id)
    return CurrentState(
        levels={key: _LEVELS[run.level] for key, run in runs.items()},
        components=tuple(each for each, _ in known),
        excluded=frozenset(each.component.id for each, excluded in known if excluded),
        open_incidents=tuple(
            map(_incident, connection.execute(_OPEN_INCIDENTS, {"page": page_id}))
        ),
    )


_UNFINISHED = sa.select(INCIDENT.c.external_id, INCIDENT.c.phase).where(
    INCIDENT.c.page_id == sa.bindparam("page"),
    INCIDENT.c.superseded_at.is_(None),
    INCIDENT.c.phase.in_(_NOT_ENDED),
)


def unfinished_incidents(connection: Connection, page_id: int) -> dict[str, Phase]:
    """Return the phases of the incidents and maintenances that have not ended, by id."""
    return {
        key: _PHASES[phase] for key, phase in connection.execute(_UNFINISHED, {"page": page_id})
    }


def incident_versions(
    connection: Connection, page_id: int, incident_id: str
) -> list[IncidentVersion]:
    """Return every version of an incident, newest last."""
    query = sa.select(*_INCIDENT_COLUMNS, INCIDENT.c.recorded_at, INCIDENT.c.superseded_at).where(
        INCIDENT.c.page_id == page_id, INCIDENT.c.external_id == incident_id
    )
    return [
        IncidentVersion(incident=_incident(row[:-2]), recorded_at=row[-2], superseded_at=row[-1])
        for row in connection.execute(query.order_by(INCIDENT.c.id))
    ]


# saving


def _chunks(values: Iterable[Any]) -> Iterator[list[Any]]:
    all_of_them = list(values)
    for start in range(0, len(all_of_them), _CHUNK):
        yield all_of_them[start : start + _CHUNK]


@cache
def _insert_into(table: sa.Table) -> sa.Insert:
    return sa.insert(table)


@cache
def _supersede_in(table: sa.Table) -> sa.Update:
    return (
        sa.update(table)
        .where(table.c.id.in_(sa.bindparam("ids", expanding=True)))
        .values(superseded_at=sa.bindparam("moment", type_=tables.Instant()))
    )


def _stated_now(
    table: sa.Table, columns: Sequence[sa.Column[Any]], *where: sa.ColumnElement[bool]
) -> sa.Select[Any]:
    """Return the select of what holds now of a page."""
    mine = (table.c.page_id == sa.bindparam("page"), table.c.superseded_at.is_(None))
    return sa.select(table.c.id, *columns).where(*mine, *where)


def _among(column: sa.Column[Any]) -> sa.ColumnElement[bool]:
    return column.in_(sa.bindparam("keys", expanding=True))


_KNOWN_INCIDENTS = _stated_now(INCIDENT, _INCIDENT_COLUMNS, _among(INCIDENT.c.external_id))
_IMPACTS_OF = _stated_now(IMPACT, _IMPACT_COLUMNS, _among(IMPACT.c.incident_id))
_IMPACTS_OF_NONE = _stated_now(IMPACT, _IMPACT_COLUMNS, IMPACT.c.incident_id.is_(None))
_INSIDE = (
    IMPACT.c.source == sa.bindparam("source"),
    IMPACT.c.started_at < sa.bindparam("until"),
    sa.or_(IMPACT.c.ended_at.is_(None), IMPACT.c.ended_at > sa.bindparam("since")),
)
_IMPACTS_INSIDE = _stated_now(IMPACT, _IMPACT_COLUMNS, *_INSIDE)
_IMPACTS_INSIDE_ONE = _stated_now(
    IMPACT, _IMPACT_COLUMNS, *_INSIDE, IMPACT.c.component_id == sa.bindparam("component")
)
_IMPACTS_GOING_ON = _stated_now(IMPACT, _IMPACT_COLUMNS, IMPACT.c.ended_at.is_(None))
_BARS_BETWEEN = _stated_now(
    BAR, _BAR_COLUMNS, BAR.c.day.between(sa.bindparam("first"), sa.bindparam("last"))
)
_BARS_BETWEEN_OF = _BARS_BETWEEN.where(_among(BAR.c.component_id))
_COVERED = _stated_now(COVERAGE, (COVERAGE.c.source, *_COVERAGE_COLUMNS), _among(COVERAGE.c.source))
_REPORTED_BY = _stated_now(REPORTED, _REPORTED_COLUMNS, REPORTED.c.source == sa.bindparam("source"))
_GROW = (
    sa.update(COVERAGE)
    .where(COVERAGE.c.id == sa.bindparam("row_id"))
    .values(ended_at=sa.bindparam("until", type_=tables.Instant()))
)
_LAST_READ = (
    sa.update(IMPACT)
    .where(IMPACT.c.id.in_(sa.bindparam("ids", expanding=True)))
    .values(last_read_at=sa.bindparam("moment", type_=tables.Instant()))
)
_DELETE_RUNS = sa.delete(RUN).where(RUN.c.id.in_(sa.bindparam("ids", expanding=True)))


def save(
    connection: Connection,
    page_id: int,
    told: Sequence[Evidence],
    *,
    now: datetime,
    max_gap_seconds: float,
) -> Changes:
    """Keep what a page said, in the order it said it; the same again changes nothing. See
    `Store.save`.
    """
    page = pages.page(connection, page_id, lock=True)
    if clocks.is_ahead(
        page, utc(now)
    ):  # else no reading would count until the time that a wrong clock told
        healing.heal(connection, page_id, now)
        page = pages.page(connection, page_id)
    saving = Saving(connection, page, told, now=utc(now), max_gap_seconds=max_gap_seconds)
    for evidence in told:
        saving.keep(evidence)
    return saving.finish()


LEFT_BEHIND = "left behind when the page moved to another platform"
"""The status of what was going on when a page was last read as a platform that it has left
since."""


def leave(connection: Connection, page_id: int, *, at: datetime, now: datetime) -> None:
    """End what was going on at `at`, the last reading of a platform the page has left: nobody will
    say when it ended.

    What was only announced did not happen as far as we know.
    """
    record = pages.page(connection, page_id, lock=True)
    saving = Saving(connection, record, (), now=utc(now), max_gap_seconds=0)
    saving.end_all(utc(at))
    saving.finish()


class Saving:
    """Evidence of one page on its way into the tables, each piece in the order its parts depend on
    each other.
    """

    def __init__(
        self,
        connection: Connection,
        page: PageRecord,
        told: Sequence[Evidence],
        *,
        now: datetime,
        max_gap_seconds: float,
    ) -> None:
        self._connection = connection
        self._page = page
        self._sources = sorted({evidence.source for evidence in told})
        self._now = now
        self._evidence = Evidence(source="", read_at=now)  # nothing is said yet
        self._max_gap = timedelta(seconds=max_gap_seconds)
        self._polled_before = page.observed_until
        self._values: dict[str, Any] = {}
        self._affected: list[datetime] = []
        self._added = 0
        self._superseded = 0
        self._updated = 0
        self._new_components: list[str] = []
        self._removed_components: list[str] = []
        self._left_out = False
        self._covered: dict[tuple[str, str, str], dict[int, Interval]] | None = None
        self._grown: dict[int, datetime] = {}

    def keep(self, evidence: Evidence) -> None:
        """Keep one piece."""
        self._evidence = evidence
        self._read_at = utc(evidence.read_at)
        self._keep_page(evidence.page)
        if evidence.components is not None:
            self._keep_components(evidence.components)
        self._keep_incidents(evidence.incidents, of_a_list=evidence.lists is not None)
        self._keep_listing()
        self._keep_updates()
        self._keep_impacts()
        self._keep_bars()
        self._keep_coverage()
        self._keep_reported()
        self._withdraw(evidence.withdrawn)
        if evidence.observed is not None:
            self._observe({seen.component_id: seen for seen in evidence.observed})
        self._keep_rest()

    def end_all(self, at: datetime) -> None:
        """End every incident and impact that is going on at `at`; withdraw what is announced."""
        for row in self._rows(_OPEN_INCIDENTS):
            incident = _incident(row)
            phase = Phase.WITHDRAWN if incident.phase is Phase.SCHEDULED else Phase.CLOSED
            ended = replace(
                incident, phase=phase, status=LEFT_BEHIND, resolved_at=max(at, incident.started_at)
            )
            self._keep_incidents([ended], of_a_list=False)
        going_on = dict(self._impacts(_IMPACTS_GOING_ON))
        self._drop_impacts(going_on)
        self._add(
            IMPACT,
            [
                _impact_row(replace(each, end=max(at, each.start + LEAST)))
                for each in going_on.values()
            ],
        )

    def finish(self) -> Changes:
        """Bring the page's row up to date and return what changed."""
        if self._grown:
            self._connection.execute(
                _GROW, [{"row_id": key, "until": until} for key, until in self._grown.items()]
            )
        changes = Changes(
            added=self._added,
            superseded=self._superseded,
            updated=self._updated,
            affected_since=min(self._affected, default=None),
            new_components=tuple(self._new_components),
            removed_components=tuple(self._removed_components),
            left_out=self._left_out,
        )
        if changes.affected_since is not None:
            day = day_of(changes.affected_since, self._page.zone)
            self._values["dirty_since"] = min(day, self._page.dirty_since or day)
        pages.change(self._connection, self._page.id, self._values, step=int(bool(changes)))
        return changes

    def _keep_components(self, listed: Sequence[Component]) -> None:
        changes = components.ComponentChanges(self._connection, self._page, self._now)
        changes.apply(listed)
        self._new_components += changes.new
        self._removed_components += changes.removed
        self._added += len(changes.new)
        self._updated += changes.updated
        self._affected += changes.affected

    def _set(self, **values: Any) -> None:  # noqa: ANN401
        """Set columns of the page's row, for the next piece of evidence too."""
        self._values |= values
        self._page = replace(self._page, **values)

    # the page row

    def _keep_page(self, info: PageInfo | None) -> None:
        if info is None:
            return
        page = self._page
        said: dict[str, str | None] = {
            "external_id": info.external_id,
            "page_name": info.name,
            "page_zone": info.zone,
        }
        changed: dict[str, str | None] = {
            name: value for name, value in said.items() if value not in (None, getattr(page, name))
        }
        if "external_id" in changed:
            changed["id_platform"] = page.platform
        # An answer without the current state cannot say that a disagreement inside the page is
        # over.
        if info.remark != page.remark and (
            info.remark is not None or self._evidence.observed is not None
        ):
            changed["remark"] = info.remark
        zone: str = page.configured_zone or info.zone or page.zone_name
        zone_named(zone)  # a name that is no zone must not get into the database
        if zone != page.zone_name:
            first = pages.first_fact(self._connection, page.id)
            self._affected += [] if first is None else [first]
            self._page = replace(page, zone_name=zone)
        if changed:
            self._set(**changed)
            self._updated += 1

    def _keep_rest(self) -> None:
        evidence, page_id = self._evidence, self._page.id
        if evidence.cursor is not None and evidence.cursor != self._page.mark:
            self._set(mark=evidence.cursor)
        for word in evidence.unknown_words:
            pages.count_word(self._connection, page_id, word, self._now)
        for gap in evidence.gaps:
            pages.keep_gap(self._connection, page_id, gap, self._now)
        if evidence.chunk is not None:
            pages.complete_unit(
                self._connection, page_id, evidence.chunk, final=evidence.final, now=self._now
            )

    # adding, superseding

    def _add(self, table: sa.Table, rows: Sequence[dict[str, Any]]) -> None:
        if rows:
            common = {"page_id": self._page.id, "recorded_at": self._now, "superseded_at": None}
            self._connection.execute(_insert_into(table), [row | common for row in rows])
            self._added += len(rows)

    def _supersede(self, table: sa.Table, ids: Collection[int]) -> None:
        for chunk in _chunks(ids):
            self._connection.execute(_supersede_in(table), {"ids": chunk, "moment": self._now})
        self._superseded += len(ids)

    def _rows(self, statement: sa.Select[Any], **values: object) -> Any:  # noqa: ANN401
        return self._connection.execute(statement, {"page": self._page.id, **values}).all()

    # incidents

    def _keep_incidents(self, incidents: Sequence[Incident], *, of_a_list: bool) -> None:
        listed = {incident.id: incident for incident in incidents}
        known = self._known_incidents(listed)
        old, new = [], []
        for key, said in listed.items():
            row_id, before = known.get(key, (None, None))
            incident = (
                said if before is None or not self._evidence.outline else _filled_in(said, before)
            )
            if before is not None and before.unlisted_at is not None and not of_a_list:
                # An incident's own page says nothing of the list.
                incident = replace(incident, unlisted_at=before.unlisted_at)
            if before is not None and _same_incident(before, incident):
                continue
            if before is not None and row_id is not None:
                old.append(row_id)
                self._affected.append(before.started_at)
            self._affected.append(utc(incident.started_at))
            new.append(_incident_row(incident))
        self._supersede(INCIDENT, old)
        self._add(INCIDENT, new)

    def _known_incidents(self, ids: Iterable[str]) -> dict[str, tuple[int, Incident]]:
        return {
            row.external_id: (row.id, _incident(row[1:]))
            for chunk in _chunks(ids)
            for row in self._rows(_KNOWN_INCIDENTS, keys=chunk)
        }

    def _keep_listing(self) -> None:
        """Keep that a list which should hold an incident holds it no longer. It changes no day."""
        evidence = self._evidence
        if evidence.lists is None:
            return
        listed = frozenset(incident.id for incident in evidence.incidents)
        gone = updates.no_longer_listed(self._connection, self._page.id, evidence.source, listed)
        for row_id, incident in self._known_incidents(gone).values():
            if incident.unlisted_at is None and _is_due(incident, evidence.lists):
                self._supersede(INCIDENT, [row_id])
                self._add(INCIDENT, [_incident_row(replace(incident, unlisted_at=self._read_at))])

    def _keep_updates(self) -> None:
        """Keep the messages of incidents: edited ones anew, and those no longer among them as taken
        back.
        """
        found = updates.compare(self._connection, self._page.id, self._evidence.updates)
        self._supersede(UPDATE, found.stale)
        self._add(UPDATE, found.fresh)
        self._affected += found.affected

    def _withdraw(self, ids: Iterable[str]) -> None:
        """Keep that the vendor removed incidents: what they said no longer counts, and stays
        readable.
        """
        for key, (row_id, incident) in self._known_incidents(dict.fromkeys(ids)).items():
            if incident.phase is Phase.WITHDRAWN:
                continue
            end = incident.resolved_at or self._read_at
            self._supersede(INCIDENT, [row_id])
            self._add(
                INCIDENT, [_incident_row(replace(incident, phase=Phase.WITHDRAWN, resolved_at=end))]
            )
            self._affected.append(incident.started_at)
            self._drop_impacts(dict(self._impacts(_IMPACTS_OF, keys=[key])))

    # impacts

    def _impacts(self, statement: sa.Select[Any], **values: object) -> Iterator[tuple[int, Impact]]:
        for row in self._rows(statement, **values):
            yield row.id, _impact(row[1:])

    def _drop_impacts(self, stale: dict[int, Impact]) -> None:
        self._supersede(IMPACT, stale)
        going_on = [row_id for row_id, impact in stale.items() if impact.end is None]
        for chunk in _chunks(going_on if self._polled_before is not None else ()):
            self._connection.execute(_LAST_READ, {"ids": chunk, "moment": self._polled_before})
        self._affected += (impact.start for impact in stale.values())

    def _keep_impacts(self) -> None:
        """Replace what was said of each incident listed, and inside complete spans, by what is said
        now.

        Whatever source said it before: an incident told again is told anew. An outline tells no
        impacts, so those known stay; but what it says is over has ended.
        """
        if self._evidence.outline:
            self._end_impacts()
        stored = self._impacts_in_question(dict.fromkeys(self._evidence.impacts))
        ended = {
            replace(impact, end=None): impact.end
            for impact in stored.values()
            if impact.end is not None
        }
        listed = dict.fromkeys(self._so_far(impact, ended) for impact in self._evidence.impacts)
        held = set(stored.values())
        self._drop_impacts(
            {row_id: impact for row_id, impact in stored.items() if impact not in listed}
        )
        fresh = [impact for impact in listed if impact not in held]
        self._add(IMPACT, [_impact_row(impact) for impact in fresh])
        self._affected += (utc(impact.start) for impact in fresh)

    def _so_far(self, impact: Impact, ended: Mapping[Impact, datetime]) -> Impact:
        """Return the impact as far as it has come when it was read. An end that lies ahead is a
        plan, or the vendor's clock is: it goes on. If its incident is told to be over it ended when
        that was first read (`ended`).
        """
        if impact.end is None or utc(impact.end) <= self._read_at:
            return impact
        over = any(
            each.id == impact.incident_id and each.phase is Phase.CLOSED
            for each in self._evidence.incidents
        )
        since = ended.get(replace(impact, end=None)) or max(self._read_at, impact.start + LEAST)
        return replace(impact, end=since if over else None)

    def _end_impacts(self) -> None:
        """End what goes on of incidents that are told to be over, at their end, or now where that
        lies ahead.
        """
        told = self._evidence.incidents
        over = {
            each.id: min(utc(each.resolved_at), self._read_at)
            for each in told
            if each.resolved_at is not None
        }
        going_on = {
            row_id: impact
            for chunk in _chunks(over)
            for row_id, impact in self._impacts(_IMPACTS_OF, keys=chunk)
            if impact.end is None
        }
        self._drop_impacts(going_on)
        ends = (
            (impact, max(over[impact.incident_id or ""], impact.start + LEAST))
            for impact in going_on.values()
        )
        self._add(IMPACT, [_impact_row(replace(impact, end=end)) for impact, end in ends])

    def _impacts_in_question(self, listed: Collection[Impact]) -> dict[int, Impact]:
        """Return the stored impacts that this evidence speaks of. An outline with impacts tells
        those, and no others of their incidents.
        """
        told = (
            () if self._evidence.outline else (incident.id for incident in self._evidence.incidents)
        )
        answered = {
            *told,
            *(impact.incident_id for impact in listed if impact.incident_id is not None),
        }
        found = {
            row_id: impact
            for chunk in _chunks(answered)
            for row_id, impact in self._impacts(_IMPACTS_OF, keys=chunk)
            if impact in listed or not self._evidence.outline
        }
        if any(impact.incident_id is None for impact in listed):
            same = [impact for impact in listed if impact.incident_id is None]
            found |= {
                row_id: impact
                for row_id, impact in self._impacts(_IMPACTS_OF_NONE)
                if impact in same
            }
        for cover in self._complete(Aspect.IMPACTS):
            found |= dict(self._impacts_inside(cover, self._evidence.source))
        return found

    def _impacts_inside(self, cover: Coverage, source: str) -> Iterator[tuple[int, Impact]]:
        """Return the impacts of a source that touch a span."""
        span = {"source": source, "since": cover.span.start, "until": cover.span.end}
        if cover.component_id is None:
            return self._impacts(_IMPACTS_INSIDE, **span)
        return self._impacts(_IMPACTS_INSIDE_ONE, component=cover.component_id, **span)

    def _complete(self, aspect: Aspect) -> Iterator[Coverage]:
        return (
            cover for cover in self._evidence.coverage if cover.complete and cover.aspect is aspect
        )

    # bars

    def _keep_bars(self) -> None:
        """Replace bars listed again, and those a complete span no longer lists."""
        listed = {(bar.component_id, bar.day, bar.source): bar for bar in self._evidence.bars}
        spans = [
            (cover.component_id, *self._days(cover.span)) for cover in self._complete(Aspect.BARS)
        ]
        if not listed and not spans:
            return
        held: set[tuple[str, date, str]] = set()
        stale: dict[int, date] = {}
        for row_id, bar in self._stored_bars(listed, spans):
            key = (bar.component_id, bar.day, bar.source)
            told = listed.get(key)
            if told is not None and _same_bar(bar, told):
                held.add(key)
            elif told is not None or self._emptied(bar, spans):
                stale[row_id] = bar.day
        fresh = [bar for key, bar in listed.items() if key not in held and _says_something(bar)]
        self._supersede(BAR, stale)
        self._add(BAR, [_bar_row(bar) for bar in fresh])
        for day in {*stale.values(), *(bar.day for bar in fresh)}:
            self._affected.append(day_interval(day, self._page.zone).start)

    def _days(self, span: Interval) -> tuple[date, date]:
        zone = self._page.zone
        return day_of(span.start, zone), day_of(span.end - _MICROSECOND, zone)

    def _stored_bars(
        self,
        listed: Collection[tuple[str, date, str]],
        spans: Collection[tuple[str | None, date, date]],
    ) -> Iterator[tuple[int, Bar]]:
        keys: set[str | None] = {*(key for key, _, _ in listed), *(key for key, _, _ in spans)}
        first = min([*(day for _, day, _ in listed), *(first for _, first, _ in spans)])
        last = max([*(day for _, day, _ in listed), *(last for _, _, last in spans)])
        if None in keys or len(keys) > _CHUNK:
            rows = self._rows(_BARS_BETWEEN, first=first, last=last)
        else:
            rows = self._rows(_BARS_BETWEEN_OF, first=first, last=last, keys=list(keys))
        for row in rows:
            yield row.id, _bar(row[1:])

    def _emptied(self, bar: Bar, spans: Iterable[tuple[str | None, date, date]]) -> bool:
        return bar.source == self._evidence.source and any(
            key in (None, bar.component_id) and first <= bar.day <= last
            for key, first, last in spans
        )

    # coverage

    def _keep_coverage(self) -> None:
        """Let coverage grow; it never shrinks."""
        wanted: dict[tuple[str, str, str], list[Interval]] = defaultdict(list)
        for cover in self._evidence.coverage:
            wanted[
                self._evidence.source, cover.component_id or WHOLE_PAGE, cover.aspect.value
            ].append(cover.span)
        old: list[int] = []
        new: list[dict[str, Any]] = []
        for key, spans in wanted.items():
            for span in merge(spans):
                self._cover(key, span, self._coverage_of(key), old, new)
        if old or new:
            self._supersede(COVERAGE, old)
            self._add(COVERAGE, new)
            self._covered = None

    def _coverage_of(self, key: tuple[str, str, str]) -> dict[int, Interval]:
        """Return the stored spans by row for a source, component and aspect."""
        if self._covered is None:
            self._covered = defaultdict(dict)
            for row_id, source, component_id, aspect, started_at, ended_at in self._rows(
                _COVERED, keys=self._sources
            ):
                span = Interval(started_at, self._grown.get(row_id, ended_at))
                self._covered[source, component_id, aspect][row_id] = span
        return self._covered[key]

    def _cover(
        self,
        key: tuple[str, str, str],
        span: Interval,
        held: dict[int, Interval],
        old: list[int],
        new: list[dict[str, Any]],
    ) -> None:
        missing = subtract([span], held.values())
        if not missing:
            return
        for row_id, before in held.items():
            if before.start <= span.start <= before.end and span.end - before.end <= self._max_gap:
                # The next poll's share of the same coverage: one row a day of polling, not one a
                # poll.
                self._grown[row_id] = span.end
                held[row_id] = Interval(before.start, span.end)
                self._go_on_since(missing[0].start)
                return
        self._affected.append(missing[0].start)
        inside = [
            row_id
            for row_id, before in held.items()
            if span.start <= before.start and before.end <= span.end
        ]
        old += inside
        for row_id in inside:
            del held[row_id]
        source, component_id, aspect = key
        new.append(
            {
                "component_id": component_id,
                "aspect": aspect,
                "source": source,
                "started_at": span.start,
                "ended_at": span.end,
            }
        )

    # the vendor's figures

    def _keep_reported(self) -> None:
        if not self._evidence.reported:
            return
        source = self._evidence.source
        listed = {
            (each.component_id or WHOLE_PAGE, each.window_days): each.ratio
            for each in self._evidence.reported
        }
        held, old = set(), []
        for row_id, key, days, ratio in self._rows(_REPORTED_BY, source=source):
            if listed.get((key, days)) == ratio:
                held.add((key, days))
            elif (key, days) in listed:
                old.append(row_id)
        self._supersede(REPORTED, old)
        fresh = [
            {"component_id": key, "window_days": days, "ratio": ratio, "source": source}
            for (key, days), ratio in listed.items()
            if (key, days) not in held
        ]
        self._add(REPORTED, fresh)

    # observations

    def _observe(self, seen: dict[str, Observation]) -> None:
        """Prolong, end and begin runs. A state holds until the reading that shows another one."""
        until, read_at = self._page.observed_until, self._read_at
        if until is not None and read_at < until:
            self._left_out = True
            return
        if until is None or read_at - until > self._max_gap:
            self._begin_anew(seen)
        else:
            self._go_on(seen)
            if read_at > until:
                self._go_on_since(until)
        if until is None or read_at > until:
            self._set(observed_until=read_at)

    def _go_on_since(self, since: datetime) -> None:
        """Note that what held before went on: no change, but a closed day may only now be fully
        covered.
        """
        if pages.closed_day(self._page, since) is not None:
            self._affected.append(since)

    def _begin_anew(self, seen: dict[str, Observation]) -> None:
        if self._page.observed_until is not None:
            pages.end_runs(self._connection, self._page.id, self._page.observed_until)
        self._start_runs(seen.values())
        self._affected.append(self._read_at)
        self._updated += 1

    def _go_on(self, seen: dict[str, Observation]) -> None:
        runs = pages.open_runs(self._connection, self._page.id)
        changed = [
            run
            for key, run in runs.items()
            if key not in seen
            or (_LEVELS[run.level], run.word) != (seen[key].level, seen[key].word)
        ]
        kept = runs.keys() - {run.component_id for run in changed}
        fresh = [each for key, each in seen.items() if key not in kept]
        instant = [run.id for run in changed if run.started_at >= self._read_at]
        ended = [run.id for run in changed if run.started_at < self._read_at]
        for chunk in _chunks(instant):
            self._connection.execute(_DELETE_RUNS, {"ids": chunk})
        for chunk in _chunks(ended):
            pages.end_run_rows(
                self._connection, chunk, self._read_at, self._page.observed_until or self._read_at
            )
        self._start_runs(fresh)
        if changed or fresh:
            self._updated += 1
            self._affected.append(self._read_at)

    def _start_runs(self, seen: Collection[Observation]) -> None:
        rows = [
            {
                "page_id": self._page.id,
                "component_id": each.component_id,
                "level": _number(each.level),
                "word": each.word,
                "started_at": self._read_at,
            }
            for each in seen
        ]
        if rows:
            self._connection.execute(_insert_into(RUN), rows)
            self._added += len(rows)


def _filled_in(said: Incident, before: Incident) -> Incident:
    """Return an incident as an outline tells it, and what an outline leaves out as it was told
    before.

    Components once named stay. An outline that names none does not know better when the incident
    began, if it has begun, that it is a maintenance, or how bad it is, nor when it ended, if it was
    over before.
    """
    ids = tuple(dict.fromkeys([*before.component_ids, *said.component_ids]))
    if said.component_ids or not before.component_ids:
        return replace(said, component_ids=ids)
    started = said.started_at if said.phase is Phase.SCHEDULED else before.started_at
    ended = before.resolved_at if said.phase is before.phase is Phase.CLOSED else said.resolved_at
    return replace(
        said,
        component_ids=ids,
        started_at=started,
        resolved_at=max(utc(ended), utc(started)) if ended is not None else None,
        maintenance=said.maintenance or before.maintenance,
        impact=before.impact,
        url=before.url or said.url,
    )


def _same_incident(one: Incident, other: Incident) -> bool:
    """Whether two versions say the same; the order of components says nothing."""
    return sorted(one.component_ids) == sorted(other.component_ids) and one == replace(
        other, component_ids=one.component_ids
    )


def _is_due(incident: Incident, span: Interval) -> bool:
    """Whether a list of all incidents in the span holds this one, however it decides about those at
    its edges.
    """
    last = incident.resolved_at or incident.started_at
    return (
        incident.phase is not Phase.WITHDRAWN
        and span.start < incident.started_at <= last < span.end
    )


def _same_bar(one: Bar, other: Bar) -> bool:
    return sorted(one.incident_ids) == sorted(other.incident_ids) and one == replace(
        other, incident_ids=one.incident_ids
    )


def _says_something(bar: Bar) -> bool:
    return bool(bar.partial_seconds or bar.major_seconds or bar.incident_ids)


def _incident_row(incident: Incident) -> dict[str, Any]:
    return {
        "external_id": incident.id,
        "title": incident.title,
        "phase": incident.phase.value,
        "status": incident.status,
        "impact": incident.impact,
        "url": incident.url,
        "maintenance": incident.maintenance,
        "started_at": utc(incident.started_at),
        "resolved_at": incident.resolved_at and utc(incident.resolved_at),
        "component_ids": list(incident.component_ids),
        "unlisted_at": incident.unlisted_at and utc(incident.unlisted_at),
    }


def _impact_row(impact: Impact) -> dict[str, Any]:
    return {
        "component_id": impact.component_id,
        "level": _number(impact.level),
        "word": impact.word,
        "basis": impact.basis.value,
        "source": impact.source,
        "incident_id": impact.incident_id,
        "started_at": utc(impact.start),
        "ended_at": impact.end and utc(impact.end),
    }


def _bar_row(bar: Bar) -> dict[str, Any]:
    return {
        "component_id": bar.component_id,
        "day": bar.day,
        "partial_seconds": bar.partial_seconds,
        "major_seconds": bar.major_seconds,
        "incident_ids": list(bar.incident_ids),
        "source": bar.source,
    }
