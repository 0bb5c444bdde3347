"""Lists of incidents: the evidence they make, and how far back they reach. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from monitor.intervals import Interval
from monitor.kit.messages import updates_of
from monitor.kit.protocol import StepsTo, get
from monitor.model import Aspect, Coverage, Evidence, Impact, Incident, IncidentUpdate, by_id
from monitor.platforms.statuspage.answers import instant, parse
from monitor.platforms.statuspage.incidents import (
    IncidentRecord,
    impacts_of,
    incident_of,
    read_incident_list,
)
from monitor.platforms.statuspage.live import PageState
from monitor.platforms.statuspage.updates import messages_of

INCIDENTS = "/api/v2/incidents.json"
MAINTENANCES = "/api/v2/scheduled-maintenances.json"

INCIDENTS_LISTED = 50
"""`incidents.json` never lists more and cannot be paged; a shorter list is the page's whole
history."""


def incident_evidence(
    state: PageState,
    incidents: Iterable[IncidentRecord],
    *,
    source: str,
    **more: Any,  # noqa: ANN401
) -> Evidence:
    """Return what incidents say; of one told twice the last counts. `more` are other fields of the
    evidence.
    """
    rows: list[Incident] = []
    updates: list[IncidentUpdate] = []
    impacts: list[Impact] = []
    words: set[str] = set()
    for record in by_id(incidents).values():
        rows.append(incident_of(record, state.page, state.groups))
        updates += updates_of(record.id, messages_of(record.row, state.groups))
        impacts += impacts_of(record, state.groups)
        words |= record.unknown_words
    return Evidence(
        source=source,
        read_at=state.page.now,
        incidents=tuple(rows),
        updates=tuple(updates),
        impacts=tuple(impacts),
        unknown_words=tuple(sorted(words)),
        **more,
    )


def state_evidence(state: PageState) -> Evidence:
    """Return what a page's state says, with the incidents and maintenances that it lists."""
    evidence = incident_evidence(
        state, (*state.incidents, *state.maintenances), source=state.source
    )
    return replace(
        evidence,
        page=state.info,
        components=state.components,
        observed=state.states,
        unknown_words=tuple(sorted({*state.unknown_words, *evidence.unknown_words})),
    )


def listed_evidence(state: PageState, incidents: Sequence[IncidentRecord]) -> Evidence:
    """Return what the list of the newest incidents says, which covers the time it reaches back."""
    reach = _reach_of(incidents, state.born, state.until)
    coverage = (Coverage(span=reach, aspect=Aspect.IMPACTS),) if reach else ()
    return incident_evidence(
        state, incidents, source="statuspage.incidents", coverage=coverage, lists=reach
    )


def _reach_of(
    incidents: Sequence[IncidentRecord], born: datetime | None, now: datetime
) -> Interval | None:
    """Return the span in which every incident is on the list.

    The list holds the newest by resolution, or by creation while unresolved; a short one holds all
    there ever were.
    """
    ends = [each.row.get("resolved_at") or each.row["created_at"] for each in incidents]
    start = min(map(instant, ends)) if len(incidents) >= INCIDENTS_LISTED else born
    return Interval.between(start, now) if start is not None else None


def read_maintenance_list() -> StepsTo[list[IncidentRecord] | None]:
    """Return the listed maintenances; None when the page has no such list. Raises when it cannot be
    read.
    """
    response = yield from get(MAINTENANCES)
    if response.status == 404:  # noqa: PLR2004
        return None
    return parse(response, lambda answer: read_incident_list(answer, key="scheduled_maintenances"))
