"""What several resources say alike: of themselves, of a vendor, and of an incident. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from exporters.report import head_json, incident_json, record_json
from exporters.wording import iso, window_json
from monitor.answers import Record
from monitor.model import Incident

STANDING = (
    "the worst level of the components that count, as the page was last read; null is unknown: no"
    " reading is fresh enough, or too few components are known to call it operational"
)
CHECK = (
    "the worst level that a target's page tells of it, as long as the page can be read and was read"
    " within two intervals; null is unknown, and never ok"
)
STACK = (
    "the worst level of the targets as they are now, by the rule of `/status`; null is unknown:"
    " none is known to be degraded or worse, and at least one is unknown"
)
INCIDENT = (
    "as the vendor tells it; `level` is the worst level at which it put a component, by your"
    " overrides; null is unknown"
)
CHANGE = (
    "a day that was over and whose value changed because the vendor changed its record; as it was"
    " derived by the settings of that time"
)
EVIDENCE = "everything that was read of the day, and what it came to; docs/explain.md"
CATALOGUE = "a hint where to look, of the day it was checked; nothing is said of how a vendor is"

_LISTS = ("days", "components", "spans")


def record_head(record: Record) -> dict[str, Any]:
    """Return what an answer over a record's days says of itself."""
    return head_json(record.query, [record.window.last])


def vendor_figures(record: Record) -> dict[str, Any]:
    """Return a report's part about a vendor without its days and components."""
    return {key: value for key, value in record_json(record).items() if key not in _LISTS}


def about(record: Record) -> dict[str, Any]:
    """Return which vendor and which days a list is about, and how much of them is known."""
    window = record.window
    return {
        **record_head(record),
        "vendor": record.page.slug,
        "zone": record.page.zone_name,
        "window": window_json(window),
        "coverage_ratio": record.figures.coverage_ratio,
    }


def now_head(now: datetime, definition: str) -> dict[str, Any]:
    """Return what an answer about the present says of itself."""
    return {"as_of": iso(now), "definition": definition}


def maybe_incidents(
    incidents: tuple[Incident, ...] | None, slugs: Mapping[str, str]
) -> list[dict[str, Any]] | None:
    """Return what goes on; None where the page was never read."""
    if incidents is None:
        return None
    return [incident_json(incident, slugs) for incident in incidents]
