"""The uptime figures that vendors print. Pure."""

from collections.abc import Iterable

from monitor.model import Evidence, ReportedUptime
from monitor.store.changes.common import FactChange, Stored
from monitor.store.edges import WHOLE_PAGE


def compare_figures(
    stored: Iterable[Stored[ReportedUptime]], evidence: Evidence
) -> FactChange[ReportedUptime]:
    """Return what the figures of the evidence change among those of its source. A figure that is
    not printed again stays. No day is affected.
    """
    change = FactChange[ReportedUptime]()
    figures = {_key(figure): figure for figure in evidence.reported}
    unchanged = set()
    for row in stored:
        figure = figures.get(_key(row.fact))
        if figure is not None and figure.ratio == row.fact.ratio:
            unchanged.add(_key(figure))
        elif figure is not None:
            change.supersede(row)
    for key, figure in figures.items():
        if key not in unchanged:
            change.add(figure)
    return change


def _key(figure: ReportedUptime) -> tuple[str, int]:
    return figure.component_id or WHOLE_PAGE, figure.window_days
