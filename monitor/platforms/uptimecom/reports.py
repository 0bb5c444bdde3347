"""The page's own uptime figures, beside the incidents in its history. Pure."""

from collections.abc import Collection, Iterator

from monitor.kit.fields import Row, number, row
from monitor.kit.responses import shape_error
from monitor.model import ReportedUptime


def reported_uptime(
    history: Row, component_ids: Collection[str], days: int
) -> Iterator[ReportedUptime]:
    """Yield the page's own figures, as shares of the span that the history is about: `days`.

    Figures of components that are none of these are left out.
    """
    figures = row(history.get("component_history") or {}, "component_history")
    for key in sorted(figures.keys() & component_ids):
        yield from _figure(key, row(figures[key], f"component_history.{key}"), days)
    yield from _figure(None, row(history.get("global_metrics") or {}, "global_metrics"), days)


def _figure(key: str | None, figures: Row, days: int) -> Iterator[ReportedUptime]:
    if figures.get("uptime_pct") is not None and days > 0:
        ratio = number(figures["uptime_pct"], "uptime_pct")
        if not 0 <= ratio <= 1:
            shape_error("uptime_pct", "a share of 1", ratio)
        yield ReportedUptime(component_id=key, window_days=days, ratio=ratio)
