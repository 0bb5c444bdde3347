"""Panels with our defaults: numbers, bars of days, lines, the list of alerts, the legend. Pure."""

from collections.abc import Sequence
from typing import TypeVar

from grafana_foundation_sdk.builders import common as common_builders
from grafana_foundation_sdk.builders import dashboard as builders
from grafana_foundation_sdk.builders import (
    prometheus,
    stat,
    statetimeline,
    statushistory,
    table,
    text,
    timeseries,
)
from grafana_foundation_sdk.models import common, units
from grafana_foundation_sdk.models import dashboard as models
from grafana_foundation_sdk.models.text import TextMode

from exporters.samples import UNKNOWN
from grafana.generate.colours import LEVELS, by_threshold, by_word, level_words, steps
from grafana.generate.targets import DATASOURCE, DAY

FULL_WIDTH = 24
ROWS = 30
"""How many rows of bars have room for their names: the choice of the worst, and a page where
Grafana pages them."""
LEAST_RATIO = 0.01
"""What the axis of a ratio reaches at least."""

PanelT = TypeVar(
    "PanelT", stat.Panel, table.Panel, timeseries.Panel, statushistory.Panel, statetimeline.Panel
)


def start_panel(
    panel: PanelT, title: str, description: str, targets: Sequence[prometheus.Dataquery]
) -> PanelT:
    """Give a panel its title and what it asks of the chosen data source."""
    for target in targets:
        panel.with_target(target.datasource(DATASOURCE))
    return panel.title(title).description(description).datasource(DATASOURCE).transparent(False)


def number(title: str, description: str, *targets: prometheus.Dataquery) -> stat.Panel:
    """Return a panel of one or a few large numbers, grey until thresholds are set."""
    panel = start_panel(stat.Panel(), title, description, targets).height(4).span(6)
    panel.unit(units.NoUnit).thresholds(steps()).color_scheme(by_threshold()).no_value("unknown")
    panel.reduce_options(common_builders.ReduceDataOptions().calcs(["lastNotNull"]).values(False))
    panel.color_mode(common.BigValueColorMode.VALUE).graph_mode(common.BigValueGraphMode.NONE)
    return panel.text_mode(common.BigValueTextMode.AUTO).orientation(common.VizOrientation.AUTO)


def bars(title: str, description: str, *targets: prometheus.Dataquery) -> statushistory.Panel:
    """Return a row a series and a cell a day. More rows than a page holds can be paged through.

    Grafana draws nothing when there are more cells than half the panel's pixels: the interval keeps
    it to one a day.
    """
    panel = start_panel(statushistory.Panel(), title, description, targets)
    panel.height(14).span(FULL_WIDTH).interval(DAY)
    panel.mappings([level_words()]).thresholds(steps()).color_scheme(by_word())
    panel.row_height(0.9).col_width(0.9).show_value(common.VisibilityMode.NEVER).per_page(ROWS)
    panel.fill_opacity(90).line_width(0).legend(_no_legend()).tooltip(_one_tooltip())
    return panel


def states(title: str, description: str, *targets: prometheus.Dataquery) -> statetimeline.Panel:
    """Return a row a series with a bar for as long as a level holds."""
    panel = start_panel(statetimeline.Panel(), title, description, targets)
    panel.height(10).span(FULL_WIDTH)
    panel.mappings([level_words()]).thresholds(steps()).color_scheme(by_word())
    panel.row_height(0.9).show_value(common.VisibilityMode.AUTO).merge_values(True).per_page(20)
    panel.fill_opacity(90).line_width(0).legend(_no_legend()).tooltip(_one_tooltip())
    return panel


def lines(
    title: str, description: str, *targets: prometheus.Dataquery, least: float | None = 1
) -> timeseries.Panel:
    """Return lines over time, told apart by name; gaps stay gaps.

    The axis reaches at least to `least`: without it Grafana draws it from 0 to 100 when every value
    is 0.
    """
    panel = start_panel(timeseries.Panel(), title, description, targets).height(8).span(12)
    panel.color_scheme(builders.FieldColor().mode(models.FieldColorModeId.PALETTE_CLASSIC_BY_NAME))
    panel.line_width(2).fill_opacity(0).show_points(common.VisibilityMode.AUTO).span_nulls(False)
    panel.legend(bottom_legend()).min(0)
    if least is not None:
        panel.axis_soft_max(least)
    many = common_builders.VizTooltipOptions().mode(common.TooltipDisplayMode.MULTI)
    return panel.tooltip(many.sort(common.SortOrder.DESCENDING))


_BY_IMPORTANCE = 3
_ALERT_STATES = {
    "firing": True,
    "error": True,
    "noData": False,
    "normal": False,
    "pending": False,
    "recovering": True,
}


def alerts(description: str, instances: str = "") -> builders.Panel:
    """Return the list of our alerts that fire, whoever evaluates the rules.

    `instances` narrows it, as in ``{vendor="acme"}``. Grafana asks its own alerting and every data
    source that lists rules, whatever data source is chosen at the top.
    """
    options = {
        "viewMode": "list",
        "groupMode": "default",
        "groupBy": [],
        "maxItems": 50,
        "sortOrder": _BY_IMPORTANCE,
        "dashboardAlerts": False,
        "alertName": "VendorStatus",
        "alertInstanceLabelFilter": instances,
        "datasource": "",
        "showInactiveAlerts": False,
        "showInstances": True,
        "stateFilter": _ALERT_STATES,
    }
    panel = builders.Panel().type("alertlist").title("Alerts")
    return panel.description(description).options(options)


def legend() -> text.Panel:
    """Return the words and colours of the levels, from good to bad: the legend of all bars of a
    dashboard.

    Grafana's own lists words in the order in which they come up, another one in every panel, and
    only those that do.
    """
    order = [*sorted(LEVELS.keys() - {UNKNOWN}), UNKNOWN]
    content = " &emsp;".join(map(_legend_entry, order))
    panel = text.Panel().mode(TextMode.HTML).content(content).title("")
    panel.description("What the colours of the cells mean.")
    return panel.transparent(True).height(2).span(FULL_WIDTH)


def _legend_entry(level: int) -> str:
    word, colour = LEVELS[level]
    return f'<span style="color:{colour}">■</span>&nbsp;{word}'


def _no_legend() -> common_builders.VizLegendOptions:
    """Return no legend: the dashboard has one for all its bars (`legend`)."""
    return bottom_legend().show_legend(False)


def bottom_legend() -> common_builders.VizLegendOptions:
    """Return a legend below the panel."""
    options = common_builders.VizLegendOptions().show_legend(True)
    options.display_mode(common.LegendDisplayMode.LIST).placement(common.LegendPlacement.BOTTOM)
    return options.calcs([])


def _one_tooltip() -> common_builders.VizTooltipOptions:
    """Return a tooltip that tells of the one cell under the pointer."""
    options = common_builders.VizTooltipOptions().mode(common.TooltipDisplayMode.SINGLE)
    return options.sort(common.SortOrder.NONE)
