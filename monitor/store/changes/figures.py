"""The uptime figures that vendors print. Pure."""

from collections.abc import Iterable

from monitor.lookups import by_key
from monitor.model import Evidence, ReportedUptime
from monitor.records.edges import WHOLE_PAGE
from monitor.store.changes.common import FactChange, FactRow


def compare_figures(
    rows: Iterable[FactRow[ReportedUptime]], evidence: Evidence
) -> FactChange[ReportedUptime]:
    """Return what the figures of the evidence change among those of its source. A figure that is
    not printed again stays. No day is affected.
    """
    change = FactChange[ReportedUptime]()
    figures = by_key(evidence.reported, _key)
    same_keys = set()
    for row in rows:
        figure = figures.get(_key(row.fact))
        if figure is not None and figure.ratio == row.fact.ratio:
            same_keys.add(_key(figure))
        elif figure is not None:
            change.supersede(row)
    for key, figure in figures.items():
        if key not in same_keys:
            change.add(figure)
    return change


def _key(figure: ReportedUptime) -> tuple[str, int]:
    return figure.component_id or WHOLE_PAGE, figure.window_days
