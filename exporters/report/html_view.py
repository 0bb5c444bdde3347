"""What the page says of one vendor, as its template reads it. Pure."""

from collections.abc import Iterable, Iterator
from datetime import UTC
from typing import Any

from exporters.cells import level_class, strip
from exporters.explain.phrases import amount_text, bad_text
from exporters.report.sentences import (
    component_name,
    downtime,
    headline,
    outage_days,
    remarks,
    scope,
)
from exporters.report.spans import uptime_text, verdicts
from exporters.wording import NOT_THERE, level_title, percent
from monitor.answers import ComponentRecord, Record, SpanFigures
from monitor.lookups import among
from monitor.model import Incident, by_id
from monitor.plain import count_of, safe_link

_SOURCES = {"bars": "uptime record", "impacts": "incidents", "observations": "our polls"}


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
        "days": strip(record.days),
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
        "now_class": level_class(part.level),
        "outage_days": outage_days(figures),
        "downtime": downtime(figures, record.query.policy),
        "coverage": percent(figures.coverage_ratio),
        "days": strip(part.days),
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
            "class": level_class(day.level),
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
    return f"None on the {count_of(figures.known_days, 'known day')}."


def _disputes(record: Record) -> Iterator[dict[str, str]]:
    for part in record.components:
        for day in part.days:
            if day.disputed:
                yield {
                    "day": f"{day.day}",
                    "component": component_name(part),
                    "counted": amount_text(day.seconds),
                    "source": _SOURCES[day.source.value] if day.source else "",
                    "other": amount_text(day.other),
                }
