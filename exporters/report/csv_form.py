"""Records as CSV: a line for each vendor (empty component) and component; unknown is empty. The
columns have the names of the exported tables (`exporters.tables`).
"""

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any

from exporters.figures import figure_columns
from exporters.wording import cell, level_key
from monitor.answers import ComponentRecord, Record

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


def csv_lines(records: Iterable[Record]) -> Iterator[str]:
    """Yield the lines, the head first."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="")
    writer.writeheader()
    yield text.getvalue()
    for row in _rows(records):
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
            part = component.component
            yield _row(record, component) | {
                "component": component.slug,
                "component_id": cell(part.id),
                "component_name": cell(part.name),
                "component_group": cell(part.group or ""),
                "current_level": level_key(component.level),
            }


def _row(record: Record, subject: Record | ComponentRecord) -> dict[str, Any]:
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
