"""The states that an incident's updates posted, as impacts. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from monitor.intervals import Interval
from monitor.kit.evidence import MIN_DURATION
from monitor.kit.fields import Row
from monitor.model import Basis, Impact, Phase
from monitor.platforms.statuspage.answers import LEVELS, instant
from monitor.platforms.statuspage.incident_times import IncidentTimes, is_maintenance
from monitor.platforms.statuspage.updates import (
    CLOSING,
    OPERATIONAL,
    SCHEDULED_STATUS,
    Update,
    final_closing,
)


@dataclass(frozen=True, slots=True)
class StateSpan:
    """A bad state of a component, in the vendor's word; `end` None = only the incident's own end
    closes it.
    """

    component_id: str
    word: str
    start: datetime
    end: datetime | None


def transitions(incident: Row, updates: Sequence[Update], times: IncidentTimes) -> Iterator[Impact]:
    """Yield the impacts that the updates, oldest first, tell of; of an incident that was entered
    after it was over they hold over the time it claims as well.
    """
    spans = state_spans(updates)
    for span in spans:
        yield _transition(incident, span, times.ended_at)
    claim = _claim(incident, updates, times)
    if claim is not None:
        for span in spans:
            yield _transition(incident, replace(span, start=claim.start), claim.end)


def state_spans(updates: Sequence[Update]) -> list[StateSpan]:
    """Return the bad states in the order they ended, then those that have no end. Where an incident
    was closed and opened again, all was well in between.
    """
    counting = _counting(updates)
    spans: list[StateSpan] = []
    current: dict[str, StateSpan] = {}
    for update in counting:
        is_reopened = update.status in CLOSING and update is not counting[-1]
        states = dict.fromkeys(current, OPERATIONAL) if is_reopened else update.states
        for code, word in states.items():
            before = current.get(code) or StateSpan(code, OPERATIONAL, update.at, None)
            if word != before.word:
                spans.append(replace(before, end=update.at))
                current[code] = StateSpan(code, word, update.at, None)
    return [span for span in (*spans, *current.values()) if _is_bad(span)]


def _counting(updates: Sequence[Update]) -> list[Update]:
    """Return the updates whose states count, up to the one that ends the incident: states before a
    maintenance began are only announcements, and what follows the end is a review.
    """
    counting = [update for update in updates if update.status != SCHEDULED_STATUS]
    final = final_closing(counting)
    return counting if final is None else counting[: final + 1]


def _is_bad(span: StateSpan) -> bool:
    return span.word != OPERATIONAL and (span.end is None or span.start < span.end)


def _claim(incident: Row, updates: Sequence[Update], times: IncidentTimes) -> Interval | None:
    """Return the time an incident claims that was entered after it was over; None for one told as
    it went.
    """
    resolved_at = incident.get("resolved_at")
    if times.phase is not Phase.CLOSED or not resolved_at or not updates:
        return None
    end = instant(resolved_at)
    return Interval.between(times.started_at, end) if updates[0].at >= end else None


def _transition(incident: Row, span: StateSpan, ended_at: datetime | None) -> Impact:
    level = LEVELS.get(span.word)
    end = min(filter(None, (span.end, ended_at)), default=None)
    return Impact(
        component_id=span.component_id,
        level=level,
        start=span.start,
        end=None if end is None else max(end, span.start + MIN_DURATION),
        basis=Basis.TRANSITION,
        source=source_of(incident),
        incident_id=incident["id"],
        word=span.word if level is None else None,
    )


def source_of(incident: Row) -> str:
    """Return what an impact of an incident was read from."""
    return "statuspage.maintenance" if is_maintenance(incident) else "statuspage.incident"
