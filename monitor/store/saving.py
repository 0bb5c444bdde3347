"""Keeping what a page said: reads what is stored, has `monitor.store.changes` say what changes, and
writes that.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any

from sqlalchemy.engine import Connection

from monitor import clocks
from monitor.intervals import Interval, day_of, utc
from monitor.lookups import by_key
from monitor.model import Aspect, Evidence, Observation, PageInfo, id_set
from monitor.records.page import PageRecord
from monitor.store import components, facts, healing, pages, runs, units, updates, words
from monitor.store.changes.bars import bar_spans, compare_bars
from monitor.store.changes.common import closed_day, complete_spans
from monitor.store.changes.coverage import CoverageKey, compare_coverage
from monitor.store.changes.figures import compare_figures
from monitor.store.changes.impacts import (
    compare_impacts,
    drop_impacts,
    end_impacts,
    end_impacts_at,
    incident_ends,
    incidents_of_impacts,
    rows_in_question,
)
from monitor.store.changes.incidents import compare_incidents, leave_behind, unlist, withdraw
from monitor.store.changes.page_row import compare_page, next_zone_name
from monitor.store.changes.runs import Sequel, compare_runs, sequel
from monitor.store.changes.updates import compare_updates
from monitor.store.fact_rows import BARS, INCIDENTS
from monitor.store.fact_writer import FactWriter
from monitor.store.present_facts import PresentFacts
from monitor.store.records import Changes


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
        self._sources = sources
        self._now = now
        self._max_gap = max_gap
        self._present = PresentFacts(connection, page.id)
        self._facts = FactWriter(connection, page, now)
        self._page_values: dict[str, Any] = {}
        self._updated = 0
        self._new_components: list[str] = []
        self._removed_components: list[str] = []
        self._left_out = False
        self._coverage: dict[CoverageKey, dict[int, Interval]] | None = None

    def write(self, evidence: Evidence) -> None:
        """Write one piece. Raises ValueError, before anything is written, when it was read at a
        naive instant.
        """
        utc(evidence.read_at)
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
            past = leave_behind(incident, at)
            self._write_incidents(Evidence(source="", read_at=at, incidents=(past,)))
        self._facts.change_impacts(end_impacts_at(self._present.impacts_going_on(), at))

    def finish(self) -> Changes:
        """Bring the page's row up to date and return what changed."""
        self._facts.write_growth()
        since = min(self._facts.affected_from, default=None)
        if since is not None:
            day = day_of(since, self._page.zone)
            self._page_values["dirty_since"] = min(day, self._page.dirty_since or day)
        changes = Changes(
            added=self._facts.added,
            superseded=self._facts.superseded,
            updated=self._updated,
            affected_since=since,
            new_components=tuple(self._new_components),
            removed_components=tuple(self._removed_components),
            left_out=self._left_out,
        )
        step = int(bool(changes))
        pages.change(self._connection, self._page.id, self._page_values, step=step)
        return changes

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
            self._facts.affected_from += [] if first is None else [first]
            self._page = replace(self._page, zone_name=zone_name)

    def _write_components(self, evidence: Evidence) -> None:
        if evidence.components is None:
            return
        change = components.bring_up_to_date(
            self._connection, self._page, evidence.components, self._now
        )
        self._facts.added += len(change.fresh)
        self._updated += len(change.updates)
        self._facts.affected_from += change.affected_from
        for new in change.fresh:
            self._new_components.append(new.component.id)
        self._removed_components += change.removed_ids

    # incidents

    def _write_incidents(self, evidence: Evidence) -> None:
        rows = self._present.incidents(incident.id for incident in evidence.incidents)
        self._facts.change(INCIDENTS, compare_incidents(rows, evidence))

    def _write_list(self, evidence: Evidence) -> None:
        """Keep that a list which should hold an incident holds it no longer."""
        if evidence.lists is None:
            return
        ids = frozenset(id_set(evidence.incidents))
        missing = updates.replace_list(self._connection, self._page.id, evidence.source, ids)
        for row in self._present.incidents(missing).values():
            self._facts.change(INCIDENTS, unlist(row, evidence.lists, utc(evidence.read_at)))

    def _write_updates(self, evidence: Evidence) -> None:
        ids = dict.fromkeys(update.incident_id for update in evidence.updates)
        rows = updates.present_updates(self._connection, self._page.id, ids)
        change = compare_updates(rows, evidence.updates)
        self._facts.change_updates(change)

    def _withdraw(self, evidence: Evidence) -> None:
        for key, row in self._present.incidents(evidence.withdrawn).items():
            change = withdraw(row, utc(evidence.read_at))
            self._facts.change(INCIDENTS, change)
            if change:
                self._facts.change_impacts(drop_impacts(self._present.impacts_of([key])))

    # impacts

    def _write_impacts(self, evidence: Evidence) -> None:
        if evidence.outline:
            ends = incident_ends(evidence)
            self._facts.change_impacts(end_impacts(self._present.impacts_of(ends), ends))
        rows = self._present.impacts_of(incidents_of_impacts(evidence))
        if any(impact.incident_id is None for impact in evidence.impacts):
            rows += self._present.impacts_of_none()
        rows = list(rows_in_question(rows, evidence))
        for cover in complete_spans(evidence, Aspect.IMPACTS):
            rows += self._present.impacts_inside(cover, evidence.source)
        self._facts.change_impacts(compare_impacts(dict.fromkeys(rows), evidence))

    # the vendor's own record

    def _write_bars(self, evidence: Evidence) -> None:
        spans = list(bar_spans(evidence, self._page.zone))
        if spans:
            rows = self._present.bars(spans)
            self._facts.change(BARS, compare_bars(rows, evidence, self._page.zone))

    def _write_figures(self, evidence: Evidence) -> None:
        if evidence.reported:
            rows = self._present.figures(evidence.source)
            self._facts.change_figures(compare_figures(rows, evidence), evidence.source)

    # coverage

    def _write_coverage(self, evidence: Evidence) -> None:
        if not evidence.coverage:
            return
        if self._coverage is None:
            self._coverage = self._present_coverage()
        spans_by_key = self._coverage
        change = compare_coverage(spans_by_key, evidence, self._page, self._max_gap)
        self._facts.change_coverage(change)
        for key, spans in change.growth.items():
            spans_by_key[key].update(spans)
        if change.fresh or change.stale:
            self._coverage = None

    def _present_coverage(self) -> dict[CoverageKey, dict[int, Interval]]:
        """Return the stored spans of the evidence's sources, with what has grown since."""
        spans_by_key = self._present.coverage(self._sources)
        for spans in spans_by_key.values():
            for row_id in spans.keys() & self._facts.grown.keys():
                spans[row_id] = replace(spans[row_id], end=self._facts.grown[row_id])
        return spans_by_key

    # observations

    def _observe(self, evidence: Evidence) -> None:
        """Prolong, end and begin runs. A state holds until the reading that shows another one."""
        if evidence.observed is None:
            return
        until, read_at = self._page.observed_until, utc(evidence.read_at)
        states = by_key(evidence.observed, attrgetter("component_id"))
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
        self._facts.added += len(states)
        self._updated += 1
        self._facts.affected_from.append(read_at)

    def _go_on(self, states: dict[str, Observation], until: datetime, read_at: datetime) -> None:
        open_runs = runs.open_runs(self._connection, self._page.id)
        change = compare_runs(open_runs, states, read_at)
        runs.apply(self._connection, self._page, change, read_at)
        self._facts.added += len(change.fresh)
        if change:
            self._updated += 1
            self._facts.affected_from.append(read_at)
        if read_at > until and closed_day(self._page, until) is not None:
            # No change, but a closed day may only now be fully covered.
            self._facts.affected_from.append(until)

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
