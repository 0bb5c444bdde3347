"""Incidents and maintenances as rows say them, and what they meant for components. Pure.

An incident that names components and calls them operational in every update is as bad as its impact
word, with low confidence: measured, the 26 component-days of six such incidents agree with the
vendor's bars with and without it, and so decide nothing.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from monitor.errors import UnexpectedShape
from monitor.impacts import DEFAULT_IMPACT_MAPPING
from monitor.kit.evidence import MIN_DURATION
from monitor.kit.fields import Row, items
from monitor.kit.protocol import PageContext
from monitor.kit.sequences import not_among
from monitor.model import Basis, Impact, Incident, Phase
from monitor.platforms.statuspage.answers import (
    LEVELS,
    instant,
    is_group,
    page_row,
    text_as_is,
)
from monitor.platforms.statuspage.incident_times import (
    IncidentTimes,
    is_maintenance,
    read_times,
)
from monitor.platforms.statuspage.transitions import source_of, transitions
from monitor.platforms.statuspage.updates import (
    CLOSED_STATUSES,
    SCHEDULED_STATUS,
    WORKING,
    Update,
    read_updates,
)

STATUSES = frozenset({SCHEDULED_STATUS, *WORKING, *CLOSED_STATUSES})
REQUIRED_KEYS = ("id", "name", "status", "impact", "created_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentRecord:
    """An incident as an answer has it, each part of it read once.

    `component_ids` are those it ever named and `transitions` the states it gave them, both with
    groups that only the page knows to be such.
    """

    row: Row
    id: str
    times: IncidentTimes
    component_ids: tuple[str, ...]
    transitions: tuple[Impact, ...]
    unknown_words: frozenset[str]

    def ids_without(self, groups: frozenset[str]) -> tuple[str, ...]:
        """Return the ids it ever named, without those of groups."""
        return tuple(not_among(self.component_ids, groups))


def read_incident_list(answer: Row, *, key: str = "incidents") -> list[IncidentRecord]:
    """Return the incidents of a list. Raises UnexpectedShape, as the other readers here do."""
    page_row(answer)
    return [read_incident(row) for row in items(answer.get(key), f"answer.{key}")]


def read_single_incident(answer: Row) -> IncidentRecord:
    """Return the incident of an answer, with or without its envelope."""
    return read_incident(answer.get("incident", answer))


def read_incident(row: Any) -> IncidentRecord:  # noqa: ANN401
    """Return an incident that has what we rely on. Raises UnexpectedShape naming what it lacks, and
    what a wrong type or time in it raises.
    """
    if not isinstance(row, dict):
        raise UnexpectedShape("an incident is not an object")
    for key in REQUIRED_KEYS:
        text_as_is(row, key, "incident")
    instant(row.get("resolved_at") or row["created_at"])
    return _record(row)


def _record(row: Row) -> IncidentRecord:
    updates = read_updates(row)
    times = read_times(row, updates)
    return IncidentRecord(
        row=row,
        id=row["id"],
        times=times,
        component_ids=_component_ids(row, updates),
        transitions=tuple(transitions(row, updates, times)),
        unknown_words=frozenset(_unknown_words(row, updates)),
    )


def _component_ids(row: Row, updates: Iterable[Update]) -> tuple[str, ...]:
    """Return every component the incident ever named: links are removed on resolution, updates keep
    them.
    """
    ids: dict[str, None] = {}
    groups: set[str] = set()
    for link in row.get("components") or ():
        key = text_as_is(link, "id", "components[]")
        ids[key] = None
        if is_group(link):
            groups.add(key)
    for update in updates:
        ids |= dict.fromkeys(update.states)
    return tuple(not_among(ids, groups))


def _unknown_words(row: Row, updates: Iterable[Update]) -> Iterator[str]:
    """Yield the words that are outside our vocabulary: states, the status, the impact."""
    for update in updates:
        yield from set(update.states.values()) - LEVELS.keys()
    yield from {row["status"]} - STATUSES
    yield from {row["impact"]} - DEFAULT_IMPACT_MAPPING.keys()


def replay(incident: Row, *, groups: frozenset[str] = frozenset()) -> tuple[Impact, ...]:
    """Return the impacts an incident's updates tell of: one for each component and state it held in
    the incident.

    A posted state holds until the same incident posts another one, and at the latest until the
    incident has ended; it has no end while the incident goes on. One that the end itself posts
    counts for `MIN_DURATION`, where nothing longer is told. States posted before a maintenance
    began are only announcements. A state in a word we do not know gives an impact without level,
    which makes its span unknown.

    An incident entered after it was over posts its states after the end it claims: they hold over
    the time it claims as well. An incident that names components and never posts a bad state gives
    inferred impacts over its whole length, by its impact word; with impact "none", or without
    components, it gives nothing. `groups` are ids of rows that are no components.
    """
    return impacts_of(_record(incident), groups)


def impacts_of(incident: IncidentRecord, groups: frozenset[str]) -> tuple[Impact, ...]:
    """Return what `replay` does, of an incident that was read."""
    if incident.times.phase is Phase.SCHEDULED:
        return ()
    ids = incident.ids_without(groups)
    impacts = tuple(impact for impact in incident.transitions if impact.component_id in ids)
    if any(_has_lasted(impact) for impact in impacts):
        return impacts
    return tuple(_inferred_impacts(incident, ids)) or impacts


def _has_lasted(impact: Impact) -> bool:
    return impact.end is None or impact.end - impact.start > MIN_DURATION


def _inferred_impacts(incident: IncidentRecord, component_ids: Sequence[str]) -> Iterator[Impact]:
    row, times = incident.row, incident.times
    word = "maintenance" if is_maintenance(row) else row["impact"]
    if word == "none" or (times.ended_at is not None and times.ended_at <= times.work_began):
        return
    for code in component_ids:
        yield Impact(
            component_id=code,
            level=None,
            start=times.work_began,
            end=times.ended_at,
            basis=Basis.INFERRED,
            source=source_of(row),
            incident_id=incident.id,
            word=word,
        )


def incident_of(record: IncidentRecord, page: PageContext, groups: frozenset[str]) -> Incident:
    """Return an incident as the model has it, with those it names that are components."""
    row, times = record.row, record.times
    return Incident(
        id=record.id,
        title=row["name"],
        phase=times.phase,
        status=row["status"],
        impact=row["impact"],
        started_at=times.started_at,
        resolved_at=times.ended_at,
        # The vendor's short links were rewritten in bulk once; this address does not change.
        url=page.absolute(f"/incidents/{record.id}"),
        maintenance=is_maintenance(row),
        component_ids=record.ids_without(groups),
    )
