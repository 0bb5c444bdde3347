"""Rootly's incidents, each of which is about the page as a whole. Pure."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from monitor.kit.events import Event, ImpactSpan, expire_stale, phase_at, spans_for, words_not_in
from monitor.kit.fields import (
    Row,
    identifier,
    keyword,
    last_segment,
    lower_text,
    maybe_text,
    optional_rows,
    rows,
    text,
)
from monitor.kit.messages import messages
from monitor.kit.posts import Post, calls_over, end_of, last_word, post_saying
from monitor.kit.times import instant, maybe_instant
from monitor.model import Basis, Component, Level, Phase

PAGE = Component(id="page", name="Page")

VOCABULARY: Mapping[str, Level] = {
    "none": Level.OPERATIONAL,
    "maintenance": Level.MAINTENANCE,
    "minor": Level.DEGRADED,
    "major": Level.PARTIAL_OUTAGE,
    "critical": Level.MAJOR_OUTAGE,
}
"""Indicators of the page and impacts of incidents."""

MAINTENANCE = "maintenance"
MAINTENANCE_STATES = frozenset({"scheduled", "in_progress", "completed"})
CLOSED_STATES = frozenset({"resolved", "completed", "closed", "cancelled"})
OPEN_STATES = frozenset(
    {
        "started",
        "in_triage",
        "detected",
        "acknowledged",
        "investigating",
        "identified",
        "monitoring",
        "mitigated",
    }
)
STATUSES = CLOSED_STATES | OPEN_STATES | MAINTENANCE_STATES

PHASES: Mapping[str, Phase] = {
    **dict.fromkeys(OPEN_STATES, Phase.OPEN),
    **dict.fromkeys(CLOSED_STATES, Phase.CLOSED),
    "scheduled": Phase.SCHEDULED,
    "in_progress": Phase.OPEN,
}


def read_events(answer: Row, now: datetime) -> Iterator[Event]:
    """Yield the incidents of an answer."""
    for entry in rows(answer.get("incidents"), "incidents"):
        yield _event(entry, now)


def _event(row: Row, now: datetime) -> Event:
    """Return an incident. An open one that nobody speaks of does not count for ever."""
    title = text(row.get("name"), "incident.name")
    url = maybe_text(row.get("url")) or maybe_text(row.get("shortlink"))
    key = identifier(row.get("id") or last_segment(url or ""), "incident.id")
    where = f"incident {key}"
    status = keyword(row.get("status"), f"{where}.status")
    impact = keyword(row.get("impact"), f"{where}.impact")
    start = instant(row.get("started_at") or row.get("created_at"), f"{where}.started_at")
    posts = _posts(row)
    spoke_at = last_word(posts, start)
    stated_end = maybe_instant(row.get("resolved_at"), f"{where}.resolved_at")
    end = end_of(posts, stated_end, start, over=calls_over(status, PHASES))
    is_maintenance = impact == MAINTENANCE or status in MAINTENANCE_STATES
    event = Event(
        id=key,
        title=title,
        phase=_phase(status, start, end, now),
        start=start,
        end=end,
        status=status,
        impact=impact,
        url=url,
        maintenance=is_maintenance,
        spans=_spans(impact, start, end, is_maintenance=is_maintenance),
        unknown_words=words_not_in(STATUSES, status),
        updates=messages(row.get("incident_updates"), at="created_at", text="body"),
    )
    return expire_stale(event, spoke_at, now)


def _posts(row: Row) -> list[Post]:
    posts = []
    for update in optional_rows(row.get("incident_updates"), "incident.incident_updates"):
        at = instant(update.get("created_at"), "incident_update.created_at")
        word = lower_text(update.get("status"))
        posts.append(post_saying(at, word, PHASES))
    return posts


def _phase(status: str, start: datetime, end: datetime | None, now: datetime) -> Phase:
    return Phase.CLOSED if status in CLOSED_STATES else phase_at(start, end, now)


def _spans(
    impact: str,
    start: datetime,
    end: datetime | None,
    *,
    is_maintenance: bool,
) -> tuple[ImpactSpan, ...]:
    """Return what an incident means for the page: its impact, which is a severity and no state."""
    level = VOCABULARY.get(impact)
    if is_maintenance and level is not None:
        level = Level.MAINTENANCE
    basis = Basis.DECLARED if level in {None, Level.MAINTENANCE} else Basis.INFERRED
    return spans_for([PAGE.id], level, start, end, word=impact, basis=basis)
