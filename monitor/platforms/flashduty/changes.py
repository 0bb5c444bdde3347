"""Changes of a Flashduty page: incidents and maintenances, with each component's states. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from monitor.kit.events import Event, ImpactSpan, expire_stale, is_past
from monitor.kit.fields import (
    Row,
    identifier,
    keyword,
    lower_text,
    number,
    optional_rows,
    text,
)
from monitor.kit.messages import messages, posted_states
from monitor.kit.posts import Post, calls_over, closed_at, last_word, post_saying
from monitor.kit.sequences import with_next
from monitor.kit.states import worst_word
from monitor.kit.times import epoch
from monitor.model import Basis, Level, Phase, PostedState, without_none

VOCABULARY: Mapping[str, Level] = {
    "operational": Level.OPERATIONAL,
    "maintenance": Level.MAINTENANCE,
    "degraded": Level.DEGRADED,
    "partial_outage": Level.PARTIAL_OUTAGE,
    "full_outage": Level.MAJOR_OUTAGE,
}

PHASES: Mapping[str, Phase] = {
    "investigating": Phase.OPEN,
    "identified": Phase.OPEN,
    "monitoring": Phase.OPEN,
    "ongoing": Phase.OPEN,
    "scheduled": Phase.SCHEDULED,
    "resolved": Phase.CLOSED,
    "completed": Phase.CLOSED,
}

NO_SEVERITY = "unknown"
"""What a change is called none of whose words we know: it has no severity of its own."""


def change_id(record: Row) -> str:
    """Return a change's id."""
    return identifier(record.get("change_id"), "change.change_id")


def unknown_statuses(records: Iterable[Row]) -> set[str]:
    """Return the statuses of changes that mean nothing to us."""
    return {_status(record) for record in records} - PHASES.keys()


def _status(record: Row) -> str:
    return keyword(record.get("status"), "change.status")


def events_of(records: Iterable[Row], now: datetime) -> list[Event]:
    """Return the changes as their updates tell of them."""
    return [event_of(record, now) for record in records]


def event_of(record: Row, now: datetime, spans: Sequence[ImpactSpan] | None = None) -> Event:
    """Return a change. `spans` are those the page makes of it; None = it makes none, and its
    updates tell.
    """
    key, status = change_id(record), _status(record)
    start = epoch(record.get("start_at_seconds"), f"change {key}.start_at_seconds")
    updates = optional_rows(record.get("updates"), f"change {key}.updates")
    posts = [_post(update, key) for update in updates]
    end = _maybe_epoch(record.get("close_at_seconds"), f"change {key}.close_at_seconds")
    if end is None and calls_over(status, PHASES):
        end = closed_at(posts, start)
    if spans is None:
        spans = list(_spans(record, updates, start, end))
    event = Event(
        id=key,
        title=text(record.get("title"), f"change {key}.title"),
        phase=_phase(start, end, status, now),
        start=start,
        end=end,
        status=status,
        impact=worst_word(spans) or NO_SEVERITY,
        maintenance=record.get("type") == "maintenance",
        spans=tuple(spans),
        unattributed=not spans,
        updates=messages(
            updates, at="at_seconds", text="description", read_time=epoch, states=_posted_states
        ),
    )
    return expire_stale(event, last_word(posts, start), now)


def event_of_spans(
    key: str,
    title: str | None,
    spans: Sequence[ImpactSpan],
    now: datetime,
) -> Event:
    """Return a change that is known from its intervals only; `title` None = it has none."""
    start, end = _times(spans)
    return Event(
        id=key,
        title=title or f"Change {key}",
        phase=_phase(start, end, "", now),
        start=start,
        end=end,
        status="ongoing" if end is None else "resolved",
        impact=worst_word(spans) or NO_SEVERITY,
        spans=tuple(spans),
    )


def _times(spans: Iterable[ImpactSpan]) -> tuple[datetime, datetime | None]:
    """Return when the first of some spans began and the last ended; None = one of them goes on."""
    starts, ends = [], []
    for span in spans:
        starts.append(span.start)
        ends.append(span.end)
    return min(starts), None if None in ends else max(without_none(ends))


def _phase(start: datetime, end: datetime | None, status: str, now: datetime) -> Phase:
    if is_past(end, now):
        return Phase.CLOSED
    return Phase.SCHEDULED if start > now or status == "scheduled" else Phase.OPEN


def _post(update: Row, key: str) -> Post:
    at = epoch(update.get("at_seconds"), f"change {key}.updates.at_seconds")
    return post_saying(at, lower_text(update.get("status")), PHASES)


def _posted_states(update: Row) -> Iterator[PostedState]:
    return posted_states(update.get("component_changes"), VOCABULARY, key="component_id")


def _maybe_epoch(value: object, where: str) -> datetime | None:
    """Return an instant; 0 and nothing are none."""
    return epoch(value, where) if value is not None and number(value, where) else None


def _spans(
    record: Row,
    updates: Iterable[Row],
    start: datetime,
    end: datetime | None,
) -> Iterator[ImpactSpan]:
    """Yield what the updates make of each component; of one that no update names, what the change
    itself says.
    """
    courses: dict[str, list[tuple[datetime, str]]] = defaultdict(list)
    for update in sorted(updates, key=_at_seconds):
        at = epoch(update.get("at_seconds"), "updates.at_seconds")
        for hit in optional_rows(update.get("component_changes"), "updates.component_changes"):
            courses[_component_id(hit)].append((at, _state(hit)))
    for hit in optional_rows(record.get("affected_components"), "change.affected_components"):
        if _component_id(hit) not in courses:
            courses[_component_id(hit)].append((start, _state(hit)))
    for key, course in courses.items():
        for (at, state), following in with_next(course):
            yield _span(key, state, at, following[0] if following is not None else end)


def _at_seconds(update: Row) -> float:
    return number(update.get("at_seconds"), "updates.at_seconds")


def _component_id(record: Row) -> str:
    return identifier(record.get("component_id"), "component_id")


def _state(record: Row) -> str:
    return keyword(record.get("status"), "component status")


def _span(key: str, state: str, start: datetime, end: datetime | None) -> ImpactSpan:
    level, basis = VOCABULARY.get(state), Basis.TRANSITION
    return ImpactSpan(component_id=key, level=level, start=start, end=end, word=state, basis=basis)


def spans_by_change(structure: Row) -> dict[str, list[ImpactSpan]]:
    """Return the intervals that the page makes of changes, by the change's id."""
    where = "component_impacts"
    spans: dict[str, list[ImpactSpan]] = defaultdict(list)
    for interval in optional_rows(structure.get(where), where):
        start = epoch(interval.get("start_at_seconds"), f"{where}.start_at_seconds")
        end = _maybe_epoch(interval.get("end_at_seconds"), f"{where}.end_at_seconds")
        key = identifier(interval.get("change_id"), f"{where}.change_id")
        spans[key].append(_span(_component_id(interval), _state(interval), start, end))
    return spans


def titles_by_change(structure: Row) -> dict[str, str]:
    """Return the titles of changes that the intervals are linked to, by the change's id."""
    titles = {}
    for link in optional_rows(structure.get("linked_changes"), "linked_changes"):
        key = identifier(link.get("id"), "linked_changes.id")
        titles[key] = text(link.get("title"), "linked_changes.title")
    return titles
