"""Incidents: versions, what a list no longer holds, what the vendor took back. Pure."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from monitor.intervals import Interval, utc
from monitor.model import Evidence, Incident, Phase, by_id
from monitor.store.changes.common import FactChange, FactRow

LEFT_BEHIND = "left behind when the page moved to another platform"
"""The status of what was going on when a page was last read as a platform that it has left
since."""


def compare_incidents(
    rows: Mapping[str, FactRow[Incident]], evidence: Evidence
) -> FactChange[Incident]:
    """Return what the incidents of the evidence change. `rows` are the present versions of these,
    by their id.
    """
    change = FactChange[Incident]()
    for key, incident in by_id(evidence.incidents).items():
        before = rows.get(key)
        if before is None:
            change.add(incident, incident.started_at)
            continue
        after = _next_version(before.fact, incident, evidence)
        if not is_same_incident(before.fact, after):
            change.supersede(before, before.fact.started_at)
            change.add(after, after.started_at)
    return change


def _next_version(before: Incident, incident: Incident, evidence: Evidence) -> Incident:
    after = fill_in(incident, before) if evidence.outline else incident
    if before.unlisted_at is not None and evidence.lists is None:
        # An incident's own page says nothing of the list.
        after = replace(after, unlisted_at=before.unlisted_at)
    return after


def fill_in(incident: Incident, before: Incident) -> Incident:
    """Return an incident as an outline tells it, and what an outline leaves out as it was before.

    Components once named stay. An outline that names none does not know better when the incident
    began, if it has begun, that it is a maintenance, or how bad it is, nor when it ended, if it was
    over before.
    """
    ids = tuple(dict.fromkeys([*before.component_ids, *incident.component_ids]))
    if incident.component_ids or not before.component_ids:
        return replace(incident, component_ids=ids)
    start = incident.started_at if incident.phase is Phase.SCHEDULED else before.started_at
    was_over = incident.phase is before.phase is Phase.CLOSED
    end = before.resolved_at if was_over else incident.resolved_at
    return replace(
        incident,
        component_ids=ids,
        started_at=start,
        resolved_at=max(utc(end), utc(start)) if end is not None else None,
        maintenance=incident.maintenance or before.maintenance,
        impact=before.impact,
        url=before.url or incident.url,
    )


def is_same_incident(one: Incident, other: Incident) -> bool:
    """Whether two versions say the same; the order of components says nothing."""
    return sorted(one.component_ids) == sorted(other.component_ids) and one == replace(
        other, component_ids=one.component_ids
    )


def unlist(row: FactRow[Incident], list_span: Interval, read_at: datetime) -> FactChange[Incident]:
    """Return the change by a list of all incidents in `list_span` that holds this one no longer. It
    affects no day.
    """
    change = FactChange[Incident]()
    if row.fact.unlisted_at is None and _is_due(row.fact, list_span):
        change.supersede(row)
        change.add(replace(row.fact, unlisted_at=read_at))
    return change


def _is_due(incident: Incident, list_span: Interval) -> bool:
    """Whether a list of all incidents in the span holds this one, however it decides about those at
    its edges.
    """
    last = incident.resolved_at or incident.started_at
    is_inside = list_span.start < incident.started_at <= last < list_span.end
    return is_inside and incident.phase is not Phase.WITHDRAWN


def withdraw(row: FactRow[Incident], read_at: datetime) -> FactChange[Incident]:
    """Return the change by the vendor's removing an incident: what it said no longer counts, and
    stays readable.
    """
    change, incident = FactChange[Incident](), row.fact
    if incident.phase is not Phase.WITHDRAWN:
        end = incident.resolved_at or read_at
        change.supersede(row, incident.started_at)
        change.add(replace(incident, phase=Phase.WITHDRAWN, resolved_at=end))
    return change


def leave_behind(incident: Incident, at: datetime) -> Incident:
    """Return an incident that was going on when its page left a platform: over at `at`, or
    withdrawn if it was only announced.
    """
    is_announced = incident.phase is Phase.SCHEDULED
    return replace(
        incident,
        phase=Phase.WITHDRAWN if is_announced else Phase.CLOSED,
        status=LEFT_BEHIND,
        resolved_at=max(at, incident.started_at),
    )
