"""Reports, which people post, and maintenances. Pure."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from monitor.kit.events import Event, spans_for, words_not_in
from monitor.kit.fields import (
    Row,
    identifier,
    identifiers,
    keyword,
    optional_rows,
    rows,
    text,
)
from monitor.kit.messages import messages
from monitor.kit.posts import closed_at, posts_saying
from monitor.kit.times import instant
from monitor.model import Basis, Level, Phase

END = "resolved"
PHASES: Mapping[str, Phase] = {
    "investigating": Phase.OPEN,
    "identified": Phase.OPEN,
    "monitoring": Phase.OPEN,
    END: Phase.CLOSED,
}


def read_events(answer: Row, now: datetime) -> Iterator[Event]:
    """Yield the reports, then the maintenances."""
    for report in rows(answer.get("statusReports"), "statusReports"):
        yield _report(report)
    for maintenance in rows(answer.get("maintenances"), "maintenances"):
        yield _maintenance(maintenance, now)


def _report(report: Row) -> Event:
    """Return a report. It begins with its first update; one without any update began when it was
    last changed.
    """
    updates = []
    for update in optional_rows(report.get("statusReportUpdates"), "statusReportUpdates"):
        at = instant(update.get("date"), "update.date")
        updates.append((at, keyword(update.get("status"), "update.status")))
    status = keyword(report.get("status"), "report.status")
    start = min(updates)[0] if updates else instant(report.get("updatedAt"), "report.updatedAt")
    is_open, end = status != END, None
    if not is_open:
        end = closed_at(posts_saying(updates, PHASES), start)
    component_ids = _component_ids(report)
    return Event(
        id=f"report-{identifier(report.get('id'), 'report.id')}",
        title=text(report.get("title"), "report.title"),
        phase=Phase.OPEN if is_open else Phase.CLOSED,
        start=start,
        end=end,
        status=status,
        impact="none",
        component_ids=component_ids,
        spans=spans_for(component_ids, Level.DEGRADED, start) if is_open else (),
        unattributed=is_open and not component_ids,
        unknown_words=words_not_in(PHASES, status),
        updates=messages(report.get("statusReportUpdates"), at="date"),
    )


def _maintenance(fields: Row, now: datetime) -> Event:
    start = instant(fields.get("from"), "maintenance.from")
    end = instant(fields.get("to"), "maintenance.to")
    phase = Phase.SCHEDULED if start > now else Phase.OPEN if end > now else Phase.CLOSED
    key = identifier(fields.get("id"), "maintenance.id")
    title = text(fields.get("name"), "maintenance.name")
    component_ids = _component_ids(fields)
    spans = spans_for(component_ids, Level.MAINTENANCE, start, end, basis=Basis.DECLARED)
    return Event(
        id=f"maintenance-{key}",
        title=title,
        phase=phase,
        start=start,
        end=end,
        status=str(phase),
        impact="maintenance",
        maintenance=True,
        component_ids=component_ids,
        spans=spans if end > now else (),
    )


def _component_ids(event: Row) -> tuple[str, ...]:
    return tuple(identifiers(event.get("pageComponents"), "pageComponents"))
