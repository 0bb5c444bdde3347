"""Keeping what a page said: reads what is stored, has `monitor.store.changes` say what changes, and
writes that.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from monitor import clocks
from monitor.intervals import Interval, day_of, utc
from monitor.model import Aspect, Coverage, Evidence, Impact, Incident, Observation, PageInfo
from monitor.store import components, facts, healing, pages, runs, units, updates, words
from monitor.store.changes.bars import bar_spans, compare_bars
from monitor.store.changes.common import FactChange, Stored, closed_day, complete_spans
from monitor.store.changes.coverage import CoverageKey, compare_coverage
from monitor.store.changes.figures import compare_figures
from monitor.store.changes.impacts import (
    compare_impacts,
    drop_impacts,
    end_impacts,
    end_impacts_at,
    incident_ends,
    incidents_of_impacts,
    retold,
)
from monitor.store.changes.incidents import compare_incidents, leave_behind, unlist, withdraw
from monitor.store.changes.page_row import compare_page, next_zone_name
from monitor.store.changes.runs import Sequel, compare_runs, sequel
from monitor.store.changes.updates import compare_updates
from monitor.store.records import Changes, PageRecord
from monitor.store.rows import (
    BARS,
    FIGURES,
    IMPACTS,
    INCIDENTS,
    MOST_KEYS,
    Kind,
    among,
    chunks,
    columns,
    update_of_ids,
)
from monitor.store.tables import BAR, COVERAGE, IMPACT, INCIDENT, REPORTED, UPDATE, Instant

Fact = TypeVar("Fact")

_INCIDENTS_OF = INCIDENTS.present(among(INCIDENT.c.external_id))
_IMPACTS_OF = IMPACTS.present(among(IMPACT.c.incident_id))
_IMPACTS_OF_NONE = IMPACTS.present(IMPACT.c.incident_id.is_(None))
_IMPACTS_GOING_ON = IMPACTS.present(IMPACT.c.ended_at.is_(None))
_IMPACTS_INSIDE = IMPACTS.present(
    IMPACT.c.source == sa.bindparam("source"),
    IMPACT.c.started_at < sa.bindparam("until"),
    sa.or_(IMPACT.c.ended_at.is_(None), IMPACT.c.ended_at > sa.bindparam("since")),
)
_IMPACTS_INSIDE_OF = _IMPACTS_INSIDE.where(IMPACT.c.component_id == sa.bindparam("component"))
_BARS_BETWEEN = BARS.present(BAR.c.day.between(sa.bindparam("first"), sa.bindparam("last")))
_BARS_BETWEEN_OF = _BARS_BETWEEN.where(among(BAR.c.component_id))
_FIGURES_OF = FIGURES.present(REPORTED.c.source == sa.bindparam("source"))
_COVERAGE_OF = sa.select(
    *columns(COVERAGE, "id source component_id aspect started_at ended_at")
).where(
    COVERAGE.c.page_id == sa.bindparam("page"),
    COVERAGE.c.superseded_at.is_(None),
    among(COVERAGE.c.source),
)
_GROW = (
    sa.update(COVERAGE)
    .where(COVERAGE.c.id == sa.bindparam("row_id"))
    .values(ended_at=sa.bindparam("until", type_=Instant()))
)
_SET_LAST_READ = update_of_ids(IMPACT, last_read_at="moment")
_TABLES = (INCIDENT, UPDATE, IMPACT, BAR, COVERAGE, REPORTED)
_INSERTS = {table: sa.insert(table) for table in _TABLES}
_SUPERSEDES = {table: update_of_ids(table, superseded_at="moment") for table in _TABLES}


def save(
    connection: Connection,
    page_id: int,
    *evidence: Evidence,
    now: datetime,
    max_gap_seconds: float,
) -> Changes:
    """Keep pieces of evidence, in their order. The same evidence again changes nothing.

    `now` is the moment of knowledge the rows get; a silence of more than `max_gap_seconds` between
    two observations is a gap. Raises ValueError, and keeps nothing, when an instant is naive.
    """
    page = pages.page(connection, page_id, lock=True)
    if clocks.is_ahead(page, utc(now)):
        # Else no reading would count until the time that a wrong clock told.
        healing.heal(connection, page_id, now=now)
        page = pages.page(connection, page_id)
    writer = EvidenceWriter(
        connection,
        page,
        sources={piece.source for piece in evidence},
        now=utc(now),
        max_gap=timedelta(seconds=max_gap_seconds),
    )
    for piece in evidence:
        writer.write(piece)
    return writer.finish()


def close_platform(connection: Connection, page_id: int, *, at: datetime, now: datetime) -> None:
    """End what was going on at `at`, the last reading of a platform the page has left: nobody will
    say when it ended.

    What was only announced did not happen as far as we know.
    """
    page = pages.page(connection, page_id, lock=True)
    writer = EvidenceWriter(connection, page, sources=(), now=utc(now), max_gap=timedelta())
    writer.end_all(utc(at))
    writer.finish()


class EvidenceWriter:
    """Writes evidence of one page, each piece in the order its parts depend on each other."""

    def __init__(
        self,
        connection: Connection,
        page: PageRecord,
        *,
        sources: Collection[str],
        now: datetime,
        max_gap: timedelta,
    ) -> None:
        self._connection = connection
        self._page = page
        self._sources = sorted(sources)
        self._now = now
        self._max_gap = max_gap
        self._polled_before = page.observed_until
        self._page_values: dict[str, Any] = {}
        self._affected: list[datetime] = []
        self._added = 0
        self._superseded = 0
        self._updated = 0
        self._new_components: list[str] = []
        self._removed_components: list[str] = []
        self._left_out = False
        self._coverage: dict[CoverageKey, dict[int, Interval]] | None = None
        self._grown: dict[int, datetime] = {}

    def write(self, evidence: Evidence) -> None:
        """Write one piece."""
        self._write_page(evidence)
        self._write_components(evidence)
        self._write_incidents(evidence)
        self._write_list(evidence)
        self._write_updates(evidence)
        self._write_impacts(evidence)
        self._write_bars(evidence)
        self._write_coverage(evidence)
        self._write_figures(evidence)
        self._withdraw(evidence)
        self._observe(evidence)
        self._write_rest(evidence)

    def end_all(self, at: datetime) -> None:
        """End every incident and impact that is going on at `at`; withdraw what is announced."""
        for incident in facts.open_incidents(self._connection, self._page.id):
            ended = leave_behind(incident, at)
            self._write_incidents(Evidence(source="", read_at=at, incidents=(ended,)))
        going_on = self._stored(IMPACTS, _IMPACTS_GOING_ON)
        self._change_impacts(end_impacts_at(going_on, at))

    def finish(self) -> Changes:
        """Bring the page's row up to date and return what changed."""
        if self._grown:
            grown = [{"row_id": key, "until": until} for key, until in self._grown.items()]
            self._connection.execute(_GROW, grown)
        since = min(self._affected, default=None)
        if since is not None:
            day = day_of(since, self._page.zone)
            self._page_values["dirty_since"] = min(day, self._page.dirty_since or day)
        changes = Changes(
            added=self._added,
            superseded=self._superseded,
            updated=self._updated,
            affected_since=since,
            new_components=tuple(self._new_components),
            removed_components=tuple(self._removed_components),
            left_out=self._left_out,
        )
        step = int(bool(changes))
        pages.change(self._connection, self._page.id, self._page_values, step=step)
        return changes

    # reading and writing rows

    def _rows(self, statement: sa.Select[Any], **values: object) -> Sequence[Any]:
        return self._connection.execute(statement, {"page": self._page.id, **values}).all()

    def _stored(
        self, kind: Kind[Fact], statement: sa.Select[Any], **values: object
    ) -> list[Stored[Fact]]:
        return list(map(kind.stored, self._rows(statement, **values)))

    def _stored_of(
        self, kind: Kind[Fact], statement: sa.Select[Any], keys: Iterable[str]
    ) -> list[Stored[Fact]]:
        stored: list[Stored[Fact]] = []
        for some in chunks(keys):
            stored += self._stored(kind, statement, keys=some)
        return stored

    def _add(self, table: sa.Table, rows: Iterable[dict[str, Any]]) -> None:
        common = {"page_id": self._page.id, "recorded_at": self._now, "superseded_at": None}
        values = [row | common for row in rows]
        if values:
            self._connection.execute(_INSERTS[table], values)
            self._added += len(values)

    def _supersede(self, table: sa.Table, ids: Sequence[int]) -> None:
        for some in chunks(ids):
            self._connection.execute(_SUPERSEDES[table], {"ids": some, "moment": self._now})
        self._superseded += len(ids)

    def _change(self, kind: Kind[Fact], change: FactChange[Fact]) -> None:
        self._supersede(kind.table, [row.id for row in change.stale])
        self._add(kind.table, map(kind.to_row, change.fresh))
        self._affected += change.affected

    def _set_page(self, **values: Any) -> None:  # noqa: ANN401
        """Set columns of the page's row, for the next piece of evidence too."""
        self._page_values |= values
        self._page = replace(self._page, **values)

    # the page and its components

    def _write_page(self, evidence: Evidence) -> None:
        values = compare_page(self._page, evidence)
        if evidence.page is not None:
            self._rezone(evidence.page)
        if values:
            self._set_page(**values)
            self._updated += 1

    def _rezone(self, info: PageInfo) -> None:
        zone_name = next_zone_name(self._page, info)
        if zone_name != self._page.zone_name:
            first = pages.first_fact(self._connection, self._page.id)
            self._affected += [] if first is None else [first]
            self._page = replace(self._page, zone_name=zone_name)

    def _write_components(self, evidence: Evidence) -> None:
        if evidence.components is None:
            return
        change = components.bring_up_to_date(
            self._connection, self._page, evidence.components, self._now
        )
        self._added += len(change.fresh)
        self._updated += len(change.updates)
        self._affected += change.affected
        self._new_components += (new.component.id for new in change.fresh)
        self._removed_components += change.removed_ids

    # incidents

    def _incidents(self, ids: Iterable[str]) -> dict[str, Stored[Incident]]:
        rows = self._stored_of(INCIDENTS, _INCIDENTS_OF, dict.fromkeys(ids))
        return {row.fact.id: row for row in rows}

    def _write_incidents(self, evidence: Evidence) -> None:
        stored = self._incidents(incident.id for incident in evidence.incidents)
        self._change(INCIDENTS, compare_incidents(stored, evidence))

    def _write_list(self, evidence: Evidence) -> None:
        """Keep that a list which should hold an incident holds it no longer."""
        if evidence.lists is None:
            return
        listed = frozenset(incident.id for incident in evidence.incidents)
        gone = updates.replace_list(self._connection, self._page.id, evidence.source, listed)
        for row in self._incidents(gone).values():
            self._change(INCIDENTS, unlist(row, evidence.lists, utc(evidence.read_at)))

    def _write_updates(self, evidence: Evidence) -> None:
        ids = dict.fromkeys(update.incident_id for update in evidence.updates)
        stored = updates.stored(self._connection, self._page.id, ids)
        change = compare_updates(stored, evidence.updates)
        self._supersede(UPDATE, change.stale)
        self._add(UPDATE, map(updates.to_row, change.fresh))
        self._affected += change.affected

    def _withdraw(self, evidence: Evidence) -> None:
        for key, row in self._incidents(evidence.withdrawn).items():
            change = withdraw(row, utc(evidence.read_at))
            self._change(INCIDENTS, change)
            if change:
                self._change_impacts(drop_impacts(self._stored_of(IMPACTS, _IMPACTS_OF, [key])))

    # impacts

    def _write_impacts(self, evidence: Evidence) -> None:
        if evidence.outline:
            ends = incident_ends(evidence)
            self._change_impacts(end_impacts(self._stored_of(IMPACTS, _IMPACTS_OF, ends), ends))
        stored = retold(self._impacts_named(evidence), evidence)
        for cover in complete_spans(evidence, Aspect.IMPACTS):
            stored += self._impacts_inside(cover, evidence.source)
        self._change_impacts(compare_impacts(dict.fromkeys(stored), evidence))

    def _impacts_named(self, evidence: Evidence) -> list[Stored[Impact]]:
        """Return the stored impacts of the incidents whose impacts the evidence tells, and of none
        where it tells such.
        """
        stored = self._stored_of(IMPACTS, _IMPACTS_OF, incidents_of_impacts(evidence))
        if any(impact.incident_id is None for impact in evidence.impacts):
            stored += self._stored(IMPACTS, _IMPACTS_OF_NONE)
        return stored

    def _impacts_inside(self, cover: Coverage, source: str) -> list[Stored[Impact]]:
        """Return the impacts of a source that touch a span."""
        span = {"source": source, "since": cover.span.start, "until": cover.span.end}
        if cover.component_id is None:
            return self._stored(IMPACTS, _IMPACTS_INSIDE, **span)
        return self._stored(IMPACTS, _IMPACTS_INSIDE_OF, component=cover.component_id, **span)

    def _change_impacts(self, change: FactChange[Impact]) -> None:
        """Write a change of impacts, and until when those that went on were known to."""
        self._supersede(IMPACT, [row.id for row in change.stale])
        if self._polled_before is not None:
            going_on = [row.id for row in change.stale if row.fact.end is None]
            for ids in chunks(going_on):
                values = {"ids": ids, "moment": self._polled_before}
                self._connection.execute(_SET_LAST_READ, values)
        self._add(IMPACT, map(IMPACTS.to_row, change.fresh))
        self._affected += change.affected

    # the vendor's own record

    def _write_bars(self, evidence: Evidence) -> None:
        spans = bar_spans(evidence, self._page.zone)
        if not spans:
            return
        keys = {span.component_id for span in spans}
        days = {
            "first": min(span.first for span in spans),
            "last": max(span.last for span in spans),
        }
        if None in keys or len(keys) > MOST_KEYS:
            stored = self._stored(BARS, _BARS_BETWEEN, **days)
        else:
            stored = self._stored(BARS, _BARS_BETWEEN_OF, **days, keys=list(keys))
        self._change(BARS, compare_bars(stored, evidence, self._page.zone))

    def _write_figures(self, evidence: Evidence) -> None:
        if not evidence.reported:
            return
        source = evidence.source
        change = compare_figures(self._stored(FIGURES, _FIGURES_OF, source=source), evidence)
        self._supersede(REPORTED, [row.id for row in change.stale])
        rows = map(FIGURES.to_row, change.fresh)
        self._add(REPORTED, [row | {"source": source} for row in rows])

    # coverage

    def _write_coverage(self, evidence: Evidence) -> None:
        if not evidence.coverage:
            return
        if self._coverage is None:
            self._coverage = self._stored_coverage()
        stored = self._coverage
        change = compare_coverage(stored, evidence, self._page, self._max_gap)
        for key, spans in change.grown.items():
            stored[key].update(spans)
            self._grown |= {row_id: span.end for row_id, span in spans.items()}
        self._affected += change.affected
        if change.fresh or change.stale:
            self._supersede(COVERAGE, change.stale)
            self._add(COVERAGE, (_coverage_row(key, span) for key, span in change.fresh))
            self._coverage = None

    def _stored_coverage(self) -> dict[CoverageKey, dict[int, Interval]]:
        stored: dict[CoverageKey, dict[int, Interval]] = {}
        for row in self._rows(_COVERAGE_OF, keys=self._sources):
            key = CoverageKey(row.source, row.component_id, row.aspect)
            span = Interval(row.started_at, self._grown.get(row.id, row.ended_at))
            stored.setdefault(key, {})[row.id] = span
        return stored

    # observations

    def _observe(self, evidence: Evidence) -> None:
        """Prolong, end and begin runs. A state holds until the reading that shows another one."""
        if evidence.observed is None:
            return
        until, read_at = self._page.observed_until, utc(evidence.read_at)
        states = {state.component_id: state for state in evidence.observed}
        how = sequel(until, read_at, self._max_gap)
        if how is Sequel.OUT_OF_ORDER:
            self._left_out = True
            return
        if until is None or how is Sequel.ANEW:
            self._begin_anew(states, read_at)
        else:
            self._go_on(states, until, read_at)
        if until is None or read_at > until:
            self._set_page(observed_until=read_at)

    def _begin_anew(self, states: dict[str, Observation], read_at: datetime) -> None:
        if self._page.observed_until is not None:
            runs.end_runs(self._connection, self._page.id, self._page.observed_until)
        runs.start_runs(self._connection, self._page.id, states.values(), read_at)
        self._added += len(states)
        self._updated += 1
        self._affected.append(read_at)

    def _go_on(self, states: dict[str, Observation], until: datetime, read_at: datetime) -> None:
        open_runs = runs.open_runs(self._connection, self._page.id)
        change = compare_runs(open_runs, states, read_at)
        runs.apply(self._connection, self._page, change, read_at)
        self._added += len(change.fresh)
        if change:
            self._updated += 1
            self._affected.append(read_at)
        if read_at > until and closed_day(self._page, until) is not None:
            # No change, but a closed day may only now be fully covered.
            self._affected.append(until)

    # the rest

    def _write_rest(self, evidence: Evidence) -> None:
        connection, page_id, now = self._connection, self._page.id, self._now
        if evidence.cursor is not None and evidence.cursor != self._page.mark:
            self._set_page(mark=evidence.cursor)
        for word in evidence.unknown_words:
            words.count_word(connection, page_id, word, now)
        for gap in evidence.gaps:
            units.keep_gap(connection, page_id, gap, now)
        if evidence.chunk is not None:
            units.complete_unit(connection, page_id, evidence.chunk, final=evidence.final, now=now)


def _coverage_row(key: CoverageKey, span: Interval) -> dict[str, Any]:
    return {
        "component_id": key.component_id,
        "aspect": key.aspect,
        "source": key.source,
        "started_at": span.start,
        "ended_at": span.end,
    }
