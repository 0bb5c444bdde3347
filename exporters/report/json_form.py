"""Records as the documented JSON object: ratios 0..1, instants UTC, null for what is unknown."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from exporters.figures import count_columns, ratio_columns, second_columns
from exporters.names import name_columns
from exporters.report.sentences import sentence
from exporters.report.spans import uptime_columns
from exporters.wording import iso, level_key, window_json
from monitor.answers import DEFINITION, ComponentRecord, Record, ReportQuery, SpanFigures
from monitor.lookups import among
from monitor.model import Day, Incident
from monitor.overrides import Overridden
from monitor.plain import json_text
from monitor.ratios import WindowFigures


def json_lines(
    records: Iterable[Record], query: ReportQuery, last_days: Iterable[date]
) -> Iterator[str]:
    """Yield the lines of the object, one record after another; `last_days` are those of their
    windows.
    """
    whole = json_text(head_json(query, last_days) | {"vendors": []}, indent=2)
    *head, waiting = whole.removesuffix("]\n}").split("\n")
    yield from head
    for record in records:
        yield waiting
        *lines, end = json_text(record_json(record), indent=2).split("\n")
        for line in lines:
            yield f"    {line}"
        waiting = f"    {end},"
    if waiting.endswith("["):
        yield f"{waiting}]"
    else:
        yield waiting.removesuffix(",")
        yield "  ]"
    yield "}"


def head_json(query: ReportQuery, last_days: Iterable[date]) -> dict[str, Any]:
    """Return what the object says of itself; `last_days` are those of its windows."""
    return {
        "as_of": iso(query.as_of or max(last_days, default=query.now.date())),
        "window_days": query.window_days,
        "policy": query.policy,
        "known_at": iso(query.known_at),
        "generated_at": iso(query.now),
        "definition": DEFINITION,
        **({} if query.target is None else {"target": float(query.target)}),
    }


def record_json(record: Record) -> dict[str, Any]:
    """Return one vendor's part of the object."""
    page, standing = record.page, record.standing
    return {
        "vendor": page.slug,
        "name": record.name,
        "page": page.url,
        "platform": page.platform,
        "zone": page.zone_name,
        "window": window_json(record.window),
        "sentence": sentence(record),
        **_figures_json(record.figures, record.query.policy),
        "current_level": level_key(standing.level),
        "known_components": standing.known_components,
        "counted_components": standing.counted_components,
        "last_success_at": iso(page.last_success_at),
        "error": page.last_error_message if page.last_ok is False else None,
        "remark": page.remark,
        "trust": record.caveat or None,
        "overrides": list(map(_override_json, record.overrides)),
        "open_incidents": _incidents_json(record, standing.incidents),
        "open_maintenances": _incidents_json(record, standing.maintenances),
        "vendor_reported_uptime": record.reported_uptime,
        **_spans_json(record.spans, record.query),
        "days": list(map(_day_json, record.days)),
        "components": [_component_json(component, record.query) for component in record.components],
    }


def _figures_json(figures: WindowFigures, policy: str) -> dict[str, Any]:
    """Return a window's counts and ratios by their keys."""
    bounds = figures.outage_day_bounds
    return {
        **count_columns(figures),
        "outage_day_bounds": None if bounds is None else list(bounds),
        **ratio_columns(figures, policy),
        "coverage_ratio": figures.coverage_ratio,
    }


def _seconds_by_level(component: ComponentRecord) -> dict[str, float | None]:
    seconds = {}
    for name, value in second_columns(component.figures.seconds).items():
        seconds[name.removesuffix("_seconds")] = value
    return seconds


def _component_json(component: ComponentRecord, query: ReportQuery) -> dict[str, Any]:
    part = component.component
    return {
        "id": part.id,
        "slug": component.slug,
        "name": part.name,
        "group": part.group,
        # The same by the names of the exported tables: one word a thing wherever it is read.
        **name_columns(component.slug, part),
        "excluded": component.is_excluded,
        "removed_at": iso(component.removed_at),
        "current_level": level_key(component.level),
        **_figures_json(component.figures, query.policy),
        "outage_seconds": _seconds_by_level(component),
        "vendor_reported_uptime": component.reported_uptime,
        "vendor_formula_uptime": component.formula_uptime,
        **_spans_json(component.spans, query),
        "days": list(map(_day_json, component.days)),
    }


def _spans_json(spans: Sequence[SpanFigures], query: ReportQuery) -> dict[str, Any]:
    """Return the spans by their key; nothing where none were asked for."""
    return (
        {"spans": [_span_json(span_figures, query) for span_figures in spans]}
        if query.spans
        else {}
    )


def _span_json(span_figures: SpanFigures, query: ReportQuery) -> dict[str, Any]:
    return {
        "name": span_figures.span.name or None,
        "first": iso(span_figures.span.first),
        "last": iso(span_figures.span.last),
        "until_today": span_figures.span.is_running,
        **_figures_json(span_figures.figures, query.policy),
        **uptime_columns(span_figures, query),
    }


def _day_json(day: Day) -> dict[str, Any]:
    row: dict[str, Any] = {
        "date": iso(day.day),
        "level": level_key(day.level),
        "incidents": list(day.incident_ids),
    }
    if day.absence is not None:
        row["absence"] = day.absence.value
    if day.level is not None or day.covered_seconds:
        row["coverage_ratio"] = day.coverage
        row["source"] = day.source.value if day.source else None
    if day.known_components != day.counted_components:
        row["known_components"] = day.known_components
        row["counted_components"] = day.counted_components
    if day.disputed:
        row["disputed"] = True
    return row


def _override_json(decision: Overridden) -> dict[str, Any]:
    override = decision.override
    return {
        "incident": decision.incident.id,
        "title": decision.incident.title,
        "level": "none" if override.leaves_out else level_key(override.level),
        "start": iso(override.start),
        "end": iso(override.end),
        "reason": override.reason,
        "date": iso(override.decided),
    }


def _incidents_json(
    record: Record, incidents: Sequence[Incident] | None
) -> list[dict[str, Any]] | None:
    if incidents is None:
        return None
    slugs = {component.component.id: component.slug for component in record.components}
    return [incident_json(incident, slugs) for incident in incidents]


def incident_json(incident: Incident, slugs: Mapping[str, str]) -> dict[str, Any]:
    """Return an incident; `slugs` are those of the page's components by id."""
    return {
        "id": incident.id,
        "incident": incident.id,
        "title": incident.title,
        "impact": incident.impact,
        "status": incident.status,
        "maintenance": incident.maintenance,
        "started_at": iso(incident.started_at),
        "url": incident.url,
        "components": list(among(slugs, incident.component_ids)),
        "component_ids": list(incident.component_ids),
    }
