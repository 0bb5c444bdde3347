"""A vendor and its components as samples."""

from collections.abc import Iterator
from datetime import datetime

from exporters.prometheus.incidents import open_incident_samples
from exporters.prometheus.lines import FamilyLines, Lines, unix
from exporters.prometheus.reading import VendorReading
from exporters.samples import (
    LONGEST,
    LONGEST_WINDOW,
    WINDOW_DAYS,
    Sample,
    component_info,
    component_labels,
    formula_sample,
    vendor_info,
    vendor_labels,
    window_samples,
)
from monitor.model import KnownComponent, Level
from monitor.ratios import Policy


def vendor_lines(reading: VendorReading, policy: Policy, component_metrics: str) -> FamilyLines:
    """Return the lines of the vendor, and of the components that have any by the setting
    `component_metrics`.
    """
    lines, slug = Lines(), reading.key.slug
    lines.add(vendor_labels(slug), _vendor(reading, policy))
    for entry in reading.exported_components(component_metrics):
        lines.add(component_labels(slug, entry), _component(reading, entry, policy))
    return lines.by_family()


def _vendor(reading: VendorReading, policy: Policy) -> Iterator[Sample]:
    key, settings = reading.key, reading.settings
    yield vendor_info(name=key.name, platform=key.platform, url=key.url, tier=settings.tier)
    history, level = reading.history.vendor, reading.verdict.level
    yield "vendor_level", level, ()
    yield from reading.day_levels("vendor", history, level)
    for days in WINDOW_DAYS:
        figures = reading.figures(history, days)
        yield from window_samples("vendor", days, figures, policy)
        if days == LONGEST_WINDOW and figures.known_days:
            yield "vendor_revised_dates", reading.revised_days, LONGEST
    yield _printed_uptime(reading, "vendor", None)
    yield _outage_since("vendor", level, reading.since.vendor)
    yield "vendor_overrides", len(settings.overrides) or None, ()
    if key.was_read:  # before, nothing listed is not nothing open
        yield "vendor_components", len(reading.current.components), ()
        yield "vendor_counted_components", reading.verdict.counted_components, ()
        yield "vendor_known_components", reading.verdict.known_components, ()
        yield from open_incident_samples(reading.current.open_incidents, key.url)


def _component(reading: VendorReading, entry: KnownComponent, policy: Policy) -> Iterator[Sample]:
    component_id = entry.component.id
    yield component_info(entry, critical=component_id in reading.critical)
    history = reading.history_of(component_id)
    level = reading.current.levels.get(component_id)
    yield "component_level", level, ()
    yield from reading.day_levels("component", history, level)
    yield _outage_since("component", level, reading.since.components.get(component_id))
    for days in WINDOW_DAYS:
        yield from window_samples("component", days, reading.figures(history, days), policy)
    yield _printed_uptime(reading, "component", component_id)
    yield formula_sample(entry, reading.record, history, reading.key.today)


def _printed_uptime(reading: VendorReading, subject: str, component_id: str | None) -> Sample:
    """Return what the page prints for the longest window; not known where it prints nothing."""
    ratio = reading.printed_uptimes.get((component_id, LONGEST_WINDOW))
    return f"{subject}_reported_uptime_ratio", ratio, LONGEST


def _outage_since(subject: str, level: Level | None, since: datetime | None) -> Sample:
    is_outage = level is not None and level.is_outage
    family = f"{subject}_outage_since_timestamp_seconds"
    return family, unix(since) if is_outage else None, ()
