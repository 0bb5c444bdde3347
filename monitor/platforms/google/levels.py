"""How bad an incident was, when, and in which locations. Pure.

`SERVICE_INFORMATION` is a note, not a state. Where a note is posted inside an incident that has a
level, the level posted before it, or else the first one, holds; so does it through `AVAILABLE`
until the end.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from monitor.kit.events import ImpactSpan
from monitor.kit.sequences import with_next
from monitor.kit.times import earliest
from monitor.model import Basis, Level, worst_level
from monitor.platforms.google.incidents import IncidentRecord
from monitor.platforms.google.products import in_location

OUTAGE, DISRUPTION, INFORMATION, AVAILABLE = (
    "SERVICE_OUTAGE",
    "SERVICE_DISRUPTION",
    "SERVICE_INFORMATION",
    "AVAILABLE",
)
LEVELS: Mapping[tuple[str, str], Level] = {
    (OUTAGE, "high"): Level.MAJOR_OUTAGE,
    (OUTAGE, "medium"): Level.MAJOR_OUTAGE,
    (OUTAGE, "low"): Level.MAJOR_OUTAGE,
    (DISRUPTION, "high"): Level.PARTIAL_OUTAGE,
    (DISRUPTION, "medium"): Level.DEGRADED,
    (DISRUPTION, "low"): Level.DEGRADED,
}
"""Levels by status and severity of the incident. Every disruption measured was `medium`, every
outage `high`."""

NOTES = frozenset({INFORMATION, AVAILABLE})
NO_LEVEL = NOTES | {None}
SEVERITIES = (None, "high", "medium", "low")


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of an incident at one level; `end` None = going on. `level` None = the vendor's
    `word` is unknown to us.
    """

    start: datetime
    end: datetime | None
    level: Level | None
    word: str | None
    basis: Basis


class Stay(NamedTuple):
    """A time in which a location was affected; `end` None = it still is."""

    start: datetime
    end: datetime | None


def spans_of(incident: IncidentRecord, stretches: Sequence[Stretch]) -> Iterator[ImpactSpan]:
    """Yield what an incident, whose levels are `stretches`, meant for every product, then for every
    product in each location.
    """
    for product in incident.products:
        yield from _spans(product, stretches)
    for location, stays in sorted(_stays(incident).items()):
        local = list(_during(stretches, stays))
        for product in incident.products:
            yield from _spans(in_location(product, location), local)


def _spans(component_id: str, stretches: Sequence[Stretch]) -> Iterator[ImpactSpan]:
    for stretch in stretches:
        yield ImpactSpan(
            component_id=component_id,
            level=stretch.level,
            start=stretch.start,
            end=stretch.end,
            word=stretch.word,
            basis=stretch.basis,
        )


def level_stretches(incident: IncidentRecord) -> list[Stretch]:
    """Return the incident's levels, from its begin to its end without a hole; none for a mere note.

    The posted levels hold in turn. Where the incident as a whole is said to be worse than anything
    posted, it was so throughout; so it was where only notes were posted.
    """
    if _is_momentary(incident):
        return []
    begin, end, changes = incident.begin, incident.end, _changes(incident)
    overall = _level(incident.impact, incident.severity)
    worst = worst_level(change.level for change in changes)
    if overall is not None and (worst is None or overall > worst):
        return [Stretch(begin, end, overall, None, Basis.DECLARED)]
    if changes:
        return list(_in_turn(changes, end))
    word = _unreadable_word(incident)
    return [] if word is None else [Stretch(begin, end, None, word, Basis.DECLARED)]


def _is_momentary(incident: IncidentRecord) -> bool:
    """Whether the incident was over as it began."""
    return incident.end is not None and incident.end <= incident.begin


def _changes(incident: IncidentRecord) -> list[Stretch]:
    """Return the levels that updates post, each with the time it holds from and without its end;
    the first holds since the begin.
    """
    changes: list[Stretch] = []
    for update in incident.updates:
        if update.status in NO_LEVEL:
            continue
        level = _level(update.status, incident.severity)
        if not changes or changes[-1].level != level:
            start = max(update.at, incident.begin) if changes else incident.begin
            word = update.status if level is None else None
            changes.append(Stretch(start, None, level, word, Basis.TRANSITION))
    return changes


def _in_turn(changes: Sequence[Stretch], end: datetime | None) -> Iterator[Stretch]:
    """Yield the levels, each until the next is posted and none beyond the incident's end."""
    for change, following in with_next(changes):
        until = end if following is None else earliest(following.start, end)
        if until is None or change.start < until:
            yield replace(change, end=until)


def _level(status: str | None, severity: str | None) -> Level | None:
    """Return the level of a status; None where it has none or its word is unknown. A severity
    nobody knows leaves a disruption unknown; none at all is not high.
    """
    if severity not in SEVERITIES:
        return Level.MAJOR_OUTAGE if status == OUTAGE else None
    return LEVELS.get((status or "", severity or "medium"))


def _unreadable_word(incident: IncidentRecord) -> str | None:
    """Return the word that leaves an incident unknown of which no status has a level; None where it
    is a mere note.
    """
    if incident.impact is not None:
        return None if incident.impact in NO_LEVEL else incident.impact
    if any(update.status in NOTES for update in incident.updates):
        return None
    return incident.severity or "no status"


def unknown_words(incident: IncidentRecord, stretches: Sequence[Stretch]) -> set[str]:
    """Return the words of an incident, whose levels are `stretches`, that nobody knows; none where
    it was over as it began.
    """
    if _is_momentary(incident):
        return set()
    words = {_unknown_word(incident.impact, incident.severity)}
    for update in incident.updates:
        words.add(_unknown_word(update.status, incident.severity))
    for stretch in stretches:
        if stretch.basis is Basis.DECLARED:
            words.add(stretch.word)
    return set(filter(None, words))


def _unknown_word(status: str | None, severity: str | None) -> str | None:
    """Return which of the two nobody knows; None where both are known."""
    if status in NO_LEVEL:
        return None
    if severity not in SEVERITIES:
        return severity
    return status if _level(status, severity) is None else None


def _stays(incident: IncidentRecord) -> dict[str, list[Stay]]:
    """Return when each location was affected: while the updates name it, or throughout when none of
    them does.

    An update that names no location at all leaves them as they were. The first that names any holds
    since the begin.
    """
    stays: dict[str, list[Stay]] = defaultdict(list)
    current: dict[str, datetime] = {}
    naming = [update for update in incident.updates if update.locations]
    for index, update in enumerate(naming):
        at = incident.begin if index == 0 else max(update.at, incident.begin)
        for location in current.keys() - update.locations:
            stays[location].append(Stay(current.pop(location), at))
        for location in update.locations:
            current.setdefault(location, at)
    for location, since in current.items():
        stays[location].append(Stay(since, incident.end))
    for location in incident.locations - stays.keys():
        stays[location].append(Stay(incident.begin, incident.end))
    return stays


def _during(stretches: Sequence[Stretch], stays: Sequence[Stay]) -> Iterator[Stretch]:
    """Yield the parts of the stretches inside the stays; both in order and each without
    overlaps.
    """
    stretch_at = stay_at = 0
    while stretch_at < len(stretches) and stay_at < len(stays):
        stretch, stay = stretches[stretch_at], stays[stay_at]
        start, end = max(stretch.start, stay.start), earliest(stretch.end, stay.end)
        if end is None or start < end:
            yield replace(stretch, start=start, end=end)
        if end == stretch.end:
            stretch_at += 1
        else:
            stay_at += 1
