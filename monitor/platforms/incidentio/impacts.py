"""What an incident.io page tells of its components' past: impacts, coverage, uptime. Pure."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from monitor.intervals import Interval
from monitor.kit.evidence import evidence
from monitor.kit.fields import Row, optional_rows, optional_verbatim, percentage, rows, verbatim
from monitor.kit.protocol import PageContext
from monitor.kit.responses import locate_errors
from monitor.model import Aspect, Basis, Coverage, Evidence, Impact, Level, Phase, ReportedUptime
from monitor.platforms.incidentio.incidents import Incidents, ListedIncident, events_of
from monitor.platforms.incidentio.reading import PageReading
from monitor.platforms.incidentio.sources import History
from monitor.platforms.incidentio.times import instant, maybe_instant
from monitor.platforms.incidentio.words import LEVELS

SOURCE = "incidentio.impacts"
WHERE = "component_impacts"

UPTIME_DAYS = 90
"""Window of the uptime the page prints, as labelled; the window that fits the numbers is some days
longer."""

MIN_DURATION = timedelta(seconds=1)
"""What a stale impact of unknown end counts for; see `_end`."""


def history_evidence(
    reading: PageReading,
    history: History,
    incidents: Incidents,
    page: PageContext,
) -> Evidence:
    """Return what a window tells: all the impacts that touch it, and of its incidents no more than
    that.

    So an incident's impacts outside the window stay, and inside it those no longer told are gone.
    """
    with locate_errors(reading.url):
        impact_rows = claims_of(incidents) + rows_of(history)
        impacts = impacts_of(impact_rows, incidents, page.now)
        uptimes, unknown_ratios = _uptimes(history.answer)
        piece = evidence(
            SOURCE,
            page,
            events=events_of(incidents, impacts, page),
            unknown_words=unknown_levels(impact_rows) | unknown_ratios,
        )
        return replace(
            piece,
            impacts=impacts,
            coverage=_coverage(reading, history.span),
            reported=uptimes,
            outline=True,
        )


def claims_of(incidents: Incidents) -> list[Row]:
    """Return the impacts that incident objects list."""
    claims: list[Row] = []
    for incident in incidents.values():
        claims += incident.impacts
    return claims


def rows_of(history: History) -> list[Row]:
    """Return the impacts that a history lists."""
    return rows(history.answer.get(WHERE), f"the answer.{WHERE}")


def impacts_of(
    impact_rows: Iterable[Row], incidents: Incidents, now: datetime
) -> tuple[Impact, ...]:
    """Return the impacts that have begun and last; one row given twice counts once, overlaps are
    kept.
    """
    impacts: dict[str, Impact] = {}
    for row in impact_rows:
        impact = _impact(row, incidents, now)
        if impact is not None:
            impacts[verbatim(row.get("id"), f"{WHERE}.id")] = impact
    return tuple(impacts.values())


def unknown_levels(impact_rows: Iterable[Row]) -> set[str]:
    """Return the words of impacts that mean nothing to us."""
    return {row["status"] for row in impact_rows} - LEVELS.keys()


def incident_of(row: Row, incidents: Incidents) -> ListedIncident | None:
    """Return the incident that an impact belongs to; None when it is not listed."""
    return incidents.get(incident_id_of(row) or "")


def incident_id_of(row: Row) -> str | None:
    """Return the id of the incident that an impact belongs to; None when it names none."""
    return optional_verbatim(row.get("status_page_incident_id"), f"{WHERE}.status_page_incident_id")


def start_of(row: Row) -> datetime:
    """Return when an impact began."""
    return instant(row.get("start_at"), f"{WHERE}.start_at")


def _impact(row: Row, incidents: Incidents, now: datetime) -> Impact | None:
    word = verbatim(row.get("status"), f"{WHERE}.status")
    level = LEVELS.get(word)
    incident = incident_of(row, incidents)
    start, end = _times(row, incident, now)
    if level is Level.OPERATIONAL or start > now or (end is not None and end <= start):
        return None
    is_known = level is not None
    return Impact(
        component_id=verbatim(row.get("component_id"), f"{WHERE}.component_id"),
        level=level,
        start=start,
        end=end,
        basis=Basis.DECLARED if is_known else Basis.INFERRED,
        source=SOURCE,
        # An inferred impact gives way to declared ones of its incident; this one must not, or it
        # would read as green.
        incident_id=incident_id_of(row) if is_known else None,
        word=None if is_known else word,
    )


def _times(
    row: Row, incident: ListedIncident | None, now: datetime
) -> tuple[datetime, datetime | None]:
    """Return when an impact began and ended. What goes on has begun, though the page's clock is
    ahead of ours.
    """
    start = start_of(row)
    end = maybe_instant(row.get("end_at"), f"{WHERE}.end_at")
    if end is None and incident is not None and incident.phase is Phase.OPEN:
        start = min(start, now)
    return start, _end(start, end, incident, now)


def _end(
    start: datetime,
    end: datetime | None,
    incident: ListedIncident | None,
    now: datetime,
) -> datetime | None:
    """Return when an impact ended; None = it goes on.

    An end in the future is a plan, so the impact goes on; that of an incident that is over is left
    as it is told, and the store ends it when that was first read. An open impact of an incident
    that is over is stale: the page forgot to close it, in one observed case for years. It ended no
    later than the incident was closed; where that moment is not published all that is certain is
    that it held when it began, and it counts for `MIN_DURATION`. The time after that stands on what
    else is known, such as our own polls.
    """
    if incident is None or incident.phase is not Phase.CLOSED:
        return None if end is None or end > now else end
    if end is not None:
        return end
    if incident.closed_at is not None and incident.closed_at > start:
        return incident.closed_at
    return start + MIN_DURATION


def _coverage(reading: PageReading, span: Interval) -> tuple[Coverage, ...]:
    """Return the span without the time before the page had any data."""
    start = max(span.start, reading.data_since or span.start)
    whole = Interval.between(start, span.end)
    return (Coverage(span=whole, aspect=Aspect.IMPACTS, complete=True),) if whole else ()


def _uptimes(answer: Row) -> tuple[tuple[ReportedUptime, ...], set[str]]:
    """Return the uptime the page prints for each component, and what is printed there that is none.
    Rows without a component are groups.
    """
    uptimes, unknown = [], set()
    for row in optional_rows(answer.get("component_uptimes"), "the answer.component_uptimes"):
        key = optional_verbatim(row.get("component_id"), "component_uptimes.component_id")
        uptime = row.get("uptime")
        ratio = percentage(uptime)
        if not key or not uptime:
            continue
        if ratio is None:
            unknown.add(str(uptime)[:40])
        else:
            uptimes.append(ReportedUptime(component_id=key, window_days=UPTIME_DAYS, ratio=ratio))
    return tuple(uptimes), unknown
