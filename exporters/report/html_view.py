"""What the page says of one vendor, as its template reads it. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from exporters.explain.phrases import bad_text
from exporters.report.sentences import (
    component_name,
    downtime,
    headline,
    outage_days,
    remarks,
    scope,
)
from exporters.report.spans import NOT_THERE, uptime_text, verdicts
from exporters.wording import counts_text, level_title, percent
from monitor.answers import ComponentRecord, Record, SpanFigures
from monitor.lookups import among
from monitor.model import Absence, Day, Incident, Level, Seconds, by_id
from monitor.plain import safe_link

_KINDS: Mapping[Level | None, str] = {
    None: "cu",
    Level.OPERATIONAL: "c0",
    Level.MAINTENANCE: "c1",
    Level.DEGRADED: "c2",
    Level.PARTIAL_OUTAGE: "c3",
    Level.MAJOR_OUTAGE: "c4",
}
ABSENT = "ca"
KEYS = (
    *((_KINDS[level], level.title) for level in reversed(Level)),
    ("cu", "unknown: there is no data"),
    (ABSENT, "the component was not on the page"),
)
"""The kinds of cells, and what they mean."""

_SOURCES = {"bars": "uptime record", "impacts": "incidents", "observations": "our polls"}
_ABSENCES = {Absence.UNBORN: "not on the page yet", Absence.GONE: "no longer on the page"}


@dataclass(frozen=True, slots=True)
class Cell:
    """A day in a strip."""

    kind: str
    title: str


@dataclass(frozen=True, slots=True)
class Strip:
    """A row of days, and the same in words."""

    cells: tuple[Cell, ...]
    summary: str


def vendor_view(record: Record) -> dict[str, Any]:
    """Return what the template says of one vendor."""
    page, query = record.page, record.query
    has_present = query.as_of is None and query.known_at is None
    return {
        "name": record.name,
        "headline": _sentence_case(headline(record.figures)),
        "first": f"{record.window.first}",
        "last": f"{record.window.last}",
        "zone": page.zone_name,
        "scope": scope(record),
        "coverage": percent(record.figures.coverage_ratio),
        "as_of": _as_of(record) if has_present else f"{record.window.last}",
        "known_at": f"{query.known_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
        if query.known_at
        else "",
        "verdicts": [_sentence_case(text) for text in verdicts(_whole(record), record)],
        "days": _strip(record.days),
        "remarks": list(remarks(record)),
        "months": _spans(record.spans, record),
        "span_word": "month"
        if any(span_figures.span.name for span_figures in record.spans)
        else "span",
        "components": [_component(part, record) for part in record.components],
        "has_present": has_present,
        "outages": list(_outages(record)),
        "no_outages": _no_outages(record),
        "disputes": list(_disputes(record)),
        "page": page.url,
        "link": safe_link(page.url),
        "platform": page.platform or "",
        "last_read": _last_read(record),
    }


def _sentence_case(text: str) -> str:
    return text[:1].upper() + text[1:]


def _as_of(record: Record) -> str:
    return f"{record.query.now.astimezone(record.page.zone):%Y-%m-%d %H:%M %Z}, today so far"


def _whole(record: Record) -> Iterator[SpanFigures]:
    """Yield the span that is the whole window, if it is one: its outcome is said at the top."""
    for span_figures in record.spans:
        if span_figures.span.window == record.window:
            yield span_figures


def _last_read(record: Record) -> str:
    read_at = record.page.last_success_at
    if read_at is None:
        return "It was never read."
    return f"Last read {read_at.astimezone(record.page.zone):%Y-%m-%d %H:%M %Z}."


_STATES = (*(level.title for level in reversed(Level)), "unknown", NOT_THERE)
"""What `_state` says of days, the worst first."""


def _strip(days: Sequence[Day]) -> Strip:
    cells = tuple(_cell(day, is_first=place == 0) for place, day in enumerate(days))
    return Strip(cells, f"{len(days)} days: {counts_text(map(_state, days), _STATES)}")


def _state(day: Day) -> str:
    return NOT_THERE if day.absence is not None else level_title(day.level)


def _cell(day: Day, *, is_first: bool) -> Cell:
    marks = [_kind(day)]
    if 0 < day.coverage < 1:
        marks.append("h")
    if day.disputed:
        marks.append("x")
    if day.day.day == 1 and not is_first:
        marks.append("k")
    return Cell(" ".join(marks), f"{day.day}: {_day_words(day)}")


def _kind(day: Day) -> str:
    return _KINDS[day.level] if day.absence is None else ABSENT


def _day_words(day: Day) -> str:
    if day.absence is not None:
        return _ABSENCES[day.absence]
    words = [level_title(day.level)]
    if day.seconds.total:
        words.append(f"({bad_text(day.seconds)})")
    if 0 < day.coverage < 1:
        words.append(f"{percent(day.coverage)} known")
    if day.disputed:
        words.append("disputed")
    return ", ".join(words).replace(", (", " (")


def _spans(every: Iterable[SpanFigures], record: Record) -> list[dict[str, str]]:
    return [_span(span_figures, record) for span_figures in every]


def _span(span_figures: SpanFigures, record: Record) -> dict[str, str]:
    figures = span_figures.figures
    return {
        "title": "all days"
        if span_figures.span.window == record.window
        else span_figures.span.title,
        "outage_days": outage_days(figures) if figures.known_days else _nothing(span_figures),
        "downtime": downtime(figures, record.query.policy),
        "coverage": percent(figures.coverage_ratio),
        "uptime": uptime_text(span_figures.uptime) if span_figures.uptime else NOT_THERE,
        "outcome": str(span_figures.outcome or NOT_THERE),
    }


def _nothing(span_figures: SpanFigures) -> str:
    return NOT_THERE if span_figures.figures.absent_days == span_figures.span.days else "no data"


def _component(part: ComponentRecord, record: Record) -> dict[str, Any]:
    figures = part.figures
    return {
        "name": component_name(part),
        "now": level_title(part.level),
        "now_kind": _KINDS[part.level],
        "outage_days": outage_days(figures),
        "downtime": downtime(figures, record.query.policy),
        "coverage": percent(figures.coverage_ratio),
        "days": _strip(part.days),
        "spans": _spans(part.spans, record),
    }


def _outages(record: Record) -> Iterator[dict[str, Any]]:
    """Yield the outage days, the newest first, each with what was out and what the vendor said."""
    names = {part.component.id: part.component.full_name for part in record.components}
    incidents = by_id(record.incidents)
    for place in range(len(record.days) - 1, -1, -1):
        day = record.days[place]
        if not day.is_outage:
            continue
        longest = names.get(day.component_id or "", "")
        yield {
            "day": f"{day.day}",
            "kind": _kind(day),
            "level": level_title(day.level),
            "lasted": f"{bad_text(day.seconds)}{f' ({longest})' if longest else ''}",
            "components": list(_hit(record.components, place)),
            "incidents": list(map(_incident_view, among(incidents, day.incident_ids))),
        }


def _hit(components: Iterable[ComponentRecord], place: int) -> Iterator[str]:
    for part in components:
        day = part.days[place]
        if not part.is_excluded and day.is_outage:
            yield f"{part.component.full_name}: {level_title(day.level)}"


def _incident_view(incident: Incident) -> dict[str, str | None]:
    return {"title": incident.title, "link": safe_link(incident.url)}


def _no_outages(record: Record) -> str:
    figures = record.figures
    if not figures.known_days:
        return "No day is known, so nothing can be said of outages."
    return f"None on the {figures.known_days} known days."


def _disputes(record: Record) -> Iterator[dict[str, str]]:
    for part in record.components:
        for day in part.days:
            if day.disputed:
                yield {
                    "day": f"{day.day}",
                    "component": component_name(part),
                    "counted": _amount(day.seconds),
                    "source": _SOURCES[day.source.value] if day.source else "",
                    "other": _amount(day.other),
                }


def _amount(seconds: Seconds | None) -> str:
    return (bad_text(seconds) if seconds is not None else "") or "nothing bad"
