"""A whole dashboard: what it has beside its panels, and its JSON text. Pure."""

import json
from collections.abc import Sequence
from typing import Any

from grafana_foundation_sdk.builders import dashboard as builders
from grafana_foundation_sdk.builders import prometheus
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models import dashboard as models

from grafana.generate.colours import ORANGE
from grafana.generate.links import DATA_LINK_KEYS, TITLES, dashboard_link
from grafana.generate.targets import DATASOURCE, DAY
from grafana.generate.variables import Variable

TAG = "vendorstatus"
SHORTEST_STEP = "1m"
"""Grafana takes longer steps, a hundredth of the shown time, where that is longer."""


def board(
    uid: str, description: str, variables: Sequence[Variable], *, since: str
) -> builders.Dashboard:
    """Return a dashboard without panels, in UTC because days are, that shows the time from `since`
    to now.
    """
    dashboard = builders.Dashboard(f"vendorstatus / {TITLES[uid]}").uid(uid).tags([TAG])
    dashboard.description(description).timezone("utc").readonly().refresh("5m").time(since, "now")
    dashboard.tooltip(models.DashboardCursorSync.CROSSHAIR)
    dashboard.links([dashboard_link(uid, other) for other in TITLES if other != uid]).version(1)
    for variable in variables:
        dashboard.with_variable(variable)
    return dashboard


def day_marks(name: str, expression: str, title: str, text: str) -> builders.AnnotationQuery:
    """Mark on every line chart the days on which the expression, asked at steps of a day, has a
    sample of 1 or more.

    `dashboard_json` leads it to the line charts alone: the others say by themselves what a day was.
    """
    return _marks(name, expression, DAY).title_format(title).text_format(text)


def span_marks(name: str, expression: str, title: str, text: str) -> builders.AnnotationQuery:
    """Mark the spans in which a series of the expression has a sample of 1 or more; where the chart
    is first shown they are switched off.
    """
    marks = _marks(name, expression, SHORTEST_STEP).title_format(title).text_format(text)
    return marks.enable(False)


def start_marks(name: str, expression: str, title: str, text: str) -> builders.AnnotationQuery:
    """Mark the instants that the expression's values are, in milliseconds of Unix time; where the
    chart is first shown they are switched off.
    """
    return span_marks(name, expression, title, text).use_value_for_time(True)


def _marks(name: str, expression: str, step: str) -> builders.AnnotationQuery:
    query = prometheus.Dataquery().expr(expression).interval(step).ref_id("Anno")
    annotation = builders.AnnotationQuery().name(name).datasource(DATASOURCE).icon_color(ORANGE)
    annotation.enable(True).hide(False).target(query.datasource(DATASOURCE))
    # where older versions of the data source's plugin look for them
    annotation.expr(expression).step(step)
    return annotation.use_value_for_time(False)


def dashboard_json(dashboard: builders.Dashboard) -> tuple[str, str]:
    """Return a dashboard's uid and its JSON text, panels numbered and keys sorted."""
    model = dashboard.build()
    for place, panel in enumerate(model.panels or [], start=1):
        panel.id_val = place
    content: dict[str, Any] = json.loads(json.dumps(model, cls=JSONEncoder))
    for variable in content["templating"]["list"]:
        for key in ("auto", "auto_count", "auto_min"):  # what only an interval has
            variable.pop(key, None)
    _lead_annotations(content)
    for link in content["links"]:
        link.pop("placement", None)  # in sight at the top right, not in a menu
    for panel in content["panels"]:
        _fit_panel(panel)
    return content["uid"], json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _lead_annotations(content: dict[str, Any]) -> None:
    """Show annotations on line charts alone."""
    charts = [panel["id"] for panel in content["panels"] if panel["type"] == "timeseries"]
    for annotation in content["annotations"].get("list", []):
        annotation["filter"] = {"exclude": False, "ids": charts}
        annotation.pop("placement", None)  # beside the other choices, as Grafana 10 has it


def _fit_panel(panel: dict[str, Any]) -> None:
    """Put what the SDK writes for other versions of Grafana where ours look for it."""
    if panel["type"] == "table":
        panel["options"]["enablePagination"] = panel["options"]["footer"]["enablePagination"]
    defaults = panel.get("fieldConfig", {}).get("defaults", {})
    for link in defaults.get("links", []):
        for key in link.keys() - set(DATA_LINK_KEYS):
            del link[key]
