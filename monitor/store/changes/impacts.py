"""Impacts: what is told again replaces what was told, an end that lies ahead is a plan. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from monitor.intervals import utc
from monitor.model import Evidence, Impact, Phase, id_set
from monitor.records.edges import MIN_DURATION
from monitor.store.changes.common import FactChange, FactRow


def incidents_of_impacts(evidence: Evidence) -> list[str]:
    """Return the ids of the incidents whose impacts the evidence tells. An outline tells those that
    it has impacts of, and no others of its incidents.
    """
    ids = set() if evidence.outline else id_set(evidence.incidents)
    for impact in evidence.impacts:
        if impact.incident_id is not None:
            ids.add(impact.incident_id)
    return sorted(ids)


def rows_in_question(
    rows: Iterable[FactRow[Impact]], evidence: Evidence
) -> Iterator[FactRow[Impact]]:
    """Yield the stored impacts that the evidence speaks of: all of an incident that is told whole,
    any other only when it is told again.
    """
    impacts = set(evidence.impacts)
    is_whole = not evidence.outline
    for row in rows:
        if row.fact in impacts or (is_whole and row.fact.incident_id is not None):
            yield row


def compare_impacts(rows: Iterable[FactRow[Impact]], evidence: Evidence) -> FactChange[Impact]:
    """Return what the impacts of the evidence change among those it speaks of, whatever source said
    them before: an incident told again is told anew.
    """
    rows = list(rows)
    ends = _ends(rows)
    over = set()
    for incident in evidence.incidents:
        if incident.phase is Phase.CLOSED:
            over.add(incident.id)
    read_at = utc(evidence.read_at)
    impacts = [_so_far(impact, ends, over, read_at) for impact in evidence.impacts]
    present, before = dict.fromkeys(impacts), {impact for _, impact in rows}
    change = drop_impacts(row for row in rows if row.fact not in present)
    for impact in present:
        if impact not in before:
            change.add(impact, impact.start)
    return change


def _ends(rows: Iterable[FactRow[Impact]]) -> dict[Impact, datetime]:
    """Return when stored impacts ended, by the impact without its end."""
    ends = {}
    for _, impact in rows:
        if impact.end is not None:
            ends[replace(impact, end=None)] = impact.end
    return ends


def _so_far(
    impact: Impact,
    ends: Mapping[Impact, datetime],
    over: set[str],
    read_at: datetime,
) -> Impact:
    """Return the impact as far as it has come when it was read. An end that lies ahead is a plan,
    or the vendor's clock is: it goes on. If its incident is `over` it ended when that was first
    read (`ends`, by the impact without an end).
    """
    if impact.end is None or utc(impact.end) <= read_at:
        return impact
    if impact.incident_id not in over:
        return replace(impact, end=None)
    end = ends.get(replace(impact, end=None)) or max(read_at, impact.start + MIN_DURATION)
    return replace(impact, end=end)


def incident_ends(evidence: Evidence) -> dict[str, datetime]:
    """Return when the incidents of an outline ended, now where that lies ahead; those that go on
    are left out.
    """
    read_at = utc(evidence.read_at)
    ends = {}
    for incident in evidence.incidents:
        if incident.resolved_at is not None:
            ends[incident.id] = min(utc(incident.resolved_at), read_at)
    return ends


def end_impacts(
    rows: Iterable[FactRow[Impact]], ends: Mapping[str, datetime]
) -> FactChange[Impact]:
    """Return the change that ends what goes on of these incidents, `ends` by id."""
    change = drop_impacts(_going_on(rows))
    for _, impact in change.stale:
        end = max(ends[impact.incident_id or ""], impact.start + MIN_DURATION)
        change.add(replace(impact, end=end))
    return change


def end_impacts_at(rows: Iterable[FactRow[Impact]], at: datetime) -> FactChange[Impact]:
    """Return the change that ends all that goes on at one instant."""
    change = drop_impacts(_going_on(rows))
    for _, impact in change.stale:
        change.add(replace(impact, end=max(at, impact.start + MIN_DURATION)))
    return change


def _going_on(rows: Iterable[FactRow[Impact]]) -> Iterator[FactRow[Impact]]:
    for row in rows:
        if row.fact.end is None:
            yield row


def drop_impacts(rows: Iterable[FactRow[Impact]]) -> FactChange[Impact]:
    """Return the change by which these impacts hold no longer."""
    change = FactChange[Impact]()
    for row in rows:
        change.supersede(row, row.fact.start)
    return change
