"""Records as CSV: a line for each vendor (empty component) and component; unknown is empty. The
columns have the names of the exported tables (`exporters.tables`).
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from exporters.figures import figure_columns
from exporters.report.spans import uptime_columns
from exporters.wording import cell, level_key
from monitor.answers import ComponentRecord, Record, SpanFigures

COLUMNS = (
    "vendor",
    "component",
    "component_id",
    "component_name",
    "component_group",
    "first",
    "last",
    "zone",
    "platform",
    "current_level",
    "known_components",
    "counted_components",
    "known_days",
    "outage_days",
    "outage_days_least",
    "outage_days_most",
    "major_days",
    "degraded_days",
    "maintenance_days",
    "unknown_days",
    "absent_days",
    "disputed_days",
    "outage_day_ratio",
    "downtime_ratio",
    "policy",
    "overrides",
    "coverage_ratio",
    "partial_seconds",
    "major_seconds",
    "degraded_seconds",
    "maintenance_seconds",
)


_PRESENT = ("current_level", "known_components", "counted_components")

SPAN_COLUMNS = (
    *(name for name in COLUMNS if name not in _PRESENT),
    "span",
    "until_today",
    "uptime_least",
    "uptime_most",
    "target",
    "outcome",
)
"""Of a line for each span, which says nothing of the present."""


def csv_lines(records: Iterable[Record]) -> Iterator[str]:
    """Yield the lines, the head first."""
    return _lines(COLUMNS, _rows(records))


def csv_span_lines(records: Iterable[Record]) -> Iterator[str]:
    """Yield a line for each span of each vendor and component, the head first."""
    return _lines(SPAN_COLUMNS, _span_rows(records))


def _lines(columns: Sequence[str], rows: Iterable[dict[str, Any]]) -> Iterator[str]:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="")
    writer.writeheader()
    yield text.getvalue()
    for row in rows:
        text.seek(0)
        text.truncate()
        writer.writerow(row)
        yield text.getvalue()


def _rows(records: Iterable[Record]) -> Iterator[dict[str, Any]]:
    for record in records:
        standing = record.standing
        yield _row(record, record) | {
            "current_level": level_key(standing.level),
            "known_components": standing.known_components,
            "counted_components": standing.counted_components,
        }
        for component in record.components:
            yield (
                _row(record, component)
                | _names(component)
                | {"current_level": level_key(component.level)}
            )


def _span_rows(records: Iterable[Record]) -> Iterator[dict[str, Any]]:
    for record in records:
        for span_figures in record.spans:
            yield _span_row(record, span_figures)
        for component in record.components:
            for span_figures in component.spans:
                yield _span_row(record, span_figures) | _names(component)


def _names(component: ComponentRecord) -> dict[str, Any]:
    part = component.component
    return {
        "component": component.slug,
        "component_id": cell(part.id),
        "component_name": cell(part.name),
        "component_group": cell(part.group or ""),
    }


def _span_row(record: Record, span_figures: SpanFigures) -> dict[str, Any]:
    target = record.query.target
    return {
        **_row(record, span_figures),
        "first": span_figures.span.first,
        "last": span_figures.span.last,
        "span": span_figures.span.name,
        "until_today": "true" if span_figures.span.is_running else "false",
        "target": None if target is None else float(target),
        **uptime_columns(span_figures, record.query),
    }


def _row(record: Record, subject: Record | ComponentRecord | SpanFigures) -> dict[str, Any]:
    return {
        "vendor": record.page.slug,
        "first": record.window.first,
        "last": record.window.last,
        "zone": record.page.zone_name,
        "platform": record.page.platform,
        "overrides": len(record.overrides),
        **figure_columns(subject.figures, record.query.policy),
        "coverage_ratio": subject.figures.coverage_ratio,
    }
